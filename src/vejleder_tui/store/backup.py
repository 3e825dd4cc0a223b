"""Copies of the store: encrypted as it is, checked before they get their name, the key file beside each."""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _
from vejleder_tui.store.check import check
from vejleder_tui.store.connection import connect
from vejleder_tui.store.erasures import copies_before
from vejleder_tui.store.failures import is_database_error, translate_error
from vejleder_tui.store.files import make_private_folder, sync_file, sync_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths

__all__ = ["Backup", "backup_folder", "forget_copies", "list_backups", "make_backup", "newest_backup_time"]

KEEP: Final = 7
_FORM: Final = "%Y%m%dT%H%M%SZ"
_ASIDE: Final = re.compile(r"erstattet-(\d{8}T\d{6}Z)")
_NAME: Final = re.compile(r"vejleder-(\d{8}T\d{6}Z)(?:-(\d+))?\.db")


@dataclass(frozen=True)
class Backup:
    """One copy: the database, the key file that opens it, and when it was made (UTC)."""

    database: Path
    keys: Path
    made: datetime
    number: int = 0


def backup_folder(paths: StorePaths) -> Path:
    """Return the folder beside the store's files where copies are kept unless another is named."""
    return paths.folder / "kopier"


def list_backups(folder: Path) -> list[Backup]:
    """Return the copies in `folder` that have their key file, the newest first."""
    found = []
    with contextlib.suppress(OSError):
        for database in folder.iterdir():
            match = _NAME.fullmatch(database.name)
            keys = database.with_suffix(".keys.json")
            if match is None or not keys.exists():
                continue
            with contextlib.suppress(ValueError):
                made = datetime.strptime(match[1], _FORM).replace(tzinfo=UTC)
                found.append(Backup(database, keys, made, int(match[2] or 0)))
    return sorted(found, key=lambda one: (one.made, one.number), reverse=True)


def newest_backup_time(paths: StorePaths) -> datetime | None:
    """Return when the newest copy in the store's own backup folder was made, or None."""
    return next((one.made for one in list_backups(backup_folder(paths))), None)


def make_backup(
    paths: StorePaths, data_key: bytes, *, clock: Clock, folder: Path | None = None, keep: int = KEEP
) -> Backup:
    """Copy the store as it stands now into `folder`, check the copy, and keep the newest `keep`.

    Others may write meanwhile; the copy is of one moment. Raises NotSavedError or StoreError and then leaves no half
    copy, and the older ones as they were.
    """
    target = folder or backup_folder(paths)
    made = clock.now().astimezone(UTC).replace(microsecond=0)
    temporary = target / "ny-kopi.tmp"
    backup: Backup | None = None
    try:
        make_private_folder(target)
        _clean(temporary)
        backup = _free_name(target, made)
        _copy(paths.database, temporary, data_key)
        sync_file(temporary)
        write_private(backup.keys, paths.keys.read_bytes())
        # The database's name comes last: a copy that is listed is whole.
        temporary.rename(backup.database)
        sync_folder(target)
    except OSError as error:
        raise translate_error(error) from error
    finally:
        _clean(temporary)
        if backup is not None and not backup.database.exists():
            with contextlib.suppress(OSError):
                backup.keys.unlink(missing_ok=True)
    _forget_old(target, keep)
    forget_copies(paths, clock.now(), folder=target)
    return backup


def forget_copies(paths: StorePaths, now: datetime, *, folder: Path | None = None) -> int:
    """Delete the copies that were taken before a legal deletion 30 days ago or longer; returns how many.

    Those in `folder`, by default the store's own, and the files that a restore laid aside. Copies kept elsewhere are out
    of reach. A copy's name tells its second: one of the very second of the deletion goes too.
    """
    limit = copies_before(paths.erasures, now)
    if limit is None:
        return 0
    old = [one for one in list_backups(folder or backup_folder(paths)) if one.made <= limit]
    for one in old:
        _remove(one)
    aside = [one for one in _laid_aside(paths) if one[1] <= limit]
    for place, _made in aside:
        shutil.rmtree(place, ignore_errors=True)
    return len(old) + len(aside)


def _laid_aside(paths: StorePaths) -> list[tuple[Path, datetime]]:
    """Return the folders that a restore laid files aside in, with the moment."""
    found = []
    with contextlib.suppress(OSError):
        for place in paths.folder.iterdir():
            match = _ASIDE.fullmatch(place.name)
            if match is not None and place.is_dir():
                with contextlib.suppress(ValueError):
                    found.append((place, datetime.strptime(match[1], _FORM).replace(tzinfo=UTC)))
    return found


def _free_name(target: Path, made: datetime) -> Backup:
    number = 0
    while True:
        tail = f"-{number}" if number else ""
        database = target / f"vejleder-{made.strftime(_FORM)}{tail}.db"
        if not database.exists():
            return Backup(database, database.with_suffix(".keys.json"), made, number)
        number += 1


def _copy(database: Path, temporary: Path, data_key: bytes) -> None:
    with contextlib.ExitStack() as closing:
        source: Connection = closing.enter_context(contextlib.closing(connect(database, data_key, read_only=True)))
        copy: Connection = closing.enter_context(contextlib.closing(connect(temporary, data_key, create=True)))
        try:
            source.backup(copy)
            # One file without a -wal beside it.
            copy.execute("PRAGMA journal_mode = delete").fetchone()
        except Exception as error:
            if not is_database_error(error):
                raise
            raise translate_error(error) from error
    with contextlib.closing(connect(temporary, data_key, read_only=True)) as written:
        problems = check(written)
        written.execute("PRAGMA query_only = off")
        written.execute("PRAGMA journal_mode = delete").fetchone()
    if problems:
        raise StoreError(
            _("Kopien er ikke taget: registreringerne hænger ikke sammen ({count} fejl).").format(count=len(problems)),
            _("Kør: vejleder check"),
        )


def _clean(temporary: Path) -> None:
    for tail in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(OSError):
            temporary.with_name(temporary.name + tail).unlink(missing_ok=True)


def _forget_old(folder: Path, keep: int) -> None:
    for old in list_backups(folder)[max(1, keep) :]:
        _remove(old)


def _remove(one: Backup) -> None:
    with contextlib.suppress(OSError):
        one.database.unlink(missing_ok=True)
        one.keys.unlink(missing_ok=True)
