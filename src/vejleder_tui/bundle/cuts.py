"""Runs with a part of them left out: the operations of some rows alone, or what an earlier bundle had."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from vejleder_tui.bundle.branches import Branches, Connection, Stretch, operations_on
from vejleder_tui.bundle.slices import Head, Run, ends_of, number_hash, run_of, unsent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from vejleder_tui.bundle.header import Cover

__all__ = ["Earlier", "again", "earlier_of", "kept_of", "rows_only"]

_AT_ONCE = 400


class _Left(NamedTuple):
    """Numbers that a bundle left out, and the hash of the last one."""

    first: int
    last: int
    end: str


class Earlier(NamedTuple):
    """A cover of an earlier bundle, as the history keeps it."""

    device: str
    first: int
    last: int
    end: str
    absent: tuple[_Left, ...] = ()


class _Kept(TypedDict, total=False):
    device: str
    first: int
    last: int
    end: str
    absent: list[tuple[int, int, str]]


def kept_of(cover: Cover) -> _Kept:
    """Return what the history keeps of a cover, for JSON."""
    kept: _Kept = {"device": cover.device, "first": cover.first, "last": cover.last, "end": cover.end}
    if cover.absent:
        kept["absent"] = [(run.first, run.last, run.end) for run in cover.absent]
    return kept


def earlier_of(kept: Mapping[str, object]) -> Earlier:
    """Read one entry of the history."""
    absent = kept.get("absent")
    left = [_Left(*one) for one in absent] if isinstance(absent, list) else []
    return Earlier(
        str(kept["device"]), int(str(kept["first"])), int(str(kept["last"])), str(kept.get("end", "")), tuple(left)
    )


def again(connection: Connection, own: str | None, earlier: Iterable[Earlier]) -> tuple[Run, ...]:
    """Return the runs of an earlier bundle once more; what it left out is left out again.

    Each goes up to the first end that the device signed at `last` or after it, since we cannot sign for another.
    """
    signed = ends_of(connection, own)
    found: list[Run] = []
    for one in earlier:
        ends = [end for end in signed.get(one.device, []) if end.last >= one.last]
        end = next((end for end in ends if end.hash == one.end), ends[-1] if ends else None)
        if own == one.device and number_hash(connection, own, one.last) == one.end:
            end = Head(own, one.last, one.end)
        if end is None:
            continue
        numbers = {one.first - 1, one.last, end.last}
        path = Branches(connection, one.device, numbers).path((end.last, end.hash)) or []
        left = [part for part in path if part.first >= one.first]
        for run in one.absent:
            left = [shorter for part in left for shorter in _without(connection, one.device, part, run)]
        if any(part.present for part in left):
            found.append(run_of(one.device, left))
    return tuple(found)


def _without(connection: Connection, device: str, part: Stretch, left_out: _Left) -> Iterator[Stretch]:
    low, high = max(left_out.first, part.first), min(left_out.last, part.last)
    if low > high or not part.present:
        yield part
        return
    if not part.alone:  # where copies parted a number names several operations: rather too little than too much
        yield part._replace(present=False)
        return
    before = part.before if low == part.first else number_hash(connection, device, low - 1) or ""
    until = part.end if high == part.last else left_out.end
    if part.first < low:
        yield part._replace(last=low - 1, end=before)
    yield Stretch(low, high, before, until, present=False)
    if high < part.last:
        yield part._replace(first=high + 1, before=until)


def rows_only(connection: Connection, own: str | None, rows: Collection[str]) -> tuple[Run, ...]:
    """Return the operations of `rows` (ids), and number 1 of each device that wrote one; all else is left out.

    Every device is covered from number 1 to each end that somebody vouches for, and nothing of a device without a line.
    """
    wanted: dict[str, dict[int, set[str]]] = {}
    ids = sorted(rows)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        for device, seq, one in connection.execute(
            f"SELECT device, seq, hash FROM operation WHERE row IN ({marks}) AND line IS NOT NULL", some
        ):
            wanted.setdefault(str(device), {}).setdefault(int(seq), set()).add(str(one))
    found: list[Run] = []
    for run in unsent(connection, own, (), everything=True):
        kept = wanted.get(run.device)
        if kept is None:
            continue
        numbers = sorted({1, *kept})
        parts = [shorter for part in run.parts for shorter in _only(connection, run.device, part, numbers, kept)]
        if any(part.present and (part.first, part.last) != (1, 1) for part in parts) or 1 in kept:
            found.append(run_of(run.device, parts))
    return tuple(run for run in found if any(part.present for part in run.parts))


def _only(
    connection: Connection, device: str, part: Stretch, numbers: Sequence[int], kept: Mapping[int, set[str]]
) -> Iterator[Stretch]:
    """Yield a stretch as pieces of which only the kept numbers are present."""
    if not part.present:
        yield part
        return
    chosen = numbers[bisect_left(numbers, part.first) : bisect_right(numbers, part.last)]
    on_path: dict[int, str] = {}
    if not part.alone:
        on_path = {int(row[0]): str(row[1]) for row in operations_on(connection, device, part)}
        chosen = [number for number in chosen if on_path[number] in kept.get(number, ())]

    def hash_at(number: int) -> str:
        if number < part.first:
            return part.before
        return part.end if number == part.last else on_path.get(number) or number_hash(connection, device, number) or ""

    at = part.first
    for low, high in _groups(chosen):
        if low > at:
            yield Stretch(at, low - 1, hash_at(at - 1), hash_at(low - 1), present=False)
        yield part._replace(first=low, last=high, before=hash_at(low - 1), end=hash_at(high))
        at = high + 1
    if at <= part.last:
        yield Stretch(at, part.last, hash_at(at - 1), part.end, present=False)


def _groups(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each row of numbers that follow each other."""
    first = last = 0
    for number in numbers:
        if number != last + 1 or not first:
            if first:
                yield first, last
            first = number
        last = number
    if first:
        yield first, last
