"""How much a citizen took part in since a goal's start: the dose that stands beside the outcome."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.clock import local_date
from vejleder_tui.codes import AttendanceClass, attendance_kind
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.conflict_marks import contested_attendance
from vejleder_tui.queries.persons import group_of, marks, weight
from vejleder_tui.queries.sessions import ON_ROSTER, SessionStatus, course_sessions
from vejleder_tui.rules.attendance import Seat, attendance_figures
from vejleder_tui.rules.formats import decimal_number, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["NO_DOSE", "Dose", "dose_since"]

_HELD = frozenset({SessionStatus.HELD, SessionStatus.SIGNED_OFF})
_CAN_BE_HELD = frozenset({*_HELD, SessionStatus.PLANNED, SessionStatus.MOVED})


class Dose(NamedTuple):
    """Minutes attended of minutes planned; `not_registered` seats and `minutes_unknown` are missing from them.

    `to_settle` counts the seats about which laptops disagree.
    """

    attended_minutes: int = 0
    planned_minutes: int = 0
    not_registered: int = 0
    minutes_unknown: int = 0
    to_settle: int = 0

    @property
    def hours(self) -> tuple[str, str]:
        """Both figures in hours, without the unit: ("10", "12")."""
        return _bare(self.attended_minutes), _bare(self.planned_minutes)


NO_DOSE = Dose()


def _bare(minutes: int) -> str:
    return number(minutes // 60) if minutes % 60 == 0 else decimal_number(Fraction(minutes, 60), 1)


def dose_since(reader: Reader, citizen: str, start: date, now: datetime, *, enrolment: str | None = None) -> Dose:
    """Return the dose from `start` until now: of one enrolment's course, else of every course with a place.

    A seat counts in a session that was held on a day when the citizen was enrolled, or was marked. A session still
    going on counts when it is over.
    """
    today = local_date(now)
    citizens = group_of(reader, citizen) or (citizen,)
    places = _places(reader, citizens, enrolment)
    marked: dict[str, tuple[str, int | None]] = {}
    for session, code, minutes in all_rows(
        reader,
        f"SELECT session, code, minutes FROM attendance WHERE citizen IN ({marks(citizens)}) AND void = 0 ORDER BY citizen",
        *citizens,
    ):
        if code and (session not in marked or weight(code) > weight(marked[session][0])):
            marked[session] = (code, minutes)
    classes = _own_classes(reader)
    seats: list[Seat] = []
    unsettled, to_settle = contested_attendance(reader, citizens), 0
    for course, spans in places.items():
        for view in course_sessions(reader, course, now, through=today):
            if not start <= view.date <= today or view.status not in _CAN_BE_HELD:
                continue
            code, minutes = marked.get(view.ref.id, (None, None))
            day = view.date.isoformat()
            enrolled = any(first <= day <= last and not (off <= day <= on) for first, last, off, on in spans)
            if code is None and not (view.status in _HELD and enrolled):
                continue
            kind = attendance_kind(code) if code else None
            klass = kind.klass if kind else classes.get(code or "")
            seats.append(Seat(klass, view.minutes, minutes, code or ""))
            to_settle += view.ref.id in unsettled
    figures = attendance_figures(seats)
    return Dose(
        figures.attended_minutes, figures.planned_minutes, figures.not_registered, figures.minutes_unknown, to_settle
    )


def _places(
    reader: Reader, citizens: Sequence[str], enrolment: str | None
) -> dict[str, list[tuple[str, str, str, str]]]:
    """Return by course the first day, last day, and first and last day paused of each place the citizen has or had."""
    only = "" if enrolment is None else " AND course = (SELECT course FROM enrolment WHERE id = ?)"
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for course, first, last, off, on in all_rows(
        reader,
        "SELECT course, enrolled_from, coalesce(to_date, '9999-12-31'), coalesce(paused_from, '9999-12-31'),"
        f" coalesce(paused_to, '9999-12-31') FROM enrolment WHERE {ON_ROSTER} AND citizen IN ({marks(citizens)}){only}",
        *(citizens if enrolment is None else (*citizens, enrolment)),
    ):
        found.setdefault(course, []).append((first, last, off, on))
    return found


def _own_classes(reader: Reader) -> dict[str, AttendanceClass]:
    rows = all_rows(reader, "SELECT code, klass FROM attendance_code WHERE void = 0 AND klass IS NOT NULL")
    return {code: AttendanceClass(klass) for code, klass in rows if klass in set(AttendanceClass)}
