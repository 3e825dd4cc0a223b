"""What a merge would change, in counts a person can judge: per citizen and per course, asked before it is kept.

The changed rows stand in the temporary table `merge_touched` of the connection whose transaction took them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.queries.conflicts import open_rows

if TYPE_CHECKING:
    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.queries.base import Reader

__all__ = ["BELONGS", "OTHERS", "TOUCHED", "Touch", "Touches", "contested_rows", "touches"]

TOUCHED = "temp.merge_touched"
"""The temporary table: table_name, row, and `what`: new, changed, gone, or passed (came and went again)."""

_SESSION_COURSE = "(SELECT course FROM session WHERE session.id = t.session)"

BELONGS: dict[str, tuple[str, str]] = {
    "citizen": ("t.id", "NULL"),
    "grant": ("t.citizen", "NULL"),
    "citizen_target_group": ("t.citizen", "NULL"),
    "consent": ("t.citizen", "NULL"),
    "follow_up_task": ("t.citizen", "NULL"),
    "goal": ("t.citizen", "NULL"),
    "goal_rating": ("t.citizen", "NULL"),
    "peer_participant": ("t.citizen", "NULL"),
    "enrolment": ("t.citizen", "t.course"),
    "attendance": ("t.citizen", _SESSION_COURSE),
    "guest": ("t.citizen", _SESSION_COURSE),
    "adverse_event": ("t.citizen", _SESSION_COURSE),
    "session_staff": ("t.citizen", _SESSION_COURSE),
    "peer_activity": ("NULL", _SESSION_COURSE),
    "course": ("NULL", "t.id"),
    "course_exception": ("NULL", "t.course"),
    "course_facilitator": ("NULL", "t.course"),
    "session": ("NULL", "t.course"),
}
"""Of each table that belongs to a citizen or a course: where the ids of both are found."""

OTHERS = frozenset(
    {
        "organisation", "centre", "venue", "worker", "device", "programme", "setting", "attendance_code", "same_person",
    }
)  # fmt: skip
"""The tables whose rows belong to nobody in particular."""


class Touch(NamedTuple):
    """How many rows of a citizen or a course come, change and go. `name` is "" where it is not known here."""

    id: str
    name: str
    new: int
    changed: int
    gone: int


class Touches(NamedTuple):
    """Every citizen and course with changed rows, those with the most first; and what belongs to neither, by table."""

    citizens: tuple[Touch, ...]
    courses: tuple[Touch, ...]
    others: dict[str, int]
    rows: int


def touches(before: Reader, after: Connection) -> Touches:
    """Return what changed. `before` still sees the records without the merge; `after` is inside its transaction."""
    citizens: dict[str, dict[str, int]] = {}
    courses: dict[str, dict[str, int]] = {}
    others: dict[str, int] = {}
    total = 0
    for (table,) in after.execute(f"SELECT DISTINCT table_name FROM {TOUCHED} ORDER BY table_name").fetchall():
        counted = after.execute(
            f"SELECT count(*) FROM {TOUCHED} WHERE table_name = ? AND what <> 'passed'", (table,)
        ).fetchone()
        total += int(counted[0])
        if table not in BELONGS:
            others[str(table)] = int(counted[0])
            continue
        citizen, course = BELONGS[table]
        for place, into in ((citizen, citizens), (course, courses)):
            if place == "NULL":
                continue
            for one, what, count in after.execute(
                f'SELECT {place} AS whose, m.what, count(*) FROM {TOUCHED} m JOIN "{table}" t ON t.id = m.row'
                " WHERE m.table_name = ? AND m.what IN ('new', 'changed') GROUP BY whose, m.what",
                (table,),
            ).fetchall():
                _count(into, one, what, int(count))
            for (row,) in after.execute(
                f"SELECT row FROM {TOUCHED} WHERE table_name = ? AND what = 'gone'", (table,)
            ).fetchall():
                found = before.execute(f'SELECT {place} FROM "{table}" t WHERE t.id = ?', (row,)).fetchone()
                _count(into, found[0] if found else None, "gone", 1)
    return Touches(
        _named(citizens, after, before, "SELECT coalesce(name, alias, '') FROM citizen WHERE id = ?"),
        _named(courses, after, before, "SELECT coalesce(title, '') FROM course WHERE id = ?"),
        others,
        total,
    )


def _count(into: dict[str, dict[str, int]], one: str | None, what: str, count: int) -> None:
    if one is not None:
        counts = into.setdefault(str(one), {})
        counts[what] = counts.get(what, 0) + count


def _named(counts: dict[str, dict[str, int]], after: Connection, before: Reader, sql: str) -> tuple[Touch, ...]:
    found = []
    for one, count in counts.items():
        name = after.execute(sql, (one,)).fetchone() or before.execute(sql, (one,)).fetchone()
        found.append(
            Touch(one, str(name[0]) if name else "", count.get("new", 0), count.get("changed", 0), count.get("gone", 0))
        )
    return tuple(sorted(found, key=lambda touch: (-(touch.new + touch.changed + touch.gone), touch.name, touch.id)))


def contested_rows(connection: Reader) -> set[tuple[str, str]]:
    """Return the rows that wait to be settled: (table, id)."""
    return open_rows(connection)
