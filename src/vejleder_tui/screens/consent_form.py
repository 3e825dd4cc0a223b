"""Samtykke, skema: from when to when a citizen said yes. What to is chosen in the citizen's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import N_, _
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.screens.planning_form import PlanningForm
from vejleder_tui.screens.record import at_the_door

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.widgets.form import Field

__all__ = ["SCOPES", "ConsentForm"]

SCOPES = {"sharing": N_("deling med andre"), "measurements": N_("målinger"), "photos": N_("billeder")}
"""What a consent is to, in words."""


class ConsentForm(PlanningForm):
    """Takes `citizen` and `consent`, the id of the one whose days are changed."""

    SCREEN_ID = "consent_form"

    def __init__(self, *, citizen: str = "", consent: str = "", **values: Any) -> None:  # noqa: ANN401 - as every form
        super().__init__(**values)
        self.citizen, self.consent = self.given(citizen=citizen, consent=consent)
        self._scope = ""

    def row_shown(self) -> tuple[str, str]:
        """Return the row that is changed."""
        return "consent", self.consent

    def title_left(self) -> str:
        """Return what the consent is to."""
        word = _(SCOPES[self._scope]) if self._scope in SCOPES else ""
        return _("Samtykke til {what}").format(what=word) if word else _("Samtykke")

    def draft_title(self) -> str:
        """Return the line of I dag; it names no citizen."""
        return self.title_left()

    def draft_about(self) -> Mapping[str, str]:
        """Return whose consent it is, and which one."""
        return {"citizen": self.citizen, "consent": self.consent}

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        """Return the fields."""
        return [
            self.day_field("given_on", _("Givet"), required=True),
            self.day_field("withdrawn_on", _("Trukket tilbage"), help_line=_("Tom: samtykket gælder.")),
        ]

    async def begin_with(self) -> Mapping[str, Any]:
        """Read the consent; that is logged."""
        citizen, consent = self.citizen, self.consent
        found = await at_the_door(self.desk, lambda door: door.consent(citizen, consent))
        self._scope = found.scope
        return {
            "given_on": whole_date(found.given_on) if found.given_on else "",
            "withdrawn_on": whole_date(found.withdrawn_on) if found.withdrawn_on else "",
        }

    async def save(self, values: dict[str, Any]) -> None:
        """Save both days."""
        consents, consent = self.desk.services.consents, self.consent
        saved = await self.save_with(
            lambda desk: consents.change_consent(desk, consent, values["given_on"], values["withdrawn_on"])
        )
        self.done(self.receipt(self.title_left(), saved.at))
