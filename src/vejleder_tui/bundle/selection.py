"""Which rows belong to one course, or to a period: the rows themselves, what belongs to them, and what they refer to.

The operations of these rows, all of them, are a slice. Whatever they say names a row of the slice: a worker, a laptop or
a place that one of them once named is part of it, so that nothing in it points at something outside.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog.tables import children_of, table_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vejleder_tui.bundle.branches import Connection

__all__ = ["rows_of_course", "rows_of_period"]

_AT_ONCE = 400

_ALSO = frozenset({("peer_activity", "session"), ("goal_rating", "session"), ("goal", "enrolment"), ("goal", "parent")})
"""References outside the key by which a row belongs to a course all the same."""

_DAYS = {
    "session": ("coalesce(date, planned_date)",),
    "peer_activity": ("date",),
    "goal": ("baseline_date",),
    "goal_rating": ("date",),
    "course_exception": ("date",),
    "course_facilitator": ("from_date", "to_date"),
    "enrolment": ("from_date", "enrolled_from", "to_date"),
    "grant": ("from_date", "to_date"),
    "consent": ("given_on", "withdrawn_on"),
    "follow_up_task": ("due", "done_on"),
}
"""The days by which a row is in a period; any of them is enough."""


def rows_of_course(connection: Connection, course: str) -> set[str]:
    """Return the ids of the rows of a course, of what belongs to it, and of what these refer to.

    That is: its sessions and all that was registered at them, its enrolments and their goals and ratings, who leads it.
    """
    return _with_references(connection, _with_belonging(connection, {"course": {course}}, _ALSO))


def rows_of_period(connection: Connection, first: str | None, last: str | None) -> set[str]:
    """Return the ids of the rows of a period, and of what these refer to; both days (`YYYY-MM-DD`) included, None for open.

    That is: sessions with all that was registered at them, and other rows by their own days.
    """
    found: dict[str, set[str]] = {}
    for table, days in _DAYS.items():
        for day in days:
            rows = connection.execute(
                f'SELECT id FROM "{table}" WHERE {day} BETWEEN ? AND ?', (first or "0000", last or "9999")
            )
            found.setdefault(table, set()).update(str(row) for (row,) in rows)
    return _with_references(connection, _with_belonging(connection, found, frozenset()))


def _with_belonging(connection: Connection, started: dict[str, set[str]], also: frozenset[tuple[str, str]]) -> set[str]:
    """Return the rows and those whose key names one of them, through any number of steps."""
    found: set[str] = set()
    waiting = [(table, row) for table, rows in started.items() for row in rows]
    while waiting:
        together: dict[str, list[str]] = {}
        for table, row in waiting:
            if row not in found:
                found.add(row)
                together.setdefault(table, []).append(row)
        waiting = [
            (child, row)
            for table, rows in together.items()
            for child, field in children_of(table)
            if fields_of(child)[field].key or (child, field) in also
            for row in _referring(connection, child, field, rows)
        ]
    return found


def _referring(connection: Connection, table: str, field: str, parents: list[str]) -> Iterator[str]:
    for some in _portions(parents):
        marks = ", ".join("?" * len(some))
        for (row,) in connection.execute(f'SELECT id FROM "{table}" WHERE "{field}" IN ({marks})', some):
            yield str(row)


def _with_references(connection: Connection, started: set[str]) -> set[str]:
    """Return the rows and all that any of their operations names."""
    found: set[str] = set()
    waiting = started
    codes: set[str] = set()
    while waiting:
        found |= waiting
        named: set[str] = set()
        for some in _portions(sorted(waiting)):
            marks = ", ".join("?" * len(some))
            for (line,) in connection.execute(
                f"SELECT line FROM operation WHERE row IN ({marks}) AND line IS NOT NULL", some
            ):
                named.update(_named_by(json.loads(line), codes))
        for code in sorted(codes):
            rows = connection.execute("SELECT id FROM attendance_code WHERE code = ?", (code,))
            named.update(str(row) for (row,) in rows)
        waiting = named - found
    return found


def _named_by(said: dict[str, Any], codes: set[str]) -> Iterator[str]:
    yield str(said["device"])
    if said.get("actor"):
        yield str(said["actor"])
    if said["table"] not in table_names():
        return
    infos = fields_of(said["table"])
    for part in ("key", "values"):
        told = said.get(part)
        for name, value in told.items() if isinstance(told, dict) else ():
            if name in infos and infos[name].kind is Kind.UUID and value:
                yield str(value)
            elif (said["table"], name) == ("attendance", "code") and value:
                codes.add(str(value))


def _portions(ids: Iterable[str]) -> Iterator[list[str]]:
    listed = list(ids)
    for start in range(0, len(listed), _AT_ONCE):
        yield listed[start : start + _AT_ONCE]
