"""Whose operations count: keys with their roles, and revocations that name the last operation of a device that does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.line import OperationLine
from vejleder_tui.oplog.places import path_back
from vejleder_tui.oplog.tables import marks_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.oplog.tables import Database

__all__ = [
    "REVOKED",
    "ROLE",
    "STRONG",
    "UNKNOWN",
    "Limit",
    "asks_for_role",
    "devices_of",
    "key_of",
    "limit_of",
    "revokes",
]

UNKNOWN = "unknown"
REVOKED = "revoked"
ROLE = "role"

STRONG = frozenset({"coordinator", "exporter", "administration"})
"""The roles whose keys can erase and revoke; `exporter` is administration's role on a laptop."""

_REVOKING = frozenset({"revoked_seq", "revoked_hash"})


def revokes(operation: OperationLine) -> bool:
    """Return whether an operation revokes a device, or takes that back."""
    return operation.table == "device" and not _REVOKING.isdisjoint(operation.values)


def asks_for_role(operation: OperationLine) -> bool:
    """Return whether an operation counts only from a key of coordinator or administration."""
    return operation.kind == "erase" or revokes(operation)


def key_of(database: Database, device: str) -> str | None:
    """Return the public key that vouches for a device's chain: of its signed ends, else of its operation 1; or None."""
    found = database.execute("SELECT public_key FROM signed_head WHERE device = ? LIMIT 1", (device,)).fetchone()
    if found is not None:
        return str(found[0])
    first = database.execute(
        "SELECT line FROM operation WHERE device = ? AND seq = 1 AND line IS NOT NULL", (device,)
    ).fetchone()
    said = OperationLine.decode(first[0]).values.get("sign_key") if first is not None else None
    return said if isinstance(said, str) else None


def devices_of(database: Database, key: str) -> list[str]:
    """Return every device of a key: of its signed ends, of its rows (this laptop's own may never have been signed), and held."""
    rows = database.execute(
        "SELECT device FROM signed_head WHERE public_key = ? UNION SELECT id FROM device WHERE sign_key = ?"
        " UNION SELECT device FROM held WHERE why = 'revoked' AND need = ?",
        (key, key, key),
    ).fetchall()
    return sorted(str(device) for (device,) in rows)


@dataclass(frozen=True)
class Limit:
    """How much of a device counts: what leads to number `seq` with this hash. `seq` 0: nothing does."""

    seq: int
    hash: str

    def beyond(self, database: Database, device: str) -> set[str] | None:
        """Return the hashes of all operations of the device that do not count."""
        counts = path_back(database, device, self.seq, self.hash)
        rows = database.execute("SELECT hash, seq FROM operation WHERE device = ?", (device,)).fetchall()
        if self.hash not in counts:
            # The named place is not here yet: until it comes, what has a smaller number is taken to lead there.
            return {str(one) for one, seq in rows if int(seq) > self.seq}
        return {str(one) for one, _seq in rows if one not in counts}


def limit_of(database: Database, device: str, key: str, roles: Mapping[str, str]) -> Limit | None:
    """Return how much of a device counts, or None when neither it nor its key's other devices are revoked.

    Reckoned from the revoking operations themselves, whoever else has revoked their writers: two who revoke each other
    are both out, on every laptop. Of several the smallest number counts.
    """
    own = _limits(database, device, roles)
    if own:
        return min(own, key=lambda limit: (limit.seq, limit.hash))
    others = [other for other in devices_of(database, key) if other != device]
    return Limit(0, "") if any(_limits(database, other, roles) for other in others) else None


def _limits(database: Database, device: str, roles: Mapping[str, str]) -> list[Limit]:
    rows = database.execute(
        "SELECT hash, device, line FROM operation WHERE row = ? AND table_name = 'device' AND line LIKE '%revoked_%'",
        (device,),
    ).fetchall()
    if not rows:
        return []
    shut = {
        str(one)
        for (one,) in database.execute(
            f"SELECT hash FROM held WHERE hash IN ({marks_of(len(rows))}) AND why IN ('gap', 'unknown', 'role', 'refused')",
            [row[0] for row in rows],
        ).fetchall()
    }
    said = {str(one): OperationLine.decode(line) for one, _writer, line in rows if one not in shut}
    said = {
        one: operation
        for one, operation in said.items()
        if revokes(operation) and _strong(database, operation.device, roles)
    }
    replaced = {
        hash_ for operation in said.values() for name in _REVOKING for hash_ in operation.replaces.get(name, ())
    }
    standing = [operation for one, operation in said.items() if one not in replaced]
    return [
        Limit(seq, str(operation.values.get("revoked_hash") or ""))
        for operation in standing
        if isinstance(seq := operation.values.get("revoked_seq"), int) and not isinstance(seq, bool)
    ]


def _strong(database: Database, device: str, roles: Mapping[str, str]) -> bool:
    key = key_of(database, device)
    return key is not None and roles.get(key) in STRONG
