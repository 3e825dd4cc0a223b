"""A copy in place of the store: checked first, the present files laid aside, and a new device number taken.

What was registered after the copy was taken may have left this laptop in a bundle already, under numbers that the
restored store would hand out again. So the restored store goes on as a new device under the same keys (docs/log.md).
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.clock import stamp
from vejleder_tui.errors import NotFoundError, StoreError
from vejleder_tui.i18n import _
from vejleder_tui.migrations import LAPTOP_EARLIER, LAPTOP_HEADS
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.erasing import take_out
from vejleder_tui.services.identity import Why, seat_of, take_new_identity
from vejleder_tui.services.setup import migrate
from vejleder_tui.store.backup import Backup, backup_folder, list_backups
from vejleder_tui.store.check import check
from vejleder_tui.store.connection import connect_any
from vejleder_tui.store.failures import translate_error
from vejleder_tui.store.files import make_private_folder, sync_folder
from vejleder_tui.store.lock import StoreLock
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.store.keyfile import Unlocked

__all__ = ["Restored", "find_copy", "restore"]


@dataclass(frozen=True)
class Restored:
    """What was done: `aside` holds the files that stood there before (None when there were none)."""

    copy: Backup
    aside: Path | None
    device: str


def find_copy(paths: StorePaths, named: Path | None) -> Backup:
    """Return the copy that was named (its `.db` file, or a folder of copies: the newest), else the store's newest.

    Raises NotFoundError.
    """
    folder = backup_folder(paths) if named is None else named if named.is_dir() else named.parent
    for one in list_backups(folder):
        if named is None or named.is_dir() or one.database.name == named.name:
            return one
    raise NotFoundError(
        _("Her er ingen kopi: {path}.").format(path=named or folder),
        _("Angiv en kopi (en .db-fil med sin .keys.json) eller mappen med kopier."),
    )


def restore(paths: StorePaths, copy: Backup, unlocked: Unlocked, *, clock: Clock, randomness: Randomness) -> Restored:
    """Put `copy`, opened by its own key file, in place of the store, and lay the present files aside.

    Nothing of the store is touched before the copy is found to be whole and is made ready beside it. Raises BusyError,
    StoreError (the copy is damaged), NotSavedError.
    """
    lock = StoreLock(paths.lock)
    moment = stamp(clock.now()).replace(":", "").replace("-", "")
    ready = StorePaths(paths.folder / f"gendannes-{moment}")
    try:
        make_private_folder(paths.folder)
        lock.acquire(initials=unlocked.slot.label, now=clock.now())
        try:
            for cut_short in paths.folder.glob("gendannes-*"):
                shutil.rmtree(cut_short, ignore_errors=True)
            with _removed(ready.folder):
                make_private_folder(ready.folder)
                _require_whole(copy, unlocked)
                shutil.copyfile(copy.database, ready.database)
                shutil.copyfile(copy.keys, ready.keys)
                for file in (ready.database, ready.keys):
                    file.chmod(0o600)
                if paths.erasures.exists():
                    # What was deleted for ever since the copy is taken from it as it is opened.
                    shutil.copyfile(paths.erasures, ready.erasures)
                device = _as_new_device(ready, unlocked, clock=clock, randomness=randomness)
                aside = _lay_aside(paths, moment)
                ready.keys.replace(paths.keys)
                # The database's name comes last: cut short before it, the store is known as one to be restored.
                ready.database.replace(paths.database)
                sync_folder(paths.folder)
        finally:
            lock.release()
    except OSError as error:
        raise translate_error(error) from error
    return Restored(copy, aside, device)


@contextlib.contextmanager
def _removed(folder: Path) -> Iterator[None]:
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_whole(copy: Backup, unlocked: Unlocked) -> None:
    connection, _key = connect_any(copy.database, unlocked.data_keys, read_only=True)
    with contextlib.closing(connection):
        if check(connection):
            raise StoreError(_("Kopien er beskadiget, og intet er ændret."), _("Vælg en ældre kopi."))


def _as_new_device(ready: StorePaths, unlocked: Unlocked, *, clock: Clock, randomness: Randomness) -> str:
    with Store.open(
        ready, unlocked, clock=clock, migrate=migrate, heads=LAPTOP_HEADS, earlier=LAPTOP_EARLIER, take_out=take_out
    ) as store:
        connection = store.connection
        worker = unlocked.slot.worker or connection.execute("SELECT min(id) FROM worker WHERE void = 0").fetchone()[0]
        device = take_new_identity(seat_of(store, worker, clock=clock, randomness=randomness), Why.RESTORED)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return device


def _lay_aside(paths: StorePaths, moment: str) -> Path | None:
    database = paths.database
    files = [database.with_name(database.name + tail) for tail in ("", "-wal", "-shm")]
    present = [file for file in (*files, paths.keys) if file.exists()]
    if not present:
        return None
    aside = paths.folder / f"erstattet-{moment}"
    make_private_folder(aside)
    for file in present:
        file.replace(aside / file.name)
    sync_folder(paths.folder)
    return aside
