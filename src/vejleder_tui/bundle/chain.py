"""The chains of a bundle: which operation comes next, and the hash it must build on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.bundle.header import erased_place
from vejleder_tui.bundle.tree import Tree, blocks_of

if TYPE_CHECKING:
    from vejleder_tui.bundle.header import BundleHeader, Cover

__all__ = ["Absent", "ChainError", "ChainWalk", "Line", "Piece", "Started", "Taken", "next_hash", "present_operations"]


class ChainError(ValueError):
    """The operations do not fit the covers; the message names the rule and the place, not the content."""


class Started(NamedTuple):
    """A cover begins; what follows, up to the next one, is its path from `first` to `last`."""

    cover: Cover


class Line(NamedTuple):
    """An operation as its line, without the line break."""

    device: str
    seq: int
    hash: str
    line: bytes


class Absent(NamedTuple):
    """A run that does not travel: the path goes on from `end`, the hash of number `last`; `tree` as a cover has it."""

    device: str
    first: int
    last: int
    end: str
    tree: str = ""


class Taken(NamedTuple):
    """An operation that an erase took: the token of its row, the hash of the erase, and `row` or `field`."""

    device: str
    seq: int
    hash: str
    token: str
    erase: str
    kind: str


Piece = Started | Line | Absent | Taken
"""What a bundle says of a chain, step by step."""


def next_hash(previous: str, line: bytes) -> str:
    """Return an operation's hash: SHA-256 (hex) of the previous hash, a line break, the line, a line break."""
    return hashlib.sha256(b"\n".join((previous.encode("ascii"), line, b""))).hexdigest()


def present_operations(header: BundleHeader) -> int:
    """Return how many lines the covers promise."""
    return sum(cover.present for cover in header.covers)


def _steps_over(cover: Cover) -> list[tuple[int, int, str, Absent | Taken]]:
    """Return (first, last, hash at the end, piece) of what has no line in a cover, the last one first."""
    steps: list[tuple[int, int, str, Absent | Taken]] = [
        (run.first, run.last, run.end, Absent(cover.device, run.first, run.last, run.end, run.tree))
        for run in cover.absent
    ]
    for told in cover.erased:
        place = erased_place(told)
        steps.append((place.seq, place.seq, place.hash, Taken(cover.device, *place)))
    steps.sort(key=lambda step: step[0], reverse=True)
    at = cover.last + 1
    for first, last, _hash, _piece in steps:
        if last >= at or first < cover.first:
            raise ChainError("absent-outside-cover")
        at = first
    return steps


class ChainWalk:
    """Walks the covers in their order, number by number, over what has no line.

    The operations of a bundle stand cover after cover in the order of `covers`, and by number within each. Where something
    has no line, the lines around it are proved by the root that their device signed: the hash alone that somebody who
    carries a bundle states for the end of a run proves nothing of what he puts before it.
    """

    def __init__(self, header: BundleHeader) -> None:
        if len({(cover.device, cover.first, cover.end) for cover in header.covers}) != len(header.covers):
            raise ChainError("cover-twice")
        if header.operations != present_operations(header):
            raise ChainError("number-of-operations")
        self._covers = iter(header.covers)
        self._place = 0
        self._cover: Cover | None = None
        self._steps: list[tuple[int, int, str, Absent | Taken]] = []
        self._number = self._stop = 0
        self._hash = ""
        self._tree: Tree | None = None
        self._met: list[Piece] = []
        self._next_cover()

    def _next_cover(self) -> None:
        """Open covers until one has an operation that is present."""
        for cover in self._covers:
            self._place += 1
            self._cover, self._steps = cover, _steps_over(cover)
            self._number, self._hash = cover.first, cover.before
            self._tree = self._begun(cover) if self._steps else None
            self._met.append(Started(cover))
            if not self._close_if_done(cover):
                return
        self._cover = None

    def _begun(self, cover: Cover) -> Tree:
        """Return the tree up to the place that a cover begins at."""
        tree = Tree()
        if cover.first > 1:
            self._told(tree, cover.first - 2, cover.tree)
            tree.leaf(cover.before)
        return tree

    def _told(self, tree: Tree, stop: int, told: str) -> None:
        try:
            tree.extend(blocks_of(tree.stop, stop, told))
        except ValueError as error:
            raise ChainError(f"tree of cover {self._place}") from error

    def _close_if_done(self, cover: Cover) -> bool:
        """Step over what has no line; True when the cover is at its end, which must be the one it states."""
        while self._steps and self._steps[-1][0] == self._number:
            _first, last, self._hash, piece = self._steps.pop()
            if self._tree is not None:
                self._told(self._tree, last - 1, piece.tree if isinstance(piece, Absent) else "")
                self._tree.leaf(self._hash)
            self._number = last + 1
            self._met.append(piece)
        if self._number <= cover.last:
            self._stop = self._steps[-1][0] if self._steps else cover.last + 1
            return False
        if self._hash != cover.end:
            raise ChainError(f"end of cover {self._place}")
        if self._tree is not None and self._tree.root() != cover.root:
            raise ChainError(f"root of cover {self._place}")
        return True

    @property
    def expected(self) -> tuple[str, int]:
        """Device and number of the next operation; raises ChainError when there is none."""
        if self._cover is None:
            raise ChainError("too-many-operations")
        return self._cover.device, self._number

    def advance(self, line: bytes) -> str:
        """Take the next operation and return its hash; at the end of a cover the stated hash must be reached."""
        cover = self._cover
        if cover is None:
            raise ChainError("too-many-operations")
        self._hash = found = next_hash(self._hash, line)
        if self._tree is not None:
            self._tree.leaf(found)
        self._number += 1
        if self._number == self._stop and self._close_if_done(cover):
            self._next_cover()
        return found

    def met(self) -> list[Piece]:
        """Return, once, what begins or has no line between the last operation and the next."""
        found, self._met = self._met, []
        return found

    def finish(self) -> None:
        """Say that no operation is left; raises ChainError when some were promised."""
        if self._cover is not None:
            raise ChainError("too-few-operations")
