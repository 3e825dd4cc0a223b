"""Mål: the list, the filter, one goal, and the way to a rating in two keys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.screens.goal_app import add_citizen, condition, einer
from tests.screens.golden import check_golden, lines, wait
from tests.screens.live import running
from vejleder_tui.queries.goals import goals_due
from vejleder_tui.queries.sessions import sessions_between
from vejleder_tui.services import goals
from vejleder_tui.settings import Settings
from vejleder_tui.widgets.panels import PanelGroup

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


TODAY = date(2026, 11, 24)


def more(desk: Desk) -> None:
    for name, what, due in (("Lonni Bro", "Købe ind", date(2026, 11, 20)), ("Max Bak", "Lave mad", date(2026, 11, 27))):
        goals.new_goal(
            desk, add_citizen(desk, name), text="Mine egne ord", condition=condition(what), goal_type="limit_loss",
            baseline=1, target=2, follow_up_date=due,
        )  # fmt: skip
    goals.new_goal(desk, add_citizen(desk, "Asta Lund"), kind="wish", text="Jeg vil gerne ud at sejle.")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_and_one_goal(desk: Desk, size: tuple[int, int]) -> None:
    einer(desk)
    more(desk)
    async with running(desk, "goals", size=size) as pilot:
        check_golden(pilot.app, "goals-list")
        assert not any("egne ord" in line for line in lines(pilot.app))
        await pilot.press("down", "enter")
        await wait(pilot)
        check_golden(pilot.app, "goals-detail")
        found = desk.store.reader().execute("SELECT what FROM access_log").fetchall()
        assert [row[0] for row in found] == ["goal"]
        await pilot.press("m", "1")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert any("1 let nedsat" in line and "24-11" in line for line in lines(pilot.app))


async def test_two_keys_rate_the_goal_that_is_due(desk: Desk) -> None:
    _citizen, goal = einer(desk)
    async with running(desk, "goals") as pilot:
        await pilot.press("m", "1")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Vurderet til 1: opfyldt · gemt ")
        await pilot.press("enter")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Vurderet til 1: opfyldt · gemt ")
        assert any("Udvikle          3   1    1  opfyldt" in line for line in lines(pilot.app))
        rows = desk.store.reader().execute(
            "SELECT level FROM goal_rating WHERE goal = ? AND date = '2026-11-24'", (goal,)
        )
        assert [row[0] for row in rows.fetchall()] == [1]


async def test_three_keys_rate_from_the_roster_and_stand_there_again(desk: Desk) -> None:
    _citizen, goal = einer(desk)
    view = next(one for one in sessions_between(desk.store.connection, TODAY, TODAY, desk.clock.now()))
    async with running(desk, "roster", ref=view.ref) as pilot:
        await pilot.press("m", "1", "enter")
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Fremmøde · ABC-gruppe")
        assert lines(pilot.app)[22].startswith(" Vurderet til 1: opfyldt · gemt ")
        rows = desk.store.reader().execute("SELECT level, session FROM goal_rating WHERE date = '2026-11-24'")
        assert [tuple(row) for row in rows.fetchall()] == [(1, view.ref.id)]
        assert goals_due(desk.store.reader(), TODAY, 0) == []
    assert goal


async def test_i_dag_opens_the_rating_of_the_goal_in_the_line(desk: Desk) -> None:
    einer(desk)
    async with running(desk) as pilot:
        await wait(pilot)
        group = pilot.app.screen.query_one(PanelGroup)
        group.go("due")
        await pilot.press("m", "2")
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Vurdér mål · Einer M.")
        assert lines(pilot.app)[22].startswith(" Vurderet til 2: på vej · gemt ")


async def test_empty(desk: Desk) -> None:
    async with running(desk, "goals") as pilot:
        check_golden(pilot.app, "goals-empty")
        await pilot.press("m")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Ingen mål endnu. n opretter et."


async def test_filter_while_typing(desk: Desk) -> None:
    einer(desk)
    more(desk)
    async with running(desk, "goals") as pilot:
        await pilot.press("f", *"ein købe")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert lines(pilot.app)[2].startswith("┌ Mål (1) · »ein købe« ─")
        await pilot.press("f", "x", "enter")
        await wait(pilot)
        assert any("Ingen mål passer til »ein købex«. f ændrer filtret." in line for line in lines(pilot.app))


async def test_removed_goals_come_back(desk: Desk) -> None:
    einer(desk)
    async with running(desk, "goals") as pilot:
        await pilot.press("x")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Mål fjernet: Einer M. · gemt ")
        assert lines(pilot.app)[2].startswith("┌ Mål (2) ")
        await pilot.press("d")
        await wait(pilot)
        assert lines(pilot.app)[2].startswith("┌ Fjernede mål (1) ")
        await pilot.press("x", "d")
        await wait(pilot)
        await wait(pilot)
        assert lines(pilot.app)[2].startswith("┌ Mål (3) ")
        await pilot.press("z", "z")
        await wait(pilot)
        await wait(pilot)
        assert lines(pilot.app)[2].startswith("┌ Mål (3) ")


async def test_a_wish_is_made_a_goal_before_it_is_rated(desk: Desk) -> None:
    goals.new_goal(desk, add_citizen(desk, "Asta Lund"), kind="wish", text="Jeg vil ud at sejle.")
    async with running(desk, "goals") as pilot:
        await pilot.press("m")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Et ønske kan ikke vurderes. r gør det til et mål."


def overfull(desk: Desk) -> None:
    for index in range(40):
        name = f"Jens{index} [/b] slut" if index % 2 else "Wolfeschlegelsteinhausen Bergerdorff [se bilag 3]"
        goals.new_goal(
            desk, add_citizen(desk, name), text="[/b]", condition=condition("Deltage i sociale"),
            goal_type="limit_loss", baseline=0, target=4, follow_up_date=date(2025 + index % 3, 1 + index % 12, 5),
        )  # fmt: skip


async def test_hostile_and_overfull(desk: Desk) -> None:
    overfull(desk)
    async with running(desk, "goals") as pilot:
        check_golden(pilot.app, "goals-hostile")
        await pilot.press("end", "f8")
        await wait(pilot)
        assert "Wolfe" not in "".join(lines(pilot.app))


async def test_in_english(desk: Desk) -> None:
    einer(desk)
    more(desk)
    async with running(desk, "goals", settings=Settings(language="en")) as pilot:
        check_golden(pilot.app, "goals-list-en")
