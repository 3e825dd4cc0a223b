"""Identifiers: UUIDv7 for what is new, UUIDv5 of the natural key where two laptops must meet in one row."""

from __future__ import annotations

import random
import secrets
import uuid
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from vejleder_tui.clock import Clock

__all__ = ["NAMESPACE", "IdSource", "Randomness", "SeededRandomness", "SystemRandomness", "natural_id"]

NAMESPACE = uuid.UUID("7f2d6a4e-6c0b-5d58-9a3e-0c1b8f5e2a77")
"""Root of every computed identifier; it never changes."""


class Randomness(Protocol):
    """A source of random bytes."""

    def take(self, count: int) -> bytes:
        """Return `count` random bytes."""
        ...


class SystemRandomness:
    """The operating system's randomness."""

    def take(self, count: int) -> bytes:
        """Return `count` bytes fit for keys and salts."""
        return secrets.token_bytes(count)


class SeededRandomness:
    """Repeatable bytes for the sandbox and for tests; never for keys of a real store."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes of the seed's sequence."""
        return self._random.randbytes(count)


class IdSource:
    """Makes identifiers from a clock and a source of randomness."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self.clock = clock
        self.randomness = randomness

    def new(self) -> str:
        """Return a UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness; a clock before 1970 counts as 1970."""
        milliseconds = max(0, int(self.clock.now().timestamp() * 1000))
        raw = bytearray(milliseconds.to_bytes(6, "big") + self.randomness.take(10))
        raw[6] = (raw[6] & 0x0F) | 0x70
        raw[8] = (raw[8] & 0x3F) | 0x80
        return str(uuid.UUID(bytes=bytes(raw)))


def natural_id(table: str, *parts: object) -> str:
    """Return the UUIDv5 of a natural key: the table's name and its parts, in order. Never from a CPR number."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join([table, *map(str, parts)])))
