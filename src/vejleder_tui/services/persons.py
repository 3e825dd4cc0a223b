"""Whether two registrations of citizens are the same person: what somebody answers, kept for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.model import Citizen, SamePerson
from vejleder_tui.services.citizens import short_name_of

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["answer", "pair_id"]


def pair_id(first: str, second: str) -> str:
    """Return the id of the row in which two laptops meet when both answer about the same two citizens."""
    return natural_id("same_person", *sorted((first, second)))


def answer(desk: Desk, first: str, second: str, *, same: bool) -> Saved:
    """Write that two citizens are the same person, or are not: one step, and never asked again.

    Another answer of the same pair replaces it. Raises NotFoundError, and RuleError for one citizen twice.
    """
    label = N_("samme borger: {who}") if same else N_("ikke samme borger: {who}")
    with desk.transaction(label, who=short_name_of(desk, first)) as work:
        smaller, greater = sorted((first, second))
        if smaller == greater:
            raise RuleError(_("Det er den samme registrering."), _("Vælg to forskellige."))
        work.get(Citizen, smaller)
        work.get(Citizen, greater)
        row = pair_id(smaller, greater)
        work.create(SamePerson, row, {"first": smaller, "second": greater}, same=same)
        return work.saved(row)
