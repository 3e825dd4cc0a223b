"""The whole program on a real encrypted store, driven by keys.

`async with running(desk, "roster", ref=ref) as pilot:` opens a screen; `await wait(pilot)` waits until all is read and
saved; `lines(pilot.app)` is what stands on the terminal. `desk` is the fixture; afterwards its store is closed.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual import events

from tests.screens.golden import wait
from vejleder_tui.app import VejlederApp
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.screens.link import Seat
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from textual.pilot import Pilot

    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

__all__ = ["app_on", "fill", "live", "running", "seat_of", "wait"]


def seat_of(desk: Desk) -> Seat:
    """Return the seat of the desk's worker, which writes through that very desk."""
    return Seat(desk.store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(7), desk=desk)


def app_on(
    paths: StorePaths,
    clock: Clock,
    *,
    start: str = "unlock",
    seat: Seat | None = None,
    settings: Settings | None = None,
    factories: Mapping[str, Callable[..., Any]] | None = None,
    **values: Any,
) -> VejlederApp:
    """Return the program as the command line makes it, but for this machine's settings file."""
    from vejleder_tui.screens.setup import SetupScreen
    from vejleder_tui.screens.unlock import UnlockScreen

    def unlock(**given: Any) -> Any:
        return UnlockScreen(paths=paths, clock=clock, **given)

    def setup(**given: Any) -> Any:
        return SetupScreen(paths=paths, clock=clock, **given)

    made = {"unlock": unlock, "setup": setup, **(factories or {})}
    return VejlederApp(settings or Settings(), clock, start=start, store=seat, factories=made, **values)


async def fill(pilot: Pilot[int], text: str) -> None:
    """Paste a text into the field in focus: what typing it does, at once."""
    focused = pilot.app.focused
    assert focused is not None
    focused.post_message(events.Paste(text))
    await pilot.pause()


@asynccontextmanager
async def live(app: VejlederApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
    """Run a program that was made by `app_on`; the store is closed afterwards."""
    async with app.run_test(size=size) as pilot:
        await wait(pilot)
        yield pilot
        await wait(pilot)
        await app.close_store()


@asynccontextmanager
async def running(
    desk: Desk,
    screen: str = "today",
    *,
    size: tuple[int, int] = (80, 24),
    settings: Settings | None = None,
    factories: Mapping[str, Callable[..., Any]] | None = None,
    **values: object,
) -> AsyncIterator[Pilot[int]]:
    """Run the program with the desk's worker logged in, on I dag, and then on `screen` opened with `values`."""
    app = app_on(
        desk.store.paths, desk.clock, start="today", seat=seat_of(desk), settings=settings, factories=factories
    )
    async with live(app, size) as pilot:
        if screen != "today" or values:
            app.goto(screen, **values)
            await wait(pilot)
        yield pilot
