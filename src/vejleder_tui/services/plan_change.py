"""A plan that changes under way: what lies before it stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vejleder_tui.clock import as_utc, stamp
from vejleder_tui.model import GroupSession
from vejleder_tui.queries.sessions import session_id
from vejleder_tui.rules.plan_window import plan_names
from vejleder_tui.rules.recurrence import Plan, planned

if TYPE_CHECKING:
    from vejleder_tui.rules.recurrence import Planned
    from vejleder_tui.services.desk import Work

__all__ = ["keep_what_was", "moments"]


def moments(day: date, start_minute: int, end_minute: int) -> tuple[str, str]:
    """Return the stored moments of a Danish local day and two minutes of it (the end at most 1440)."""
    end = as_utc(day, end_minute) if end_minute < 1440 else as_utc(day + timedelta(days=1), 0)
    return stamp(as_utc(day, start_minute)), stamp(end)


def keep_what_was(work: Work, course: str, before: Plan, after: Plan) -> Plan:
    """Write down the sessions of the old plan that the new one no longer implies, and return the new plan from today on.

    Only days before today, and sessions that somebody wrote about, are kept: the rest belongs to the new plan.
    A plan that differs only in its end, or that has not begun, is returned as it is.
    """
    if replace(after, until=before.until, sessions=before.sessions) == before:
        return after
    written = {
        str(row[0]): row[1:]
        for row in work.rows(
            "SELECT id, date, start_at, end_at FROM session WHERE void = 0 AND course = ? AND planned_date IS NOT NULL",
            (course,),
        )
    }
    skipped = {
        date.fromisoformat(day): reason or ""
        for day, reason in work.rows(
            "SELECT date, reason FROM course_exception WHERE void = 0 AND course = ?", (course,)
        )
    }
    yesterday = work.today - timedelta(days=1)
    horizon = max([yesterday, *(date.fromisoformat(day) for day in _planned_days(work, course))])
    gone = 0
    for one in planned(before, skipped, through=horizon, include_skipped=True):
        row = session_id(course, one.date, one.number_that_day)
        if one.date <= yesterday and one.ordinal is not None:
            gone += 1
            _write_down(work, course, row, one)
        elif row in written:
            _write_down(work, course, row, one)
    if not gone:
        return after
    left = None if after.sessions is None else max(after.sessions - gone, 1)
    begins = max(after.first, work.today)
    named = next(
        (day for day in (begins + timedelta(days=count) for count in range(366)) if plan_names(after, day)), begins
    )
    return replace(after, first=named, sessions=left)


def _planned_days(work: Work, course: str) -> list[str]:
    return [
        str(row[0])
        for row in work.rows(
            "SELECT planned_date FROM session WHERE void = 0 AND course = ? AND planned_date IS NOT NULL", (course,)
        )
    ]


def _write_down(work: Work, course: str, row: str, one: Planned) -> None:
    start_at, end_at = moments(one.date, one.start_minute, one.end_minute)
    standing = work.find(GroupSession, row)
    if standing is None:
        key = {"course": course, "planned_date": one.date.isoformat(), "number": one.number_that_day}
        work.create(GroupSession, row, key, date=one.date.isoformat(), start_at=start_at, end_at=end_at)
        return
    day = standing.date or one.date.isoformat()
    if standing.start_at is None or standing.end_at is None:
        start_at, end_at = moments(date.fromisoformat(day), one.start_minute, one.end_minute)
    work.change(GroupSession, row, date=day, start_at=standing.start_at or start_at, end_at=standing.end_at or end_at)
