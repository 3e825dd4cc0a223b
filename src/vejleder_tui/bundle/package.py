"""`vejleder open`: the rows of a bundle as a Frictionless Tabular Data Package, for people and other systems.

https://specs.frictionlessdata.io/tabular-data-package/. A view: the bundle stays the truth.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.refusal import tampered
from vejleder_tui.bundle.rows import BundleRows, Incomplete
from vejleder_tui.bundle.sheets import CsvSink, JsonSink, Sheet, WorkbookSink
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.codes.names import danish_name
from vejleder_tui.errors import NotSavedError, RefusedError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.model.base import FieldInfo, Kind, fields_of
from vejleder_tui.oplog import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.bundle.sheets import Sink

__all__ = ["Form", "Opened", "empty_folder", "open_to"]

Form = Literal["csv", "xlsx", "json"]

_TYPES = {
    Kind.DATE: {"type": "date"},
    Kind.MOMENT: {"type": "datetime"},
    Kind.DECIMAL: {"type": "number"},
    Kind.INTEGER: {"type": "integer"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.UUID: {"type": "string", "format": "uuid"},
}
_CONTESTED = ("table", "row", "field", "hash", "value")
_MARK = "contested"
"""The last column of every table: the fields of the row that have several values, which stand in the table `contested`."""
_INCOMPLETE = ("table", "row", "why", "operations", "changed")
_ESCAPED = (
    "In CSV an apostrophe stands before = + - @ (also in full width), TAB and CR where a text, or a part of it after"
    " ; TAB CR LF, begins with one. Take one apostrophe away there to have the text back."
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was written: rows by table, fields that laptops disagree on, rows that are not whole, rows taken away."""

    folder: Path
    rows: dict[str, int]
    contested: int
    incomplete: int
    void: int


class _Names:
    """Names of tables and fields as the reader asked for them."""

    def __init__(self, *, danish: bool) -> None:
        self._danish = danish

    def table(self, name: str) -> str:
        return danish_name("table", name) if self._danish else name

    def field(self, name: str) -> str:
        return danish_name("field", name) if self._danish else name


def open_to(
    path: Path,
    folder: Path,
    form: Form,
    identities: Sequence[str],
    *,
    danish_headers: bool = False,
    device_keys: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Opened:
    """Check a bundle, then write its rows into `folder`, which is made if need be and must be empty.

    Every file has mode 0600; on any error nothing is left. Void rows are left out. Raises RefusedError for a bundle that
    does not hold together, RuleError for a folder with something in it, NotSavedError, NotFoundError, CancelledError.
    """
    found = verify_bundle(path, identities, device_keys=device_keys, newest_schema=SCHEMA, progress=progress)
    if not found.ok or found.header is None:
        raise tampered(found.detail) if not found.errors else RefusedError(found.errors[0])
    with empty_folder(folder), BundleRows(path, identities, found.manifest, progress=progress) as rows:
        names = _Names(danish=danish_headers)
        sink: Sink = {"csv": CsvSink, "json": JsonSink, "xlsx": WorkbookSink}[form](folder)
        try:
            return _Writing(rows, sink, names, folder, form).write(found.header)
        finally:
            sink.close()


@contextlib.contextmanager
def empty_folder(folder: Path) -> Iterator[None]:
    """Give the block an empty folder, made if need be; on any error nothing is left. Raises RuleError, NotSavedError."""
    made = False
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RuleError(_("Mappen er ikke tom."), _("Vælg en tom mappe eller et nyt navn."), field="folder")
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            made = True
        try:
            yield
        except BaseException:
            for path in folder.iterdir():
                path.unlink()
            if made:
                folder.rmdir()
            raise
    except OSError as error:
        raise NotSavedError(
            _("Rækkerne er ikke skrevet: disken er fuld, eller der kan ikke skrives i mappen."),
            _("Gør plads, eller vælg en anden mappe."),
        ) from error


class _Writing:
    def __init__(self, rows: BundleRows, sink: Sink, names: _Names, folder: Path, form: Form) -> None:
        self._rows = rows
        self._sink = sink
        self._names = names
        self._folder = folder
        self._form = form
        self._contested: list[tuple[str, str, str, str, str]] = []
        self._incomplete: list[Incomplete] = []
        self._counts: dict[str, int] = {}
        self._void = 0

    def write(self, header: BundleHeader) -> Opened:
        for table in self._rows.tables():
            self._table(table)
        self._incomplete.extend(self._rows.unknown())
        # What is said of rows names tables and fields as the log does, whatever the headings are.
        self._extra("contested", _CONTESTED, self._contested)
        self._extra(
            "incomplete", _INCOMPLETE,
            ((one.table, one.row, one.why, one.operations, " ".join(one.changed)) for one in self._incomplete),
        )  # fmt: skip
        self._sink.close()
        self._describe(header)
        return Opened(self._folder, self._counts, len(self._contested), len(self._incomplete), self._void)

    def _table(self, table: str) -> None:
        infos = fields_of(table)
        columns = tuple(self._names.field(name) for name in ("id", *infos, _MARK))
        texts = frozenset(self._names.field(name) for name, info in infos.items() if _is_text(info))
        self._sink.start(Sheet(self._names.table(table), columns, texts | {columns[0], columns[-1]}))
        self._counts[table] = 0
        for one in self._rows.rows(table):
            if isinstance(one, Incomplete):
                self._incomplete.append(one)
                continue
            if one.state.void:
                self._void += 1
                continue
            open_fields = " ".join(sorted(one.contested)) or None
            self._sink.row([one.state.id, *(one.state.values[name] for name in infos), open_fields])
            self._counts[table] += 1
            for field, leaves in one.contested.items():
                self._contested.extend((table, one.state.id, field, leaf, to_json(value)) for leaf, value in leaves)

    def _extra(self, name: str, columns: tuple[str, ...], rows: Any) -> None:  # noqa: ANN401 - any iterable of cells
        shown = tuple(self._names.field(column) for column in columns)
        self._sink.start(Sheet(self._names.table(name), shown, frozenset(shown)))
        for row in rows:
            self._sink.row(row)

    def _describe(self, header: BundleHeader) -> None:
        broken = self._rows.broken_references()
        resources = [self._resource(table, broken) for table in self._counts]
        for name, columns in (("contested", _CONTESTED), ("incomplete", _INCOMPLETE)):
            fields = [
                {"name": self._names.field(column), "type": "integer" if column == "operations" else "string"}
                for column in columns
            ]
            resources.append(self._with_schema(name, {"fields": fields}))
        package = {
            "profile": "tabular-data-package",
            "name": f"vejleder-{header.bundle_id}",
            "id": header.bundle_id,
            "title": f"Vejleder {header.exporter.municipality}",
            "description": "Rows that are not void, folded from one bundle. " + _ESCAPED,
            "created": header.created,
            "version": header.version,
            "resources": resources,
        }
        descriptor = self._folder / "datapackage.json"
        descriptor.touch(mode=0o600)
        descriptor.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def _with_schema(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        shown = self._names.table(name)
        return {
            "name": name,
            "title": shown,
            "profile": "tabular-data-resource",
            **self._sink.descriptor(shown),
            "schema": {**schema, "missingValues": [""]},
        }

    def _resource(self, table: str, broken: set[tuple[str, str]]) -> dict[str, Any]:
        infos = fields_of(table)
        fields: list[dict[str, Any]] = [{"name": self._names.field("id"), "type": "string", "format": "uuid"}]
        keys = []
        for name, info in infos.items():
            described = {"name": self._names.field(name), **_TYPES.get(info.kind, {"type": "string"})}
            if info.references:
                described["references"] = f"{info.references}.id"
                if (table, name) not in broken and info.references in self._counts:
                    where = {"resource": "" if info.references == table else info.references}
                    keys.append(
                        {"fields": described["name"], "reference": {**where, "fields": self._names.field("id")}}
                    )
            fields.append(described)
        fields.append({"name": self._names.field(_MARK), "type": "string"})
        return self._with_schema(table, {"fields": fields, "primaryKey": self._names.field("id"), "foreignKeys": keys})


def _is_text(info: FieldInfo) -> bool:
    return info.kind in {Kind.TEXT, Kind.CODE}
