"""What tests of planning build on: a course of Tuesdays, and citizens with invented names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.model import Citizen, Grant
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.courses import new_course, new_venue
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

FIRST = date(2026, 10, 6)
TODAY = date(2026, 11, 24)
CHRISTMAS = date(2026, 12, 29)
TUESDAYS = Plan((1,), 1, 600, 720, FIRST, sessions=20)


def citizen(desk: Desk, name: str, **values: object) -> str:
    with desk.transaction() as work:
        made = {"name": name, **values}
        return work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, **made)  # type: ignore[arg-type] # any field of a row


def grant(desk: Desk, whose: str, basis: str = "SEL-85", to_date: str | None = None) -> str:
    with desk.transaction() as work:
        return work.create(
            Grant, work.new_id(), {"citizen": whose}, legal_basis=basis, from_date="2026-01-01", to_date=to_date
        )


def venue(desk: Desk, name: str = "Vejledningscentret") -> str:
    return new_venue(desk, name, kind="centre").row


def course(desk: Desk, title: str = "ABC-gruppe, efterår", plan: Plan = TUESDAYS, **values: object) -> str:
    given = {"venue": venue(desk), "capacity": 12, "skipped": {CHRISTMAS: "juleferie"}, **values}
    return new_course(desk, title, plan, **given).row  # type: ignore[arg-type] # any of its options
