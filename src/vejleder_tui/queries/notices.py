"""What people at this laptop are to know until somebody has seen it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.clock import from_stamp

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["NoticeView", "open_notices"]


class NoticeView(NamedTuple):
    """One notice. `kind`: what it is about (`identity`, `clock` …); `about`: its placeholders, ids and dates only."""

    id: str
    at: datetime
    kind: str
    about: dict[str, str]


def open_notices(reader: Reader) -> list[NoticeView]:
    """Return the notices that nobody has seen yet, the oldest first."""
    rows = reader.execute("SELECT id, at, kind, about FROM notice WHERE seen_at IS NULL ORDER BY at, id")
    return [
        NoticeView(str(row[0]), from_stamp(row[1]), str(row[2]), {k: str(v) for k, v in json.loads(row[3]).items()})
        for row in rows.fetchall()
    ]
