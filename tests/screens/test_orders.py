"""What is read comes when it comes: late, or when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.screens.golden import lines, wait
from tests.screens.live import running
from tests.screens.orders import Order
from vejleder_tui.services.citizens import new_citizen

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


async def test_a_reading_that_ends_while_its_screen_is_being_left_shows_nothing(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Max Bø").citizen
    async with running(desk) as pilot:
        app: Any = pilot.app
        order = Order(app, "last")
        for steps in range(12):
            app.goto("citizen", citizen=citizen)
            await wait(pilot)
            app.back()
            for _step in range(steps):
                await asyncio.sleep(0)
            order.release()
            await order.settle()
            assert app.screen.SCREEN_ID == "today"
        assert lines(app)[0].startswith(" Vejleder · I dag")
