"""A program in a real terminal of its own: start it, press keys, and note when the wanted text stands on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

import pyte

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Terminal"]

_SYNC_START, _SYNC_END = b"\x1b[?2026h", b"\x1b[?2026l"


class Terminal:
    """One run of a command at 80×24. Times are milliseconds since the start, taken when bytes arrive."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], *, size: tuple[int, int] = (80, 24)
    ) -> None:
        columns, lines = size
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._open_frame = False
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.execvpe(command[0], list(command), {**environment, "TERM": "xterm-256color"})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._started = time.perf_counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)

    def text(self) -> str:
        """Return the screen as text."""
        return "\n".join(self.screen.display)

    def wait(self, wanted: Callable[[str], bool], *, seconds: float = 30) -> float:
        """Return when `wanted` first held for a whole frame; raises TimeoutError with nothing of the screen in it."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if not select.select([self._fd], [], [], 0.05)[0]:
                continue
            try:
                arrived = os.read(self._fd, 65536)
            except OSError as error:
                raise TimeoutError("the program ended") from error
            now = time.perf_counter()
            self._feed(arrived)
            if not self._open_frame and wanted(self.text()):
                return (now - self._started) * 1000
        raise TimeoutError("the wanted text did not come")

    def press(self, keys: str, wanted: Callable[[str], bool]) -> float:
        """Send `keys` and return the milliseconds until `wanted` holds."""
        before = time.perf_counter()
        os.write(self._fd, keys.encode())
        return self.wait(wanted) - (before - self._started) * 1000

    def _feed(self, arrived: bytes) -> None:
        # A frame that is still open (mode 2026) is not yet on the screen.
        started, ended = arrived.rfind(_SYNC_START), arrived.rfind(_SYNC_END)
        if started != ended:
            self._open_frame = started > ended
        self._stream.feed(arrived)
