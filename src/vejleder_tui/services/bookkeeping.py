"""Writing to the laptop's own tables, also while another window holds the right to write the log."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from vejleder_tui.store.failures import is_database_error, translate_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.store.store import Store

__all__ = ["bookkeeping"]

_OPEN = frozenset({"access_log", "bundle_history", "draft", "known", "local_value", "notice", "receipt", "signed_head"})
"""The tables that this door opens; every other is refused, the records and the log among them."""


@contextmanager
def bookkeeping(store: Store) -> Iterator[Connection]:
    """Run the block in a transaction of its own on a new connection to the laptop's own tables.

    SQLite's own lock orders it among the others. Raises NotSavedError, BusyError, StoreError; then nothing is kept.
    """
    tables = store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    closed = [name for (name,) in tables if name not in _OPEN and not name.startswith("sqlite_")]
    connection = store.local_writer(closed)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    except Exception as error:
        if not is_database_error(error):
            raise
        raise translate_error(error) from error
    finally:
        store.release(connection)  # what was not committed is rolled back by it
