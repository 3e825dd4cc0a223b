"""Vurdér mål: keys in, screen out, on a real store."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.screens.goal_app import add_citizen, condition, einer
from tests.screens.golden import check_golden, lines, wait
from tests.screens.live import running
from vejleder_tui.oplog import state_digest
from vejleder_tui.services import goals
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ORIGIN = "Fremmøde, ABC-gruppe 24-11"


def ratings(desk: Desk, goal: str) -> list[tuple[Any, ...]]:
    rows = desk.store.reader().execute(
        "SELECT level, not_assessed, self_rating, gas, informant, comment FROM goal_rating"
        " WHERE goal = ? AND date = '2026-11-24' AND void = 0",
        (goal,),
    )
    return [tuple(row) for row in rows.fetchall()]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_picture(desk: Desk, size: tuple[int, int]) -> None:
    citizen, goal = einer(desk)
    desk.clock.moment = datetime(2026, 11, 24, 10, 58, 31, tzinfo=UTC)  # type: ignore[attr-defined]  # the fixture's clock
    async with running(desk, "rating", size=size, citizen=citizen, goal=goal, origin=ORIGIN) as pilot:
        await pilot.press("e", "7", "enter", "1")
        await wait(pilot)
        check_golden(pilot.app, "goals-rating")


async def test_one_digit_saves_and_the_next_corrects_the_same_row(desk: Desk) -> None:
    citizen, goal = einer(desk)
    async with running(desk, "rating", citizen=citizen, goal=goal) as pilot:
        await pilot.press("2")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Vurderet til 2: på vej · gemt 10:42:00 · z fortryder · et nyt tal retter"
        await pilot.press("4")
        await wait(pilot)
        assert (
            lines(pilot.app)[22] == " Vurderet til 2 → 4: forværret · gemt 10:42:00 · z fortryder · et nyt tal retter"
        )
        await pilot.press("0", "i")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Ikke vurderet i dag · gemt ")
        assert [row[:2] for row in ratings(desk, goal)] == [(None, 1)]
        await pilot.press("z", "z", "z")
        await wait(pilot)
        assert [row[:2] for row in ratings(desk, goal)] == [(2, None)]
        assert lines(pilot.app)[22] == " Fortrudt: vurdering rettet: Einer M. · Z gør igen"
        await pilot.press("z")
        await wait(pilot)
        assert ratings(desk, goal) == []
        assert " ►2  Moderat nedsat funktionsevne         sidst, 17-11" in lines(pilot.app)
        await pilot.press("Z")
        await wait(pilot)
        assert [row[:2] for row in ratings(desk, goal)] == [(2, None)]
        assert any(line.endswith("● valgt nu") and "2  Moderat" in line for line in lines(pilot.app))
        await pilot.press("1")
        await wait(pilot)
        assert [row[:2] for row in ratings(desk, goal)] == [(1, None)]


async def test_digits_faster_than_the_disk_make_one_row(desk: Desk) -> None:
    citizen, goal = einer(desk)
    async with running(desk, "rating", citizen=citizen, goal=goal) as pilot:
        await pilot.press(*"0123")
        await wait(pilot)
        assert [row[0] for row in ratings(desk, goal)] == [3]


async def test_undo_gives_the_digest_back(desk: Desk) -> None:
    citizen, goal = einer(desk)
    before = state_digest(desk.store.connection).digest
    async with running(desk, "rating", citizen=citizen, goal=goal) as pilot:
        await pilot.press("1")
        await wait(pilot)
        assert state_digest(desk.store.connection).digest != before
        await pilot.press("z")
        await wait(pilot)
        assert state_digest(desk.store.connection).digest == before


async def test_source_comment_self_rating_and_scale(desk: Desk) -> None:
    citizen, goal = einer(desk)
    goals.change_goal(desk, goal, gas_expected="Kommer to gange om måneden", gas_more="Kommer hver uge")
    async with running(desk, "rating", citizen=citizen, goal=goal) as pilot:
        await pilot.press("k")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Kilde: borger. Gemmes sammen med vurderingen."
        await pilot.press("t", *"gik godt", "enter")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Kommentar. Gemmes sammen med vurderingen."
        assert ratings(desk, goal) == []
        await pilot.press("1", "g", "3", "enter")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Skriv et tal fra -2 til 2."
        await pilot.press("g", "1", "enter", "e", "1", "0", "enter")
        await wait(pilot)
        assert any("GAS             g    +1: Kommer hver uge" in line for line in lines(pilot.app))
        await pilot.press("k", "t", "backspace", "escape")
        await wait(pilot)
        assert ratings(desk, goal) == [(1, None, 10, 1, "8fe80acb-2c2a-4f10-b2b8-ddb77d2f69dc", "gik god")]


async def test_a_comment_without_a_level_is_a_draft(desk: Desk) -> None:
    citizen, goal = einer(desk)
    async with running(desk, "rating", citizen=citizen, goal=goal) as pilot:
        await pilot.press("t", *"husk", "enter", "escape")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Kladden ligger på I dag. Den er ikke registreret endnu."
        (found,) = desk.store.reader().execute("SELECT id, content FROM draft").fetchall()
        pilot.app.goto("rating", draft=json.loads(found[1]), draft_id=found[0])  # type: ignore[attr-defined]
        await wait(pilot)
        assert any("husk (gemmes med vurderingen)" in line for line in lines(pilot.app))
        await pilot.press("2")
        await wait(pilot)
        assert ratings(desk, goal)[0][5] == "husk"
        assert desk.store.reader().execute("SELECT count(*) FROM draft").fetchone()[0] == 0


async def test_arrows_change_the_goal_and_enter_goes_back_with_the_receipt(desk: Desk) -> None:
    citizen, goal = einer(desk)
    async with running(desk, "rating", citizen=citizen, goal=goal) as pilot:
        assert lines(pilot.app)[1] == " Mål 1 af 3 · ↑/↓ skifter mål"
        await pilot.press("up", "down", "down", "down")
        await wait(pilot)
        assert lines(pilot.app)[1] == " Mål 3 af 3 · ↑/↓ skifter mål"
        assert "grænse" in "".join(lines(pilot.app))
        await pilot.press("3")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Vurderet til 3: opfyldt · gemt ")
        await pilot.press("4")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Vurderet til 3 → 4: større tab end aftalt · gemt ")
        await pilot.press("enter")
        await wait(pilot)
        assert "I dag" in lines(pilot.app)[0]
        assert lines(pilot.app)[22].startswith(" Vurderet til 3 → 4: større tab")


async def test_the_reading_is_logged(desk: Desk) -> None:
    citizen, goal = einer(desk)
    async with running(desk, "rating", goal=goal):
        found = desk.store.reader().execute("SELECT citizen, actor, what FROM access_log").fetchall()
        assert [tuple(row) for row in found] == [(citizen, desk.actor.worker, "rating")]


@pytest.mark.parametrize("key", ["5", "w"])
async def test_a_key_without_meaning_says_so(desk: Desk, key: str) -> None:
    citizen, _goal = einer(desk)
    async with running(desk, "rating", citizen=citizen) as pilot:
        await pilot.press(key)
        await wait(pilot)
        assert lines(pilot.app)[22] == f" Tasten {key} bruges ikke her. ? viser tasterne."


async def test_no_goal_to_rate(desk: Desk) -> None:
    citizen = add_citizen(desk, "Max Bak")
    async with running(desk, "rating", citizen=citizen) as pilot:
        check_golden(pilot.app, "goals-rating-empty")
        await pilot.press("1", "escape")
        await wait(pilot)
        assert "I dag" in lines(pilot.app)[0]


def hostile(desk: Desk) -> str:
    """A citizen with square brackets, a very long text, many ratings and a last year."""
    citizen = add_citizen(desk, "Jens [/b] slut")
    goal = goals.new_goal(
        desk, citizen, text="[se bilag 3] \u202e" + "Jeg vil gerne have ro om aftenen, og " * 12,
        condition=condition("Deltage i sociale"), goal_type="maintain", baseline=4, baseline_date=date(2025, 1, 7),
        target=4, follow_up_date=date(2027, 1, 5), gas_expected="[red]som nu[/red]",
    ).row  # fmt: skip
    for month in range(1, 12):
        goals.rate_goal(desk, goal, 4, date=date(2026, month, 3), comment="[bold]" * 40, gas=0)
    return citizen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_hostile_and_overfull(desk: Desk, size: tuple[int, int]) -> None:
    citizen = hostile(desk)
    async with running(desk, "rating", size=size, citizen=citizen, origin="[b]Fremmøde[/b]") as pilot:
        await pilot.press("t", *"[/i] gik", "enter", "4")
        await wait(pilot)
        check_golden(pilot.app, "goals-rating-hostile")


async def test_in_english(desk: Desk) -> None:
    citizen, goal = einer(desk)
    async with running(desk, "rating", settings=Settings(language="en"), citizen=citizen, goal=goal) as pilot:
        await pilot.press("1")
        await wait(pilot)
        check_golden(pilot.app, "goals-rating-en")
