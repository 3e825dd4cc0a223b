"""Rows brought up to date with the log: which of their operations can be folded, what waits for what, and the fold itself.

Everything here is reckoned anew from a row's operations, so that the order in which they came cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vejleder_tui.oplog.erasure import Erasures, field_token, row_token
from vejleder_tui.oplog.fold import VOID, FoldedRow, fold
from vejleder_tui.oplog.line import OperationLine, Value, to_json
from vejleder_tui.oplog.tables import RowState, marks_of, references_of, sql_of, state_of, table_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from vejleder_tui.oplog.tables import Database

__all__ = ["AT_ONCE", "CREATE", "NAMED", "PARENT", "Chunk", "Place", "Rows", "Settled", "settle", "settle_rows"]

Place = tuple[str, str]
"""A table and the id of a row in it."""

CREATE = "create"
NAMED = "named"
PARENT = "parent"
BY_ROW = (CREATE, NAMED, PARENT)
"""The reasons for waiting that are reckoned row by row."""

AT_ONCE = 400
"""Rows that are read and written with one statement."""


@dataclass(frozen=True)
class Settled:
    """A row as the log gives it (None: there is none), and per operation that waits the (why, need) pairs."""

    row: FoldedRow | None
    waits: dict[str, set[tuple[str, str]]]


def settle(
    place: Place,
    operations: Mapping[str, OperationLine],
    parents: Collection[Place],
    erasures: Erasures | None = None,
    gone: Collection[str] = (),
) -> Settled:
    """Return the row that `operations` (by hash; each free to be folded by itself) give, and what of them waits.

    `parents` are the rows that are there, of those referred to; `gone` the hashes of operations that an erase took.
    """
    table, row = place
    if len(operations) == 1 and not erasures and (whole := _by_one_create(place, operations, parents)) is not None:
        return whole
    if erasures:
        operations = {one: _emptied(operation, erasures) for one, operation in operations.items()}
    erases = _erases(table, row, erasures)
    known = {*gone, *(one for taken in erases.values() for one in taken)}
    needs = {one: _parents(operation, parents) for one, operation in operations.items()}
    live: dict[str, OperationLine] = {}
    begun = False
    while True:
        more = {
            one: operation
            for one, operation in operations.items()
            if one not in live
            and not needs[one]
            and (begun or operation.key is not None)
            and all(hash_ in live or hash_ in known for hashes in operation.replaces.values() for hash_ in hashes)
        }
        if not more:
            break
        live.update(more)
        begun = begun or any(operation.key is not None for operation in more.values())
    waits = {
        one: needs[one]
        | {
            (NAMED, hash_)
            for hashes in operation.replaces.values()
            for hash_ in hashes
            if hash_ not in live and hash_ not in known
        }
        | ({(CREATE, row)} if not begun and operation.key is None else set())
        for one, operation in operations.items()
        if one not in live
    }
    return Settled(fold(table, row, live, erases) if begun else None, waits)


def _by_one_create(place: Place, operations: Mapping[str, OperationLine], parents: Collection[Place]) -> Settled | None:
    """Return the row of a single create, which most rows are, without the general fold; None where that is needed."""
    table, row = place
    ((one, said),) = operations.items()
    key, values = said.key, said.values
    if key is None or not _is_whole(said, parents):
        return None
    state = RowState(
        id=row, void=False, leaves=one,
        values={name: key.get(name) if info.key else values.get(name) for name, info in sql_of(table).fields.items()},
    )  # fmt: skip
    return Settled(FoldedRow(state, {}), {})


def _is_whole(said: OperationLine, parents: Collection[Place]) -> bool:
    """Tell whether a create gives a row as it stands: nothing in it waits, voids, or is said to be empty."""
    key, values = said.key, said.values
    if key is None or said.replaces or VOID in values or None in values.values():
        return False
    for name, table, of_key in references_of(said.table):
        value = key.get(name) if of_key else values.get(name)
        if value is not None and (table, value) not in parents:
            return False
    return True


def _emptied(operation: OperationLine, erasures: Erasures) -> OperationLine:
    empty = erasures.reads_empty(operation)
    return replace(operation, values={**operation.values, **dict.fromkeys(empty)}) if empty else operation


def _erases(table: str, row: str, erasures: Erasures | None) -> dict[str, set[str]]:
    if not erasures or not erasures.fields:
        return {}
    found = {name: erasures.of_field(row, name) for name in sql_of(table).data}
    return {name: taken for name, taken in found.items() if taken}


def _parents(operation: OperationLine, parents: Collection[Place]) -> set[tuple[str, str]]:
    return {(PARENT, f"{table}/{row}") for table, row in _references(operation) if (table, row) not in parents}


def _references(operation: OperationLine) -> Iterator[Place]:
    for name, table, of_key in references_of(operation.table):
        value = (operation.key or {}).get(name) if of_key else operation.values.get(name)
        if value is not None:
            yield table, str(value)


@dataclass
class Rows:
    """What became of the rows that were brought up to date: those that came, changed, and went."""

    new: set[Place] = field(default_factory=set)
    changed: set[Place] = field(default_factory=set)
    gone: set[Place] = field(default_factory=set)

    def add(self, other: Rows) -> None:
        """Take in what became of further rows."""
        self.new |= other.new - self.gone
        self.changed |= other.changed | (other.new & self.gone)
        self.gone = (self.gone - other.new) | other.gone


def settle_rows(
    database: Database,
    places: Iterable[Place],
    erasures: Erasures,
    fresh: Mapping[Place, Mapping[str, OperationLine]] | None = None,
) -> Rows:
    """Bring rows up to date in their tables, parents before children; the caller has opened the door.

    `fresh` holds all operations of rows of which the log knew nothing before, so that they need not be read again.
    What is in the table `held` for a reason of the operation's own is left out.
    """
    by_table: dict[str, list[str]] = {}
    for table, row in places:
        by_table.setdefault(table, []).append(row)
    done = Rows()
    for table in table_order():
        rows = sorted(by_table.get(table, ()))
        for start in range(0, len(rows), AT_ONCE):
            Chunk(database, table, rows[start : start + AT_ONCE], erasures, fresh or {}).settle(done)
    return done


class Chunk:
    """Some rows of one table."""

    def __init__(
        self,
        database: Database,
        table: str,
        rows: list[str],
        erasures: Erasures,
        fresh: Mapping[Place, Mapping[str, OperationLine]],
    ) -> None:
        self._database = database
        self._sql = sql_of(table)
        self._table = table
        self._rows = rows
        self._erasures = erasures
        self._marks = marks_of(len(rows))
        self._fresh = fresh
        self._columns = [(name, info.key) for name, info in self._sql.fields.items()]

    def settle(self, done: Rows) -> None:
        """Bring the rows up to date and note in `done` what became of them."""
        before = self.standing()
        waits: list[tuple[str, str, str, OperationLine]] = []
        upserts: list[tuple[Value, ...]] = []
        contested: list[tuple[str, str, str, str, str]] = []
        gone: list[str] = []
        operations = self._operations()
        parents = self._parents(operations)
        for row in self._rows:
            found = operations.get(row, {})
            if (whole := self._whole(row, found, parents)) is not None:
                upserts.append(whole)
                done.new.add((self._table, row))
                continue
            settled = settle((self._table, row), found, parents, self._erasures, self._gone(row, found))
            for one, reasons in settled.waits.items():
                waits.extend((one, why, need, found[one]) for why, need in reasons)
            folded = settled.row
            if folded is None:
                if row in before:
                    gone.append(row)
                continue
            if before.get(row) != folded.state:
                state = folded.state
                upserts.append((state.id, state.void, state.leaves, *state.values.values()))
                (done.changed if row in before else done.new).add((self._table, row))
            contested.extend(
                (self._table, row, name, one, to_json(value))
                for name, leaves in folded.contested.items()
                for one, value in leaves
            )
        self._write(waits, upserts, contested, gone, known=bool(before))
        done.gone.update((self._table, row) for row in gone)

    def _whole(
        self, row: str, found: Mapping[str, OperationLine], parents: Collection[Place]
    ) -> tuple[Value, ...] | None:
        """Return what is written of a new row of a single create, as `settle` would have it; None where that is needed."""
        if len(found) != 1 or self._erasures or (self._table, row) not in self._fresh:
            return None
        ((one, said),) = found.items()
        key, values = said.key, said.values
        if key is None or not _is_whole(said, parents):
            return None
        return row, False, one, *[(key if of_key else values).get(name) for name, of_key in self._columns]

    def reckon(self) -> Iterator[tuple[str, dict[str, OperationLine], Settled]]:
        """Yield each row's id, its operations that are free to be folded, and what they give."""
        operations = self._operations()
        parents = self._parents(operations)
        for row in self._rows:
            found = operations.get(row, {})
            yield row, found, settle((self._table, row), found, parents, self._erasures, self._gone(row, found))

    def _operations(self) -> dict[str, dict[str, OperationLine]]:
        found = {row: dict(self._fresh[self._table, row]) for row in self._rows if (self._table, row) in self._fresh}
        rows = [row for row in self._rows if row not in found]
        if rows:
            marks = marks_of(len(rows))
            shut = {
                str(one)
                for (one,) in self._database.execute(
                    f"SELECT hash FROM held WHERE row IN ({marks}) AND why NOT IN ('create', 'named', 'parent')", rows
                ).fetchall()
            }
            for one, row, line in self._database.execute(
                f"SELECT hash, row, line FROM operation WHERE row IN ({marks}) AND table_name = ? AND line IS NOT NULL",
                (*rows, self._table),
            ).fetchall():
                if one not in shut:
                    found.setdefault(row, {})[one] = OperationLine.decode(line)
        return found

    def _parents(self, operations: Mapping[str, Mapping[str, OperationLine]]) -> set[Place]:
        wanted: dict[str, set[str]] = {}
        said = [operation for found in operations.values() for operation in found.values()]
        for name, table, of_key in references_of(self._table):
            values = {(one.key or {}).get(name) if of_key else one.values.get(name) for one in said} - {None}
            wanted.setdefault(table, set()).update(map(str, values))
        there: set[Place] = set()
        for table, rows in wanted.items():
            listed = sorted(rows)
            for start in range(0, len(listed), AT_ONCE):
                some = listed[start : start + AT_ONCE]
                there.update(
                    (table, str(row))
                    for (row,) in self._database.execute(
                        f'SELECT id FROM "{table}" WHERE id IN ({marks_of(len(some))})', some
                    ).fetchall()
                )
        return there

    def standing(self) -> dict[str, RowState]:
        """Return the rows as they stand in their table."""
        rows = [row for row in self._rows if (self._table, row) not in self._fresh]
        if not rows:
            return {}
        select = self._sql.select.replace("WHERE id = ?", f"WHERE id IN ({marks_of(len(rows))})")
        return {row[0]: state_of(self._sql, row) for row in self._database.execute(select, rows).fetchall()}

    def _gone(self, row: str, operations: Mapping[str, OperationLine]) -> set[str]:
        if not self._erasures:
            return set()
        fields = {name for operation in operations.values() for name in operation.replaces if name}
        tokens = [row_token(row), *(field_token(row, name) for name in sorted(fields))]
        found = self._database.execute(
            f"SELECT hash FROM operation WHERE row IN ({marks_of(len(tokens))}) AND line IS NULL", tokens
        ).fetchall()
        return {str(one) for (one,) in found}

    def _write(
        self,
        waits: list[tuple[str, str, str, OperationLine]],
        upserts: list[tuple[Value, ...]],
        contested: list[tuple[str, str, str, str, str]],
        gone: list[str],
        *,
        known: bool,
    ) -> None:
        database = self._database
        stale = [row for row in self._rows if (self._table, row) not in self._fresh]
        if stale:
            marks = marks_of(len(stale))
            database.execute(
                f"DELETE FROM held WHERE row IN ({marks}) AND why IN ('create', 'named', 'parent') AND hash IN"
                f" (SELECT hash FROM operation WHERE row IN ({marks}) AND table_name = ?)",
                (*stale, *stale, self._table),
            )
        if waits:
            database.executemany(
                "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(one, why, need, said.device, said.seq, said.row) for one, why, need, said in waits],
            )
        if upserts:
            database.executemany(
                self._sql.upsert if known else self._sql.insert,
                upserts,
            )
        if gone:
            database.execute(f'DELETE FROM "{self._table}" WHERE id IN ({marks_of(len(gone))})', gone)
        if stale:
            database.execute(
                f"DELETE FROM contested WHERE table_name = ? AND row IN ({marks_of(len(stale))})",
                (self._table, *stale),
            )
        if contested:
            database.executemany(
                "INSERT INTO contested (table_name, row, field, hash, value) VALUES (?, ?, ?, ?, ?)", contested
            )
