"""Attendance over sessions: share, dose, absences in a row, completion and drop-out.

A seat is one citizen enrolled on the day of one session that was held. No code means *not registered*: such a seat
is expected, and is counted beside every share.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.codes import AttendanceClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "COMPLETION_SHARE",
    "NO_FURTHER_NEED",
    "NO_SHOWS_IN_A_ROW",
    "AttendanceFigures",
    "CompletionFigures",
    "EndedEnrolment",
    "Seat",
    "attendance_figures",
    "completion_figures",
    "needs_follow_up",
    "no_shows_in_a_row",
]

NO_SHOWS_IN_A_ROW = 2
"""Default of the setting: so many absences without notice in a row make a follow-up task."""
COMPLETION_SHARE = Fraction(60, 100)
"""Default of the setting: least share attended of a completed enrolment."""
NO_FURTHER_NEED = frozenset({"no_need_citizen", "no_need_prof"})
"""End reasons (`local_afslutning`) that make an early end no drop-out."""
_COMPLETED = "completed"
_NO_SHOW = "absent_unnotified"
_PARTIAL = "partial"


class Seat(NamedTuple):
    """One citizen at one session: class and code of the mark (None = not registered), minutes planned and attended.

    `minutes` None is the whole session, but for the code *partial*, where it is "not known".
    """

    klass: AttendanceClass | None
    planned_minutes: int
    minutes: int | None = None
    code: str = ""


class AttendanceFigures(NamedTuple):
    """Counts of seats and minutes; shares are exact, None ("–") where nothing was expected.

    `minutes_unknown` counts attended seats whose minutes nobody gave; they stand outside the dose.
    """

    expected: int
    attended: int
    absent: int
    not_registered: int
    attended_minutes: int
    planned_minutes: int
    minutes_unknown: int

    @property
    def share(self) -> Fraction | None:
        """Fremmødeprocent as a share of 1: attended / expected seats."""
        return Fraction(self.attended, self.expected) if self.expected else None

    @property
    def dose(self) -> Fraction | None:
        """Attended minutes / planned minutes of expected seats."""
        return Fraction(self.attended_minutes, self.planned_minutes) if self.planned_minutes else None


def attendance_figures(seats: Iterable[Seat]) -> AttendanceFigures:
    """Count seats of held sessions; those *not expected* (cancelled by us, not enrolled) are left out."""
    expected = [seat for seat in seats if seat.klass is not AttendanceClass.NOT_EXPECTED]
    attended = [seat for seat in expected if seat.klass is AttendanceClass.ATTENDED]
    unknown = [seat for seat in attended if _is_unknown(seat)]
    minutes = sum(
        seat.planned_minutes if seat.minutes is None else seat.minutes for seat in attended if not _is_unknown(seat)
    )
    return AttendanceFigures(
        expected=len(expected),
        attended=len(attended),
        absent=sum(seat.klass is AttendanceClass.ABSENT for seat in expected),
        not_registered=sum(seat.klass is None for seat in expected),
        attended_minutes=minutes,
        planned_minutes=sum(seat.planned_minutes for seat in expected) - sum(seat.planned_minutes for seat in unknown),
        minutes_unknown=len(unknown),
    )


def _is_unknown(seat: Seat) -> bool:
    return seat.code == _PARTIAL and seat.minutes is None


def no_shows_in_a_row(codes: Sequence[tuple[str, AttendanceClass] | None]) -> int:
    """Return how many of the latest marks, in order of date, are absences without notice.

    A session that is not registered, or where the citizen was not expected, neither counts nor breaks the row.
    """
    count = 0
    for mark in reversed(codes):
        if mark is None or mark[1] is AttendanceClass.NOT_EXPECTED:
            continue
        if mark[0] != _NO_SHOW:
            break
        count += 1
    return count


def needs_follow_up(codes: Sequence[tuple[str, AttendanceClass] | None], limit: int = NO_SHOWS_IN_A_ROW) -> bool:
    """Say whether the absences without notice in a row have reached the limit (at least 1)."""
    return no_shows_in_a_row(codes) >= max(limit, 1)


class EndedEnrolment(NamedTuple):
    """One enrolment that has ended: its end reason (`local_afslutning`) and share attended (None: no seats)."""

    end_reason: str
    share: Fraction | None


class CompletionFigures(NamedTuple):
    """Of the ended enrolments: completed, dropped out; the rest ended early without need, or attended too little."""

    ended: int
    completed: int
    dropped_out: int

    @property
    def completion(self) -> Fraction | None:
        """Gennemførelse: completed / ended."""
        return Fraction(self.completed, self.ended) if self.ended else None

    @property
    def drop_out(self) -> Fraction | None:
        """Frafald: ended early without "no further need" / ended."""
        return Fraction(self.dropped_out, self.ended) if self.ended else None


def completion_figures(
    enrolments: Iterable[EndedEnrolment], least_share: Fraction = COMPLETION_SHARE
) -> CompletionFigures:
    """Count completed enrolments (the planned end reached, at least `least_share` attended) and those dropped out."""
    ended = list(enrolments)
    return CompletionFigures(
        ended=len(ended),
        completed=sum(
            one.end_reason == _COMPLETED and one.share is not None and one.share >= least_share for one in ended
        ),
        dropped_out=sum(one.end_reason not in NO_FURTHER_NEED | {_COMPLETED} for one in ended),
    )
