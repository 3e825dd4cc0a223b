"""Create, open, write, read beside it, close; what the files look like to anybody without the key."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import CHEAP, NOW, PASSPHRASE, PLAIN, fill, make_store, migrate
from vejleder_tui.errors import BusyError, NotSavedError, RuleError, StoreError
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.store.backup import backup_folder, list_backups
from vejleder_tui.store.connection import connect, needs_migration, schema_versions
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.store import Store, StoreStatus, store_status

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths


NEXT, FORMER = frozenset({"0002"}), frozenset({"0001"})


def _keys(paths: StorePaths, clock: FixedClock) -> KeyFile:
    return KeyFile(paths.keys, clock=clock, randomness=SystemRandomness(), cost=CHEAP)


def test_a_new_store_opens_again_with_the_passphrase_and_with_the_code(paths: StorePaths, clock: FixedClock) -> None:
    assert store_status(paths) is StoreStatus.MISSING
    made, code = make_store(paths, clock)
    with made:
        fill(made, 3)
    assert store_status(paths) is StoreStatus.PRESENT
    for unlocked in (
        _keys(paths, clock).unlock_with_passphrase("worker-1", PASSPHRASE),
        _keys(paths, clock).unlock_with_recovery(code),
    ):
        with Store.open(paths, unlocked, clock=clock) as again:
            assert again.connection.execute("SELECT count(*) FROM attendance").fetchone() == (3,)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 0),
        ("cache_size", -65536),
        ("busy_timeout", 5000),
    ],
)
def test_every_connection_has_the_settings_of_the_design(store: Store, setting: str, value: object) -> None:
    for connection in (store.connection, store.reader(), store.local_writer(())):
        assert connection.execute(f"PRAGMA {setting}").fetchone()[0] == value
    assert store.reader().execute("PRAGMA query_only").fetchone() == (1,)
    assert store.connection.execute("PRAGMA query_only").fetchone() == (0,)


def test_files_are_private_and_the_folder_too(store: Store) -> None:
    fill(store, 3)
    store.backup()
    modes = {
        path.relative_to(store.paths.folder).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in [store.paths.folder, *store.paths.folder.rglob("*")]
    }
    assert {"vejleder.db", "vejleder.db-wal", "vejleder.db-shm", "vejleder.keys.json", "vejleder.lock"} <= set(modes)
    assert {name: oct(mode) for name, mode in modes.items() if mode not in (0o600, 0o700)} == {}
    assert modes["."] == modes["kopier"] == 0o700


def test_a_folder_that_was_open_to_all_is_closed(paths: StorePaths, clock: FixedClock) -> None:
    paths.folder.mkdir()
    paths.folder.chmod(0o755)
    make_store(paths, clock)[0].close()
    assert stat.S_IMODE(paths.folder.stat().st_mode) == 0o700


def test_nothing_readable_lies_in_the_folder(store: Store) -> None:
    fill(store)
    store.backup()
    store.connection.execute("SELECT note FROM attendance ORDER BY note").fetchall()
    searched = [path for path in store.paths.folder.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") and path.stat().st_size for path in searched)
    store.close()
    searched += [path for path in store.paths.folder.rglob("*") if path.is_file() and path not in searched]
    for path in searched:
        raw = path.read_bytes() if path.exists() else b""
        assert not raw.startswith(b"SQLite format 3")
        for text in (*PLAIN, "attendance", "CREATE TABLE", PASSPHRASE, store._data_key.hex()):
            assert text.encode() not in raw, path.name
            assert text.encode("utf-16-le") not in raw, path.name


def test_two_programs_cannot_write_but_the_second_can_read(store: Store, clock: FixedClock) -> None:
    fill(store, 3)
    unlocked = _keys(store.paths, clock).unlock_with_passphrase(None, PASSPHRASE)
    with pytest.raises(BusyError, match=r"MJ siden 09:02"):
        Store.open(store.paths, unlocked, clock=clock)
    with Store.open(store.paths, unlocked, clock=clock, write=False) as second:
        assert not second.writes
        assert second.connection.execute("SELECT count(*) FROM attendance").fetchone() == (3,)
        with pytest.raises(NotSavedError), second.transaction() as connection:
            connection.execute("DELETE FROM attendance")
    store.close()
    Store.open(store.paths, unlocked, clock=clock).close()


def test_a_reader_sees_the_last_commit_while_the_next_is_being_written(store: Store) -> None:
    fill(store, 3)
    reader = store.reader()
    with store.transaction() as connection:
        connection.execute("DELETE FROM attendance WHERE id = 'a1'")
        assert reader.execute("SELECT count(*) FROM attendance").fetchone() == (3,)
    assert reader.execute("SELECT count(*) FROM attendance").fetchone() == (2,)


def test_a_connection_that_is_released_is_closed_and_forgotten(store: Store) -> None:
    for connection in (store.reader(), store.local_writer(())):
        store.release(connection)
        with pytest.raises(Exception, match="closed"):
            connection.execute("SELECT 1")
        store.release(connection)
    assert store._others == []


def test_a_second_writer_on_the_same_file_waits_and_is_told(store: Store) -> None:
    store.connection.execute("CREATE TABLE draft (id TEXT)")
    local = store.local_writer(())
    local.execute("PRAGMA busy_timeout = 1")
    with store.transaction() as connection:
        connection.execute("INSERT INTO draft VALUES ('a')")
        other = Store(store.paths, local, store._data_key, store.clock, None)
        with pytest.raises(BusyError, match="lige nu"), other.transaction():
            pass


def test_an_inner_transaction_joins_and_its_failure_undoes_the_whole(store: Store) -> None:
    with store.transaction() as outer:
        outer.execute("INSERT INTO citizen VALUES ('c1', 'n', '')")
        with store.transaction() as inner:
            assert inner is outer
            inner.execute("INSERT INTO citizen VALUES ('c2', 'n', '')")
        assert outer.in_transaction

    def swallow() -> None:
        with store.transaction() as outer:
            outer.execute("INSERT INTO citizen VALUES ('c3', 'n', '')")
            with contextlib.suppress(KeyError), store.transaction():
                raise KeyError

    with pytest.raises(NotSavedError, match="intet af den"):
        swallow()
    with store.transaction() as outer:
        outer.execute("INSERT INTO citizen VALUES ('c4', 'n', '')")
    assert store.connection.execute("SELECT id FROM citizen ORDER BY id").fetchall() == [("c1",), ("c2",), ("c4",)]


def test_an_error_of_the_caller_comes_out_as_it_is_and_undoes(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as connection:
            connection.execute("INSERT INTO citizen VALUES ('c1', 'n', '')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not store.connection.in_transaction
    assert store.connection.execute("SELECT count(*) FROM citizen").fetchone() == (0,)


def test_a_broken_reference_is_found_at_commit_and_named_without_values(store: Store) -> None:
    with pytest.raises(NotSavedError, match="passer ikke") as caught, store.transaction() as connection:
        connection.execute("INSERT INTO attendance VALUES ('a', 'hemmelig', 'nobody')")
    assert "hemmelig" not in str(caught.value)
    assert not store.connection.in_transaction


def test_another_threads_transaction_waits_its_turn(store: Store) -> None:
    inside, seen = threading.Event(), []

    def other() -> None:
        inside.wait(5)
        with store.transaction() as connection:
            seen.append(connection.execute("SELECT count(*) FROM citizen").fetchone()[0])

    thread = threading.Thread(target=other)
    thread.start()
    with store.transaction() as connection:
        inside.set()
        for number in range(50):
            connection.execute("INSERT INTO citizen VALUES (?, 'n', '')", (str(number),))
    thread.join(10)
    assert seen == [50]


def test_creating_where_something_stands_is_refused(store: Store, clock: FixedClock) -> None:
    raw = store.paths.keys.read_bytes()
    store.close()
    with pytest.raises(StoreError, match="allerede"):
        make_store(store.paths, clock)
    store.paths.database.rename(store.paths.folder / "elsewhere")
    assert store_status(store.paths) is StoreStatus.DATABASE_MISSING
    with pytest.raises(StoreError, match="allerede"):
        make_store(store.paths, clock)
    assert store.paths.keys.read_bytes() == raw


def test_a_weak_passphrase_leaves_nothing_and_only_the_sandbox_may_have_one(
    paths: StorePaths, clock: FixedClock
) -> None:
    def create(passphrase: str, **more: Any) -> Store:
        return Store.create(
            paths, passphrase=passphrase, worker_label="MJ", worker_id="w", randomness=SystemRandomness(),
            clock=clock, migrate=migrate, cost=CHEAP, **more,
        )[0]  # fmt: skip

    with pytest.raises(RuleError):
        create("demo")
    assert not paths.folder.exists()
    create("demo", allow_weak=True).close()


@pytest.mark.parametrize("step", ["keys", "migrate", "rename"])
def test_a_creation_cut_short_is_recognised_and_begun_anew(
    paths: StorePaths, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Cut(BaseException):
        pass

    def cut(*_arguments: object, **_more: object) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        if step == "keys":
            patch.setattr(KeyFile, "create", cut)
        if step == "rename":
            patch.setattr("vejleder_tui.store.store.sync_file", cut)
        with pytest.raises(Cut):
            Store.create(
                paths, passphrase=PASSPHRASE, worker_label="MJ", worker_id="w", randomness=SystemRandomness(),
                clock=clock, migrate=cut if step == "migrate" else migrate, cost=CHEAP,
            )  # fmt: skip
    assert store_status(paths) is StoreStatus.UNFINISHED
    made, code = make_store(paths, clock)
    made.close()
    assert store_status(paths) is StoreStatus.PRESENT
    assert not list(paths.folder.glob("*.new*"))
    Store.open(paths, _keys(paths, clock).unlock_with_recovery(code), clock=clock).close()


def test_the_schemas_version_is_read_without_alembic(store: Store, tmp_path: Path) -> None:
    assert schema_versions(store.connection) == {"0001"}
    assert needs_migration(store.connection, frozenset({"0002"}), frozenset({"0001"}))
    assert not needs_migration(store.connection, frozenset({"0001"}))
    empty = connect(tmp_path / "empty.db", bytes(32), create=True)
    assert schema_versions(empty) == frozenset()
    empty.close()


def test_a_migration_runs_once_after_a_backup(store: Store, clock: FixedClock) -> None:
    fill(store, 3)
    paths, key = store.paths, store._data_key
    store.close()
    runs = []

    def upgrade(connection: Any) -> None:
        runs.append(len(list_backups(backup_folder(paths))))
        connection.executescript("BEGIN; UPDATE alembic_version SET version_num = '0002'; COMMIT")

    for _time in range(2):
        Store.open(paths, key, clock=clock, migrate=upgrade, heads=NEXT, earlier=FORMER).close()
    assert runs == [1]


def test_a_failed_migration_leaves_the_store_as_it_was(store: Store, clock: FixedClock) -> None:
    paths, key = store.paths, store._data_key
    store.close()

    def broken(connection: Any) -> None:
        connection.execute("BEGIN")
        connection.execute("DROP TABLE attendance")
        connection.execute("SELECT * FROM nowhere")

    with pytest.raises(StoreError):
        Store.open(paths, key, clock=clock, migrate=broken, heads=NEXT, earlier=FORMER)
    with Store.open(paths, key, clock=clock) as again:
        assert again.connection.execute("SELECT count(*) FROM attendance").fetchone() == (0,)


@pytest.mark.parametrize("write", [True, False])
def test_a_store_of_a_newer_program_is_refused_and_not_touched(store: Store, clock: FixedClock, *, write: bool) -> None:
    paths, key = store.paths, store._data_key
    store.connection.execute("UPDATE alembic_version SET version_num = '0009'")
    store.close()
    before = paths.database.read_bytes()

    def never(_connection: Any) -> None:
        raise AssertionError

    with pytest.raises(StoreError, match=r"nyere version af Vejleder.*Opdatér"):
        Store.open(paths, key, clock=clock, write=write, migrate=never, heads=NEXT, earlier=FORMER)
    assert paths.database.read_bytes() == before
    assert list_backups(backup_folder(paths)) == []
    Store.open(paths, key, clock=clock).close()


def test_an_older_store_is_not_read_before_it_is_brought_up_to_date(store: Store, clock: FixedClock) -> None:
    with pytest.raises(StoreError, match="ældre version"):
        Store.open(store.paths, store._data_key, clock=clock, write=False, migrate=migrate, heads=NEXT, earlier=FORMER)


def test_closing_empties_the_wal_and_twice_is_harmless(paths: StorePaths, clock: FixedClock) -> None:
    made, _code = make_store(paths, clock)
    made.reader()
    fill(made, 50)
    made.close()
    made.close()
    wal = paths.database.with_name("vejleder.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0


FIRST_PAINT = """
import sys
import vejleder_tui.store.store, vejleder_tui.store.check, vejleder_tui.store.mark
heavy = {"sqlmodel", "sqlalchemy", "pydantic", "alembic", "cryptography", "sqlcipher3", "pyrage", "textual"}
print(sorted(heavy & set(sys.modules)))
"""


def test_importing_the_store_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_PAINT], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


QUIET = """
import sys
from pathlib import Path
from vejleder_tui.errors import VejlederError
from vejleder_tui.store.connection import connect
try:
    connection = connect(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
    connection.execute("SELECT count(note) FROM attendance").fetchall()
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize("damage", ["key", "salt", "page", "cut"])
def test_nothing_is_printed_whatever_is_wrong(store: Store, damage: str) -> None:
    fill(store)
    key = store._data_key if damage != "key" else bytes(32)
    store.close()
    raw = bytearray(store.paths.database.read_bytes())
    if damage == "salt":
        raw[3] ^= 1
    if damage == "page":
        for at in range(5000, len(raw), 4096):
            raw[at] ^= 1
    if damage == "cut":
        del raw[len(raw) // 2 :]
    store.paths.database.write_bytes(raw)
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(store.paths.database), key.hex()], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert done.stdout in ("DamagedError\n", "DatabaseError\n")


def test_the_umask_does_not_matter(paths: StorePaths, clock: FixedClock) -> None:
    before = os.umask(0)
    try:
        made, _code = make_store(paths, clock)
        fill(made, 3)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in paths.folder.iterdir() if path.is_file()}
        made.close()
    finally:
        os.umask(before)
    assert modes == {0o600}
    assert clock.now() == NOW


def test_the_store_opens_at_each_step_of_a_rotation_of_its_data_key(store: Store, clock: FixedClock) -> None:
    fill(store, 50)
    paths = store.paths
    store.close()
    keys = _keys(paths, clock)

    def count() -> int:
        with Store.open(paths, keys.unlock_with_passphrase(None, PASSPHRASE), clock=clock) as opened:
            return int(opened.connection.execute("SELECT count(*) FROM attendance").fetchone()[0])

    both = keys.begin_rotation(keys.unlock_with_passphrase(None, PASSPHRASE))
    assert count() == 50
    with Store.open(paths, both, clock=clock) as opened:
        opened.connection.execute(f"PRAGMA rekey = \"x'{both.data_key.hex()}'\"")
    assert count() == 50
    keys.finish_rotation(both, PASSPHRASE)
    assert count() == 50
    with pytest.raises(StoreError):
        connect(paths.database, both.data_keys[1])


def test_a_creation_that_fails_cleans_up_after_itself(paths: StorePaths, clock: FixedClock) -> None:
    def broken(connection: Any) -> None:
        connection.execute("SELECT * FROM nowhere")

    with pytest.raises(StoreError):
        Store.create(
            paths, passphrase=PASSPHRASE, worker_label="MJ", worker_id="w", randomness=SystemRandomness(),
            clock=clock, migrate=broken, cost=CHEAP,
        )  # fmt: skip
    assert store_status(paths) is StoreStatus.MISSING
    assert [path.name for path in paths.folder.iterdir() if path.name != "vejleder.keys.lock"] == ["vejleder.lock"]
