"""A form: labelled fields in order, the error of a field under it, buttons last; longer than the screen it scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widget import Widget

from vejleder_tui.errors import RuleError
from vejleder_tui.widgets.block import Block, Rule
from vejleder_tui.widgets.fields import (
    BoxField,
    DateField,
    Field,
    Line,
    NumberField,
    TextField,
    TimeField,
)
from vejleder_tui.widgets.marks import CheckField, RadioField
from vejleder_tui.widgets.pick import Choice, Choices, PersonField, PickField
from vejleder_tui.widgets.text import paint, plain, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from textual import events
    from textual.app import ComposeResult
    from textual.strip import Strip

__all__ = [
    "BoxField",
    "Button",
    "Buttons",
    "CheckField",
    "Choice",
    "DateField",
    "Field",
    "FieldLine",
    "Form",
    "NumberField",
    "PersonField",
    "PickField",
    "RadioField",
    "Rule",
    "TextField",
    "TimeField",
]


class FieldLine(Vertical):
    """One line of fields, the list of a pick field, and the sentence under it: its help, or its error."""

    def __init__(self, fields: Sequence[Field], label_cells: int) -> None:
        super().__init__()
        self.fields = list(fields)
        self.indent = label_cells + 1
        for index, field in enumerate(self.fields):
            field.label_cells = label_cells if index == 0 else 0
        self.note = Block(identity=None)
        self.error_text = ""

    def compose(self) -> ComposeResult:
        """Compose the fields side by side, list and note under them."""
        with Horizontal():
            yield from self.fields
        if any(isinstance(one, PickField) for one in self.fields):
            choices = Choices(self.indent + 1)
            for field in self.fields:
                if isinstance(field, PickField):
                    field.list = choices
            yield choices
        yield self.note

    def on_mount(self) -> None:
        """Show the help line, if the fields have one."""
        self.tell("")

    def on_resize(self) -> None:
        """Break the note anew, and keep a lone field inside the screen."""
        self.tell(self.error_text)
        line = getattr(self.fields[0], "line", None)
        if len(self.fields) == 1 and isinstance(line, Line):
            line.narrow(self.size.width - self.indent - (6 if isinstance(self.fields[0], PickField) else 4))

    def tell(self, error: str) -> None:
        """Show an error in words, or else the help line."""
        self.error_text = error
        text = error or next((one.help_line for one in self.fields if one.help_line and one.display), "")
        cells = max(20, (self.size.width or 80) - self.indent - 1)
        self.note.show(*(" " * self.indent + line for line in wrap(text, cells)) if text else ())
        self.note.display = bool(text)
        self.note.set_class(bool(error), "-error")

    def on_choices_taken(self, message: Choices.Taken) -> None:
        """Give a clicked choice to the field that has its list open."""
        message.stop()
        for field in self.fields:
            if isinstance(field, PickField) and (field.marked or len(self.fields) == 1):
                field.take(message.choice)
                return


class Button(Widget):
    """A button `[ Gem ]`; it posts `Pushed` with its name."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "push", show=False),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    class Pushed(Message):
        """The button was pressed."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.key, self.label = name, label
        self.styles.width = width(plain(label)) + 5
        self.styles.height = 1

    def render_line(self, y: int) -> Strip:
        """Paint the button; in focus it has the sign before it."""
        text = f"{'►' if self.has_focus else ' '}[ {plain(self.label)} ]"
        return paint(text if y == 0 else "", self.size.width, self.rich_style)

    def action_push(self) -> None:
        """Press it."""
        self.post_message(self.Pushed(self.key))

    def on_click(self) -> None:
        """Press it by a click."""
        self.action_push()

    def say_line(self) -> str:
        """Return its label, for F7."""
        return self.label


class Buttons(Horizontal):
    """Buttons side by side, under the fields."""

    def __init__(self, *buttons: tuple[str, str], indent: int = 21) -> None:
        super().__init__()
        self._buttons = buttons
        self.styles.padding = (0, 0, 0, indent)

    def compose(self) -> ComposeResult:
        """Compose the buttons."""
        for name, label in self._buttons:
            yield Button(name, label)


class Form(VerticalScroll, can_focus=False):
    """The fields of a form; a tuple of fields stands on one line, a text is a line of its own."""

    def __init__(
        self,
        lines: Iterable[Field | Sequence[Field] | str],
        *,
        buttons: Sequence[tuple[str, str]] = (),
        label_cells: int = 21,
    ) -> None:
        super().__init__(id="body")
        self._lines: list[FieldLine | Block] = []
        self._buttons = buttons
        self._label_cells = label_cells
        for one in lines:
            if isinstance(one, str):
                self._lines.append(Block(f" {one}" if one else ""))
            else:
                self._lines.append(FieldLine([one] if isinstance(one, Field) else one, label_cells))

    def compose(self) -> ComposeResult:
        """Compose the lines and the buttons."""
        yield from self._lines
        if self._buttons:
            yield Block("")
            yield Buttons(*self._buttons, indent=self._label_cells)

    @property
    def fields(self) -> list[Field]:
        """All fields in order."""
        return [field for line in self._lines if isinstance(line, FieldLine) for field in line.fields]

    def field(self, name: str) -> Field:
        """Return a field by its name; raises KeyError."""
        return {one.key: one for one in self.fields}[name]

    def show_field(self, name: str, *, shown: bool) -> None:
        """Show or hide a field; one that is hidden has no value and is not asked for."""
        field = self.field(name)
        if field.display != shown:
            field.display = shown
            for line in self._lines:
                if isinstance(line, FieldLine) and field in line.fields:
                    line.tell(line.error_text if shown else "")

    def focus_first(self) -> None:
        """Focus the first empty required field, or else the first field."""
        seen = [one for one in self.fields if one.display]
        wanted = next((one for one in seen if one.required and one.empty), seen[0] if seen else None)
        if wanted is not None:
            wanted.target().focus()

    def raw(self) -> dict[str, Any]:
        """Return what stands in the fields, fit for a draft (JSON)."""
        return {one.key: one.raw for one in self.fields if one.raw}

    def set_raw(self, raw: Mapping[str, Any]) -> None:
        """Put a draft back."""
        for field in self.fields:
            if field.key in raw:
                field.set_raw(raw[field.key])

    def read(self) -> dict[str, Any] | None:
        """Return the values by name, or None after showing every error and focusing the first."""
        values: dict[str, Any] = {}
        wrong: list[Field] = []
        for field in self.fields:
            if not field.display:
                values[field.key] = None
                continue
            try:
                values[field.key] = field.parse()
            except RuleError as error:
                self.tell(field.key, str(error))
                wrong.append(field)
        if wrong:
            wrong[0].target().focus()
            return None
        return values

    def tell(self, name: str, error: str) -> bool:
        """Show an error under a field; return False if there is no such field."""
        for line in self._lines:
            if isinstance(line, FieldLine) and any(one.key == name for one in line.fields):
                line.tell(error)
                return True
        return False

    def on_field_changed(self, message: Field.Changed) -> None:
        """Take the error away from a field that is being changed."""
        for line in self._lines:
            if isinstance(line, FieldLine) and message.field in line.fields and line.error_text:
                line.tell("")

    def help(self, name: str, sentence: str) -> None:
        """Change the sentence that stands under a field while it has no error."""
        self.field(name).help_line = sentence
        for line in self._lines:
            if isinstance(line, FieldLine) and any(one.key == name for one in line.fields):
                line.tell(line.error_text)

    def open_list(self) -> PickField | None:
        """Return the pick field whose list is open."""
        return next((one for one in self.fields if isinstance(one, PickField) and one.is_open), None)

    def on_input_submitted(self, event: events.Event) -> None:
        """Enter in a one-line field goes to the next field."""
        event.stop()
        self.screen.focus_next()
