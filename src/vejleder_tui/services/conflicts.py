"""Settling what two laptops wrote differently: one value is chosen, or a third written, as an ordinary step."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.codes.attendance import AttendanceClass, attendance_kind
from vejleder_tui.codes.names import danish_name
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Attendance, GroupSession
from vejleder_tui.model.base import RECORDS, fields_of
from vejleder_tui.oplog import VOID
from vejleder_tui.queries.conflict_values import SIGNED
from vejleder_tui.queries.conflicts import CAME, CANCELLED, conflict_of
from vejleder_tui.queries.sessions import SessionRef
from vejleder_tui.services.absences import keep_follow_up
from vejleder_tui.services.attendance import clear, refuse_signed_off, session_day
from vejleder_tui.services.shared import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.oplog import Value
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = ["COORDINATORS", "settle"]

COORDINATORS = frozenset({"device", "organisation", "setting", "worker"})
"""Who may work here and how the program is set: only a coordinator settles that."""


def settle(desk: Desk, table: str, row: str, values: Mapping[str, Value], *, reason: str | None = None) -> Saved:
    """Write the value that holds of each field in `values`; it replaces everything that was written of it.

    `void` True takes the row away, False keeps it. For a session that was cancelled though somebody came, `status` is
    `held` or `cancelled`; the latter takes the registrations away. What was settled may be settled anew. What belongs to a
    session that is signed off asks for a `reason` (RuleError, `reason`).
    Raises NotFoundError; RuleError for a field of the key, and for what a coordinator settles.
    """
    if table not in RECORDS:
        raise NotFoundError(_("Det findes ikke længere."), _("Gå tilbage til listen."))
    if table in COORDINATORS and desk.actor.role == "worker":
        raise RuleError(_("Det afgør en koordinator."), _("Spring over, så længe."))
    why = tidy(reason or "")
    with desk.transaction(N_("afgjort: {what}"), what="") as work:
        state = work.state(RECORDS[table], row)
        if state is None:
            raise NotFoundError(_("Det findes ikke længere."), _("Gå tilbage til listen."))
        _check_fields(table, values)
        session = row if table == "session" else str(state.values.get("session") or "") if table in SIGNED else ""
        if session:
            refuse_signed_off(work, session, why)
        found = conflict_of(desk.store.connection, table, row)
        named = (found.name or found.group or found.what) if found else ""
        work.about["what"] = named or danish_name("table", table).replace("_", " ")
        if found is not None and found.kind == CANCELLED:
            _held_or_not(work, row, str(values.get("status")), why)
        elif values.get(VOID) is True:
            work.void(RECORDS[table], row, correction=why)
        else:
            _write(work, table, row, values, why)
        return work.saved(row)


def _check_fields(table: str, values: Mapping[str, Value]) -> None:
    fields = fields_of(table)
    for name in values:
        if name != VOID and name not in fields:
            raise RuleError(_("Feltet findes ikke."), _("Se felterne med: vejleder conflicts show ID."), field=name)
        if name != VOID and fields[name].key:
            raise RuleError(_("Feltet kan ikke ændres."), _("Fjern rækken, eller lad den stå."), field=name)


def _write(work: Work, table: str, row: str, values: Mapping[str, Value], why: str | None) -> None:
    if VOID in values:
        # Written even where the row is not void: that is what says that it stays.
        work.put_back(table, row, {VOID: False}, correction=why)
    given = {name: value for name, value in values.items() if name != VOID}
    if table == "attendance":
        given = _whole_mark(given)
    if given:
        work.change(RECORDS[table], row, correction=why, **given)
    if table == "attendance" and "code" in given:
        _followed_up(work, row)


def _whole_mark(given: dict[str, Value]) -> dict[str, Value]:
    """Return the values of an attendance with nothing left that its code does not have."""
    if "code" not in given:
        return given
    kind = attendance_kind(str(given["code"])) if given["code"] else None
    left: dict[str, Value] = {}
    if kind is None or kind.klass is not AttendanceClass.ATTENDED:
        left["minutes"] = None
    if kind is None or kind.klass is not AttendanceClass.ABSENT:
        left["reason"] = None
    if given["code"] != "absent_notified":
        left["notified_at"] = None
    return {**left, **given}


def _held_or_not(work: Work, session: str, status: str, why: str | None) -> None:
    if status == "held":
        work.change(GroupSession, session, correction=why, status="held", status_reason=None)
        return
    if status != "cancelled":
        raise RuleError(_("Vælg, om mødegangen blev afholdt eller aflyst."), field="status")
    came = work.rows(f"SELECT citizen FROM attendance WHERE session = ? AND void = 0 AND {CAME}", (session,))
    clear(work.desk, _ref(work, session), [citizen for (citizen,) in came], correction=why)


def _followed_up(work: Work, row: str) -> None:
    found = work.find(Attendance, row)
    if found is not None and found.session and found.citizen:
        ref = _ref(work, found.session)
        keep_follow_up(work, ref, found.citizen, row, session_day(work, ref))


def _ref(work: Work, session: str) -> SessionRef:
    found = work.get(GroupSession, session)
    day = date.fromisoformat(found.planned_date) if found.planned_date else None
    return SessionRef(session, found.course, day, found.number)
