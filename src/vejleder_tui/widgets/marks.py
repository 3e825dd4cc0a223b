"""Fields that are marked, not written: radio buttons and checkboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.widget import Widget

from vejleder_tui.widgets.fields import Field
from vejleder_tui.widgets.text import paint, plain, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

__all__ = ["CheckField", "RadioField"]


class _Marks(Widget):
    """Radio buttons or one checkbox on a line; the arrows and Space choose."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("space", "step(0)", show=False),
        Binding("enter", "screen.command('form.next')", show=False),
    ]

    def __init__(self, kind: Literal["radio", "check"], options: Sequence[tuple[str, str]], chosen: str) -> None:
        super().__init__()
        self.kind, self.options, self.chosen = kind, list(options), chosen
        self.styles.height = 1
        self.styles.width = width(self._text()) + 1

    def _text(self) -> str:
        if self.kind == "check":
            return f"[{'x' if self.chosen else ' '}] {plain(self.options[0][1])}"
        return "   ".join(f"({'●' if one == self.chosen else ' '}) {plain(label)}" for one, label in self.options)

    def action_step(self, step: int) -> None:
        """Choose the next one, or tick and untick."""
        if self.kind == "check":
            self.choose("" if self.chosen else self.options[0][0])
            return
        values = [one for one, _label in self.options]
        at = values.index(self.chosen) if self.chosen in values else -1
        self.choose(values[(at + (step or 1)) % len(values)])

    def choose(self, value: str) -> None:
        """Take a value, and tell the form."""
        self.chosen = value
        self.refresh()
        if isinstance(self.parent, Field):
            self.post_message(Field.Changed(self.parent))

    def render_line(self, y: int) -> Strip:
        """Paint the marks."""
        return paint(self._text() if y == 0 else "", self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """Choose by a click."""
        self.focus()
        if self.kind == "check":
            self.action_step(0)
            return
        at = 0
        for value, label in self.options:
            end = at + 4 + width(plain(label))
            if at <= event.x < end:
                self.choose(value)
            at = end + 3


class RadioField(Field):
    """One of a few answers side by side; `options` are (value, label)."""

    def __init__(
        self, name: str, label: str, options: Sequence[tuple[str, str]], *, chosen: str = "", required: bool = False,
        help_line: str = "",
    ) -> None:  # fmt: skip
        super().__init__(name, label, required=required, help_line=help_line)
        self.marks = _Marks("radio", options, chosen)

    def editor(self) -> ComposeResult:
        """Yield the buttons."""
        yield self.marks

    def target(self) -> Widget:
        """Return the buttons."""
        return self.marks

    @property
    def raw(self) -> str:
        """The value chosen."""
        return self.marks.chosen

    def set_raw(self, raw: Any) -> None:  # noqa: ANN401
        """Put back the choice."""
        self.marks.chosen = str(raw)
        self.marks.refresh()


class CheckField(Field):
    """A box to tick, with `text` beside it; the value is True or None."""

    def __init__(self, name: str, label: str, text: str, *, ticked: bool = False) -> None:
        super().__init__(name, label)
        self.marks = _Marks("check", [("1", text)], "1" if ticked else "")

    def editor(self) -> ComposeResult:
        """Yield the box."""
        yield self.marks

    def target(self) -> Widget:
        """Return the box."""
        return self.marks

    @property
    def raw(self) -> bool:
        """Whether it is ticked."""
        return bool(self.marks.chosen)

    def set_raw(self, raw: Any) -> None:  # noqa: ANN401
        """Tick it or not."""
        self.marks.chosen = "1" if raw else ""
        self.marks.refresh()
