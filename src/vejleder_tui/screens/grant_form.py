"""Bevilling, skema: the decision that a place on a course may rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.i18n import N_, _
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.legal import needs_grant
from vejleder_tui.screens.planning_form import CELLS, PlanningForm, picked
from vejleder_tui.screens.record import at_the_door
from vejleder_tui.widgets.form import Choice, NumberField, PickField, TextField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.widgets.form import Field

__all__ = ["GrantForm"]

_SOURCES = {
    "letter": N_("afgørelsesbrev"), "system": N_("fagsystem"), "citizen": N_("borgeren"), "other": N_("andet"),
}  # fmt: skip


class GrantForm(PlanningForm):
    """The form of a grant. Takes `citizen`, and `grant`, the id of one to change."""

    SCREEN_ID = "grant_form"

    def __init__(self, *, citizen: str = "", grant: str = "", **values: Any) -> None:  # noqa: ANN401 - as every form
        super().__init__(**values)
        self.citizen, self.grant = self.given(citizen=citizen, grant=grant)

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "grant", self.grant

    def title_left(self) -> str:
        """Return what the form is for."""
        return _("Ret bevilling") if self.grant else _("Ny bevilling")

    def draft_title(self) -> str:
        """Return the line of I dag; it names no citizen."""
        return self.title_left()

    def draft_about(self) -> Mapping[str, str]:
        """Return whose grant it is, and which one is changed."""
        return {name: value for name, value in (("citizen", self.citizen), ("grant", self.grant)) if value}

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        bases = [Choice(one.code, one.display) for one in codes.code_list("local_lovgrundlag") if needs_grant(one.code)]
        services = [Choice(one.code, one.display) for one in codes.code_list("ffb_ydelse")]
        sources = [Choice(code, _(word)) for code, word in _SOURCES.items()]
        return [
            PickField("legal_basis", _("Lovgrundlag"), bases, cells=CELLS, required=True),
            PickField("service", _("Ydelse"), services, cells=CELLS),
            TextField("case_number", _("Sagsnummer"), cells=20),
            self.day_field("from_date", _("Fra"), required=True),
            self.day_field("to_date", _("Til"), help_line=_("Må stå tomt.")),
            NumberField("minutes_a_week", _("Minutter om ugen"), least=1, most=10080, cells=5),
            self.day_field("follow_up_date", _("Opfølgning")),
            PickField("source", _("Kendes fra"), sources, cells=20),
        ]

    async def begin_with(self) -> Mapping[str, Any]:
        """Read the grant to change; that is logged."""
        if not self.grant or self.draft is not None:
            return {}
        citizen = self.citizen
        record = await at_the_door(self.desk, lambda door: door.open(citizen, "grant"))
        for one in record.grants:
            if one.id == self.grant:
                source = [Choice(one.source, _(_SOURCES[one.source]))] if one.source in _SOURCES else []
                return {
                    "legal_basis": _code("local_lovgrundlag", one.legal_basis),
                    "service": _code("ffb_ydelse", one.service),
                    "case_number": one.case_number,
                    "from_date": whole_date(one.start) if one.start else "",
                    "to_date": whole_date(one.end) if one.end else "",
                    "minutes_a_week": str(one.minutes_a_week or ""),
                    "follow_up_date": whole_date(one.follow_up) if one.follow_up else "",
                    "source": picked(*source),
                }
        self.say(_("Bevillingen findes ikke længere."), error=True)
        return {}

    async def save(self, values: dict[str, Any]) -> None:
        """Save the grant."""
        grants, citizen, grant = self.desk.services.grants, self.citizen, self.grant
        given = {**values, "case_number": values["case_number"] or ""}
        if grant:
            saved = await self.save_with(lambda desk: grants.change_grant(desk, grant, **given))
        else:
            saved = await self.save_with(lambda desk: grants.new_grant(desk, citizen, **given))
        self.done(self.receipt(_("Bevilling"), saved.at), saved.row)


def _code(source: str, code: str) -> dict[str, Any]:
    return picked(Choice(code, codes.display(source, code))) if code else picked()
