"""Where a store is at home, to notice one that was restored from a copy or copied elsewhere.

The store itself says on which machine it is at home; a mark outside its folder, by the number of the device, says which
file it is and how many of its operations have left in a bundle. Part of the answer only: a whole machine that was
rolled back takes its mark along.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vejleder_tui.store.files import file_system, make_private_folder, write_private

if TYPE_CHECKING:
    from vejleder_tui.paths import StorePaths

__all__ = [
    "StoreMark",
    "looks_restored",
    "mark_path",
    "raise_exported",
    "read_mark",
    "take_mark",
    "this_machine",
    "write_mark",
]

_WITHOUT_NUMBERS: Final = frozenset({"vfat", "msdos", "exfat"})
"""File systems that make a file's number up anew each time they are mounted."""


@dataclass(frozen=True)
class StoreMark:
    """Machine, file (the number that the file system knows it by) and the highest number that has left in a bundle.

    What cannot be told is "", and is compared with nothing.
    """

    machine: str
    file: str
    exported: int


def this_machine() -> str:
    """Return what tells this account on this machine from every other, or "" where the system does not say."""
    name = _machine_name()
    if not name:
        return ""
    account = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    # The system asks that its own id is not handed on as it is.
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"vejleder {name} {account}"))


def _machine_name() -> str:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415

        with contextlib.suppress(OSError), winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography", 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        ) as key:  # fmt: skip
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        with contextlib.suppress(OSError, ValueError):
            name = path.read_text(encoding="ascii").strip()
            if name:
                return name
    node = uuid.getnode()
    # With this bit it is no network card's number, but made up for this one run.
    return "" if node >> 40 & 1 else f"{node:012x}"


def take_mark(paths: StorePaths, exported: int) -> StoreMark:
    """Return the mark of the store as it stands here and now; raises OSError when the database is not there."""
    # Without the number of the disk: some systems count their disks anew at each start. An edit, VACUUM and a new key
    # leave a file's number as it is.
    number = f"{paths.database.stat().st_ino:x}"
    return StoreMark(this_machine(), "" if file_system(paths.folder) in _WITHOUT_NUMBERS else number, exported)


def mark_path(folder: Path, device: str) -> Path:
    """Return where the mark of a device's store is kept: by the device, so that a copied store leads to it too."""
    return folder / f"{device}.json"


def write_mark(path: Path, mark: StoreMark) -> None:
    """Keep `mark` at `path`, which lies outside the store's folder, on the disk when this returns; raises OSError."""
    make_private_folder(path.parent)
    write_private(path, json.dumps(asdict(mark)).encode())


def raise_exported(path: Path, paths: StorePaths, exported: int) -> None:
    """Note that operations up to `exported` are about to leave; whose store it is stays as it stands. Raises OSError."""
    kept = read_mark(path)
    if kept is None:
        write_mark(path, take_mark(paths, exported))
    elif kept.exported < exported:
        write_mark(path, replace(kept, exported=exported))


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
    return kept is not None and (
        _differ(kept.machine, now.machine) or _differ(kept.file, now.file) or now.exported < kept.exported
    )


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)
