"""The SQL of each replicated table, made once from the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from vejleder_tui.model.base import RECORDS, FieldInfo, fields_of
from vejleder_tui.oplog.values import from_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vejleder_tui.oplog.line import Value

__all__ = [
    "Database",
    "RowState",
    "TableSql",
    "children_of",
    "earlier_rows",
    "filled",
    "marks_of",
    "read_row",
    "references_of",
    "sql_of",
    "state_of",
    "table_names",
    "table_order",
]


class Rows(Protocol):
    """What a driver's `execute` returns."""

    def fetchone(self) -> Any:  # noqa: ANN401 - a driver's row
        """Return the next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Database(Protocol):
    """A driver's connection, as far as the log needs it."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows:
        """Run one statement."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:  # noqa: ANN401 - drivers differ
        """Run one statement once for each of `rows`."""
        ...


@dataclass(frozen=True)
class TableSql:
    """The statements of one table and what is known of its fields."""

    table: str
    fields: dict[str, FieldInfo]
    select: str
    insert: str
    upsert: str
    select_all: str

    @property
    def data(self) -> list[str]:
        """The names of the fields that are not part of the key."""
        return [name for name, info in self.fields.items() if not info.key]


@dataclass(frozen=True)
class RowState:
    """One row as it stands in its table."""

    id: str
    void: bool
    leaves: str
    values: dict[str, Value]


@cache
def sql_of(table: str) -> TableSql:
    """Return the statements of `table`; raises KeyError if it is no replicated table."""
    fields = fields_of(table)
    names = ["id", "void", "leaves", *fields]
    listed = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    return TableSql(
        table=table,
        fields=fields,
        select=f'SELECT {listed} FROM "{table}" WHERE id = ?',
        insert=f'INSERT INTO "{table}" ({listed}) VALUES ({marks})',
        upsert=f'INSERT INTO "{table}" ({listed}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET '
        + ", ".join(f'"{name}" = excluded."{name}"' for name in names[1:]),
        select_all=f'SELECT {listed} FROM "{table}" ORDER BY id',
    )


def table_names() -> list[str]:
    """Return the names of all replicated tables, sorted by bytes."""
    return sorted(RECORDS)


@cache
def children_of(table: str) -> tuple[tuple[str, str], ...]:
    """Return (table, field) of every field that refers to rows of `table`."""
    return tuple(
        (child, name) for child in table_names() for name, info in fields_of(child).items() if info.references == table
    )


@cache
def references_of(table: str) -> tuple[tuple[str, str, bool], ...]:
    """Return (field, table referred to, whether the field is part of the key) of every reference in `table`."""
    return tuple((name, info.references, info.key) for name, info in fields_of(table).items() if info.references)


def state_of(sql: TableSql, row: Sequence[Any]) -> RowState:
    """Return one fetched row of `select` or `select_all` with its values in the log's form."""
    values = {name: from_column(info, found) for (name, info), found in zip(sql.fields.items(), row[3:], strict=True)}
    return RowState(id=row[0], void=bool(row[1]), leaves=row[2], values=values)


def read_row(database: Database, table: str, row: str) -> RowState | None:
    """Return a row of `table`, void or not, or None."""
    sql = sql_of(table)
    found = database.execute(sql.select, (row,)).fetchone()
    return None if found is None else state_of(sql, found)


@cache
def table_order() -> tuple[str, ...]:
    """Return all replicated tables, each after those that it refers to (but itself)."""
    done: dict[str, None] = {}

    def place(table: str, under: tuple[str, ...]) -> None:
        if table in done or table in under:
            return
        for info in fields_of(table).values():
            if info.references:
                place(info.references, (*under, table))
        done[table] = None

    for table in table_names():
        place(table, ())
    return tuple(done)


def marks_of(count: int) -> str:
    """Return `?, ?, …` for a list in a statement."""
    return ", ".join("?" * count)


def earlier_rows(database: Database, ids: Sequence[str]) -> set[str]:
    """Return those of `ids` on which the log has operations."""
    found: set[str] = set()
    for start in range(0, len(ids), 400):
        some = ids[start : start + 400]
        rows = database.execute(f"SELECT DISTINCT row FROM operation WHERE row IN ({marks_of(len(some))})", some)
        found.update(str(row) for (row,) in rows.fetchall())
    return found


def filled(sql: TableSql, values: Mapping[str, Value]) -> list[str]:
    """Return the non-key fields that are not empty."""
    return [name for name in sql.data if values.get(name) is not None]
