"""Vurdér mål: keys in, screen out, on a real store."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.screens.goal_app import einer
from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import running

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ORIGIN = "Fremmøde, ABC-gruppe 24-11"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_picture(desk: Desk, size: tuple[int, int]) -> None:
    citizen, goal = einer(desk)
    desk.clock.moment = datetime(2026, 11, 24, 10, 58, 31, tzinfo=UTC)  # type: ignore[attr-defined]  # the fixture's clock
    async with running(desk, "rating", size=size, citizen=citizen, goal=goal, origin=ORIGIN) as pilot:
        app = pilot.app
        await pilot.press("e", "7", "enter", "1")
        await wait(pilot)
        print(screen_text(app))
        check_golden(app, "goals-rating")
