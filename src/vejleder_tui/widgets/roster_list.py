"""The rows of Fremmøde: drawn line by line, one row refreshed for one key; it takes every key itself, in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

from vejleder_tui.i18n import _
from vejleder_tui.widgets.lines import Pressed
from vejleder_tui.widgets.text import fit, paint, plain, width, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.strip import Strip

__all__ = ["NARROW", "WIDE", "MarksLine", "RosterList", "RowState", "RowText", "SidePanel"]

NARROW = 80
"""Below so many cells a row is number, name, sign and word only."""
WIDE = 100
"""From so many cells the goals stand at the side."""
_NAME = 14


class RowState(Enum):
    """Whether what a row shows is on the disk."""

    SAVED = "saved"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True)
class RowText:
    """One row as it is shown."""

    number: int
    name: str
    letter: str
    word: str
    time: str
    basis: str
    remark: str
    missing: bool = False
    state: RowState = RowState.SAVED
    chosen: bool = False

    def line(self, focused: bool, cells: int) -> str:
        """Return the row in its columns; the remark is the first to be cut, sign and number never are."""
        sign = "►" if focused else "•" if self.chosen else " "
        start = f"{sign}{self.number:>2}  {fit(self.name, _NAME)}{self.letter} "
        remark = {RowState.PENDING: "…", RowState.FAILED: _("IKKE GEMT")}.get(self.state, "")
        if cells < NARROW:
            room = max(0, cells - width(start) - 1)
            if not remark:
                return start + fit(self.word, room)
            return start + fit(self.word, max(0, room - width(remark) - 1)) + " " + remark
        word = fit(self.word, 16) + " " + fit(self.time, 7, "right") if self.time else fit(self.word, 24)
        remark = " · ".join(part for part in (remark, self.remark) if part)
        return f"{start}{word}  {fit(self.basis, 6)}  {plain(remark, max(0, cells - 56))}"


def heading(cells: int) -> str:
    """Return the heading over the rows."""
    start = f" {fit(_('Nr'), 2)}  {fit(_('Navn'), _NAME)}"
    if cells < NARROW:
        return start + _("Fremmøde")
    return f"{start}{fit(_('Fremmøde'), 20)}{fit(_('Tid'), 4, 'right')}  {fit(_('Grundl.'), 7)} {_('Bemærk')}"


class RosterList(Widget):
    """The rows with a heading. `take` gets every key before anything else and says whether it used it."""

    can_focus = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {"roster--head", "roster--focus", "roster--missing", "roster--failed"}

    class Focused(Message):
        """Another row came into focus."""

    def __init__(self, take: Callable[[events.Key], bool], paste: Callable[[str], bool]) -> None:
        super().__init__(id="body")
        self._take, self._paste = take, paste
        self.rows: list[RowText] = []
        self.at = 0
        self.top = 0

    # The rows

    def show(self, rows: Sequence[RowText], at: int) -> None:
        """Show all rows anew, with the focus on one."""
        self.rows = list(rows)
        self.at = max(0, min(at, len(rows) - 1))
        self._keep_in_sight()
        self.refresh()

    def change(self, index: int, row: RowText) -> None:
        """Show one row anew; nothing else is drawn."""
        if self.rows[index] != row:
            self.rows[index] = row
            self._refresh_row(index)

    def go(self, index: int) -> None:
        """Move the focus to a row; it stops at both ends."""
        before = self.at
        self.at = max(0, min(index, len(self.rows) - 1))
        if self.at == before:
            return
        if self._keep_in_sight():
            self.refresh()
        else:
            self._refresh_row(before)
            self._refresh_row(self.at)
        self.post_message(self.Focused())

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        return max(1, self.size.height - 1)

    def _keep_in_sight(self) -> bool:
        before = self.top
        page = self.page
        if self.size.height:
            self.top = max(0, min(self.top, len(self.rows) - page))
            self.top = max(min(self.top, self.at), self.at - page + 1)
        return self.top != before

    def _refresh_row(self, index: int) -> None:
        y = index - self.top + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Keep the row in focus in sight."""
        if self._keep_in_sight():
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the heading or a row."""
        cells = self.size.width
        if y == 0:
            return paint(heading(cells), cells, self._style("roster--head"))
        index = self.top + y - 1
        if index >= len(self.rows):
            return paint("", cells, self.rich_style)
        row = self.rows[index]
        style = self.rich_style
        if row.state is RowState.FAILED:
            style = self._style("roster--failed")
        elif row.missing:
            style = self._style("roster--missing")
        if index == self.at:
            style += self._style("roster--focus") + Style(bold=True)
        return paint(row.line(index == self.at, cells), cells, style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    def say_line(self) -> str:
        """Return the row in focus as a sentence."""
        if not self.rows:
            return ""
        row = self.rows[self.at]
        state = {RowState.PENDING: "…", RowState.FAILED: _("IKKE GEMT")}.get(row.state, "")
        parts = (f"{row.number} {row.name}", row.word, row.time, row.basis, row.remark, state)
        return ", ".join(part for part in parts if part)

    # Keys and mouse

    def on_key(self, event: events.Key) -> None:
        """Hand every key over at once: keys typed fast stay in order."""
        if self._take(event):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Hand pasted text over to a field that is open."""
        if self._paste(event.text):
            event.stop()

    def on_click(self, event: events.Click) -> None:
        """Put the focus on the row under the pointer."""
        index = self.top + event.y - 1
        if event.y >= 1 and index < len(self.rows):
            event.stop()
            self.go(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the focus."""
        self._scroll(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the focus."""
        self._scroll(event, -3)

    def _scroll(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        top = max(0, min(self.top + rows, len(self.rows) - self.page))
        if top != self.top:
            self.top = top
            self.refresh()


class MarksLine(Widget):
    """Line 22: the letters that mark; each is a mouse target."""

    def __init__(self) -> None:
        super().__init__(id="marks")
        self._entries: tuple[tuple[str, str, str], ...] = ()

    def show(self, entries: tuple[tuple[str, str, str], ...]) -> None:
        """Change the entries: command id, key, label."""
        if entries != self._entries:
            self._entries = entries
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Paint the letters."""
        text = " " + (" " * self._gap()).join(f"{key} {label}" for _id, key, label in self._entries)
        return paint(text, self.size.width, self.rich_style)

    def _gap(self) -> int:
        """Two cells between the letters, one where they would not fit."""
        cells = 1 + sum(width(f"{key} {label}") + 2 for _id, key, label in self._entries)
        return 2 if cells - 2 <= self.size.width else 1

    def on_click(self, event: events.Click) -> None:
        """Press the letter under the pointer."""
        at = 1
        for identity, key, label in self._entries:
            end = at + width(f"{key} {label}")
            if at <= event.x < end:
                event.stop()
                self.post_message(Pressed(identity))
                return
            at = end + self._gap()


class SidePanel(Widget):
    """The goals of the citizen in focus, at the side of a wide window."""

    def __init__(self) -> None:
        super().__init__(id="side")
        self._texts: tuple[str, ...] = ()

    def show(self, *texts: str) -> None:
        """Change the texts; each is wrapped."""
        if texts != self._texts:
            self._texts = texts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        cells = self.size.width
        lines = [line for text in self._texts for line in (wrap(text, max(8, cells - 3)) if text else [""])]
        return paint("│ " + (lines[y] if y < len(lines) else ""), cells, self.rich_style)
