"""Whose operations the centre believes, and whom it writes receipts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.bundle.keys import KeyCard, fingerprint_words, parse_recipients
from vejleder_tui.central import values
from vejleder_tui.central.identity import ADMINISTRATION
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from vejleder_tui.central.database import Centre

__all__ = ["ROLES", "Key", "believed", "known_keys", "own_key", "remove_key", "roles", "trust"]

ROLES = ("worker", "coordinator", "exporter", ADMINISTRATION)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was read in. `removed_at`: from then on it is no longer believed, and gets no receipts."""

    public_key: str
    recipient: str
    device: str
    name: str
    role: str
    municipality: str
    added_at: str
    removed_at: str | None

    @property
    def words(self) -> str:
        """The words that two people read to each other."""
        return fingerprint_words(f"{self.recipient}\n{self.public_key}\n")


_COLUMNS = "public_key, recipient, device, name, role, municipality, added_at, removed_at"


def known_keys(centre: Centre, *, removed: bool = False) -> list[Key]:
    """Return the keys by name, those that were removed too if `removed`."""
    found = [
        Key(*row) for row in centre.execute(f"SELECT {_COLUMNS} FROM central_key ORDER BY name, public_key").fetchall()
    ]
    return [key for key in found if removed or key.removed_at is None]


def roles(centre: Centre) -> dict[str, str]:
    """Return the role of each key that is believed, by its minisign line."""
    return {key.public_key: key.role for key in known_keys(centre)}


def own_key(centre: Centre) -> str | None:
    """Return the centre's own public key, None before `central init`."""
    return values.get(centre, "public_key")


def believed(centre: Centre) -> dict[str, str]:
    """Return the role of each key that is believed, the centre's own among them: what the log is folded by."""
    found = roles(centre)
    own = own_key(centre)
    if own is not None:
        found[own] = ADMINISTRATION
    return found


def trust(centre: Centre, text: str, *, now: str, role: str | None = None) -> list[Key]:
    """Believe the key cards in a text from now on and return their keys; inside the caller's transaction.

    `role` overrules the cards'. A card whose role says nothing is a worker's. Raises RuleError for a bare age key (it
    signs nothing) and for the centre's own card.
    """
    cards = []
    for one in parse_recipients(text):
        if one.card is None:
            raise RuleError(
                _("En age1-nøgle underskriver ikke noget."), _("Bed om en nøglefil: vejleder key show --to FIL.")
            )
        if one.card.public_key == own_key(centre):
            raise RuleError(_("Det er centralens egen nøglefil."), _("Angiv en bærbars: vejleder key show --to FIL."))
        cards.append(one.card)
    return [_take_in(centre, card, role, now) for card in cards]


def _take_in(centre: Centre, card: KeyCard, role: str | None, now: str) -> Key:
    given = role or (card.role if card.role in ROLES else "worker")
    centre.execute(
        f"INSERT INTO central_key ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (public_key) DO UPDATE SET"
        " recipient = excluded.recipient, device = excluded.device, name = excluded.name, role = excluded.role,"
        " municipality = excluded.municipality, removed_at = NULL",
        (card.public_key, card.recipient, card.device, card.name, given, card.municipality, now),
    )
    return Key(card.public_key, card.recipient, card.device, card.name, given, card.municipality, now, None)


def remove_key(centre: Centre, words: str, *, now: str) -> Key:
    """Believe a key no longer, named by its words or its device's id; inside the caller's transaction.

    Raises NotFoundError.
    """
    wanted = words.strip().casefold().replace(" ", "-")
    for key in known_keys(centre):
        if wanted in {key.words, key.device, fingerprint_words(f"{key.recipient}\n{key.public_key}\n", 8)}:
            centre.execute("UPDATE central_key SET removed_at = ? WHERE public_key = ?", (now, key.public_key))
            return key
    raise NotFoundError(_("Ingen kendt nøgle har de ord."), _("Se dem med vejleder central status."))
