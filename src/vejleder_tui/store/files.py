"""Files of mode 0600 in folders of mode 0700, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from vejleder_tui.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "create_private",
    "file_system",
    "make_private_folder",
    "sync_file",
    "sync_folder",
    "unsafe_folder",
    "write_private",
]

_SERVICES: Final = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "iclouddrive": "iCloud",
    "mobile documents": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "googledrive": "Google Drive",
    "google drive": "Google Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "cloudstorage": "iCloud, OneDrive, Dropbox",
}
_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ncpfs", "webdav"})
_NETWORK_DRIVE: Final = N_("netværksdrev")


def make_private_folder(folder: Path) -> None:
    """Make `folder` with mode 0700, or tighten it; parents get the user's own mode. Raises OSError.

    A folder that everybody writes in by design (the sticky bit: `/tmp`) is left as it is: others live there, too.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    mode = folder.stat().st_mode
    if os.name == "posix" and mode & 0o077 and not mode & stat.S_ISVTX:
        folder.chmod(0o700)


def create_private(path: Path) -> None:
    """Make an empty file of mode 0600 at `path`; raises FileExistsError if there is one.

    SQLite gives its -wal and -shm the mode of the database, so this also settles theirs.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def sync_file(path: Path) -> None:
    """Wait until the content of `path` is on the disk."""
    number = os.open(path, os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk (Windows has no such call)."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def write_private(path: Path, content: bytes) -> None:
    """Replace `path` by `content`, mode 0600: temporary file, fsync, rename, fsync of the folder.

    Raises OSError and then leaves the old file as it was and nothing beside it. Whoever calls it keeps others out.
    """
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as writable:
            writable.write(content)
            writable.flush()
            os.fsync(writable.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def unsafe_folder(path: PurePath, mounts: Iterable[str] | None = None) -> str | None:
    """Return the name of the cloud service or kind of drive that `path` lies on, or None if it looks local.

    A synchronised folder copies a database while it is being written, and a network drive has neither the locks nor
    the shared memory that WAL stands on. `mounts` are lines as in /proc/mounts; None reads those of this machine.
    """
    if str(path).startswith(("\\\\", "//")):
        return _NETWORK_DRIVE
    for part in path.parts:
        folded = part.casefold()
        for name, service in _SERVICES.items():
            if folded == name or (folded.startswith(name) and not folded[len(name)].isalnum()):
                return service
    return _NETWORK_DRIVE if file_system(path, mounts) in _NETWORK else None


def _mounts() -> list[str]:
    try:
        return Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def file_system(path: PurePath, mounts: Iterable[str] | None = None) -> str:
    """Return the kind of file system that `path` lies on, "" where the machine does not say; `mounts` as above."""
    best, kind = -1, ""
    for line in _mounts() if mounts is None else mounts:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = PurePath(fields[1].replace("\\040", " "))
        if len(point.parts) > best and path.is_relative_to(point):
            best, kind = len(point.parts), fields[2]
    return kind
