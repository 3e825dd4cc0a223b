"""A chain thrown away that nobody here believes: the one way in which the log loses lines, for what never counted.

Whoever carries a file can state a key of his own for somebody else's device id. Such lines wait; but while they stand, the
id is tied to his key, and the true device's chain cannot come in beside them.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.trust import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from contextlib import AbstractContextManager

    from vejleder_tui.oplog.tables import Database

__all__ = ["GivesWay", "OtherKeyError", "claim", "counts_nowhere", "discard_chain", "lifted_in_sqlite"]

_STAYS = "operation_stays"


class OtherKeyError(ValueError):
    """Another key vouches for a device here. `waits`: nobody believes that key, and what it wrote only waits."""

    def __init__(self, device: str, *, waits: bool) -> None:
        super().__init__(f"{device}: another key")
        self.device = device
        self.waits = waits


def claim(database: Database, device: str, key: str, roles: Mapping[str, str], gives_way: GivesWay | None) -> None:
    """See to it that `key` may vouch for a device; raises OtherKeyError when another one does that does not give way."""
    standing = key_of(database, device)
    if standing is None or standing == key:
        return
    if gives_way is None or not gives_way.frees(database, device, standing, key, roles):
        raise OtherKeyError(device, waits=standing not in roles)


@dataclass(frozen=True)
class GivesWay:
    """When a chain gives way to a trusted key that signs for the same device, and how the log is opened for that.

    `remembered` are the keys that are believed or once were: what they wrote goes only when a person says so. `lifted`
    gives the context in which lines can be deleted, and False where this connection has no right to that; `opened` that in
    which the log may be written at all (the store's door).
    """

    remembered: Collection[str]
    lifted: Callable[[Database], AbstractContextManager[bool]]
    opened: Callable[[], AbstractContextManager[object]] = nullcontext

    def frees(self, database: Database, device: str, standing: str, key: str, roles: Mapping[str, str]) -> bool:
        """Throw away what the unknown key `standing` wrote under a device that the trusted `key` signs for.

        Returns whether the device's id is free now.
        """
        if key not in roles or standing in roles or standing in self.remembered:
            return False
        if not counts_nowhere(database, device):
            return False
        with self.opened(), self.lifted(database) as may:
            if may:
                discard_chain(database, device)
            return may


def counts_nowhere(database: Database, device: str) -> bool:
    """Return whether every operation of a device that is here with its line waits for an unknown key."""
    found = database.execute(
        "SELECT 1 FROM operation o WHERE o.device = ? AND o.line IS NOT NULL AND NOT EXISTS (SELECT 1 FROM held h"
        " WHERE h.hash = o.hash AND h.why = 'unknown') LIMIT 1",
        (device,),
    ).fetchone()
    return found is None


def discard_chain(database: Database, device: str) -> int:
    """Delete everything that is here of a device's chain, and return how many operations that were; inside `lifted`.

    Nothing of it counts (`counts_nowhere`), so no row changes.
    """
    count = database.execute("SELECT count(*) FROM operation WHERE device = ?", (device,)).fetchone()[0]
    for table in ("held", "withheld", "signed_head", "operation"):
        database.execute(f"DELETE FROM {table} WHERE device = ?", (device,))
    return int(count)


@contextmanager
def lifted_in_sqlite(database: Database) -> Iterator[bool]:
    """Let lines be deleted for the length of the block, inside the caller's transaction: undone with it, never seen outside."""
    (stays,) = database.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (_STAYS,)
    ).fetchone()
    database.execute(f"DROP TRIGGER {_STAYS}")
    yield True
    database.execute(stays)
