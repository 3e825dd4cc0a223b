"""The keys that were read in: who bundles are sealed for, whose operations count here and as what; and keys that wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.bundle.slices import local_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from vejleder_tui.queries.base import Reader

__all__ = [
    "ROLES",
    "KnownKey",
    "WaitingKey",
    "device_keys",
    "known_keys",
    "own_lines",
    "own_public_key",
    "recipients_in_force",
    "remembered_keys",
    "role_of_card",
    "roles",
    "waiting_keys",
]

ROLES = ("worker", "coordinator", "exporter", "administration")
"""What a key can be trusted as; `exporter` is an administration's laptop, `administration` a centre."""


class KnownKey(NamedTuple):
    """A key that was read in. `purpose`: recipient or sender. `words`: the four that are read aloud.

    `recipient` is an age recipient; `public_key` minisign's ("" for a bare recipient); `valid_until` the last day;
    `role` what a sender is trusted as, one of ROLES; of a recipient what its card says ("" for a bare one).
    """

    fingerprint: str
    purpose: str
    name: str
    recipient: str
    public_key: str
    valid_until: str | None
    role: str = ""

    @property
    def words(self) -> str:
        """The first four words of the fingerprint."""
        return "-".join(self.fingerprint.split("-")[:4])


def known_keys(reader: Reader, purpose: str | None = None) -> list[KnownKey]:
    """Return the keys that were not taken away again, in the order they came."""
    rows = reader.execute(
        "SELECT fingerprint, purpose, name, card, valid_until, role FROM known"
        " WHERE removed_at IS NULL AND (? IS NULL OR purpose = ?) ORDER BY added_at, fingerprint",
        (purpose, purpose),
    )
    found = []
    for fingerprint, found_purpose, name, card, valid_until, role in rows:
        said = json.loads(card) if card.startswith("{") else {"age": card, "minisign": ""}
        stated = str(role or said.get("role", ""))
        trusted_as = role_of_card(stated) if found_purpose == "sender" else stated
        found.append(KnownKey(fingerprint, found_purpose, name, said["age"], said["minisign"], valid_until, trusted_as))
    return found


def role_of_card(role: str) -> str:
    """Return what a card asks to be trusted as: its own role if it is one of ROLES, else worker, which may least."""
    return role if role in ROLES else "worker"


def own_public_key(reader: Reader) -> str | None:
    """Return this laptop's own minisign public key, or None when the store has none."""
    from vejleder_tui.bundle.minisign import SigningKey  # noqa: PLC0415 - 50 ms, which the first paint of I dag has not

    seed = local_value(reader, "signing_seed")
    return None if seed is None else SigningKey(bytes.fromhex(seed)).public.text


def roles(reader: Reader) -> dict[str, str]:
    """Return what each trusted public key counts as here: those that were not taken away again, and this laptop's own.

    The own key is what its seed says, never what a row says: rows can be written by others.
    """
    found = {one.public_key: one.role for one in known_keys(reader, "sender") if one.public_key}
    own = own_public_key(reader)
    if own is not None:
        device = reader.execute("SELECT role FROM device WHERE id = ?", (local_value(reader, "device"),)).fetchone()
        found[own] = role_of_card(str(device[0] or "") if device else "")
    return found


def remembered_keys(reader: Reader) -> set[str]:
    """Return the public keys of everyone that is, or once was, a sender or a recipient here."""
    cards = reader.execute("SELECT card FROM known WHERE card LIKE '{%'").fetchall()
    return {str(json.loads(card)["minisign"]) for (card,) in cards}


def recipients_in_force(reader: Reader, today: date) -> list[KnownKey]:
    """Return whom a bundle written today is sealed for: known recipients that are not past their last day."""
    return [
        one
        for one in known_keys(reader, "recipient")
        if one.valid_until is None or one.valid_until >= today.isoformat()
    ]


def own_lines(reader: Reader, device: str) -> Iterator[dict[str, Any]]:
    """Yield what number 1 of a device says of it: its values. There are several where a number 1 was made up."""
    rows = reader.execute("SELECT line FROM operation WHERE device = ? AND seq = 1", (device,))
    for (line,) in rows.fetchall():
        said = json.loads(line) if line else {}
        values = said.get("values")
        if said.get("table") == "device" and isinstance(values, dict):
            yield values


def device_keys(reader: Reader) -> dict[str, str]:
    """Return the minisign public key of every device that counts here, by its id: what its own number 1 says of it.

    The row of a device can be written by others; its number 1 is what it signed itself.
    """
    found: dict[str, str] = {}
    for (device,) in reader.execute("SELECT id FROM device").fetchall():
        for values in own_lines(reader, str(device)):
            if isinstance(values.get("sign_key"), str):
                found.setdefault(str(device), values["sign_key"])
    return found


class WaitingKey(NamedTuple):
    """A key whose operations wait because nobody here trusts it.

    `device`, `name`, `role` and `recipient` are what the device says of itself ("" while its number 1 is not here);
    `operations` is how many wait, from number `first` to `last`.
    """

    public_key: str
    device: str
    name: str
    role: str
    recipient: str
    operations: int
    first: int
    last: int


def waiting_keys(reader: Reader) -> list[WaitingKey]:
    """Return the keys that wait to be trusted, a line for each device of one, in the order of the devices."""
    rows = reader.execute(
        "SELECT need, device, count(*), min(seq), max(seq) FROM held WHERE why = 'unknown' GROUP BY need, device"
        " ORDER BY device, need"
    )
    found = []
    for key, device, count, first, last in rows.fetchall():
        said = next((one for one in own_lines(reader, device) if one.get("sign_key") == key), {})
        text = {name: str(said.get(name) or "") for name in ("name", "role", "seal_key")}
        found.append(WaitingKey(key, device, text["name"], text["role"], text["seal_key"], count, first, last))
    return found
