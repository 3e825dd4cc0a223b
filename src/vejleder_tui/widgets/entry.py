"""A bar that asks for one line above line 23: a comment, a number, a filter. Enter answers; Esc never loses what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.fields import Line
from vejleder_tui.widgets.text import plain, width

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

__all__ = ["EntryBar"]


class _EntryLine(Line):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", show=False),
        Binding("escape", "answer(False)", show=False),
    ]

    def action_answer(self, entered: bool) -> None:
        """Answer with what stands in the line."""
        bar = self.parent
        if isinstance(bar, EntryBar):
            bar.answer(entered=entered)


class EntryBar(Horizontal):
    """Hidden until `ask`; posts `Typed` at each change and `Answered` at Enter or Esc, with the name of the question."""

    DEFAULT_CSS = """
    EntryBar { height: 1; width: 100%; display: none; }
    EntryBar Block { width: auto; }
    EntryBar Line { width: 1fr; padding: 0; border: none; }
    """

    class Typed(Message):
        """What stands in the line changed."""

        def __init__(self, question: str, text: str) -> None:
            super().__init__()
            self.question, self.text = question, text

    class Answered(Message):
        """The bar is closed; `entered` is False for Esc."""

        def __init__(self, question: str, text: str, *, entered: bool) -> None:
            super().__init__()
            self.question, self.text, self.entered = question, text, entered

    def __init__(self, *, limit: int = 2000) -> None:
        super().__init__()
        self.question = ""
        self._label = Block("", height=1)
        self._line = _EntryLine(cells=40, limit=limit)

    def compose(self) -> ComposeResult:
        """Compose label and line."""
        yield self._label
        yield self._line

    @property
    def is_open(self) -> bool:
        """Whether it asks."""
        return bool(self.question)

    def ask(self, question: str, label: str, text: str = "") -> None:
        """Open the bar with a label before the line and what stood there."""
        self.question = question
        self._label.styles.width = width(plain(label)) + 2
        self._label.show(f" {plain(label)}")
        self._line.styles.width = "1fr"
        self.display = True
        self._line.value = text
        self._line.cursor_position = len(text)
        self._line.focus()

    def answer(self, *, entered: bool) -> None:
        """Close the bar and tell what stands in it."""
        question, self.question = self.question, ""
        if question:
            self.display = False
            self.post_message(self.Answered(question, self._line.value, entered=entered))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        if self.question:
            self.post_message(self.Typed(self.question, event.value))
