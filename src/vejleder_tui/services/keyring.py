"""Public keys in: whom bundles are sealed for, and whose bundles are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.bundle.keys import KeyCard, fingerprint_words, parse_key_card, parse_recipients
from vejleder_tui.clock import stamp
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.queries.keys import KnownKey, known_keys
from vejleder_tui.services.bookkeeping import bookkeeping

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.bundle.keys import Recipient
    from vejleder_tui.clock import Clock
    from vejleder_tui.store.store import Store

__all__ = ["add_recipients", "read_recipients", "read_sender", "remove_key", "trust_sender"]

WORDS_KEPT = 8


def _described(found: Recipient) -> KnownKey:
    if found.card is not None:
        return _of_card(found.card, "recipient")
    words = fingerprint_words(f"{found.recipient}\n", WORDS_KEPT)
    name = found.comment or f"{found.recipient[:12]}…"
    return KnownKey(words, "recipient", name, found.recipient, "", None)


def _of_card(card: KeyCard, purpose: str) -> KnownKey:
    return KnownKey(card.words(WORDS_KEPT), purpose, card.name, card.recipient, card.public_key, None)


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


def trust_sender(store: Store, text: str, *, clock: Clock) -> KnownKey:
    """Keep a key card as a sender's, whose bundles are believed from now on; raises RuleError."""
    return _keep(store, read_sender(text), parse_key_card(text).to_json(), clock=clock)


def _keep(store: Store, key: KnownKey, card: str, *, clock: Clock) -> KnownKey:
    with bookkeeping(store) as connection:
        connection.execute(
            "INSERT INTO known (fingerprint, purpose, name, card, added_at, valid_until) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (fingerprint, purpose) DO UPDATE SET name = excluded.name, card = excluded.card,"
            " added_at = excluded.added_at, valid_until = excluded.valid_until, removed_at = NULL",
            (key.fingerprint, key.purpose, key.name, card, stamp(clock.now()), key.valid_until),
        )
    return key


def remove_key(store: Store, words: str, *, clock: Clock, purpose: str | None = None) -> list[KnownKey]:
    """Take the key with these words away, as recipient, as sender, or both, and return what was taken.

    The first four words are enough. Raises NotFoundError, and RuleError when the words fit different keys.
    """
    wanted = "-".join(words.casefold().replace("-", " ").split())
    with bookkeeping(store) as connection:
        found = [
            one
            for one in known_keys(connection, purpose)
            if wanted.count("-") >= 3 and f"{one.fingerprint}-".startswith(f"{wanted}-")
        ]
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
