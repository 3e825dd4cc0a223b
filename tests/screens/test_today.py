from tests.screens.golden import screen_text
from tests.screens.live import running, wait


async def test_empty(desk) -> None:
    async with running(desk) as pilot:
        print(screen_text(pilot.app))
        await pilot.press("h")
        await wait(pilot)
        print(screen_text(pilot.app))
        await pilot.press("z")
        await wait(pilot)
        print(screen_text(pilot.app))
