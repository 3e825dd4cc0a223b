"""A group of twelve on a course, written through the desk: what every test of attendance stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.model import Citizen, Course, Enrolment, Goal, GoalRating, Grant, Programme, Venue
from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.rules.recurrence import Plan, format_plan
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ORGANISATION = organisation_id("0183")
TUESDAYS = ("2026-10-06", "2026-10-20", "2026-10-27", "2026-11-03", "2026-11-10", "2026-11-17", "2026-11-24")
TODAY = date(2026, 11, 24)
NAMES = (
    "Asta Lund", "Bodil Krogh", "Carlo Nygaard", "Dagny Post", "Ebbe Ravn", "Einer Mose",
    "Frida Skov", "Gunner Toft", "Lonni Bæk", "Max Berg", "Sverre Madsen", "Torre Munk",
)  # fmt: skip
GRANTED = {"Carlo Nygaard", "Ebbe Ravn", "Einer Mose", "Gunner Toft", "Lonni Bæk", "Torre Munk"}


@dataclass
class Group:
    """The course, its people by name, and references to its sessions."""

    course: str
    citizens: dict[str, str]

    def ref(self, day: date = TODAY) -> SessionRef:
        return SessionRef(session_id(self.course, day, 1), self.course, day, 1)

    def number(self, number: int) -> str:
        """The citizen on a row of the roster."""
        return self.citizens[sorted(self.citizens)[number - 1]]


def make_group(desk: Desk, names: tuple[str, ...] = NAMES, title: str = "ABC-gruppe, efterår") -> Group:
    with desk.transaction() as work:
        key = {"organisation": ORGANISATION}
        venue = work.create(Venue, work.new_id(), key, name="Vejledningscentret")
        programme = work.create(
            Programme,
            work.new_id(),
            key,
            name="ABC",
            core_elements="Fælles måltid\nRollespil",
            common_elements="mindfulness",
        )
        plan = Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20)
        course = work.create(
            Course, work.new_id(), key, title=title, plan=format_plan(plan), venue=venue, programme=programme,
            kind="closed", status="running",
        )  # fmt: skip
        from vejleder_tui.model import CourseException

        for day in ("2026-10-13", "2026-12-29"):
            work.create(CourseException, work.new_id(), {"course": course, "date": day}, reason="ferie")
        citizens = {}
        for name in names:
            citizen = work.create(Citizen, work.new_id(), key, name=name)
            citizens[name] = citizen
            grant = None
            if name in GRANTED:
                grant = work.create(
                    Grant, work.new_id(), {"citizen": citizen}, legal_basis="SEL-85",
                    to_date="2026-11-20" if name == "Torre Munk" else "2027-06-30",
                )  # fmt: skip
            work.create(
                Enrolment, work.new_id(), {"course": course, "citizen": citizen, "from_date": "2026-10-06"},
                legal_basis="SEL-85" if grant else "SEL-82a", grant_id=grant, status="enrolled",
                enrolled_from="2026-11-17" if name == "Gunner Toft" else "2026-10-06",
            )  # fmt: skip
    return Group(course, citizens)


def add_goal(desk: Desk, citizen: str, *, due: str = "2026-12-15", rated: str = "2026-11-03") -> str:
    from vejleder_tui.codes import code_list

    condition = next(code.code for code in code_list("ffb_undertema") if code.display_da == "Købe ind")
    with desk.transaction() as work:
        goal = work.create(
            Goal, work.new_id(), {"citizen": citizen}, kind="goal", condition=condition, goal_type="maintain",
            baseline=2, target=2, status="active", follow_up_date=due, text="Jeg vil selv handle",
        )  # fmt: skip
        work.create(GoalRating, work.new_id(), {"goal": goal, "citizen": citizen}, date=rated, level=2)
    return goal
