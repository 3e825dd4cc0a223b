"""Drafts of this laptop, for their author only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.queries.base import all_rows, one_row

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["DraftView", "OpenedDraft", "drafts", "find_draft"]


class DraftView(NamedTuple):
    """A draft as I dag lists it: "Peer-aktivitet 23-11, begyndt 09:51". `screen` is the form that opens it."""

    id: str
    screen: str
    title: str
    started_at: datetime
    updated_at: datetime

    @property
    def started(self) -> str:
        """The local time of day when it was begun."""
        return f"{local(self.started_at):%H:%M}"


class OpenedDraft(NamedTuple):
    """A draft with the raw values of its form's fields."""

    view: DraftView
    values: dict[str, Any]


_SQL = "SELECT id, screen, title, started_at, updated_at"


def drafts(reader: Reader, worker: str) -> list[DraftView]:
    """Return the drafts of `worker`, the newest first."""
    rows = all_rows(reader, f"{_SQL} FROM draft WHERE actor = ? ORDER BY updated_at DESC, id DESC", worker)
    return [_view(row) for row in rows]


def find_draft(reader: Reader, draft: str, worker: str) -> OpenedDraft | None:
    """Return a draft of `worker` with its values, or None; nobody else's is ever opened."""
    row = one_row(reader, f"{_SQL}, content FROM draft WHERE id = ? AND actor = ?", draft, worker)
    return None if row is None else OpenedDraft(_view(row), json.loads(row[5]))


def _view(row: tuple[Any, ...]) -> DraftView:
    return DraftView(row[0], row[1], row[2], from_stamp(row[3]), from_stamp(row[4]))
