"""A second laptop: a copy of a store that goes on under a device and a worker of its own, and what it wrote, brought here."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.services.test_desk_faults import sound
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.bundle.proofs import root_of
from vejleder_tui.bundle.writer import sign_head
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Device, Worker
from vejleder_tui.oplog import GENESIS, Door, tail_of
from vejleder_tui.oplog.apply import Applying
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.derived import Derived
from vejleder_tui.services.desk import Actor, Desk
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.oplog import Applied


SIGNERS: dict[str, SigningKey] = {}
"""The keys of the laptops that were made here, by their public half."""


def other_laptop(
    desk: Desk,
    folder: Path,
    *,
    name: str = "Bærbar 4",
    initials: str = "LK",
    at: datetime | None = None,
    seed: int = 99,
) -> Desk:
    """Return a desk at a copy of the store as it stands now, with a device and a worker of its own."""
    desk.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(desk.store.paths.folder, folder)
    clock = FixedClock(at or desk.clock.now() + timedelta(minutes=21), timedelta(milliseconds=1))
    store = Store.open(StorePaths(folder), desk.store._data_key, clock=clock)
    randomness = SeededRandomness(seed)
    made = Desk(store, device=desk.device, actor=desk.actor, clock=clock, randomness=randomness)
    device, worker = made.ids.new(), made.ids.new()
    found = Desk(store, device=device, actor=Actor(worker, initials, "coordinator"), clock=clock, randomness=randomness)
    organisation = organisation_id("0183")
    signer = SigningKey.generate(SeededRandomness(seed))
    SIGNERS[signer.public.text] = signer
    with found.transaction() as work:
        work.create(
            Device, device, {}, organisation=organisation, name=name, role="worker", sign_key=signer.public.text
        )
        work.create(
            Worker, worker, {"organisation": organisation}, name="Lise Krag", initials=initials, role="coordinator"
        )
    return found


def bring(source: Desk, target: Desk) -> Applied:
    """Take into `target` what `source` wrote under its own device, as a merge of its bundle does."""
    database, door = target.store.connection, target.store.door
    assert isinstance(door, Door)
    roles = {key: "coordinator" for (key,) in source.store.connection.execute("SELECT sign_key FROM device")}
    last = tail_of(source.store.connection, source.device)
    (key,) = source.store.connection.execute("SELECT sign_key FROM device WHERE id = ?", (source.device,)).fetchone()
    with target.store.transaction():
        derived = Derived(database)
        applying = Applying(database, roles, opened=door.opened)
        # The laptop whose store was copied signs with its own key, which nobody here asks after.
        root = root_of(source.store.connection, source.device, *last)
        signature = sign_head(SIGNERS[key], source.device, *last, root) if key in SIGNERS else ""
        applying.path(source.device, 1, last[0], GENESIS, last[1], root, signature, key)
        for seq, hash_, line in source.store.connection.execute(
            "SELECT seq, hash, line FROM operation WHERE device = ? ORDER BY seq", (source.device,)
        ):
            applying.operation(seq, hash_, line)
        done = applying.finish()
        for table, row in done.rows.new | done.rows.changed | done.rows.gone:
            derived.note(table, row)
        derived.bring_up_to_date()
    sound(target)
    return done
