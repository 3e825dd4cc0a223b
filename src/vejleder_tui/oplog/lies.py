"""Remnants that a relay made up with the hash of somebody's true operation: a hash has one place, so they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.oplog.tables import marks_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.oplog.tables import Database

__all__ = ["known_hashes", "let_go_of_lies"]

AT_ONCE = 400


def known_hashes(database: Database, hashes: Sequence[str]) -> set[str]:
    """Return those of `hashes` that stand here at any place."""
    known: set[str] = set()
    for start in range(0, len(hashes), AT_ONCE):
        some = hashes[start : start + AT_ONCE]
        rows = database.execute(f"SELECT hash FROM operation WHERE hash IN ({marks_of(len(some))})", some)
        known.update(str(one) for (one,) in rows.fetchall())
    return known


def let_go_of_lies(database: Database, device: str, places: Mapping[str, int]) -> None:
    """Let operations that come now (number by hash) wait for themselves, not for remnants with their hashes elsewhere."""
    hashes = sorted(places)
    for start in range(0, len(hashes), AT_ONCE):
        some = hashes[start : start + AT_ONCE]
        for one, other, seq, need in database.execute(
            f"SELECT hash, device, seq, need FROM held WHERE why = 'gap' AND hash IN ({marks_of(len(some))})", some
        ).fetchall():
            if (other, seq) == (device, places[str(one)]):
                continue
            # The log is append-only: the lie stays, and what it says of the number before it as a run.
            database.execute("DELETE FROM held WHERE hash = ? AND why = 'gap'", (one,))
            database.execute(
                "INSERT INTO withheld (device, first, last, before, end_hash, tree, need)"
                " SELECT device, seq - 1, seq - 1, '', previous, '', ? FROM operation"
                " WHERE device = ? AND seq = ? AND hash = ? AND previous IS NOT NULL AND seq > 1 ON CONFLICT DO NOTHING",
                (need, other, seq, one),
            )
