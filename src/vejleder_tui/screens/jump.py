"""Hop: a letter at each place that one can jump to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.widget import Widget

from vejleder_tui.screens.base import BaseScreen, ModalBase
from vejleder_tui.widgets.panels import PanelGroup
from vejleder_tui.widgets.text import paint

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

__all__ = ["JumpScreen"]

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class _Mark(Widget):
    """One letter, at the place it jumps to."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self.letter = letter

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Paint the letter, inverted."""
        return paint(self.letter, self.size.width, self.rich_style + Style(reverse=True, bold=True))


class JumpScreen(ModalBase):
    """Letters over the screen `origin`; any other key closes."""

    CSS_PATH = "jump.tcss"

    def __init__(self, origin: BaseScreen) -> None:
        super().__init__()
        self._origin = origin
        self._places: list[tuple[int, int, Widget, str]] = []
        for widget in origin.jump_targets():
            if isinstance(widget, PanelGroup):
                self._places.extend((x, y, widget, panel_id) for x, y, panel_id in widget.places())
            else:
                self._places.append((widget.region.x, widget.region.y, widget, ""))
        self._places = self._places[: len(LETTERS)]

    def compose(self) -> ComposeResult:
        """Compose the letters."""
        for (x, y, _widget, _panel), letter in zip(self._places, LETTERS, strict=False):
            mark = _Mark(letter)
            mark.styles.offset = (x, y)
            yield mark

    def on_key(self, event: events.Key) -> None:
        """Jump, or close."""
        event.stop()
        at = LETTERS.find(event.character or " ")
        self.dismiss()
        if 0 <= at < len(self._places):
            _x, _y, widget, panel_id = self._places[at]
            widget.focus()
            if isinstance(widget, PanelGroup):
                widget.go(panel_id)
