"""Long work on a screen: told in line 23 how far it is, stopped by Esc, waited for when the program closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from vejleder_tui.errors import CancelledError, VejlederError
from vejleder_tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from vejleder_tui.screens.link import Aside
    from vejleder_tui.screens.long_task import LongTask
    from vejleder_tui.services.desk import Desk

__all__ = ["LongWork"]

T = TypeVar("T")


class LongWork(BaseScreen):
    """What a screen does that takes its time: one thing at once."""

    _long: LongTask | None = None

    def busy(self) -> bool:
        """Say what is under way, if anything is."""
        if self._long is None:
            return False
        self._tell_percent(self._long)
        return True

    def stop_work(self) -> bool:
        """Stop what is under way, and return whether anything was."""
        if self._long is None:
            return False
        self._long.stop()
        return True

    def leaving(self) -> str:
        """Stop a check when the program closes; a bundle that is being written is finished, unless a person stops it."""
        if self._long is not None and cast("Any", self.app).long_work is not self._long:
            self._long.stop()
        return super().leaving()

    def _tell_percent(self, work: LongTask) -> None:
        if self._long is work:
            self.say(work.sentence())

    async def long(self, work: LongTask, act: Callable[[Aside], T], *, ask_before_closing: bool = False) -> T | None:
        """Do long work beside the writer, telling how far it is; an error is said in line 23, and None returned."""
        return await self._while_told(work, lambda: self.desk.beside(act), ask_before_closing=ask_before_closing)

    async def long_write(self, work: LongTask, act: Callable[[Desk], T]) -> T | None:
        """Do long work as the writer, in one transaction of its own: what else is asked for waits its turn."""
        return await self._while_told(work, lambda: self.desk.write(act), ask_before_closing=True)

    async def _while_told(
        self, work: LongTask, begin: Callable[[], Awaitable[T]], *, ask_before_closing: bool
    ) -> T | None:
        self._long = work
        program = cast("Any", self.app)
        if ask_before_closing:
            program.long_work = work
        timer = self.set_interval(0.2, lambda: self._tell_percent(work))
        self._tell_percent(work)
        try:
            return await begin()
        except VejlederError as error:
            self.say(str(error), error=not isinstance(error, CancelledError))
            return None
        finally:
            timer.stop()
            self._long = None
            if ask_before_closing:
                program.long_work = None
