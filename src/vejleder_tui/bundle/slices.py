"""Which part of the log a bundle takes: from what a receiver has acknowledged to what each device has signed.

Plain SQL on a driver's connection and nothing heavy imported: the first paint of *I dag* counts with it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.branches import GENESIS, Branches, Connection, Stretch, irregular_devices, operations_on
from vejleder_tui.bundle.parts import Part, by_device, left_of
from vejleder_tui.clock import from_stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from vejleder_tui.bundle.header import BundleHeader

__all__ = [
    "GENESIS",
    "Connection",
    "Head",
    "Receipt",
    "Run",
    "SignedHead",
    "count_of",
    "ends_of",
    "erased_of",
    "have",
    "held",
    "keep_ends",
    "keep_receipt",
    "lines_of",
    "local_value",
    "note_have",
    "number_hash",
    "receipts",
    "run_of",
    "signed_heads",
    "tips",
    "unsent",
]

_TAKEN = " INDEXED BY ix_operation_taken"
"""SQLite would rather read every line of the range; *I dag* counts with this."""

NEWEST_ENDS = 100
"""So many signed ends of a device stand in `have` at most, beside its newest places."""


@dataclass(frozen=True, slots=True)
class Head:
    """A place in a device's chain: a number and the hash there."""

    device: str
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class SignedHead(Head):
    """An end that the device itself signed: with the `root` of its tree, `signature` in base64, `public_key` on one line.

    `tree`: the tree itself (bundle.tree), kept of our own ends so that the next one goes on from there; else "".
    """

    root: str
    signature: str
    public_key: str
    tree: str = ""


class Receipt(NamedTuple):
    """What a receiver holds: the moment it said so, its places of each device, and what orders its receipts.

    `parts` are stretches that it holds beyond those places.
    """

    at: str
    heads: tuple[Head, ...]
    generation: int = 0
    number: int = 0
    parts: tuple[Part, ...] = ()


class Run(NamedTuple):
    """Operations `first` to `last` of a device, the hashes before and at the end, and the stretches that they are."""

    device: str
    first: int
    last: int
    before: str
    end: str
    parts: tuple[Stretch, ...]

    @property
    def here(self) -> int:
        """How many of its numbers are not withheld; some of them may be erased."""
        return sum(part.last - part.first + 1 for part in self.parts if part.present)


def local_value(connection: Connection, name: str) -> str | None:
    """Return one of the laptop's own values, or None."""
    found = connection.execute("SELECT value FROM local_value WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def held(connection: Connection) -> list[Head]:
    """Return the newest operation of every device, by device; steps from device to device, whatever the log's size."""
    heads: list[Head] = []
    device = ""
    while True:
        found = connection.execute("SELECT min(device) FROM operation WHERE device > ?", (device,)).fetchone()
        if found is None or found[0] is None:
            return heads
        device = str(found[0])
        last = connection.execute(
            "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", (device,)
        ).fetchone()
        heads.append(Head(device, int(last[0]), str(last[1])))


def number_hash(connection: Connection, device: str, number: int) -> str | None:
    """Return the hash of a device's operation, that before the first for number 0, or None when it is not here."""
    if number == 0:
        return GENESIS
    found = connection.execute("SELECT hash FROM operation WHERE device = ? AND seq = ?", (device, number)).fetchone()
    return None if found is None else str(found[0])


def receipts(connection: Connection) -> dict[str, Receipt]:
    """Return the newest receipt of each receiver, by its age recipient."""
    rows = connection.execute("SELECT receiver, at, heads, generation, number FROM receipt").fetchall()
    return {
        str(receiver): Receipt(
            at=str(at),
            heads=tuple(
                Head(one["device"], int(one["last"]), one["hash"]) for one in json.loads(heads) if "first" not in one
            ),
            generation=int(generation),
            number=int(number),
            parts=tuple(Part(**one) for one in json.loads(heads) if "first" in one),
        )
        for receiver, at, heads, generation, number in rows
    }


def signed_heads(connection: Connection) -> dict[str, list[SignedHead]]:
    """Return the signed ends of each device that are kept here, the newest number first."""
    rows = connection.execute(
        "SELECT device, seq, hash, root, signature, public_key, tree FROM signed_head ORDER BY device, seq DESC, hash"
    )
    found: dict[str, list[SignedHead]] = {}
    for row in rows.fetchall():
        found.setdefault(str(row[0]), []).append(
            SignedHead(str(row[0]), int(row[1]), str(row[2]), row[3], row[4], row[5], row[6] or "")
        )
    return found


def tips(connection: Connection, device: str) -> list[Head]:
    """Return the places of a device that nothing builds on here: one, or one for each copy that went on."""
    if device not in irregular_devices(connection):
        return [head for head in _plain_tip(connection, device) if head.last]
    return [Head(device, last, one) for last, one in Branches(connection, device).tips()]


def _plain_tip(connection: Connection, device: str) -> list[Head]:
    found = connection.execute(
        "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", (device,)
    ).fetchone()
    return [] if found is None else [Head(device, int(found[0]), str(found[1]))]


def ends_of(connection: Connection, own: str | None) -> dict[str, list[Head]]:
    """Return up to where somebody vouches for each device: the ends that it signed, and of `own` all that is here."""
    found: dict[str, list[Head]] = {device: list(heads) for device, heads in signed_heads(connection).items()}
    if own is not None:
        found[own] = [*tips(connection, own), *found.get(own, [])]
    return found


def have(connection: Connection, ends: int = NEWEST_ENDS) -> list[Head]:
    """Return what is held in full from number 1: the furthest places of each device, and its newest signed ends.

    The signed ends are there for a receiver that does not hold what came after them. `ends`: how many of a device.
    """
    irregular = irregular_devices(connection)
    signed = signed_heads(connection)
    found: list[Head] = []
    for head in held(connection):
        newest = signed.get(head.device, [])[:ends]
        if head.device not in irregular:
            found.append(head)
            found.extend(Head(one.device, one.last, one.hash) for one in newest if one.last < head.last)
            continue
        branches = Branches(connection, head.device, {one.last for one in newest})
        before = branches.full_before()
        places = [*branches.in_full(), *before[max(0, len(before) - ends) :]]
        found.extend(Head(head.device, last, one) for last, one in places)
    return found


def unsent(
    connection: Connection, own: str | None, given: Collection[Receipt | None], *, everything: bool = False
) -> tuple[Run, ...]:
    """Return what the `given` receipts do not all hold, as far as somebody vouches for it, in the order of the devices.

    None stands for a receiver without a receipt. A place that a receipt names acknowledges all that leads to it, a part its
    own numbers; one that is not known here acknowledges nothing.
    """
    irregular = irregular_devices(connection)
    receivers: Collection[Receipt | None] = [None] if everything else given or [None]
    told = [by_device(one.heads if one else ()) for one in receivers]
    aside = [by_device(one.parts if one else ()) for one in receivers]
    found: list[Run] = []
    for device, ends in sorted(ends_of(connection, own).items()):
        named = [one.get(device, []) for one in told]
        parts = [one.get(device, []) for one in aside]
        if device in irregular:
            found.extend(_branched(connection, device, ends, named, parts))
        elif left := list(_plain(connection, device, ends, named)):
            # Only what is left, and of which a part is told, is looked through stretch by stretch.
            found.extend(_branched(connection, device, ends, named, parts) if any(parts) else left)
    return tuple(found)


def _plain(connection: Connection, device: str, ends: Sequence[Head], named: Sequence[Sequence[Head]]) -> Iterator[Run]:
    """Yield what is left of a chain that is a plain row of numbers: one stretch, found by its two ends."""
    last = next((end for end in ends if number_hash(connection, device, end.last) == end.hash), None)
    if last is None:
        return
    since: Head | None = None
    for heads in named:
        known = next(
            (head for head in sorted(heads, key=lambda head: -head.last)
             if head == last or number_hash(connection, device, head.last) == head.hash),
            Head(device, 0, GENESIS),
        )  # fmt: skip
        since = known if since is None or known.last < since.last else since
    if since is not None and since.last < last.last:
        yield run_of(device, [Stretch(since.last + 1, last.last, since.hash, last.hash)])


def _branched(
    connection: Connection,
    device: str,
    ends: Sequence[Head],
    named: Sequence[Sequence[Head]],
    parts: Sequence[Sequence[Part]],
) -> Iterator[Run]:
    places = {(end.last, end.hash) for end in ends}
    if all(places <= {(head.last, head.hash) for head in heads} for heads in named):
        return  # all is acknowledged: the chain need not be walked
    numbers = {head.last for heads in (ends, *named) for head in heads}
    numbers |= {number for several in parts for one in several for number in (one.first - 1, one.last)}
    branches = Branches(connection, device, numbers)
    done: set[Stretch] = set.intersection(
        *(
            branches.leading_to((head.last, head.hash) for head in heads).union(
                *(branches.back_to(one.first, (one.last, one.hash)) for one in several)
            )
            for heads, several in zip(named, parts, strict=True)
        )
    )
    for place in sorted(places, key=lambda place: (-place[0], place[1])):
        left = left_of(branches.path(place) or (), done)
        if any(part.present for part in left):
            yield run_of(device, left)
            done.update(left)
    # Runs that senders left out can overlap: then an operation stands beside the path to every end that it leads to.
    for place in sorted(places):
        aside = [part for part in branches.leading_to([place]) if part.present and part not in done]
        for part in sorted(aside, key=lambda part: -part.last):
            left = left_of(branches.path(part.place) or (), done)
            if left:
                yield run_of(device, [*left, Stretch(part.last + 1, place[0], part.end, place[1], present=False)])
                done.update(left)


def run_of(device: str, parts: Sequence[Stretch]) -> Run:
    """Return a run of stretches that follow each other, those that go on alike put together."""
    joined: list[Stretch] = []
    for part in parts:
        standing = joined[-1] if joined else None
        if standing and (standing.present, standing.alone or not standing.present) == (
            part.present,
            part.alone or not part.present,
        ):
            joined[-1] = standing._replace(last=part.last, end=part.end)
        else:
            joined.append(part)
    return Run(device, joined[0].first, joined[-1].last, joined[0].before, joined[-1].end, tuple(joined))


def erased_of(connection: Connection, run: Run) -> list[str]:
    """Return what is left of the erased operations of a run, each as a cover tells it (bundle.header.ErasedPlace)."""
    found: list[str] = []
    for part in run.parts:
        rows = (
            connection.execute(
                f"SELECT seq, hash, row, taken FROM operation{_TAKEN} WHERE device = ? AND seq BETWEEN ? AND ?"
                " AND taken IS NOT NULL ORDER BY seq",
                (run.device, part.first, part.last),
            )
            if part.alone
            else (row[:4] for row in operations_on(connection, run.device, part) if row[3])
        )
        if part.present:
            for seq, one, token, taken in rows:
                kind, erase = str(taken).split(" ")
                found.append(f"{seq} {one} {token} {erase} {kind}")
    return found


def count_of(connection: Connection, taken: Collection[Run]) -> int:
    """Return how many operations of the runs are here with their lines."""
    count = 0
    for run in taken:
        for part in run.parts:
            if part.present:
                erased = connection.execute(
                    f"SELECT count(*) FROM operation{_TAKEN} WHERE device = ? AND seq BETWEEN ? AND ? AND taken IS NOT NULL",
                    (run.device, part.first, part.last),
                ).fetchone()
                count += part.last - part.first + 1 - (int(erased[0]) if part.alone else 0)
    return count


def keep_receipt(
    connection: Connection, receiver: str, receipt: Receipt, *, said: tuple[str, str, str] | None = None
) -> bool:
    """Keep a receipt of `receiver` (its age recipient) unless a later one is kept; returns whether it was kept.

    `said`: JSON of what waits there, was refused, and became of bundles; None leaves what an earlier one said.
    """
    standing = connection.execute(
        "SELECT generation, number, waiting, refused, bundles FROM receipt WHERE receiver = ?", (receiver,)
    ).fetchone()
    if standing is not None and (int(standing[0]), int(standing[1])) >= (receipt.generation, receipt.number):
        return False
    lists = said or (tuple(standing[2:5]) if standing is not None else ("[]", "[]", "[]"))
    places: list[dict[str, object]] = [
        {"device": head.device, "last": head.last, "hash": head.hash} for head in receipt.heads
    ]
    heads = json.dumps([*places, *(part._asdict() for part in receipt.parts)])
    connection.execute("DELETE FROM receipt WHERE receiver = ?", (receiver,))
    connection.execute(
        "INSERT INTO receipt (receiver, generation, number, at, heads, waiting, refused, bundles)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (receiver, receipt.generation, receipt.number, receipt.at, heads, *lists),
    )
    return True


def note_have(connection: Connection, receiver: str, header: BundleHeader) -> bool:
    """Take what a verified bundle of a known recipient says it holds as an acknowledgement; returns whether it counts.

    It is of generation 0 and as new as its `created`: any receipt of a later generation counts before it.
    """
    if not header.have:  # a slice says nothing of what its writer holds
        return False
    heads = tuple(Head(one.device, one.last, one.end) for one in header.have)
    number = int(from_stamp(header.created).timestamp())
    return keep_receipt(connection, receiver, Receipt(header.created, heads, 0, number, header.parts))


def keep_ends(connection: Connection, ends: Collection[SignedHead]) -> None:
    """Keep signed ends, and of a device whose chain is a plain row only the newest NEWEST_ENDS."""
    for end in ends:
        connection.execute(
            "INSERT INTO signed_head (device, seq, hash, root, signature, public_key, tree) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (end.device, end.last, end.hash, end.root, end.signature, end.public_key, end.tree or None),
        )
    irregular = irregular_devices(connection)
    for device, heads in signed_heads(connection).items():
        if device not in irregular and len(heads) > NEWEST_ENDS:
            oldest = heads[NEWEST_ENDS - 1].last
            connection.execute("DELETE FROM signed_head WHERE device = ? AND seq < ?", (device, oldest))


def lines_of(connection: Connection, taken: Collection[Run]) -> Iterator[bytes]:
    """Yield the stored lines of the runs, byte for byte, one at a time; nothing for what is withheld or erased."""
    for run in taken:
        for part in run.parts:
            if not part.present:
                continue
            if not part.alone:
                yield from (row[4] for row in operations_on(connection, run.device, part) if row[4] is not None)
                continue
            rows = connection.execute(
                "SELECT CAST(line AS BLOB) FROM operation WHERE device = ? AND seq BETWEEN ? AND ? AND line IS NOT NULL"
                " ORDER BY seq",
                (run.device, part.first, part.last),
            )
            for (line,) in rows:  # the driver fetches row by row
                yield line
