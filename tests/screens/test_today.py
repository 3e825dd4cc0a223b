from tests.screens.golden import screen_text
from tests.screens.live import running, wait
from tests.screens.day import the_day


async def test_empty(desk) -> None:
    the_day(desk)
    async with running(desk) as pilot:
        print(screen_text(pilot.app))
        await pilot.resize_terminal(120,40)
        await wait(pilot)
        print(screen_text(pilot.app))
