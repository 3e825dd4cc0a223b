"""A few lines of plain text in a screen: a heading, a rule, the detail line above line 23."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from vejleder_tui.widgets.text import paint

if TYPE_CHECKING:
    from textual.strip import Strip

__all__ = ["Block", "Rule"]


class Block(Widget):
    """Lines of text, each cut to the width; as high as it has lines, unless `height` is given."""

    def __init__(self, *lines: str, height: int | None = None, identity: str | None = None) -> None:
        super().__init__(id=identity)
        self.lines: list[str] = list(lines)
        self._fixed = height
        self.styles.height = height if height is not None else max(1, len(lines))

    def show(self, *lines: str) -> None:
        """Change the lines."""
        if list(lines) != self.lines:
            self.lines = list(lines)
            if self._fixed is None:
                self.styles.height = max(1, len(lines))
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        return paint(self.lines[y] if y < len(self.lines) else "", self.size.width, self.rich_style)


class Rule(Widget):
    """A line across the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.styles.height = 1

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Paint the rule."""
        return paint("─" * self.size.width, self.size.width, self.rich_style)
