"""Undo and redo of one's own steps, across restarts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.errors import UndoError
from vejleder_tui.i18n import N_, _
from vejleder_tui.oplog import Blocker, PutBack, inverse, operations_of
from vejleder_tui.queries.identity_words import new_since
from vejleder_tui.services.trusting import reckon_anew

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.oplog import Database, OperationLine
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
            raise UndoError(_nothing_left(work))
        txn, current, label, about, at = found[0]
        _refuse_erased(work, current)
        rows = _put_back(work, current, N_("Kan ikke fortrydes: {why}"))
        work.desk.store.connection.execute("UPDATE step SET undone = ? WHERE txn = ?", (work.txn, txn))
        return _undone(work, label, about, at, rows)


def _nothing_left(work: Work) -> str:
    since = new_since(work.desk.store.connection)
    if since is None:
        return _("Der er ikke mere at fortryde.")
    return _("Der er ikke mere at fortryde: computeren fik et nyt enhedsnummer {at}.").format(at=f"{since:%d-%m %H:%M}")


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


def _refuse_erased(work: Work, txn: int) -> None:
    """Refuse to go back past a legal deletion: what stood before it is not here any more."""
    if work.rows(
        "SELECT 1 FROM operation WHERE device = ? AND seq >= ? AND txn = ? AND table_name = 'erasure' LIMIT 1",
        (work.desk.device, txn, txn),
    ):
        raise UndoError(_("Kan ikke fortrydes: en sletning er for altid."))


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
    written = {(one.table, one.row): one for _hash, one in operations_of(database, work.desk.device, txn)}
    _refuse_signed_off(work, answer, written, refusal)
    for back in answer:
        # What was corrected with a reason is put back with the same one.
        work.put_back(back.table, back.row, back.values, correction=written[back.table, back.row].reason)
    database.execute("INSERT INTO reversal (txn, undoes) VALUES (?, ?)", (work.txn, txn))
    if any(back.table == "device" for back in answer):
        reckon_anew(work.desk, work.desk.store.connection)  # it may have been a revocation
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


def _refuse_signed_off(
    work: Work, backs: list[PutBack], written: Mapping[tuple[str, str], OperationLine], refusal: str
) -> None:
    """Refuse to touch what belongs to a session that was signed off since; a correction made after that is put back."""
    for back in backs:
        if back.table == "session" and "signed_off_at" in back.values:
            return
    for back in backs:
        session = "id = ?" if back.table == "session" else f'id = (SELECT session FROM "{back.table}" WHERE id = ?)'
        if back.table not in {"session", "attendance", "guest", "session_staff", "adverse_event"}:
            continue
        signed = work.rows(
            f"SELECT signed_off_at FROM session WHERE {session} AND signed_off_at IS NOT NULL", (back.row,)
        )
        one = written[back.table, back.row]
        # To the second: the log is finer than the row.
        if signed and not (one.reason and one.at[:19] >= signed[0][0][:19]):
            raise UndoError(_(refusal).format(why=_("mødegangen er godkendt siden.")), _("Ret den, og skriv hvorfor."))
