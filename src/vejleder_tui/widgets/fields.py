"""The kinds of fields: text, box, date, time, number, radio, checkbox; each knows its raw text and its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

from vejleder_tui.errors import RuleError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.widgets.background import Background
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.text import one_to_one, paint, plain, whole, width

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

__all__ = ["BoxField", "DateField", "Field", "Line", "NumberField", "TextField", "TimeField", "bracket"]

_BOLD = Style(bold=True)


class Line(Input):
    """Textual's one-line field: nothing blinks, control characters are shown as `·`."""

    def __init__(
        self, value: str = "", *, cells: int, limit: int = 0, hidden: bool = False, restrict: str | None = None
    ) -> None:
        super().__init__(
            value, compact=True, max_length=limit, password=hidden, restrict=restrict, select_on_focus=False
        )
        self.cursor_blink = False
        self.cells = cells
        self.replaced = False
        """Whether what is typed on coming here takes the place of what stands here."""
        self.styles.width = cells

    def validate_value(self, value: str) -> str:
        """Take what was typed or pasted, but for halves of characters."""
        return whole(value)

    def on_focus(self, event: events.Focus) -> None:
        """Select what is to be replaced; the cursor stands at its beginning, so that all of it is seen."""
        if self.replaced and not event.from_app_focus:
            self.selection = Selection(len(self.value), 0)

    def narrow(self, room: int) -> None:
        """Take no more than `room` cells: on a narrow screen the text scrolls inside its brackets."""
        self.styles.width = min(self.cells, max(8, room))

    @property
    def _value(self) -> Text:
        shown = "•" * len(self.value) if self.password else one_to_one(self.value)
        return Text(shown, no_wrap=True, overflow="ignore", end="")


class Field(Background, Widget):
    """One labelled field. `raw` is what stands in it, fit for a draft; `parse` returns its value or raises RuleError.

    `name` is its key in the values; `required` puts `*` after the label; `after` stands behind the field.
    """

    class Changed(Message):
        """What stands in the field was changed by the user."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(self, name: str, label: str, *, required: bool = False, after: str = "", help_line: str = "") -> None:
        super().__init__()
        self.key = name
        self.caption = label
        self.required = required
        self.after_text = after
        self.help_line = help_line
        self.label_cells = 21
        self.after_block = Block("", height=1)
        self.marked = False

    # What a kind fills in

    @property
    def raw(self) -> Any:  # noqa: ANN401 - text, a list of texts, or yes/no, by kind
        """What stands in the field."""
        raise NotImplementedError

    def set_raw(self, raw: Any) -> None:  # noqa: ANN401
        """Put back what stood in the field."""
        raise NotImplementedError

    @property
    def empty(self) -> bool:
        """Whether nothing stands in it."""
        return not self.raw

    def value(self) -> Any:  # noqa: ANN401
        """Return the value of what stands there; only called when it is not empty."""
        return self.raw

    def editor(self) -> ComposeResult:
        """Yield what stands between label and `after`."""
        yield from ()

    def target(self) -> Widget:
        """Return what takes the focus."""
        return self.query_one(Input)

    # What all kinds do

    def parse(self) -> Any:  # noqa: ANN401
        """Return the value, None if empty; raises RuleError if required and empty, or if it cannot be read."""
        if self.empty:
            if self.required:
                raise RuleError(_("Feltet skal udfyldes."), field=self.key)
            return None
        return self.value()

    def compose(self) -> ComposeResult:
        """Compose label, editor and what stands after it."""
        yield _Label(self)
        yield from self.editor()
        yield self.after_block

    def on_mount(self) -> None:
        """Give the text after the field its width."""
        self.say_after(self.after_text)

    def say_after(self, text: str) -> None:
        """Change what stands behind the field."""
        self.after_block.styles.width = width(plain(text)) + 2
        self.after_block.show(f" {plain(text)}")

    def on_descendant_focus(self) -> None:
        """Put the sign before the label."""
        self._mark(on=True)

    def on_descendant_blur(self) -> None:
        """Take the sign away."""
        self._mark(on=False)

    def _mark(self, *, on: bool) -> None:
        self.marked = on
        for label in self.query(_Label):
            label.refresh()

    def say_line(self) -> str:
        """Return label and content as a sentence, for F7."""
        return f"{self.caption}: {self.raw or _('tom')}"


class _Label(Widget):
    def __init__(self, field: Field) -> None:
        super().__init__()
        self.owner = field
        text = width(plain(field.caption)) + (2 if field.required else 0)
        self.styles.width = field.label_cells + 1 if field.label_cells else text + 2
        self.styles.height = 1

    def render_line(self, y: int) -> Strip:
        """Paint sign, label and star."""
        field = self.owner
        text = f"{'►' if field.marked else ' '}{plain(field.caption)}{' *' if field.required else ''}"
        style = self.rich_style + _BOLD if field.marked else self.rich_style
        return paint(text if y == 0 else "", self.size.width, style)

    def on_click(self) -> None:
        """Focus the field."""
        self.owner.target().focus()


class TextField(Field):
    """One line of text, `cells` wide inside its brackets."""

    def __init__(
        self, name: str, label: str, *, cells: int = 38, text: str = "", limit: int = 0, hidden: bool = False,
        required: bool = False, after: str = "", help_line: str = "", restrict: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(name, label, required=required, after=after, help_line=help_line)
        self.cells = cells
        self.line = Line(text, cells=cells, limit=limit, hidden=hidden, restrict=restrict)

    def editor(self) -> ComposeResult:
        """Yield the line between brackets."""
        yield bracket("[ ")
        yield self.line
        yield bracket(" ]")

    @property
    def raw(self) -> str:
        """The text."""
        return self.line.value

    def set_raw(self, raw: Any) -> None:  # noqa: ANN401
        """Put back the text."""
        self.line.value = str(raw)

    @property
    def empty(self) -> bool:
        """Whether there are only spaces."""
        return not self.raw.strip()

    def value(self) -> Any:  # noqa: ANN401
        """Return the text without spaces around it."""
        return self.raw.strip()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the form."""
        event.stop()
        self.changed()
        self.post_message(self.Changed(self))

    def changed(self) -> None:
        """Hear that the text changed."""


def bracket(text: str) -> Block:
    """Return a piece of the frame of a field."""
    made = Block(text, height=1)
    made.styles.width = len(text)
    return made


class DateField(TextField):
    """A date as Danes write it: `parser` reads it (raising VejlederError), `teller` says it in words behind it."""

    def __init__(
        self, name: str, label: str, parser: Callable[[str], Any], *, teller: Callable[[Any], str] | None = None,
        text: str = "", required: bool = False, help_line: str = "",
    ) -> None:  # fmt: skip
        super().__init__(name, label, cells=10, text=text, required=required, help_line=help_line)
        self._parser, self._teller = parser, teller
        # Who comes to a date that stands there writes another one in its place.
        self.line.replaced = True

    def value(self) -> Any:  # noqa: ANN401
        """Return the date."""
        try:
            return self._parser(self.raw.strip())
        except VejlederError as error:
            raise RuleError(error.message, error.remedy, field=self.key) from error

    def on_mount(self) -> None:
        """Say the date in words."""
        self.changed()

    def changed(self) -> None:
        """Say the date in words while it can be read."""
        if self._teller is None:
            return
        try:
            self.say_after(f" {self._teller(self.value())}" if not self.empty else "")
        except RuleError:
            self.say_after("")


class TimeField(TextField):
    """A time of day: `10`, `1030`, `10.30`, `10:30`; the value is minutes since midnight, 0–1439."""

    def __init__(self, name: str, label: str, *, text: str = "", required: bool = False, after: str = "") -> None:
        super().__init__(name, label, cells=5, text=text, required=required, after=after)

    def value(self) -> int:
        """Return the minute of the day."""
        text = self.raw.strip().lower().removeprefix("kl").lstrip(". ").replace(".", ":")
        hours, _colon, minutes = text.partition(":") if ":" in text or len(text) <= 2 else (text[:-2], ":", text[-2:])
        if hours.isdecimal() and (minutes or "0").isdecimal() and int(hours) < 24 and int(minutes or "0") < 60:
            return int(hours) * 60 + int(minutes or "0")
        raise RuleError(_("Det er ikke et klokkeslæt."), _("Skriv fx 10:00 eller 1030."), field=self.key)


class NumberField(TextField):
    """A whole number from `least` to `most`."""

    def __init__(
        self, name: str, label: str, *, least: int = 0, most: int = 9999, cells: int = 4, text: str = "",
        required: bool = False, after: str = "", help_line: str = "",
    ) -> None:  # fmt: skip
        super().__init__(name, label, cells=cells, text=text, required=required, after=after, help_line=help_line)
        self.least, self.most = least, most

    def value(self) -> int:
        """Return the number."""
        text = self.raw.strip().replace(".", "")
        number = int(text) if text.removeprefix("-").isdecimal() and len(text) < 12 else None
        if number is None or not self.least <= number <= self.most:
            raise RuleError(
                _("Det skal være et helt tal fra {least} til {most}.").format(least=self.least, most=self.most),
                field=self.key,
            )
        return number


class BoxField(Field):
    """A box of several lines; Enter makes a new line, Tab leaves."""

    def __init__(
        self, name: str, label: str, *, cells: int = 54, rows: int = 3, text: str = "", required: bool = False,
        help_line: str = "",
    ) -> None:  # fmt: skip
        super().__init__(name, label, required=required, help_line=help_line)
        from textual.widgets import TextArea  # noqa: PLC0415 - forms only; the first paint does without it

        self.box = TextArea(text, compact=True, soft_wrap=True, show_line_numbers=False, tab_behavior="focus")
        self.box.cursor_blink = False
        self.box.styles.width, self.box.styles.height = cells, rows
        self.styles.height = rows

    def editor(self) -> ComposeResult:
        """Yield the box between brackets."""
        yield bracket("[ ")
        yield self.box
        yield bracket(" ]")

    def target(self) -> Widget:
        """Return the box."""
        return self.box

    @property
    def raw(self) -> str:
        """The text."""
        return whole(self.box.text)

    def set_raw(self, raw: Any) -> None:  # noqa: ANN401
        """Put back the text."""
        self.box.text = str(raw)

    @property
    def empty(self) -> bool:
        """Whether there are only spaces."""
        return not self.raw.strip()

    def value(self) -> str:
        """Return the text without space around it."""
        return self.raw.strip()

    def on_text_area_changed(self, event: events.Event) -> None:
        """Tell the form."""
        event.stop()
        self.post_message(self.Changed(self))
