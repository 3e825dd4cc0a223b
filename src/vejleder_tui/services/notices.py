"""Notices: what is to be told until somebody has seen it, and who saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.clock import stamp
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Device
from vejleder_tui.oplog.line import to_json
from vejleder_tui.services.bookkeeping import bookkeeping

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.clock import Clock
    from vejleder_tui.services.desk import Desk, Saved
    from vejleder_tui.store.store import Store

__all__ = ["note", "see", "see_fork"]


def note(connection: Connection, identity: str, kind: str, about: Mapping[str, str], *, at: datetime) -> None:
    """Leave a notice, in the transaction that is open on `connection`; one of the same id is not told twice.

    `about` holds ids, numbers and moments, never anything about a citizen.
    """
    connection.execute(
        "INSERT INTO notice (id, at, kind, about) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (identity, stamp(at), kind, to_json(dict(about))),
    )


def see(store: Store, identity: str, worker: str, *, clock: Clock) -> None:
    """Note that `worker` has seen a notice; raises NotFoundError."""
    with bookkeeping(store) as connection:
        found = connection.execute("SELECT 1 FROM notice WHERE id = ?", (identity,)).fetchone()
        if found is None:
            raise NotFoundError(_("Det findes ikke længere."), _("Gå tilbage, og prøv igen."))
        connection.execute(
            "UPDATE notice SET seen_at = ?, seen_by = ? WHERE id = ? AND seen_at IS NULL",
            (stamp(clock.now()), worker, identity),
        )


def see_fork(desk: Desk, device: str, seq: int) -> Saved:
    """Write that a coordinator has seen that a device went on in two copies from number `seq`; that reaches everybody.

    Raises RuleError when it is no coordinator, NotFoundError when the device is not known here.
    """
    if desk.actor.role != "coordinator":
        raise RuleError(
            _("En koordinator skal se det først."), _("Sig det til koordinatoren: to kopier af en bærbar er i brug.")
        )
    with desk.transaction(N_("set: to kopier af {device}"), device=device[:8]) as work:
        work.change(Device, device, fork_seen=str(seq))
        return work.saved(device)
