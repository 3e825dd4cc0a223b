"""The program over a real encrypted store, for the screens of goals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.ids import natural_id
from vejleder_tui.model import Attendance, Citizen, Course, Enrolment, GroupSession
from vejleder_tui.queries.sessions import session_id
from vejleder_tui.rules.conditions import goal_conditions
from vejleder_tui.rules.recurrence import Plan, format_plan
from vejleder_tui.services import goals
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ORGANISATION = {"organisation": organisation_id("0183")}


def condition(name: str) -> str:
    return next(one.code for one in goal_conditions() if one.display_da.startswith(name))


def add_citizen(desk: Desk, name: str) -> str:
    with desk.transaction("ny borger") as work:
        return work.create(Citizen, work.new_id(), ORGANISATION, name=name)


def add_course(desk: Desk, citizen: str, *, held: int = 6) -> str:
    """Tuesdays 10–12 from 6 October; the first `held` are held, the citizen came to all but the third."""
    plan = Plan((1,), 1, 600, 720, date(2026, 10, 6), until=date(2027, 3, 2))
    with desk.transaction("forløb") as work:
        course = work.create(
            Course, work.new_id(), ORGANISATION, title="ABC-gruppe, efterår", plan=format_plan(plan), kind="closed"
        )
        key = {"course": course, "citizen": citizen, "from_date": "2026-10-06"}
        place = natural_id("enrolment", *key.values())
        work.create(Enrolment, place, key, status="enrolled", enrolled_from="2026-10-06")
        for index in range(held):
            day = date.fromordinal(date(2026, 10, 6).toordinal() + 7 * index)
            where = session_id(course, day, 1)
            work.create(
                GroupSession, where, {"course": course, "planned_date": day.isoformat(), "number": 1}, status="held"
            )
            work.create(
                Attendance, natural_id("attendance", where, citizen), {"session": where, "citizen": citizen},
                code="absent_notified" if index == 2 else "present",
            )  # fmt: skip
    return place


def einer(desk: Desk) -> tuple[str, str]:
    """Einer Madsen with the three goals of the pictures; returns the citizen and the first goal."""
    citizen = add_citizen(desk, "Einer Madsen")
    place = add_course(desk, citizen)
    start = date(2026, 10, 6)
    goal = goals.new_goal(
        desk, citizen, text="Jeg vil gerne kende nogen, jeg kan se fodbold med.",
        condition=condition("Deltage i sociale"), goal_type="develop", baseline=3, baseline_date=start, target=1,
        enrolment=place, follow_up_date=date(2026, 12, 15), next_rating=date(2026, 11, 24),
    ).row  # fmt: skip
    for day, level in ((6, 3), (20, 3), (34, 2), (48, 2)):
        goals.rate_goal(
            desk, goal, level, date=date.fromordinal(date(2026, 9, 30).toordinal() + day), informant="together"
        )
    other = goals.new_goal(
        desk, citizen, text="Jeg vil selv købe ind.", condition=condition("Købe ind"), goal_type="maintain",
        baseline=2, baseline_date=start, target=2, follow_up_date=date(2027, 1, 12),
    ).row  # fmt: skip
    goals.rate_goal(desk, other, 2, date=date(2026, 11, 3))
    third = goals.new_goal(
        desk, citizen, text="Jeg vil med bussen.", condition=condition("Færdes med transportmidler"),
        goal_type="limit_loss", baseline=2, baseline_date=start, target=3,
    ).row  # fmt: skip
    goals.rate_goal(desk, third, 3, date=date(2026, 11, 10))
    return citizen, goal
