"""Sessions: the row that appears when a person first writes about one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.model import GroupSession

if TYPE_CHECKING:
    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Work

__all__ = ["ensure_session"]


def ensure_session(work: Work, ref: SessionRef) -> str:
    """Return the id of the session's row, and write the row if a plan implied it and nobody has touched it yet."""
    if work.find(GroupSession, ref.id) is None:
        day = ref.planned_date.isoformat() if ref.planned_date else None
        work.create(GroupSession, ref.id, {"course": ref.course, "planned_date": day, "number": ref.number})
    return ref.id
