"""The keys that were read in: who bundles are sealed for, and whose are believed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.queries.base import Reader

__all__ = ["KnownKey", "device_keys", "known_keys", "recipients_in_force"]


class KnownKey(NamedTuple):
    """A key that was read in. `purpose`: recipient or sender. `words`: the four that are read aloud.

    `recipient` is an age recipient; `public_key` minisign's ("" for a bare recipient); `valid_until` the last day.
    """

    fingerprint: str
    purpose: str
    name: str
    recipient: str
    public_key: str
    valid_until: str | None

    @property
    def words(self) -> str:
        """The first four words of the fingerprint."""
        return "-".join(self.fingerprint.split("-")[:4])


def known_keys(reader: Reader, purpose: str | None = None) -> list[KnownKey]:
    """Return the keys that were not taken away again, in the order they came."""
    rows = reader.execute(
        "SELECT fingerprint, purpose, name, card, valid_until FROM known"
        " WHERE removed_at IS NULL AND (? IS NULL OR purpose = ?) ORDER BY added_at, fingerprint",
        (purpose, purpose),
    )
    found = []
    for fingerprint, found_purpose, name, card, valid_until in rows:
        said = json.loads(card) if card.startswith("{") else {"age": card, "minisign": ""}
        found.append(KnownKey(fingerprint, found_purpose, name, said["age"], said["minisign"], valid_until))
    return found


def recipients_in_force(reader: Reader, today: date) -> list[KnownKey]:
    """Return whom a bundle written today is sealed for: known recipients that are not past their last day."""
    return [
        one
        for one in known_keys(reader, "recipient")
        if one.valid_until is None or one.valid_until >= today.isoformat()
    ]


def device_keys(reader: Reader) -> dict[str, str]:
    """Return the minisign public key of every device known here, by its id."""
    rows = reader.execute("SELECT id, sign_key FROM device WHERE void = 0 AND sign_key IS NOT NULL")
    return {str(device): str(key) for device, key in rows}
