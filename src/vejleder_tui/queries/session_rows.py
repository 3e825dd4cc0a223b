"""The rows behind sessions: courses with their plans, and what people wrote, for a window of days or one course."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.queries.base import all_rows
from vejleder_tui.rules.plan_window import PlanWindow
from vejleder_tui.rules.recurrence import Plan, parse_plan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.queries.base import Reader

__all__ = [
    "CourseRow",
    "SessionRow",
    "courses_by_id",
    "courses_in",
    "rows_by_course",
    "rows_by_id",
    "rows_in",
    "running_courses",
]


@dataclass
class CourseRow:
    """A course and its plan. `kept`: the days before the plan's first for which rows stand, from a plan before it."""

    id: str
    title: str
    plan: Plan | None
    venue: str | None
    venue_name: str
    window: PlanWindow | None = None
    kept: list[date] = field(default_factory=list)

    @property
    def kept_before(self) -> int:
        """How many sessions came before the plan's own."""
        return len(self.kept)

    def kept_ordinal(self, row: SessionRow) -> int | None:
        """Return the place of a session that an earlier plan implied; None for any other."""
        if row.planned_date is None or row.planned_date not in self.kept:
            return None
        return bisect_right(self.kept, row.planned_date)


class SessionRow(NamedTuple):
    """A session's row. Minutes are of the local day, None where the plan's hold."""

    id: str
    course: str | None
    planned_date: date | None
    number: int | None
    title: str
    date: date | None
    start_minute: int | None
    end_minute: int | None
    venue: str | None
    venue_name: str
    theme: str
    status: str
    status_reason: str
    incidents: str
    unnamed_guests: int
    signed_off_at: datetime | None
    signed_off_by: str


_COURSE_SQL = (
    "SELECT c.id, c.title, c.plan, c.venue, v.name FROM course c LEFT JOIN venue v ON v.id = c.venue WHERE c.void = 0"
)
_SESSION_SQL = (
    "SELECT s.id, s.course, s.planned_date, s.number, s.title, s.date, s.start_at, s.end_at, s.venue, v.name,"
    " coalesce(s.theme, s.theme_planned), s.status, s.status_reason, s.incidents, s.unnamed_guests, s.signed_off_at,"
    " w.initials FROM session s LEFT JOIN course c ON c.id = s.course LEFT JOIN venue v ON v.id = s.venue"
    " LEFT JOIN worker w ON w.id = s.signed_off_by WHERE s.void = 0 AND (s.course IS NULL OR c.void = 0)"
)
_FIRST = "substr(c.plan, instr(c.plan, 'first=') + 6, 10)"
_UNTIL = "substr(c.plan, instr(c.plan, ';until=') + 7, 10)"
"""The last day of a stored plan, looked at before a row is fetched: a store keeps every course that ever ended.
Of a plan without one it begins with a semicolon, which sorts after every digit."""
_SPARE = 26
"""So many left-out days put a plan's end off without being counted; courses with more of them are always looked at."""


def courses_in(reader: Reader, start: date, end: date) -> dict[str, CourseRow]:
    """Return the courses whose plan may imply a session from `start` to `end`."""
    return courses_by_id(reader, running_courses(reader, start, end))


def running_courses(reader: Reader, start: date, end: date) -> set[str]:
    """Return the ids of courses whose plan may imply a session from `start` to `end`; some that do not may be among them."""
    first, last = start.isoformat(), end.isoformat()
    found = set()
    for course, text, left_out in all_rows(
        reader,
        "SELECT c.id, c.plan, (SELECT count(*) FROM course_exception x WHERE x.course = c.id)"
        f" FROM course c WHERE c.void = 0 AND {_UNTIL} >= ?",
        first,
    ):
        begins, over = _bounds(text)
        if begins <= last and (over >= first or left_out > _SPARE):
            found.add(course)
    return found


@lru_cache(maxsize=65536)
def _bounds(text: str) -> tuple[str, str]:
    """Return the first day of a stored plan, and a day after which it is over, both as text.

    Read without making a plan of it: a store has thousands of courses that ended years ago.
    """
    values = dict(part.partition("=")[::2] for part in text.split(";"))
    over = values["until"] or "9999-12-31"
    if values["sessions"]:
        rounds = int(values["sessions"]) + _SPARE
        days = min(
            date.fromisoformat(values["first"]).toordinal() + 7 * int(values["every"]) * rounds, date.max.toordinal()
        )
        over = min(over, date.fromordinal(days).isoformat())
    return values["first"], over


def courses_by_id(reader: Reader, courses: Iterable[str]) -> dict[str, CourseRow]:
    """Return courses by their ids, those taken away left out."""
    found: dict[str, CourseRow] = {}
    ordered = sorted(courses)
    for part in (ordered[at : at + 500] for at in range(0, len(ordered), 500)):
        marks = ",".join("?" for _one in part)
        found |= _courses(all_rows(reader, f"{_COURSE_SQL} AND c.id IN ({marks})", *part))
    return _laid(reader, found)


def _courses(rows: list[tuple[Any, ...]]) -> dict[str, CourseRow]:
    return {
        row[0]: CourseRow(row[0], row[1] or "", parse_plan(row[2]) if row[2] else None, row[3], row[4] or "")
        for row in rows
    }


def _laid(reader: Reader, courses: dict[str, CourseRow]) -> dict[str, CourseRow]:
    """Return the courses with the window on each plan: with the days left out, and what earlier plans left behind."""
    ordered = sorted(one.id for one in courses.values() if one.plan is not None)
    skipped: dict[str, dict[date, str]] = {}
    for part in (ordered[at : at + 500] for at in range(0, len(ordered), 500)):
        marks = ",".join("?" for _one in part)
        for course, day, reason in all_rows(
            reader,
            f"SELECT course, date, reason FROM course_exception WHERE void = 0 AND course IN ({marks})",
            *part,
        ):
            skipped.setdefault(course, {})[date.fromisoformat(day)] = reason or ""
        for course, day in all_rows(
            reader,
            "SELECT s.course, s.planned_date FROM session s JOIN course c ON c.id = s.course"
            f" WHERE s.void = 0 AND s.course IN ({marks}) AND s.planned_date < {_FIRST} ORDER BY s.planned_date",
            *part,
        ):
            courses[course].kept.append(date.fromisoformat(day))
    for one in ordered:
        plan = courses[one].plan
        if plan is not None:
            courses[one].window = PlanWindow(plan, skipped.get(one))
    return courses


def rows_in(reader: Reader, start: date, end: date) -> list[SessionRow]:
    """Return the sessions' rows whose own day, or planned day, lies from `start` to `end`."""
    days = (start.isoformat(), end.isoformat())
    sql = (
        f"{_SESSION_SQL} AND s.id IN (SELECT id FROM session WHERE date BETWEEN ? AND ?"
        " UNION SELECT id FROM session WHERE planned_date BETWEEN ? AND ?)"
    )
    return [_session(row) for row in all_rows(reader, sql, *days, *days)]


def rows_by_course(reader: Reader, course: str) -> list[SessionRow]:
    """Return every row of one course's sessions."""
    return [_session(row) for row in all_rows(reader, f"{_SESSION_SQL} AND s.course = ?", course)]


def rows_by_id(reader: Reader, session: str) -> list[SessionRow]:
    """Return the row of one session, in a list, or none."""
    return [_session(row) for row in all_rows(reader, f"{_SESSION_SQL} AND s.id = ?", session)]


def _session(row: tuple[Any, ...]) -> SessionRow:
    (one, course, planned, number, title, day, start, end, venue, venue_name, theme, status, reason, incidents,
     unnamed, signed_at, signed_by) = row  # fmt: skip
    return SessionRow(
        id=one, course=course, planned_date=date.fromisoformat(planned) if planned else None, number=number,
        title=title or "", date=date.fromisoformat(day) if day else None,
        start_minute=_minute(start) if start else None, end_minute=(_minute(end) or 1440) if end else None,
        venue=venue, venue_name=venue_name or "", theme=theme or "", status=status or "", status_reason=reason or "",
        incidents=incidents or "", unnamed_guests=unnamed or 0,
        signed_off_at=from_stamp(signed_at) if signed_at else None, signed_off_by=signed_by or "",
    )  # fmt: skip


def _minute(moment: str) -> int:
    here = local(from_stamp(moment))
    return here.hour * 60 + here.minute
