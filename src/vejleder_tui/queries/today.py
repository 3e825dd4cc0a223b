"""I dag: what one worker has to do now, in few plain queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui import codes
from vejleder_tui.clock import local
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.conflicts import CANCELLED, conflicts, count_conflicts
from vejleder_tui.queries.drafts import DraftView, drafts
from vejleder_tui.queries.goals import GoalRow, goals_due
from vejleder_tui.queries.handover import Waiting, waiting
from vejleder_tui.queries.joining import is_joining
from vejleder_tui.queries.notices import notice_sentence, open_notices
from vejleder_tui.queries.peer import PeerView, this_week
from vejleder_tui.queries.persons import count_proposals
from vejleder_tui.queries.sessions import SessionView, sessions_between, unregistered_sessions
from vejleder_tui.rules.attendance import no_shows_in_a_row
from vejleder_tui.rules.text import shorten_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.base import Reader

__all__ = [
    "FollowUp",
    "ToSettle",
    "TodayView",
    "follow_ups",
    "today_view",
]

DUE_DAYS = 7
"""How many days ahead goals and follow-ups are listed."""
ENDED_DAYS = 60
"""How long a grant that ended stays on the list."""
LIMIT = 50


class FollowUp(NamedTuple):
    """Something to follow up about a citizen. `cause`: absences, grant, measure, other.

    `task` is "" for a grant that ended without one. `times` is the number of no-shows in a row that the task was made
    for, `came_since` when the citizen first came after them; `date` is when it is due, or when the grant ended.
    """

    task: str
    citizen: str
    name: str
    cause: str
    about: str
    came_since: date | None
    date: date | None
    times: int = 0


@dataclass(frozen=True)
class ToSettle:
    """How many rows wait to be settled, and the newest of them: table, fields, day, person, values of its first field.

    `cancelled`: it is a session that is cancelled, though somebody is registered by another laptop.
    """

    count: int = 0
    table: str = ""
    fields: tuple[str, ...] = ()
    day: date | None = None
    name: str = ""
    values: int = 0
    cancelled: bool = False


class TodayView(NamedTuple):
    """Everything on I dag."""

    day: date
    sessions: list[SessionView]
    missing: list[SessionView]
    due: list[GoalRow]
    follow_ups: list[FollowUp]
    peer: list[PeerView]
    drafts: list[DraftView]
    to_settle: ToSettle
    waiting: Waiting
    any_course: bool
    joining: bool = False
    notices: tuple[str, ...] = ()
    alike: int = 0
    """How many pairs of registrations somebody is to look at (queries.persons)."""


def today_view(reader: Reader, now: datetime, worker: str) -> TodayView:
    """Return I dag as `worker` sees it at `now`."""
    day = local(now).date()
    return TodayView(
        day=day,
        sessions=sessions_between(reader, day, day, now),
        missing=unregistered_sessions(reader, now),
        due=goals_due(reader, day, DUE_DAYS),
        follow_ups=follow_ups(reader, day),
        peer=this_week(reader, day),
        drafts=drafts(reader, worker),
        to_settle=_to_settle(reader),
        waiting=waiting(reader),
        any_course=one_row(reader, "SELECT 1 FROM course WHERE void = 0 LIMIT 1") is not None,
        # Somebody may have taken the records in by `merge`: then a centre came with them.
        joining=is_joining(reader) and one_row(reader, "SELECT 1 FROM centre WHERE void = 0 LIMIT 1") is None,
        notices=tuple(notice_sentence(reader, one) for one in open_notices(reader)),
        alike=count_proposals(reader),
    )


def follow_ups(reader: Reader, day: date) -> list[FollowUp]:
    """Return the tasks that are due within a week or overdue, then the grants that ended and have no successor.

    A goal that is to be looked at again stands among the goals.
    """
    tasks = all_rows(
        reader,
        "SELECT t.id, t.citizen, t.cause, t.about, t.due, coalesce(c.name, c.alias, ''), coalesce(c.call_name, '')"
        " FROM follow_up_task t JOIN citizen c ON c.id = t.citizen WHERE t.void = 0 AND c.void = 0 AND t.done_on IS NULL"
        " AND coalesce(t.cause, '') <> 'goal'"
        " AND coalesce(t.due, '') <= ? ORDER BY coalesce(t.due, ''), t.id LIMIT ?",
        (day + timedelta(days=DUE_DAYS)).isoformat(),
        LIMIT,
    )
    told = {row[3] for row in tasks if row[2] == "grant"}
    ended = all_rows(
        reader,
        "SELECT '', g.citizen, 'grant', g.id, g.to_date, coalesce(c.name, c.alias, ''), coalesce(c.call_name, '')"
        ' FROM "grant" g JOIN citizen c ON c.id = g.citizen WHERE g.void = 0 AND c.void = 0 AND g.to_date < ?'
        " AND g.to_date >= ? AND EXISTS (SELECT 1 FROM enrolment e WHERE e.citizen = g.citizen AND e.void = 0"
        " AND e.legal_basis = g.legal_basis AND e.status IN ('enrolled', 'paused') AND coalesce(e.to_date, '9999') >= ?)"
        ' AND NOT EXISTS (SELECT 1 FROM "grant" n WHERE n.citizen = g.citizen AND n.void = 0 AND n.id <> g.id'
        " AND n.legal_basis = g.legal_basis AND coalesce(n.to_date, '9999') > g.to_date) ORDER BY g.to_date, g.id LIMIT ?",
        day.isoformat(),
        (day - timedelta(days=ENDED_DAYS)).isoformat(),
        day.isoformat(),
        LIMIT,
    )
    rows = [*tasks, *(row for row in ended if row[3] not in told)]
    names = _names(rows, 1, 5)
    times = _no_shows(reader, [row[0] for row in tasks if row[2] == "absences"])
    return [
        FollowUp(
            task=row[0],
            citizen=row[1],
            name=names[row[1]],
            cause=row[2] or "other",
            about=row[3] or "",
            date=date.fromisoformat(row[4]) if row[4] else None,
            times=times.get(row[0], (0, None))[0],
            came_since=times.get(row[0], (0, None))[1],
        )
        for row in rows
    ]


def _names(rows: Sequence[tuple[Any, ...]], person: int, name: int) -> dict[str, str]:
    """Return short names by id; `person` and `name` are columns, the call name stands after the name."""
    people = {row[person]: (row[name], row[name + 1]) for row in rows}
    return dict(zip(people, shorten_together(list(people.values())), strict=True))


def _no_shows(reader: Reader, tasks: list[str]) -> dict[str, tuple[int, date | None]]:
    """Return the no-shows in a row that each task was made for, and the day the citizen first came after them.

    The row is the one that the task is about: who comes again is still to be asked why they stayed away.
    """
    marks: dict[str, list[tuple[str, str, str]]] = {}
    for task, about, row, code, day in all_rows(
        reader,
        "SELECT t.id, t.about, a.id, a.code, coalesce(s.date, s.planned_date)"
        " FROM follow_up_task t JOIN attendance first ON first.id = t.about"
        " JOIN session here ON here.id = first.session JOIN session s ON s.course = here.course AND s.void = 0"
        " JOIN attendance a ON a.session = s.id AND a.citizen = t.citizen AND a.void = 0 AND a.code IS NOT NULL"
        f" WHERE t.id IN ({','.join('?' for _ in tasks)})"
        " ORDER BY coalesce(s.date, s.planned_date), s.start_at, s.number, s.id",
        *tasks,
    ):
        marks.setdefault(task, []).append(("about" if row == about else "", code, day))
    found = {}
    for task, rows in marks.items():
        at = next((index for index, row in enumerate(rows) if row[0]), len(rows) - 1)
        classed = _classed([code for _about, code, _day in rows])
        times = no_shows_in_a_row(classed[: at + 1])
        if times:
            times += no_shows_in_a_row(classed[:at:-1])
        came = (
            day
            for (_code, klass), (_about, _same, day) in zip(classed[at + 1 :], rows[at + 1 :], strict=True)
            if klass is codes.AttendanceClass.ATTENDED
        )
        first = next(came, None)
        found[task] = (times, date.fromisoformat(first) if first else None)
    return found


def _classed(found: list[str]) -> list[tuple[str, codes.AttendanceClass]]:
    kinds = ((code, codes.attendance_kind(code)) for code in found)
    return [(code, kind.klass if kind else codes.AttendanceClass.NOT_EXPECTED) for code, kind in kinds]


def _to_settle(reader: Reader) -> ToSettle:
    count = count_conflicts(reader)
    if not count:
        return ToSettle()
    (first,) = conflicts(reader, limit=1)
    found = one_row(
        reader,
        "SELECT count(*) FROM contested WHERE table_name = ? AND row = ? AND field = ?",
        first.table,
        first.row,
        first.fields[0],
    )
    return ToSettle(
        count=count, table=first.table, fields=first.fields, day=first.day, name=first.name,
        values=found[0] if found else 0, cancelled=first.kind == CANCELLED,
    )  # fmt: skip
