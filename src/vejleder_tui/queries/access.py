"""The access log: each reading of a citizen's record is written in it before anything is shown."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from vejleder_tui.clock import stamp
from vejleder_tui.errors import NotSavedError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.base import all_rows
from vejleder_tui.store.failures import is_database_error, translate_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.store.store import Store

__all__ = ["log_reading", "logged"]

_writers: WeakKeyDictionary[Store, Connection] = WeakKeyDictionary()
"""For each store that was opened to read: the connection that may write in the access log, and nowhere else."""
_turn = threading.Lock()


def log_reading(connection: Connection, actor: str, citizen: str, what: str, now: datetime) -> None:
    """Write who opens what of whom."""
    connection.execute(
        "INSERT INTO access_log (at, actor, citizen, what) VALUES (?, ?, ?, ?)", (stamp(now), actor, citizen, what)
    )


@contextmanager
def logged(store: Store) -> Iterator[Connection]:
    """Open a transaction in which the log can be written, also in a window that only reads.

    What cannot be logged is not opened: NotSavedError.
    """
    if store.writes:
        try:
            with store.transaction() as connection:
                yield connection
        except NotSavedError as error:
            raise _not_logged() from error
        return
    with _turn:
        connection = _writer_of(store)
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except Exception as error:
            if not is_database_error(error):
                raise
            told = translate_error(error)
            raise _not_logged() if isinstance(told, NotSavedError) else told from error


def _writer_of(store: Store) -> Connection:
    found = _writers.get(store)
    if found is None:
        tables = all_rows(store.connection, "SELECT name FROM sqlite_master WHERE type = 'table'")
        closed = [name for (name,) in tables if name != "access_log" and not name.startswith("sqlite_")]
        found = _writers[store] = store.local_writer(closed)
    return found


def _not_logged() -> VejlederError:
    return NotSavedError(
        _("Borgeren er ikke åbnet: åbningen kan ikke skrives i adgangsloggen."), _("Gør plads på disken, og prøv igen.")
    )
