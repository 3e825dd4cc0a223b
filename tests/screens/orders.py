"""The order in which a screen's reading and its drawing end, taken to both its extremes: what a loaded machine may do."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from tests.settling import Inline, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.app import VejlederApp

__all__ = ["ORDERS", "Order"]

ORDERS = ("first", "last")


class _Readers(Inline):
    """Takes the place of the threads that read: at once, or when it is told to."""

    def __init__(self, *, at_once: bool) -> None:
        self.at_once = at_once
        self.held: deque[Callable[[], None]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **keywords: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **keywords))
            except Exception as error:  # noqa: BLE001 - as a thread does
                future.set_exception(error)

        if self.at_once:
            run()
        else:
            self.held.append(run)
        return future


class Order:
    """Whether what is read is there before anything is drawn ("first"), or when nothing else is left to do ("last")."""

    def __init__(self, app: VejlederApp, when: str) -> None:
        self.app = app
        self._readers = _Readers(at_once=when == "first")
        changed: Any = app
        if app._readers is not None:
            app._readers.shutdown()
        changed._readers = self._readers
        write = app.write

        async def write_first(act: Callable[[Any], Any]) -> Any:
            found = app.write_within(act, seconds=60)
            if found.error is not None:
                raise found.error
            return found.result

        async def write_last(act: Callable[[Any], Any]) -> Any:
            held = asyncio.get_running_loop().create_future()
            self._readers.held.append(lambda: None if held.done() else held.set_result(None))
            await held
            return await write(act)

        changed.write = write_first if when == "first" else write_last

    async def settle(self) -> None:
        """Let one reading after the other end, each when nothing else is left to do."""
        await settle(self.app)
        while self._readers.held:
            self.release()
            await settle(self.app)

    def release(self) -> None:
        """Let the oldest reading end."""
        self._readers.held.popleft()()

    async def ripen(self) -> None:
        """Let every timer of the screen that waits for something slow run out now."""
        for timer in tuple(self.app.screen._timers):
            if timer._repeat == 0 and timer._callback is not None and timer._task is not None:
                timer._callback()
        await self.settle()
