"""Erases told by tokens alone: what was deleted for ever is taken again from a copy that was put back.

The erase itself need not be here: what is left of each operation is the same as where the erase came into force.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from vejleder_tui.oplog.enforce import enforce, orphaned, take_line
from vejleder_tui.oplog.erasure import Erasures
from vejleder_tui.oplog.settle import Rows, settle_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vejleder_tui.oplog.tables import Database

__all__ = ["forget"]


def forget(
    database: Database,
    tokens: Iterable[tuple[str, str, str]],
    *,
    opened: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Rows:
    """Take what the tokens name (token, hash of the erase, kind), in the caller's transaction; returns the rows touched."""
    erasures = Erasures.load(database)
    rows = Rows()
    with opened():
        for token, erase, kind in sorted(tokens):
            erasures.add(token, erase, kind)
            database.execute(
                "INSERT INTO erased (token, erase, kind) VALUES (?, ?, ?) ON CONFLICT (token, erase) DO UPDATE"
                " SET kind = excluded.kind",
                (token, erase, kind),
            )
        todo = enforce(database, (), erasures, take_line)
        while todo:
            done = settle_rows(database, todo, erasures)
            rows.add(done)
            todo = orphaned(database, done.gone)
    return rows
