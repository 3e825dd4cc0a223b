"""A screen with a form: Ctrl+G saves, Esc keeps what was typed, nothing is ever thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local
from vejleder_tui.errors import RuleError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.screens.base import BaseScreen
from vejleder_tui.screens.form_conflicts import tell_differing
from vejleder_tui.widgets.block import Rule
from vejleder_tui.widgets.form import Button, Form
from vejleder_tui.widgets.lines import MenuLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult

    from vejleder_tui.widgets.fields import Field

__all__ = ["FormScreen"]


class FormScreen(BaseScreen):
    """Define `lines()` (fields in order) and `async save(values)`; `buttons` default to Gem.

    `draft` (raw values by field name) is put back on opening. `on_leave` hears of the raw values when a changed form
    is left unsaved. `save` may raise RuleError, whose `field` names the field it stands under.
    """

    CSS_PATH = Path(__file__).with_name("form.tcss")
    AUTO_FOCUS = ""
    LABEL_CELLS = 21

    def __init__(
        self, *, draft: dict[str, Any] | None = None, on_leave: Callable[[dict[str, Any]], None] | None = None,
        **values: object,
    ) -> None:  # fmt: skip
        super().__init__(**values)
        self.draft = draft
        self.on_leave = on_leave
        self.changed_at = ""
        self.standing = ""
        """What line 23 says of the row as long as the form is open; no hint takes its place."""
        self._saved = False
        self._saving = False
        self._settled = False

    # What a form fills in

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields in order."""
        raise NotImplementedError

    def buttons(self) -> Sequence[tuple[str, str]]:
        """Return the buttons as (name, label); `save` saves, any other calls `button_NAME`."""
        return (("save", _("Gem")),)

    async def save(self, values: dict[str, Any]) -> None:
        """Save the values; what it raises as VejlederError is shown."""
        raise NotImplementedError

    def field_changed(self, field: Field) -> None:
        """Hear that a field was changed by the user."""

    def row_shown(self) -> tuple[str, str]:
        """Return table and id of the row that the form changes, so that what laptops disagree about is said; or nothing."""
        return "", ""

    def kept_sentence(self) -> str:
        """Return what is said when a changed form is left."""
        return _("Kladden ligger på I dag. Den er ikke registreret endnu.") if self.on_leave is not None else ""

    # How it works

    @property
    def form(self) -> Form:
        """The form."""
        return self.query_one(Form)

    def context(self) -> str:
        """Return line 2."""
        return _("Felter med * skal udfyldes.")

    def title_right(self) -> str:
        """Return since when this is a draft; before that, who and when."""
        if self.changed_at:
            return _("kladde {time} · ikke registreret endnu").format(time=self.changed_at)
        return super().title_right()

    def body(self) -> ComposeResult:
        """Yield the form between two rules."""
        yield Rule()
        yield Form(self.lines(), buttons=self.buttons(), label_cells=self.LABEL_CELLS)
        yield Rule()

    def on_mount(self) -> None:
        """Put the draft back, and focus the first field that has to be filled in."""
        super().on_mount()
        if self.draft:
            self.form.set_raw(self.draft)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._settled = True
        if self.focused is None:
            self.form.focus_first()
        if self.row_shown()[1]:
            self.run_worker(tell_differing(self), group="differing")

    def on_field_changed(self, message: Field.Changed) -> None:
        """Note that this is a draft now."""
        if self._settled:
            if not self.changed_at:
                self.changed_at = f"{local(self.desk.clock.now()):%H:%M}"
                self.refresh_lines()
            self.field_changed(message.field)

    def on_button_pushed(self, message: Button.Pushed) -> None:
        """Do what a button says."""
        message.stop()
        if message.name == "save":
            self.command_form_save()
            return
        made = getattr(self, f"button_{message.name}")()
        if hasattr(made, "__await__"):
            self.run_worker(made, group="commands")

    def command_form_save(self) -> None:
        """Save, or show what is missing under each field."""
        if self._saving:
            return
        values = self.form.read()
        if values is None:
            self.say(_("Ikke gemt: der er felter, der skal rettes."), error=True)
            return
        self._saving = True
        self.run_worker(self._save(values), group="save")

    async def _save(self, values: dict[str, Any]) -> None:
        try:
            await self.save(values)
        except RuleError as error:
            if error.field and self.form.tell(error.field, str(error)):
                self.form.field(error.field).target().focus()
                self.say(_("Ikke gemt: der er felter, der skal rettes."), error=True)
            else:
                self.say(str(error), error=True)
        except VejlederError as error:
            self.say(str(error), error=True)
        else:
            self._saved = True
        finally:
            self._saving = False

    def done(self, sentence: str = "", result: object = None) -> None:
        """Leave after saving, with the receipt on the screen below; call it at the end of `save`."""
        self._saved = True
        self.dismiss(result)
        if sentence:
            self.app.call_after_refresh(self.desk.status, sentence)

    def discard(self) -> None:
        """Leave without keeping a draft."""
        self._saved = True
        self.desk.back()

    def command_form_next(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def command_app_back(self) -> None:
        """Close an open list; else leave, keeping what was typed."""
        if isinstance(self.focused, MenuLine):
            self.form.focus_first()
            return
        opened = self.form.open_list()
        if opened is not None:
            opened.close()
            return
        super().command_app_back()

    def leaving(self) -> str:
        """Hand over what was typed, unless it is saved."""
        if self.changed_at and not self._saved:
            raw = self.form.raw()
            if self.on_leave is not None:
                self.on_leave(raw)
                return self.kept_sentence()
        return ""

    def say_line(self) -> str:
        """Return the field in focus as a sentence."""
        for field in self.form.fields:
            if field.marked:
                return field.say_line()
        return super().say_line()
