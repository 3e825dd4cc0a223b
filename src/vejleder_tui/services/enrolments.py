"""Enrolments: waiting list, offer, place, pause and end, each with what its legal basis asks for.

Whoever gets a place gets the day in `enrolled_from`: the rosters go by it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.model import Course, Enrolment
from vejleder_tui.queries.persons import group_of
from vejleder_tui.queries.persons import marks as placeholders
from vejleder_tui.rules.text import short_name
from vejleder_tui.services.enrolment_rules import check_capacity, check_person, check_place
from vejleder_tui.services.shared import tidy

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "change_enrolment",
    "complete",
    "end_enrolment",
    "enrol",
    "offer_place",
    "pause",
    "put_on_waiting_list",
    "restore_enrolment",
    "resume",
    "take_place",
    "void_enrolment",
]

_OPEN = ("waiting", "offered", "enrolled", "paused")


def enrol(
    desk: Desk,
    course: str,
    citizen: str,
    legal_basis: str,
    *,
    from_date: date | None = None,
    to_date: date | None = None,
    grant: str | None = None,
    assessment: str = "",
    over_capacity_reason: str = "",
) -> Saved:
    """Give a citizen a place on a course from a day on (today); who waits there takes the place instead.

    Raises RuleError (`citizen`, `legal_basis`, `grant`, `assessment`, `from`, `to`, `over_capacity_reason`).
    """
    with desk.transaction(N_("indskrivning: {who}"), who=_who(desk, citizen)) as work:
        day = from_date or work.today
        standing = _open_enrolment(work, course, citizen)
        if standing is not None:
            waiting = work.get(Enrolment, standing)
            if waiting.status not in {"waiting", "offered"}:
                raise RuleError(
                    _("Borgeren har allerede en plads på forløbet."), _("Ret indskrivningen i stedet."), field="citizen"
                )
            return take_place(
                desk, standing, on=day, legal_basis=legal_basis, grant=grant, assessment=assessment, to_date=to_date,
                over_capacity_reason=over_capacity_reason,
            )  # fmt: skip
        check_person(work, citizen, day)
        check_place(
            work, course, citizen, legal_basis=legal_basis, day=day, to_date=to_date, grant=grant, assessment=assessment
        )
        reason = check_capacity(work, course, day, over_capacity_reason)
        return work.saved(
            _write(
                work, course, citizen, day, status="enrolled", enrolled_from=day.isoformat(), legal_basis=legal_basis,
                grant_id=grant, assessment=tidy(assessment), to_date=to_date.isoformat() if to_date else None,
                over_capacity_reason=reason,
            )
        )  # fmt: skip


def put_on_waiting_list(
    desk: Desk,
    course: str,
    citizen: str,
    legal_basis: str | None = None,
    *,
    from_date: date | None = None,
    grant: str | None = None,
    assessment: str = "",
) -> Saved:
    """Put a citizen last on a course's waiting list; what the legal basis asks for is checked with the place.

    Raises RuleError (`citizen`, `legal_basis`, `from`).
    """
    with desk.transaction(N_("venteliste: {who}"), who=_who(desk, citizen)) as work:
        day = from_date or work.today
        work.get(Course, course)
        if _open_enrolment(work, course, citizen) is not None:
            raise RuleError(
                _("Borgeren står allerede på forløbet."), _("Ret indskrivningen i stedet."), field="citizen"
            )
        if legal_basis is not None and codes.lookup("local_lovgrundlag", legal_basis) is None:
            raise RuleError(_("Lovgrundlaget kendes ikke."), _("Vælg det på listen."), field="legal_basis")
        check_person(work, citizen, day)
        last = work.rows(
            "SELECT max(queue_place) FROM enrolment WHERE void = 0 AND course = ? AND status IN ('waiting', 'offered')",
            (course,),
        )[0][0]
        return work.saved(
            _write(
                work, course, citizen, day, status="waiting", queue_place=(last or 0) + 1, legal_basis=legal_basis,
                grant_id=grant, assessment=tidy(assessment), enrolled_from=None, to_date=None,
            )
        )  # fmt: skip


def offer_place(desk: Desk, enrolment: str) -> Saved:
    """Note that a place was offered to somebody who waits; raises RuleError for who does not wait."""
    with desk.transaction(N_("plads tilbudt: {who}"), who=_whose(desk, enrolment)) as work:
        if work.get(Enrolment, enrolment).status not in {"waiting", "offered"}:
            raise RuleError(_("Kun den, der venter, kan tilbydes en plads."), _("Vælg en på ventelisten."))
        work.change(Enrolment, enrolment, status="offered")
        return work.saved(enrolment)


def take_place(
    desk: Desk,
    enrolment: str,
    *,
    on: date | None = None,
    legal_basis: str | None = None,
    grant: str | None = None,
    assessment: str | None = None,
    to_date: date | None = None,
    over_capacity_reason: str = "",
) -> Saved:
    """Give who waits the place, from a day on (today); what is left out stays as it was written on the list.

    Raises as `enrol`.
    """
    with desk.transaction(N_("indskrivning: {who}"), who=_whose(desk, enrolment)) as work:
        found = work.get(Enrolment, enrolment)
        if found.status not in {"waiting", "offered"}:
            raise RuleError(_("Borgeren har allerede en plads på forløbet."), _("Ret indskrivningen i stedet."))
        course, citizen = _ends(found)
        day = on or work.today
        if found.from_date and day.isoformat() < found.from_date:
            raise RuleError(
                _("Pladsen kan ikke tages før den dag, borgeren blev skrevet op."), _("Ret datoen."), field="from"
            )
        basis = legal_basis or found.legal_basis or ""
        bound = grant or found.grant_id
        said = found.assessment or "" if assessment is None else assessment
        check_person(work, citizen, day)
        check_place(work, course, citizen, legal_basis=basis, day=day, to_date=to_date, grant=bound, assessment=said)
        reason = check_capacity(work, course, day, over_capacity_reason, but=enrolment)
        work.change(
            Enrolment, enrolment, status="enrolled", enrolled_from=day.isoformat(), queue_place=None, legal_basis=basis,
            grant_id=bound, assessment=tidy(said), to_date=to_date.isoformat() if to_date else None,
            over_capacity_reason=reason,
        )  # fmt: skip
        return work.saved(enrolment)


def change_enrolment(
    desk: Desk,
    enrolment: str,
    legal_basis: str,
    *,
    to_date: date | None = None,
    grant: str | None = None,
    assessment: str = "",
) -> Saved:
    """Change what an enrolment stands on; raises as `enrol`. Somebody who waits is checked only with the place."""
    with desk.transaction(N_("indskrivning: {who}"), who=_whose(desk, enrolment)) as work:
        found = work.get(Enrolment, enrolment)
        course, citizen = _ends(found)
        if found.enrolled_from is not None:
            day = date.fromisoformat(found.enrolled_from)
            check_place(
                work,
                course,
                citizen,
                legal_basis=legal_basis,
                day=day,
                to_date=to_date,
                grant=grant,
                assessment=assessment,
            )
        work.change(
            Enrolment, enrolment, legal_basis=legal_basis, grant_id=grant, assessment=tidy(assessment),
            to_date=to_date.isoformat() if to_date else None,
        )  # fmt: skip
        return work.saved(enrolment)


def pause(desk: Desk, enrolment: str, from_date: date, to_date: date | None = None) -> Saved:
    """Pause an enrolment from a day on, until a last day or until it is resumed; the person is on no roster meanwhile.

    Raises RuleError (`from`, `to`); one enrolment holds one pause.
    """
    with desk.transaction(N_("pause: {who}"), who=_whose(desk, enrolment)) as work:
        found = _with_place(work, enrolment)
        if to_date is not None and to_date < from_date:
            raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="to")
        if found.enrolled_from and from_date.isoformat() < found.enrolled_from:
            raise RuleError(_("Pausen begynder før indskrivningen."), _("Ret datoen."), field="from")
        if found.paused_to and found.paused_from and found.paused_to < from_date.isoformat():
            # A second pause would overwrite the first, and so change the rosters of days gone by.
            raise RuleError(
                _("Der har allerede været en pause i denne indskrivning."),
                _("Afslut indskrivningen, og indskriv borgeren igen efter pausen."),
                field="from",
            )
        until = to_date.isoformat() if to_date else None
        work.change(Enrolment, enrolment, status="paused", paused_from=from_date.isoformat(), paused_to=until)
        return work.saved(enrolment)


def resume(desk: Desk, enrolment: str, on: date | None = None) -> Saved:
    """End a pause: the person takes part again from a day on (today). Raises RuleError (`from`)."""
    with desk.transaction(N_("pause slut: {who}"), who=_whose(desk, enrolment)) as work:
        found = _with_place(work, enrolment)
        if found.paused_from is None:
            raise RuleError(_("Indskrivningen har ingen pause."), _("Vælg en anden status."))
        last = (on or work.today) - timedelta(days=1)
        if last.isoformat() < found.paused_from:
            work.change(Enrolment, enrolment, status="enrolled", paused_from=None, paused_to=None)
        else:
            work.change(Enrolment, enrolment, status="enrolled", paused_to=last.isoformat())
        return work.saved(enrolment)


def complete(desk: Desk, enrolment: str, last_day: date | None = None) -> Saved:
    """End an enrolment whose planned end was reached (gennemført)."""
    return end_enrolment(desk, enrolment, "completed", last_day)


def end_enrolment(desk: Desk, enrolment: str, reason: str, last_day: date | None = None) -> Saved:
    """End an enrolment on its last day (today) with a reason of `local_afslutning`; raises RuleError (`reason`, `to`)."""
    if codes.lookup("local_afslutning", reason) is None:
        raise RuleError(_("Vælg, hvorfor indskrivningen slutter."), field="reason")
    with desk.transaction(N_("indskrivning slut: {who}"), who=_whose(desk, enrolment)) as work:
        found = work.get(Enrolment, enrolment)
        last = last_day or work.today
        if found.status not in _OPEN:
            raise RuleError(_("Indskrivningen er allerede slut."), _("Indskriv borgeren igen med i."))
        if reason == "completed" and found.enrolled_from is None:
            raise RuleError(
                _("Den, der venter, kan ikke have gennemført forløbet."), _("Vælg en anden årsag."), field="reason"
            )
        since = found.enrolled_from or found.from_date
        if since and last.isoformat() < since:
            raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="to")
        status = "completed" if reason == "completed" else "ended"
        work.change(Enrolment, enrolment, status=status, to_date=last.isoformat(), end_reason=reason, queue_place=None)
        return work.saved(enrolment)


def void_enrolment(desk: Desk, enrolment: str) -> Saved:
    """Take away an enrolment made by mistake; refused once the person is registered on the course (RuleError)."""
    with desk.transaction(N_("indskrivning fjernet: {who}"), who=_whose(desk, enrolment)) as work:
        course, citizen = _ends(work.get(Enrolment, enrolment))
        if work.rows(
            "SELECT 1 FROM attendance a JOIN session s ON s.id = a.session AND s.void = 0"
            " WHERE a.void = 0 AND a.code IS NOT NULL AND a.citizen = ? AND s.course = ? LIMIT 1",
            (citizen, course),
        ):
            raise RuleError(_("Borgeren har fremmøde på forløbet."), _("Afslut indskrivningen i stedet."))
        work.void(Enrolment, enrolment)
        return work.saved(enrolment)


def restore_enrolment(desk: Desk, enrolment: str) -> Saved:
    """Bring back an enrolment that was taken away.

    Raises RuleError where the person has another place on the course meanwhile, or the course is full now.
    """
    found = desk.store.connection.execute("SELECT citizen FROM enrolment WHERE id = ?", (enrolment,)).fetchone()
    with desk.transaction(N_("gendannet indskrivning: {who}"), who=_who(desk, found[0] if found else "")) as work:
        work.restore(Enrolment, enrolment)
        standing = work.get(Enrolment, enrolment)
        course, citizen = _ends(standing)
        work.get(Course, course)
        marks, ids = placeholders(_OPEN), group_of(desk.store.connection, citizen) or (citizen,)
        if standing.status in _OPEN and work.rows(
            f"SELECT 1 FROM enrolment WHERE void = 0 AND id <> ? AND course = ? AND status IN ({marks})"
            f" AND citizen IN ({placeholders(ids)})",
            (enrolment, course, *_OPEN, *ids),
        ):
            raise RuleError(_("Borgeren står allerede på forløbet."), _("Ret den indskrivning i stedet."))
        if standing.status in {"enrolled", "paused"}:
            check_capacity(work, course, work.today, standing.over_capacity_reason or "", but=enrolment)
        return work.saved(enrolment)


def _write(work: Work, course: str, citizen: str, day: date, **values: Any) -> str:  # noqa: ANN401 - the fields of a row
    key = {"course": course, "citizen": citizen, "from_date": day.isoformat()}
    row = natural_id("enrolment", course, citizen, day.isoformat())
    empty: dict[str, Any] = dict.fromkeys(
        ("queue_place", "paused_from", "paused_to", "end_reason", "over_capacity_reason")
    )
    return work.create(Enrolment, row, key, **{**empty, **values})


def _with_place(work: Work, enrolment: str) -> Enrolment:
    found = work.get(Enrolment, enrolment)
    if found.status not in {"enrolled", "paused"}:
        raise RuleError(_("Kun den, der har en plads, kan holde pause."), _("Vælg en anden deltager."))
    return found


def _ends(found: Enrolment) -> tuple[str, str]:
    return found.course or "", found.citizen or ""


def _open_enrolment(work: Work, course: str, citizen: str) -> str | None:
    ids = group_of(work.desk.store.connection, citizen) or (citizen,)
    rows = work.rows(
        f"SELECT id FROM enrolment WHERE void = 0 AND course = ? AND status IN ({placeholders(_OPEN)})"
        f" AND citizen IN ({placeholders(ids)}) ORDER BY from_date DESC, id DESC LIMIT 1",
        (course, *_OPEN, *ids),
    )
    return str(rows[0][0]) if rows else None


def _who(desk: Desk, citizen: str) -> str:
    found = desk.store.connection.execute(
        "SELECT name, call_name, alias FROM citizen WHERE id = ? AND void = 0", (citizen,)
    ).fetchone()
    if found is None:
        raise NotFoundError(_("Borgeren findes ikke længere."), _("Søg igen."))
    return short_name(found[0] or "", found[1] or "") or found[2] or ""


def _whose(desk: Desk, enrolment: str) -> str:
    found = desk.store.connection.execute(
        "SELECT citizen FROM enrolment WHERE id = ? AND void = 0", (enrolment,)
    ).fetchone()
    if found is None:
        raise NotFoundError(_("Indskrivningen findes ikke længere."), _("Gå tilbage, og prøv igen."))
    return _who(desk, str(found[0]))
