"""What people at this laptop are to know until somebody has seen it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.clock import from_stamp
from vejleder_tui.queries.erase_words import erased_notice
from vejleder_tui.queries.held import device_name
from vejleder_tui.queries.identity_words import identity_sentence
from vejleder_tui.queries.merge_words import clock_sentence, fork_sentence

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["NoticeView", "notice_sentence", "open_notices"]


class NoticeView(NamedTuple):
    """One notice. `kind`: what it is about (`identity`, `clock` …); `about`: its placeholders, ids and dates only."""

    id: str
    at: datetime
    kind: str
    about: dict[str, str]


def open_notices(reader: Reader) -> list[NoticeView]:
    """Return the notices that nobody has seen yet, the oldest first; a fork that a coordinator has seen elsewhere is seen."""
    rows = reader.execute("SELECT id, at, kind, about FROM notice WHERE seen_at IS NULL ORDER BY at, id")
    found = [
        NoticeView(str(row[0]), from_stamp(row[1]), str(row[2]), {k: str(v) for k, v in json.loads(row[3]).items()})
        for row in rows.fetchall()
    ]
    return [one for one in found if one.kind != "fork" or not _fork_seen(reader, one)]


def _fork_seen(reader: Reader, one: NoticeView) -> bool:
    row = reader.execute("SELECT fork_seen FROM device WHERE id = ?", (one.about["device"],)).fetchone()
    seen = str(row[0] or "0") if row is not None else "0"
    return seen.isdecimal() and int(seen) >= int(one.about["seq"])


def notice_sentence(reader: Reader, one: NoticeView) -> str:
    """Return what a notice says, in a sentence or two."""
    if one.kind == "fork":
        return fork_sentence(device_name(reader, one.about["device"]), int(one.about["seq"]))
    if one.kind == "clock":
        return clock_sentence(device_name(reader, one.about["device"]), one.about["at"])
    if one.kind == "erased":
        return erased_notice(one.about)
    return identity_sentence(one.kind, one.about)
