"""The chains of a bundle: which operation comes next, and the hash it must build on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vejleder_tui.bundle.header import AbsentRun, BundleHeader, Cover

__all__ = ["ChainError", "ChainWalk", "next_hash", "present_operations"]


class ChainError(ValueError):
    """The operations do not fit the covers; the message names the rule and the place, not the content."""


def next_hash(previous: str, line: bytes) -> str:
    """Return an operation's hash: SHA-256 (hex) of the previous hash, a line break, the line, a line break."""
    return hashlib.sha256(b"\n".join((previous.encode("ascii"), line, b""))).hexdigest()


def present_operations(header: BundleHeader) -> int:
    """Return how many operations the covers promise, less the absent runs."""
    covered = sum(cover.last - cover.first + 1 for cover in header.covers)
    return covered - sum(run.last - run.first + 1 for run in header.absent)


class ChainWalk:
    """Walks the covers in their order, number by number, over the runs that are absent.

    The operations of a bundle stand cover after cover in the order of `covers`, and by number within each.
    """

    def __init__(self, header: BundleHeader) -> None:
        self._covers = header.covers
        self._runs: dict[tuple[str, int], AbsentRun] = {(run.device, run.first): run for run in header.absent}
        if len(self._runs) != len(header.absent):
            raise ChainError("absent-twice")
        places = {(cover.device, cover.first) for cover in header.covers}
        if len(places) != len(header.covers):
            raise ChainError("cover-twice")
        if header.operations != present_operations(header):
            raise ChainError("number-of-operations")
        self._place = -1
        self._cover: Cover | None = None
        self._number = 0
        self._hash = ""
        self._next_cover()

    def _next_cover(self) -> None:
        """Open covers until one has an operation that is present."""
        while True:
            self._place += 1
            if self._place == len(self._covers):
                self._cover = None
                if self._runs:
                    raise ChainError("absent-outside-cover")
                return
            self._cover = cover = self._covers[self._place]
            self._number, self._hash = cover.first, cover.before
            if not self._close_if_done(cover):
                return

    def _close_if_done(self, cover: Cover) -> bool:
        """Step over absent runs; True when the cover is at its end, which must be the one it states."""
        while self._number <= cover.last:
            run = self._runs.pop((cover.device, self._number), None)
            if run is None:
                return False
            if run.last > cover.last:
                raise ChainError("absent-outside-cover")
            self._number, self._hash = run.last + 1, run.end
        if self._hash != cover.end:
            raise ChainError(f"end of cover {self._place + 1}")
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
        self._number += 1
        if (self._runs or self._number > cover.last) and self._close_if_done(cover):
            self._next_cover()
        return found

    def finish(self) -> None:
        """Say that no operation is left; raises ChainError when some were promised."""
        if self._cover is not None:
            raise ChainError("too-few-operations")
