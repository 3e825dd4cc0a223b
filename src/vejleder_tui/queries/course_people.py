"""Who is on a course: participants with what they attended, those who left, and the waiting list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local
from vejleder_tui.codes import AttendanceClass, attendance_kind
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.queries.persons import rows_of, weight
from vejleder_tui.queries.sessions import SessionStatus
from vejleder_tui.rules.attendance import NO_SHOWS_IN_A_ROW, Seat, attendance_figures, needs_follow_up
from vejleder_tui.rules.legal import grant_has_ended, short_form
from vejleder_tui.rules.text import initials, shorten_together, sort_key

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.sessions import SessionView

__all__ = ["Participant", "People", "Waiting", "people_of"]

NEW_DAYS = 14
"""So many days after the place was taken somebody counts as new."""


@dataclass(frozen=True)
class Participant:
    """Somebody with a place. `attended` of `expected` sessions held; minutes attended, without what nobody knows.

    `attention`: absences in a row, a grant that ended, or two places. `paused` says whether they are on a pause today.
    `person` is the same for two registrations of one person (queries.persons); `twice`: it has two places here now.
    """

    enrolment: str
    citizen: str
    name: str
    legal_basis: str
    status: str
    enrolled_from: date
    to_date: date | None
    end_reason: str
    attended: int
    expected: int
    minutes: int
    no_shows: bool = False
    grant_ended: date | None = None
    paused: bool = False
    new: bool = False
    contested: bool = False
    person: str = ""
    twice: bool = False
    to_settle: int = 0
    open: tuple[Differing, ...] = ()

    @property
    def attention(self) -> bool:
        """Whether something about the person is to be looked at."""
        return self.no_shows or self.grant_ended is not None or self.twice


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits; `since` is the day they were put down, `offered` whether a place was offered."""

    enrolment: str
    citizen: str
    name: str
    legal_basis: str
    since: date
    offered: bool
    contested: bool = False
    person: str = ""
    twice: bool = False
    open: tuple[Differing, ...] = ()


@dataclass(frozen=True)
class People:
    """Everybody on a course; `former` have left it, the latest first."""

    present: tuple[Participant, ...]
    former: tuple[Participant, ...]
    waiting: tuple[Waiting, ...]


_SQL = (
    "SELECT e.id, e.citizen, coalesce(c.name, c.alias, ''), coalesce(c.call_name, ''), e.legal_basis, e.status,"
    " e.from_date, e.enrolled_from, e.to_date, e.end_reason, e.paused_from, e.paused_to, g.to_date"
    " FROM enrolment e JOIN citizen c ON c.id = e.citizen AND c.void = 0"
    ' LEFT JOIN "grant" g ON g.id = e.grant_id AND g.void = 0'
    " WHERE e.void = 0 AND e.course = ? ORDER BY coalesce(e.queue_place, 1000000), e.from_date, e.id"
)
_HELD = frozenset({SessionStatus.HELD, SessionStatus.SIGNED_OFF})
Mark = tuple[str, AttendanceClass, int | None]


def people_of(
    reader: Reader, course: str, sessions: list[SessionView], now: datetime, *, private: bool = False
) -> People:
    """Return everybody on a course, by the names shown; `sessions` are those of the course."""
    rows = all_rows(reader, _SQL, course)
    ids = rows_of(reader, [row[1] for row in rows])
    shown = _names(rows, ids, private=private)
    today = local(now).date()
    marks = _marks(reader, course, ids)
    opened = differing(reader, "enrolment", [row[0] for row in rows])
    unsettled = _unsettled(reader, course, ids)
    limit = _limit(reader)
    held = [one for one in sessions if one.status in _HELD]
    present: list[Participant] = []
    former: list[Participant] = []
    waiting: list[Waiting] = []
    for row, name in zip(rows, shown, strict=True):
        if row[5] in {"waiting", "offered"}:
            waiting.append(
                Waiting(
                    enrolment=row[0], citizen=row[1], name=name, legal_basis=short_form(row[4] or ""),
                    since=_day(row[6]) or today, offered=row[5] == "offered",
                    contested=row[0] in opened, open=opened.get(row[0], ()), person=ids[row[1]][0],
                )
            )  # fmt: skip
        elif row[7]:
            person = ids[row[1]][0]
            one = _participant(row, name, held, marks.get(person, {}), today=today, limit=limit)
            one = replace(
                one, person=person, contested=row[0] in opened, open=opened.get(row[0], ()), to_settle=unsettled[person]
            )
            gone = one.status in {"completed", "ended"} or (one.to_date is not None and one.to_date < today)
            (former if gone else present).append(one)
    # A place each under two registrations: one person, and one place too many.
    often = Counter([one.person for one in present] + [one.person for one in waiting])
    present = [replace(one, twice=often[one.person] > 1) for one in present]
    waiting = [replace(one, twice=often[one.person] > 1) for one in waiting]
    present.sort(key=lambda one: (sort_key(one.name), one.enrolment))
    former.sort(key=lambda one: (one.to_date or today, one.enrolment), reverse=True)
    return People(tuple(present), tuple(former), tuple(waiting))


def _names(rows: list[tuple[Any, ...]], ids: dict[str, tuple[str, ...]], *, private: bool) -> list[str]:
    if private:
        return [initials(row[2]) or "–" for row in rows]
    # One person with two places is no reason for the names to grow a letter.
    people = list(dict.fromkeys((ids[row[1]][0], row[2], row[3]) for row in rows))
    shown = dict(zip(people, shorten_together([(name, call) for _who, name, call in people]), strict=True))
    return [shown[ids[row[1]][0], row[2], row[3]] for row in rows]


def _participant(
    row: tuple[Any, ...], name: str, held: list[SessionView], marks: dict[str, Mark], *, today: date, limit: int
) -> Participant:
    since, until = date.fromisoformat(row[7]), _day(row[8])
    paused_from, paused_to = _day(row[10]), _day(row[11])

    def on_pause(day: date) -> bool:
        return paused_from is not None and paused_from <= day <= (paused_to or date.max)

    seats: list[Seat] = []
    latest: list[tuple[str, AttendanceClass] | None] = []
    for view in held:
        mark = marks.get(view.ref.id)
        inside = since <= view.date <= (until or date.max)
        if not inside or (mark is None and on_pause(view.date)):
            continue
        seats.append(Seat(mark[1] if mark else None, view.minutes, mark[2] if mark else None, mark[0] if mark else ""))
        latest.append((mark[0], mark[1]) if mark else None)
    figures = attendance_figures(seats)
    grant_end = _day(row[12])
    return Participant(
        enrolment=row[0], citizen=row[1], name=name, legal_basis=short_form(row[4] or ""), status=row[5] or "",
        enrolled_from=since, to_date=until, end_reason=row[9] or "", attended=figures.attended,
        expected=figures.expected, minutes=figures.attended_minutes, no_shows=needs_follow_up(latest, limit),
        grant_ended=grant_end if grant_has_ended(grant_end, today) else None, paused=on_pause(today),
        new=timedelta(0) <= today - since <= timedelta(days=NEW_DAYS),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _limit(reader: Reader) -> int:
    row = one_row(reader, "SELECT value FROM setting WHERE name = 'absences_in_a_row' AND void = 0 ORDER BY id LIMIT 1")
    value = str(row[0] or "") if row else ""
    return int(value) if value.isascii() and value.isdigit() and int(value) > 0 else NO_SHOWS_IN_A_ROW


def _unsettled(reader: Reader, course: str, ids: dict[str, tuple[str, ...]]) -> Counter[str]:
    """Return by person on how many of the course's sessions laptops disagree about the attendance."""
    whose = {one: group[0] for group in ids.values() for one in group}
    return Counter(
        whose.get(citizen, citizen)
        for citizen, _session in all_rows(
            reader,
            "SELECT DISTINCT a.citizen, a.session FROM contested c JOIN attendance a ON a.id = c.row AND a.void = 0"
            " JOIN session s ON s.id = a.session WHERE c.table_name = 'attendance' AND s.course = ?",
            course,
        )
    )


def _marks(reader: Reader, course: str, ids: dict[str, tuple[str, ...]]) -> dict[str, dict[str, Mark]]:
    """Return by person and session the code, its class and the minutes; codes of no known class count as attended.

    `ids` are all registrations of those on the course; of two marks at one session the weightier counts.
    """
    whose = {one: group[0] for group in ids.values() for one in group}
    own = {
        code: AttendanceClass(klass)
        for code, klass in all_rows(
            reader, "SELECT code, klass FROM attendance_code WHERE void = 0 AND klass IS NOT NULL"
        )
    }
    found: dict[str, dict[str, Mark]] = {}
    for citizen, session, code, minutes in all_rows(
        reader,
        "SELECT a.citizen, a.session, a.code, a.minutes FROM session s JOIN attendance a ON a.session = s.id"
        " WHERE s.course = ? AND s.void = 0 AND a.void = 0 AND a.code IS NOT NULL",
        course,
    ):
        known = attendance_kind(code)
        klass = own.get(code) or (known.klass if known else AttendanceClass.ATTENDED)
        marked = found.setdefault(whose.get(citizen, citizen), {})
        if session not in marked or weight(code) > weight(marked[session][0]):
            marked[session] = (code, klass, minutes)
    return found
