"""The fold: the row that a set of operations gives, whatever order they came in.

It looks at one row and at nothing else. A field's leaves are the values that no other operation names as replaced; one
leaf, or several equal, is the value; several different are an open conflict, and the strongest is shown meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.leaves import CREATED, Leaves, format_leaves
from vejleder_tui.oplog.tables import RowState, filled, sql_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from vejleder_tui.model.base import FieldInfo
    from vejleder_tui.oplog.line import OperationLine, Value

__all__ = ["VOID", "FoldedRow", "fold"]

VOID = "void"


@dataclass(frozen=True)
class FoldedRow:
    """A row as the log gives it. `contested` holds, per contested field, the hash and value of each leaf."""

    state: RowState
    contested: dict[str, tuple[tuple[str, Value], ...]]


def fold(
    table: str, row: str, operations: Mapping[str, OperationLine], erases: Mapping[str, Collection[str]] | None = None
) -> FoldedRow | None:
    """Return the row that `operations` (by hash) give, or None while its create is not among them.

    `erases` names, per field, the erases that took it: each is an empty leaf until an operation names it as replaced.
    """
    sql = sql_of(table)
    replaced: dict[str, set[str]] = {}
    writers: dict[str, list[str]] = {}
    for one, operation in operations.items():
        if operation.key is not None:
            writers.setdefault(CREATED, []).append(one)
        for name in operation.values:
            writers.setdefault(name, []).append(one)
            replaced.setdefault(name, set()).update(operation.replaces.get(name, ()))
    if CREATED not in writers:
        return None
    for name, taken in (erases or {}).items():
        writers.setdefault(name, []).extend(taken)
    leaves: Leaves = {
        name: tuple(sorted(one for one in hashes if one not in replaced.get(name, ())))
        for name, hashes in writers.items()
    }
    values: dict[str, Value] = {}
    contested: dict[str, tuple[tuple[str, Value], ...]] = {}
    for name, info in sql.fields.items():
        found = _found(info, leaves, operations)
        values[name] = _strongest(info, found, operations)
        if _differ(info, (value for _, value in found)):
            contested[name] = tuple(found)
    void, disagreed = _void(leaves, operations)
    if disagreed:
        contested[VOID] = tuple((one, operations[one].values[VOID]) for one in leaves[VOID])
    state = RowState(id=row, void=void, leaves=format_leaves(leaves, filled(sql, values)), values=values)
    return FoldedRow(state=state, contested=contested)


def _found(info: FieldInfo, leaves: Leaves, operations: Mapping[str, OperationLine]) -> list[tuple[str, Value]]:
    if info.key:
        return [(one, (operations[one].key or {}).get(info.name)) for one in leaves[CREATED]]
    return [
        (one, operations[one].values[info.name] if one in operations else None) for one in leaves.get(info.name, ())
    ]


def _differ(info: FieldInfo, values: Iterable[Value]) -> bool:
    distinct = {(type(value), value) for value in values}
    if info.yields:
        distinct.discard((type(None), None))
    return len(distinct) > 1


def _strongest(info: FieldInfo, found: list[tuple[str, Value]], operations: Mapping[str, OperationLine]) -> Value:
    def rank(leaf: tuple[str, Value]) -> tuple[bool, bool, int, str, str]:
        one, value = leaf
        operation = operations.get(one)
        if operation is None:
            return (False, False, -1, "", one)
        place = info.order.index(str(value)) if value in info.order else -1
        return (value is not None, operation.reason is not None, place, operation.at, one)

    return max(found, key=rank)[1] if found else None


def _void(leaves: Leaves, operations: Mapping[str, OperationLine]) -> tuple[bool, bool]:
    """Return whether the row is void, and whether its laptops disagree about that."""
    said = leaves.get(VOID, ())
    if not any(operations[one].values[VOID] for one in said):
        return False, False
    if not all(operations[one].values[VOID] for one in said):
        return False, True
    seen: dict[str, set[str]] = {}
    for one in said:
        for name, hashes in operations[one].replaces.items():
            seen.setdefault(name, set()).update(hashes)
    whole = all(
        # An erase is nobody's edit: who took the row away need not have seen it.
        {one for one in hashes if one in operations} <= seen.get(name, set()) | set(said)
        for name, hashes in leaves.items()
        if name != VOID
    )
    return whole, not whole
