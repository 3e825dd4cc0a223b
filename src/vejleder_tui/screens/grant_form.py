"""Bevilling, skema: the decision that a place on a course may rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.rules.dates import parse_date
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.legal import needs_grant
from vejleder_tui.screens.form import FormScreen
from vejleder_tui.screens.record import at_the_door
from vejleder_tui.widgets.form import Choice, DateField, Field, NumberField, PickField, TextField

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = ["GrantForm"]

CELLS = 45


class GrantForm(FormScreen):
    """The form of a grant. Takes `citizen`, and `grant`, the id of one to change. Its keys are those of the citizen's form."""

    SCREEN_ID = "citizen_form"

    def __init__(self, *, citizen: str, grant: str = "", **values: Any) -> None:  # noqa: ANN401
        super().__init__(**values)
        self.citizen, self.grant = citizen, grant

    def title_left(self) -> str:
        """Return what the form is for."""
        return _("Ret bevilling") if self.grant else _("Ny bevilling")

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        bases = [Choice(one.code, one.display) for one in codes.code_list("local_lovgrundlag") if needs_grant(one.code)]
        services = [Choice(one.code, one.display) for one in codes.code_list("ffb_ydelse")]
        sources = [
            Choice("letter", _("afgørelsesbrev")), Choice("system", _("fagsystem")), Choice("citizen", _("borgeren")),
            Choice("other", _("andet")),
        ]  # fmt: skip
        return [
            PickField("legal_basis", _("Lovgrundlag"), bases, cells=CELLS, required=True),
            PickField("service", _("Ydelse"), services, cells=CELLS),
            TextField("case_number", _("Sagsnummer"), cells=20),
            DateField("from_date", _("Fra"), self._reader("from_date"), required=True),
            DateField("to_date", _("Til"), self._reader("to_date"), help_line=_("Må stå tomt.")),
            NumberField("minutes_a_week", _("Minutter om ugen"), least=1, most=10080, cells=5),
            DateField("follow_up_date", _("Opfølgning"), self._reader("follow_up_date")),
            PickField("source", _("Kendes fra"), sources, cells=20),
        ]

    def _reader(self, field: str) -> Any:  # noqa: ANN401 - a function from text to a date
        def read(text: str) -> date:
            return parse_date(text, local_date(self.desk.clock.now()), field=field)

        return read

    def on_mount(self) -> None:
        """Read the grant to change."""
        super().on_mount()
        if self.grant:
            self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        citizen = self.citizen
        try:
            record = await at_the_door(self.desk, lambda door: door.open(citizen, "grant"))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        for one in record.grants:
            if one.id == self.grant:
                self.form.set_raw(
                    {
                        "legal_basis": _picked("local_lovgrundlag", one.legal_basis),
                        "service": _picked("ffb_ydelse", one.service),
                        "case_number": one.case_number,
                        "from_date": whole_date(one.start) if one.start else "",
                        "to_date": whole_date(one.end) if one.end else "",
                        "minutes_a_week": str(one.minutes_a_week or ""),
                        "follow_up_date": whole_date(one.follow_up) if one.follow_up else "",
                    }
                )

    async def save(self, values: dict[str, Any]) -> None:
        """Save the grant."""
        grants, citizen, grant = self.desk.services.grants, self.citizen, self.grant
        given = {**values, "case_number": values["case_number"] or ""}
        if grant:
            given.pop("source") if not given["source"] else None
            saved = await self.desk.write(lambda desk: grants.change_grant(desk, grant, **given))
        else:
            saved = await self.desk.write(lambda desk: grants.new_grant(desk, citizen, **given))
        self.done(_("Bevilling · gemt {time} · z fortryder").format(time=saved.at), saved.row)


def _picked(source: str, code: str) -> dict[str, list[list[str]]]:
    return {"picked": [[code, codes.display(source, code)]] if code else []}
