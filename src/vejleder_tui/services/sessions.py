"""Sessions: the row that appears when a person first writes about one; new, cancelled, moved and changed ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Course, GroupSession, Venue
from vejleder_tui.rules.plan_window import plan_names
from vejleder_tui.rules.recurrence import parse_plan
from vejleder_tui.services.plan_change import moments
from vejleder_tui.services.shared import required, tidy

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "SessionFields",
    "cancel_session",
    "change_session",
    "ensure_session",
    "hold_after_all",
    "move_session",
    "new_ad_hoc_session",
    "void_session",
]


@dataclass(frozen=True)
class SessionFields:
    """What the session form holds. Minutes are of the Danish day (0–1440); an empty `venue` is the course's own."""

    day: date
    start_minute: int
    end_minute: int
    title: str = ""
    venue: str | None = None
    theme: str = ""
    note: str = ""


def ensure_session(work: Work, ref: SessionRef) -> str:
    """Return the id of the session's row, and write the row if a plan implied it and nobody has touched it yet."""
    if work.find(GroupSession, ref.id) is None:
        day = ref.planned_date.isoformat() if ref.planned_date else None
        work.create(GroupSession, ref.id, {"course": ref.course, "planned_date": day, "number": ref.number})
    return ref.id


def new_ad_hoc_session(desk: Desk, fields: SessionFields, *, course: str | None = None) -> Saved:
    """Register a session that no plan implies, of a course or of none; one without a course needs a title.

    Raises RuleError (`title`, `time`, `venue`).
    """
    with desk.transaction(N_("ny mødegang: {day}"), day=f"{fields.day:%d-%m-%Y}") as work:
        _check_fields(work, fields)
        if course is None:
            required(fields.title, "title", N_("Mødegangens navn mangler."), N_("Skriv fx Fællesspisning."))
        else:
            work.get(Course, course)
        start_at, end_at = moments(fields.day, fields.start_minute, fields.end_minute)
        row = work.create(
            GroupSession, work.new_id(), {"course": course}, date=fields.day.isoformat(), start_at=start_at,
            end_at=end_at, title=tidy(fields.title), venue=fields.venue, theme_planned=tidy(fields.theme),
            note=tidy(fields.note), status="planned",
        )  # fmt: skip
        return work.saved(row)


def cancel_session(desk: Desk, ref: SessionRef, reason: str) -> Saved:
    """Cancel a session, with the reason; refused once somebody came (RuleError, `reason`)."""
    with desk.transaction(N_("aflyst: {day}"), day=_day_of(ref)) as work:
        why = required(reason, "reason", N_("Årsagen mangler."), N_("Skriv fx sygdom hos vejleder."))
        row = ensure_session(work, ref)
        _refuse_signed_off(work, row)
        if work.rows(
            "SELECT 1 FROM attendance WHERE void = 0 AND session = ? AND code IN ('present', 'partial', 'online') LIMIT 1",
            (row,),
        ):
            raise RuleError(_("Der er registreret fremmøde på mødegangen."), _("Ryd det først, hvis ingen kom."))
        work.change(GroupSession, row, status="cancelled", status_reason=why)
        return work.saved(row)


def hold_after_all(desk: Desk, ref: SessionRef) -> Saved:
    """Take back that a session was cancelled."""
    with desk.transaction(N_("holdes alligevel: {day}"), day=_day_of(ref)) as work:
        found = work.get(GroupSession, ref.id)
        if found.status != "cancelled":
            raise RuleError(_("Mødegangen er ikke aflyst."))
        moved = found.date is not None and found.date != found.planned_date and found.planned_date is not None
        work.change(GroupSession, ref.id, status="moved" if moved else "planned", status_reason=None)
        return work.saved(ref.id)


def move_session(
    desk: Desk,
    ref: SessionRef,
    day: date,
    start_minute: int,
    end_minute: int,
    *,
    venue: str | None = None,
    reason: str = "",
) -> Saved:
    """Move a session to another day or time; moved back to where the plan has it, it is planned again.

    Raises RuleError (`time`, `venue`); refused once it is signed off.
    """
    with desk.transaction(N_("flyttet: {day}"), day=_day_of(ref)) as work:
        row = ensure_session(work, ref)
        _refuse_signed_off(work, row)
        standing = work.get(GroupSession, row)
        fields = SessionFields(day, start_minute, end_minute, venue=venue)
        _check_fields(work, fields)
        start_at, end_at = moments(day, start_minute, end_minute)
        planned = _planned_moments(work, ref)
        held = standing.status == "held"
        values: dict[str, str | None]
        if planned == (day, start_at, end_at):
            values = {"date": None, "start_at": None, "end_at": None, "status_reason": None}
            status = "planned"
        else:
            values = {"date": day.isoformat(), "start_at": start_at, "end_at": end_at, "status_reason": tidy(reason)}
            status = "planned" if ref.planned_date is None else "moved"
        if venue is not None:
            values["venue"] = venue
        work.change(GroupSession, row, status="held" if held else status, **values)
        return work.saved(row)


def change_session(desk: Desk, ref: SessionRef, fields: SessionFields, *, reason: str = "") -> Saved:
    """Change what the session form holds; a signed-off session asks for a reason (RuleError, `reason`).

    Another day makes it a moved one. Raises RuleError (`title`, `time`, `venue`).
    """
    with desk.transaction(N_("mødegang: {day}"), day=_day_of(ref)) as work:
        _check_fields(work, fields)
        row = ensure_session(work, ref)
        standing = work.get(GroupSession, row)
        why = tidy(reason)
        if standing.signed_off_at is not None and why is None:
            raise RuleError(_("Mødegangen er godkendt."), _("Skriv, hvorfor den rettes."), field="reason")
        if ref.course is None:
            required(fields.title, "title", N_("Mødegangens navn mangler."), N_("Skriv fx Fællesspisning."))
        start_at, end_at = moments(fields.day, fields.start_minute, fields.end_minute)
        values: dict[str, str | None] = {
            "title": tidy(fields.title), "venue": fields.venue, "theme_planned": tidy(fields.theme),
            "note": tidy(fields.note),
        }  # fmt: skip
        planned = _planned_moments(work, ref)
        if planned == (fields.day, start_at, end_at):
            values |= {"date": None, "start_at": None, "end_at": None}
        else:
            values |= {"date": fields.day.isoformat(), "start_at": start_at, "end_at": end_at}
        if standing.status in {None, "planned", "moved"} and ref.planned_date is not None:
            values["status"] = "planned" if planned and planned[0] == fields.day else "moved"
        if standing.theme is not None:
            values["theme"] = tidy(fields.theme)
        work.change(GroupSession, row, correction=why, **values)
        return work.saved(row)


def void_session(desk: Desk, ref: SessionRef) -> Saved:
    """Take away a session that no plan implies; refused once somebody is registered (RuleError)."""
    with desk.transaction(N_("mødegang fjernet: {day}"), day=_day_of(ref)) as work:
        if ref.planned_date is not None:
            raise RuleError(_("Mødegangen følger af planen."), _("Aflys den, eller spring dagen over."))
        _refuse_signed_off(work, ref.id)
        if work.rows("SELECT 1 FROM attendance WHERE void = 0 AND session = ? AND code IS NOT NULL LIMIT 1", (ref.id,)):
            raise RuleError(_("Der er registreret fremmøde på mødegangen."), _("Ryd det først, hvis ingen kom."))
        work.void(GroupSession, ref.id)
        return work.saved(ref.id)


def restore_session(desk: Desk, session: str) -> Saved:
    """Bring back a session that was taken away."""
    with desk.transaction(N_("mødegang gendannet")) as work:
        work.restore(GroupSession, session)
        return work.saved(session)


def _day_of(ref: SessionRef) -> str:
    return f"{ref.planned_date:%d-%m-%Y}" if ref.planned_date else _("ekstra mødegang")


def _refuse_signed_off(work: Work, row: str) -> None:
    if work.get(GroupSession, row).signed_off_at is not None:
        raise RuleError(_("Mødegangen er godkendt."), _("Ret den, og skriv hvorfor."))


def _check_fields(work: Work, fields: SessionFields) -> None:
    if not 0 <= fields.start_minute < fields.end_minute <= 1440:
        raise RuleError(_("Slut skal være efter start."), _("Skriv fx 10:00–12:00."), field="time")
    if fields.venue is not None and work.find(Venue, fields.venue) is None:
        raise RuleError(_("Stedet findes ikke længere."), _("Vælg et andet."), field="venue")


def _planned_moments(work: Work, ref: SessionRef) -> tuple[date, str, str] | None:
    """Return the day and the moments that the plan gives the session; None where no plan implies it."""
    if ref.course is None or ref.planned_date is None:
        return None
    found = work.find(Course, ref.course)
    if found is None or not found.plan:
        return None
    plan = parse_plan(found.plan)
    if not plan_names(plan, ref.planned_date):
        return None
    return ref.planned_date, *moments(ref.planned_date, plan.start_minute, plan.end_minute)
