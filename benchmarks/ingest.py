"""Rows a second of `central ingest` by one process, against a bare COPY of the same rows and against plain SQLite inserts."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.central.server import Server

from benchmarks.bare import Bare
from benchmarks.figures import Ratio
from benchmarks.made_bundle import MUNICIPALITY, MadeBundle, made_bundle
from benchmarks.taking import Taken, take
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.identity import Identity, make_identity
from vejleder_tui.central.setup import init
from vejleder_tui.central.trusting import trust_cards
from vejleder_tui.clock import SystemClock
from vejleder_tui.ids import SeededRandomness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["LARGE", "ROWS", "SMALL", "Centres", "Costs", "against_bare", "ingest", "peak"]

ROWS = 1_000_000
SMALL = 10_000
"""Rows that the peak of memory is compared with."""
LARGE = 100_000
"""From here on a round takes minutes, so there is one; below it there are three."""
FLAT = 1.25
"""Times the peak of SMALL that still counts as flat: buffers that fill up, not something that grows with the rows."""


@dataclass
class Costs:
    """What each round cost: ours, and both yardsticks in seconds."""

    taken: list[Taken] = field(default_factory=list)
    copied: list[float] = field(default_factory=list)
    inserted: list[float] = field(default_factory=list)

    def add(self, taken: Taken, bare: Bare) -> None:
        """Note a round of ours, and take the yardsticks right after it."""
        self.taken.append(taken)
        self.copied.append(bare.copy())
        self.inserted.append(bare.insert())


class Centres:
    """A PostgreSQL of its own with new centres in it, one after the other, all of one identity."""

    def __init__(self, folder: Path) -> None:
        self.server = Server()
        self.identity: Identity = make_identity(folder / "identity.txt", SeededRandomness(7))

    def new(self, card: str) -> str:
        """Return the URL of a new, empty centre that believes the laptop of `card`."""
        url = self.server.new_database()
        centre = open_centre(url)
        init(centre, self.identity, name="Centralen", municipality=MUNICIPALITY, randomness=SeededRandomness(8))
        trust_cards(centre, [card], clock=SystemClock())
        centre.close()
        return url

    def bare(self, folder: Path, made: MadeBundle) -> Bare:
        """Return the yardsticks of a bundle, in a database of their own."""
        return Bare(self.server.new_database(), folder, made.rows)

    def take(self, made: MadeBundle) -> Taken:
        """Let a new centre take the bundle in, and return what it cost. The file is put back where it was."""
        url = self.new(made.card)
        taken = take("ingest", url, str(self.identity.path), str(made.path))
        if taken.applied != made.operations:
            raise RuntimeError(f"{taken.applied} of {made.operations} operations")
        next(made.path.parent.rglob(f"done/**/{made.path.name}")).rename(made.path)
        return taken


def ingest(folder: Path, rows: int = ROWS) -> list[Ratio]:
    """Return the rows a second of one process: at least 0.25 × a bare COPY; against SQLite; and whether memory is flat.

    The whole command counts but its start: reading, opening, checking, staging, folding, committing.
    """
    small_folder, large_folder = folder / "small", folder / "large"
    for place in (small_folder, large_folder):
        place.mkdir()
    centres = Centres(folder)
    try:
        recipient = centres.identity.recipient
        low = centres.take(made_bundle(small_folder, min(SMALL, rows), recipient))
        made = made_bundle(large_folder, rows, recipient)
        costs = Costs()
        for _ in range(1 if rows >= LARGE else 3):
            costs.add(centres.take(made), centres.bare(folder, made))
    finally:
        centres.server.remove()
    return [
        *against_bare("ingest by one process", rows, costs, 0.25),
        *peak("ingest", rows, low, costs.taken),
    ]


def against_bare(name: str, rows: int, costs: Costs, limit: float | None) -> list[Ratio]:
    """Return our rate of attendance rows as a share of both yardsticks' (medians); `limit` is that against COPY."""
    mine = statistics.median(one.seconds for one in costs.taken)
    return [
        Ratio(
            f"{name}, rows a second against {what}",
            statistics.median(theirs) / mine,
            share,
            at_least=True,
            detail=f"{rows / mine:,.0f} against {rows / statistics.median(theirs):,.0f} rows a second; {rows:,} rows",
        )
        for what, theirs, share in (
            ("a bare COPY", costs.copied, limit),
            ("plain SQLite inserts", costs.inserted, None),
        )
    ]


def peak(name: str, rows: int, low: Taken, taken: Sequence[Taken]) -> list[Ratio]:
    """Return the peak of memory against that of SMALL rows; and, of a store, against that with its page cache full.

    The cache is a buffer of one size that few rows do not fill: the limit is for what grows beside it.
    """
    high = max(one.peak for one in taken)
    what = f"{rows:,} against {min(SMALL, rows):,} rows"
    full = low.peak + low.unfilled
    detail = f"{high / 1024:.0f} against {low.peak / 1024:.0f} MB; {what}"
    plain = Ratio(
        f"{name}, peak memory", high / low.peak, None if low.unfilled else FLAT, at_least=False, detail=detail
    )
    if not low.unfilled:
        return [plain]
    detail = f"{high / 1024:.0f} against {low.peak / 1024:.0f} + {low.unfilled / 1024:.0f} MB; {what}"
    return [plain, Ratio(f"{name}, peak memory, the page cache full", high / full, FLAT, at_least=False, detail=detail)]
