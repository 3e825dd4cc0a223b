"""A real encrypted store in a temporary folder; passphrases cost little here, as Argon2id is not what is tested."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.store.slots import Cost
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSPHRASE = "ravn kaffe bro torsdag"
CHEAP = Cost(memory_kib=64, iterations=1, lanes=1)
NOW = datetime(2026, 11, 24, 8, 2, tzinfo=UTC)
PLAIN = ("Vejs Prøvesen", "2512484916", "kom sent, men var glad")


def migrate(connection: Any) -> None:
    """Stand in for the migrations: two tables and a version, in a transaction of their own."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT NOT NULL)")
    connection.execute("DELETE FROM alembic_version")
    connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.execute("CREATE TABLE IF NOT EXISTS citizen (id TEXT PRIMARY KEY, name TEXT, cpr TEXT)")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS attendance (id TEXT PRIMARY KEY, note TEXT, "
        "citizen TEXT REFERENCES citizen (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    connection.execute("COMMIT")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "store")


def make_store(paths: StorePaths, clock: FixedClock) -> tuple[Store, str]:
    return Store.create(
        paths,
        passphrase=PASSPHRASE,
        worker_label="MJ",
        worker_id="worker-1",
        randomness=SystemRandomness(),
        clock=clock,
        migrate=migrate,
        cost=CHEAP,
    )


@pytest.fixture
def store(paths: StorePaths, clock: FixedClock) -> Iterator[Store]:
    made, _code = make_store(paths, clock)
    with made:
        yield made


def fill(store: Store, rows: int = 2000) -> None:
    """Write enough rows that the database has many pages."""
    with store.transaction() as connection:
        connection.execute("INSERT INTO citizen VALUES ('c1', ?, ?)", PLAIN[:2])
        connection.executemany(
            "INSERT INTO attendance VALUES (?, ?, 'c1')",
            [(f"a{number}", f"{PLAIN[2]} {number}") for number in range(rows)],
        )
