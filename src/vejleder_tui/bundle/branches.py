"""The chain of one device as it is held here, once it is no plain row of numbers: copies that parted, runs that are withheld.

Plain SQL on a driver's connection. Memory grows with the number of stretches, not with the chain.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = [
    "GENESIS",
    "Branches",
    "Connection",
    "Place",
    "Stretch",
    "hashes_on",
    "irregular_devices",
    "operations_on",
    "run_tree",
]

GENESIS = "0" * 64

Place = tuple[int, str]
"""A number and the hash there, of a device that is known from where it stands."""


class _Rows(Protocol):
    def fetchone(self) -> Any: ...  # noqa: ANN401 - a driver's row

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A driver's connection, as far as a bundle needs it."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> _Rows:
        """Run one statement."""
        ...


class Stretch(NamedTuple):
    """Operations `first` to `last` of a chain, one after the other, and the hashes before and at the end.

    `present`: they are here, else withheld. `alone`: the device has no other operations of these numbers.
    """

    first: int
    last: int
    before: str
    end: str
    present: bool = True
    alone: bool = True

    @property
    def start(self) -> Place:
        """The place that it builds on."""
        return self.first - 1, self.before

    @property
    def place(self) -> Place:
        """The place that it leads to."""
        return self.last, self.end

    @property
    def ends(self) -> tuple[Place, Place]:
        """The place that it builds on, and the one that it leads to."""
        return self.start, self.place


def irregular_devices(connection: Connection) -> set[str]:
    """Return the devices whose chain is no plain row of numbers from 1 here, by a few looks at short tables.

    Where copies parted, the end of the shorter one has a neighbour of the same number; every end but the newest of our
    own is in the table of signed ends.
    """
    rows = connection.execute(
        "SELECT device FROM withheld UNION SELECT device FROM held WHERE why = 'gap' UNION SELECT h.device FROM signed_head h"
        " JOIN operation o ON o.device = h.device AND o.seq = h.seq AND o.hash <> h.hash"
    ).fetchall()
    return {str(device) for (device,) in rows}


class Branches:
    """The stretches of a device that are reached, and the one path to the end of each.

    A stretch ends at each number in `breaks`, so that the places of these numbers can be asked for. Where a place is
    reached both through operations and through a withheld run, the path has the operations.
    """

    def __init__(self, connection: Connection, device: str, breaks: Iterable[int] = ()) -> None:
        runs = [
            Stretch(int(first), int(last), str(before), str(end), present=False)
            for first, last, before, end in connection.execute(
                "SELECT first, last, before, end_hash FROM withheld WHERE device = ? AND need IS NULL", (device,)
            ).fetchall()
        ]
        at = {*breaks, *(run.first - 1 for run in runs), *(run.last for run in runs)}
        self._into: dict[Place, Stretch] = {}
        self._ending: dict[Place, list[Stretch]] = {}
        self._onward: set[Place] = set()
        reached: set[Place] = {(0, GENESIS)}
        # A run comes before the operations of the same number, and a longer run before a shorter one: the last one wins.
        found = [*runs, *_present(connection, device, at)]
        for one in sorted(found, key=lambda stretch: (stretch.first, stretch.present, stretch.last)):
            if one.start in reached:
                reached.add(one.place)
                self._ending.setdefault(one.place, []).append(one)
                standing = self._into.get(one.place)
                if standing is None or one.present or not standing.present:
                    self._into[one.place] = one
        for one in self._into.values():
            self._onward.add(one.start)

    def path(self, place: Place) -> list[Stretch] | None:
        """Return the stretches from the beginning of the chain to `place`, or None when it is not reached."""
        found: list[Stretch] = []
        while place != (0, GENESIS):
            one = self._into.get(place)
            if one is None:
                return None
            found.append(one)
            place = one.start
        return found[::-1]

    def between(self, start: Place, place: Place) -> list[Stretch] | None:
        """Return stretches that lead from one place to another, whichever way; None when there is none."""
        onward: dict[Place, Stretch] = {}
        waiting = [place]
        while waiting and start not in onward:
            for one in self._ending.get(waiting.pop(), ()):
                if one.first > start[0] and one.start not in onward:
                    onward[one.start] = one
                    waiting.append(one.start)
        found: list[Stretch] = []
        while start != place:
            if start not in onward:
                return None
            found.append(onward[start])
            start = found[-1].place
        return found

    def leading_to(self, places: Iterable[Place]) -> set[Stretch]:
        """Return every stretch that leads to one of the places, also where a run is withheld that overlaps with others."""
        found: set[Stretch] = set()
        waiting = list(places)
        while waiting:
            for one in self._ending.get(waiting.pop(), ()):
                if one not in found:
                    found.add(one)
                    waiting.append(one.start)
        return found

    def back_to(self, first: int, place: Place) -> set[Stretch]:
        """Return the stretches from number `first` on that lead to `place`, whole ones only."""
        found: set[Stretch] = set()
        waiting = [place]
        while waiting:
            for one in self._ending.get(waiting.pop(), ()):
                if one.first >= first and one not in found:
                    found.add(one)
                    waiting.append(one.start)
        return found

    def aside(self) -> list[Stretch]:
        """Return the stretches of operations that a withheld run stands before, by number."""
        full = {(0, GENESIS), *self._full()}
        return sorted(
            one for several in self._ending.values() for one in several if one.present and one.start not in full
        )

    def tips(self) -> list[Place]:
        """Return the places of operations that nothing builds on."""
        return sorted(place for place, one in self._into.items() if one.present and place not in self._onward)

    def in_full(self) -> list[Place]:
        """Return the furthest places up to which everything is here."""
        return [place for place, furthest in self._full().items() if furthest]

    def full_before(self) -> list[Place]:
        """Return the ends of stretches that are here in full and that something more is built on."""
        return [place for place, furthest in self._full().items() if not furthest]

    def _full(self) -> dict[Place, bool]:
        found: dict[Place, bool] = {(0, GENESIS): True}
        for place, one in sorted(self._into.items()):
            if one.present and one.start in found:
                found[one.start] = False
                found[place] = True
        del found[0, GENESIS]
        return found


def _present(connection: Connection, device: str, breaks: Collection[int]) -> Iterator[Stretch]:
    """Yield the stretches of operations that are here and wait for nothing earlier of their chain."""
    waiting = {
        str(one)
        for (one,) in connection.execute("SELECT hash FROM held WHERE device = ? AND why = 'gap'", (device,)).fetchall()
    }
    rows = connection.execute(
        "SELECT seq, hash, previous FROM operation WHERE device = ? ORDER BY seq, hash", (device,)
    )
    ending: dict[str, Stretch] = {}
    at = 0
    for seq, group in groupby(rows, key=itemgetter(0)):
        several = list(group)
        if seq != at + 1:
            yield from ending.values()
            ending = {}
        only = next(iter(ending), GENESIS)  # `previous` is left out where there is one operation of the number before
        before = {str(one): str(previous or only) for _seq, one, previous in several if str(one) not in waiting}
        alone = len(several) == 1
        parents = list(before.values())
        grown: dict[str, Stretch] = {}
        for one, parent in before.items():
            standing = ending.get(parent)
            if standing and standing.alone == alone and seq - 1 not in breaks and parents.count(parent) == 1:
                del ending[parent]
                grown[one] = Stretch(standing.first, seq, standing.before, one, alone=alone)
            else:
                grown[one] = Stretch(seq, seq, parent, one, alone=alone)
        yield from ending.values()
        ending, at = grown, seq
    yield from ending.values()


def operations_on(connection: Connection, device: str, stretch: Stretch) -> Iterator[tuple[Any, ...]]:
    """Yield (seq, hash, row, taken, line as bytes or None) of each operation of a stretch that is here, in order."""
    rows = connection.execute(
        "SELECT seq, hash, row, taken, CAST(line AS BLOB), previous FROM operation WHERE device = ? AND seq BETWEEN ? AND ?"
        " ORDER BY seq, hash",
        (device, stretch.first, stretch.last),
    )
    if stretch.alone:
        for row in rows:  # the driver fetches row by row
            yield tuple(row[:5])
        return
    on_path = _hashes_of(connection, device, stretch)
    for row in rows:
        if row[1] in on_path:
            yield tuple(row[:5])


def hashes_on(connection: Connection, device: str, stretch: Stretch) -> Iterator[str]:
    """Yield the hashes of the operations of a stretch that is here, in order."""
    if not stretch.alone:
        yield from (str(row[1]) for row in operations_on(connection, device, stretch))
        return
    for (one,) in connection.execute(
        "SELECT hash FROM operation WHERE device = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        (device, stretch.first, stretch.last),
    ):
        yield str(one)


def run_tree(connection: Connection, device: str, stretch: Stretch) -> str:
    """Return what the bundle that left a run out told of it for the root (bundle.tree); raises ValueError if nothing did."""
    found = connection.execute(
        "SELECT tree FROM withheld WHERE device = ? AND first = ? AND end_hash = ?",
        (device, stretch.first, stretch.end),
    ).fetchone()
    if found is None:
        raise ValueError("tree")
    return str(found[0])


def _hashes_of(connection: Connection, device: str, stretch: Stretch) -> set[str]:
    """Walk back from the end: where copies went on side by side, each operation says what it builds on."""
    before = {
        str(one): previous
        for one, previous in connection.execute(
            "SELECT hash, previous FROM operation WHERE device = ? AND seq BETWEEN ? AND ?",
            (device, stretch.first, stretch.last),
        ).fetchall()
    }
    found: set[str] = set()
    at = stretch.end
    for _number in range(stretch.first, stretch.last + 1):
        found.add(at)
        at = str(before[at])
    return found
