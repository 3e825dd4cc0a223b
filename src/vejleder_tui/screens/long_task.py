"""Long work as the screen knows it: what it is, how far it is, and whether a person stopped it."""

from __future__ import annotations

from vejleder_tui.errors import CancelledError

__all__ = ["LongTask"]


class LongTask:
    """`name` stands in the question before closing, `telling` (with `{percent}`) in line 23, `stopped` after Esc."""

    def __init__(self, name: str, telling: str, stopped: str) -> None:
        self.name = name
        self.percent = 0
        self._telling = telling
        self._told_stopped = stopped
        self._stopped = False

    def stop(self) -> None:
        """Stop at the next look; nothing half done is left then."""
        self._stopped = True

    def sentence(self) -> str:
        """Return how far it is."""
        return self._telling.format(percent=self.percent)

    def look(self, done: int, total: int) -> None:
        """Take note of how far it is; called in the thread that works. Raises CancelledError when it was stopped."""
        self.percent = min(100, 100 * done // total) if total else 100
        if self._stopped:
            raise CancelledError(self._told_stopped)
