"""The follow-up that comes of absences without notice in a row, kept in step with the marks in the same transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from vejleder_tui.codes import AttendanceClass, attendance_kind
from vejleder_tui.model import FollowUpTask
from vejleder_tui.queries.persons import group_of, weight
from vejleder_tui.queries.persons import marks as placeholders
from vejleder_tui.queries.roster import absences_limit
from vejleder_tui.rules.attendance import no_shows_in_a_row

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Work

__all__ = ["DAYS_TO_FOLLOW_UP", "keep_follow_up"]

DAYS_TO_FOLLOW_UP = 7
"""How soon after the session the follow-up is due."""
_NO_SHOW = "absent_unnotified"

_ROW_SQL = (
    "SELECT a.id, a.code, s.id FROM attendance a JOIN session s ON s.id = a.session"
    " WHERE a.citizen IN ({ids}) AND s.course = ? AND a.void = 0 AND s.void = 0 AND a.code IS NOT NULL"
    " ORDER BY coalesce(s.date, s.planned_date), s.start_at, s.number, s.id"
)
_OPEN_SQL = (
    "SELECT t.id, t.about FROM follow_up_task t WHERE t.citizen IN ({ids}) AND t.cause = 'absences' AND t.void = 0"
    " AND t.done_on IS NULL"
)


def keep_follow_up(work: Work, ref: SessionRef, citizen: str, attendance: str, day: date) -> tuple[int, bool]:
    """Make the task when this mark fills the row of absences, take an open one away when a change breaks it.

    Returns how many no-shows in a row lead up to this mark (0 when it is none), and whether a task was made now.
    """
    if ref.course is None:
        return 0, False
    # A person's marks count together, one a session, under whatever registration they were made.
    ids = group_of(work.desk.store.connection, citizen) or (citizen,)
    by_session: dict[str, tuple[str, str]] = {}
    marks = work.rows(_ROW_SQL.format(ids=placeholders(ids)), (*ids, ref.course))
    for row, code, session in marks:
        other = by_session.get(session)
        if other is None or (weight(code), row == attendance) > (weight(other[1]), other[0] == attendance):
            by_session[session] = (row, code)
    known = [(row, (code, _klass(code))) for row, code in by_session.values()]
    at = next((index for index, (row, _mark) in enumerate(known) if row == attendance), None)
    open_tasks = work.rows(_OPEN_SQL.format(ids=placeholders(ids)), ids)
    limit = absences_limit(work.desk.store.connection)
    of_course = {row for row, _code, _session in marks} | {attendance}
    standing = [task for task, about in open_tasks if about in of_course]
    if at is None or known[at][1][0] != _NO_SHOW:
        for task, about in open_tasks:
            if about in of_course and not _still(known, about, limit):
                work.void(FollowUpTask, task)
        return 0, False
    codes = [mark for _row, mark in known]
    before = no_shows_in_a_row(codes[: at + 1])
    after = no_shows_in_a_row(codes[at + 1 :][::-1])
    if before + after < limit or standing:
        return before, False
    work.create(
        FollowUpTask,
        work.new_id(),
        {"citizen": citizen, "cause": "absences", "about": attendance},
        due=(max(day, work.today) + timedelta(days=DAYS_TO_FOLLOW_UP)).isoformat(),
    )
    return before, True


def _klass(code: str) -> AttendanceClass:
    kind = attendance_kind(code)
    return kind.klass if kind else AttendanceClass.NOT_EXPECTED


def _still(known: list[tuple[str, tuple[str, AttendanceClass]]], about: str, limit: int) -> bool:
    """Say whether the absence that a task is about still stands in a row that is long enough."""
    at = next((index for index, (row, _mark) in enumerate(known) if row == about), None)
    if at is None or known[at][1][0] != _NO_SHOW:
        return False
    codes = [mark for _row, mark in known]
    return no_shows_in_a_row(codes[: at + 1]) + no_shows_in_a_row(codes[at + 1 :][::-1]) >= limit
