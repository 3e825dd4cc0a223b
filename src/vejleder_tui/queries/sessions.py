"""Sessions as they stand: what the courses' plans imply, with what people wrote laid over it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.clock import local
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.conflict_marks import Differing
from vejleder_tui.queries.session_counts import ON_ROSTER, counts_of
from vejleder_tui.queries.session_rows import (
    CourseRow,
    SessionRow,
    courses_by_id,
    courses_in,
    rows_by_course,
    rows_by_id,
    rows_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.rules.recurrence import Planned

__all__ = [
    "ON_ROSTER",
    "SessionRef",
    "SessionStatus",
    "SessionView",
    "course_sessions",
    "find_session",
    "session_id",
    "session_view",
    "sessions_between",
    "unregistered_sessions",
]

LOOK_BACK_DAYS = 60
"""How far back *Mangler registrering* looks for sessions that nobody registered."""


class SessionStatus(StrEnum):
    """What a session is, as the screen says it."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    HELD = "held"
    SIGNED_OFF = "signed_off"
    CANCELLED = "cancelled"
    MOVED = "moved"
    SKIPPED = "skipped"

    @property
    def word(self) -> str:
        """The status in a word of the user's language."""
        return _(_WORDS[self])


_WORDS = {
    SessionStatus.PLANNED: N_("planlagt"),
    SessionStatus.ONGOING: N_("i gang"),
    SessionStatus.HELD: N_("afholdt"),
    SessionStatus.SIGNED_OFF: N_("godkendt"),
    SessionStatus.CANCELLED: N_("aflyst"),
    SessionStatus.MOVED: N_("flyttet"),
    SessionStatus.SKIPPED: N_("springes over"),
}


class SessionRef(NamedTuple):
    """Which session is meant, also when nobody has written about it yet and it has no row.

    `course`, `planned_date` and `number` (that day, from 1) are the natural key; an ad hoc session has only its id.
    """

    id: str
    course: str | None
    planned_date: date | None
    number: int | None


class SessionView(NamedTuple):
    """One session. Minutes are of the local day; `ordinal` of `total` is its place in the course ("7. af 20").

    `expected` is who was enrolled that day, `registered` how many of them have a code, `guests` named and unnamed.
    `contested`: some of its values, or of its attendance, differ between two laptops; `to_settle` counts the attendances,
    `open` is what they disagree about in the session itself. One that is cancelled though somebody came is contested too.
    """

    ref: SessionRef
    title: str
    date: date
    start_minute: int
    end_minute: int
    status: SessionStatus
    ordinal: int | None = None
    total: int | None = None
    venue: str | None = None
    venue_name: str = ""
    theme: str = ""
    reason: str = ""
    incidents: str = ""
    expected: int = 0
    registered: int = 0
    guests: int = 0
    notified: int = 0
    signed_off_by: str = ""
    signed_off_at: datetime | None = None
    exists: bool = False
    contested: bool = False
    to_settle: int = 0
    open: tuple[Differing, ...] = ()

    @property
    def minutes(self) -> int:
        """The whole session's length in minutes."""
        return self.end_minute - self.start_minute


def session_id(course: str, planned_date: date, number: int) -> str:
    """Return the id under which every laptop knows a planned session."""
    return natural_id("session", course, planned_date.isoformat(), number)


def course_sessions(reader: Reader, course: str, now: datetime, *, through: date | None = None) -> list[SessionView]:
    """Return a course's sessions by date, skipped days among them; an open-ended course goes `through` (or 8 weeks on)."""
    found = courses_by_id(reader, {course})
    if course not in found:
        return []
    plan = found[course].window
    last = plan.last if plan else None
    horizon = last or through or local(now).date() + timedelta(weeks=8)
    views = _views(found, rows_by_course(reader, course), (date.min, horizon), now)
    return _in_order(_counted(reader, views, now))


def sessions_between(reader: Reader, start: date, end: date, now: datetime) -> list[SessionView]:
    """Return every course's sessions whose date lies in `start`–`end`, by date and time; days skipped are left out."""
    return _in_order(_counted(reader, _between(reader, start, end, now), now))


def unregistered_sessions(reader: Reader, now: datetime) -> list[SessionView]:
    """Return past sessions of the last LOOK_BACK_DAYS that were to be held and where somebody is not registered.

    A session that is signed off is complete, and is not even counted.
    """
    today = local(now).date()
    past = _between(reader, today - timedelta(days=LOOK_BACK_DAYS), today - timedelta(days=1), now)
    held = {SessionStatus.PLANNED, SessionStatus.HELD, SessionStatus.MOVED}
    counted = _counted(reader, [one for one in past if one.status in {*held, SessionStatus.CANCELLED}], now)
    return _in_order([one for one in counted if one.status in held and one.registered < one.expected])


def find_session(reader: Reader, one: str, now: datetime) -> SessionView | None:
    """Return the session with this id, or its unique beginning of at least 8 characters.

    One that is only planned is searched a year back and ahead.
    """
    wanted = one.strip().lower()
    if len(wanted) < 8:
        return None
    rows = all_rows(
        reader, "SELECT id FROM session WHERE void = 0 AND id >= ? AND id < ? LIMIT 2", wanted, f"{wanted}~"
    )
    today = local(now).date()
    if rows:
        found = [view for (row,) in rows for view in _of_row(reader, str(row), now)]
    else:
        found = _between(reader, today - timedelta(days=366), today + timedelta(days=366), now)
    fitting = [view for view in found if view.ref.id.startswith(wanted)]
    return _counted(reader, fitting, now)[0] if len(fitting) == 1 else None


def session_view(reader: Reader, ref: SessionRef, now: datetime) -> SessionView | None:
    """Return the session that a reference means; None when neither a row nor its course's plan knows it any more."""
    found = _of_row(reader, ref.id, now)
    if not found and ref.course is not None and ref.planned_date is not None:
        courses = courses_by_id(reader, {ref.course})
        found = _views(courses, [], (ref.planned_date, ref.planned_date), now)
    fitting = [view for view in found if view.ref.id == ref.id]
    return _counted(reader, fitting, now)[0] if fitting else None


def _of_row(reader: Reader, session: str, now: datetime) -> list[SessionView]:
    rows = rows_by_id(reader, session)
    courses = courses_by_id(reader, {row.course for row in rows if row.course})
    return _views(courses, rows, None, now)


def _between(reader: Reader, start: date, end: date, now: datetime) -> list[SessionView]:
    """Return the views of a window, not counted yet."""
    rows = rows_in(reader, start, end)
    courses = courses_in(reader, start, end)
    courses |= courses_by_id(reader, {row.course for row in rows if row.course and row.course not in courses})
    found = _views(courses, rows, (start, end), now)
    return [one for one in found if start <= one.date <= end and one.status is not SessionStatus.SKIPPED]


def _in_order(views: Iterable[SessionView]) -> list[SessionView]:
    return sorted(views, key=lambda one: (one.date, one.start_minute, one.title, one.ref.id))


def _views(
    courses: dict[str, CourseRow],
    rows: list[SessionRow],
    window: tuple[date, date] | None,
    now: datetime,
) -> list[SessionView]:
    """Return what the courses' plans imply in the window with the rows laid over it, and every row besides."""
    by_course: dict[str, list[SessionRow]] = {}
    for row in rows:
        by_course.setdefault(row.course or "", []).append(row)
    found: list[SessionView] = []
    for course in courses.values():
        written = {row.id: row for row in by_course.pop(course.id, [])}
        for one in _implied(course, written.values(), window):
            where = session_id(course.id, one.date, one.number_that_day)
            base = _base(course, SessionRef(where, course.id, one.date, one.number_that_day), one)
            found.append(_laid_over(base, written.pop(where), now) if where in written else _timed(base, now))
        found += [_laid_over(_unplanned(row, course), row, now) for row in written.values()]
    found += [_laid_over(_unplanned(row, None), row, now) for left in by_course.values() for row in left]
    return found


def _implied(course: CourseRow, rows: Iterable[SessionRow], window: tuple[date, date] | None) -> Iterable[Planned]:
    """Return what the plan says of the window, and of the days outside it for which rows were written."""
    if course.window is None:
        return []
    found = list(course.window.between(*window)) if window else []
    for row in rows:
        day = row.planned_date
        if day is not None and (window is None or not window[0] <= day <= window[1]):
            found += course.window.between(day, day)
    return found


def _base(course: CourseRow, ref: SessionRef, one: Planned) -> SessionView:
    total = course.window.total if course.window else None
    return SessionView(
        ref=ref, title=course.title, date=one.date, start_minute=one.start_minute, end_minute=one.end_minute,
        status=SessionStatus.SKIPPED if one.ordinal is None else SessionStatus.PLANNED,
        ordinal=None if one.ordinal is None else one.ordinal + course.kept_before,
        total=None if total is None else total + course.kept_before,
        venue=course.venue, venue_name=course.venue_name, reason=one.skipped,
    )  # fmt: skip


def _unplanned(row: SessionRow, course: CourseRow | None) -> SessionView:
    """Return the ground of a session that no plan implies: an ad hoc one, or one of a plan that was changed since."""
    ordinal = course.kept_ordinal(row) if course else None
    total = course.window.total if course and course.window else None
    return SessionView(
        ref=SessionRef(row.id, row.course, row.planned_date, row.number), title=course.title if course else "",
        date=row.planned_date or date.min, start_minute=0, end_minute=0, status=SessionStatus.PLANNED, ordinal=ordinal,
        total=total + course.kept_before if course and ordinal is not None and total is not None else None,
        venue=course.venue if course else None, venue_name=course.venue_name if course else "",
    )  # fmt: skip


def _timed(view: SessionView, now: datetime, *, stored: str | None = None) -> SessionView:
    """Return the view with the status that the clock gives a session that is neither cancelled nor skipped."""
    if view.status in {SessionStatus.SKIPPED, SessionStatus.CANCELLED, SessionStatus.SIGNED_OFF}:
        return view
    here = local(now)
    minute = here.hour * 60 + here.minute
    if here.date() == view.date and view.start_minute <= minute < view.end_minute:
        return view._replace(status=SessionStatus.ONGOING)
    return view._replace(status=SessionStatus.HELD) if stored == "held" else view


def _laid_over(base: SessionView, row: SessionRow, now: datetime) -> SessionView:
    said = {"cancelled": SessionStatus.CANCELLED, "moved": SessionStatus.MOVED}.get(row.status, base.status)
    if row.status == "held" and said is SessionStatus.SKIPPED:
        said = SessionStatus.HELD
    if row.signed_off_at is not None:
        said = SessionStatus.SIGNED_OFF
    start = base.start_minute if row.start_minute is None else row.start_minute
    end = base.end_minute if row.end_minute is None else row.end_minute
    view = base._replace(
        title=row.title or base.title, date=row.date or base.date, start_minute=start, end_minute=max(end, start),
        status=said, venue=row.venue or base.venue, venue_name=row.venue_name if row.venue else base.venue_name,
        theme=row.theme, reason=row.status_reason or base.reason, incidents=row.incidents, guests=row.unnamed_guests,
        exists=True, signed_off_by=row.signed_off_by if row.signed_off_at else "", signed_off_at=row.signed_off_at,
    )  # fmt: skip
    return _timed(view, now, stored=row.status)


_CAME_ALL_THE_SAME = (Differing("session", "status", ("held", "cancelled")),)


def _counted(reader: Reader, views: list[SessionView], now: datetime) -> list[SessionView]:
    """Return the views with their counts; one whose time has passed and where somebody is registered was held.

    So was one that is cancelled here though somebody came by another laptop; that is to be settled.
    """
    here = local(now)
    minute = here.hour * 60 + here.minute
    counts = counts_of(reader, [(view.ref.id, view.ref.course, view.date, view.exists) for view in views])
    counted = []
    for view in views:
        count = counts[view.ref.id]
        over = (view.date, view.end_minute) <= (here.date(), minute)
        held = over and count.registered and view.status in {SessionStatus.PLANNED, SessionStatus.MOVED}
        after_all = count.came and view.status is SessionStatus.CANCELLED
        counted.append(
            view._replace(
                expected=count.expected, registered=count.registered, guests=view.guests + count.guests,
                notified=count.notified, contested=count.contested or after_all,
                to_settle=count.to_settle, open=count.open or (_CAME_ALL_THE_SAME if after_all else ()),
                status=SessionStatus.HELD if held or after_all else view.status,
            )
        )  # fmt: skip
    return counted
