"""The migrations make exactly the model's tables, in one transaction that can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlcipher3.dbapi2 as driver
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from vejleder_tui.migrations import LAPTOP_EARLIER, LAPTOP_HEADS
from vejleder_tui.migrations import run as migrations
from vejleder_tui.model import Local

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Any]:
    made = driver.connect(str(tmp_path / "plain.db"), isolation_level=None)
    yield made
    made.close()


def _upgrade(connection: Any) -> None:
    connection.execute("BEGIN IMMEDIATE")
    migrations.upgrade_laptop(connection)
    connection.execute("COMMIT")


def test_migrated_tables_are_those_of_the_model(connection: Any) -> None:
    _upgrade(connection)
    engine = create_engine("sqlite://", module=driver, creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as bound:
        context = MigrationContext.configure(bound, opts={"compare_type": True, "compare_server_default": True})
        every: Any = [SQLModel.metadata, Local.metadata]
        assert compare_metadata(context, every) == []


def test_heads_are_written_down_for_the_start(connection: Any) -> None:
    _upgrade(connection)
    found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert {row[0] for row in found} == LAPTOP_HEADS


def test_every_revision_is_written_down_for_the_start() -> None:
    folder = Path(migrations.__file__).parent
    names = {file.name.split("_")[0] for line in ("shared", "laptop") for file in (folder / line).glob("[sl]0*.py")}
    assert names == LAPTOP_HEADS | LAPTOP_EARLIER
    assert not LAPTOP_HEADS & LAPTOP_EARLIER


def test_a_migration_that_is_cut_short_leaves_nothing(connection: Any) -> None:
    connection.execute("BEGIN IMMEDIATE")
    migrations.upgrade_laptop(connection)
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_upgrading_again_changes_nothing(connection: Any) -> None:
    _upgrade(connection)
    before = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    _upgrade(connection)
    assert connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall() == before


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM operation",
        "UPDATE operation SET line = 'another'",
        "UPDATE operation SET hash = 'x'",
        "UPDATE operation SET seq = 2",
        "UPDATE operation SET device = 'y'",
    ],
)
def test_the_log_is_append_only_without_the_guard_too(connection: Any, sql: str) -> None:
    _upgrade(connection)
    connection.execute(
        "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES ('h', 'd', 1, 1, 't', 'r', 'line')"
    )
    with pytest.raises(driver.IntegrityError, match="append-only"):
        connection.execute(sql)


def test_an_erase_may_take_a_line_and_a_withheld_one_may_be_filled_in(connection: Any) -> None:
    _upgrade(connection)
    connection.execute(
        "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES ('h', 'd', 1, 1, 't', 'r', 'line')"
    )
    connection.execute("UPDATE operation SET line = NULL")
    connection.execute("UPDATE operation SET line = 'line'")
    assert connection.execute("SELECT line FROM operation").fetchone() == ("line",)
