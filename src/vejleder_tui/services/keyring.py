"""Public keys in: whom bundles are sealed for, and whose operations are believed, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.keys import KeyCard, fingerprint_words, parse_key_card, parse_recipients
from vejleder_tui.clock import stamp
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.queries.keys import ROLES, KnownKey, known_keys, role_of_card, waiting_keys
from vejleder_tui.services.bookkeeping import bookkeeping

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.bundle.keys import Recipient
    from vejleder_tui.clock import Clock
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.keys import WaitingKey
    from vejleder_tui.store.store import Store

__all__ = [
    "WaitingCard",
    "add_recipients",
    "fits",
    "names",
    "read_recipients",
    "read_sender",
    "remove_key",
    "trust_sender",
    "trust_waiting",
    "waiting_cards",
]

WORDS_KEPT = 8
NO_MUNICIPALITY = "0000"
"""What a card says of which only the keys are known."""


def _described(found: Recipient) -> KnownKey:
    if found.card is not None:
        return _of_card(found.card, "recipient")
    words = fingerprint_words(f"{found.recipient}\n", WORDS_KEPT)
    name = found.comment or f"{found.recipient[:12]}…"
    return KnownKey(words, "recipient", name, found.recipient, "", None)


def _of_card(card: KeyCard, purpose: str, role: str | None = None) -> KnownKey:
    trusted_as = (role or role_of_card(card.role)) if purpose == "sender" else card.role
    if purpose == "sender" and trusted_as not in ROLES:
        raise RuleError(_("Den rolle findes ikke."), _("Vælg worker, coordinator eller administration."), field="role")
    return KnownKey(card.words(WORDS_KEPT), purpose, card.name, card.recipient, card.public_key, None, trusted_as)


def read_recipients(text: str) -> list[KnownKey]:
    """Return whom a key file, or a line `age1…`, names, so that a person can compare the words; nothing is kept.

    Raises RuleError for what is no public key, NoRecipientError when it names nobody.
    """
    return [_described(one) for one in parse_recipients(text)]


def read_sender(text: str) -> KnownKey:
    """Return whose key card a text is; nothing is kept. Raises RuleError."""
    return _of_card(parse_key_card(text), "sender")


def add_recipients(
    store: Store, text: str, *, clock: Clock, valid_until: date | None = None, name: str = ""
) -> list[KnownKey]:
    """Keep everyone that a key file, or a line `age1…`, names as recipients, and return them.

    `valid_until` is the last day that bundles are sealed for them; `name` what they are called here, for one alone.
    Who is known already is renewed. Raises as `read_recipients` does.
    """
    found = parse_recipients(text)
    if name and len(found) > 1:
        raise RuleError(_("Filen har flere modtagere, og navnet passer kun til én."), _("Udelad --name."))
    kept = []
    for one in found:
        described = _described(one)
        card = one.card.to_json() if one.card else one.recipient
        last_day = valid_until.isoformat() if valid_until else None
        named = described._replace(name=name or described.name, valid_until=last_day)
        kept.append(_keep(store, named, card, clock=clock))
    return kept


def trust_sender(store: Store, text: str, *, clock: Clock, role: str | None = None) -> KnownKey:
    """Keep a key card as a sender's, whose operations are believed from now on as `role` (one of queries.keys.ROLES).

    Without a role the card's own counts. What waits for the key is taken in by `trusting.bring_up_to_date`. Raises RuleError.
    """
    card = parse_key_card(text)
    return _keep(store, _of_card(card, "sender", role), card.to_json(), clock=clock)


class WaitingCard(NamedTuple):
    """A key that operations wait for, as its own device states it; `words` all that are kept, "" when it states no key card."""

    key: WaitingKey
    words: str
    card: KeyCard | None


def waiting_cards(reader: Reader) -> list[WaitingCard]:
    """Return the keys that wait to be trusted, each with the words that its own laptop shows."""
    return [_stated(one) for one in waiting_keys(reader)]


def _stated(key: WaitingKey) -> WaitingCard:
    card = KeyCard(key.device, key.name or key.device[:8], NO_MUNICIPALITY, key.role, key.recipient, key.public_key)
    try:
        # Through the same door as a key file: whoever wrote it is nobody that is trusted.
        card = parse_key_card(card.to_json())
    except RuleError:
        return WaitingCard(key, "", None)
    return WaitingCard(key, card.words(WORDS_KEPT), card)


def trust_waiting(store: Store, words: str, *, clock: Clock, role: str | None = None) -> KnownKey:
    """Believe a key that operations here wait for, named by its words (the first four are enough) or its device.

    Raises NotFoundError, and RuleError when the words fit several keys.
    """
    reader = store.reader()
    try:
        found = [one for one in waiting_cards(reader) if names(one, words)]
    finally:
        store.release(reader)
    cards = {one.words: one.card for one in found if one.card is not None}
    if not cards:
        raise NotFoundError(_("Ingen nøgle, der ventes på, har de ord."), _("Se dem med vejleder key list."))
    if len(cards) > 1:
        raise RuleError(_("Ordene passer på flere nøgler."), _("Skriv alle otte ord."))
    ((_words, card),) = cards.items()
    return _keep(store, _of_card(card, "sender", role), card.to_json(), clock=clock)


def names(one: WaitingCard, wanted: str) -> bool:
    """Return whether what a person wrote names a key that is waited for: its words, or its device's id."""
    return wanted.strip() == one.key.device or fits(one.words, wanted)


def fits(fingerprint: str, wanted: str) -> bool:
    """Return whether the words that a person gave (at least four) begin a fingerprint."""
    given = "-".join(wanted.casefold().replace("-", " ").split())
    return given.count("-") >= 3 and f"{fingerprint}-".startswith(f"{given}-")


def _keep(store: Store, key: KnownKey, card: str, *, clock: Clock) -> KnownKey:
    with bookkeeping(store) as connection:
        connection.execute(
            "INSERT INTO known (fingerprint, purpose, name, card, added_at, valid_until, role)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (fingerprint, purpose) DO UPDATE SET name = excluded.name, card = excluded.card,"
            " added_at = excluded.added_at, valid_until = excluded.valid_until, role = excluded.role,"
            " removed_at = NULL",
            (key.fingerprint, key.purpose, key.name, card, stamp(clock.now()), key.valid_until, key.role or None),
        )
    return key


def remove_key(store: Store, words: str, *, clock: Clock, purpose: str | None = None) -> list[KnownKey]:
    """Take the key with these words away, as recipient, as sender, or both, and return what was taken.

    The first four words are enough. Raises NotFoundError, and RuleError when the words fit different keys.
    """
    with bookkeeping(store) as connection:
        found = [one for one in known_keys(connection, purpose) if fits(one.fingerprint, words)]
        if not found:
            raise NotFoundError(_("Ingen kendt nøgle har de ord."), _("Se dem med vejleder key list."))
        if len({one.fingerprint for one in found}) > 1:
            raise RuleError(_("Ordene passer på flere nøgler."), _("Skriv alle otte ord."))
        for one in found:
            connection.execute(
                "UPDATE known SET removed_at = ? WHERE fingerprint = ? AND purpose = ?",
                (stamp(clock.now()), one.fingerprint, one.purpose),
            )
    return found
