"""The right to write: an operating-system lock that a crash releases by itself.

What stands in the lock file (pid, initials, since) is only for the sentence that tells who has the store open; the
lock is the system's, so a file left behind by a crash stops nobody.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vejleder_tui.clock import from_stamp, stamp
from vejleder_tui.store.failures import busy_elsewhere, busy_moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

__all__ = ["Holder", "StoreLock", "brief_lock", "read_holder"]

_FAR: Final = 1 << 30
"""The byte that is locked on Windows: far past the content, since a locked byte cannot be read there."""
_MAX_CONTENT: Final = 4096


@dataclass(frozen=True)
class Holder:
    """Who says to hold the lock: process id, the worker's initials, since when (None when unreadable)."""

    pid: int = 0
    initials: str = ""
    since: datetime | None = None


def _try_lock(number: int) -> bool:
    # OSError is how both systems say "another has it".
    try:
        if os.name == "nt":  # pragma: no cover - Windows only
            _lock_windows(number)
        else:
            import fcntl  # noqa: PLC0415 - not on Windows

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lock_windows(number: int) -> None:  # pragma: no cover - Windows only
    import importlib  # noqa: PLC0415

    msvcrt = importlib.import_module("msvcrt")
    os.lseek(number, _FAR, os.SEEK_SET)
    msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    os.lseek(number, 0, os.SEEK_SET)


def read_holder(path: Path) -> Holder:
    """Return what the lock file at `path` says; an empty Holder when it says nothing readable."""
    try:
        with path.open("rb") as readable:
            found = json.loads(readable.read(_MAX_CONTENT))
        return Holder(int(found["pid"]), str(found["initials"])[:12], from_stamp(str(found["since"])))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


class StoreLock:
    """The right to write to one store; released by `release`, or by the end of the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._number: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._number is not None

    def acquire(self, *, initials: str, now: datetime) -> None:
        """Take the lock at once or raise BusyError naming the holder; raises OSError when the folder refuses."""
        if self._number is not None:
            return
        number = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        if not _try_lock(number):
            os.close(number)
            holder = read_holder(self.path)
            raise busy_elsewhere(holder.initials, holder.since)
        self._number = number
        content = json.dumps({"pid": os.getpid(), "initials": initials, "since": stamp(now)})
        # A full disk must not keep anybody from reading: the lock itself needs no room.
        with contextlib.suppress(OSError):
            os.ftruncate(number, 0)
            os.lseek(number, 0, os.SEEK_SET)
            os.write(number, content.encode())

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._number is None:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._number, 0)
        os.close(self._number)
        self._number = None


@contextlib.contextmanager
def brief_lock(path: Path, *, patience: float = 5.0) -> Iterator[None]:
    """Hold the lock at `path` for a moment's work, waiting up to `patience` seconds; raises BusyError, OSError."""
    number = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        last = time.monotonic() + patience
        while not _try_lock(number):
            if time.monotonic() > last:
                raise busy_moment()
            time.sleep(0.01)
        yield
    finally:
        os.close(number)
