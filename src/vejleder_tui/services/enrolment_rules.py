"""What is asked before somebody gets a place: age, legal basis, grant, and room on the course."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.model import Citizen, Course, Grant, Programme
from vejleder_tui.queries.persons import group_of, person_of
from vejleder_tui.rules import cpr, legal
from vejleder_tui.services.shared import setting_number, tidy

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Work

__all__ = ["check_capacity", "check_person", "check_place"]


def check_person(work: Work, citizen: str, day: date) -> None:
    """Refuse who is under 18 on the day (RuleError, `from`); without a birth date the CPR number says it, or nothing does."""
    found = work.get(Citizen, citizen)
    born = date.fromisoformat(found.birth_date) if found.birth_date else None
    if born is None and (number := found.cpr or found.substitute_number):
        try:
            born = cpr.parse(number).birth_date
        except RuleError:
            born = None
    if born is not None:
        cpr.check_adult(born, day)


def check_place(
    work: Work,
    course: str,
    citizen: str,
    *,
    legal_basis: str,
    day: date,
    to_date: date | None,
    grant: str | None,
    assessment: str,
) -> None:
    """Refuse what the legal basis, the course's programme or the grant does not allow; RuleError names the field."""
    if codes.lookup("local_lovgrundlag", legal_basis) is None:
        raise RuleError(_("Lovgrundlaget mangler."), _("Vælg det på listen."), field="legal_basis")
    programme = work.get(Course, course).programme
    allowed = work.find(Programme, programme) if programme else None
    if allowed is not None and allowed.legal_bases and legal_basis not in allowed.legal_bases.split():
        raise RuleError(
            _("Indsatsen gives ikke efter {basis}.").format(basis=legal.short_form(legal_basis)),
            _("Vælg et andet lovgrundlag, eller ret indsatsen i kataloget."),
            field="legal_basis",
        )
    if grant is not None:
        found = work.find(Grant, grant)
        if found is None or found.citizen not in {citizen, *group_of(work.desk.store.connection, citizen)}:
            raise RuleError(_("Bevillingen hører ikke til borgeren."), _("Vælg en anden."), field="grant")
        if found.legal_basis and found.legal_basis != legal_basis:
            raise RuleError(
                _("Bevillingen er givet efter {basis}.").format(basis=legal.short_form(found.legal_basis)),
                _("Vælg en anden bevilling, eller ret lovgrundlaget."),
                field="grant",
            )
    legal.check_enrolment(
        legal_basis, day, to_date, has_grant=grant is not None, assessment=assessment,
        months=setting_number(work, "longest_82b_months", legal.LONGEST_82B_MONTHS),
    )  # fmt: skip


def check_capacity(work: Work, course: str, day: date, reason: str, but: str = "") -> str | None:
    """Return the reason to keep: none while there is room; RuleError (`over_capacity_reason`) where one is missing.

    A paused person keeps the place; one that was offered is still free.
    """
    capacity = work.get(Course, course).capacity
    if capacity is None:
        return None
    taken = work.rows(
        f"SELECT count(DISTINCT {person_of('enrolment.citizen')}) FROM enrolment WHERE void = 0 AND course = ? AND id <> ?"
        " AND status IN ('enrolled', 'paused') AND (to_date IS NULL OR to_date >= ?)",
        (course, but, day.isoformat()),
    )[0][0]
    if taken < capacity:
        return None
    why = tidy(reason)
    if why is None:
        raise RuleError(
            _("Forløbet er fuldt: {taken} af {capacity} pladser.").format(taken=taken, capacity=capacity),
            _("Skriv, hvorfor der gives en plads mere."),
            field="over_capacity_reason",
        )
    return why
