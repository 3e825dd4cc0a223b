"""Efter mødet: what is told of a session when it is over, and its sign-off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vejleder_tui.clock import stamp
from vejleder_tui.codes import code_list, lookup
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _, ngettext
from vejleder_tui.ids import natural_id
from vejleder_tui.model import AdverseEvent, GroupSession, SessionStaff
from vejleder_tui.queries.after_session import names_in
from vejleder_tui.queries.roster import expected_citizens, unmarked
from vejleder_tui.rules.text import clean
from vejleder_tui.services.attendance import refuse_signed_off, session_day
from vejleder_tui.services.guests import promote_guest, set_unnamed_guests
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "AfterSession",
    "EventTold",
    "SavedAfter",
    "add_adverse_event",
    "answer_incidents",
    "remove_adverse_event",
    "save_after_session",
    "set_group_note",
    "set_staff_minutes",
    "sign_off",
    "un_sign",
]

_SEVERITIES = (1, 2, 3)
_LONGEST = 1440


@dataclass(frozen=True)
class EventTold:
    """A negative side effect as told: `kind` of local_bivirkning, severity 1–3, what was done, and perhaps whom."""

    kind: str
    severity: int | None = None
    action: str = ""
    citizen: str | None = None


@dataclass(frozen=True)
class AfterSession:
    """The form. None leaves a field as it stands; an empty text takes it away. `staff` is minutes by kind.

    `event` is one more side effect, `without` the ids of told ones to take away, `guest` (guest, citizen) who a guest is.
    """

    theme: str | None = None
    note: str | None = None
    unnamed_guests: int | None = None
    elements: tuple[str, ...] | None = None
    staff: Mapping[str, int | None] = field(default_factory=dict)
    incidents: str | None = None
    event: EventTold | None = None
    without: tuple[str, ...] = ()
    guest: tuple[str, str] | None = None


@dataclass(frozen=True)
class SavedAfter:
    """The receipt, and the short names of participants that the group note seems to name: a warning, no refusal."""

    saved: Saved
    named: tuple[str, ...] = ()


def save_after_session(
    desk: Desk, ref: SessionRef, form: AfterSession, *, sign: bool = False, correction: str | None = None
) -> SavedAfter:
    """Save the whole form in one step, and with `sign` sign the session off in the same step.

    Raises RuleError with the field: `theme`, `note`, `guests`, `elements`, `staff`, `incidents`, `kind`, `severity`, `reason`.
    """
    with desk.transaction(N_("efter mødet")) as work:
        refuse_signed_off(work, ref.id, correction)
        ensure_session(work, ref)
        values: dict[str, object] = {}
        if form.theme is not None:
            values["theme"] = " ".join(clean(form.theme).split()) or None
        if form.elements is not None:
            values["elements"] = _elements(form.elements)
        if values:
            work.change(GroupSession, ref.id, correction=correction, **values)
        if form.note is not None:
            set_group_note(desk, ref, form.note, correction=correction)
        if form.unnamed_guests is not None:
            set_unnamed_guests(desk, ref, form.unnamed_guests, correction=correction)
        if form.staff:
            set_staff_minutes(desk, ref, form.staff, correction=correction)
        if form.guest is not None:
            promote_guest(desk, ref, *form.guest, correction=correction)
        _save_incidents(desk, ref, form, correction)
        named = names_in(desk.store.connection, ref, session_day(work, ref), form.note or "")
        if sign:
            sign_off(desk, ref)
        return SavedAfter(work.saved(ref.id), named)


def _save_incidents(desk: Desk, ref: SessionRef, form: AfterSession, correction: str | None) -> None:
    """Take told side effects away, tell one more, or answer; the last one taken away leaves the question unanswered."""
    for one in form.without:
        remove_adverse_event(desk, ref, one, correction=correction)
    if form.event is not None:
        add_adverse_event(desk, ref, form.event, correction=correction)
    elif form.incidents == "none" or (form.incidents == "some" and not form.without):
        answer_incidents(desk, ref, form.incidents, correction=correction)


def set_group_note(desk: Desk, ref: SessionRef, note: str, *, correction: str | None = None) -> SavedAfter:
    """Write the note about the group; `named` warns of participants that it seems to name."""
    with desk.transaction(N_("gruppenote")) as work:
        refuse_signed_off(work, ref.id, correction)
        ensure_session(work, ref)
        text = clean(note).strip()
        work.change(GroupSession, ref.id, correction=correction, note=text or None)
        named = names_in(desk.store.connection, ref, session_day(work, ref), text)
        return SavedAfter(work.saved(ref.id), named)


def set_staff_minutes(
    desk: Desk,
    ref: SessionRef,
    minutes: Mapping[str, int | None],
    *,
    worker: str | None = None,
    correction: str | None = None,
) -> Saved:
    """Say how many minutes a worker (the actor, unless told) spent by kind of local_tidsforbrug; None or 0 takes it away."""
    with desk.transaction(N_("tidsforbrug")) as work:
        refuse_signed_off(work, ref.id, correction)
        ensure_session(work, ref)
        who = worker or desk.actor.worker
        for kind, count in minutes.items():
            if lookup("local_tidsforbrug", kind) is None:
                raise RuleError(_("Tidsforbruget findes ikke."), _("Vælg et fra listen."), field="staff")
            if count is not None and not 0 <= count <= _LONGEST:
                raise RuleError(
                    _("Så mange minutter kan det ikke være."), _("Skriv et tal fra 0 til 1440."), field="staff"
                )
            row = natural_id("session_staff", ref.id, who, kind)
            if count:
                key = {"session": ref.id, "worker": who, "kind": kind}
                work.create(SessionStaff, row, key, correction=correction, minutes=count)
            elif work.find(SessionStaff, row) is not None:
                work.void(SessionStaff, row, correction=correction)
        return work.saved(ref.id)


def answer_incidents(desk: Desk, ref: SessionRef, answer: str, *, correction: str | None = None) -> Saved:
    """Answer whether something went wrong: `none` or `some`. "None" is refused while a side effect is told."""
    with desk.transaction(N_("hændelser")) as work:
        refuse_signed_off(work, ref.id, correction)
        if answer not in {"none", "some"}:
            raise RuleError(_("Svaret findes ikke."), _("Svar ingen, eller beskriv hændelsen."), field="incidents")
        ensure_session(work, ref)
        if answer == "none" and _events(work, ref):
            raise RuleError(
                _("Der er beskrevet en bi-effekt."),
                _("Fjern den først, hvis der ingen hændelser var."),
                field="incidents",
            )
        work.change(GroupSession, ref.id, correction=correction, incidents=answer)
        return work.saved(ref.id)


def add_adverse_event(desk: Desk, ref: SessionRef, told: EventTold, *, correction: str | None = None) -> Saved:
    """Tell of a negative side effect; the session's incidents are thereby answered."""
    with desk.transaction(N_("bi-effekt")) as work:
        refuse_signed_off(work, ref.id, correction)
        if lookup("local_bivirkning", told.kind) is None:
            kinds = ", ".join(code.display for code in code_list("local_bivirkning")[:3])
            raise RuleError(
                _("Bi-effekten mangler."), _("Vælg, hvad der skete, fx {kinds}.").format(kinds=kinds), field="kind"
            )
        if told.severity not in _SEVERITIES:
            raise RuleError(_("Alvor mangler."), _("Vælg 1 let, 2 moderat eller 3 alvorlig."), field="severity")
        ensure_session(work, ref)
        event = work.new_id()
        key = {"session": ref.id, "citizen": told.citizen} if told.citizen else {"session": ref.id}
        work.create(
            AdverseEvent, event, key, correction=correction, kind=told.kind, severity=told.severity,
            action=clean(told.action).strip() or None,
        )  # fmt: skip
        work.change(GroupSession, ref.id, correction=correction, incidents="some")
        return work.saved(event)


def remove_adverse_event(desk: Desk, ref: SessionRef, event: str, *, correction: str | None = None) -> Saved:
    """Take a told side effect away; without any left the incidents are unanswered again."""
    with desk.transaction(N_("bi-effekt fjernet")) as work:
        refuse_signed_off(work, ref.id, correction)
        if work.get(AdverseEvent, event).session != ref.id:
            raise NotFoundError(_("Bi-effekten hører til en anden mødegang."), _("Gå tilbage, og prøv igen."))
        work.void(AdverseEvent, event, correction=correction)
        if not _events(work, ref):
            work.change(GroupSession, ref.id, correction=correction, incidents=None)
        return work.saved(event)


def sign_off(desk: Desk, ref: SessionRef) -> Saved:
    """Sign a session off (godkend). Refused while a row is not registered (field `roster`) or incidents are unanswered."""
    with desk.transaction(N_("mødegangen godkendt")) as work:
        ensure_session(work, ref)
        session = work.get(GroupSession, ref.id)
        if session.status == "cancelled":
            raise RuleError(_("Mødegangen er aflyst."), _("Fjern aflysningen, hvis den blev holdt."), field="roster")
        if session.signed_off_at:
            raise RuleError(_("Mødegangen er allerede godkendt."), field="signed")
        day = session_day(work, ref)
        if day > work.today:
            raise RuleError(_("Mødegangen er ikke holdt endnu."), _("Godkend den, når den er holdt."), field="signed")
        expected = expected_citizens(desk.store.connection, ref.course, day) if ref.course else []
        missing = len(unmarked(desk.store.connection, ref.id, expected))
        if missing:
            raise RuleError(
                ngettext(
                    "Kan ikke godkendes: {count} er ikke registreret.",
                    "Kan ikke godkendes: {count} er ikke registreret.",
                    missing,
                ).format(count=missing),
                _("Markér dem, eller tryk A for resten."),
                field="roster",
            )
        if session.incidents not in {"none", "some"}:
            raise RuleError(
                _("Kan ikke godkendes: Hændelser er ikke besvaret."), _("Tryk i, og svar."), field="incidents"
            )
        work.change(GroupSession, ref.id, status="held", signed_off_at=stamp(work.now), signed_off_by=desk.actor.worker)
        return work.saved(ref.id)


def un_sign(desk: Desk, ref: SessionRef, correction: str) -> Saved:
    """Take a sign-off back, with a reason that stays in the log."""
    with desk.transaction(N_("godkendelse fjernet")) as work:
        session = work.get(GroupSession, ref.id)
        if not session.signed_off_at:
            raise RuleError(_("Mødegangen er ikke godkendt."), field="signed")
        refuse_signed_off(work, ref.id, correction)
        work.change(GroupSession, ref.id, correction=correction.strip(), signed_off_at=None, signed_off_by=None)
        return work.saved(ref.id)


def _events(work: Work, ref: SessionRef) -> int:
    found = work.rows("SELECT count(*) FROM adverse_event WHERE session = ? AND void = 0", (ref.id,))
    return int(found[0][0])


def _elements(elements: tuple[str, ...]) -> str | None:
    for one in elements:
        if not one or any(character.isspace() for character in one):
            raise RuleError(_("Kerneelementet findes ikke."), _("Vælg et fra listen."), field="elements")
    return " ".join(dict.fromkeys(elements)) or None
