"""What the forms of planning share: they read what they begin with, and keys typed meanwhile wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.rules.dates import Lean, parse_date, parse_time_range
from vejleder_tui.rules.formats import near_date, short_date, weekday_name
from vejleder_tui.screens.drafting import DraftedForm
from vejleder_tui.widgets.fields import TextField
from vejleder_tui.widgets.form import Choice, DateField, PickField
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from vejleder_tui.queries.courses import Named

__all__ = ["PlanningForm", "RangeField", "named_choices", "picked"]

CELLS = 45
"""Cells inside the brackets of a long field."""


class RangeField(TextField):
    """A time of day from–to, "10:00–12:00"; the value is two minutes of the day."""

    def on_mount(self) -> None:
        """Let what is typed replace the time that stands there."""
        super().on_mount()
        self.line.replaced = True

    def value(self) -> tuple[int, int]:
        """Return start and end."""
        return parse_time_range(self.raw.strip(), field=self.key)


def named_choices(found: Iterable[Named]) -> list[Choice]:
    """Return what can be chosen by its name."""
    return [Choice(one.id, plain(one.name)) for one in found]


def picked(*choices: Choice) -> dict[str, Any]:
    """Return the raw value of a pick field with these choices."""
    return {"picked": [list(one) for one in choices], "text": ""}


class PlanningForm(DraftedForm):
    """Subclasses read in `begin_with()` and return raw values by field; a draft that is put back wins over them."""

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 - what the screen is opened with
        super().__init__(**values)
        self._loading = True
        self._save_after = False

    @property
    def today(self) -> date:
        """The day it is in Denmark."""
        return local_date(self.desk.clock.now())

    async def begin_with(self) -> Mapping[str, Any]:
        """Read what the form begins with; return raw values by field name."""
        return {}

    def on_mount(self) -> None:
        """Read what the form begins with."""
        super().on_mount()
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        try:
            found = await self.begin_with()
        except VejlederError as error:
            self.say(str(error), error=True)
            found = {}
        if not self.is_mounted:
            return
        if self.draft is None:
            self.form.set_raw(found)
        self._loading = False
        self.begun()
        self.refresh_lines()
        if not self.changed_at:
            self.form.focus_first()
        if self._save_after:
            self.command_form_save()

    def command_form_save(self) -> None:
        """Save, when what the form begins with is there."""
        if self._loading:
            self._save_after = True
            return
        super().command_form_save()

    def offer(self, field: str, choices: Iterable[Choice]) -> None:
        """Give a pick field what can be chosen."""
        found = self.form.field(field)
        if isinstance(found, PickField):
            found.choices = list(choices)

    def chosen(self, field: str) -> str:
        """Return the value picked in a field, or ""."""
        found = self.form.field(field)
        return found.picked[0].value if isinstance(found, PickField) and found.picked else ""

    def day_field(
        self, name: str, label: str, *, text: str = "", required: bool = False, help_line: str = ""
    ) -> DateField:
        """Return a date field that says the day in words."""
        return DateField(
            name, label, self._read_day, teller=self._tell_day, text=text, required=required, help_line=help_line
        )

    def _read_day(self, text: str) -> date:
        return parse_date(text, self.today, lean=Lean.THIS_YEAR)

    def _tell_day(self, day: date) -> str:
        near = near_date(day, self.today)
        return f"{weekday_name(day)}, {near}" if near != short_date(day, self.today) else weekday_name(day)

    def receipt(self, what: str, at: str) -> str:
        """Return "WHAT · gemt 10:42:07 · z fortryder"."""
        return _("{what} · gemt {time} · z fortryder").format(what=what, time=at)
