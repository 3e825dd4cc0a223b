"""The hash chain of each device: what was changed, removed, swapped or put in shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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

    Why: `missing` (a number is not there), `hash` (the line is not what was hashed), `line` (it says something else
    than its columns). One pass in order; memory does not grow with the log.
    """
    device, seq, previous, bad = "", 0, GENESIS, False
    rows = database.execute(
        "SELECT device, seq, hash, txn, table_name, row, line FROM operation ORDER BY device, seq, hash"
    )
    for row in rows:
        if row[0] != device:
            device, seq, previous, bad = row[0], 0, GENESIS, False
        if bad:
            continue
        seq += 1
        why = _fault(row, seq, previous)
        if why:
            bad = True
            yield ChainFault(device, seq, why)
        previous = row[2]


def _fault(row: tuple[str, int, str, int, str, str, str], seq: int, previous: str) -> str:
    device, number, one, txn, table, where, line = row
    if number != seq:
        return "missing"
    if hash_of(previous, line or "") != one:
        return "hash"
    said = OperationLine.decode(line)
    same = (said.device, said.seq, said.txn, said.table, said.row) == (device, number, txn, table, where)
    return "" if same else "line"
