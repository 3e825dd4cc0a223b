"""The devices that count here, with their own keys and the newest places of their chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.slices import GENESIS, local_value
from vejleder_tui.queries.keys import own_lines

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = ["DeviceKey", "device_key_list", "hashes_at", "newest_place"]


class DeviceKey(NamedTuple):
    """A device and the keys that its own number 1 states. `own`: it is this laptop; `revoked`: the last number that counts."""

    device: str
    name: str
    role: str
    public_key: str
    recipient: str
    own: bool
    revoked: int | None


def device_key_list(reader: Reader) -> list[DeviceKey]:
    """Return the devices that count here and whose number 1 is here, by id."""
    own = local_value(reader, "device")
    found = []
    for device, name, role, revoked in reader.execute(
        "SELECT id, coalesce(name, ''), coalesce(role, ''), revoked_seq FROM device ORDER BY id"
    ).fetchall():
        said = next(own_lines(reader, device), None)
        if said is not None and isinstance(said.get("sign_key"), str):
            seal = str(said.get("seal_key") or "")
            found.append(DeviceKey(device, name, role, said["sign_key"], seal, device == own, revoked))
    return found


def newest_place(reader: Reader, device: str) -> tuple[int, str]:
    """Return number and hash of a device's newest operation that counts here, (0, the first hash) when none does."""
    found = reader.execute(
        "SELECT seq, hash FROM operation WHERE device = ? AND NOT EXISTS (SELECT 1 FROM held"
        " WHERE held.hash = operation.hash AND held.why IN ('gap', 'unknown', 'revoked')) ORDER BY seq DESC, hash LIMIT 1",
        (device,),
    ).fetchone()
    return (0, GENESIS) if found is None else (int(found[0]), str(found[1]))


def hashes_at(reader: Reader, device: str, number: int) -> list[str]:
    """Return the hashes of a device's operations with this number: several where it went on in two copies."""
    if number == 0:
        return [GENESIS]
    rows = reader.execute("SELECT hash FROM operation WHERE device = ? AND seq = ? ORDER BY hash", (device, number))
    return [str(one) for (one,) in rows.fetchall()]
