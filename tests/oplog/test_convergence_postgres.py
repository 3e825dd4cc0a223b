"""The same histories with a centre on PostgreSQL among the laptops: what it folds is what SQLite folds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.central.conftest import server
from tests.oplog.replicas import Replica
from tests.oplog.test_convergence import History
from vejleder_tui.central.database import Postgres
from vejleder_tui.central.identity import make_identity
from vejleder_tui.central.setup import init
from vejleder_tui.ids import SeededRandomness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.central.server import Server

__all__ = ["server"]

HISTORIES = int(os.environ.get("VEJLEDER_HISTORIES", "500")) // 25


@pytest.fixture(scope="module")
def postgres(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The database of a centre that was just made."""
    made = Postgres(server.new_database())
    identity = make_identity(tmp_path_factory.mktemp("keys") / "id.txt", SeededRandomness(7))
    init(made, identity, name="Centralen", municipality="0183", randomness=SeededRandomness(8))
    yield made
    made.close()


def emptied(database: Postgres) -> Postgres:
    """Return the database with nothing in any table of the log."""
    found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    tables = ", ".join(f'"{name}"' for (name,) in found if not name.startswith(("central_", "alembic_")))
    database.execute("SET session_replication_role = replica")  # else the log refuses
    database.execute(f"TRUNCATE {tables} CASCADE")
    database.execute("SET session_replication_role = origin")
    return database


def test_any_history_converges_with_a_centre_on_postgresql(postgres: Postgres) -> None:
    for seed in range(5_000_000, 5_000_000 + HISTORIES):
        try:
            history = History(seed)
            first = {key: role for key, role in history.roles.items() if key != history.late}
            history.relays.append(Replica(history.world, None, first, database=emptied(postgres)))
            history.run()
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
