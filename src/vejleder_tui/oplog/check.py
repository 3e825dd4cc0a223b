"""Proof that the tables are the fold of the log, and the means to fold them anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.fold import FoldedRow, fold
from vejleder_tui.oplog.line import OperationLine, to_json
from vejleder_tui.oplog.tables import RowState, read_row, sql_of, state_of, table_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.oplog.tables import Database

__all__ = ["FoldFault", "fold_faults", "folded_row"]


@dataclass(frozen=True)
class FoldFault:
    """A row that is not what the log says. Why: `missing`, `extra`, `differs`, `contested`."""

    table: str
    row: str
    why: str


def folded_row(database: Database, table: str, row: str) -> FoldedRow | None:
    """Return one row as the log gives it, read from the log alone."""
    found = database.execute(
        "SELECT hash, line FROM operation WHERE row = ? AND table_name = ? AND line IS NOT NULL", (row, table)
    ).fetchall()
    return fold(table, row, {one: OperationLine.decode(line) for one, line in found})


def fold_faults(database: Database) -> Iterator[FoldFault]:
    """Compare every row with the fold of its operations and yield each difference; memory does not grow with the rows."""
    for table in table_names():
        sql = sql_of(table)
        for found in database.execute(sql.select_all):
            state = state_of(sql, found)
            why = _difference(database, table, state)
            if why:
                yield FoldFault(table, state.id, why)
        missing = database.execute(
            f'SELECT DISTINCT row FROM operation WHERE table_name = ? AND row NOT IN (SELECT id FROM "{table}")',
            (table,),
        )
        for (row,) in missing:
            if read_row(database, table, row) is None and folded_row(database, table, row) is not None:
                yield FoldFault(table, row, "missing")


def _difference(database: Database, table: str, state: RowState) -> str:
    folded = folded_row(database, table, state.id)
    if folded is None:
        return "extra"
    if folded.state != state:
        return "differs"
    found = database.execute(
        "SELECT field, hash, value FROM contested WHERE table_name = ? AND row = ?", (table, state.id)
    ).fetchall()
    expected = {(name, one, to_json(value)) for name, leaves in folded.contested.items() for one, value in leaves}
    return "" if {tuple(row) for row in found} == expected else "contested"
