"""A mark kept outside the store's folder, to notice a store that was restored from a copy or copied elsewhere.

It says which file, on which machine, had handed out how many operations. Part of the answer only: a whole machine that
was rolled back takes its mark along.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vejleder_tui.store.files import make_private_folder, write_private

if TYPE_CHECKING:
    from vejleder_tui.paths import StorePaths

__all__ = ["StoreMark", "looks_restored", "read_mark", "take_mark", "write_mark"]


@dataclass(frozen=True)
class StoreMark:
    """Machine, file (device and inode of the database) and the highest number that has left in a bundle."""

    machine: str
    file: str
    exported: int


def _machine() -> str:
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        try:
            name = path.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        if name:
            # The system asks that its own id is not handed on as it is.
            return str(uuid.uuid5(uuid.NAMESPACE_OID, f"vejleder {name}"))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"vejleder {uuid.getnode():012x}"))


def take_mark(paths: StorePaths, exported: int) -> StoreMark:
    """Return the mark of the store as it stands here and now; raises OSError when the database is not there."""
    found = paths.database.stat()
    return StoreMark(_machine(), f"{found.st_dev:x}:{found.st_ino:x}", exported)


def write_mark(path: Path, mark: StoreMark) -> None:
    """Keep `mark` at `path`, which lies outside the store's folder; raises OSError."""
    make_private_folder(path.parent)
    write_private(path, json.dumps(asdict(mark)).encode())


def read_mark(path: Path) -> StoreMark | None:
    """Return the mark kept at `path`, or None when there is none that can be read."""
    try:
        found = json.loads(path.read_bytes())
        return StoreMark(str(found["machine"]), str(found["file"]), int(found["exported"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def looks_restored(kept: StoreMark | None, now: StoreMark) -> bool:
    """Tell whether the store is not the one that the mark was taken of, or stands behind it.

    `now.exported` is the highest own number in the log. No mark tells nothing.
    """
    return kept is not None and (kept.machine != now.machine or kept.file != now.file or now.exported < kept.exported)
