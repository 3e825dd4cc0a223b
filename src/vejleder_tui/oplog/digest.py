"""The state digest: equal on two stores exactly when they hold the same values and the same open conflicts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.fold import VOID
from vejleder_tui.oplog.line import to_json
from vejleder_tui.oplog.tables import sql_of, state_of, table_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.oplog.tables import Database, RowState, TableSql

__all__ = ["StateDigest", "digest_lines", "state_digest"]


@dataclass(frozen=True)
class StateDigest:
    """The digest, how many operations are held, and the rows that are not void, per table."""

    digest: str
    operations: int
    rows: dict[str, int]


def digest_lines(database: Database, table: str) -> Iterator[tuple[bool, bytes]]:
    """Yield the digest's lines of one table in the order of their bytes; True beside the first line of each row.

    docs/log.md, The state digest: `table TAB row TAB field TAB value LF`, a line for each different leaf value.
    """
    sql = sql_of(table)
    contested = _contested(database, table)
    for row in database.execute(sql.select_all):
        state = state_of(sql, row)
        if state.void:
            continue
        lines = sorted(_row_lines(sql, state, contested.get(state.id, {})))
        for place, line in enumerate(lines):
            yield place == 0, line


def state_digest(database: Database) -> StateDigest:
    """Return the state digest of a store; memory does not grow with the rows."""
    total = hashlib.sha256()
    rows: dict[str, int] = {}
    for table in table_names():
        count = 0
        for first, line in digest_lines(database, table):
            count += first
            total.update(line)
        rows[table] = count
    operations = database.execute("SELECT count(*) FROM operation").fetchone()
    return StateDigest(digest=total.hexdigest(), operations=int(operations[0]), rows=rows)


def _contested(database: Database, table: str) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    rows = database.execute("SELECT row, field, value FROM contested WHERE table_name = ?", (table,))
    for row, name, value in rows:
        found.setdefault(row, {}).setdefault(name, set()).add(value)
    return found


def _row_lines(sql: TableSql, state: RowState, contested: dict[str, set[str]]) -> Iterator[bytes]:
    for name in (*sql.fields, VOID):
        if name in contested:
            values = contested[name]
        elif name == VOID or state.values[name] is None:
            continue
        else:
            values = {to_json(state.values[name])}
        for value in values:
            yield f"{sql.table}\t{state.id}\t{name}\t{value}\n".encode()
