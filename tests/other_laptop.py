"""A second laptop: a copy of a store that goes on under a device and a worker of its own, and what it wrote, brought here."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.services.test_desk_faults import sound
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Device, Worker
from vejleder_tui.oplog import Door, OperationLine, folded_row, to_json
from vejleder_tui.oplog.tables import sql_of
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.desk import Actor, Desk
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.oplog import FoldedRow


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
    with found.transaction() as work:
        work.create(Device, device, {}, organisation=organisation, name=name, role="worker")
        work.create(
            Worker, worker, {"organisation": organisation}, name="Lise Krag", initials=initials, role="coordinator"
        )
    return found


def bring(source: Desk, target: Desk) -> None:
    """Take into `target` what `source` wrote under its own device, and fold the rows anew that it is about."""
    database, door = target.store.connection, target.store.door
    assert isinstance(door, Door)
    known = {one for (one,) in database.execute("SELECT hash FROM operation")}
    rows = source.store.connection.execute(
        "SELECT hash, device, seq, txn, table_name, row, line FROM operation WHERE device = ? ORDER BY seq",
        (source.device,),
    )
    touched: dict[tuple[str, str], None] = {}
    with target.store.transaction(), door.opened():
        for one in rows:
            if one[0] in known:
                continue
            database.execute(
                "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
                one,
            )
            touched[OperationLine.decode(one[6]).table, one[5]] = None
        for table, row in touched:
            folded = folded_row(database, table, row)
            assert folded is not None
            _put(target, table, row, folded)
    sound(target)


def _put(desk: Desk, table: str, row: str, folded: FoldedRow) -> None:
    database, names = desk.store.connection, list(sql_of(table).fields)
    columns = ", ".join(f'"{name}"' for name in ("id", "void", "leaves", *names))
    database.execute(f'DELETE FROM "{table}" WHERE id = ?', (row,))
    database.execute(
        f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join("?" for _ in range(len(names) + 3))})',
        (row, folded.state.void, folded.state.leaves, *(folded.state.values[name] for name in names)),
    )
    database.execute("DELETE FROM contested WHERE table_name = ? AND row = ?", (table, row))
    for field, leaves in folded.contested.items():
        for one, value in leaves:
            database.execute("INSERT INTO contested VALUES (?, ?, ?, ?, ?)", (table, row, field, one, to_json(value)))
