"""Grants: the formal decision to give a citizen a service for a period."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Citizen, Grant
from vejleder_tui.rules.legal import needs_grant, short_form
from vejleder_tui.rules.text import clean, short_name
from vejleder_tui.services.citizens import UNCHANGED

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["GRANT_SOURCES", "change_grant", "new_grant", "restore_grant", "void_grant"]

GRANT_SOURCES = ("letter", "system", "citizen", "other")
"""Where the grant is known from: the letter of decision, the case system, the citizen, another source."""

MINUTES_IN_A_WEEK = 7 * 24 * 60


def new_grant(
    desk: Desk,
    citizen: str,
    *,
    legal_basis: str,
    from_date: date,
    to_date: date | None = None,
    service: str | None = None,
    case_number: str = "",
    minutes_a_week: int | None = None,
    follow_up_date: date | None = None,
    source: str | None = None,
    grant: str = "",
) -> Saved:
    """Write a grant on `legal_basis` (codes of `local_lovgrundlag`); `service` is a code of `ffb_ydelse`.

    RuleError names the field: legal_basis, from_date, to_date, service, minutes_a_week, follow_up_date, source.
    """
    with desk.transaction(N_("ny bevilling: {who}"), who=_short(desk, citizen)) as work:
        work.get(Citizen, citizen)
        values = {
            "legal_basis": legal_basis, "from_date": from_date, "to_date": to_date, "service": service,
            "case_number": case_number, "minutes_a_week": minutes_a_week, "follow_up_date": follow_up_date,
            "source": source,
        }  # fmt: skip
        row = work.create(Grant, grant or work.new_id(), {"citizen": citizen}, **_checked(values, {}))
        return work.saved(row)


def change_grant(
    desk: Desk,
    grant: str,
    *,
    legal_basis: str = UNCHANGED,
    from_date: date = UNCHANGED,
    to_date: date | None = UNCHANGED,
    service: str | None = UNCHANGED,
    case_number: str = UNCHANGED,
    minutes_a_week: int | None = UNCHANGED,
    follow_up_date: date | None = UNCHANGED,
    source: str | None = UNCHANGED,
    reason: str | None = None,
) -> Saved:
    """Write the fields that are given; None empties one. Errors as `new_grant`."""
    given: dict[str, Any] = {
        "legal_basis": legal_basis, "from_date": from_date, "to_date": to_date, "service": service,
        "case_number": case_number, "minutes_a_week": minutes_a_week, "follow_up_date": follow_up_date,
        "source": source,
    }  # fmt: skip
    changes = {field: value for field, value in given.items() if value is not UNCHANGED}
    with desk.transaction() as work:
        standing = work.get(Grant, grant)
        before = {field: getattr(standing, field) for field in given}
        values = _checked(changes, before)
        with desk.transaction(N_("rettet bevilling: {who}"), who=_short(desk, standing.citizen or "")):
            work.change(Grant, grant, correction=reason, **values)
        return work.saved(grant)


def void_grant(desk: Desk, grant: str, *, reason: str | None = None) -> Saved:
    """Take away a grant that was written by mistake; refused with RuleError while an enrolment rests on it."""
    with desk.transaction() as work:
        standing = work.get(Grant, grant)
        if work.rows("SELECT 1 FROM enrolment WHERE grant_id = ? AND void = 0 LIMIT 1", (grant,)):
            raise RuleError(
                _("En indskrivning bygger på bevillingen."), _("Vælg en anden bevilling på indskrivningen først.")
            )
        with desk.transaction(N_("fjernet bevilling: {who}"), who=_short(desk, standing.citizen or "")):
            work.void(Grant, grant, correction=reason)
        return work.saved(grant)


def restore_grant(desk: Desk, grant: str) -> Saved:
    """Bring back a grant that was taken away."""
    with desk.transaction(N_("gendannet bevilling: {who}"), who=_owner(desk, grant)) as work:
        work.restore(Grant, grant)
        return work.saved(grant)


def _checked(given: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the columns to write; raises RuleError."""
    values: dict[str, Any] = {
        field: value.isoformat() if isinstance(value, date) else value for field, value in given.items()
    }
    if isinstance(values.get("case_number"), str):
        values["case_number"] = clean(given["case_number"]).strip() or None
    after = {**before, **values}
    basis = after.get("legal_basis")
    if codes.lookup("local_lovgrundlag", basis) is None:
        raise RuleError(_("Vælg et lovgrundlag."), field="legal_basis")
    if not needs_grant(str(basis)) and "legal_basis" in given:
        raise RuleError(
            _("{basis} gives uden bevilling.").format(basis=short_form(str(basis))),
            _("Vælg et andet lovgrundlag, eller skriv det på indskrivningen."),
            field="legal_basis",
        )
    if after.get("service") and codes.lookup("ffb_ydelse", after["service"]) is None:
        raise RuleError(_("Ydelsen kendes ikke."), _("Vælg den på listen."), field="service")
    start, end = after.get("from_date"), after.get("to_date")
    if not start:
        raise RuleError(_("Skriv, hvornår bevillingen gælder fra."), field="from_date")
    if end and end < start:
        raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="to_date")
    minutes = after.get("minutes_a_week")
    if minutes is not None and not 0 < minutes <= MINUTES_IN_A_WEEK:
        raise RuleError(_("Skriv minutter om ugen, fx 90."), field="minutes_a_week")
    if after.get("follow_up_date") and after["follow_up_date"] < start:
        raise RuleError(_("Opfølgningen ligger før bevillingen."), _("Ret en af de to datoer."), field="follow_up_date")
    if after.get("source") and after["source"] not in GRANT_SOURCES:
        raise RuleError(_("Vælg, hvor bevillingen kendes fra."), field="source")
    return values


def _short(desk: Desk, citizen: str) -> str:
    found = desk.store.connection.execute(
        "SELECT name, call_name, alias FROM citizen WHERE id = ?", (citizen,)
    ).fetchone()
    if found is None:
        return ""
    return short_name(found[0], found[1] or "") if found[0] else found[2] or ""


def _owner(desk: Desk, grant: str) -> str:
    found = desk.store.connection.execute('SELECT citizen FROM "grant" WHERE id = ?', (grant,)).fetchone()
    return _short(desk, found[0]) if found else ""
