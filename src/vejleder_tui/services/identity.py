"""A store that was restored or copied goes on under a new device number, by itself, and says so.

Two stores that go on under one number would hand out the same numbers twice (docs/log.md). No models are imported here
until there is something to write: every opening looks whether the store is at home.
"""

from __future__ import annotations

import contextlib
import json
from enum import StrEnum
from typing import TYPE_CHECKING

from vejleder_tui.bundle.slices import local_value
from vejleder_tui.clock import stamp
from vejleder_tui.ids import IdSource
from vejleder_tui.paths import mark_folder
from vejleder_tui.queries.joining import seated
from vejleder_tui.store.mark import (
    looks_restored,
    mark_path,
    raise_exported,
    read_mark,
    take_mark,
    this_machine,
    write_mark,
)

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.store.store import Store

__all__ = ["Why", "at_home", "note_leaving", "seat_of", "settle", "take_new_identity"]

HOME = "home"
"""The local value that says on which machine the store is at home."""
_KEEP = "INSERT OR REPLACE INTO local_value (name, value) VALUES (?, ?)"
_NOTICE = "INSERT OR IGNORE INTO notice (id, at, kind, about) VALUES (?, ?, ?, ?)"


class Why(StrEnum):
    """What tells that a store may not go on under its device number."""

    RESTORED = "restored"
    """A copy was put in its place by `restore`."""
    MACHINE = "machine"
    """It is at home on another machine, or in another account."""
    FILE = "file"
    """It is another file than the one that went on under the number last."""
    BEHIND = "behind"
    """Numbers have left in a bundle that it does not know of."""
    MET = "met"
    """A bundle told of changes under its own number that were not made here."""


def settle(store: Store, worker: str, *, clock: Clock, randomness: Randomness) -> Why | None:
    """Take a new device number if the store, just opened for writing, looks restored or copied; return why, else None.

    What the next look needs is written: the mark outside the store's folder, the machine in it. A folder of marks that
    cannot be written to stops nobody; a notice tells of it. Raises NotSavedError, NotFoundError (the worker).
    """
    device = local_value(store.connection, "device")
    if not store.writes or device is None:
        return None
    why = _why(store, device)
    if why is None:
        at_home(store, device, clock=clock)
        return None
    take_new_identity(seat_of(store, worker, clock=clock, randomness=randomness), why)
    return why


def _why(store: Store, device: str) -> Why | None:
    here, home = this_machine(), local_value(store.connection, HOME)
    if here and home and here != home:
        return Why.MACHINE
    last = store.connection.execute("SELECT max(seq) FROM operation WHERE device = ?", (device,)).fetchone()[0]
    if _told_of_more(store.connection, device):
        return Why.BEHIND
    now, kept = take_mark(store.paths, last or 0), read_mark(_mark_path(store, device))
    if kept is None or not looks_restored(kept, now):
        return None
    return Why.BEHIND if now.exported < kept.exported else Why.FILE if kept.machine == now.machine else Why.MACHINE


def _mark_path(store: Store, device: str) -> Path:
    return mark_path(store.paths.marks or mark_folder(), device)


def _told_of_more(reader: Reader, device: str) -> bool:
    """Return whether a receiver said that it holds, under this store's own number, what was not written here."""
    for (heads,) in reader.execute("SELECT heads FROM receipt").fetchall():
        for one in json.loads(heads):
            place = (device, one["last"], one["hash"])
            if (
                one["device"] == device
                and not reader.execute(
                    "SELECT 1 FROM operation WHERE device = ? AND seq = ? AND hash = ?", place
                ).fetchone()
            ):
                return True
    return False


def at_home(store: Store, device: str, *, clock: Clock, anew: bool = False) -> None:
    """Write down that this file is where `device` goes on; `anew`: whatever was known of that device before.

    A folder of marks that cannot be written to is told in a notice, once. Raises NotSavedError.
    """
    here, path = this_machine(), _mark_path(store, device)
    told = None
    try:
        kept = None if anew else read_mark(path)
        mark = take_mark(store.paths, kept.exported if kept else 0)
        if mark != kept:
            write_mark(path, mark)
    except OSError as error:
        told = error.errno or 0
    if told is None and (not here or local_value(store.connection, HOME) == here):
        return
    with store.transaction() as connection:
        if here:
            connection.execute(_KEEP, (HOME, here))
        if told is not None:
            connection.execute(_NOTICE, ("no_mark", stamp(clock.now()), "no_mark", json.dumps({"errno": str(told)})))


def note_leaving(store: Store, header: BundleHeader) -> None:
    """Write in the mark how far a bundle goes that is about to get its name; a mark that cannot be written stops it not."""
    device = header.exporter.device
    last = max((cover.last for cover in header.covers if cover.device == device), default=0)
    with contextlib.suppress(OSError):
        raise_exported(_mark_path(store, device), store.paths, last)


def seat_of(store: Store, worker: str, *, clock: Clock, randomness: Randomness) -> Desk:
    """Return the desk at which a worker of this store takes a new number for it."""
    from vejleder_tui.services.desk import Actor, Desk  # noqa: PLC0415 - loads the models

    device = local_value(store.connection, "device") or ""
    actor = Actor(seated(store.connection, worker), "", "")
    return Desk(store, device=device, actor=actor, clock=clock, randomness=randomness)


def take_new_identity(desk: Desk, why: Why = Why.MET, *, end: tuple[int, str] | None = None) -> str:
    """Let the store go on as a new device under the same keys and name, and return its id; joins an open transaction.

    The end of what was written here under the old number is signed once more, so that bundles go on carrying it: `end`
    (number, hash), else the newest operation of the old number. Steps are cleared: undo does not reach past this. A
    notice tells it. Nothing may have been written in the transaction before. Raises NotSavedError, StoreError.
    """
    from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415 - keys need pyrage
    from vejleder_tui.bundle.proofs import root_of  # noqa: PLC0415
    from vejleder_tui.bundle.writer import sign_head  # noqa: PLC0415
    from vejleder_tui.model import Device  # noqa: PLC0415
    from vejleder_tui.oplog.writer import tail_of  # noqa: PLC0415

    ids = IdSource(desk.clock, desk.ids.randomness)
    with desk.transaction() as work:
        connection, before, device = desk.store.connection, desk.device, ids.new()
        own = own_keys(connection)
        last, hash_ = end or tail_of(connection, before)
        root = root_of(connection, before, last, hash_)
        row = work.rows("SELECT organisation, name, role, seal_key FROM device WHERE id = ?", (before,))[0]
        connection.execute("DELETE FROM reversal")
        connection.execute("DELETE FROM step")
        connection.execute(_KEEP, ("device", device))
        connection.execute(
            "INSERT OR REPLACE INTO signed_head (device, seq, hash, root, signature, public_key) VALUES (?, ?, ?, ?, ?, ?)",
            (before, last, hash_, root, sign_head(own.signer, before, last, hash_, root), own.card.public_key),
        )
        about = {"why": why.value, "device": device, "before": before, "last": str(last)}
        connection.execute(_NOTICE, (ids.new(), stamp(work.now), "identity", json.dumps(about)))
        work.go_on_as(device)
        work.create(
            Device, device, {}, organisation=row[0], name=row[1], role=row[2], sign_key=own.card.public_key,
            seal_key=row[3],
        )  # fmt: skip
        at_home(desk.store, device, clock=desk.clock, anew=True)
    return device
