"""A laptop that starts from another one's records: whether it still waits for them, and who works at it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.slices import local_value
from vejleder_tui.queries.base import all_rows, one_row

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = ["JOINING", "SEAT", "Namesake", "is_joining", "namesakes", "seated"]

JOINING = "joining"
"""The local value of a laptop that was made to join others and has not taken their records in yet."""
SEAT = "seat:"
"""Begins the local values that say which worker sits where a key slot names another: the slot is bound to its own."""


class Namesake(NamedTuple):
    """A worker with the initials that somebody gave at this laptop's first start."""

    worker: str
    name: str
    initials: str
    role: str


def is_joining(reader: Reader) -> bool:
    """Return whether this laptop still waits for the records of another."""
    return local_value(reader, JOINING) is not None


def seated(reader: Reader, worker: str) -> str:
    """Return which worker sits at this laptop where a key slot names `worker`: mostly that one."""
    return local_value(reader, f"{SEAT}{worker}") or worker


def namesakes(reader: Reader, worker: str) -> list[Namesake]:
    """Return the other workers of `worker`'s municipality with the same initials who are still here, by name."""
    own = one_row(reader, "SELECT initials, organisation FROM worker WHERE id = ?", worker)
    if own is None or not own[0]:
        return []
    rows = all_rows(
        reader,
        "SELECT id, coalesce(name, ''), initials, coalesce(role, '') FROM worker WHERE void = 0 AND id <> ?"
        " AND organisation = ? AND initials IS NOT NULL AND active_to IS NULL ORDER BY name, id",
        worker,
        own[1],
    )
    return [Namesake(*row) for row in rows if row[2].casefold() == own[0].casefold()]
