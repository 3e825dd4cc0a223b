"""Sessions as they stand: what the courses' plans imply, with what people wrote laid over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.ids import natural_id
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.rules.recurrence import Plan, Planned, last_planned, parse_plan, planned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.queries.base import Reader

__all__ = [
    "SessionRef",
    "SessionStatus",
    "SessionView",
    "course_sessions",
    "find_session",
    "session_id",
    "sessions_between",
    "unregistered_sessions",
]

LOOK_BACK_DAYS = 60
"""How far back *Mangler registrering* looks for sessions that nobody registered."""


class SessionStatus(StrEnum):
    """What a session is, as the screen says it (SCREENS.md, Words)."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    HELD = "held"
    SIGNED_OFF = "signed_off"
    CANCELLED = "cancelled"
    MOVED = "moved"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class SessionRef:
    """Which session is meant, also when nobody has written about it yet and it has no row.

    `course`, `planned_date` and `number` (that day, from 1) are the natural key; an ad hoc session has only its id.
    """

    id: str
    course: str | None
    planned_date: date | None
    number: int | None


@dataclass(frozen=True)
class SessionView:
    """One session. Minutes are of the local day; `ordinal` of `total` is its place in the course ("7. af 20").

    `expected` is who was enrolled that day, `registered` how many of them have a code, `guests` named and unnamed.
    `contested`: some of its values, or of its attendance, differ between two laptops.
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

    @property
    def minutes(self) -> int:
        """The whole session's length in minutes."""
        return self.end_minute - self.start_minute


def session_id(course: str, planned_date: date, number: int) -> str:
    """Return the id under which every laptop knows a planned session."""
    return natural_id("session", course, planned_date.isoformat(), number)


def course_sessions(reader: Reader, course: str, now: datetime, *, through: date | None = None) -> list[SessionView]:
    """Return a course's sessions by date, skipped days among them; an open-ended course goes `through` (or 8 weeks on)."""
    return _views(reader, now, courses=[course], through=through)


def sessions_between(reader: Reader, start: date, end: date, now: datetime) -> list[SessionView]:
    """Return every course's sessions whose date lies in `start`–`end`, by date and time; days skipped are left out."""
    found = _views(reader, now, window=(start, end))
    return [one for one in found if start <= one.date <= end and one.status is not SessionStatus.SKIPPED]


def unregistered_sessions(reader: Reader, now: datetime) -> list[SessionView]:
    """Return past sessions of the last LOOK_BACK_DAYS that were to be held and where somebody is not registered."""
    today = local(now).date()
    past = sessions_between(reader, today - timedelta(days=LOOK_BACK_DAYS), today - timedelta(days=1), now)
    held = {SessionStatus.PLANNED, SessionStatus.HELD, SessionStatus.MOVED}
    return [one for one in past if one.status in held and one.registered < one.expected]


def find_session(reader: Reader, one: str, now: datetime) -> SessionView | None:
    """Return the session with this id, or its unique beginning of at least 8 characters.

    One that is only planned is searched a year back and ahead.
    """
    row = one_row(reader, "SELECT id, course FROM session WHERE void = 0 AND id LIKE ? || '%' LIMIT 1", one)
    today = local(now).date()
    if row is not None and row[1] is None:
        found = _views(reader, now, sessions=[row[0]])
    elif row is not None:
        found = _views(reader, now, courses=[row[1]], through=today + timedelta(days=366))
    else:
        found = _views(reader, now, window=(today - timedelta(days=366), today + timedelta(days=366)))
    fitting = [view for view in found if view.ref.id.startswith(one)] if len(one) >= 8 else []
    return fitting[0] if len(fitting) == 1 else None


ON_ROSTER = "void = 0 AND enrolled_from IS NOT NULL AND status NOT IN ('waiting', 'offered')"
"""An enrolment with a place, then or now; who only waits or was offered one is on no roster."""

_COURSE_SQL = (
    "SELECT c.id, c.title, c.plan, c.venue, v.name, c.kind FROM course c LEFT JOIN venue v ON v.id = c.venue"
    " WHERE c.void = 0"
)
_SESSION_SQL = (
    "SELECT s.id, s.course, s.planned_date, s.number, s.title, s.date, s.start_at, s.end_at, s.venue, v.name,"
    " coalesce(s.theme, s.theme_planned), s.status, s.status_reason, s.incidents, s.unnamed_guests, s.signed_off_at,"
    " w.initials FROM session s LEFT JOIN venue v ON v.id = s.venue LEFT JOIN worker w ON w.id = s.signed_off_by"
    " WHERE s.void = 0"
)


def _views(
    reader: Reader,
    now: datetime,
    *,
    courses: list[str] | None = None,
    sessions: list[str] | None = None,
    window: tuple[date, date] | None = None,
    through: date | None = None,
) -> list[SessionView]:
    today = local(now).date()
    horizon = window[1] if window else through or today + timedelta(weeks=8)
    course_sql, session_sql = _COURSE_SQL, _SESSION_SQL
    course_values: tuple[str, ...] = ()
    session_values: tuple[str, ...] = ()
    if courses is not None:
        marks = ",".join("?" for _ in courses)
        course_sql, course_values = f"{_COURSE_SQL} AND c.id IN ({marks})", tuple(courses)
        session_sql, session_values = f"{_SESSION_SQL} AND s.course IN ({marks})", tuple(courses)
    elif sessions is not None:
        course_sql = f"{_COURSE_SQL} AND 0"
        session_sql, session_values = f"{_SESSION_SQL} AND s.id IN ({','.join('?' for _ in sessions)})", tuple(sessions)
    elif window is not None:
        # A moved session is found by its own date, a planned one by the date it was planned for.
        days = (window[0].isoformat(), window[1].isoformat())
        session_sql = f"{_SESSION_SQL} AND (s.date BETWEEN ? AND ? OR s.planned_date BETWEEN ? AND ?)"
        session_values = (*days, *days)
    written = {row[0]: row for row in all_rows(reader, session_sql, *session_values)}
    found: list[SessionView] = []
    used: set[str] = set()
    skipped = _skipped(reader)
    for course, title, plan_text, venue, venue_name, _kind in all_rows(reader, course_sql, *course_values):
        plan = parse_plan(plan_text) if plan_text else None
        if plan is None or (window and plan.first > window[1]):
            continue
        for one, total in _planned(plan, skipped.get(course, {}), horizon, window):
            where = session_id(course, one.date, one.number_that_day)
            ref = SessionRef(where, course, one.date, one.number_that_day)
            base = _base(ref, title or "", one, total=total, venue=(venue, venue_name or ""), now=now)
            row = written.get(where)
            used.add(where)
            found.append(base if row is None else _laid_over(base, row, now))
    titles = {row[0]: row[1] or "" for row in all_rows(reader, "SELECT id, title FROM course")}
    found += [_ad_hoc(row, titles.get(row[1] or "", ""), now) for one, row in written.items() if one not in used]
    counted = _counted(reader, found)
    return sorted(counted, key=lambda one: (one.date, one.start_minute, one.title, one.ref.id))


def _planned(
    plan: Plan, skipped: dict[date, str], horizon: date, window: tuple[date, date] | None
) -> Iterable[tuple[Planned, int | None]]:
    last = last_planned(plan, skipped)
    every = list(planned(plan, skipped, through=last or horizon, include_skipped=True))
    total = sum(1 for one in every if one.ordinal is not None) if last else None
    start = window[0] if window else date.min
    return [(one, total) for one in every if start <= one.date <= horizon or (last and window is None)]


def _skipped(reader: Reader) -> dict[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = {}
    for course, day, reason in all_rows(reader, "SELECT course, date, reason FROM course_exception WHERE void = 0"):
        found.setdefault(course, {})[date.fromisoformat(day)] = reason or ""
    return found


def _base(
    ref: SessionRef, title: str, one: Planned, *, total: int | None, venue: tuple[str | None, str], now: datetime
) -> SessionView:
    status = SessionStatus.SKIPPED if one.ordinal is None else SessionStatus.PLANNED
    view = SessionView(
        ref=ref, title=title, date=one.date, start_minute=one.start_minute, end_minute=one.end_minute, status=status,
        ordinal=one.ordinal, total=total, venue=venue[0], venue_name=venue[1], reason=one.skipped,
    )  # fmt: skip
    return _timed(view, now)


def _timed(view: SessionView, now: datetime, *, stored: str | None = None) -> SessionView:
    """Return the view with the status that the clock gives a session that is neither cancelled nor skipped."""
    if view.status in {SessionStatus.SKIPPED, SessionStatus.CANCELLED, SessionStatus.SIGNED_OFF}:
        return view
    here = local(now)
    minute = here.hour * 60 + here.minute
    status = view.status
    if here.date() == view.date and view.start_minute <= minute < view.end_minute:
        status = SessionStatus.ONGOING
    elif stored == "held":
        status = SessionStatus.HELD
    return _with(view, status=status)


def _with(view: SessionView, **changes: Any) -> SessionView:  # noqa: ANN401 - the fields of a view
    return replace(view, **changes)


def _minute(moment: str) -> int:
    here = local(from_stamp(moment))
    return here.hour * 60 + here.minute


def _laid_over(base: SessionView, row: tuple[Any, ...], now: datetime) -> SessionView:
    (_id, _course, _planned, _number, title, day, start, end, venue, venue_name, theme, status, reason, incidents,
     unnamed, signed_at, signed_by) = row  # fmt: skip
    start_minute = _minute(start) if start else base.start_minute
    end_minute = _minute(end) if end else base.end_minute
    said = {"cancelled": SessionStatus.CANCELLED, "moved": SessionStatus.MOVED}.get(status or "", base.status)
    if status == "held" and said is SessionStatus.SKIPPED:
        said = SessionStatus.HELD
    if signed_at:
        said = SessionStatus.SIGNED_OFF
    view = _with(
        base, title=title or base.title, date=date.fromisoformat(day) if day else base.date,
        start_minute=start_minute, end_minute=max(end_minute, start_minute), status=said,
        venue=venue or base.venue, venue_name=venue_name or base.venue_name, theme=theme or "",
        reason=reason or base.reason, incidents=incidents or "", guests=unnamed or 0, exists=True,
        signed_off_by=(signed_by or "") if signed_at else "",
        signed_off_at=from_stamp(signed_at) if signed_at else None,
    )  # fmt: skip
    return _timed(view, now, stored=status)


def _ad_hoc(row: tuple[Any, ...], course_title: str, now: datetime) -> SessionView:
    planned_date = date.fromisoformat(row[2]) if row[2] else None
    day = date.fromisoformat(row[5]) if row[5] else planned_date or date.min
    base = SessionView(
        ref=SessionRef(row[0], row[1], planned_date, row[3]), title=row[4] or course_title, date=day,
        start_minute=0, end_minute=0, status=SessionStatus.PLANNED,
    )  # fmt: skip
    return _laid_over(base, row, now)


def _counted(reader: Reader, views: list[SessionView]) -> list[SessionView]:
    """Return the views with their counts: who was enrolled that day, who is registered, guests, notices of absence."""
    ids = [view.ref.id for view in views if view.exists]
    codes: dict[str, list[tuple[str, str]]] = {}
    guests: dict[str, int] = {}
    contested: set[str] = set()
    for part in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        marks = ",".join("?" for _ in part)
        for session, citizen, code in all_rows(
            reader,
            f"SELECT session, citizen, code FROM attendance WHERE void = 0 AND code IS NOT NULL AND session IN ({marks})",
            *part,
        ):
            codes.setdefault(session, []).append((citizen, code))
        counting = f"SELECT session, count(*) FROM guest WHERE void = 0 AND session IN ({marks}) GROUP BY session"
        guests.update(dict(all_rows(reader, counting, *part)))
        for (session,) in all_rows(
            reader,
            f"SELECT a.session FROM contested c JOIN attendance a ON a.id = c.row WHERE c.table_name = 'attendance'"
            f" AND a.session IN ({marks}) UNION SELECT row FROM contested WHERE table_name = 'session' AND row IN ({marks})",
            *part,
            *part,
        ):
            contested.add(session)
    enrolled = _enrolled(reader, {view.ref.course for view in views if view.ref.course})
    counted = []
    for view in views:
        marked = dict(codes.get(view.ref.id, []))
        day = view.date.isoformat()
        expected = {
            place[0] for place in enrolled.get(view.ref.course or "", []) if _on_roster(place, day)
        } | marked.keys()
        counted.append(
            replace(
                view,
                expected=len(expected),
                registered=len(marked),
                guests=view.guests + guests.get(view.ref.id, 0),
                notified=sum(1 for code in marked.values() if code == "absent_notified"),
                contested=view.ref.id in contested,
            )
        )
    return counted


def _on_roster(place: tuple[str, ...], day: str) -> bool:
    _citizen, start, end, paused_from, paused_to = place
    return start <= day <= end and not paused_from <= day <= paused_to


def _enrolled(reader: Reader, courses: set[str]) -> dict[str, list[tuple[str, ...]]]:
    """Return (citizen, first day, last day, first and last day paused) of all who have, or had, a place on the courses."""
    found: dict[str, list[tuple[str, ...]]] = {}
    if not courses:
        return found
    ordered = sorted(courses)
    for part in (ordered[at : at + 500] for at in range(0, len(ordered), 500)):
        for course, *place in all_rows(
            reader,
            "SELECT course, citizen, enrolled_from, coalesce(to_date, '9999-12-31'), coalesce(paused_from, '9999-12-31'),"
            " coalesce(paused_to, '9999-12-31') FROM enrolment"
            f" WHERE {ON_ROSTER} AND course IN ({','.join('?' for _ in part)})",
            *part,
        ):
            found.setdefault(course, []).append(tuple(place))
    return found
