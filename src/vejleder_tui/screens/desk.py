"""The threads behind the screen: one that writes, two that read, one for long work, and a close that waits for them."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Any, TypeVar

from vejleder_tui.screens.protocol import Pending, StoreLink

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor

    from textual.screen import Screen

__all__ = ["WritesMixin"]

T = TypeVar("T")


class WritesMixin:
    """What the program does with its store; mixed into the Textual app."""

    _store: StoreLink | None
    _writer: ThreadPoolExecutor | None
    _readers: ThreadPoolExecutor | None
    _aside: ThreadPoolExecutor | None
    _writes: set[Future[Any]]
    _unheard: deque[tuple[Future[Any], Callable[[Pending], None]]]

    _screen_stacks: dict[str, list[Screen[Any]]]

    if TYPE_CHECKING:

        def call_later(self, callback: Callable[..., object], *values: object) -> bool:
            """Textual's own."""
            ...

    def begin(self, store: StoreLink | None) -> None:
        """Start with a store, or with none before unlock; no thread is made yet."""
        self._store = store
        self._writer = self._readers = self._aside = None
        self._writes = set()
        self._unheard = deque()

    @property
    def pending_count(self) -> int:
        """How many writes are queued or under way."""
        return len(self._writes)

    def _open_store(self) -> StoreLink:
        if self._store is None:
            raise RuntimeError
        return self._store

    async def read(self, query: Callable[[Any], T]) -> T:
        """Run a query function with a reader connection, in a thread; while the program closes nothing is read any more."""
        store = self._store
        if store is None:
            raise asyncio.CancelledError
        if self._readers is None:
            self._readers = _threads(2, "read")
        found = await asyncio.get_running_loop().run_in_executor(self._readers, store.read, query)
        if self._nobody_waits():
            raise asyncio.CancelledError
        return found

    def _nobody_waits(self) -> bool:
        """Return whether the screen that asks is being left: its parts go one by one, and nothing can be shown on it."""
        from textual.dom import NoScreen  # noqa: PLC0415 - as below
        from textual.worker import NoActiveWorker, get_current_worker  # noqa: PLC0415 - loaded by the first worker

        try:
            screen = get_current_worker().node.screen
        except NoActiveWorker:
            return False
        except NoScreen:
            return True
        return not any(screen in stack for stack in self._screen_stacks.values())

    def _submit(self, act: Callable[[Any], T]) -> Future[T]:
        if self._writer is None:
            self._writer = _threads(1, "write")
        future = self._writer.submit(self._open_store().write, act)
        self._writes.add(future)
        return future

    async def _answer(self, future: Future[T]) -> T:
        """Wait for what a thread does; a screen that goes away does not take it with it."""
        answer = asyncio.wrap_future(future)
        # Under way until it is heard of here: who waits for all writes then finds what follows from them begun.
        answer.add_done_callback(lambda _done: self._writes.discard(future))
        return await asyncio.shield(answer)

    async def write(self, act: Callable[[Any], T]) -> T:
        """Run a service in the one writer thread; a screen that goes away does not take its write with it."""
        return await self._answer(self._submit(act))

    async def beside(self, act: Callable[[Any], T]) -> T:
        """Run long work on what is written already in a thread of its own, so that no mark waits for it.

        It gets what `StoreLink.beside` gives. The close waits for it as for a write.
        """
        store = self._open_store()
        if self._aside is None:
            self._aside = _threads(1, "beside")
        future = self._aside.submit(store.beside, act)
        self._writes.add(future)
        return await self._answer(future)

    def write_within(
        self, act: Callable[[Any], T], *, seconds: float = 0.02, then: Callable[[Pending], None] | None = None
    ) -> Pending:
        """Run a service in the writer thread and wait at most `seconds`; if it takes longer, `then` hears of it."""
        future = self._submit(act)
        loop = asyncio.get_running_loop()
        try:
            outcome = _outcome(future, seconds)
        except NotYet:
            if then is not None:
                self._unheard.append((future, then))
            future.add_done_callback(lambda done: loop.call_soon_threadsafe(self._ended, done))
            return Pending(done=False)
        self._writes.discard(future)
        # There is one writer, so all that was asked for before has ended too: who waits for it hears of it first,
        # or an older answer would be painted over this one.
        self._tell()
        return outcome

    def _ended(self, future: Future[Any]) -> None:
        self._writes.discard(future)
        self.call_later(self._tell)

    def _tell(self) -> None:
        """Tell of the acts that have ended, in the order they were asked for."""
        while self._unheard and self._unheard[0][0].done():
            future, then = self._unheard.popleft()
            then(_outcome(future, None))

    async def settled(self) -> None:
        """Wait until nothing is queued or under way."""
        while self._writes:
            # Shielded: whoever stops waiting must not take back a write that was asked for.
            waiting = (asyncio.shield(asyncio.wrap_future(one)) for one in tuple(self._writes))
            await asyncio.gather(*waiting, return_exceptions=True)
            await asyncio.sleep(0)

    async def close_store(self) -> None:
        """Let go of the store in the writer thread, after the last write."""
        store, self._store = self._store, None
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown, wait=True)
        if self._aside is not None:
            await asyncio.to_thread(self._aside.shutdown, wait=True)
        if store is not None:
            if self._writer is None:
                self._writer = _threads(1, "write")
            await asyncio.get_running_loop().run_in_executor(self._writer, store.close)
        if self._writer is not None:
            self._writer.shutdown(wait=True)
        self._writer = self._readers = self._aside = None


def _threads(count: int, name: str) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - not before the first paint

    return ThreadPoolExecutor(count, thread_name_prefix=name)


def _outcome(future: Future[Any], seconds: float | None) -> Pending:
    try:
        return Pending(done=True, result=future.result(seconds))
    except NotYet:
        if not future.done():
            raise
        return Pending(done=True, error=future.exception())
    except Exception as error:  # noqa: BLE001 - the caller tells it from a result, whatever it is
        return Pending(done=True, error=error)
