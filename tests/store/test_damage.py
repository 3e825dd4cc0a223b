"""A wrong passphrase is told from a damaged file, wherever the damage is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import CHEAP, PASSPHRASE, fill
from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import set_language
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.store.check import Problem, check
from vejleder_tui.store.connection import connect
from vejleder_tui.store.failures import DamagedError, translate_error
from vejleder_tui.store.keyfile import KeyFile, WrongPassphraseError
from vejleder_tui.store.store import Store, StoreStatus, store_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths

PAGE = 4096


@pytest.fixture
def closed(store: Store) -> StorePaths:
    """Return a store of many pages, closed."""
    fill(store)
    store.close()
    return store.paths


def _change(paths: StorePaths, change: Callable[[bytearray], None]) -> None:
    raw = bytearray(paths.database.read_bytes())
    change(raw)
    paths.database.write_bytes(raw)


def _flip(at: int) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        raw[at % len(raw)] ^= 0x10

    return change


def _cut(length: int) -> Callable[[bytearray], None]:
    def change(raw: bytearray) -> None:
        del raw[length % len(raw) :]

    return change


def _open(paths: StorePaths, clock: FixedClock, passphrase: str = PASSPHRASE) -> Store:
    keys = KeyFile(paths.keys, clock=clock, randomness=SystemRandomness(), cost=CHEAP)
    return Store.open(paths, keys.unlock_with_passphrase(None, passphrase), clock=clock)


DAMAGE = {
    "first byte of the salt": _flip(0),
    "last byte of the salt": _flip(15),
    "header": _flip(40),
    "first page's code": _flip(PAGE - 1),
    "cut to nothing": _cut(0),
    "cut to the salt": _cut(16),
    "cut to a page": _cut(PAGE),
    "cut inside a page": _cut(5 * PAGE + 100),
    "last page lost": _cut(-PAGE),
}


@pytest.mark.parametrize("place", DAMAGE)
def test_damage_that_shows_at_once(closed: StorePaths, clock: FixedClock, place: str) -> None:
    _change(closed, DAMAGE[place])
    before = closed.database.read_bytes()
    with pytest.raises(WrongPassphraseError):
        _open(closed, clock, "forkert sætning helt")
    with pytest.raises(DamagedError, match=r"Adgangssætningen er rigtig, og intet er ændret. Der er ingen kopi"):
        _open(closed, clock)
    assert closed.database.read_bytes() == before
    assert store_status(closed) is StoreStatus.PRESENT
    # The lock was given back.
    with pytest.raises(DamagedError):
        _open(closed, clock)


def test_damage_in_the_middle_shows_when_it_is_read_and_never_as_other_data(
    closed: StorePaths, clock: FixedClock
) -> None:
    size = closed.database.stat().st_size
    _change(closed, _flip(size // 2))
    with _open(closed, clock) as opened:
        with pytest.raises(DamagedError), opened.transaction() as connection:
            connection.execute("SELECT sum(length(note)) FROM attendance").fetchall()
        problems = check(opened.connection)
    page = size // 2 // PAGE + 1
    assert Problem("cipher_integrity_check", f"HMAC verification failed for page {page}") in problems


def test_every_page_is_covered_by_the_check(closed: StorePaths, clock: FixedClock) -> None:
    whole = closed.database.read_bytes()
    for page in range(1, len(whole) // PAGE, 7):
        closed.database.write_bytes(whole)
        _change(closed, _flip(page * PAGE + 77))
        try:
            opened = _open(closed, clock)
        except DamagedError:
            continue
        with opened:
            assert check(opened.connection)
    closed.database.write_bytes(whole)
    with _open(closed, clock) as opened:
        assert check(opened.connection) == []


def test_the_message_names_the_newest_backup_in_danish_time(store: Store, clock: FixedClock) -> None:
    fill(store)
    store.backup()
    store.close()
    _change(store.paths, _flip(3))
    with pytest.raises(DamagedError) as caught:
        _open(store.paths, clock)
    assert str(caught.value) == (
        "Filen med registreringer er beskadiget. Adgangssætningen er rigtig, og intet er ændret. "
        "Gendan kopien fra 24-11 09:02: vejleder restore"
    )


def test_a_missing_key_file_and_a_missing_database_are_named(closed: StorePaths, clock: FixedClock) -> None:
    aside = closed.folder / "aside"
    closed.keys.rename(aside)
    assert store_status(closed) is StoreStatus.KEYS_MISSING
    with pytest.raises(StoreError, match="Nøglefilen mangler"):
        _open(closed, clock)
    aside.rename(closed.keys)
    closed.database.rename(aside)
    assert store_status(closed) is StoreStatus.DATABASE_MISSING
    with pytest.raises(StoreError, match="Filen med registreringer mangler"):
        _open(closed, clock)


def test_another_stores_database_is_damage_not_a_wrong_passphrase(
    closed: StorePaths, clock: FixedClock, tmp_path: Any
) -> None:
    connect(tmp_path / "other.db", bytes(range(32)), create=True).close()
    closed.database.write_bytes(b"SQLite format 3\0" + bytes(8192))
    with pytest.raises(DamagedError):
        _open(closed, clock)


def test_a_broken_reference_is_named_by_table_and_row(store: Store) -> None:
    fill(store, 3)
    store.connection.execute("PRAGMA foreign_keys = off")
    store.connection.execute("DELETE FROM citizen")
    assert check(store.connection)[0] == Problem("foreign_key_check", "attendance rowid 1 -> citizen")


def test_checks_of_others_run_only_on_a_sound_file(store: Store) -> None:
    fill(store, 3)
    asked = []

    def chain(connection: Any) -> list[Problem]:
        asked.append(connection)
        return [Problem("chain", "operation 7")]

    assert check(store.connection, [chain]) == [Problem("chain", "operation 7")]
    store.connection.execute("PRAGMA foreign_keys = off")
    store.connection.execute("DELETE FROM citizen")
    check(store.connection, [chain])
    assert len(asked) == 1


def test_an_error_wrapped_by_sqlalchemy_is_read_by_its_code() -> None:
    class DriverError(Exception):
        sqlite_errorcode = 13

    class WrappedError(Exception):
        orig = DriverError("database or disk is full")

    assert "disken er fuld" in str(translate_error(WrappedError("INSERT … parameters: hemmelig")))
    assert "hemmelig" not in str(translate_error(WrappedError("hemmelig")))


@pytest.mark.parametrize("code", [*range(1, 29), 266, 522, 778, 1299, 2067, 5386])
def test_every_code_has_words_and_a_next_step(code: int) -> None:
    class DriverError(Exception):
        sqlite_errorcode = code

    set_language("da")
    error = translate_error(DriverError("near hemmelig: syntax error"))
    assert error.message
    assert error.remedy
    assert "hemmelig" not in str(error)
