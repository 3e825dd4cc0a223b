"""Fortryd and Gør igen, the same on every main, detail and task screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.clock import local
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.screens.protocol import AppServices
    from vejleder_tui.services.undo import Undone

__all__ = ["Undoing"]


class Undoing:
    """Gives a screen `z` and `Z`. A screen may say it in its own words (`undone_words`), and looks again (`reload`)."""

    def command_app_undo(self) -> object:
        """Take back the newest step of one's own."""
        return self._step(lambda desk: _services(desk).undo(desk), again=False)

    def command_app_redo(self) -> object:
        """Do the step again that was undone last."""
        return self._step(lambda desk: _services(desk).redo(desk), again=True)

    def undone_words(self, step: Undone, *, again: bool) -> str:  # noqa: ARG002 - screens that override it tell undo from redo
        """Return what the step was, in the words of this screen; with its day where that is another."""
        today = f"{local(cast('AppServices', cast('Any', self).app).clock.now()):%d-%m}"
        return step.what if step.done_at.startswith(today) else f"{step.what}, {step.done_at}"

    def undone(self, step: Undone) -> None:  # noqa: ARG002 - screens that override it look at its rows
        """Hear that rows are as they were before; by default the screen looks again, if it has `reload`."""
        reload = getattr(self, "reload", None)
        if callable(reload):
            reload()

    async def _step(self, act: Callable[[Any], Undone], *, again: bool) -> None:
        screen = cast("Any", self)
        try:
            step = await screen.desk.write(act)
        except VejlederError as error:
            screen.say(str(error))
            return
        self.undone(step)
        words = self.undone_words(step, again=again)
        if again:
            screen.say(_("Gjort igen: {what} · z fortryder").format(what=words))
        else:
            screen.say(_("Fortrudt: {what} · Z gør igen").format(what=words))


def _services(_desk: object) -> Any:  # noqa: ANN401 - a module, loaded in the writer thread
    from vejleder_tui.services import undo  # noqa: PLC0415

    return undo
