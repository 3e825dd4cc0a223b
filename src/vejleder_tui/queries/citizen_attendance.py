"""One citizen's courses: the places, the marks of the last sessions and what was attended. Part of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.clock import local_date
from vejleder_tui.codes import AttendanceClass, attendance_kind
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.conflict_marks import Differing, contested_attendance, differing
from vejleder_tui.queries.persons import marks as marks_for
from vejleder_tui.queries.persons import weight
from vejleder_tui.queries.sessions import SessionStatus, SessionView, course_sessions
from vejleder_tui.rules.attendance import AttendanceFigures, Seat, attendance_figures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["CoursePart", "Mark", "course_parts"]

_LEFT_OUT = frozenset({SessionStatus.CANCELLED, SessionStatus.SKIPPED})
_HELD = frozenset({SessionStatus.HELD, SessionStatus.SIGNED_OFF})


@dataclass(frozen=True)
class Mark:
    """One session of the citizen: its day and the mark's letter, `·` where nobody marked, "" where none was expected."""

    session: str
    day: date
    code: str
    letter: str


@dataclass(frozen=True)
class CoursePart:
    """One course of a citizen: the newest place there, and every session up to today on which it held, oldest first.

    `enrolment` is empty for a course that was only visited. `figures` count held sessions; `came` is how often.
    """

    enrolment: str
    course: str
    title: str
    kind: str
    legal_basis: str
    assessment: str
    grant: str
    status: str
    start: date | None
    end: date | None
    end_reason: str
    is_open: bool
    marks: tuple[Mark, ...]
    figures: AttendanceFigures
    contested: bool
    to_settle: int = 0
    open: tuple[Differing, ...] = ()

    @property
    def came(self) -> int:
        """How many sessions were attended."""
        return self.figures.attended

    @property
    def last_came(self) -> date | None:
        """The latest day that was attended."""
        attended = [mark.day for mark in self.marks if _klass(mark.code) is AttendanceClass.ATTENDED]
        return attended[-1] if attended else None


@dataclass(frozen=True)
class _Place:
    id: str
    course: str
    legal_basis: str
    assessment: str
    grant: str
    status: str
    put_down: str
    start: str
    end: str
    paused_from: str
    paused_to: str
    end_reason: str

    @property
    def is_open(self) -> bool:
        return self.status not in {"completed", "ended"}

    def holds(self, day: str) -> bool:
        return bool(self.start) and self.start <= day <= self.end and not self.paused_from <= day <= self.paused_to


def course_parts(reader: Reader, citizens: Sequence[str], now: datetime) -> tuple[CoursePart, ...]:
    """Return the courses of a citizen, given by every id the person has: those with an open place first, then by title.

    A session counts once, whatever number of the ids have a mark there: the one that weighs most is shown.
    """
    places = _places(reader, citizens)
    marked: dict[str, tuple[str, int | None, str]] = {}
    for session, code, minutes, course in all_rows(
        reader,
        "SELECT a.session, coalesce(a.code, ''), a.minutes, s.course FROM attendance a JOIN session s"
        f" ON s.id = a.session AND s.void = 0 WHERE a.citizen IN ({marks_for(citizens)}) AND a.void = 0"
        " ORDER BY a.citizen",
        *citizens,
    ):
        standing = marked.get(session)
        if code and (standing is None or weight(code) > weight(standing[0])):
            marked[session] = (code, minutes, course or "")
    visited = {course for _code, _minutes, course in marked.values() if course}
    courses = sorted({*places, *visited})
    marks = ",".join("?" for _ in courses)
    known = {
        course: (title or "", kind or "")
        for course, title, kind in all_rows(
            reader, f"SELECT id, title, kind FROM course WHERE void = 0 AND id IN ({marks})", *courses
        )
    }
    opened = differing(reader, "enrolment", [place.id for several in places.values() for place in several])
    unsettled = contested_attendance(reader, citizens)
    parts = []
    for course, (title, kind) in known.items():
        own = places.get(course, [])
        newest = own[-1] if own else None
        row = _marks_of(reader, course, own, marked, now)
        parts.append(
            CoursePart(
                enrolment=newest.id if newest else "", course=course, title=title, kind=kind,
                legal_basis=newest.legal_basis if newest else "", assessment=newest.assessment if newest else "",
                grant=newest.grant if newest else "", status=newest.status if newest else "",
                start=_day((newest.start or newest.put_down) if newest else ""),
                end=_day(newest.end if newest and newest.end < "9999" else ""),
                end_reason=newest.end_reason if newest else "", is_open=newest is not None and newest.is_open,
                marks=tuple(mark for mark, _seat in row),
                figures=attendance_figures([seat for _mark, seat in row if seat is not None]),
                contested=any(place.id in opened for place in own),
                to_settle=sum(mark.session in unsettled for mark, _seat in row),
                open=tuple(one for place in own for one in opened.get(place.id, ())),
            )
        )  # fmt: skip
    return tuple(sorted(parts, key=lambda part: (not part.is_open, part.title, part.course)))


def _places(reader: Reader, citizens: Sequence[str]) -> dict[str, list[_Place]]:
    found: dict[str, list[_Place]] = {}
    for row in all_rows(
        reader,
        "SELECT id, course, coalesce(legal_basis, ''), coalesce(assessment, ''), coalesce(grant_id, ''),"
        " coalesce(status, ''), from_date,"
        " CASE WHEN status IN ('waiting', 'offered') THEN '' ELSE coalesce(enrolled_from, '') END,"
        " coalesce(to_date, '9999-12-31'), coalesce(paused_from, '9999-12-31'), coalesce(paused_to, '9999-12-31'),"
        f" coalesce(end_reason, '') FROM enrolment WHERE citizen IN ({marks_for(citizens)}) AND void = 0"
        " ORDER BY from_date, id",
        *citizens,
    ):
        found.setdefault(row[1], []).append(_Place(*row))
    return found


def _marks_of(
    reader: Reader, course: str, places: list[_Place], marked: dict[str, tuple[str, int | None, str]], now: datetime
) -> list[tuple[Mark, Seat | None]]:
    """Return the sessions up to today on which the citizen had a place or was marked, with the seat that counts."""
    today = local_date(now)
    found: list[tuple[Mark, Seat | None]] = []
    for view in course_sessions(reader, course, now, through=today):
        code, minutes, _course = marked.get(view.ref.id, ("", None, ""))
        here = any(place.holds(view.date.isoformat()) for place in places)
        if view.date > today or view.status in _LEFT_OUT or not (code or here):
            continue
        kind = attendance_kind(code or None)
        letter = kind.letter if kind else ("?" if code else "·")
        found.append((Mark(view.ref.id, view.date, code, letter), _seat(view, code, minutes)))
    return found


def _seat(view: SessionView, code: str, minutes: int | None) -> Seat | None:
    """Return the seat that counts: one that was marked, or that of a session held without a mark here."""
    if not code and view.status not in _HELD:
        return None
    return Seat(_klass(code), view.minutes, minutes, code)


def _klass(code: str) -> AttendanceClass | None:
    kind = attendance_kind(code or None)
    return kind.klass if kind else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
