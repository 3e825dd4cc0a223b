"""Mål: the list, the filter, one goal, and the way to a rating in two keys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.screens.goal_app import add_citizen, condition, einer
from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import running
from vejleder_tui.services import goals

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def more(desk: Desk) -> None:
    for name, what, due in (("Lonni Bro", "Købe ind", date(2026, 11, 20)), ("Max Bak", "Lave mad", date(2026, 11, 27))):
        goals.new_goal(
            desk, add_citizen(desk, name), text="Mine ord", condition=condition(what), goal_type="limit_loss",
            baseline=1, target=2, follow_up_date=due,
        )  # fmt: skip
    goals.new_goal(desk, add_citizen(desk, "Asta Lund"), kind="wish", text="Jeg vil gerne ud at sejle.")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list(desk: Desk, size: tuple[int, int]) -> None:
    einer(desk)
    more(desk)
    async with running(desk, "goals", size=size) as pilot:
        app = pilot.app
        print(screen_text(app))
        check_golden(app, "goals-list")
        await pilot.press("down", "enter")
        await wait(pilot)
        print(screen_text(app))
        check_golden(app, "goals-detail")
