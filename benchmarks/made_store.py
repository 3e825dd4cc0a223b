"""A store of a wanted size, written through the log's own writer, for the figures that need one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness, natural_id
from vejleder_tui.model import Attendance, Citizen, Course, GroupSession
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.setup import FirstStart, first_start, organisation_id
from vejleder_tui.store.slots import Cost

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

__all__ = ["PASSPHRASE", "made_store"]

PASSPHRASE = "hest maj lampe ni"


def made_store(folder: Path, attendances: int) -> Desk:
    """Return a desk at a new store with this many attendance rows, in sessions of twelve."""
    clock = FixedClock(datetime(2026, 11, 24, 9, 42, tzinfo=UTC), timedelta(milliseconds=1))
    answers = FirstStart("0183", "Vejledningscentret", "Bærbar 2", "Mette Jensen", "MJ", "coordinator", PASSPHRASE)
    paths = StorePaths(folder)
    desk, _code = first_start(paths, answers, clock=clock, randomness=SeededRandomness(7), cost=Cost(8, 1, 1))
    organisation = {"organisation": organisation_id("0183")}
    with desk.transaction() as work:
        citizens = [work.create(Citizen, work.new_id(), organisation, name=f"Borger {n}") for n in range(12)]
        course = work.create(Course, work.new_id(), organisation, title="ABC-gruppe")
    day, written = date(2000, 1, 3), 0
    while written < attendances:
        with desk.transaction() as work:
            for _ in range(100):
                session = natural_id("session", course, day.isoformat(), 1)
                key = {"course": course, "planned_date": day.isoformat(), "number": 1}
                work.create(GroupSession, session, key, status="held")
                for citizen in citizens[: attendances - written]:
                    row = natural_id("attendance", session, citizen)
                    work.create(
                        Attendance, row, {"session": session, "citizen": citizen}, code="present", source="roster"
                    )
                    written += 1
                day += timedelta(days=1)
                if written >= attendances:
                    break
    return desk
