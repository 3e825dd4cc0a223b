"""What waits here, why, and where what is missing can be had."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.slices import local_value

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = ["Missing", "device_name", "held_counts", "missing_ranges", "parted", "waits_in"]


class Missing(NamedTuple):
    """Numbers `first` to `last` of a device that are not here, though something that builds on them is.

    `name` is the device's, as far as it is known; `has` names the other laptops and receivers that are known to hold them.
    """

    device: str
    name: str
    first: int
    last: int
    has: tuple[str, ...]


def missing_ranges(reader: Reader) -> list[Missing]:
    """Return every range that something here waits for, by device; what a slice left out is not missing."""
    needs = reader.execute(
        "SELECT need FROM held WHERE why = 'gap' UNION SELECT need FROM withheld WHERE need IS NOT NULL"
    ).fetchall()
    found: dict[tuple[str, int], Missing] = {}
    for (need,) in needs:
        device, number, _hash = str(need).split(" ")
        last = int(number)
        here = reader.execute(
            "SELECT max(n) FROM (SELECT max(seq) AS n FROM operation WHERE device = ? AND seq <= ?"
            " UNION ALL SELECT max(last) AS n FROM withheld WHERE device = ? AND last <= ?)",
            (device, last, device, last),
        ).fetchone()[0]
        # Where copies parted, something of that number may be here with another hash: the number itself is missing then.
        first = min(int(here or 0) + 1, last)
        found[device, last] = Missing(device, device_name(reader, device), first, last, _holders(reader, device, last))
    return [found[place] for place in sorted(found)]


def device_name(reader: Reader, device: str) -> str:
    """Return a device's name as its row tells it, else as a key card does that was read in here, else the first of its id."""
    row = reader.execute("SELECT name FROM device WHERE id = ?", (device,)).fetchone()
    if row is not None and row[0]:
        return str(row[0])
    cards = reader.execute("SELECT card FROM known WHERE card LIKE '{%' ORDER BY added_at DESC").fetchall()
    names = (said["name"] for said in (json.loads(card) for (card,) in cards) if said.get("device") == device)
    return next(names, device[:8])


def _holders(reader: Reader, device: str, number: int) -> tuple[str, ...]:
    """Return who is known to have a device's operations up to a number, besides the device itself."""
    names: dict[str, None] = {}
    rows = reader.execute(
        "SELECT r.receiver, r.heads, d.id, d.name FROM receipt r LEFT JOIN device d ON d.seal_key = r.receiver AND d.void = 0"
    )
    itself = {device, local_value(reader, "device")}
    for receiver, heads, holder, name in rows.fetchall():
        if holder in itself:
            continue
        told = [one for one in json.loads(heads) if one.get("device") == device]
        if any(int(one.get("first", 1)) <= number <= int(one.get("last", 0)) for one in told):
            names[name or _known_name(reader, receiver)] = None
    return tuple(one for one in names if one and one != device_name(reader, device))


def _known_name(reader: Reader, receiver: str) -> str:
    rows = reader.execute("SELECT name, card FROM known WHERE removed_at IS NULL ORDER BY added_at DESC")
    return next((str(name) for name, card in rows.fetchall() if receiver in card), "")


def held_counts(reader: Reader) -> dict[str, int]:
    """Return how many operations are here and not folded, by the reason (docs/decisions/0008)."""
    rows = reader.execute("SELECT why, count(DISTINCT hash) FROM held GROUP BY why ORDER BY why").fetchall()
    return {str(why): int(count) for why, count in rows}


def waits_in(reader: Reader, device: str, first: int, last: int) -> str:
    """Return why something of a device's numbers `first` to `last` waits: the first reason in force, "" when none does."""
    row = reader.execute(
        "SELECT why FROM held WHERE device = ? AND seq BETWEEN ? AND ?"
        " ORDER BY CASE why WHEN 'gap' THEN 0 WHEN 'unknown' THEN 1 WHEN 'revoked' THEN 2 WHEN 'refused' THEN 3 ELSE 4 END"
        " LIMIT 1",
        (device, first, last),
    ).fetchone()
    return "" if row is None else str(row[0])


def parted(reader: Reader, device: str, first: int, last: int) -> list[int]:
    """Return the numbers from `first` to `last` at which a device's chain goes on in several ways: two copies were used."""
    rows = reader.execute(
        "SELECT seq FROM operation WHERE device = ? AND seq BETWEEN ? AND ? GROUP BY seq HAVING count(*) > 1 ORDER BY seq",
        (device, first - 1, last),
    )
    several = [int(seq) for (seq,) in rows.fetchall()]
    return [seq for seq in several if seq - 1 not in several]
