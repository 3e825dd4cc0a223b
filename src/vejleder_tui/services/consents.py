"""Consents: what a citizen has said yes to, since when, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Citizen, Consent
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.services.citizens import short_name_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from vejleder_tui.services.desk import Desk, Saved

__all__ = [
    "CONSENT_SCOPES",
    "change_consent",
    "give_consent",
    "restore_consent",
    "set_consents",
    "void_consent",
    "withdraw_consent",
]

CONSENT_SCOPES = ("sharing", "measurements", "photos")
"""What a consent is to: sharing with others, voluntary measurements, photos. Support itself does not rest on consent."""


def give_consent(desk: Desk, citizen: str, scope: str, given_on: date | None = None, *, consent: str = "") -> Saved:
    """Write that a citizen consented, today or on a past day; RuleError with field `scope` or `given_on`."""
    with desk.transaction(N_("samtykke: {who}"), who=short_name_of(desk, citizen)) as work:
        work.get(Citizen, citizen)
        if scope not in CONSENT_SCOPES:
            raise RuleError(_("Vælg, hvad samtykket gælder."), field="scope")
        day = given_on or work.today
        _not_ahead(day, work.today, "given_on")
        row = work.create(
            Consent, consent or work.new_id(), {"citizen": citizen}, scope=scope, given_on=day.isoformat()
        )
        return work.saved(row)


def withdraw_consent(desk: Desk, consent: str, withdrawn_on: date | None = None) -> Saved:
    """Write that a consent was withdrawn, today or on a past day from the day it was given; field `withdrawn_on`."""
    with desk.transaction() as work:
        standing = work.get(Consent, consent)
        day = withdrawn_on or work.today
        _not_ahead(day, work.today, "withdrawn_on")
        if standing.given_on:
            _not_before(day, date.fromisoformat(standing.given_on))
        with desk.transaction(N_("samtykke trukket tilbage: {who}"), who=short_name_of(desk, standing.citizen or "")):
            work.change(Consent, consent, withdrawn_on=day.isoformat())
        return work.saved(consent)


def set_consents(desk: Desk, citizen: str, scopes: Collection[str]) -> None:
    """Make today's consents those of `scopes`: new ones are given today, those not named are withdrawn today."""
    with desk.transaction(N_("samtykke: {who}"), who=short_name_of(desk, citizen)) as work:
        standing = {
            scope: row
            for row, scope in work.rows(
                "SELECT id, scope FROM consent WHERE citizen = ? AND void = 0 AND withdrawn_on IS NULL", (citizen,)
            )
        }
        for scope in CONSENT_SCOPES:
            if scope in scopes and scope not in standing:
                give_consent(desk, citizen, scope)
            elif scope not in scopes and scope in standing:
                withdraw_consent(desk, standing[scope])


def change_consent(desk: Desk, consent: str, given_on: date, withdrawn_on: date | None = None) -> Saved:
    """Write both days of a consent; None: it holds. RuleError with field `given_on` or `withdrawn_on`."""
    with desk.transaction() as work:
        standing = work.get(Consent, consent)
        _not_ahead(given_on, work.today, "given_on")
        if withdrawn_on is not None:
            _not_ahead(withdrawn_on, work.today, "withdrawn_on")
            _not_before(withdrawn_on, given_on)
        with desk.transaction(N_("samtykke: {who}"), who=short_name_of(desk, standing.citizen or "")):
            work.change(
                Consent, consent, given_on=given_on.isoformat(),
                withdrawn_on=withdrawn_on.isoformat() if withdrawn_on else None,
            )  # fmt: skip
        return work.saved(consent)


def void_consent(desk: Desk, consent: str) -> Saved:
    """Take away a consent that was written by mistake."""
    with desk.transaction(N_("samtykke fjernet")) as work:
        work.void(Consent, consent)
        return work.saved(consent)


def restore_consent(desk: Desk, consent: str) -> Saved:
    """Bring back a consent that was taken away."""
    with desk.transaction(N_("samtykke gendannet")) as work:
        work.restore(Consent, consent)
        return work.saved(consent)


def _not_before(withdrawn_on: date, given_on: date) -> None:
    if withdrawn_on < given_on:
        raise RuleError(
            _("Samtykket kan ikke være trukket tilbage, før det blev givet."),
            _("Ret datoen."),
            field="withdrawn_on",
        )


def _not_ahead(day: date, today: date, field: str) -> None:
    if day > today:
        raise RuleError(
            _("Datoen ligger i fremtiden."), _("Skriv senest {date}.").format(date=whole_date(today)), field=field
        )
