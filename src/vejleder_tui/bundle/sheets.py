"""Where rows are written for people and other systems: CSV, JSON or a workbook, row by row."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["CsvSink", "JsonSink", "Sheet", "Sink", "WorkbookSink", "escape_formula", "unescape_formula"]

Cell = str | int | bool | None

_FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# A Danish Excel parts a CSV file at semicolons too, so a formula could also begin inside a text.
_ESCAPE = re.compile(rf"(^|[;\t\r\n])(?='*[{_FORMULA}\t\r])")
_UNESCAPE = re.compile(rf"(^|[;\t\r\n])'(?='*[{_FORMULA}\t\r])")
LONGEST_CELL = 32_767
ROWS_PER_SHEET = 1_048_575
_PIECE = 32_000
LONG_TEXTS = "long_text"


def escape_formula(text: str) -> str:
    """Return a text that no spreadsheet runs: `'` before `= + - @`, TAB and CR, at its start and after `;` or a line break."""
    return _ESCAPE.sub(r"\1'", text)


def unescape_formula(text: str) -> str:
    """Return the text that `escape_formula` was given."""
    return _UNESCAPE.sub(r"\1", text)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to write: `name`, and its columns; `texts` are those that hold free text."""

    name: str
    columns: tuple[str, ...]
    texts: frozenset[str]


class Sink(Protocol):
    """Takes sheets one after the other, each row by row."""

    def start(self, sheet: Sheet) -> None:
        """Begin a sheet; the one before it is complete."""
        ...

    def row(self, values: Sequence[Cell]) -> None:
        """Write a row of the sheet that was begun."""
        ...

    def close(self) -> None:
        """Complete what was begun."""
        ...

    def descriptor(self, name: str) -> dict[str, Any]:
        """Return where a sheet lies: path, format, bytes, hash; after `close`."""
        ...


def _private(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def _facts(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{digest}", "encoding": "utf-8"}


class _Files:
    """One file a sheet."""

    suffix = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sheet: Sheet | None = None
        self.file: TextIO | None = None

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.{self.suffix}"

    def start(self, sheet: Sheet) -> None:
        """Begin a file."""
        self.close()
        self.sheet = sheet
        self.file = _private(self.path(sheet.name))

    def close(self) -> None:
        """Close the file."""
        if self.file is not None:
            self.file.close()
            self.file = None


class CsvSink(_Files):
    """UTF-8 without a byte order mark, commas, CRLF: what a Tabular Data Package is read as without being told."""

    suffix = "csv"

    def start(self, sheet: Sheet) -> None:
        """Begin a file with its heading."""
        super().start(sheet)
        self._writer = csv.writer(self.file) if self.file is not None else None
        self._text = [column in sheet.texts for column in sheet.columns]
        self._write([escape_formula(column) for column in sheet.columns])

    def _write(self, values: Sequence[Cell]) -> None:
        if self._writer is not None:
            self._writer.writerow(values)

    def row(self, values: Sequence[Cell]) -> None:
        """Write a row; true and false as Frictionless spells them."""
        self._write(
            [
                escape_formula(value) if text and isinstance(value, str) else _plain(value)
                for value, text in zip(values, self._text, strict=True)
            ]
        )

    def descriptor(self, name: str) -> dict[str, Any]:
        """Return where a sheet lies."""
        return {**_facts(self.path(name)), "format": "csv", "mediatype": "text/csv"}


def _plain(value: Cell) -> str | int:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


class JsonSink(_Files):
    """A list of objects, one a line; what is empty is null."""

    suffix = "json"

    def start(self, sheet: Sheet) -> None:
        """Begin a list."""
        super().start(sheet)
        self._first = True
        if self.file is not None:
            self.file.write("[")

    def row(self, values: Sequence[Cell]) -> None:
        """Write an object."""
        if self.file is not None and self.sheet is not None:
            entry = dict(zip(self.sheet.columns, values, strict=True))
            self.file.write(("\n" if self._first else ",\n") + json.dumps(entry, ensure_ascii=False))
            self._first = False

    def close(self) -> None:
        """End the list."""
        if self.file is not None:
            self.file.write("\n]\n")
        super().close()

    def descriptor(self, name: str) -> dict[str, Any]:
        """Return where a sheet lies."""
        return {**_facts(self.path(name)), "format": "json", "mediatype": "application/json"}


class WorkbookSink:
    """One workbook, a sheet a table; every text is a string cell, whatever it begins with.

    A text longer than a cell can hold is cut there, and stands whole, in pieces, on the sheet `long_text`.
    """

    FILE = "vejleder.xlsx"

    def __init__(self, folder: Path, titles: Mapping[str, str] | None = None) -> None:
        import xlsxwriter  # noqa: PLC0415 - 60 ms that only this form pays

        self.path = folder / self.FILE
        self._titles = titles or {}
        _private(self.path).close()  # so that it has its mode before there is anything in it
        self._book = xlsxwriter.Workbook(
            str(self.path),
            # The parts of the workbook are written beside it: plain text belongs nowhere else.
            {"constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False, "strings_to_urls": False,
             "strings_to_numbers": False},
        )  # fmt: skip
        self._bold = self._book.add_format({"bold": True})
        self._sheet: Sheet | None = None
        self._page: Any = None
        self._at = 0
        self._part = 1
        self._long: list[tuple[str, str, str, int, str]] = []
        self._names: dict[str, list[str]] = {}
        self._closed = False

    def start(self, sheet: Sheet) -> None:
        """Begin a sheet."""
        self._sheet, self._part = sheet, 1
        self._begin(self._titles.get(sheet.name, sheet.name)[:31])

    def _begin(self, title: str) -> None:
        if self._sheet is None:
            return
        self._page = self._book.add_worksheet(title)
        self._names.setdefault(self._sheet.name, []).append(title)
        self._page.freeze_panes(1, 0)
        for place, column in enumerate(self._sheet.columns):
            self._page.write_string(0, place, column, self._bold)
        self._at = 0

    def row(self, values: Sequence[Cell]) -> None:
        """Write a row."""
        if self._sheet is None:
            return
        if self._at == ROWS_PER_SHEET:
            self._part += 1
            title = self._titles.get(self._sheet.name, self._sheet.name)
            self._begin(f"{title[:28]} {self._part}")
        self._at += 1
        for place, value in enumerate(values):
            if isinstance(value, bool):
                self._page.write_boolean(self._at, place, value)
            elif isinstance(value, int):
                # A spreadsheet keeps 15 digits of a number.
                put = self._page.write_number if abs(value) < 10**15 else self._page.write_string
                put(self._at, place, value if abs(value) < 10**15 else str(value))
            elif value:
                self._page.write_string(self._at, place, self._fitting(value, str(values[0]), place))

    def _fitting(self, text: str, row: str, place: int) -> str:
        if len(text.encode("utf-16-le")) // 2 <= LONGEST_CELL or self._sheet is None:
            return text
        pieces = [text[at : at + _PIECE // 2] for at in range(0, len(text), _PIECE // 2)]
        name = self._sheet.columns[place]
        self._long.extend((self._sheet.name, row, name, number, piece) for number, piece in enumerate(pieces, start=1))
        return pieces[0]

    def close(self) -> None:
        """Write the workbook."""
        if self._closed:
            return
        self._closed = True
        if self._long:
            long, self._long = self._long, []
            columns = ("table", "row", "field", "part", "text")
            self.start(Sheet(LONG_TEXTS, columns, frozenset(columns)))
            for entry in long:
                self.row(entry)
        self._book.close()

    def descriptor(self, name: str) -> dict[str, Any]:
        """Return where a sheet lies: a table over several sheets names the first."""
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return {**_facts(self.path), "format": "xlsx", "mediatype": media, "dialect": {"sheet": self._names[name][0]}}
