"""Places in the chains: what is reached, where a path is broken off, where a device went on in two copies.

A place is a device, a number and a hash. An operation leads from the place before it to its own, a withheld run from the
place before its first number to that of its last. A need is a place in text, `device number hash`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.line import GENESIS

if TYPE_CHECKING:
    from vejleder_tui.oplog.tables import Database

__all__ = ["GAP", "Fork", "Missing", "forks", "missing", "need_of", "need_text", "outstanding", "path_back", "place_of"]

GAP = "gap"


def need_text(device: str, seq: int, hash_: str) -> str:
    """Return a place as a need."""
    return f"{device} {seq} {hash_}"


def place_of(need: str) -> tuple[str, int, str]:
    """Return the place that a need names."""
    device, seq, hash_ = need.split(" ")
    return device, int(seq), hash_


def need_of(database: Database, device: str, seq: int, hash_: str) -> str | None:
    """Return what a path that goes on from a place waits for: None when the place is reached."""
    if seq == 0:
        return None if hash_ == GENESIS else need_text(device, seq, hash_)
    found = database.execute(
        "SELECT (SELECT need FROM held WHERE hash = ? AND why = 'gap') FROM operation"
        " WHERE device = ? AND seq = ? AND hash = ?",
        (hash_, device, seq, hash_),
    ).fetchone()
    if found is not None:
        return None if found[0] is None else str(found[0])
    run = database.execute(
        "SELECT need FROM withheld WHERE device = ? AND last = ? AND end_hash = ? ORDER BY need IS NOT NULL",
        (device, seq, hash_),
    ).fetchone()
    if run is not None:
        return None if run[0] is None else str(run[0])
    return need_text(device, seq, hash_)


def outstanding(database: Database, device: str) -> list[str]:
    """Return the places that operations and runs of a device wait for."""
    rows = database.execute(
        "SELECT need FROM held WHERE device = ? AND why = 'gap' UNION"
        " SELECT need FROM withheld WHERE device = ? AND need IS NOT NULL",
        (device, device),
    ).fetchall()
    return sorted(str(need) for (need,) in rows)


@dataclass(frozen=True)
class Missing:
    """Numbers `first` to `last` of a device that are not here, though something that builds on them is."""

    device: str
    first: int
    last: int


def missing(database: Database) -> list[Missing]:
    """Return every range that something waits for, by device; what was withheld from a slice is not missing."""
    devices = database.execute(
        "SELECT device FROM held WHERE why = 'gap' UNION SELECT device FROM withheld WHERE need IS NOT NULL"
    ).fetchall()
    found: list[Missing] = []
    for (device,) in sorted(tuple(row) for row in devices):
        for need in outstanding(database, str(device)):
            _device, last, _hash = place_of(need)
            here = database.execute(
                "SELECT max(n) FROM (SELECT max(seq) AS n FROM operation WHERE device = ? AND seq <= ?"
                " UNION ALL SELECT max(last) AS n FROM withheld WHERE device = ? AND last <= ?) AS held_here",
                (device, last, device, last),
            ).fetchone()[0]
            # Something of that number with another hash is here where copies parted: then the number itself is missing.
            found.append(Missing(str(device), min(int(here or 0) + 1, last), last))
    return found


@dataclass(frozen=True)
class Fork:
    """A number at which a device's chain goes on in several ways: two copies of one store were written in."""

    device: str
    seq: int
    hashes: tuple[str, ...]


def forks(database: Database) -> list[Fork]:
    """Return every number at which copies parted, by device."""
    rows = database.execute(
        "SELECT device, seq FROM operation GROUP BY device, seq HAVING count(*) > 1 ORDER BY device, seq"
    ).fetchall()
    found: list[Fork] = []
    for device, seq in rows:
        ways: dict[str, list[str]] = {}
        for one, previous in database.execute(
            "SELECT hash, previous FROM operation WHERE device = ? AND seq = ? ORDER BY hash", (device, seq)
        ).fetchall():
            ways.setdefault(previous or _only_before(database, str(device), int(seq)), []).append(str(one))
        found.extend(Fork(str(device), int(seq), tuple(hashes)) for hashes in ways.values() if len(hashes) > 1)
    return found


def _only_before(database: Database, device: str, seq: int) -> str:
    found = database.execute("SELECT hash FROM operation WHERE device = ? AND seq = ?", (device, seq - 1)).fetchone()
    return GENESIS if found is None else str(found[0])


def path_back(database: Database, device: str, seq: int, hash_: str) -> set[str]:
    """Return the hashes of the operations that lead to a place, itself among them; runs are stepped over."""
    before: dict[str, str | None] = {}
    by_number: dict[int, list[str]] = {}
    for number, one, previous in database.execute(
        "SELECT seq, hash, previous FROM operation WHERE device = ? AND seq <= ?", (device, seq)
    ).fetchall():
        before[str(one)] = previous
        by_number.setdefault(int(number), []).append(str(one))
    ends = {
        (int(last), str(end)): (int(first) - 1, str(start))
        for first, last, start, end in database.execute(
            "SELECT first, last, before, end_hash FROM withheld WHERE device = ? ORDER BY first", (device,)
        ).fetchall()
    }
    found: set[str] = set()
    while seq > 0:
        if hash_ in before:
            found.add(hash_)
            seq -= 1
            hash_ = before[hash_] or next(iter(by_number.get(seq, [])), GENESIS)
        elif (seq, hash_) in ends:
            seq, hash_ = ends[seq, hash_]
        else:
            break
    return found
