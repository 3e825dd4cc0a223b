"""The fixed lines of every screen: title (1), menu or context (2), status (23 and upwards), footer (24)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vejleder_tui import commands
from vejleder_tui.i18n import _
from vejleder_tui.widgets.text import fit, line, paint, plain, width, wrap

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events

__all__ = ["FooterLine", "MenuLine", "Pressed", "StatusLine", "TitleLine"]


class Pressed(Message):
    """A mouse target was clicked that stands for a command."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command


class _Target(NamedTuple):
    start: int
    end: int
    command: str


class _Line(Widget):
    """One line of text with mouse targets in it."""

    def __init__(self, **keywords: str | None) -> None:
        super().__init__(id=keywords.get("id"), classes=keywords.get("classes"))
        self.targets: list[_Target] = []

    def text(self, cells: int) -> str:
        """Return the line; `targets` are set by the way."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        cells = self.size.width
        return paint(self.text(cells) if y == 0 else "", cells, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Press the target under the pointer."""
        for target in self.targets:
            if target.start <= event.x < target.end:
                event.stop()
                self.post_message(Pressed(target.command))
                return


class TitleLine(_Line):
    """Line 1: where one is at the left (a mouse target for Tilbage), who, which laptop and which day at the right."""

    def __init__(self, left: str = "", right: str = "") -> None:
        super().__init__(id="title")
        self._left, self._right = left, right
        self.read_only = False

    def show(self, left: str, right: str, *, read_only: bool = False) -> None:
        """Change the line."""
        if (left, right, read_only) != (self._left, self._right, self.read_only):
            self._left, self._right, self.read_only = left, right, read_only
            self.refresh()

    def text(self, cells: int) -> str:
        """Return the line; all of the left part goes back when clicked."""
        left = f"{_('KUN LÆSNING')} · {self._left}" if self.read_only else self._left
        self.targets = [_Target(0, width(plain(left)) + 1, "app.back")]
        return line(left, self._right, cells)


class MenuLine(_Line):
    """Line 2: the menu with its digits, or the context of the screen; F9 shows the menu everywhere."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("enter", "open", show=False),
        *(Binding(str(digit), f"digit('{digit}')", show=False) for digit in range(1, 9)),
    ]

    def __init__(self, role: str, active: str, *, context: str | None = None, digits: bool = True) -> None:
        super().__init__(id="menu")
        self._role, self._active, self._about, self._digits = role, active, context, digits
        self._opened = False
        self._cursor = 0
        self.can_focus = context is None

    def show(self, context: str) -> None:
        """Change the context of a task or form."""
        if context != self._about:
            self._about = context
            self.refresh()

    def open_menu(self) -> None:
        """Show the menu with its digits, with the focus on it, until it is left."""
        self._opened = True
        self.can_focus = True
        entries = commands.menu(self._role)
        here = [index for index, one in enumerate(entries) if one.screen_id == self._active and one.available]
        self._cursor = here[0] if here else self._next(-1, 1)
        self.focus()
        self.refresh()

    def on_focus(self) -> None:
        """Start where one is."""
        if not self._opened:
            self.open_menu()

    def on_blur(self) -> None:
        """Go back to the context."""
        self._opened = False
        self.can_focus = self._about is None
        self.refresh()

    def _next(self, start: int, step: int) -> int:
        entries = commands.menu(self._role)
        index = start
        for _turn in entries:
            index = (index + step) % len(entries)
            if entries[index].available:
                return index
        return start

    def action_step(self, step: int) -> None:
        """Move to the next entry that is there."""
        self._cursor = self._next(self._cursor, step)
        self.refresh()

    def action_open(self) -> None:
        """Open the entry in focus."""
        self.post_message(Pressed(commands.menu(self._role)[self._cursor].command))

    def action_digit(self, digit: str) -> None:
        """Open the entry beside the digit."""
        for one in commands.menu(self._role):
            if one.digit == digit and one.available:
                self.post_message(Pressed(one.command))

    def text(self, cells: int) -> str:
        """Return the menu, or the context."""
        self.targets = []
        if self._about is not None and not self._opened:
            return fit(" " + plain(self._about), cells)
        entries = commands.menu(self._role)
        if cells < 80 and not self._opened:
            here = next((one.title for one in entries if one.screen_id == self._active), "")
            self.targets = [_Target(0, cells, "app.menu")]
            return fit(f" {_('F9 Menu')}  ►{here}" if here else f" {_('F9 Menu')}", cells)
        digits = self._digits or self._opened
        made = "" if digits else f" {_('F9 Menu')}"
        if made:
            self.targets.append(_Target(1, len(made), "app.menu"))
        wide = cells >= 100
        for index, one in enumerate(entries):
            marked = index == self._cursor if self._opened else one.screen_id == self._active
            label = f"{one.digit} {one.title}" if digits else one.title
            sign = "►" if marked and one.available else " "
            gap = " " if wide and made else ""
            start = width(made) + len(gap)
            made += gap + sign + (label if one.available else " " * width(label))
            if one.available:
                self.targets.append(_Target(start, width(made), one.command))
        return fit(made, cells)


class StatusLine(Widget):
    """Line 23: one sentence. An error grows upwards over at most four lines and stays until the next act."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self.sentence = ""
        self.is_error = False

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Show one sentence; an error may take four lines."""
        self.sentence, self.is_error = sentence, error
        self.set_class(error, "-error")
        self._measure()
        self.refresh()

    def on_resize(self) -> None:
        """Take as many lines as the sentence needs."""
        self._measure()

    def _lines(self) -> list[str]:
        cells = max(10, self.size.width - 2) if self.size.width else 78
        if not self.is_error:
            return [plain(self.sentence)]
        lines = wrap(self.sentence, cells)
        if len(lines) > 4:
            lines = [*lines[:3], fit(lines[3], cells - 1).rstrip() + "…"]
        return lines

    def _measure(self) -> None:
        height = len(self._lines())
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def render_line(self, y: int) -> Strip:
        """Paint one line of the sentence."""
        lines = self._lines()
        return paint(" " + lines[y] if y < len(lines) else "", self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Undo by a click on the receipt's `z fortryder`, redo by one on `Z gør igen`."""
        for words, command in ((_("z fortryder"), "app.undo"), (_("Z gør igen"), "app.redo")):
            at = self.sentence.find(words)
            if at >= 0 and width(plain(self.sentence[:at])) < event.x <= width(plain(self.sentence[: at + len(words)])):
                event.stop()
                self.post_message(Pressed(command))
                return


class FooterLine(_Line):
    """Line 24: what works here, from the registry; each entry is a mouse target."""

    def __init__(self) -> None:
        super().__init__(id="footer")
        self._entries: tuple[tuple[str, str, str], ...] = ()

    def show(self, entries: tuple[tuple[str, str, str], ...]) -> None:
        """Change the entries: command id, key, label."""
        if entries != self._entries:
            self._entries = entries
            self.refresh()

    def text(self, cells: int) -> str:
        """Return the footer."""
        self._lay(cells)
        return commands.footer_text(self._entries)

    def _lay(self, cells: int) -> None:
        self.targets = []
        at = 1
        for identity, key, label in self._entries:
            end = at + width(f"{key} {label}".strip())
            self.targets.append(_Target(at, min(end, cells), identity))
            at = end + 2

    def render_line(self, y: int) -> Strip:
        """Paint the keys apart from their labels, in bold, not in colour alone."""
        cells = self.size.width
        whole = paint(self.text(cells), cells, self.rich_style)
        bold: Style = self.rich_style + _bold()
        pieces: list[Segment] = []
        at = 0
        text = whole.text
        for identity, key, _label in self._entries:
            target = next(one for one in self.targets if one.command == identity)
            pieces.append(Segment(text[at : target.start], self.rich_style))
            pieces.append(Segment(text[target.start : target.start + len(key)], bold))
            at = target.start + len(key)
        pieces.append(Segment(text[at:], self.rich_style))
        return Strip([one for one in pieces if one.text], cells) if y == 0 else paint("", cells, self.rich_style)


def _bold() -> Style:
    from rich.style import Style  # noqa: PLC0415

    return Style(bold=True)
