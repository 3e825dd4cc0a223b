"""The folder that bundles come into, and the two below it: `done` and `quarantine`. No file is ever overwritten."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.errors import NotFoundError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["DONE", "QUARANTINE", "Inbox", "file_hash", "inboxes", "waiting"]

DONE = "done"
QUARANTINE = "quarantine"
_SUFFIX = ".age"
_REASON = ".txt"
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK, errno.ENOSYS}


@dataclass(frozen=True, slots=True)
class Inbox:
    """A folder with the files in it that are to be taken in: all of them (None), or those that were named."""

    folder: Path
    named: tuple[Path, ...] | None = None

    def files(self) -> Iterator[Path]:
        """Yield what waits, what came first first."""
        if self.named is None:
            yield from _bundles(self.folder)
        else:
            yield from self.named

    def quarantined(self) -> Iterator[Path]:
        """Yield what lies in quarantine here."""
        yield from _bundles(self.folder / QUARANTINE)

    def keep(self, path: Path) -> Path:
        """Move a file to `done` and return where it lies; raises OSError."""
        kept = _moved(path, self.folder / DONE)
        with contextlib.suppress(OSError):
            _reason_of(path).unlink()
        return kept

    def set_aside(self, path: Path, reason: str) -> Path:
        """Move a file to `quarantine`, with the reason in a text file beside it; raises OSError."""
        folder = self.folder / QUARANTINE
        kept = path if path.parent == folder else _moved(path, folder)
        with contextlib.suppress(OSError):  # the reason stands in the database too
            _reason_of(kept).write_text(f"{reason}\n", encoding="utf-8")
        return kept


def inboxes(targets: Iterable[Path]) -> list[Inbox]:
    """Return the folders of what was named on the command line: folders whole, files by themselves.

    A file in `quarantine` belongs to the folder above. Raises NotFoundError.
    """
    whole: dict[Path, Inbox] = {}
    single: dict[Path, list[Path]] = {}
    for target in targets:
        path = target.absolute()
        if path.is_dir():
            whole[path] = Inbox(path)
        elif path.is_file():
            folder = path.parent.parent if path.parent.name == QUARANTINE else path.parent
            single.setdefault(folder, []).append(path)
        else:
            raise NotFoundError(
                _("Filen eller mappen findes ikke: {path}.").format(path=target), _("Se efter, om stien er rigtig.")
            )
    return [*whole.values(), *(Inbox(folder, tuple(paths)) for folder, paths in single.items())]


def waiting(inbox: Inbox, now: float, settled: float) -> list[Path]:
    """Return the files that have not changed for `settled` seconds before the moment `now`: they are whole."""
    found = []
    for path in inbox.files():
        with contextlib.suppress(OSError):
            if path.stat().st_mtime <= now - settled:
                found.append(path)
    return found


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hex; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bundles(folder: Path) -> list[Path]:
    """Return the sealed files in a folder, by age; what is hidden, no file, or a link is no bundle."""
    found: list[tuple[float, str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX) and not entry.name.startswith("."):
                    with contextlib.suppress(OSError):  # somebody else took it meanwhile
                        if entry.is_file(follow_symlinks=False):
                            found.append((entry.stat().st_mtime, entry.name))
    except FileNotFoundError:
        return []
    return [folder / name for _time, name in sorted(found)]


def _reason_of(path: Path) -> Path:
    return path.with_name(path.name + _REASON)


def _moved(path: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True, mode=0o700)
    stem, dot, rest = path.name.partition(".")
    number = 1
    while True:
        target = folder / (path.name if number == 1 else f"{stem}-{number}{dot}{rest}")
        try:
            os.link(path, target)  # unlike a rename it never replaces what is there
        except FileExistsError:
            if not path.samefile(target):  # the same file: somebody was killed between the two steps
                number += 1
                continue
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if target.exists():
                number += 1
                continue
            path.rename(target)
            return target
        path.unlink()
        return target
