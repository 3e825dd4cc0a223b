"""The door through which alone rows are written; triggers in the database ask whether it is open."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Door"]


class Door:
    """Open only while the log's own writer is at work; a failure inside closes it again."""

    def __init__(self) -> None:
        self._depth = 0

    def state(self) -> int:
        """Return 1 while the door is open, else 0 (asked by the guard's triggers)."""
        return 1 if self._depth else 0

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open the door for the length of the block."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
