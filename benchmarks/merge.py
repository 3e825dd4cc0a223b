"""Rows a second of a merge into an encrypted store, against a bare COPY of the same rows and against plain SQLite inserts."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from benchmarks.ingest import LARGE, ROWS, SMALL, Centres, Costs, against_bare, peak
from benchmarks.made_bundle import MadeBundle, made_bundle
from benchmarks.made_store import made_store
from benchmarks.taking import Taken, take
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.keys import age_recipient_of

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.figures import Ratio

__all__ = ["merge"]


def merge(folder: Path, rows: int = ROWS) -> list[Ratio]:
    """Return the rows a second of looking a bundle through and taking it in, against both yardsticks; and whether memory is flat.

    No limit is set for the rate.
    """
    desk = made_store(folder / "first", 0)
    recipient = age_recipient_of(own_keys(desk.store.connection).identity)
    desk.store.close()
    centres = Centres(folder)
    try:
        places = [folder / name for name in ("small", "large")]
        for place in places:
            place.mkdir()
        small = made_bundle(places[0], min(SMALL, rows), recipient)
        large = made_bundle(places[1], rows, recipient)
        bare = centres.bare(folder, large)
        low = _merged(folder, small)
        costs = Costs()
        for _ in range(1 if rows >= LARGE else 3):
            costs.add(_merged(folder, large), bare)
    finally:
        centres.server.remove()
    return [
        *against_bare("merge", rows, costs, None),
        *peak("merge", rows, low, costs.taken),
    ]


def _merged(folder: Path, made: MadeBundle) -> Taken:
    """Merge the bundle into a store that was made for it alone, every one of them with the same keys."""
    card, store = folder / "card.json", folder / "store"
    card.write_text(made.card, encoding="utf-8")
    taken = take("merge", str(store), str(card), str(made.path))
    shutil.rmtree(store)
    if taken.applied != made.operations:
        raise RuntimeError(f"{taken.applied} of {made.operations} operations")
    return taken
