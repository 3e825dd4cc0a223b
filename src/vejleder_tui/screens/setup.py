"""Første start: where, who, the passphrase, the recovery code; four steps, and back with Esc without losing a word."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.containers import Vertical

from vejleder_tui import codes
from vejleder_tui.errors import RuleError, VejlederError
from vejleder_tui.i18n import N_, _, language
from vejleder_tui.screens import opening
from vejleder_tui.screens.base import BaseScreen
from vejleder_tui.screens.dialog import Answer
from vejleder_tui.screens.groups_dialog import GroupsDialog
from vejleder_tui.widgets.block import Block, Rule
from vejleder_tui.widgets.fields import TextField
from vejleder_tui.widgets.form import Button, Buttons, Form
from vejleder_tui.widgets.marks import CheckField, RadioField
from vejleder_tui.widgets.pick import Choice, PickField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.types import CSSPathType

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.screens.link import Seat
    from vejleder_tui.store.slots import Cost
    from vejleder_tui.widgets.fields import Field

__all__ = ["SetupScreen"]

_STEPS = (N_("Sted"), N_("Dig"), N_("Adgangssætning"), N_("Gendannelseskode"))
_STEP_OF = {
    "municipality": 0, "centre": 0, "device_name": 0, "worker_name": 1, "initials": 1, "role": 1,
    "passphrase": 2, "again": 2,
}  # fmt: skip
_CONFIRMED = (3, 6)
"""The groups of the recovery code that are asked for, counted from 1."""
_LABEL = 20


class SetupScreen(BaseScreen):
    """`try_sandbox` leaves for the sandbox and returns True, or returns False where there is none."""

    SCREEN_ID = "setup"
    CSS_PATH: ClassVar[CSSPathType | None] = ["form.tcss", "setup.tcss"]
    AUTO_FOCUS = ""

    def __init__(
        self, *, paths: StorePaths, clock: Clock, randomness: Randomness | None = None, cost: Cost | None = None,
        try_sandbox: Callable[[], bool] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.paths, self.clock = paths, clock
        self._randomness, self._cost = randomness, cost
        self._try_sandbox = try_sandbox
        self.step = 0
        self.joins = False
        """Whether the records come from another laptop, and no centre is made."""
        self.typed: dict[str, Any] = {}
        self._code = ""
        self._hidden = False
        self._busy = False
        self._seat: Seat | None = None

    # What is seen

    def title_left(self) -> str:
        """Return the greeting."""
        return _("Velkommen til Vejleder")

    def title_right(self) -> str:
        """Return which step this is."""
        return _("Trin {step} af {count}").format(step=self.step + 1, count=len(_STEPS))

    def context(self) -> str:
        """Return the steps, with the sign at this one."""
        return "   ".join(
            f"{'►' if index == self.step else ' '}{index + 1} {_(one)}" for index, one in enumerate(_STEPS)
        )

    def body(self) -> ComposeResult:
        """Yield the step."""
        yield Rule()
        with Vertical(id="steps"):
            head, fields = (self._place, self._person, self._passphrase, self._recovery)[self.step]()
            yield Block("", *(f" {one}" if one else "" for one in head), "")
            if fields:
                yield Form(fields, buttons=(("next", _("Næste")),), label_cells=_LABEL)
            else:
                yield Buttons(("written", _("Jeg har skrevet koden ned")), indent=0)
            if self.step == 0:
                with Vertical(id="other"):
                    yield Block(f" {_('Noget andet?')}")
                    yield Buttons(("sandbox", _("Prøv med opdigtede borgere")), indent=_LABEL)
                    other = _("Begynd forfra uden pakke") if self.joins else _("Jeg har en pakke fra en anden bærbar")
                    yield Buttons(("bundle", other), indent=_LABEL)
        yield Rule()

    def _place(self) -> tuple[Sequence[str], Sequence[Field]]:
        municipalities = [Choice(one.code, one.display) for one in codes.code_list("kommunekoder")]
        head: tuple[str, ...] = (
            _("Alt, du skriver, bliver krypteret og gemt på denne computer."),
            _("Intet bliver sendt over nettet. Det tager cirka tre minutter."),
            "",
            _("Hvor arbejder du?"),
        )
        if self.joins:
            head = (
                _("Pakken fra den anden bærbar låses til denne computers nøgle. Den laves nu."),
                _("Bagefter gemmer du nøglefilen, giver den til en koordinator og får pakken."),
                "",
                _("Hvor arbejder du? Centeret kommer med pakken."),
            )
        centre = () if self.joins else (TextField("centre", _("Center"), required=True, limit=120),)
        return head, (
            PickField(
                "municipality", _("Kommune"), municipalities, required=True,
                help_line=_("Skriv de første bogstaver, og vælg med pil ned."),
            ),
            *centre,
            TextField(
                "device_name", _("Computerens navn"), required=True, limit=60,
                help_line=_("Navnet vises på pakker og i historikken."),
            ),
        )  # fmt: skip

    def _person(self) -> tuple[Sequence[str], Sequence[Field]]:
        roles = [("worker", _("vejleder")), ("coordinator", _("koordinator")), ("exporter", _("administration"))]
        return (_("Hvem er du?"),), (
            TextField("worker_name", _("Dit navn"), required=True, limit=120),
            TextField(
                "initials", _("Dine initialer"), cells=8, required=True, limit=8,
                help_line=_("De står ved det, du registrerer."),
            ),
            RadioField("role", _("Din rolle"), roles, chosen="worker"),
        )  # fmt: skip

    def _passphrase(self) -> tuple[Sequence[str], Sequence[Field]]:
        head = (
            _("Adgangssætningen låser registreringerne op på denne computer. Ingen kan se den."),
            _("Skriv mindst 4 ord eller 12 tegn, fx fire ord, som kun du sætter sammen."),
        )
        return head, (
            TextField("passphrase", _("Adgangssætning"), required=True, hidden=True),
            TextField("again", _("Skriv den igen"), required=True, hidden=True),
            CheckField("reveal", "", _("vis det, jeg skriver")),
        )

    def _recovery(self) -> tuple[Sequence[str], Sequence[Field]]:
        groups = self._code.split("-")
        shown = ["····" if self._hidden else one for one in groups]
        rows = [
            "    ".join(f"{index + 1}. {shown[index]}" for index in range(start, min(start + 4, len(shown))))
            for start in range(0, len(shown), 4)
        ]
        return (
            _("Registreringerne er oprettet. Her er gendannelseskoden, som kun vises nu."),
            _("Skriv den på papir, og gem den et andet sted end computeren. Den er den eneste"),
            _("vej ind, hvis adgangssætningen bliver glemt."),
            "",
            *(f"    {one}" for one in rows),
        ), ()

    def on_mount(self) -> None:
        """Say how to go on, and warn of a folder that is not safe."""
        super().on_mount()
        self._begin()
        warning = opening.folder_warning(self.paths)
        if warning:
            self.say(warning, error=True)

    def _begin(self) -> None:
        form = self._form()
        if form is not None:
            form.set_raw(self.typed)
            form.focus_first()
            self.call_after_refresh(self._tell_code)
        else:
            self.query(Button).first().focus()
        self.refresh_lines()
        if self._code:
            self.say(_("Enter går videre. Koden kan ikke vises igen bagefter."))
        else:
            self.say(_("Tab går til næste felt. Enter vælger. Du kan altid gå tilbage med Esc."))

    def _form(self) -> Form | None:
        found = self.query(Form)
        return found.first() if found else None

    # Keys and buttons

    def on_field_changed(self, message: Field.Changed) -> None:
        """Show the municipality's code behind its name; show or hide the passphrase."""
        if message.field.key == "municipality":
            self._tell_code()
        elif message.field.key == "reveal":
            for name in ("passphrase", "again"):
                field = cast("TextField", cast("Form", self._form()).field(name))
                field.line.password = not message.field.raw

    def _tell_code(self) -> None:
        form = self._form()
        if form is None or self.step != 0:
            return
        field = cast("PickField", form.field("municipality"))
        code = field.picked[0].value if field.picked else ""
        field.say_after(" " + _("kode {code}").format(code=code) if code else "")

    def on_button_pushed(self, message: Button.Pushed) -> None:
        """Do what a button says."""
        message.stop()
        if message.name == "sandbox":
            if self._try_sandbox is None or not self._try_sandbox():
                self.say(_("Sandkassen med opdigtede borgere er ikke med i denne udgave."))
        elif message.name == "bundle":
            self._keep()
            self.joins = not self.joins
            self._show(0)
        elif message.name == "written":
            self.run_worker(self._confirm(), group="commands")
        else:
            self._next()

    def command_form_press(self) -> None:
        """Press the button in focus, or go to the next field."""
        if isinstance(self.focused, Button):
            self.focused.action_push()
        else:
            self.focus_next()

    def command_form_next(self) -> None:
        """Go to the next field."""
        self.focus_next()

    def command_app_language(self) -> None:
        """Change the language; what was typed stays."""
        self._keep()
        at = self._field_in_focus()
        settings = self.desk.settings
        self.desk.change_settings(replace(settings, language="da" if language() == "en" else "en"))
        self._show(self.step, lambda: self._go_back_to(at))

    def _field_in_focus(self) -> str:
        form = self._form()
        return next((one.key for one in form.fields if one.marked), "") if form is not None else ""

    def _go_back_to(self, name: str) -> None:
        form = self._form()
        if form is not None and name:
            form.field(name).target().focus()

    def command_app_back(self) -> None:
        """Close an open list, or go a step back; what was typed stays."""
        form = self._form()
        opened = form.open_list() if form is not None else None
        if opened is not None:
            opened.close()
        elif self._code:
            self.say(_("Registreringerne er oprettet. Skriv koden ned, og gå videre."))
        elif self._busy:
            return
        elif self.step:
            self._keep()
            self._show(self.step - 1)
        elif self.joins:
            self._keep()
            self.joins = False
            self._show(0)

    def _keep(self) -> None:
        form = self._form()
        if form is not None:
            for field in form.fields:
                if field.key != "reveal":
                    self.typed[field.key] = field.raw

    def _show(self, step: int, then: Callable[[], None] | None = None) -> None:
        async def show() -> None:
            self.step = step
            await self.recompose()
            self._begin()
            if then is not None:
                then()

        self.run_worker(show(), group="compose")

    def _next(self) -> None:
        form = self._form()
        if form is None or self._busy:
            return
        self._keep()
        values = form.read()
        if values is None:
            return
        if self.step < 2:
            self._show(self.step + 1)
        elif values["passphrase"] != values["again"]:
            form.tell("again", _("De to adgangssætninger er ikke ens. Skriv den igen."))
            form.field("again").target().focus()
        else:
            self._busy = True
            self.say(_("Opretter …"))
            self.run_worker(self._create(), group="create")

    # Making the store

    async def _create(self) -> None:
        try:
            self._seat, self._code = await asyncio.to_thread(self._make)
        except RuleError as error:
            told, name = str(error), error.field
            if name not in _STEP_OF:
                self.say(told, error=True)
            elif _STEP_OF[name] == self.step:
                self._tell(name, told)
            else:
                self._show(_STEP_OF[name], lambda: self._tell_later(name, told))
        except VejlederError as error:
            self.say(str(error), error=True)
        else:
            self.typed.pop("passphrase", None)
            self.typed.pop("again", None)
            self._show(3)
        finally:
            self._busy = False

    def _tell_later(self, name: str, error: str) -> None:
        # A field that is mounted tells its own help line first.
        self.call_after_refresh(self._tell, name, error)

    def _tell(self, name: str, error: str) -> None:
        self.say("")
        form = self._form()
        if form is not None and form.tell(name, error):
            form.field(name).target().focus()

    def _make(self) -> tuple[Seat, str]:
        from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
        from vejleder_tui.screens.link import Seat  # noqa: PLC0415
        from vejleder_tui.services.setup import FirstStart, first_start  # noqa: PLC0415 - loads the models

        typed = self.typed
        picked = (typed.get("municipality") or {}).get("picked") or [["", ""]]
        answers = FirstStart(
            municipality=str(picked[0][0]), centre=typed.get("centre", ""), device_name=typed["device_name"],
            worker_name=typed["worker_name"], initials=typed["initials"], role=typed["role"],
            passphrase=typed["passphrase"], joins=self.joins,
        )  # fmt: skip
        randomness = self._randomness or SystemRandomness()
        desk, code = first_start(self.paths, answers, clock=self.clock, randomness=randomness, cost=self._cost)
        seat = Seat(desk.store, desk.actor.worker, clock=self.clock, randomness=randomness, desk=desk)
        return seat, code

    async def _confirm(self) -> None:
        """Ask for two groups while the code is hidden; go on when they fit."""
        groups = self._code.split("-")
        self._hidden = True
        await self.recompose()
        self.refresh_lines()
        question = GroupsDialog(
            _("Har du skrevet koden ned? Den vises kun nu. Skriv 3. og 6. gruppe."),
            Answer("again", _("Vis koden igen")),
            Answer("on", _("Videre"), "v"),
            must_type=" ".join(groups[number - 1] for number in _CONFIRMED),
        )
        self.app.push_screen(question, self._confirmed)

    def _confirmed(self, answer: str | None) -> None:
        if answer == "on" and self._seat is not None:
            self._code = ""
            self.desk.link(self._seat)
            if self.joins:
                self.desk.goto("join")
            return
        self._hidden = False
        self._show(self.step)
