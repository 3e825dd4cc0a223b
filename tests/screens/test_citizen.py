"""Borger, én: the record as drawn, every opening logged, the number shown for half a minute."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.people import attend, course, einer, enrol
from tests.screens.golden import check_golden, lines
from tests.screens.live import running, wait
from vejleder_tui.queries.citizen_record import access_log
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.citizens import new_citizen, void_citizen
from vejleder_tui.services.goals import new_goal, rate_goal
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk


def top(pilot: Pilot[int]) -> Any:
    return pilot.app.screen


def logged(desk: Desk, citizen: str) -> list[str]:
    return [entry.what for entry in access_log(desk.store.connection, citizen)]


async def test_overview_as_in_the_picture(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        check_golden(pilot.app, "citizen")
        assert logged(desk, citizen) == ["record"]
        await pilot.press("down")
        await wait(pilot)
        assert "Fastholde (vedligehold): hold 2" in lines(pilot.app)[13]
        await pilot.press("down")
        await wait(pilot)
        check_golden(pilot.app, "citizen-limit")


async def test_the_number_is_shown_and_logged(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        assert "020160-9995" not in "".join(lines(pilot.app))
        await pilot.press("c")
        await wait(pilot)
        assert "CPR 020160-9995" in lines(pilot.app)[2]
        assert "30 sekunder" in lines(pilot.app)[22]
        screen = top(pilot)
        screen._hide()
        await wait(pilot)
        assert "020160-••••" in lines(pilot.app)[2]
        assert logged(desk, citizen) == ["number", "record"]


async def test_the_number_is_covered_when_the_screen_is_left(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("c")
        await wait(pilot)
        await pilot.press("f1")
        await wait(pilot)
        await pilot.press("escape")
        await wait(pilot)
        assert "020160-••••" in lines(pilot.app)[2]


async def test_tabs(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        for name in ("timeline", "goals", "measures", "support", "support"):
            await pilot.press("right")
            await wait(pilot)
            check_golden(pilot.app, f"citizen-{name}")
        for _turn in range(4):
            await pilot.press("left")
        await wait(pilot)
        check_golden(pilot.app, "citizen")


async def test_nothing_known_yet(desk: Desk) -> None:
    citizen = new_citizen(desk, alias="Bænken ved søen").citizen
    async with running(desk, "citizen", citizen=citizen) as pilot:
        check_golden(pilot.app, "citizen-empty")
        await pilot.press("c")
        await wait(pilot)
        assert "Der er intet nummer." in lines(pilot.app)[22]
        await pilot.press("m", "enter")
        await wait(pilot)
        assert top(pilot).SCREEN_ID == "citizen"


async def test_hostile_and_overfull(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Jens [/b] slut =HYPERLINK(1) 👩‍👩‍👧 " + "x" * 200, note="\u202e[bold]").citizen
    for index in range(9):
        one = course(desk, f"[red]Forløb {index}[/] 👍 {'ø' * 60}", Plan((index % 7,), 1, 600, 720, date(2026, 9, 1)))
        enrol(desk, one, citizen, "2026-09-01", "SEL-82a")
        for day in (date(2026, 9, 1 + offset) for offset in range(28)):
            if day.weekday() == index % 7:
                attend(desk, one, citizen, day.isoformat(), "partial", minutes=30, note="[/] kom \x1b[31m sent")
        goal = new_goal(
            desk, citizen, condition="dcc6bb77-45af-4625-9c4d-7d7878307220", goal_type="limit_loss", baseline=2,
            target=2, text="[b]", baseline_date=date(2026, 9, 1),
        ).row  # fmt: skip
        rate_goal(desk, goal, 4, comment="[/b]")
    async with running(desk, "citizen", citizen=citizen) as pilot:
        check_golden(pilot.app, "citizen-overfull")
        await pilot.press("right")
        await wait(pilot)
        check_golden(pilot.app, "citizen-timeline-hostile")
        assert "\x1b" not in "".join(lines(pilot.app))


async def test_who_is_gone_is_not_shown(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Max B.").citizen
    void_citizen(desk, citizen)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        assert "Borgeren findes ikke længere." in lines(pilot.app)[22]
        assert "Max" not in "".join(lines(pilot.app))


async def test_what_cannot_be_logged_is_not_shown(desk: Desk) -> None:
    citizen = einer(desk)
    desk.store.connection.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.access_log BEGIN SELECT RAISE(FAIL, 'disk'); END"
    )
    async with running(desk, "citizen", citizen=citizen) as pilot:
        assert "Einer" not in "".join(lines(pilot.app))
        assert "ikke åbnet" in "".join(lines(pilot.app))
        desk.store.connection.execute("DROP TRIGGER full")


async def test_undo_reads_again(desk: Desk) -> None:
    citizen = einer(desk)
    from vejleder_tui.services.citizens import change_citizen

    change_citizen(desk, citizen, name="Otto Test Andersen")
    async with running(desk, "citizen", citizen=citizen) as pilot:
        assert "Borger · Otto A." in lines(pilot.app)[0]
        await pilot.press("z")
        await wait(pilot)
        assert "Borger · Einer L." in lines(pilot.app)[0]
        assert "Fortrudt: rettet borger: Otto A." in lines(pilot.app)[22]


async def test_privacy(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("f8")
        await wait(pilot)
        assert "Einer" not in lines(pilot.app)[0]


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_other_sizes(desk: Desk, size: tuple[int, int]) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", size=size, citizen=citizen) as pilot:
        check_golden(pilot.app, "citizen")


async def test_in_english(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", settings=Settings(language="en"), citizen=citizen) as pilot:
        check_golden(pilot.app, "citizen-en")


async def test_a_goal_is_taken_away_shown_among_the_removed_and_brought_back(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        assert "Mål (3)" in "".join(lines(pilot.app))
        await pilot.press("x")
        await wait(pilot)
        assert "Fjernet: mål · gemt 10:42:00 · z fortryder" in lines(pilot.app)[22]
        assert "Mål (2)" in "".join(lines(pilot.app))
        await pilot.press("d")
        await wait(pilot)
        assert "Fjernede (1)" in lines(pilot.app)[4]
        assert logged(desk, citizen)[0] == "voided"
        await pilot.press("x")
        await wait(pilot)
        assert "Gendannet: mål" in lines(pilot.app)[22]
        await pilot.press("d", "left")
        await wait(pilot)
        assert "Mål (3)" in "".join(lines(pilot.app))


async def test_what_an_enrolment_rests_on_is_not_taken_away_and_history_is_of_the_row(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("tab", "h")
        await wait(pilot)
        assert "Einer L., " in lines(pilot.app)[0]
        await pilot.press("escape", "right", "f")
        await wait(pilot)
        assert "Tidslinje (" in lines(pilot.app)[4]
        assert " · " in lines(pilot.app)[4]


async def test_a_citizen_made_by_mistake_is_taken_away(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Fejl Person").citizen
    async with running(desk, "citizens") as pilot:
        pilot.app.goto("citizen", citizen=citizen)  # type: ignore[attr-defined]  # the program's own
        await wait(pilot)
        await pilot.press("x")
        await wait(pilot)
        assert "Borger fjernet: Fejl P." in lines(pilot.app)[22]
        assert "Borgere (0)" in lines(pilot.app)[3]


async def test_the_heading_over_the_goals_in_english(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen, settings=Settings(language="en")) as pilot:
        assert any("Start  Now Target  Rating" in line for line in lines(pilot.app))
