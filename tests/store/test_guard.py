"""No way past the writer: whatever the raw driver offers is refused while the door is closed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import fill
from vejleder_tui.errors import NotSavedError, StoreError
from vejleder_tui.store.connection import connect
from vejleder_tui.store.failures import is_database_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vejleder_tui.store.store import Store


class OwnDoor:
    def __init__(self) -> None:
        self.open = 0

    def state(self) -> int:
        return self.open

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        self.open = 1
        try:
            yield
        finally:
            self.open = 0


TABLES = ("citizen", "attendance")
INSERT = "INSERT INTO attendance VALUES ('x', 'past the log', 'c1')"
UPDATE = "UPDATE attendance SET note = 'past the log' WHERE id = 'a1'"

WAYS: dict[str, Callable[[Any], object]] = {
    "execute": lambda c: c.execute(INSERT),
    "cursor": lambda c: c.cursor().execute(UPDATE),
    "executemany": lambda c: c.executemany("INSERT INTO attendance VALUES (?, 'n', 'c1')", [("x",), ("y",)]),
    "executescript": lambda c: c.executescript(f"{INSERT}; {UPDATE};"),
    "replace": lambda c: c.execute("INSERT OR REPLACE INTO attendance VALUES ('a1', 'past the log', 'c1')"),
    "ignore": lambda c: c.execute("INSERT OR IGNORE INTO attendance VALUES ('x', 'past the log', 'c1')"),
    "update or replace": lambda c: c.execute("UPDATE OR REPLACE attendance SET id = 'a2' WHERE id = 'a1'"),
    "upsert": lambda c: c.execute(
        "INSERT INTO attendance VALUES ('a1', 'n', 'c1') ON CONFLICT (id) DO UPDATE SET note = 'past the log'"
    ),
    "insert select": lambda c: c.execute("INSERT INTO attendance SELECT id || 'x', note, citizen FROM attendance"),
    "update from": lambda c: c.execute(
        "UPDATE attendance SET note = citizen.name FROM citizen WHERE attendance.citizen = citizen.id"
    ),
    "returning": lambda c: c.execute("DELETE FROM attendance WHERE id = 'a1' RETURNING id").fetchall(),
    "with": lambda c: c.execute("WITH one AS (SELECT 'a1' AS id) DELETE FROM attendance WHERE id IN one"),
    "delete all": lambda c: c.execute("DELETE FROM attendance"),
    "another name": lambda c: c.execute("UPDATE MAIN.Attendance SET note = 'past the log'"),
    "by row number": lambda c: c.execute("UPDATE attendance SET note = 'past the log' WHERE rowid = 1"),
    "second thread's cursor": lambda c: c.cursor().executemany("DELETE FROM citizen WHERE id = ?", [("c1",)]),
    "through a trigger": lambda c: c.executescript(
        "CREATE TEMP TABLE lever (x); CREATE TEMP TRIGGER pull AFTER INSERT ON lever BEGIN "
        "DELETE FROM attendance WHERE id = 'a1'; END; INSERT INTO lever VALUES (1)"
    ),
}


def _rows(store: Store) -> list[Any]:
    return list(store.connection.execute("SELECT * FROM attendance ORDER BY id")) + list(
        store.connection.execute("SELECT * FROM citizen")
    )


@pytest.mark.parametrize("way", WAYS)
def test_every_way_past_the_writer_is_refused(store: Store, way: str) -> None:
    fill(store, 3)
    before = _rows(store)
    store.guard(TABLES, OwnDoor())
    with pytest.raises(Exception, match="written outside the log") as caught:
        WAYS[way](store.connection)
    assert is_database_error(caught.value)
    assert _rows(store) == before


def test_through_the_door_it_is_written_and_the_door_shuts_again(store: Store) -> None:
    fill(store, 3)
    door = OwnDoor()
    store.guard(TABLES, door)
    with store.transaction() as connection, door.opened():
        connection.execute(UPDATE)
    assert store.connection.execute("SELECT note FROM attendance WHERE id = 'a1'").fetchone() == ("past the log",)
    with pytest.raises(NotSavedError), store.transaction() as connection:
        connection.execute(INSERT)


def test_a_statement_prepared_while_it_was_open_is_refused_afterwards(store: Store) -> None:
    fill(store, 3)
    door = OwnDoor()
    store.guard(TABLES, door)
    again = "UPDATE attendance SET note = ? WHERE id = 'a1'"
    with door.opened():
        store.connection.execute(again, ("one",))
    with pytest.raises(Exception, match="written outside the log"):
        store.connection.execute(again, ("two",))
    assert store.connection.execute("SELECT note FROM attendance WHERE id = 'a1'").fetchone() == ("one",)


def test_a_refused_row_takes_its_transaction_along(store: Store) -> None:
    fill(store, 3)
    before = _rows(store)
    door = OwnDoor()
    store.guard(TABLES, door)

    def write() -> None:
        with store.transaction() as connection:
            with door.opened():
                connection.execute(UPDATE)
            connection.execute(INSERT)

    with pytest.raises(NotSavedError):
        write()
    assert _rows(store) == before


def test_what_is_not_guarded_is_written_and_a_door_can_be_replaced(store: Store) -> None:
    first, second = OwnDoor(), OwnDoor()
    store.guard(TABLES, first)
    store.guard(TABLES, second)
    store.connection.execute("CREATE TABLE draft (id TEXT)")
    store.connection.execute("INSERT INTO draft VALUES ('d')")
    with first.opened(), pytest.raises(Exception, match="written outside the log"):
        store.connection.execute(INSERT)


def test_a_door_that_fails_refuses(store: Store) -> None:
    class Broken:
        def state(self) -> int:
            raise RuntimeError

    fill(store, 3)
    store.guard(TABLES, Broken())
    with pytest.raises(StoreError), store.transaction() as connection:
        connection.execute(INSERT)
    assert store.connection.execute("SELECT count(*) FROM attendance").fetchone() == (3,)


def test_the_guard_is_the_connections_own_and_not_the_files(store: Store) -> None:
    store.guard(TABLES, OwnDoor())
    names = store.connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    assert names == []


def test_a_local_writer_writes_its_own_tables_only(store: Store) -> None:
    fill(store, 3)
    store.connection.execute("CREATE TABLE draft (id TEXT)")
    local = store.local_writer(TABLES)
    local.execute("INSERT INTO draft VALUES ('d')")
    with pytest.raises(Exception, match="written outside the log"):
        local.execute(INSERT)
    assert store.connection.execute("SELECT id FROM draft").fetchall() == [("d",)]


def test_a_reader_cannot_write_at_all(store: Store) -> None:
    fill(store, 3)
    for reader in (store.reader(), connect(store.paths.database, store._data_key, read_only=True)):
        with pytest.raises(Exception, match="readonly"):
            reader.execute(INSERT)
        reader.close()
