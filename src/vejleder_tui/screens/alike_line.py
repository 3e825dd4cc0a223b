"""Under the name and the birth date of a new citizen: who that may be already, found while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.widgets.form import Button
from vejleder_tui.widgets.text import initials, paint, plain

if TYPE_CHECKING:
    from textual.strip import Strip

    from vejleder_tui.queries.persons import Alike

__all__ = ["ALIKE", "LINES", "AlikeLine"]

ALIKE = "alike:"
"""How the names of these buttons begin."""
LINES = 3
"""So many are shown; who wants to see more writes more of the name."""


class AlikeLine(Button):
    """One citizen who looks like the one being written down; Enter opens the record, and the form stays a draft."""

    def __init__(self, place: int, indent: int) -> None:
        super().__init__(f"{ALIKE}{place}", "")
        self.indent, self.found = indent, ""
        self.styles.width = "100%"
        self.display = False

    def show(self, one: Alike | None, *, private: bool = False) -> None:
        """Show one, or nobody; `private` shows initials."""
        self.display = one is not None
        self.found = one.citizen if one is not None else ""
        if one is None:
            return
        born = whole_date(one.birth_date) if one.birth_date else ""
        if one.same_number:
            words = _("Samme nummer som {who}: Enter åbner.")
        elif born:
            words = _("Ligner {who}, født {date}. Enter åbner.")
        else:
            words = _("Ligner {who}: Enter åbner.")
        self.label = words.format(who=initials(one.name) if private else one.name, date=born)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the sentence; in focus it has the sign before it."""
        sign = "►" if self.has_focus else " "
        text = f"{' ' * self.indent}{sign}! {plain(self.label)}"
        return paint(text if y == 0 else "", self.size.width, self.rich_style)
