"""The store of one laptop: made, opened, written to by one program at a time, closed."""

from __future__ import annotations

import contextlib
import threading
from enum import Enum
from typing import TYPE_CHECKING

from vejleder_tui.errors import NotSavedError, StoreError
from vejleder_tui.i18n import _
from vejleder_tui.store.backup import forget_copies, make_backup, newest_backup_time
from vejleder_tui.store.connection import connect, connect_any, needs_migration
from vejleder_tui.store.erasures import hold_against, rewrite
from vejleder_tui.store.failures import is_database_error, translate_error
from vejleder_tui.store.files import make_private_folder, sync_file, sync_folder
from vejleder_tui.store.guard import CLOSED, install
from vejleder_tui.store.keyfile import KeyFile, Unlocked
from vejleder_tui.store.lock import StoreLock
from vejleder_tui.store.passphrase import check_passphrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Self

    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.store.backup import Backup
    from vejleder_tui.store.erasures import TakeOut
    from vejleder_tui.store.guard import Door
    from vejleder_tui.store.slots import Cost

    Migrate = Callable[[Connection], None]

__all__ = ["Store", "StoreStatus", "store_status"]


class StoreStatus(Enum):
    """What stands in a folder, as far as can be told without a key."""

    MISSING = "missing"
    UNFINISHED = "unfinished"
    PRESENT = "present"
    KEYS_MISSING = "keys missing"
    DATABASE_MISSING = "database missing"


def _new_database(paths: StorePaths) -> Path:
    return paths.database.with_suffix(".new")


def store_status(paths: StorePaths) -> StoreStatus:
    """Return what stands in the folder. UNFINISHED: a creation was cut short before the code was shown; start anew."""
    if paths.database.exists():
        return StoreStatus.PRESENT if paths.keys.exists() else StoreStatus.KEYS_MISSING
    if _new_database(paths).exists():
        return StoreStatus.UNFINISHED
    return StoreStatus.DATABASE_MISSING if paths.keys.exists() else StoreStatus.MISSING


class Store:
    """An open store. `connection` is the one connection that writes; it is used from one thread at a time."""

    def __init__(
        self, paths: StorePaths, connection: Connection, data_key: bytes, clock: Clock, lock: StoreLock | None
    ) -> None:
        self.paths = paths
        self.connection = connection
        self.clock = clock
        self.door: Door | None = None
        """What the guard of the write connection asks; None while it has none."""
        self._data_key = data_key
        self._lock = lock
        self._others: list[Connection] = []
        self._asking: dict[Connection, threading.RLock] = {}
        self._turn = threading.RLock()
        self._depth = 0
        self._failed = False
        self._closed = False

    @property
    def writes(self) -> bool:
        """Whether this store was opened for writing, and so holds the lock."""
        return self._lock is not None

    @classmethod
    def create(
        cls,
        paths: StorePaths,
        *,
        passphrase: str,
        worker_label: str,
        worker_id: str,
        randomness: Randomness,
        clock: Clock,
        migrate: Migrate,
        begin: Callable[[Store], object] | None = None,
        cost: Cost | None = None,
        allow_weak: bool = False,
    ) -> tuple[Store, str]:
        """Make a store with one worker's slot and return it open for writing, with the recovery code (shown once).

        `migrate` makes the tables in a transaction of its own, `begin` writes the first rows. The database gets its name
        last, so that a creation cut short is recognised and begun anew. Raises RuleError (passphrase), StoreError (there
        is one already), BusyError, NotSavedError.
        """
        if not allow_weak:
            check_passphrase(passphrase)
        _private(paths.folder)
        lock = _locked(paths, worker_label, clock)
        try:
            _require_nothing(paths)
            _clear_unfinished(paths)
            fresh = _new_database(paths)
            # The empty file first: it marks the folder as unfinished until the database has its name.
            fresh.touch(mode=0o600)
            keys = KeyFile(paths.keys, clock=clock, randomness=randomness, cost=cost)
            unlocked, code = keys.create(passphrase, worker=worker_id, label=worker_label, allow_weak=allow_weak)
            with contextlib.closing(connect(fresh, unlocked.data_key, create=True)) as connection:
                migrate(connection)
                if begin is not None:
                    begin(cls(paths, connection, unlocked.data_key, clock, lock))
                # Told here: closing says nothing of a WAL that it could not empty, and the rename would leave it behind.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            sync_file(fresh)
            fresh.rename(paths.database)
            sync_folder(paths.folder)
            return cls(paths, connect(paths.database, unlocked.data_key), unlocked.data_key, clock, lock), code
        except BaseException as error:
            if isinstance(error, Exception) and store_status(paths) is StoreStatus.UNFINISHED:
                with contextlib.suppress(OSError):
                    _clear_unfinished(paths)
            lock.release()
            if isinstance(error, OSError) or is_database_error(error):
                raise translate_error(error) from error
            raise

    @classmethod
    def open(
        cls,
        paths: StorePaths,
        key: Unlocked | bytes,
        *,
        clock: Clock,
        write: bool = True,
        initials: str = "",
        migrate: Migrate | None = None,
        heads: frozenset[str] = frozenset(),
        earlier: frozenset[str] = frozenset(),
        take_out: TakeOut | None = None,
    ) -> Store:
        """Open the store under an unlocked key; for writing it takes the lock, and migrates to `heads` after a backup.

        `earlier` are the revisions that `migrate` starts from. Without `write`, `connection` refuses every write and no
        lock is taken. `initials` are shown to who finds it busy. `take_out` takes from an older copy that was put back what
        was deleted for ever since (services.erasing); without it such a copy is not opened. Raises StoreError (also for a
        newer schema, and without `write` for an older one), DamagedError, BusyError, NotSavedError.
        """
        data_keys = key.data_keys if isinstance(key, Unlocked) else (key,)
        newest = newest_backup_time(paths)
        if not paths.database.exists():
            connect(paths.database, data_keys[0])  # raises what is to be told
        if not initials and isinstance(key, Unlocked):
            initials = key.slot.label
        lock = _locked(paths, initials, clock) if write else None
        connection: Connection | None = None
        try:
            connection, data_key = connect_any(paths.database, data_keys, read_only=not write, newest_backup=newest)
            if migrate is not None and needs_migration(connection, heads, earlier):
                _require_writing(write=write)
                make_backup(paths, data_key, clock=clock)
                migrate(connection)
            hold_against(connection, paths.erasures, take_out if write else None)
            if write and forget_copies(paths, clock.now()) and newest_backup_time(paths) is None:
                make_backup(paths, data_key, clock=clock)
        except BaseException as error:
            if connection is not None:
                connection.close()
            if lock is not None:
                lock.release()
            if is_database_error(error):
                raise translate_error(error, newest_backup=newest) from error
            raise
        return cls(paths, connection, data_key, clock, lock)

    def reader(self) -> Connection:
        """Return a new connection that refuses every write; it reads while another writes. `release` closes it, `close` too."""
        return self._other(read_only=True)

    def local_writer(self, replicated: Iterable[str]) -> Connection:
        """Return a new connection for local tables (drafts, access log, history), also where another holds the lock.

        It refuses every write to the `replicated` tables. SQLite's own lock orders it among the others.
        """
        connection = self._other(read_only=False)
        install(connection, replicated, CLOSED)
        return connection

    def _other(self, *, read_only: bool) -> Connection:
        newest = newest_backup_time(self.paths)
        connection = connect(self.paths.database, self._data_key, read_only=read_only, newest_backup=newest)
        self._others.append(connection)
        return connection

    def in_use(self, connection: Connection) -> AbstractContextManager[object]:
        """Return a lock under which a thread asks with a connection of its own: `release` and `close` wait for it.

        A connection that is closed under a question that runs takes the whole program with it.
        """
        return self._asking.setdefault(connection, threading.RLock())

    def release(self, connection: Connection) -> None:
        """Close a connection that `reader` or `local_writer` gave, and forget it; what it has not committed is undone."""
        with self.in_use(connection):
            connection.close()
        self._asking.pop(connection, None)
        with contextlib.suppress(ValueError):
            self._others.remove(connection)

    def guard(self, tables: Iterable[str], door: Door) -> None:
        """Refuse writes to `tables` on the write connection while `door.state()` is not 1; see `guard.install`."""
        install(self.connection, tables, door)
        self.door = door

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one transaction of the write connection: kept when it ends, undone when it raises.

        Inside another it joins that one; if the inner block raises, the outer cannot commit any more, even when it
        swallows the error. Another thread waits its turn. What the driver raises comes out as NotSavedError,
        BusyError, StoreError; when it returns without error, the transaction is on the disk.
        """
        with self._turn:
            if self._depth:
                self._depth += 1
                try:
                    yield self.connection
                except BaseException:
                    self._failed = True
                    raise
                finally:
                    self._depth -= 1
                return
            self._failed = False
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                self._depth = 1
                try:
                    yield self.connection
                    if self._failed:
                        raise NotSavedError(
                            _("Ikke gemt: en del af ændringen mislykkedes, så intet af den er gemt."), _("Prøv igen.")
                        )
                    self.connection.execute("COMMIT")
                finally:
                    self._depth = 0
                    # Still in it means that it failed; a full disk may already have rolled back by itself.
                    if self.connection.in_transaction:
                        self.connection.execute("ROLLBACK")
            except Exception as error:
                if not is_database_error(error):
                    raise
                raise translate_error(error, newest_backup=newest_backup_time(self.paths)) from error

    def backup(self, folder: Path | None = None) -> Backup:
        """Take a checked copy into `folder`, or into the store's own backup folder; see `make_backup`."""
        return make_backup(self.paths, self._data_key, clock=self.clock, folder=folder)

    def compact(self) -> None:
        """Write the database anew without its free pages, and empty the WAL; outside a transaction, in the writer's thread.

        So nothing of a deleted value is left in the file. It needs room for a second copy. Raises NotSavedError, StoreError.
        """
        with self._turn:
            try:
                rewrite(self.connection)
            except Exception as error:
                if not is_database_error(error):
                    raise
                raise translate_error(error, newest_backup=newest_backup_time(self.paths)) from error

    def close(self) -> None:
        """Close every connection of this store, empty the WAL into the database, and give the lock back."""
        if self._closed:
            return
        self._closed = True
        try:
            for other in tuple(self._others):
                self.release(other)
            if self.writes:
                # What is committed is safe in the WAL too: a checkpoint that cannot run is no reason to complain.
                with contextlib.suppress(Exception):
                    self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self.connection.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _require_nothing(paths: StorePaths) -> None:
    if store_status(paths) not in (StoreStatus.MISSING, StoreStatus.UNFINISHED):
        raise StoreError(_("Her er allerede registreringer."), _("Vælg en anden mappe, eller lås op i stedet."))


def _require_writing(*, write: bool) -> None:
    if not write:
        raise StoreError(
            _("Registreringerne er fra en ældre version og skal opdateres først."),
            _("Åbn Vejleder én gang, så det kan skrive i dem."),
        )


def _clear_unfinished(paths: StorePaths) -> None:
    # The marker goes last: cut short here too, the folder is still known as unfinished.
    fresh = _new_database(paths)
    for path in (paths.keys, fresh.with_name(fresh.name + "-wal"), fresh.with_name(fresh.name + "-shm"), fresh):
        path.unlink(missing_ok=True)


def _private(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        raise translate_error(error) from error


def _locked(paths: StorePaths, initials: str, clock: Clock) -> StoreLock:
    lock = StoreLock(paths.lock)
    try:
        lock.acquire(initials=initials, now=clock.now())
    except OSError as error:
        raise translate_error(error) from error
    return lock
