"""Courses: their plan, the days left out of it, who leads them; new, changed, copied, ended, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.model import Course, CourseException, CourseFacilitator, Programme, Venue, Worker
from vejleder_tui.rules.plan_window import plan_names
from vejleder_tui.rules.recurrence import Plan, format_plan, parse_plan
from vejleder_tui.services.plan_change import keep_what_was
from vejleder_tui.services.shared import organisation_of, required, tidy
from vejleder_tui.services.venues import new_programme, new_venue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "COURSE_ENDS",
    "COURSE_KINDS",
    "add_facilitator",
    "change_course",
    "clone_course",
    "end_course",
    "end_facilitator",
    "meet_day",
    "new_course",
    "new_programme",
    "new_venue",
    "restore_course",
    "skip_day",
    "void_course",
]

COURSE_KINDS = ("closed", "rolling", "open")
COURSE_ENDS = ("planned", "too_few", "no_staff", "merged", "other")
"""Why a course ended: as planned, too few participants, no staff, joined with another, other."""
FACILITATOR_ROLES = ("lead", "second", "substitute")


def new_course(
    desk: Desk,
    title: str,
    plan: Plan,
    *,
    kind: str = "closed",
    venue: str | None = None,
    programme: str | None = None,
    capacity: int | None = None,
    phase: str = "",
    skipped: Mapping[date, str] | None = None,
    facilitators: Iterable[str] = (),
) -> Saved:
    """Register a course; its days `skipped` and its leaders (ids of workers, the first one is tovholder) with it.

    Raises RuleError (`title`, `kind`, `capacity`, `venue`, `programme`).
    """
    with desk.transaction(N_("nyt forløb: {what}"), what=tidy(title) or "") as work:
        values = _checked(
            work, title, plan, kind=kind, venue=venue, programme=programme, capacity=capacity, phase=phase
        )
        key = {"organisation": organisation_of(work)}
        course = work.create(
            Course, work.new_id(), key, **values, status="running" if plan.first <= work.today else "planned"
        )
        for day, reason in sorted((skipped or {}).items()):
            if plan_names(plan, day):
                _skip(work, course, day, reason)
        for place, worker in enumerate(facilitators):
            _lead(work, course, worker, plan.first, "lead" if place == 0 else "second")
        return work.saved(course)


def change_course(
    desk: Desk,
    course: str,
    title: str,
    plan: Plan,
    *,
    kind: str,
    venue: str | None = None,
    programme: str | None = None,
    capacity: int | None = None,
    phase: str = "",
    skipped: Mapping[date, str] | None = None,
) -> Saved:
    """Change a course. A new plan holds from today on: sessions of the days before it keep their day, time and place.

    Days `skipped` are added to those that are left out already.

    Raises as `new_course`, and NotFoundError.
    """
    with desk.transaction(N_("forløb: {what}"), what=tidy(title) or "") as work:
        found = work.get(Course, course)
        before = parse_plan(found.plan) if found.plan else None
        if before is not None and before != plan:
            plan = keep_what_was(work, course, before, plan)
        work.change(
            Course,
            course,
            **_checked(work, title, plan, kind=kind, venue=venue, programme=programme, capacity=capacity, phase=phase),
        )
        for day, reason in sorted((skipped or {}).items()):
            if plan_names(plan, day):
                _skip(work, course, day, reason)
        return work.saved(course)


def clone_course(desk: Desk, course: str, title: str, first: date) -> Saved:
    """Register a course like another, from `first` on, with its leaders; nobody is enrolled on it.

    An end date moves as far as the first day does. Raises RuleError (`title`), NotFoundError.
    """
    with desk.transaction(N_("kopi af forløb: {what}"), what=tidy(title) or "") as work:
        found = work.get(Course, course)
        if not found.plan:
            raise RuleError(_("Forløbet har ingen plan, der kan kopieres."), _("Opret et nyt forløb."))
        old = parse_plan(found.plan)
        moved = first - old.first
        plan = Plan(
            weekdays=tuple(sorted({(day + moved.days) % 7 for day in old.weekdays})), every_weeks=old.every_weeks,
            start_minute=old.start_minute, end_minute=old.end_minute, first=first,
            until=old.until + moved if old.until else None, sessions=old.sessions,
        )  # fmt: skip
        leaders = work.rows(
            "SELECT worker FROM course_facilitator WHERE void = 0 AND course = ? AND to_date IS NULL"
            " ORDER BY role <> 'lead', from_date, id",
            (course,),
        )
        return new_course(
            desk, title, plan, kind=found.kind or "closed", venue=found.venue, programme=found.programme,
            capacity=found.capacity, phase=found.phase or "", facilitators=[row[0] for row in leaders],
        )  # fmt: skip


def end_course(desk: Desk, course: str, reason: str, last_day: date) -> Saved:
    """End a course on a day, its last; enrolments are ended one by one. Raises RuleError (`reason`, `to`)."""
    if reason not in COURSE_ENDS:
        raise RuleError(_("Vælg, hvorfor forløbet slutter."), field="reason")
    with desk.transaction(N_("forløb afsluttet: {what}"), what=_title(desk, course)) as work:
        found = work.get(Course, course)
        plan = parse_plan(found.plan) if found.plan else None
        if plan is not None:
            if last_day < plan.first:
                raise RuleError(
                    _("Slutdatoen ligger før den første mødegang."), _("Ret en af de to datoer."), field="to"
                )
            ended = Plan(
                plan.weekdays, plan.every_weeks, plan.start_minute, plan.end_minute, plan.first, last_day, plan.sessions
            )
            work.change(Course, course, plan=format_plan(ended))
        work.change(Course, course, status="ended", end_reason=reason)
        return work.saved(course)


def void_course(desk: Desk, course: str) -> Saved:
    """Take a course away; refused once somebody is registered on one of its sessions (RuleError)."""
    with desk.transaction(N_("forløb fjernet: {what}"), what=_title(desk, course)) as work:
        work.get(Course, course)
        if work.rows(
            "SELECT 1 FROM session s JOIN attendance a ON a.session = s.id AND a.void = 0 AND a.code IS NOT NULL"
            " WHERE s.void = 0 AND s.course = ? LIMIT 1",
            (course,),
        ):
            raise RuleError(_("Forløbet har fremmøde og kan ikke fjernes."), _("Afslut det i stedet."))
        work.void(Course, course)
        return work.saved(course)


def restore_course(desk: Desk, course: str) -> Saved:
    """Bring a course back that was taken away."""
    with desk.transaction(N_("forløb gendannet: {what}"), what=_title(desk, course)) as work:
        work.restore(Course, course)
        return work.saved(course)


def skip_day(desk: Desk, course: str, day: date, reason: str) -> Saved:
    """Leave a day out of a course's plan, with the reason, such as "juleferie"; raises RuleError (`reason`)."""
    with desk.transaction(N_("{day} springes over"), day=f"{day:%d-%m-%Y}") as work:
        work.get(Course, course)
        return work.saved(_skip(work, course, day, reason))


def meet_day(desk: Desk, course: str, day: date) -> Saved:
    """Take a day back into the plan that was left out of it."""
    with desk.transaction(N_("{day} holdes alligevel"), day=f"{day:%d-%m-%Y}") as work:
        row = natural_id("course_exception", course, day.isoformat())
        work.void(CourseException, row)
        return work.saved(row)


def add_facilitator(desk: Desk, course: str, worker: str, from_date: date, *, role: str = "lead") -> Saved:
    """Write who leads a course from a day on; raises RuleError (`role`), NotFoundError."""
    with desk.transaction(N_("tovholder på {what}"), what=_title(desk, course)) as work:
        work.get(Course, course)
        return work.saved(_lead(work, course, worker, from_date, role))


def end_facilitator(desk: Desk, facilitator: str, last_day: date) -> Saved:
    """Write the last day on which somebody leads a course; raises RuleError (`to`), NotFoundError."""
    with desk.transaction(N_("tovholder stoppet")) as work:
        found = work.get(CourseFacilitator, facilitator)
        if found.from_date and last_day.isoformat() < found.from_date:
            raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="to")
        work.change(CourseFacilitator, facilitator, to_date=last_day.isoformat())
        return work.saved(facilitator)


def _title(desk: Desk, course: str) -> str:
    found = desk.store.connection.execute("SELECT title FROM course WHERE id = ?", (course,)).fetchone()
    return "" if found is None or found[0] is None else str(found[0])


def _skip(work: Work, course: str, day: date, reason: str) -> str:
    why = required(reason, "reason", N_("Årsagen mangler."), N_("Skriv fx juleferie."))
    key = {"course": course, "date": day.isoformat()}
    return work.create(CourseException, natural_id("course_exception", course, day.isoformat()), key, reason=why)


def _lead(work: Work, course: str, worker: str, from_date: date, role: str) -> str:
    if role not in FACILITATOR_ROLES:
        raise RuleError(_("Vælg en rolle."), field="role")
    if work.find(Worker, worker) is None:
        raise NotFoundError(_("Medarbejderen findes ikke i registreringerne."), _("Vælg en anden."))
    key = {"course": course, "worker": worker, "from_date": from_date.isoformat()}
    return work.create(CourseFacilitator, natural_id("course_facilitator", course, worker, from_date), key, role=role)


def _checked(
    work: Work,
    title: str,
    plan: Plan,
    *,
    kind: str,
    venue: str | None,
    programme: str | None,
    capacity: int | None,
    phase: str,
) -> dict[str, Any]:
    called = required(title, "title", N_("Forløbets navn mangler."), N_("Skriv fx ABC-gruppe, efterår."))
    if kind not in COURSE_KINDS:
        raise RuleError(_("Vælg, hvordan deltagerne kommer ind på forløbet."), field="kind")
    if capacity is not None and capacity < 1:
        raise RuleError(
            _("Antal pladser skal være mindst 1."), _("Skriv et tal, eller lad feltet stå tomt."), field="capacity"
        )
    if venue is not None and work.find(Venue, venue) is None:
        raise RuleError(_("Stedet findes ikke længere."), _("Vælg et andet."), field="venue")
    if programme is not None and work.find(Programme, programme) is None:
        raise RuleError(_("Indsatsen findes ikke længere."), _("Vælg en anden."), field="programme")
    return {
        "title": called, "plan": format_plan(plan), "kind": kind, "venue": venue, "programme": programme,
        "duration": "ongoing" if plan.is_open_ended else "time_limited", "capacity": capacity, "phase": tidy(phase),
    }  # fmt: skip
