"""What the operation log costs an edit: the same rows changed with and without it, in the same kind of encrypted file."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch

from benchmarks.figures import Ratio, interleaved, ratio
from benchmarks.made_store import made_store
from vejleder_tui.model import Attendance
from vejleder_tui.oplog import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

EDITS = 200
BULK = 5_000


class WriterWithoutLog(Writer):
    """The same writer, reading and writing the same rows, but for the line in the log."""

    def _log(self, *_: object, **_values: object) -> str:
        return "0" * 64


def log_cost(folder: Path) -> list[Ratio]:
    """Return the cost of one durable edit (at most 1.25 ×) and of a bulk of edits in one transaction (at most 2 ×).

    Both sides are the service's own path: transaction, reading the row, checking the value, writing the row.
    """
    sides = []
    for name, kind in (("log", Writer), ("plain", WriterWithoutLog)):
        desk = made_store(folder / name, BULK)
        rows = [row for (row,) in desk.store.connection.execute("SELECT id FROM attendance ORDER BY id")]
        sides.append(_Side(desk, kind, rows, itertools.cycle(("online", "present"))))
    ours, theirs = sides
    each = interleaved(9, lambda: ours.edit(EDITS, each=True), lambda: theirs.edit(EDITS, each=True))
    bulk = interleaved(5, lambda: ours.edit(BULK, each=False), lambda: theirs.edit(BULK, each=False))
    for side in sides:
        side.desk.store.close()
    return [
        ratio("the log, one durable edit", each[0], each[1], 1.25),
        ratio("the log, in bulk", bulk[0], bulk[1], 2),
    ]


@dataclass
class _Side:
    desk: Desk
    kind: type[Writer]
    rows: list[str]
    codes: Iterator[str]

    def edit(self, count: int, *, each: bool) -> float:
        """Give `count` rows another code, in a transaction each or in one; return the milliseconds a row."""
        value, chosen = next(self.codes), self.rows[:count]
        with patch("vejleder_tui.services.desk.Writer", self.kind):
            start = time.perf_counter()
            for part in ([row] for row in chosen) if each else [chosen]:
                with self.desk.transaction() as work:
                    for row in part:
                        work.change(Attendance, row, code=value)
            return (time.perf_counter() - start) * 1000 / count
