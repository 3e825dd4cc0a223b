"""What is shown in a window that is too small to work in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.i18n import _
from vejleder_tui.screens.base import ModalBase
from vejleder_tui.widgets.text import paint, wrap

if TYPE_CHECKING:
    from textual.strip import Strip

__all__ = ["TooSmall"]


class TooSmall(ModalBase):
    """One sentence; what was on the screen is under it and comes back."""

    def render_line(self, y: int) -> Strip:
        """Paint the sentence from the top."""
        width, height = self.app.size
        text = _("Vinduet er {width} × {height}. Gør det mindst 60 × 20. Intet er gået tabt.")
        lines = wrap(text.format(width=width, height=height), max(1, width - 2))
        return paint(f" {lines[y]}" if y < len(lines) else "", width, self.rich_style)
