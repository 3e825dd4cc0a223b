"""Mål, skema: only the targets that the type allows, and why; drafts; changing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.screens.goal_app import add_citizen, einer
from tests.screens.golden import check_golden, lines, wait
from tests.screens.live import running
from vejleder_tui.oplog import state_digest
from vejleder_tui.queries.drafts import drafts, find_draft
from vejleder_tui.services import goals
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk


async def fill_in(pilot: Pilot[int]) -> None:
    """Lonni B. alone, købe ind, udvikle from 3; the cursor ends in the open list of targets."""
    await pilot.press(*"lon")
    await wait(pilot)
    await pilot.press("enter")
    await wait(pilot)
    await pilot.press("tab", *"Alene", "tab", *"købe")
    await wait(pilot)
    await pilot.press("enter")
    await wait(pilot)
    await pilot.press("right", "tab", "right", "right", "right", "right", "tab", "tab", "down")
    await wait(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_new_goal_by_keys(desk: Desk, size: tuple[int, int]) -> None:
    add_citizen(desk, "Lonni Bro")
    async with running(desk, "goals", size=size) as pilot:
        await pilot.press("n")
        await wait(pilot)
        await wait(pilot)
        check_golden(pilot.app, "goals-form-empty")
        await fill_in(pilot)
        check_golden(pilot.app, "goals-form-target")
        await pilot.press("down", "enter", "ctrl+g")
        await wait(pilot)
        await wait(pilot)
        said = lines(pilot.app)[size[1] - 2]
        assert said.startswith(" Nyt mål: Lonni B. · gemt 10:42:00")
        row = desk.store.reader().execute("SELECT text, goal_type, baseline, target, baseline_date, weight FROM goal")
        assert tuple(row.fetchone()) == ("Alene", "develop", 3, 1, "2026-11-24", "1")
        assert desk.store.reader().execute("SELECT count(*) FROM draft").fetchone()[0] == 0


async def test_changing_the_type_checks_the_target_again(desk: Desk) -> None:
    _citizen, goal = einer(desk)
    async with running(desk, "goal_form", goal=goal) as pilot:
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Ret mål · Einer M.")
        form = pilot.app.screen.form  # type: ignore[attr-defined]
        form.field("goal_type").target().focus()
        await pilot.press("right")
        await wait(pilot)
        assert "Fastholde kræver det samme tal som start (3)." in " ".join(" ".join(lines(pilot.app)).split())
        await pilot.press("ctrl+g")
        await wait(pilot)
        check_golden(pilot.app, "goals-form-wrong-side")
        form.field("target").target().focus()
        await pilot.press("ctrl+a", "backspace", "down", "enter", "ctrl+g")
        await wait(pilot)
        await wait(pilot)
        row = desk.store.reader().execute("SELECT goal_type, target FROM goal WHERE id = ?", (goal,)).fetchone()
        assert tuple(row) == ("maintain", 3)


async def test_what_stood_in_a_goal_stands_after_saving_it_unchanged(desk: Desk) -> None:
    _citizen, goal = einer(desk)
    goals.change_goal(desk, goal, gas_more="Kommer hver uge", weight="1,5")
    before = state_digest(desk.store.connection).digest
    async with running(desk, "goal_form", goal=goal) as pilot:
        await wait(pilot)
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert state_digest(desk.store.connection).digest == before


async def test_a_form_that_is_left_is_a_draft(desk: Desk) -> None:
    citizen, _goal = einer(desk)
    async with running(desk, "goal_form", citizen=citizen) as pilot:
        await wait(pilot)
        await pilot.press(*"Ud at sejle", "escape")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Kladden ligger på I dag. Den er ikke registreret endnu."
        (found,) = drafts(desk.store.reader(), desk.actor.worker)
        opened = find_draft(desk.store.reader(), found.id, desk.actor.worker)
        assert opened is not None
        pilot.app.goto("goal_form", draft=opened.values, draft_id=found.id)  # type: ignore[attr-defined]
        await wait(pilot)
        assert any("Ud at sejle" in line for line in lines(pilot.app))
        assert lines(pilot.app)[0].startswith(" Nyt mål · Einer M.")


async def test_a_wish_needs_only_its_words(desk: Desk) -> None:
    citizen, _goal = einer(desk)
    async with running(desk, "goal_form", citizen=citizen) as pilot:
        await wait(pilot)
        await pilot.press("shift+tab", "right", "right", "tab", *"Ud at sejle", "ctrl+g")
        await wait(pilot)
        row = desk.store.reader().execute("SELECT text, goal_type, baseline FROM goal WHERE kind = 'wish'").fetchone()
        assert tuple(row) == ("Ud at sejle", None, None)


async def test_in_english(desk: Desk) -> None:
    add_citizen(desk, "Lonni Bro")
    async with running(desk, "goal_form", settings=Settings(language="en")) as pilot:
        await wait(pilot)
        check_golden(pilot.app, "goals-form-en")
