"""The hash tree over a device's chain: what a signed root proves of a part of the chain, with no need of the rest.

The tree is that of RFC 6962 § 2.1 with the hashes of the operations as its leaves: number 1 is the first leaf. A node is
SHA-256 of the byte 1 and the two below it. A hash of an operation is made of text, that of a node begins with the byte 1,
so neither can pass for the other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Block", "Tree", "blocks_of"]

_WIDTH = 32


class Block(NamedTuple):
    """The top of a full part of the tree: 2 to the power of `level` leaves, the first of them at a multiple of that."""

    level: int
    hash: bytes


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _levels(start: int, stop: int) -> Iterator[int]:
    """Yield the levels of the fewest blocks that make up the leaves from `start` up to, not with, `stop`."""
    while start < stop:
        level = (stop - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level
        start += 1 << level


def blocks_of(start: int, stop: int, told: str) -> list[Block]:
    """Read what a bundle tells of the leaves from `start` up to, not with, `stop`; raises ValueError unless it is exact.

    `told` is base64 of the hashes of the fewest blocks that make them up, from left to right.
    """
    try:
        raw = base64.b64decode(told, validate=True)
    except binascii.Error as error:
        raise ValueError("tree") from error
    levels = list(_levels(start, stop))
    if len(raw) != _WIDTH * len(levels) or base64.b64encode(raw).decode("ascii") != told:
        raise ValueError("tree")
    return [Block(level, raw[at * _WIDTH : (at + 1) * _WIDTH]) for at, level in enumerate(levels)]


class Tree:
    """A stretch of leaves, from `start` (counted from 0) on, as the fewest blocks that make it up."""

    def __init__(self, start: int = 0) -> None:
        self.stop = self._start = start
        self._blocks: list[Block] = []

    def leaf(self, hash_: str) -> None:
        """Take the next leaf: the hash of an operation, in hex."""
        self.add(Block(0, bytes.fromhex(hash_)))

    def add(self, block: Block) -> None:
        """Take the next block; raises ValueError where one of its size cannot stand."""
        level, hash_ = block
        if self.stop & ((1 << level) - 1):
            raise ValueError("tree")
        self.stop += 1 << level
        while self._blocks and self._blocks[-1].level == level and not (self.stop >> level) & 1:
            hash_ = _node(self._blocks.pop().hash, hash_)
            level += 1
        self._blocks.append(Block(level, hash_))

    def extend(self, blocks: Iterable[Block]) -> None:
        """Take the next blocks."""
        for block in blocks:
            self.add(block)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The fewest blocks that make up the leaves."""
        return tuple(self._blocks)

    def told(self) -> str:
        """Return the blocks as a bundle tells them (`blocks_of` reads it)."""
        return base64.b64encode(b"".join(block.hash for block in self._blocks)).decode("ascii")

    def root(self) -> str:
        """Return the root in hex; of a tree from the first leaf on that has one at least."""
        if self._start or not self._blocks:
            raise ValueError("tree")
        top = self._blocks[-1].hash
        for block in reversed(self._blocks[:-1]):
            top = _node(block.hash, top)
        return top.hex()
