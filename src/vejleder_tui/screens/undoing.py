"""Undo and redo on a screen: `z` takes one's own last step back and says what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from vejleder_tui.services.undo import Undone

__all__ = ["UndoingScreen"]


class UndoingScreen(BaseScreen):
    """A screen with `z` and `Z`; `undone` hears which rows went back, so that it can read them again."""

    async def command_app_undo(self) -> None:
        """Take back the last step."""
        await self._step("undo", _("Fortrudt: {what} · Z gør igen"))

    async def command_app_redo(self) -> None:
        """Do again what was undone last."""
        await self._step("redo", _("Gjort igen: {what} · z fortryder"))

    async def undone(self, undone: Undone) -> None:
        """Hear what was undone or done again."""

    async def _step(self, which: str, sentence: str) -> None:
        try:
            step = await self.desk.write(lambda desk: getattr(self.desk.services.undo, which)(desk))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        await self.undone(step)
        self.say(sentence.format(what=step.what))
