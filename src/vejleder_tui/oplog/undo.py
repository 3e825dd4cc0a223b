"""Undo: one's own old values put back by new operations, as long as nothing was built on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.fold import VOID
from vejleder_tui.oplog.leaves import CREATED, parse_leaves
from vejleder_tui.oplog.line import OperationLine
from vejleder_tui.oplog.tables import RowState, children_of, filled, read_row, sql_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vejleder_tui.oplog.line import Value
    from vejleder_tui.oplog.tables import Database

__all__ = ["Blocker", "PutBack", "inverse", "operations_of"]


@dataclass(frozen=True)
class PutBack:
    """The values to write so that one row is as it was before a transaction."""

    table: str
    row: str
    values: dict[str, Value]


class _Origin:
    """Finds the leaf that a value goes back to when undo and redo have put it back."""

    def __init__(self, database: Database, device: str, undoes: Callable[[int], int | None], own: set[str]) -> None:
        self._database = database
        self._device = device
        self._undoes = undoes
        self._own = own

    def of(self, row: str, name: str, leaves: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for one in leaves:
            if one in self._own:
                found.add(one)
                continue
            line = _line(self._database, row, one)
            undone = self._undoes(line.txn) if line is not None and line.device == self._device else None
            if undone is None:
                found.add(one)
            else:
                found |= self.of(row, name, self._before(row, name, undone))
        return found

    def _before(self, row: str, name: str, txn: int) -> list[str]:
        for _, operation in operations_of(self._database, self._device, txn):
            if operation.row == row and name in operation.values:
                return operation.replaces.get(name, [])
        return []


@dataclass(frozen=True)
class Blocker:
    """What stands in the way of an undo.

    `why`: `changed` (by a later operation), `referred` (a later row refers to it), `settled` (it settled a conflict).
    `device`, `seq` and `at` name the later operation where there is one.
    """

    why: str
    table: str
    row: str
    field: str = ""
    by: OperationLine | None = None


def operations_of(database: Database, device: str, txn: int) -> list[tuple[str, OperationLine]]:
    """Return the operations of one transaction of `device`, with their hashes, in order."""
    found = database.execute(
        "SELECT hash, line FROM operation WHERE device = ? AND seq >= ? AND txn = ? AND line IS NOT NULL ORDER BY seq",
        (device, txn, txn),
    ).fetchall()
    return [(str(one), OperationLine.decode(line)) for one, line in found]


def inverse(database: Database, device: str, txn: int, undoes: Callable[[int], int | None]) -> list[PutBack] | Blocker:
    """Return what puts back the state before a transaction, newest row first, or what stands in the way.

    `undoes` tells which transaction another one put back, if it is an undo or a redo: what an undo wrote counts as what
    stood before, so that several steps can be undone one after the other. A row that the transaction created becomes void.
    """
    operations = operations_of(database, device, txn)
    own = {one for one, _ in operations}
    rows = {operation.row for _, operation in operations}
    wanted: dict[tuple[str, str], dict[str, Value]] = {}
    origin = _Origin(database, device, undoes, own)
    for _, operation in reversed(operations):
        place = (operation.table, operation.row)
        state = read_row(database, *place)
        if state is None:
            return Blocker("changed", *place)
        blocker = _changed(database, operation, state, own, origin)
        if blocker is not None:
            return blocker
        back = wanted.setdefault(place, {})
        if operation.key is not None:
            if referring := _referring(database, place, rows):
                return referring
            wanted[place] = {VOID: True}
            continue
        for name in operation.values:
            before = _before(database, operation, name)
            if isinstance(before, Blocker):
                return before
            back[name] = before[0]
    return [PutBack(table, row, values) for (table, row), values in wanted.items()]


def _changed(
    database: Database, operation: OperationLine, state: RowState, own: set[str], origin: _Origin
) -> Blocker | None:
    """Return the first field on which something later than this transaction stands, or more than one leaf does."""
    leaves = parse_leaves(state.leaves, filled(sql_of(operation.table), state.values))
    names = [CREATED, *leaves] if operation.key is not None else list(operation.values)
    for name in names:
        standing = origin.of(operation.row, name, leaves.get(name, ()))
        if not standing <= own:
            later = next(iter(sorted(standing - own)), None)
            return Blocker("changed", operation.table, operation.row, name, _line(database, operation.row, later))
    return None


def _referring(database: Database, place: tuple[str, str], rows: set[str]) -> Blocker | None:
    table, row = place
    for child, name in children_of(table):
        found = database.execute(f'SELECT id FROM "{child}" WHERE "{name}" = ? AND void = 0', (row,)).fetchall()
        for (other,) in found:
            if other not in rows:
                return Blocker("referred", child, other, name)
    return None


def _before(database: Database, operation: OperationLine, name: str) -> tuple[Value] | Blocker:
    """Return the one value that stood before, in a tuple; a settled conflict is settled anew, never undone."""
    values: set[Value] = set()
    for one in operation.replaces.get(name, []):
        line = _line(database, operation.row, one)
        if line is None and _is_erase(database, one):
            continue
        if line is None:
            return Blocker("changed", operation.table, operation.row, name)
        values.add(line.values.get(name))
    if len(values) > 1:
        return Blocker("settled", operation.table, operation.row, name)
    if not values:
        return (False if name == VOID else None,)
    return (values.pop(),)


def _is_erase(database: Database, one: str) -> bool:
    return database.execute("SELECT 1 FROM erased WHERE erase = ? LIMIT 1", (one,)).fetchone() is not None


def _line(database: Database, row: str, one: str | None) -> OperationLine | None:
    if one is None:
        return None
    found = database.execute(
        "SELECT line FROM operation WHERE row = ? AND hash = ? AND line IS NOT NULL", (row, one)
    ).fetchone()
    return None if found is None or found[0] is None else OperationLine.decode(found[0])
