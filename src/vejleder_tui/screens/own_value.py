"""A third value where laptops disagree: one field of the right kind, over the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.containers import Vertical

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.rules.dates import parse_date
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.screens.base import ModalBase
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.form import BoxField, Choice, DateField, Form, PickField, TextField

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual import events
    from textual.app import ComposeResult

    from vejleder_tui.widgets.fields import Field

__all__ = ["Own", "OwnAnswer", "OwnValue"]


class OwnAnswer(NamedTuple):
    """What was written: `value` where it is taken; `raw` is kept by whoever asked, so that Esc throws nothing away."""

    taken: bool
    value: Any = None
    raw: Any = None


class Own(NamedTuple):
    """What is asked for: the field's name, how it is written, what reads a text (RuleError), and what names a choice."""

    caption: str
    entry: Any
    read: Callable[[str], Any]
    word: Callable[[Any], str]
    today: date


class _OneField(Form):
    def on_input_submitted(self, event: events.Event) -> None:
        """Enter in a line saves: there is no next field."""
        event.stop()
        if isinstance(self.screen, OwnValue):
            self.screen.action_save()


class OwnValue(ModalBase):
    """Ask for the value of one field; `raw` is what was typed before."""

    CSS_PATH = "own_value.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("ctrl+g", "save", show=False, priority=True),
    ]

    def __init__(self, own: Own, raw: object = None) -> None:
        super().__init__()
        self._own, self._raw = own, raw
        self._entry = own.entry
        self._field = self._made(own.word, own.today)

    def _made(self, word: Callable[[Any], str], today: date) -> Field:
        kind, caption = self._entry.kind, f"{self._own.caption[:1].upper()}{self._own.caption[1:]}"
        if kind == "choice":
            return PickField(
                "own", caption, [Choice(value, name or word(value)) for value, name in self._entry.choices]
            )
        if kind == "box":
            return BoxField("own", caption, cells=48, rows=4)
        if kind == "date":
            return DateField("own", caption, lambda text: parse_date(text, today), teller=whole_date)
        helps = {
            "moment": _("Dag og klokkeslæt, fx 24-11 10:00."),
            "number": self._bounds(),
            "decimal": _("Et tal, fx 1,5."),
        }
        return TextField("own", caption, cells=42, help_line=helps.get(kind, ""))

    def _bounds(self) -> str:
        return _("Et helt tal fra {least} til {most}.").format(least=self._entry.least, most=self._entry.most)

    def compose(self) -> ComposeResult:
        """Compose the field, what went wrong, and what the keys do."""
        with Vertical(id="box"):
            yield _OneField([self._field], label_cells=18)
            line = self._entry.kind not in {"box", "choice"}
            yield Block(_(" Enter eller Ctrl+G Gem   Esc Tilbage") if line else _(" Ctrl+G Gem   Esc Tilbage"))

    def on_mount(self) -> None:
        """Put back what was typed before, and stand in the field."""
        if self._raw:
            self._field.set_raw(self._raw)
        self._field.target().focus()

    def action_save(self) -> None:
        """Give the value back, or say under the field what is wrong with it."""
        try:
            self.dismiss(OwnAnswer(taken=True, value=self._value(), raw=self._field.raw))
        except RuleError as error:
            self.query_one(Form).tell("own", str(error))

    def _value(self) -> Any:  # noqa: ANN401 - what the kind of field gives
        if self._field.empty:
            return None
        if self._entry.kind == "choice":
            return self._field.value()
        if self._entry.kind == "date":
            return self._field.value().isoformat()
        return self._own.read(str(self._field.raw))

    def action_leave(self) -> None:
        """Give back only what was typed."""
        self.dismiss(OwnAnswer(taken=False, raw=self._field.raw))
