"""Fremmøde: who came to a session. One mark is one step that `z` takes back.

A mark after sign-off is a correction and asks for a reason (`correction`), which goes into the log beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.clock import stamp
from vejleder_tui.codes import AttendanceClass, absence_reason, attendance_kind
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.model import Attendance, Citizen, GroupSession
from vejleder_tui.queries.roster import attendance_note, expected_citizens, rest_uses, unmarked
from vejleder_tui.rules.text import clean, short_name
from vejleder_tui.services.absences import keep_follow_up
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "LONGEST_MINUTES",
    "Mark",
    "Marked",
    "attendance_id",
    "clear",
    "mark",
    "mark_rest",
    "marks_many",
    "name_of",
    "open_note",
    "refuse_signed_off",
    "session_day",
    "set_minutes",
    "set_note",
    "set_reason",
]

LONGEST_MINUTES = 1440
"""No attendance lasts longer than a day."""
_EMPTY: dict[str, object] = {"code": None, "reason": None, "minutes": None, "notified_at": None, "late_reason": None}


@dataclass(frozen=True)
class Mark:
    """How one citizen stands after a service: the row's values and, for no-shows, how many in a row.

    `was` is the code before. `follow_up`: a follow-up task was made in the same step.
    """

    citizen: str
    code: str | None
    was: str | None
    reason: str | None = None
    minutes: int | None = None
    notified_at: str | None = None
    has_note: bool = False
    in_a_row: int = 0
    follow_up: bool = False


@dataclass(frozen=True)
class Marked:
    """What was saved: the receipt, and each citizen's row as it stands now."""

    saved: Saved
    marks: tuple[Mark, ...]

    @property
    def count(self) -> int:
        """How many citizens it was about."""
        return len(self.marks)

    @property
    def one(self) -> Mark:
        """The only mark."""
        return self.marks[0]


def attendance_id(session: str, citizen: str) -> str:
    """Return the id under which every laptop knows a citizen's attendance at a session."""
    return natural_id("attendance", session, citizen)


def mark(
    desk: Desk,
    ref: SessionRef,
    citizen: str,
    code: str,
    *,
    reason: str | None = None,
    minutes: int | None = None,
    late_reason: str | None = None,
    correction: str | None = None,
    source: str | None = None,
) -> Marked:
    """Set how a citizen attended. `reason` is one of `ABSENCE_REASONS`, `minutes` 1–1440 of an attendance.

    A citizen who is not on the roster that day is a walk-in. Notice given before the session's day is kept with its time.
    Raises RuleError: fields `code`, `reason` (also: a correction without one), `minutes`; NotFoundError.
    """
    with desk.transaction(N_("fremmøde: {who}")) as work:
        work.about.setdefault("who", name_of(work, citizen))
        done = _mark(
            work, ref, citizen, code, reason=reason, minutes=minutes, late_reason=late_reason, correction=correction,
            source=source,
        )  # fmt: skip
        return Marked(work.saved(done[0]), (done[1],))


def marks_many(
    desk: Desk,
    ref: SessionRef,
    citizens: Sequence[str],
    code: str,
    *,
    reason: str | None = None,
    correction: str | None = None,
) -> Marked:
    """Set the same mark for several citizens in one step, over whatever stood there."""
    with desk.transaction(N_("fremmøde: {count} borgere"), count=str(len(citizens))) as work:
        for one in citizens:
            work.get(Citizen, one)
        done = [_mark(work, ref, one, code, reason=reason, correction=correction)[1] for one in citizens]
        return Marked(work.saved(), tuple(done))


def mark_rest(desk: Desk, ref: SessionRef, code: str = "present", *, correction: str | None = None) -> Marked:
    """Set a mark for those on the roster who have none, in one step; never over a mark that somebody made."""
    with desk.transaction(N_("fremmøde: resten ({count})")) as work:
        day = session_day(work, ref)
        expected = expected_citizens(desk.store.connection, ref.course, day) if ref.course else []
        rest = unmarked(desk.store.connection, ref.id, expected)
        work.about.setdefault("count", str(len(rest)))
        done = [_mark(work, ref, one, code, correction=correction)[1] for one in rest]
        if done:
            _used_once_more(work)
        return Marked(work.saved(), tuple(done))


def clear(desk: Desk, ref: SessionRef, citizens: Sequence[str], *, correction: str | None = None) -> Marked:
    """Take marks away: the citizens are not registered again. Notes stay."""
    with desk.transaction(N_("ryddet: {who}")) as work:
        names = [name_of(work, one) for one in citizens]
        work.about.setdefault("who", names[0] if len(names) == 1 else str(len(names)))
        day = session_day(work, ref)
        refuse_signed_off(work, ref.id, correction)
        done = []
        for citizen in citizens:
            row = attendance_id(ref.id, citizen)
            before = work.find(Attendance, row)
            if before is not None:
                work.change(Attendance, row, correction=correction, **_EMPTY)
                keep_follow_up(work, ref, citizen, row, day)
            done.append(Mark(citizen, None, before.code if before else None, has_note=bool(before and before.note)))
        return Marked(work.saved(), tuple(done))


def set_minutes(
    desk: Desk, ref: SessionRef, citizen: str, minutes: int | None, *, correction: str | None = None
) -> Marked:
    """Set how many minutes a citizen who came took part; None is the whole session, or "not known" for *delvist*."""
    with desk.transaction(N_("tid: {who}")) as work:
        work.about.setdefault("who", name_of(work, citizen))
        row = attendance_id(ref.id, citizen)
        before = work.find(Attendance, row)
        kind = attendance_kind(before.code) if before else None
        if before is None or kind is None or kind.klass is not AttendanceClass.ATTENDED:
            raise RuleError(_("Kun den, der kom, har en tid."), _("Markér først fremmødet."), field="minutes")
        _check_minutes(minutes)
        refuse_signed_off(work, ref.id, correction)
        work.change(Attendance, row, correction=correction, minutes=minutes)
        return Marked(work.saved(row), (_standing(work, citizen, row, before.code),))


def set_reason(
    desk: Desk, ref: SessionRef, citizen: str, reason: str | None, *, correction: str | None = None
) -> Marked:
    """Set why a citizen was absent: a no-show stays one, everyone else becomes *afbud* with the reason."""
    with desk.transaction(N_("årsag: {who}")) as work:
        work.about.setdefault("who", name_of(work, citizen))
        before = work.find(Attendance, attendance_id(ref.id, citizen))
        code = before.code if before is not None and before.code == "absent_unnotified" else "absent_notified"
        done = _mark(work, ref, citizen, code, reason=reason, correction=correction, keep_reason=False)
        return Marked(work.saved(done[0]), (done[1],))


def set_note(desk: Desk, ref: SessionRef, citizen: str, note: str | None, *, correction: str | None = None) -> Marked:
    """Write the note about one citizen at one session; empty text takes it away. It needs no mark."""
    with desk.transaction(N_("note: {who}")) as work:
        work.about.setdefault("who", name_of(work, citizen))
        refuse_signed_off(work, ref.id, correction)
        text = clean(note or "").strip() or None
        row = attendance_id(ref.id, citizen)
        before = work.find(Attendance, row)
        if before is not None:
            work.change(Attendance, row, correction=correction, note=text)
        elif text is not None:
            ensure_session(work, ref)
            work.create(
                Attendance, row, {"session": ref.id, "citizen": citizen},
                correction=correction, note=text, source=_source(work, ref, citizen, session_day(work, ref)),
            )  # fmt: skip
        return Marked(work.saved(row), (_standing(work, citizen, row, before.code if before else None),))


def open_note(desk: Desk, ref: SessionRef, citizen: str) -> str:
    """Return the note about one citizen at one session, and log that it was read."""
    with desk.transaction() as work:
        work.get(Citizen, citizen)
        desk.store.connection.execute(
            "INSERT INTO access_log (at, actor, citizen, what) VALUES (?, ?, ?, ?)",
            (stamp(work.now), desk.actor.worker, citizen, "attendance_note"),
        )
        return attendance_note(desk.store.connection, ref, citizen)


# What the use cases share


def _used_once_more(work: Work) -> None:
    """Count the uses of "the rest", so that its hint goes away after the third; a laptop's own value."""
    connection = work.desk.store.connection
    uses = rest_uses(connection) + 1
    connection.execute("INSERT OR REPLACE INTO local_value (name, value) VALUES ('attend_rest_uses', ?)", (str(uses),))


def session_day(work: Work, ref: SessionRef) -> date:
    """Return the day a session is held: its own date if it was moved or is ad hoc, else the planned one."""
    found = work.rows("SELECT coalesce(date, planned_date) FROM session WHERE id = ? AND void = 0", (ref.id,))
    if found and found[0][0]:
        return date.fromisoformat(found[0][0])
    return ref.planned_date or work.today


def refuse_signed_off(work: Work, session: str, correction: str | None) -> None:
    """Refuse to change a signed-off session without a reason; raises RuleError with the field `reason`."""
    found = work.rows("SELECT signed_off_at FROM session WHERE id = ? AND void = 0", (session,))
    if found and found[0][0] and not (correction or "").strip():
        raise RuleError(_("Mødegangen er godkendt."), _("Skriv, hvorfor den rettes."), field="reason")


def name_of(work: Work, citizen: str) -> str:
    """Return a citizen's short name, or the alias; raises NotFoundError."""
    # Columns, no record: a mark is to be on the disk within milliseconds.
    found = work.rows("SELECT name, call_name, alias FROM citizen WHERE id = ? AND void = 0", (citizen,))
    if not found:
        raise NotFoundError(_("Borgeren findes ikke længere."), _("Gå tilbage, og prøv igen."))
    name, call_name, alias = found[0]
    return short_name(name or "", call_name or "") or alias or "–"


@dataclass(frozen=True)
class _Before:
    code: str | None
    reason: str | None
    minutes: int | None
    notified_at: str | None
    has_note: bool


def _before(work: Work, row: str) -> _Before | None:
    found = work.rows(
        "SELECT code, reason, minutes, notified_at, note IS NOT NULL FROM attendance WHERE id = ? AND void = 0", (row,)
    )
    if not found:
        return None
    code, reason, minutes, notified_at, has_note = found[0]
    return _Before(code, reason, minutes, notified_at, bool(has_note))


def _mark(
    work: Work,
    ref: SessionRef,
    citizen: str,
    code: str,
    *,
    reason: str | None = None,
    minutes: int | None = None,
    late_reason: str | None = None,
    correction: str | None = None,
    source: str | None = None,
    keep_reason: bool = True,
) -> tuple[str, Mark]:
    """Write one mark, the session's row if it has none, and the follow-up that comes of it."""
    kind = attendance_kind(code)
    if kind is None or not kind.active:
        raise RuleError(_("Koden findes ikke."), _("Svar f, d, o, a eller u."), field="code")
    if reason is not None and absence_reason(reason) is None:
        raise RuleError(_("Årsagen findes ikke."), _("Vælg en årsag fra listen."), field="reason")
    if reason is not None and kind.klass is not AttendanceClass.ABSENT:
        raise RuleError(_("Kun et fravær har en årsag."), _("Markér afbud eller udeblevet."), field="reason")
    if minutes is not None and kind.klass is not AttendanceClass.ATTENDED:
        raise RuleError(_("Kun den, der kom, har en tid."), _("Markér først fremmødet."), field="minutes")
    _check_minutes(minutes)
    refuse_signed_off(work, ref.id, correction)
    day = session_day(work, ref)
    _hold(work, ref, day)
    row = attendance_id(ref.id, citizen)
    before = _before(work, row)
    same = before is not None and before.code == code
    if before is not None and same and keep_reason:
        reason = reason if reason is not None else before.reason
        minutes = minutes if minutes is not None else before.minutes
    notified_at = None
    if code == "absent_notified":
        notified_at = before.notified_at if before is not None and same else None
        if notified_at is None and work.today < day and not same:
            notified_at = stamp(work.now)
    values: dict[str, object] = {"code": code, "reason": reason, "minutes": minutes, "notified_at": notified_at}
    if late_reason is not None or not same:
        values["late_reason"] = clean(late_reason).strip() or None if late_reason else None
    if before is None:
        values["source"] = source or _source(work, ref, citizen, day)
        work.create(Attendance, row, {"session": ref.id, "citizen": citizen}, correction=correction, **values)
    else:
        work.change(Attendance, row, correction=correction, **values)
    in_a_row, made = keep_follow_up(work, ref, citizen, row, day)
    after = Mark(
        citizen, code, before.code if before else None, reason, minutes, notified_at,
        has_note=bool(before and before.has_note), in_a_row=in_a_row, follow_up=made,
    )  # fmt: skip
    return row, after


def _hold(work: Work, ref: SessionRef, day: date) -> None:
    """Write the session's row if it has none; whoever registers on its day or later says that it was held."""
    found = work.rows("SELECT status FROM session WHERE id = ? AND void = 0", (ref.id,))
    if not found:
        ensure_session(work, ref)
    status = found[0][0] if found else None
    if status == "cancelled":
        raise RuleError(_("Mødegangen er aflyst."), _("Fjern aflysningen, hvis den blev holdt."), field="code")
    if day <= work.today and status != "held":
        work.change(GroupSession, ref.id, status="held")


def _source(work: Work, ref: SessionRef, citizen: str, day: date) -> str:
    if ref.course and citizen in expected_citizens(work.desk.store.connection, ref.course, day, only=citizen):
        return "roster"
    return "walk_in"


def _standing(work: Work, citizen: str, row: str, was: str | None) -> Mark:
    found = work.find(Attendance, row)
    if found is None:
        return Mark(citizen, None, was)
    return Mark(citizen, found.code, was, found.reason, found.minutes, found.notified_at, has_note=bool(found.note))


def _check_minutes(minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise RuleError(_("Så mange minutter kan det ikke være."), _("Skriv et tal fra 1 til 1440."), field="minutes")
