"""Undo and redo of one's own steps, across restarts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.errors import UndoError
from vejleder_tui.i18n import N_, _
from vejleder_tui.oplog import Blocker, PutBack, inverse

if TYPE_CHECKING:
    from vejleder_tui.oplog import Database
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = ["Undone", "redo", "undo"]


@dataclass(frozen=True)
class Undone:
    """A step that was undone or done again: what it was, when it was first done, and the rows it touched."""

    what: str
    done_at: str
    rows: tuple[tuple[str, str], ...]
    saved: Saved


def undo(desk: Desk) -> Undone:
    """Take back the actor's newest step; raises UndoError, which names what stands in the way, or that there is none."""
    with desk.transaction() as work:
        found = work.rows(
            "SELECT txn, current, label, about, at FROM step WHERE actor = ? AND undone IS NULL ORDER BY current DESC LIMIT 1",
            (desk.actor.worker,),
        )
        if not found:
            raise UndoError(_("Der er ikke mere at fortryde."))
        txn, current, label, about, at = found[0]
        rows = _put_back(work, current, N_("Kan ikke fortrydes: {why}"))
        work.desk.store.connection.execute("UPDATE step SET undone = ? WHERE txn = ?", (work.txn, txn))
        return _undone(work, label, about, at, rows)


def redo(desk: Desk) -> Undone:
    """Do the step again that was undone last, unless a new step came after; raises UndoError."""
    with desk.transaction() as work:
        found = work.rows(
            "SELECT txn, undone, label, about, at FROM step WHERE actor = ? AND undone IS NOT NULL"
            " AND undone > coalesce((SELECT max(txn) FROM step WHERE actor = ?), 0) ORDER BY undone DESC LIMIT 1",
            (desk.actor.worker, desk.actor.worker),
        )
        if not found:
            raise UndoError(_("Der er ikke mere at gøre igen."))
        txn, undone, label, about, at = found[0]
        rows = _put_back(work, undone, N_("Kan ikke gøres igen: {why}"))
        work.desk.store.connection.execute("UPDATE step SET undone = NULL, current = ? WHERE txn = ?", (work.txn, txn))
        return _undone(work, label, about, at, rows)


def _undone(work: Work, label: str, about: str, at: str, rows: tuple[tuple[str, str], ...]) -> Undone:
    return Undone(
        what=_(label).format(**json.loads(about)),
        done_at=f"{local(from_stamp(at)):%d-%m %H:%M}",
        rows=rows,
        saved=work.saved(),
    )


def _put_back(work: Work, txn: int, refusal: str) -> tuple[tuple[str, str], ...]:
    database: Database = work.desk.store.connection

    def undoes(other: int) -> int | None:
        found = database.execute("SELECT undoes FROM reversal WHERE txn = ?", (other,)).fetchone()
        return None if found is None else int(found[0])

    answer = inverse(database, work.desk.device, txn, undoes)
    if isinstance(answer, Blocker):
        raise UndoError(_(refusal).format(why=_why(work, answer)))
    _refuse_signed_off(work, answer, refusal)
    for back in answer:
        work.put_back(back.table, back.row, back.values)
    database.execute("INSERT INTO reversal (txn, undoes) VALUES (?, ?)", (work.txn, txn))
    return tuple((back.table, back.row) for back in answer)


def _why(work: Work, blocker: Blocker) -> str:
    if blocker.why == "referred":
        return _("der er siden registreret noget, som bygger på det. Fortryd eller fjern det først.")
    if blocker.why == "settled":
        return _("det afgjorde en uenighed mellem to bærbare. Afgør den igen under Til afklaring.")
    if blocker.by is None:
        return _("det er ændret siden. Ret det i stedet.")
    at = f"{local(from_stamp(blocker.by.at)):%d-%m %H:%M}"
    found = work.rows("SELECT initials FROM worker WHERE id = ?", (blocker.by.actor,))
    return _("det er ændret {at} af {who} siden. Ret det i stedet.").format(
        at=at, who=found[0][0] if found and found[0][0] else _("en anden")
    )


def _refuse_signed_off(work: Work, backs: list[PutBack], refusal: str) -> None:
    """Refuse to touch what belongs to a signed-off session without a reason; the sign-off itself can be undone."""
    for back in backs:
        if back.table == "session" and "signed_off_at" in back.values:
            return
    for back in backs:
        session = "id = ?" if back.table == "session" else f'id = (SELECT session FROM "{back.table}" WHERE id = ?)'
        if back.table not in {"session", "attendance", "guest", "session_staff", "adverse_event"}:
            continue
        if work.rows(f"SELECT 1 FROM session WHERE {session} AND signed_off_at IS NOT NULL", (back.row,)):
            raise UndoError(_(refusal).format(why=_("mødegangen er godkendt siden.")), _("Ret den, og skriv hvorfor."))
