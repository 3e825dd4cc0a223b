"""A clock that is behind, as a file shows it: it was made, by its own word, long before what its writer had seen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from vejleder_tui.bundle.branches import Connection
    from vejleder_tui.bundle.header import BundleHeader

__all__ = ["WRONG_CLOCK", "is_behind"]

WRONG_CLOCK = timedelta(days=1)
"""A clock that is further from ours than this is told; what it wrote is taken in all the same."""


def is_behind(connection: Connection, header: BundleHeader, now: datetime, doubted: Collection[str] = ()) -> bool:
    """Return whether a file says that it was made more than a day before something that its exporter had when it made it.

    A file is not behind for coming late: what counts is the newest operation of another device, among those here, that it
    tells of as held or brings. Nothing later than `now` is believed, nor the `doubted` devices, whose clocks are ahead.
    """
    places = {(one.device, one.last, one.end) for one in header.have}
    places |= {(one.device, one.last, one.end) for one in header.covers}
    newest: datetime | None = None
    for device, last, end in places:
        found = connection.execute(
            "SELECT line FROM operation WHERE device = ? AND seq = ? AND hash = ? AND line IS NOT NULL",
            (device, last, end),
        ).fetchone()
        if found is None or device in doubted or device == header.exporter.device:
            continue
        moment = _moment(json.loads(found[0]).get("at"))
        if moment is not None and moment <= now and (newest is None or moment > newest):
            newest = moment
    created = _moment(header.created)
    return created is not None and newest is not None and created < newest - WRONG_CLOCK


def _moment(text: object) -> datetime | None:
    """Return a moment as a laptop wrote it, without its fraction of a second; None where there is no such day."""
    try:
        return from_stamp(f"{str(text)[:19]}Z")
    except (ValueError, OverflowError):
        return None
