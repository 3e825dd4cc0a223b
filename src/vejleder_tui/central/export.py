"""`central export`: the folded rows as CSV or Parquet for the municipality's own analysis, row by row.

Rows that are void are left out. `contested` names the fields of a row that laptops disagree on, and the file `contested`
has every value given.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

from vejleder_tui.bundle.package import empty_folder
from vejleder_tui.bundle.sheets import CsvSink, Sheet
from vejleder_tui.central import values
from vejleder_tui.central.pseudonyms import SECRET, linked_tables, personal_tables, pseudonym, shown_fields
from vejleder_tui.central.roles import CODE
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog.tables import sql_of, state_of, table_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from vejleder_tui.central.database import Centre
    from vejleder_tui.model.base import FieldInfo
    from vejleder_tui.oplog.tables import RowState

__all__ = ["Exported", "Form", "export"]

Form = Literal["csv", "parquet"]
Cell = str | int | bool | None

_CONTESTED = ("table", "row", "field", "hash", "value")
_AT_ONCE = 20_000
_SHOWN_CODE = re.compile(CODE)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: rows by table, and how many values laptops disagree on."""

    folder: Path
    rows: dict[str, int]
    contested: int


class _Sink(Protocol):
    def start(self, sheet: Sheet) -> None: ...

    def row(self, values: Sequence[Cell]) -> None: ...

    def close(self) -> None: ...


def export(centre: Centre, folder: Path, form: Form, *, pseudonyms: bool = False) -> Exported:
    """Write every table into `folder`, which is new or empty; each file has mode 0600, and on an error nothing is left.

    `pseudonyms`: what the read role sees. Raises RuleError for a folder with something in it and for Parquet without its
    library, NotSavedError.
    """
    with empty_folder(folder), centre.reading() as view:
        sink: _Sink = CsvSink(folder) if form == "csv" else _ParquetSink(folder)
        plan = _Shown(values.get(view, SECRET) or "") if pseudonyms else _Everything()
        rows: dict[str, int] = {}
        try:
            for table in table_names():
                if plan.columns(table):
                    rows[table] = _table(view, sink, plan, table)
            contested = 0 if pseudonyms else _contested(view, sink)
        finally:
            sink.close()
    return Exported(folder, rows, contested)


def _table(view: Centre, sink: _Sink, plan: _Everything | _Shown, table: str) -> int:
    contested: dict[str, list[str]] = {}
    for row, name in view.execute(
        "SELECT DISTINCT row, field FROM contested WHERE table_name = ? ORDER BY row, field", (table,)
    ):
        contested.setdefault(str(row), []).append(str(name))
    columns = (*plan.columns(table), "contested")
    sink.start(Sheet(table, columns, plan.texts(table)))
    sql = sql_of(table)
    count = 0
    for found in view.execute(sql.select_all):
        state = state_of(sql, found)
        if not state.void:
            sink.row([*plan.cells(table, state), " ".join(contested.get(state.id, ())) or None])
            count += 1
    return count


def _contested(view: Centre, sink: _Sink) -> int:
    sink.start(Sheet("contested", _CONTESTED, frozenset(_CONTESTED)))
    count = 0
    for row in view.execute(
        "SELECT table_name, row, field, hash, value FROM contested ORDER BY table_name, row, field, hash"
    ):
        sink.row(list(row))
        count += 1
    return count


class _Everything:
    """All fields as they are."""

    def columns(self, table: str) -> tuple[str, ...]:
        return ("id", *fields_of(table))

    def texts(self, table: str) -> frozenset[str]:
        return frozenset({"id", *(name for name, info in fields_of(table).items() if _is_text(info))})

    def cells(self, _table: str, state: RowState) -> list[Cell]:
        return [state.id, *state.values.values()]


class _Shown:
    """What the read role sees: see roles._view, which says the same in SQL."""

    def __init__(self, secret: str) -> None:
        self._name: Callable[[str], str] = lru_cache(maxsize=100_000)(lambda row: pseudonym(secret, row))

    def columns(self, table: str) -> tuple[str, ...]:
        shown = shown_fields(table)
        if not shown:
            return ()
        identity = ("id",) if table in linked_tables() or table not in personal_tables() else ()
        return (*identity, *(("birth_year",) if table == "citizen" else ()), *shown)

    def texts(self, table: str) -> frozenset[str]:
        return frozenset(self.columns(table))

    def cells(self, table: str, state: RowState) -> list[Cell]:
        fields = fields_of(table)
        found: list[Cell] = []
        if table in linked_tables():
            found.append(self._name(state.id))
        elif table not in personal_tables():
            found.append(state.id)
        if table == "citizen":
            found.append(str(state.values["birth_date"] or "")[:4] or None)
        found.extend(self._cell(fields[name], state.values[name]) for name in shown_fields(table))
        return found

    def _cell(self, info: FieldInfo, value: Cell) -> Cell:
        if value is None:
            return None
        if info.references in linked_tables():
            return self._name(str(value))
        if info.kind is Kind.CODE:
            return value if _SHOWN_CODE.fullmatch(str(value)) else None
        return value


def _is_text(info: FieldInfo) -> bool:
    return info.kind not in {Kind.INTEGER, Kind.BOOLEAN}


class _ParquetSink:
    """One Parquet file a table, in row groups, through pyarrow (the extra `parquet`)."""

    def __init__(self, folder: Path) -> None:
        try:
            import pyarrow  # noqa: ICN001, PLC0415 - an extra of 170 MB that only this needs
            import pyarrow.parquet  # noqa: PLC0415
        except ImportError as error:
            raise RuleError(
                _("Parquet kræver biblioteket pyarrow."), _("Installér vejleder-tui[parquet], eller brug --csv.")
            ) from error
        self._arrow: Any = pyarrow
        self._folder = folder
        self._writer: Any = None
        self._file: Any = None
        self._rows: list[list[Cell]] = []

    def start(self, sheet: Sheet) -> None:
        self.close()
        arrow = self._arrow
        infos = fields_of(sheet.name) if sheet.name in table_names() else {}
        kinds = {Kind.INTEGER: arrow.int64(), Kind.BOOLEAN: arrow.bool_()}
        self._schema = arrow.schema(
            [
                (name, kinds.get(infos[name].kind, arrow.string()) if name in infos else arrow.string())
                for name in sheet.columns
            ]
        )
        descriptor = os.open(self._folder / f"{sheet.name}.parquet", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._writer = arrow.parquet.ParquetWriter(self._file, self._schema, compression="zstd")

    def row(self, values: Sequence[Cell]) -> None:
        self._rows.append(list(values))
        if len(self._rows) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = list(zip(*self._rows, strict=True))
            arrays = [self._arrow.array(column, one.type) for column, one in zip(columns, self._schema, strict=True)]
            self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
            self._rows = []

    def close(self) -> None:
        if self._writer is not None:
            self._flush()
            self._writer.close()
            self._file.close()
            self._writer = None
