"""Trust as it stands in the table of keys, brought into force: what waited is taken in, what no longer counts is put aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.oplog import retrust
from vejleder_tui.queries.keys import roles
from vejleder_tui.queries.trust import TRUST, is_stale, mark_of
from vejleder_tui.services.derived import Derived
from vejleder_tui.services.erasing import finish_erase
from vejleder_tui.store.forgetting import tidy

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.oplog.following import Applied
    from vejleder_tui.oplog.settle import Rows
    from vejleder_tui.services.desk import Desk

__all__ = ["bring_up_to_date", "note_rows", "reckon_anew"]


def bring_up_to_date(desk: Desk) -> Applied | None:
    """Fold under the trust that stands now, and return what became of what waited; None when nothing had changed.

    Opens or joins one transaction. Keys can be trusted while another window writes, so whoever writes next does this.
    """
    with desk.store.transaction() as connection:
        done = reckon_anew(desk, connection) if is_stale(connection) else None
    finish_erase(desk.store, clock=desk.clock, randomness=desk.ids.randomness)
    return done


def reckon_anew(desk: Desk, connection: Connection, *, touched: Callable[[Rows], None] | None = None) -> Applied:
    """Fold under the trust and the revocations that stand now, in the transaction that is open on `connection`.

    `touched` hears of every row that came, changed or went.
    """
    derived = Derived(desk.store.connection)
    trusted = roles(connection)

    def hear(rows: Rows) -> None:
        note_rows(derived, rows)
        if touched is not None:
            touched(rows)

    done = retrust(desk.store.connection, trusted, opened=desk.door.opened, touched=hear)
    if done.erased:
        tidy(desk.store.connection)
    derived.bring_up_to_date()
    connection.execute(
        "INSERT INTO local_value (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (TRUST, mark_of(trusted)),
    )
    return done


def note_rows(derived: Derived, rows: Rows) -> None:
    """Note for the search index every row that came, changed or went."""
    for table, row in (*rows.new, *rows.changed):
        derived.note(table, row)
    for table, row in rows.gone:
        if table in {"citizen", "same_person"}:
            derived.note(table, row)
        elif table == "enrolment":
            derived.note_everybody()
