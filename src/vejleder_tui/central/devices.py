"""Devices that were heard of, and whether their clocks are wrong by more than a day: told, and taken in all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.bundle.clocks import WRONG_CLOCK, is_behind
from vejleder_tui.clock import from_stamp, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.central.database import Centre

__all__ = ["note_device"]


def note_device(centre: Centre, header: BundleHeader, *, sha256: str, latest: str, head: int, now: datetime) -> None:
    """Note that a bundle of a device came, inside the transaction that takes it in.

    `latest` is the latest moment that an operation in it tells, `head` the device's last number here before it.
    """
    device = header.exporter.device
    before = centre.execute("SELECT last_created FROM central_device WHERE device = ?", (device,)).fetchone()
    news = max([cover.last for cover in header.covers if cover.device == device], default=0) > head
    told = max(header.created, f"{latest[:19]}Z" if latest else "")
    if told > stamp(now + WRONG_CLOCK):
        _note_clock(centre, device, "ahead", now, told, sha256)
    elif is_behind(centre, header, now, _ahead(centre)):
        _note_clock(centre, device, "behind", now, header.created, sha256)
    elif before is not None and news and _went_back(str(before[0]), header.created):
        _note_clock(centre, device, "back", now, header.created, sha256)
    centre.execute(
        "INSERT INTO central_device (device, name, last_seen, last_created, version)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET name = excluded.name,"
        " last_seen = excluded.last_seen, last_created = excluded.last_created, version = excluded.version",
        (
            device, header.exporter.name, stamp(now), header.created if news or before is None else before[0],
            header.version,
        ),
    )  # fmt: skip


def _ahead(centre: Centre) -> set[str]:
    rows = centre.execute("SELECT device FROM central_clock WHERE why = 'ahead'").fetchall()
    return {str(device) for (device,) in rows}


def _went_back(before: str, created: str) -> bool:
    """Return whether what is new says that it is older, by more than a day, than what came earlier."""
    try:
        return from_stamp(created) < from_stamp(before) - WRONG_CLOCK
    except (ValueError, OverflowError):  # the form is right, but there is no such day
        return True


def _note_clock(centre: Centre, device: str, why: str, now: datetime, told: str, sha256: str) -> None:  # noqa: PLR0917
    centre.execute(
        "INSERT INTO central_clock (device, why, at, told, bundle) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (device, why) DO UPDATE SET at = excluded.at, told = excluded.told, bundle = excluded.bundle",
        (device, why, stamp(now), told, sha256),
    )
