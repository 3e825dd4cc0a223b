"""Proof that the tables are the fold of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.erasure import Erasures
from vejleder_tui.oplog.line import to_json
from vejleder_tui.oplog.settle import AT_ONCE, Chunk
from vejleder_tui.oplog.tables import marks_of, table_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vejleder_tui.oplog.fold import FoldedRow
    from vejleder_tui.oplog.line import OperationLine
    from vejleder_tui.oplog.settle import Settled
    from vejleder_tui.oplog.tables import Database, RowState

__all__ = ["FoldFault", "fold_faults", "folded_row"]


@dataclass(frozen=True)
class FoldFault:
    """A row that is not what the log says. Why: `missing`, `extra`, `differs`, `contested`, `held`."""

    table: str
    row: str
    why: str


def fold_faults(database: Database) -> Iterator[FoldFault]:
    """Compare every row, and what waits, with the fold of its operations; yield each difference in the order of ids.

    Memory does not grow with the rows.
    """
    erasures = Erasures.load(database)
    for table in table_names():
        last = ""
        while rows := _ids(database, f'SELECT id FROM "{table}" WHERE id > ? ORDER BY id LIMIT {AT_ONCE}', last):
            last = rows[-1]
            yield from _faults(database, table, rows, erasures)
        absent = _ids(
            database,
            f'SELECT DISTINCT row FROM operation WHERE table_name = ? AND row NOT IN (SELECT id FROM "{table}") ORDER BY row',
            table,
        )
        for start in range(0, len(absent), AT_ONCE):
            yield from _faults(database, table, absent[start : start + AT_ONCE], erasures)


def folded_row(database: Database, table: str, row: str) -> FoldedRow | None:
    """Return one row as the log gives it, read from the log alone but for the rows that it refers to."""
    ((_row, _operations, settled),) = Chunk(database, table, [row], Erasures.load(database), {}).reckon()
    return settled.row


def _ids(database: Database, sql: str, parameter: str) -> list[str]:
    return [str(row) for (row,) in database.execute(sql, (parameter,)).fetchall()]


def _faults(database: Database, table: str, rows: list[str], erasures: Erasures) -> Iterator[FoldFault]:
    chunk = Chunk(database, table, rows, erasures, {})
    standing = chunk.standing()
    marks = marks_of(len(rows))
    contested: dict[str, set[tuple[str, str, str]]] = {}
    for row, *leaf in database.execute(
        f"SELECT row, field, hash, value FROM contested WHERE table_name = ? AND row IN ({marks})", (table, *rows)
    ).fetchall():
        contested.setdefault(str(row), set()).add((str(leaf[0]), str(leaf[1]), str(leaf[2])))
    held: dict[str, set[tuple[str, str, str]]] = {}
    for row, *reason in database.execute(
        f"SELECT row, hash, why, need FROM held WHERE row IN ({marks}) AND why IN ('create', 'named', 'parent')", rows
    ).fetchall():
        held.setdefault(str(row), set()).add((str(reason[0]), str(reason[1]), str(reason[2])))
    for row, operations, settled in chunk.reckon():
        why = _difference(settled, standing.get(row), contested.get(row, set()), held.get(row, set()), operations)
        if why:
            yield FoldFault(table, row, why)


def _difference(
    settled: Settled,
    standing: RowState | None,
    contested: set[tuple[str, str, str]],
    held: set[tuple[str, str, str]],
    operations: Mapping[str, OperationLine],
) -> str:
    folded = settled.row
    if folded is None and standing is not None:
        return "extra"
    if folded is not None and standing is None:
        return "missing"
    if folded is not None and folded.state != standing:
        return "differs"
    leaves = {} if folded is None else folded.contested
    if contested != {(name, one, to_json(value)) for name, found in leaves.items() for one, value in found}:
        return "contested"
    waits = {(one, why, need) for one, reasons in settled.waits.items() for why, need in reasons}
    return "" if {reason for reason in held if reason[0] in operations} == waits else "held"
