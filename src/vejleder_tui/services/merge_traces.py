"""What a merge leaves beside the records: its line in the history, what the sender told that it holds, and notices."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from vejleder_tui.bundle.slices import note_have
from vejleder_tui.clock import stamp
from vejleder_tui.queries.keys import known_keys
from vejleder_tui.services.notices import note
from vejleder_tui.services.receipts import restate_bundles

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.services.merging import CheckedFile, Outcome

__all__ = ["enter", "leave_notices"]


def enter(connection: Connection, one: CheckedFile, outcome: Outcome, now: datetime) -> None:
    """Enter a file that was taken in into the history, in the transaction that is open on `connection`.

    Read in again it keeps its line, as does a bundle that was written here. What its exporter says that it holds counts
    as its word for it.
    """
    header = one.header
    own = [cover for cover in header.covers if cover.device == header.exporter.device]
    # Whose bundle it is stands first: that is what a list shows.
    covers = [
        {"device": cover.device, "first": cover.first, "last": cover.last, "end": cover.end}
        for cover in sorted(header.covers, key=lambda cover: cover.device != header.exporter.device)
    ]
    connection.execute(
        "INSERT INTO bundle_history (bundle_id, direction, file_name, folder, sha256, created_at, first, last, operations,"
        " covers, recipients, received_at, verified_at, status) VALUES (?, 'in', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (bundle_id) DO NOTHING",
        (
            header.bundle_id, one.path.name, os.fsencode(one.path.parent.resolve()).decode("utf-8", "replace"), one.sha256,
            stamp(now), min((cover.first for cover in own), default=0), max((cover.last for cover in own), default=0),
            header.operations, json.dumps(covers), json.dumps(header.recipients), stamp(now), stamp(now),
            f"merged:{outcome.opened}" if outcome.opened else "merged",
        ),
    )  # fmt: skip
    _note_have(connection, one)


def _note_have(connection: Connection, one: CheckedFile) -> None:
    """Take what the exporter says that it holds as its acknowledgement, if it is one that bundles are sealed for."""
    key = one.header.exporter.public_key
    receiver = next((known.recipient for known in known_keys(connection, "recipient") if known.public_key == key), None)
    if receiver is not None and note_have(connection, receiver, one.header):
        restate_bundles(connection)


def leave_notices(connection: Connection, outcome: Outcome, now: datetime) -> None:
    """Leave what people are to know: a store that was used in two copies, a clock that is wrong."""
    for fork in outcome.forks:
        about = {"device": fork.device, "seq": str(fork.seq)}
        note(connection, f"fork:{fork.device}:{fork.seq}", "fork", about, at=now)
    for clock in outcome.clocks:
        note(
            connection,
            f"clock:{clock.device}:{clock.at[:10]}",
            "clock",
            {"device": clock.device, "at": clock.at},
            at=now,
        )
