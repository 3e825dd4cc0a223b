"""What a legal basis in the Act on Social Services asks of an enrolment.

The legal basis stands on the enrolment, so one room can hold § 82 a and § 85. Which basis asks for what is data
here, to be checked by the municipality's lawyer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.rules.dates import add_months
from vejleder_tui.rules.formats import whole_date

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "LONGEST_82B_MONTHS",
    "SEL_82A",
    "SEL_82B",
    "asks_for_cpr",
    "check_enrolment",
    "grant_has_ended",
    "latest_end",
    "needs_assessment",
    "needs_end",
    "needs_grant",
    "short_form",
]

SEL_82A = "SEL-82a"
SEL_82B = "SEL-82b"
LONGEST_82B_MONTHS = 6
"""Default of the setting: § 82 b ends within so many months of its start."""
_GRANTED = frozenset({"SEL-85", "SEL-85a", "SEL-104", "SEL-107", "SEL-108"})


def needs_grant(legal_basis: str) -> bool:
    """Say whether an enrolment on this basis asks for a grant: § 85, 85 a, 104, 107 and 108."""
    return legal_basis in _GRANTED


def needs_assessment(legal_basis: str) -> bool:
    """Say whether one line of assessment is asked for: § 82 a, in place of a grant."""
    return legal_basis == SEL_82A


def needs_end(legal_basis: str) -> bool:
    """Say whether an end date is asked for: § 82 b."""
    return legal_basis == SEL_82B


def asks_for_cpr(legal_basis: str) -> bool:
    """Say whether a CPR number (or substitute) is asked for: where there is a grant, and never for § 82 a."""
    return needs_grant(legal_basis)


def latest_end(legal_basis: str, start: date, months: int = LONGEST_82B_MONTHS) -> date | None:
    """Return the last day on which an enrolment may end; None where the law sets none."""
    return add_months(start, months) if needs_end(legal_basis) else None


def check_enrolment(
    legal_basis: str,
    start: date,
    end: date | None = None,
    *,
    has_grant: bool = False,
    assessment: str = "",
    months: int = LONGEST_82B_MONTHS,
) -> None:
    """Refuse an enrolment that lacks what its legal basis asks for; `RuleError` names the field.

    Fields: `grant`, `assessment`, `to`. A CPR number is never among what is refused for.
    """
    basis = short_form(legal_basis)
    if end is not None and end < start:
        raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="to")
    if needs_grant(legal_basis) and not has_grant:
        raise RuleError(
            _("{basis} kræver en bevilling.").format(basis=basis),
            _("Vælg bevillingen, eller opret den først."),
            field="grant",
        )
    if needs_assessment(legal_basis) and not assessment.strip():
        raise RuleError(
            _("{basis} kræver én linje med vurderingen.").format(basis=basis),
            _("Skriv, hvordan tilbuddet kan forbedre eller forebygge."),
            field="assessment",
        )
    latest = latest_end(legal_basis, start, months)
    if latest is None:
        return
    if end is None:
        raise RuleError(
            _("{basis} kræver en slutdato.").format(basis=basis),
            _("Skriv en dato senest {date}.").format(date=whole_date(latest)),
            field="to",
        )
    if end > latest:
        raise RuleError(
            _("{basis} kan højst vare {months} måneder.").format(basis=basis, months=months),
            _("Skriv en dato senest {date}.").format(date=whole_date(latest)),
            field="to",
        )


def grant_has_ended(grant_end: date | None, session_day: date) -> bool:
    """Say whether a session lies past the end of a grant: a warning, which never blocks."""
    return grant_end is not None and session_day > grant_end


def short_form(legal_basis: str) -> str:
    """Return "§ 82 a" of `SEL-82a`, with no-break spaces; an unknown code stands for itself."""
    parts = re.fullmatch(r"SEL-([0-9]+)([a-z]?)", legal_basis)
    if parts is None:
        return legal_basis
    return "\u00a0".join(part for part in ("§", parts[1], parts[2]) if part)
