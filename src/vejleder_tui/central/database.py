"""The centre's database, PostgreSQL or SQLite, behind one small set of calls.

SQL is written with `?` marks and the words that both know; where they differ, the two classes here do.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure

from vejleder_tui.errors import NotSavedError, StoreError, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from vejleder_tui.oplog.tables import Rows

__all__ = [
    "ALL_LANES",
    "LANES",
    "Centre",
    "Lite",
    "Postgres",
    "is_of_database",
    "is_of_values",
    "is_passing",
    "open_centre",
    "opened",
    "translated",
]

_BATCH = 2_000
_LONG = 20
"""Parameters of a statement from which on its lists are given as arrays."""
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[?%]")
_LIST = re.compile(r"(?<!NOT )IN \((\?(?:, \?){9,})\)")
_PLAIN_INSERT = re.compile(r'INSERT INTO ("?\w+"?) \(([\w", ]+)\) VALUES \(\?(?:, \?)*\)')
# The lock of one fold lane is a number of two halves: this one says what the other is of.
LANES = 0x76656A
ALL_LANES = 0x76656B


class Centre(Protocol):
    """An open database of a centre."""

    kind: str

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of parameters."""
        ...

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows of a query; memory does not grow with them. Inside a transaction."""
        ...

    def writing(self, lanes: Iterable[str] | None = ()) -> AbstractContextManager[None]:
        """One transaction, alone in the named lanes for its length (None: in all), kept if the block raises nothing."""
        ...

    def reading(self) -> AbstractContextManager[Centre]:
        """One view of everything as it stands now; its `execute` streams."""
        ...

    def claim(self, name: str) -> bool:
        """Take the right to work on `name` until `release` or the end of the connection; False: somebody has it."""
        ...

    def release(self, name: str) -> None:
        """Give the right back."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


def open_centre(url: str) -> Centre:
    """Open `postgresql://…` (as libpq reads it) or `sqlite:///path`; raises StoreError."""
    if url.startswith(("postgresql://", "postgres://")):
        return Postgres(url)
    if url.startswith("sqlite:///"):
        return Lite(Path(url.removeprefix("sqlite:///")))
    raise StoreError(_("Databasens adresse kan ikke læses."), _("Den begynder med postgresql:// eller sqlite:///."))


def opened(url: str) -> Centre:
    """Open a database for a person's command; raises StoreError, where `open_centre` raises the driver's own errors."""
    try:
        return open_centre(url)
    except (psycopg.Error, sqlite3.Error) as error:
        raise translated(error) from error


def is_passing(error: BaseException) -> bool:
    """Return whether an error is of the moment: the server went away or starts, or two transactions were in the way."""
    if isinstance(error, psycopg.OperationalError | SerializationFailure | DeadlockDetected):
        return not isinstance(error, psycopg.errors.InsufficientPrivilege | psycopg.errors.DiskFull)
    if isinstance(error, psycopg.InterfaceError):
        return True
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def is_of_database(error: BaseException) -> bool:
    """Return whether an error is a driver's own."""
    return isinstance(error, psycopg.Error | sqlite3.Error)


def is_of_values(error: BaseException | None) -> bool:
    """Return whether the database refused what it was given, not who asked or when."""
    return isinstance(error, psycopg.DataError | psycopg.IntegrityError | sqlite3.IntegrityError | sqlite3.DataError)


@lru_cache(maxsize=4096)
def _marks(sql: str) -> str:
    """Return a statement with psycopg's marks in place of `?`; what stands in quotes stays, but for `%`."""

    def one(found: re.Match[str]) -> str:
        text = found[0]
        return {"?": "%s", "%": "%%"}.get(text) or text.replace("%", "%%")

    return _QUOTED.sub(one, sql)


def _with_arrays(sql: str, parameters: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """Give long lists of texts as arrays: to read and plan hundreds of marks takes longer than to find their rows."""
    given, end = iter(parameters), 0
    values: list[Any] = []
    parts: list[str] = []
    for found in _LIST.finditer(sql):
        before = sql[end : found.start()]
        values.extend(islice(given, _QUOTED.findall(before).count("?")))
        listed = list(islice(given, found[1].count("?")))
        if not all(type(one) is str for one in listed):
            return sql, parameters
        values.append(listed)
        parts.append(f"{before}= ANY(?)")
        end = found.end()
    return "".join((*parts, sql[end:])), [*values, *given]


class Postgres:
    """PostgreSQL through psycopg, every transaction begun and ended here."""

    kind = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        try:
            self.connection = psycopg.connect(url, autocommit=True, application_name="vejleder-central")
        except psycopg.ProgrammingError as error:  # the address itself; its text may hold a password
            raise StoreError(
                _("Databasens adresse kan ikke læses."), _("Den begynder med postgresql:// eller sqlite:///.")
            ) from error
        if self.connection.info.encoding != "utf-8":
            self.connection.execute("SET client_encoding = 'UTF8'")
        self._reads = 0

    def another(self) -> psycopg.Connection[Any]:
        """Return a second connection to the same database, whose transactions are the caller's."""
        return psycopg.connect(self._url)

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        if len(parameters) > _LONG:
            sql, parameters = _with_arrays(sql, parameters)
        return self.connection.execute(_marks(sql), parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of parameters."""
        plain = _PLAIN_INSERT.fullmatch(sql)
        with self.connection.cursor() as cursor:
            if plain is None:
                cursor.executemany(_marks(sql), rows)
            else:  # COPY takes a third of the time
                self._copy_into(cursor, f"{plain[1]} ({plain[2]})", rows)
        return None

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows of a query, fetched in batches."""
        self._reads += 1
        with self.connection.cursor(f"reading{self._reads}") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(_marks(sql), parameters)
            yield from cursor

    @contextmanager
    def copying(self, table: str, columns: Sequence[str]) -> Iterator[Callable[[Sequence[Any]], None]]:
        """Put rows into a table in bulk, one at a time, by what is given to the block; none if it raises."""
        named = ", ".join(f'"{column}"' for column in columns)
        with self.connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({named}) FROM STDIN') as copying:
            yield copying.write_row

    @staticmethod
    def _copy_into(cursor: psycopg.Cursor[Any], where: str, rows: Iterable[Sequence[Any]]) -> None:
        with cursor.copy(f"COPY {where} FROM STDIN") as copying:
            for row in rows:
                copying.write_row(row)

    @contextmanager
    def writing(self, lanes: Iterable[str] | None = ()) -> Iterator[None]:
        """One transaction, alone in the named lanes; kept when the block raises nothing."""
        with self.connection.transaction():
            shared = "" if lanes is None else "_shared"
            self.connection.execute(f"SELECT pg_advisory_xact_lock{shared}(%s, 0)", (ALL_LANES,))
            for lane in sorted(set(lanes or ())):  # always in one order, so that no two wait for each other
                self.connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (LANES, lane))
            yield

    @contextmanager
    def reading(self) -> Iterator[Centre]:
        """One view of everything as it stands now."""
        with self.connection.transaction():
            self.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            view = _Streaming(self)
            try:
                yield view
            finally:
                view.end()

    def claim(self, name: str) -> bool:
        """Take the right to work on `name`; False: somebody has it."""
        found = self.connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (name,)).fetchone()
        return bool(found and found[0])

    def release(self, name: str) -> None:
        """Give the right back."""
        self.connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


class _Streaming(Postgres):
    """A view of PostgreSQL whose every query is fetched in batches."""

    def __init__(self, whole: Postgres) -> None:
        self.connection = whole.connection
        self._reads = 0
        self._open: set[psycopg.ServerCursor[Any]] = set()

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        self._reads += 1
        cursor = self.connection.cursor(f"view{self._reads}")
        self._open.add(cursor)
        cursor.itersize = _BATCH
        cursor.execute(_marks(sql), parameters)
        return _Fetching(cursor, self._done)

    def _done(self, cursor: psycopg.ServerCursor[Any]) -> None:
        self._open.discard(cursor)
        cursor.close()

    def end(self) -> None:
        """Close what was not read to its end."""
        for cursor in list(self._open):
            self._done(cursor)


class _Fetching:
    """The rows of a query of a view; the server forgets it when the last one has been taken."""

    def __init__(self, cursor: psycopg.ServerCursor[Any], done: Callable[[psycopg.ServerCursor[Any]], None]) -> None:
        self._cursor = cursor
        self._done = done

    def fetchone(self) -> Any:  # noqa: ANN401 - a driver's row
        """Return the next row, or None."""
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        yield from self._cursor
        self._done(self._cursor)


class Lite:
    """SQLite, to try a centre out on one machine."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        try:
            path.touch(mode=0o600, exist_ok=True)  # it is not encrypted
            self.connection = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
            for setting in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "secure_delete = on"):
                self.connection.execute(f"PRAGMA {setting}")
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                _("Databasen kan ikke åbnes."), _("Kontrollér stien, og om der kan skrives der.")
            ) from error

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """Run one statement."""
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Run one statement for each row of parameters."""
        return self.connection.executemany(sql, rows)

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows of a query, fetched in batches."""
        yield from self.connection.execute(sql, parameters)

    @contextmanager
    def writing(self, lanes: Iterable[str] | None = ()) -> Iterator[None]:  # noqa: ARG002 - SQLite has one writer for all
        """One transaction, alone in the named lanes; kept when the block raises nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def reading(self) -> Iterator[Centre]:
        """One view of everything as it stands now."""
        self.connection.execute("BEGIN")
        try:
            yield self
        finally:
            self.connection.execute("ROLLBACK")

    def claim(self, name: str) -> bool:  # noqa: ARG002 - two who read one file are put in order by the one writer
        """Take the right to work on `name`; False: somebody has it."""
        return True

    def release(self, name: str) -> None:
        """There is nothing to give back."""

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


def translated(error: BaseException) -> VejlederError:
    """Return what a person is told of a database's error; nothing of its own text, which may hold values."""
    state = getattr(error, "sqlstate", None)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return StoreError(
            _("Databasen giver ikke lov til det."),
            _("Kør central init --roles, og brug rollen, som står i docs/central.md."),
        )
    if isinstance(error, psycopg.errors.DiskFull) or (isinstance(error, sqlite3.Error) and "full" in str(error)):
        return NotSavedError(
            _("Databasens disk er fuld. Intet er gemt af det, der var i gang."), _("Gør plads, og prøv igen.")
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | sqlite3.OperationalError):
        return StoreError(_("Databasen svarer ikke."), _("Se efter, om den kører, og prøv igen. Intet er gået tabt."))
    return StoreError(
        _("Databasen afviste arbejdet (kode {state}).").format(state=state or "-"), _("Kør vejleder central status.")
    )
