"""A connection of SQLCipher's driver, with the settings that the promise "saved is saved" stands on."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _
from vejleder_tui.store.failures import damaged, is_database_error, translate_error
from vejleder_tui.store.files import create_private, make_private_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlcipher3.dbapi2 import Connection

__all__ = ["connect", "connect_any", "needs_migration", "schema_versions"]

BUSY_SECONDS: Final = 5.0
_SETTINGS: Final = (
    "journal_mode = wal",
    "synchronous = full",
    "foreign_keys = on",
    "secure_delete = on",
    "trusted_schema = off",
    # 64 MB: with SQLite's 2 MB a shuffled bulk merge took six times as long, each spill encrypting a page again.
    "cache_size = -65536",
)
# On macOS fsync alone leaves the bytes in the drive's own memory.
_SETTINGS_MACOS: Final = ("fullfsync = on", "checkpoint_fullfsync = on")


def connect(
    database: Path,
    data_key: bytes,
    *,
    read_only: bool = False,
    create: bool = False,
    newest_backup: datetime | None = None,
) -> Connection:
    """Return an open connection in autocommit mode to `database` under the 32-byte `data_key`.

    `read_only` makes it refuse every write (query_only). With `create` the file is made first, mode 0600 in a folder
    of mode 0700; one that holds anything raises NotSavedError. Raises StoreError when there is no file, and
    DamagedError when the key does not open it: the key file has authenticated the key, so the database is wrong.
    """
    import sqlcipher3.dbapi2 as driver  # noqa: PLC0415 - 12 ms, not needed to show the unlock screen

    if len(data_key) != 32:
        raise ValueError("a data key has 32 bytes")
    try:
        _require_file(database, create=create, newest_backup=newest_backup)
    except OSError as error:
        raise translate_error(error) from error
    connection: Connection | None = None
    try:
        where, fixed = _address(database, read_only=read_only)
        connection = driver.connect(
            where, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=fixed
        )
        # Before the key: SQLCipher would otherwise print its errors across the screen.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{data_key.hex()}'\"")
        # The first read is where a wrong key or a damaged first page shows.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for setting in _SETTINGS[fixed:] + (_SETTINGS_MACOS if sys.platform == "darwin" else ()):
            connection.execute(f"PRAGMA {setting}")
        if read_only:
            connection.execute("PRAGMA query_only = on")
    except driver.Error as error:
        if connection is not None:
            connection.close()
        raise translate_error(error, newest_backup=newest_backup) from error
    return connection


def _address(database: Path, *, read_only: bool) -> tuple[str, bool]:
    # A reader in WAL writes too (its place in the -shm). Where the folder refuses and no WAL is left to read, the
    # file cannot change under us either, and SQLite may be told so; then it takes the journal mode as it is.
    wal = database.with_name(database.name + "-wal")
    if read_only and not os.access(database.parent, os.W_OK) and not (wal.exists() and wal.stat().st_size):
        return database.absolute().as_uri() + "?immutable=1", True
    return str(database), False


def _require_file(database: Path, *, create: bool, newest_backup: datetime | None) -> None:
    size = database.stat().st_size if database.exists() else None
    if create:
        make_private_folder(database.parent)
        if size != 0:
            create_private(database)
    elif size is None:
        raise StoreError(_("Filen med registreringer mangler."), _("Gendan den nyeste kopi: vejleder restore"))
    elif size == 0:
        # SQLite would take it for a new database and show an empty store.
        raise damaged(newest_backup)


def connect_any(
    database: Path, data_keys: Sequence[bytes], *, read_only: bool = False, newest_backup: datetime | None = None
) -> tuple[Connection, bytes]:
    """Return a connection and the key that opened it; several keys stand in the key file while one is rotated."""
    for data_key in data_keys[:-1]:
        try:
            return connect(database, data_key, read_only=read_only, newest_backup=newest_backup), data_key
        except StoreError:
            continue
    return connect(database, data_keys[-1], read_only=read_only, newest_backup=newest_backup), data_keys[-1]


def schema_versions(connection: Connection) -> frozenset[str]:
    """Return the schema's revisions as Alembic keeps them, none for an empty database; Alembic is not loaded."""
    try:
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall() if known else []
    except Exception as error:
        if not is_database_error(error):
            raise
        raise translate_error(error) from error
    return frozenset(str(row[0]) for row in found)


def needs_migration(connection: Connection, heads: frozenset[str], earlier: frozenset[str] = frozenset()) -> bool:
    """Tell whether the schema is older than the program's `heads`; `earlier` are the revisions before them.

    Raises StoreError for a revision that is neither: a newer program wrote it, and this one must not touch it.
    """
    found = schema_versions(connection)
    if found - heads - earlier:
        raise StoreError(
            _("Registreringerne er skrevet med en nyere version af Vejleder. Intet er ændret."),
            _("Opdatér Vejleder, og prøv igen."),
        )
    return found != heads
