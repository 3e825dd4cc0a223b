"""One line asked for over a screen: a folder, a file, a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from vejleder_tui.i18n import _
from vejleder_tui.screens.base import ModalBase
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.text import wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

__all__ = ["AskLine"]


class AskLine(ModalBase):
    """Ask for one line; Enter returns it, Esc returns None. `given` stands there already, and Enter takes it."""

    CSS_PATH = "asking.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, question: str, given: str = "") -> None:
        super().__init__()
        self._question = question
        self._given = given

    def compose(self) -> ComposeResult:
        """Compose the question, the line and what the keys do."""
        with Vertical(id="box"):
            yield Block(*(f" {line}" for line in wrap(self._question, 70)))
            yield Input(self._given, compact=True, id="line", select_on_focus=False)
            yield Block(_(" Enter Videre   Esc Annullér"))

    def on_mount(self) -> None:
        """Stand in the line."""
        self.query_one("#line", Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the line back; an empty one is no answer."""
        event.stop()
        if event.value.strip():
            self.dismiss(event.value.strip())

    def action_leave(self) -> None:
        """Give nothing back."""
        self.dismiss(None)
