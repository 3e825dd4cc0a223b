"""The rows that a bundle's operations give, folded in bounded memory.

Up to MEMORY_OPERATIONS the operations are sorted in memory; beyond, in a temporary database encrypted under a key that
only this process ever has. Nothing readable is put on a disk.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import read_operation
from vejleder_tui.model.base import fields_of
from vejleder_tui.oplog import OperationLine, ValueFormError, canonical, fold, table_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from vejleder_tui.oplog import FoldedRow

__all__ = ["BundleRows", "Incomplete"]

MEMORY_OPERATIONS = 50_000
_PARTS = frozenset(part.name for part in fields(OperationLine))


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A row of which the bundle has only a part. `why`: `create` (it was made in an earlier bundle), `unreadable`.

    `changed` are the fields that the bundle has values of.
    """

    table: str
    row: str
    why: str
    operations: int
    changed: tuple[str, ...]


class BundleRows:
    """The operations of a bundle that holds together, by row; use it in a `with` statement.

    `manifest` is what `verify_bundle` found: the reading is refused if the file is another by now. Also keeps which rows
    were given out and which they refer to, so that a foreign key is only promised where it holds.
    """

    def __init__(
        self,
        path: Path,
        identities: Sequence[str],
        manifest: str,
        *,
        most_in_memory: int = MEMORY_OPERATIONS,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        import sqlcipher3.dbapi2 as driver  # noqa: PLC0415 - 12 ms that verify need not pay

        self._folder: str | None = None
        self._database: Any = None
        try:
            with open_bundle(path, identities, manifest=manifest) as reader:
                total = reader.header.operations
                where = ":memory:"
                if total > most_in_memory:
                    self._folder = tempfile.mkdtemp(prefix="vejleder-")
                    where = str(Path(self._folder) / "rows.db")
                self._database = driver.connect(where, isolation_level=None)
                if self._folder is not None:
                    self._database.execute("PRAGMA cipher_log_level = NONE")
                    self._database.execute(f"PRAGMA key = \"x'{secrets.token_hex(32)}'\"")
                for setting in (
                    "temp_store = memory",
                    "journal_mode = off",
                    "synchronous = off",
                    "cache_size = -65536",
                ):
                    self._database.execute(f"PRAGMA {setting}")
                self._database.execute(
                    "CREATE TABLE operation (tab, row, place INTEGER, hash, line, PRIMARY KEY (tab, row, place)) WITHOUT ROWID"
                )
                self._database.execute("CREATE TABLE made (tab, row, PRIMARY KEY (tab, row)) WITHOUT ROWID")
                self._database.execute(
                    "CREATE TABLE wanted (tab, field, parent, row, PRIMARY KEY (tab, field, parent, row)) WITHOUT ROWID"
                )
                self._database.execute("BEGIN")
                for place, (device, seq, one, line) in enumerate(reader.lines(), start=1):
                    found = read_operation(line, device, seq)
                    self._database.execute(
                        "INSERT INTO operation VALUES (?, ?, ?, ?, ?)", (found["table"], found["row"], place, one, line)
                    )
                    if progress is not None and place % 500 == 0:
                        progress(place, total)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the temporary database away; may be called twice."""
        if self._database is not None:
            self._database.close()
            self._database = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def counts(self) -> dict[str, int]:
        """Return how many rows the bundle touches, by table, whether whole or not."""
        return dict(self._database.execute("SELECT tab, count(DISTINCT row) FROM operation GROUP BY tab ORDER BY tab"))

    def tables(self) -> list[str]:
        """Return the tables that the bundle touches and this program knows, in order."""
        return [table for table in self.counts() if table in table_names()]

    def _groups(self, table: str) -> Iterator[tuple[str, dict[str, bytes]]]:
        here, group = None, dict[str, bytes]()
        for row, one, line in self._database.execute(
            "SELECT row, hash, line FROM operation WHERE tab = ? ORDER BY row, place", (table,)
        ):
            if row != here and here is not None:
                yield here, group
                group = {}
            here = row
            group[one] = line
        if here is not None:
            yield here, group

    def unknown(self) -> Iterator[Incomplete]:
        """Yield the rows of tables that this program does not know."""
        for table in self.counts():
            if table not in table_names():
                for row, group in self._groups(table):
                    yield Incomplete(table, row, "unreadable", len(group), ())

    def rows(self, table: str) -> Iterator[FoldedRow | Incomplete]:
        """Yield every row of `table`, void ones too, and what is incomplete in its place."""
        for row, group in self._groups(table):
            try:
                operations = {one: _operation(line, row) for one, line in group.items()}
                _check(table, operations)
            except (ValueFormError, KeyError, TypeError, ValueError):
                yield Incomplete(table, row, "unreadable", len(group), ())
                continue
            found = fold(table, row, operations)
            if found is None:
                changed = dict.fromkeys(name for one in operations.values() for name in one.values)
                yield Incomplete(table, row, "create", len(group), tuple(changed))
                continue
            if not found.state.void:
                self._remember(table, row, found.state.values)
            yield found

    def _remember(self, table: str, row: str, values: Mapping[str, object]) -> None:
        self._database.execute("INSERT OR IGNORE INTO made VALUES (?, ?)", (table, row))
        for name, info in fields_of(table).items():
            if info.references and values.get(name) is not None:
                self._database.execute(
                    "INSERT OR IGNORE INTO wanted VALUES (?, ?, ?, ?)", (table, name, info.references, values[name])
                )

    def broken_references(self) -> set[tuple[str, str]]:
        """Return (table, field) of the references that lead out of the bundle, once all rows have been given out."""
        return set(
            self._database.execute(
                "SELECT DISTINCT w.tab, w.field FROM wanted w LEFT JOIN made m ON m.tab = w.parent AND m.row = w.row"
                " WHERE m.row IS NULL"
            )
        )


def _operation(line: bytes, row: str) -> OperationLine:
    import json  # noqa: PLC0415

    said = {name: value for name, value in json.loads(line).items() if name in _PARTS and value is not None}
    said.setdefault("actor", "")
    if said["row"] != row or not all(isinstance(said.get(part, {}), dict) for part in ("key", "values", "replaces")):
        raise TypeError  # the form allows more than a write has (an erase carries lists)
    return OperationLine(**said)


def _check(table: str, operations: Mapping[str, OperationLine]) -> None:
    """Raise for a value that is not in the form of its field: a file from outside promises nothing."""
    known = fields_of(table)
    for operation in operations.values():
        for name, value in {**(operation.key or {}), **operation.values}.items():
            if name == "void":
                if not isinstance(value, bool):
                    raise TypeError
            elif canonical(known[name], value) != value:
                raise ValueFormError(name)
