"""The hash chain of each device: what was changed, removed, swapped or put in shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vejleder_tui.oplog.line import GENESIS, OperationLine, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.oplog.tables import Database

__all__ = ["ChainFault", "Head", "chain_faults", "heads"]


@dataclass(frozen=True)
class Head:
    """The newest operation of one device that is held here."""

    device: str
    seq: int
    hash: str


@dataclass(frozen=True)
class ChainFault:
    """The first operation of a device at which its chain does not hold."""

    device: str
    seq: int
    why: str


def heads(database: Database) -> list[Head]:
    """Return the head of every device held here, by device."""
    found = database.execute(
        "SELECT o.device, o.seq, o.hash FROM operation o JOIN"
        " (SELECT device, max(seq) AS last FROM operation GROUP BY device) h"
        " ON o.device = h.device AND o.seq = h.last ORDER BY o.device, o.hash"
    ).fetchall()
    return [Head(device=row[0], seq=int(row[1]), hash=row[2]) for row in found]


def chain_faults(database: Database) -> Iterator[ChainFault]:
    """Walk every device's chain from its first operation and yield one fault for each device that has one.

    Why: `missing` (a number is not there, and nothing tells why), `hash` (the line is not what was hashed), `line` (it
    says something else than its columns). One pass in order; memory does not grow with the log.
    """
    walk: _Walk | None = None
    rows = database.execute(
        "SELECT o.device, o.seq, o.hash, o.txn, o.table_name, o.row, o.line, o.previous, o.taken,"
        " (SELECT h.need FROM held h WHERE h.hash = o.hash AND h.why = 'gap'),"
        " (SELECT 1 FROM held h WHERE h.hash = o.hash AND h.why = 'refused')"
        " FROM operation o ORDER BY o.device, o.seq, o.hash"
    )
    for row in rows:
        if walk is None or walk.device != row[0]:
            walk = _Walk(str(row[0]), _run_ends(database, str(row[0])))
        if walk.bad:
            continue
        why = walk.step(row)
        if why:
            walk.bad = True
            yield ChainFault(walk.device, walk.expected if why == "missing" else int(row[1]), why)


def _run_ends(database: Database, device: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for last, end in database.execute("SELECT last, end_hash FROM withheld WHERE device = ?", (device,)).fetchall():
        found.setdefault(int(last), set()).add(str(end))
    return found


class _Walk:
    """Where a chain stands: the hashes at the number before, of every copy that went on."""

    def __init__(self, device: str, ends: dict[int, set[str]]) -> None:
        self.device = device
        self.bad = False
        self._ends = ends
        self._seq = 0
        self._hashes: set[str] = {GENESIS}
        self._before: set[str] = set()

    @property
    def expected(self) -> int:
        """The number that comes next."""
        return self._seq + 1

    def step(self, row: tuple[Any, ...]) -> str:
        _device, number, one, txn, table, where, line, previous, taken, gap, refused = row
        if number != self._seq:
            self._before = self._hashes if number == self._seq + 1 else set()
            self._before |= self._ends.get(number - 1, set())
            if gap is not None:
                self._before.add(str(gap).split(" ")[2])
            if not self._before:
                return "missing"
            self._seq, self._hashes = number, set()
        self._hashes.add(str(one))
        if line is None:
            return "" if taken else "hash"
        candidates = {str(previous)} & self._before if previous else self._before
        if gap is not None:
            candidates = candidates | {str(gap).split(" ")[2]}
        if not any(hash_of(before, line) == one for before in candidates):
            return "hash"
        if refused:
            return ""
        said = OperationLine.decode(line)
        same = (said.device, said.seq, said.txn, said.table, said.row) == (self.device, number, txn, table, where)
        return "" if same else "line"
