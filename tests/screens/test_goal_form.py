"""Mål, skema: only the targets that the type allows, and why; drafts; changing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.screens.goal_app import add_citizen, einer
from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import running

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_new_goal_by_keys(desk: Desk, size: tuple[int, int]) -> None:
    add_citizen(desk, "Lonni Bro")
    async with running(desk, "goals", size=size) as pilot:
        app = pilot.app
        await pilot.press("n")
        await wait(pilot)
        await wait(pilot)
        print(screen_text(app))
        check_golden(app, "goals-form-empty")
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
        print(screen_text(app))
        check_golden(app, "goals-form-target")
        await pilot.press("down", "enter", "ctrl+g")
        await wait(pilot)
        await wait(pilot)
        print(screen_text(app))
