"""The temporary file of a bundle: made, locked while it is written, and swept away when its writer is no more.

The lock is the operating system's, so that a crash releases it: a `.part` file that nobody holds is a dead one's.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_part", "sweep_parts"]

_PATTERN = ".vejleder-*.part"


def open_part(path: Path) -> int:
    """Make `path` (mode 0600), take its lock, and return the descriptor; raises OSError.

    A sweep may take the file between the two; then it is made again.
    """
    while True:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        _lock(descriptor)
        if os.name == "nt" or os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def sweep_parts(folder: Path) -> None:
    """Take away what writers that were killed left in `folder`; what is being written, and what cannot go, stays."""
    with contextlib.suppress(OSError):
        for path in folder.glob(_PATTERN):
            with contextlib.suppress(OSError):
                _sweep(path)


def _sweep(path: Path) -> None:
    if path.is_symlink() or not path.is_file():
        return
    if os.name == "nt":  # pragma: no cover - Windows lets nobody remove a file that is open
        path.unlink()
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        if _lock(descriptor):
            path.unlink()
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Take the lock at once if nobody has it; a file system without locks has nobody's, and nothing is swept there."""
    if os.name == "nt":  # pragma: no cover - see `_sweep`
        return True
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
