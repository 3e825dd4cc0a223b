"""Borger, skema: a new citizen, or one that is changed; opening it for changing is logged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.clock import local_date
from vejleder_tui.errors import RuleError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.rules import cpr
from vejleder_tui.rules.dates import Lean, parse_date
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.text import short_name
from vejleder_tui.screens.alike_line import ALIKE, LINES, AlikeLine
from vejleder_tui.screens.consent_form import SCOPES
from vejleder_tui.screens.drafting import DraftedForm
from vejleder_tui.screens.record import at_the_door
from vejleder_tui.widgets.form import Button, CheckField, Choice, DateField, Field, FieldLine, PickField, TextField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.persons import Alike

__all__ = ["CitizenForm"]

CELLS = 45


class CitizenForm(DraftedForm):
    """The form of a citizen. Takes `citizen`, the id of one to change, or `name`, what a new one begins with.

    `stay`: go back to where it was opened, and give the id, in place of showing the new citizen.
    """

    SCREEN_ID = "citizen_form"

    def __init__(self, *, citizen: str = "", name: str = "", stay: bool = False, **values: Any) -> None:  # noqa: ANN401
        super().__init__(**values)
        (self.citizen,), self.begins = self.given(citizen=citizen), name
        self.stay = stay
        self._then_grant = False
        self._alike = [AlikeLine(place, self.LABEL_CELLS) for place in range(LINES)]

    @property
    def today(self) -> date:
        """The day it is in Denmark."""
        return local_date(self.desk.clock.now())

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "citizen", self.citizen

    def title_left(self) -> str:
        """Return what the form is for."""
        return _("Ret borger") if self.citizen else _("Ny borger")

    def context(self) -> str:
        """Return line 2."""
        return _("Navn eller alias skal udfyldes. Et CPR-nummer er ikke nødvendigt ved § 82 a.")

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        municipalities = [Choice(one.code, one.display_da) for one in codes.code_list("kommunekoder")]
        groups = [Choice(one.code, one.display) for one in codes.code_list("ffb_maalgruppe")]
        return [
            TextField("name", _("Navn"), cells=CELLS, text=self.begins),
            TextField("call_name", _("Kaldenavn"), cells=20),
            TextField("cpr", _("CPR-nummer"), cells=11, help_line=_("Eller et erstatningsnummer. Må stå tomt.")),
            DateField("birth_date", _("Født"), self._read_day, teller=self._tell_day),
            TextField("alias", _("Alias"), cells=20, help_line=_("For den, der vil være uden navn her.")),
            PickField("municipality", _("Kommune"), municipalities, cells=30),
            CheckField("protected", _("Adresse"), _("beskyttet")),
            TextField("address", _("Bor"), cells=CELLS),
            TextField("contact", _("Kontakt"), cells=CELLS),
            TextField("interpreter", _("Tolk"), cells=20),
            PickField("target_groups", _("Målgrupper"), groups, several=True, cells=CELLS),
            PickField(
                "consents",
                _("Samtykke til"),
                [Choice(code, _(word)) for code, word in SCOPES.items()],
                several=True,
                cells=CELLS,
                help_line=_("Gælder fra i dag; en anden dag rettes på tidslinjen."),
            ),
            TextField("note", _("Note"), cells=CELLS + 8),
        ]

    def buttons(self) -> Sequence[tuple[str, str]]:
        """Return the buttons; a grant is often written down at the same time."""
        grant = () if self.stay else (("grant", _("Gem og ny bevilling")),)
        return (("save", _("Gem")), *grant, ("discard", _("Kassér kladde")))

    def draft_title(self) -> str:
        """Return the line of I dag; it names no citizen."""
        return _("Borger, rettelse") if self.citizen else _("Ny borger")

    def draft_about(self) -> dict[str, str]:
        """Return which citizen is being changed."""
        return {"citizen": self.citizen} if self.citizen else {}

    def _read_day(self, text: str) -> date:
        return parse_date(text, self.today, lean=Lean.PAST, field="birth_date")

    def _tell_day(self, day: date) -> str:
        return _("{age} år").format(age=cpr.age(day, self.today))

    # Filling in

    def on_mount(self) -> None:
        """Read the citizen to change."""
        super().on_mount()
        under = next(line for line in self.form.query(FieldLine) if any(one.key == "birth_date" for one in line.fields))
        self.form.mount(*self._alike, after=under)
        if self.citizen and self.draft is None:
            self.run_worker(self._load(), group="load")
        elif self.draft is not None:
            self._look()

    # Who it may be already

    def field_changed(self, field: Field) -> None:
        """Look for who has that number, or such a name and that birth date."""
        if field.key in {"name", "call_name", "cpr", "birth_date"}:
            self._look()

    def _look(self) -> None:
        self.run_worker(self._looking(), group="alike", exclusive=True)

    async def _looking(self) -> None:
        raw, citizen, today = self.form.raw(), self.citizen, self.today
        number, born = "", None
        try:
            read = cpr.parse(str(raw.get("cpr", "")), today) if raw.get("cpr") else None
            number, born = (read.number, read.birth_date) if read is not None else ("", None)
        except VejlederError:
            number = ""
        try:
            born = self._read_day(str(raw["birth_date"])) if raw.get("birth_date") else born
        except VejlederError:
            born = None
        name, call_name = str(raw.get("name", "")), str(raw.get("call_name", ""))

        def query(reader: Reader) -> tuple[Alike, ...]:
            from vejleder_tui.queries.persons import alike  # noqa: PLC0415 - not for the first paint

            return alike(reader, name=name, call_name=call_name, birth_date=born, number=number, citizen=citizen)

        found = await self.desk.read(query)
        for place, line in enumerate(self._alike):
            line.show(found[place] if place < len(found) else None, private=self.desk.privacy)

    def on_button_pushed(self, message: Button.Pushed) -> None:
        """Open who it may be already; the form stays below, as a draft."""
        if not message.name.startswith(ALIKE):
            return
        # The form's own buttons are heard by the class below, which this keeps from hearing these.
        message.stop()
        message.prevent_default()
        found = self._alike[int(message.name.removeprefix(ALIKE))].found
        if found:
            self.desk.goto("citizen", citizen=found)

    async def _load(self) -> None:
        citizen = self.citizen
        try:
            found = await at_the_door(self.desk, lambda door: door.form(citizen))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        raw: dict[str, Any] = {
            name: found[name] for name in ("name", "call_name", "alias", "address", "contact", "interpreter", "note")
        }
        raw["cpr"] = found["number"]
        raw["birth_date"] = whole_date(found["birth_date"]) if found["birth_date"] else ""
        raw["protected"] = found["protected"]
        for field, source, values in (
            ("municipality", "kommunekoder", [found["municipality"]]),
            ("target_groups", "ffb_maalgruppe", found["target_groups"]),
        ):
            picked = [[code, codes.display(source, code)] for code in values if code]
            raw[field] = {"picked": picked}
        raw["consents"] = {"picked": [[code, _(SCOPES[code])] for code in found["consents"] if code in SCOPES]}
        self.form.set_raw(raw)
        self.begun()
        self.say(_("Åbningen er noteret i adgangsloggen."))

    # Saving

    async def button_grant(self) -> None:
        """Save, and go on to a new grant."""
        self._then_grant = True
        self.command_form_save()

    async def save(self, values: dict[str, Any]) -> None:
        """Save the citizen, then show who it is."""
        then_grant, self._then_grant = self._then_grant, False
        citizens, citizen = self.desk.services.citizens, self.citizen
        given: dict[str, Any] = {
            name: values[name] or ""
            for name in ("name", "call_name", "alias", "address", "contact", "interpreter", "note")
        }
        given |= {
            "number": values["cpr"] or "", "birth_date": values["birth_date"], "protected": bool(values["protected"]),
            "municipality": values["municipality"], "target_groups": values["target_groups"] or (),
        }  # fmt: skip
        if not (given["name"].strip() or given["alias"].strip()):
            raise RuleError(_("Skriv et navn eller et alias."), field="name")
        consents, scopes = self.desk.services.consents, values["consents"] or ()

        def act(desk: Any) -> Any:  # noqa: ANN401 - what services write through
            with desk.transaction() as work:
                saved = (
                    citizens.change_citizen(desk, citizen, **given) if citizen else citizens.new_citizen(desk, **given)
                )
                consents.set_consents(desk, saved.citizen, scopes)
                return replace(saved, saved=work.saved(saved.citizen))

        saved = await self.save_with(act)
        who = short_name(given["name"], given["call_name"]) if given["name"].strip() else given["alias"]
        words = (
            _("Rettet: {who} · gemt {time} · z fortryder")
            if citizen
            else _("Ny borger: {who} · gemt {time}")
            if self.stay
            else _("Ny borger: {who} · gemt {time} · z fortryder")
        )
        sentence = words.format(who=who, time=saved.saved.at)
        if saved.same_number:
            sentence = _("Samme nummer findes allerede: begge vises som én borger.") + " " + sentence
        elif saved.hint:
            sentence = f"{saved.hint} {sentence}"
        self.done(sentence, saved.citizen)
        app, desk, row = self.app, self.desk, saved.citizen
        if then_grant:
            app.call_after_refresh(lambda: desk.goto("grant_form", citizen=row))
        elif not citizen and not self.stay:
            app.call_after_refresh(lambda: desk.goto("citizen", citizen=row, receipt=sentence))
