"""Courses: the list, and one course with its sessions, its participants and its waiting list."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.queries.course_people import Participant, Waiting, people_of
from vejleder_tui.queries.persons import person_of
from vejleder_tui.queries.session_rows import courses_by_id, courses_in
from vejleder_tui.queries.sessions import (
    SessionStatus,
    SessionView,
    course_sessions,
    sessions_between,
    unregistered_sessions,
)
from vejleder_tui.rules.recurrence import Plan, danish_holidays, parse_plan
from vejleder_tui.rules.text import fold, fold_query, sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.queries.base import Reader

__all__ = [
    "CourseDetail",
    "CourseFilter",
    "CourseLine",
    "CourseValues",
    "Named",
    "course_detail",
    "course_list",
    "course_values",
    "holidays_offered",
    "missing_by_course",
    "programmes",
    "venues",
    "workers",
]

AHEAD = timedelta(weeks=8)
BEHIND = timedelta(days=60)
"""A course stands among the running ones for so long after its last session."""
MOST = 1000
"""A list shows at most so many; the search narrows it."""


@dataclass(frozen=True)
class CourseFilter:
    """What the list shows: courses that run (or those `ended`, or those taken away), one's own, and words of the title."""

    ended: bool = False
    voided: bool = False
    worker: str = ""
    words: str = ""


@dataclass(frozen=True)
class CourseLine:
    """One course in the list. `taken` of `capacity` places (None: no limit); `next` is its next session.

    `to_settle` counts the enrolments on which laptops disagree, `open` is what they disagree about in the course itself.
    """

    id: str
    title: str
    kind: str
    plan: Plan | None
    venue_name: str
    taken: int
    capacity: int | None
    waiting: int
    status: str
    next: SessionView | None = None
    contested: bool = False
    to_settle: int = 0
    open: tuple[Differing, ...] = ()


@dataclass(frozen=True)
class Named:
    """Something to choose by its name."""

    id: str
    name: str


@dataclass(frozen=True)
class CourseValues:
    """What the course form holds."""

    id: str
    title: str
    kind: str
    plan: Plan | None
    venue: Named | None
    programme: Named | None
    capacity: int | None
    phase: str
    skipped: dict[date, str]


@dataclass(frozen=True)
class CourseDetail:
    """One course. `taken` counts who has a place today or later; `last` is None for one without an end."""

    id: str
    title: str
    kind: str
    plan: Plan | None
    venue: str | None
    venue_name: str
    capacity: int | None
    status: str
    void: bool
    first: date | None
    last: date | None
    leaders: tuple[str, ...]
    participants: tuple[Participant, ...]
    former: tuple[Participant, ...]
    waiting: tuple[Waiting, ...]
    sessions: tuple[SessionView, ...]
    taken: int
    today: date
    open: tuple[Differing, ...] = ()

    @property
    def held(self) -> int:
        """How many sessions were held."""
        return sum(one.status in {SessionStatus.HELD, SessionStatus.SIGNED_OFF} for one in self.sessions)

    @property
    def total(self) -> int:
        """How many sessions there are, skipped days left out."""
        counted = [one.total for one in self.sessions if one.total is not None]
        extra = sum(one.ordinal is None and one.status is not SessionStatus.SKIPPED for one in self.sessions)
        if counted:
            return max(counted) + extra
        return sum(one.status is not SessionStatus.SKIPPED for one in self.sessions)

    @property
    def next(self) -> SessionView | None:
        """The session going on, or else the next one that is to be held, or else the last one."""
        going_on = [one for one in self.sessions if one.status is SessionStatus.ONGOING]
        ahead = {SessionStatus.PLANNED, SessionStatus.MOVED}
        coming = [one for one in self.sessions if one.status in ahead and one.date >= self.today]
        found = [*going_on, *coming] or list(self.sessions[-1:])
        return found[0] if found else None


_SELECT = (
    "SELECT c.id, c.title, c.kind, c.plan, v.name, c.capacity, c.status"
    " FROM course c LEFT JOIN venue v ON v.id = c.venue"
)
_MINE = (
    " AND EXISTS (SELECT 1 FROM course_facilitator f WHERE f.void = 0 AND f.course = c.id AND f.worker = ?"
    " AND coalesce(f.to_date, '9999-12-31') >= ?)"
)


def course_list(reader: Reader, now: datetime, wanted: CourseFilter | None = None) -> list[CourseLine]:
    """Return courses in the order of their titles; those that ended the newest first, at most MOST."""
    asked = wanted or CourseFilter()
    today = local(now).date()
    sql, values = f"{_SELECT} WHERE c.void = ?", tuple[object, ...]((int(asked.voided),))
    if asked.worker:
        sql, values = sql + _MINE, (*values, asked.worker, today.isoformat())
    if not asked.voided:
        running = "coalesce(c.status, '') <> 'ended' AND (c.plan IS NULL OR c.id IN (SELECT value FROM json_each(?)))"
        sql, values = (
            f"{sql} AND {'NOT ' if asked.ended else ''}({running})",
            (*values, _running(reader, today - BEHIND)),
        )
    rows = all_rows(reader, f"{sql} ORDER BY c.id DESC", *values)
    needles = fold_query(asked.words)
    if needles:
        rows = [row for row in rows if all(one in fold(row[1] or "") for one in needles)]
    rows = rows[:MOST]
    places = _places(reader, [row[0] for row in rows], today)
    upcoming = {} if asked.ended or asked.voided else _next_sessions(reader, now)
    opened = differing(reader, "course", [row[0] for row in rows])
    unsettled = _unsettled(reader)
    lines = [
        replace(
            _line(row, places, upcoming), contested=row[0] in opened, open=opened.get(row[0], ()),
            to_settle=unsettled.get(row[0], 0),
        )
        for row in rows
    ]  # fmt: skip
    return lines if asked.ended else sorted(lines, key=lambda one: (sort_key(one.title), one.id))


def missing_by_course(reader: Reader, now: datetime) -> dict[str, int]:
    """Return by course how many past sessions lack registration; courses that lack none are left out."""
    return dict(Counter(one.ref.course for one in unregistered_sessions(reader, now) if one.ref.course))


def _running(reader: Reader, since: date) -> str:
    """Return the ids of courses that meet on a day or later, as a JSON list."""
    found = courses_in(reader, since, date.max).values()
    return json.dumps([one.id for one in found if one.window and (one.window.last is None or one.window.last >= since)])


def _unsettled(reader: Reader) -> dict[str, int]:
    """Return by course how many of its enrolments laptops disagree about."""
    return dict(
        all_rows(
            reader,
            "SELECT e.course, count(DISTINCT e.id) FROM contested c JOIN enrolment e ON e.id = c.row AND e.void = 0"
            " WHERE c.table_name = 'enrolment' GROUP BY e.course",
        )
    )


def _line(row: tuple[Any, ...], places: dict[str, tuple[int, int]], upcoming: dict[str, SessionView]) -> CourseLine:
    one, title, kind, plan, venue, capacity, status = row
    taken, waiting = places.get(one, (0, 0))
    return CourseLine(
        id=one, title=title or "", kind=kind or "", plan=_plan(plan), venue_name=venue or "", taken=taken,
        capacity=capacity, waiting=waiting, status=status or "", next=upcoming.get(one),
    )  # fmt: skip


def _plan(text: str | None) -> Plan | None:
    return parse_plan(text) if text else None


def _places(reader: Reader, courses: list[str], today: date) -> dict[str, tuple[int, int]]:
    """Return by course how many have a place, today or later, and how many wait."""
    found: dict[str, tuple[int, int]] = {}
    for at in range(0, len(courses), 500):
        part = courses[at : at + 500]
        for course, taken, waiting in all_rows(
            reader,
            "SELECT course, count(DISTINCT CASE WHEN status IN ('enrolled', 'paused')"
            f" AND coalesce(to_date, '9999-12-31') >= ? THEN {person_of('enrolment.citizen')} END),"
            f" count(DISTINCT CASE WHEN status IN ('waiting', 'offered') THEN {person_of('enrolment.citizen')} END)"
            f" FROM enrolment WHERE void = 0 AND course IN ({','.join('?' for _one in part)}) GROUP BY course",
            today.isoformat(),
            *part,
        ):
            found[course] = (taken, waiting)
    return found


def _next_sessions(reader: Reader, now: datetime) -> dict[str, SessionView]:
    today = local(now).date()
    found: dict[str, SessionView] = {}
    wanted = {SessionStatus.PLANNED, SessionStatus.MOVED, SessionStatus.ONGOING}
    for view in sessions_between(reader, today, today + AHEAD, now):
        if view.ref.course and view.status in wanted:
            found.setdefault(view.ref.course, view)
    return found


def course_detail(reader: Reader, course: str, now: datetime, *, private: bool = False) -> CourseDetail | None:
    """Return one course, also one that was taken away; None for an unknown id. `private` shows names as initials."""
    row = one_row(
        reader,
        "SELECT c.title, c.kind, c.plan, c.venue, v.name, c.capacity, c.status, c.void FROM course c"
        " LEFT JOIN venue v ON v.id = c.venue WHERE c.id = ?",
        course,
    )
    if row is None:
        return None
    title, kind, plan_text, venue, venue_name, capacity, status, void = row
    today = local(now).date()
    rows = courses_by_id(reader, {course})
    window = rows[course].window if course in rows else None
    kept = rows[course].kept if course in rows else []
    sessions = course_sessions(reader, course, now)
    people = people_of(reader, course, sessions, now, private=private)
    plan = _plan(plan_text)
    first = min([*kept[:1], *([plan.first] if plan else [])], default=None)
    leaders = all_rows(
        reader,
        "SELECT w.initials FROM course_facilitator f JOIN worker w ON w.id = f.worker WHERE f.void = 0 AND w.void = 0"
        " AND f.course = ? AND coalesce(f.to_date, '9999-12-31') >= ? ORDER BY f.role <> 'lead', f.from_date, f.id",
        course,
        today.isoformat(),
    )
    return CourseDetail(
        id=course, title=title or "", kind=kind or "", plan=plan, venue=venue, venue_name=venue_name or "",
        capacity=capacity, status=status or "", void=bool(void), first=first, last=window.last if window else None,
        leaders=tuple(one[0] or "" for one in leaders), participants=people.present, former=people.former,
        waiting=people.waiting, sessions=tuple(sessions), taken=len({one.person for one in people.present}), today=today,
        open=differing(reader, "course", [course]).get(course, ()),
    )  # fmt: skip


def course_values(reader: Reader, course: str) -> CourseValues | None:
    """Return what the course form holds of a course, or None."""
    row = one_row(
        reader,
        "SELECT c.title, c.kind, c.plan, c.venue, v.name, c.programme, p.name, c.capacity, c.phase FROM course c"
        " LEFT JOIN venue v ON v.id = c.venue LEFT JOIN programme p ON p.id = c.programme WHERE c.id = ? AND c.void = 0",
        course,
    )
    if row is None:
        return None
    skipped = all_rows(
        reader, "SELECT date, reason FROM course_exception WHERE void = 0 AND course = ? ORDER BY date", course
    )
    return CourseValues(
        id=course, title=row[0] or "", kind=row[1] or "closed", plan=_plan(row[2]),
        venue=Named(row[3], row[4] or "") if row[3] else None,
        programme=Named(row[5], row[6] or "") if row[5] else None, capacity=row[7], phase=row[8] or "",
        skipped={date.fromisoformat(day): reason or "" for day, reason in skipped},
    )  # fmt: skip


def venues(reader: Reader) -> list[Named]:
    """Return the places where groups meet, by name."""
    return _named(all_rows(reader, "SELECT id, name FROM venue WHERE void = 0"))


def programmes(reader: Reader) -> list[Named]:
    """Return the methods that courses follow, by name."""
    return _named(all_rows(reader, "SELECT id, name FROM programme WHERE void = 0"))


def workers(reader: Reader, now: datetime) -> list[Named]:
    """Return who works here today, by name."""
    today = local(now).date().isoformat()
    sql = (
        "SELECT id, coalesce(name, initials) FROM worker WHERE void = 0 AND coalesce(role, '') <> 'exporter'"
        " AND coalesce(active_to, '9999-12-31') >= ?"
    )
    return _named(all_rows(reader, sql, today))


def _named(rows: Iterable[tuple[Any, ...]]) -> list[Named]:
    return sorted((Named(row[0], row[1] or "") for row in rows), key=lambda one: (sort_key(one.name), one.id))


def holidays_offered(plan: Plan, *, through: date | None = None) -> dict[date, str]:
    """Return the public holidays on which a plan would meet; a plan without an end is asked about a year ahead."""
    from vejleder_tui.rules.plan_window import PlanWindow  # noqa: PLC0415 - only the form plans

    window = PlanWindow(plan)
    last = min(window.last or date.max, through or plan.first + timedelta(days=366))
    days = {one.date for one in window.between(plan.first, last)}
    names = danish_holidays(range(plan.first.year, last.year + 1))
    return {day: names[day] for day in sorted(days) if day in names}
