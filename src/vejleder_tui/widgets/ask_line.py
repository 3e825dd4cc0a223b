"""A bar in line 23: a question answered by one key, or by one line of text. The list keeps the focus, so keys stay in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from vejleder_tui.widgets.text import paint, plain, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

__all__ = ["Ask", "AskLine", "Choice"]

MOST_CHARACTERS = 2000
"""So much a one-line field takes."""


@dataclass(frozen=True)
class Choice:
    """One answer: the keys that choose it (the first is shown), its words and its value."""

    keys: tuple[str, ...]
    label: str
    value: str


@dataclass
class Ask:
    """An open question: `choices`, or else a line of text. `then` gets the value; `left` hears of Esc."""

    prompt: str
    then: Callable[[str], None]
    choices: tuple[Choice, ...] = ()
    text: str = ""
    left: Callable[[], None] | None = None
    at: int = field(default=-1)

    def __post_init__(self) -> None:
        if self.at < 0:
            self.at = len(self.text)

    def insert(self, text: str) -> None:
        """Put text in at the cursor; line ends become spaces."""
        new = " ".join(text.splitlines()) if "\n" in text or "\r" in text else text
        new = new[: max(0, MOST_CHARACTERS - len(self.text))]
        self.text = self.text[: self.at] + new + self.text[self.at :]
        self.at += len(new)

    def edit(self, key: str) -> bool:
        """Do an editing key; returns whether it was one."""
        if key == "backspace" and self.at:
            self.text = self.text[: self.at - 1] + self.text[self.at :]
            self.at -= 1
        elif key == "delete":
            self.text = self.text[: self.at] + self.text[self.at + 1 :]
        elif key == "ctrl+u":
            self.text, self.at = self.text[self.at :], 0
        elif key == "left":
            self.at = max(0, self.at - 1)
        elif key == "right":
            self.at = min(len(self.text), self.at + 1)
        elif key in {"home", "ctrl+a"}:
            self.at = 0
        elif key in {"end", "ctrl+e"}:
            self.at = len(self.text)
        else:
            return key == "backspace"
        return True


class AskLine(Widget):
    """Shows the open question in place of the status line; hidden while there is none."""

    def __init__(self, pressed: Callable[[str], None]) -> None:
        super().__init__(id="ask")
        self.ask: Ask | None = None
        self._pressed = pressed
        self.display = False

    def show(self, ask: Ask | None) -> None:
        """Show a question, or none."""
        self.ask = ask
        self.display = ask is not None
        self.redraw()

    def redraw(self) -> None:
        """Draw what was typed."""
        if self.ask is not None:
            height = len(self._lines())
            if self.styles.height is None or self.styles.height.value != height:
                self.styles.height = height
            self.refresh()

    def on_resize(self) -> None:
        """Take as many lines as the answers need."""
        self.redraw()

    def _entries(self) -> list[str]:
        return [f"{one.keys[0]}\u00a0{one.label}" for one in self.ask.choices] if self.ask else []

    def _lines(self) -> list[str]:
        """Return the answers, each whole on one line of at most four."""
        if self.ask is None:
            return [""]
        cells = max(20, (self.size.width or self.app.size.width) - 2)
        if not self.ask.choices:
            return [""]
        lines = [self.ask.prompt]
        for entry in self._entries():
            trial = f"{lines[-1]}  {entry}"
            if width(trial) <= cells:
                lines[-1] = trial
            else:
                lines.append(entry)
        return lines[:4]

    def render_line(self, y: int) -> Strip:
        """Paint the question, with the cursor in the text."""
        cells = self.size.width
        if self.ask is None:
            return paint("", cells, self.rich_style)
        if self.ask.choices:
            lines = self._lines()
            return paint(" " + lines[y].replace("\u00a0", " ") if y < len(lines) else "", cells, self.rich_style)
        prompt = plain(f" {self.ask.prompt} ", cells // 2 + 20)
        room = max(4, cells - width(prompt) - 1)
        before, after = plain(self.ask.text[: self.ask.at]), plain(self.ask.text[self.ask.at :])
        while width(before) >= room:
            before = before[1:]
        under = after[:1] or "_"
        line = paint(f"{prompt}{before}{under}{after[1:]}", cells, self.rich_style)
        start = width(prompt) + width(before)
        pieces = line.divide([start, start + width(under), cells])
        cursor = Strip([Segment(one.text, (one.style or Style()) + Style(reverse=True)) for one in pieces[1]])
        return Strip.join([pieces[0], cursor, pieces[2]])

    def on_click(self, event: events.Click) -> None:
        """Choose the answer under the pointer."""
        if self.ask is None or not self.ask.choices:
            return
        lines = self._lines()
        if event.y >= len(lines):
            return
        for one, entry in zip(self.ask.choices, self._entries(), strict=True):
            found = lines[event.y].find(entry)
            if found >= 0 and width(lines[event.y][:found]) < event.x <= width(lines[event.y][:found]) + width(entry):
                event.stop()
                self._pressed(one.keys[0])
                return
