"""Goals as they are read: what is due first, what stands on a list, the path of ratings and the dose beside it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from vejleder_tui.ids import natural_id
from vejleder_tui.model import Attendance, Citizen, Course, Enrolment, GroupSession
from vejleder_tui.queries.goals import (
    GoalRow,
    citizen_goals,
    count_goals,
    find_goals,
    goal_detail,
    goals_due,
    goals_for_rating,
    goals_list,
    goals_of,
)
from vejleder_tui.queries.sessions import session_id
from vejleder_tui.rules.conditions import search_conditions
from vejleder_tui.rules.recurrence import Plan, format_plan
from vejleder_tui.services import goals
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

TODAY = date(2026, 11, 24)
SHOPPING, COOKING = (search_conditions(word)[0].code for word in ("købe ind", "lave mad"))


def add_citizen(desk: Desk, name: str) -> str:
    with desk.transaction("ny borger") as work:
        return work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name=name)


def add_goal(desk: Desk, citizen: str, **given: object) -> str:
    values: dict[str, Any] = {"text": "Helt mine egne ord", "condition": SHOPPING, "goal_type": "develop"}
    return goals.new_goal(desk, citizen, **{**values, "baseline": 3, "target": 1, **given}).row


def add_course(desk: Desk, citizen: str) -> tuple[str, str]:
    """Tuesdays 10–12 from 6 October, with the citizen enrolled all the time."""
    plan = Plan((1,), 1, 600, 720, date(2026, 10, 6), until=date(2027, 3, 2))
    organisation = {"organisation": organisation_id("0183")}
    with desk.transaction("forløb") as work:
        course = work.create(Course, work.new_id(), organisation, title="ABC", plan=format_plan(plan), kind="closed")
        key = {"course": course, "citizen": citizen, "from_date": "2026-10-06"}
        enrolment = work.create(
            Enrolment, natural_id("enrolment", *key.values()), key, status="enrolled", enrolled_from="2026-10-06"
        )
    return course, enrolment


def mark(desk: Desk, course: str, citizen: str, day: date, seat: tuple[str | None, int | None]) -> None:
    code, minutes = seat
    where = session_id(course, day, 1)
    with desk.transaction("fremmøde") as work:
        work.create(
            GroupSession, where, {"course": course, "planned_date": day.isoformat(), "number": 1}, status="held"
        )
        if code:
            work.create(
                Attendance, natural_id("attendance", where, citizen), {"session": where, "citizen": citizen},
                code=code, minutes=minutes,
            )  # fmt: skip


def test_what_is_due_stands_first(desk: Desk) -> None:
    einer, lonni = add_citizen(desk, "Einer Madsen"), add_citizen(desk, "Lonni Bro")
    undated = add_goal(desk, einer)
    later = add_goal(desk, einer, follow_up_date=date(2026, 12, 15))
    overdue = add_goal(desk, lonni, follow_up_date=date(2026, 11, 20))
    planned = add_goal(desk, lonni, follow_up_date=date(2027, 1, 20), next_rating=TODAY, condition=COOKING)
    reader = desk.store.connection
    rows = goals_list(reader)
    assert [row.id for row in rows] == [overdue, planned, later, undated]
    assert [row.overdue(TODAY) for row in rows] == [True, False, False, False]
    assert [row.name for row in rows] == ["Lonni B.", "Lonni B.", "Einer M.", "Einer M."]
    assert [row.id for row in goals_due(reader, TODAY)] == [overdue, planned]
    assert [row.id for row in goals_due(reader, TODAY, 30)] == [overdue, planned, later]
    goals.rate_goal(desk, overdue, 2)
    goals.rate_goal(desk, planned, not_assessed=True)
    assert [row.id for row in goals_due(reader, TODAY)] == [planned]
    goals.rate_goal(desk, planned, 3)
    assert goals_due(reader, TODAY) == []
    assert {row.id: row.due for row in goals_list(reader)}[planned] == date(2027, 1, 20)


def test_the_filter_finds_names_and_conditions(desk: Desk) -> None:
    einer, soren = add_citizen(desk, "Einer Madsen"), add_citizen(desk, "Søren Ågård")
    first, second = add_goal(desk, einer), add_goal(desk, soren, condition=COOKING)
    reader = desk.store.connection
    for typed, found in (
        ("soren", [second]),
        ("køb", [first]),
        ("soren lave", [second]),
        ("soren købe", []),
        ("x", []),
    ):
        assert [row.id for row in goals_list(reader, typed=typed)] == found
        assert count_goals(reader, typed=typed) == len(found)
    goals.end_goal(desk, first, "completed")
    assert [row.id for row in goals_list(reader)] == [second]
    assert count_goals(reader, ended=True) == len(goals_list(reader, ended=True)) == 2
    goals.void_goal(desk, second)
    assert (goals_list(reader), [row.id for row in goals_list(reader, void=True)]) == ([], [second])


def test_lists_never_hold_the_citizens_own_words(desk: Desk) -> None:
    add_goal(desk, add_citizen(desk, "Einer Madsen"))
    (row,) = goals_list(desk.store.connection)
    assert "text" not in GoalRow._fields
    assert "egne ord" not in repr(row)
    assert row.term == "Købe ind"


def test_path_verdict_and_dose(desk: Desk) -> None:
    einer = add_citizen(desk, "Einer Madsen")
    course, enrolment = add_course(desk, einer)
    goal = add_goal(desk, einer, baseline_date=date(2026, 10, 6), enrolment=enrolment)
    for day, code, minutes in (
        (date(2026, 10, 6), "present", None),
        (date(2026, 10, 13), "partial", 60),
        (date(2026, 10, 20), "absent_notified", None),
        (date(2026, 10, 27), "excused_system", None),
        (date(2026, 11, 3), None, None),
    ):
        mark(desk, course, einer, day, (code, minutes))
    for day, level in ((date(2026, 10, 6), 3), (date(2026, 11, 3), 2), (date(2026, 11, 17), None)):
        goals.rate_goal(desk, goal, level, date=day, not_assessed=level is None, informant="together")
    detail = goal_detail(desk.store.connection, goal, desk.clock.now())
    assert detail is not None
    assert detail.path == ((date(2026, 10, 6), 3), (date(2026, 11, 3), 2), (date(2026, 11, 17), None))
    assert (detail.row.now, detail.row.rated_on) == (2, date(2026, 11, 3))
    assert detail.sentence == "Start 3, nu 2, mål 1: på vej."
    assert (detail.dose.attended_minutes, detail.dose.planned_minutes, detail.dose.not_registered) == (180, 480, 1)
    assert detail.dose.hours == ("3", "8")
    assert goals_for_rating(desk.store.connection, einer, desk.clock.now()) == [detail]


@pytest.mark.parametrize("text", ["Jens [/b] slut", "[se bilag 3]"])
def test_a_wish_is_on_the_list_and_not_up_for_rating(desk: Desk, text: str) -> None:
    einer = add_citizen(desk, "Einer Madsen")
    wish = goals.new_goal(desk, einer, kind="wish", text=text, follow_up_date=TODAY).row
    reader = desk.store.connection
    assert [row.kind for row in citizen_goals(reader, einer)] == ["wish"]
    assert (goals_of(reader, [einer]), goals_due(reader, TODAY)) == ({einer: []}, [])
    detail = goal_detail(reader, wish, desk.clock.now())
    assert detail is not None
    assert (detail.text, detail.sentence, detail.path) == (text, "", ())


def test_a_goal_is_found_by_the_beginning_of_its_id(desk: Desk) -> None:
    goal = add_goal(desk, add_citizen(desk, "Einer Madsen"))
    reader = desk.store.connection
    assert [row.id for row in find_goals(reader, goal)] == [row.id for row in find_goals(reader, goal[:20])] == [goal]
    assert find_goals(reader, goal[:7]) == find_goals(reader, "ffffffff") == []
