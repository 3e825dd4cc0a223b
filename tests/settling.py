"""When the program on the screen has settled: known exactly, not guessed from how busy the machine is.

Settled means: no handler is ready to run (so every message queue is empty), no thread works for the program, nothing is
written, and everything is laid out and painted. Workers that wait for a person (an open question) count as settled.
`settle(app)` waits for it; Textual's own `press` and `pause` do too, once `install` has put it in place of their guess.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Executor
from time import monotonic
from typing import TYPE_CHECKING, Any

import textual.app
import textual.pilot
from textual._context import active_app

if TYPE_CHECKING:
    from textual.app import App

__all__ = ["Gate", "Inline", "install", "settle"]

PATIENCE = 60.0
"""Seconds until something that never settles is an error; nothing waits for them to pass."""


class Gate(threading.Event):
    """An event that a thread of the program is made to wait for; while one waits, nobody waits for the threads."""

    def wait(self, timeout: float | None = PATIENCE) -> bool:
        """Wait in a thread of the program."""
        _blocked.append(self)
        try:
            return super().wait(timeout)
        finally:
            _blocked.remove(self)


class Inline(Executor):
    """Stands in for a pool of threads, and runs what it is given in the loop: nobody waits for it."""


_under_way: set[asyncio.Future[Any]] = set()
_blocked: list[Gate] = []


async def settle(app: App[Any]) -> None:
    """Wait until nothing is left to do but what a person or a timer does; an error after a minute."""
    loop: Any = asyncio.get_running_loop()
    until = monotonic() + PATIENCE
    while _alive(app):
        assert monotonic() < until, f"Not settled: {_state(app)}"
        if loop._ready:
            await asyncio.sleep(0)
            continue
        threads = {one for one in _under_way if not one.done() and one.get_loop() is loop}
        waited = threads | {asyncio.wrap_future(one) for one in tuple(getattr(app, "_writes", ()))}
        if waited and all(gate.is_set() for gate in tuple(_blocked)):
            # Looked at again now and then: a thread may come to a gate meanwhile.
            await asyncio.wait(waited, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
            continue
        if app._animator._animations or app._animator._scheduled:
            await app._animator.wait_until_complete()
            continue
        if not _painted(app):
            await asyncio.sleep(0)
            continue
        return


def _alive(app: App[Any]) -> bool:
    return app._running and not app._exit and app._exception is None and bool(app._screen_stack)


def _painted(app: App[Any]) -> bool:
    """Paint what is due at once, instead of at the next tick of the screen's timer; return whether nothing was."""
    if app._resize_timer is not None:
        with app._context():
            app._check_resize()
        return False
    screen = app.screen
    due = (
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or bool(screen._dirty_widgets)
        or bool(screen._callbacks)
    )
    if due and not app._batch_count:
        with screen._context():
            screen._on_timer_update()
    return not due


def _state(app: App[Any]) -> str:
    workers = [f"{one.group} {one.state.name}" for one in app.workers]
    return (
        f"{len(_under_way)} in threads, {len(getattr(app, '_writes', ()))} writes, {len(_blocked)} blocked, {workers}"
    )


def install() -> None:
    """Let Textual's `press` and `pause` wait for what is so; they would look at the clock of the processor."""

    async def exactly(_least: float = 0.0, _most: float = 0.0) -> None:
        await settle(active_app.get())

    patched: Any = (textual.app, textual.pilot, asyncio.BaseEventLoop)
    for module in patched[:2]:
        module.wait_for_idle = exactly
    plain: Any = asyncio.BaseEventLoop.run_in_executor

    def counted(self: asyncio.BaseEventLoop, executor: Executor | None, func: Any, *args: Any) -> Any:
        future: asyncio.Future[Any] = plain(self, executor, func, *args)
        if not isinstance(executor, Inline):
            _under_way.add(future)
        future.add_done_callback(_under_way.discard)
        return future

    patched[2].run_in_executor = counted
