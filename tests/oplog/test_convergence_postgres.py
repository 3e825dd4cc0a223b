"""The same histories with a centre on PostgreSQL among the laptops: what it folds is what SQLite folds."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.central.conftest import server
from tests.oplog.replicas import Replica
from tests.oplog.test_convergence import History
from vejleder_tui.bundle.chain import Absent, Line, Started, Taken
from vejleder_tui.bundle.header import Cover
from vejleder_tui.central.database import Postgres
from vejleder_tui.central.identity import make_identity
from vejleder_tui.central.set_fold import SetFold
from vejleder_tui.central.setup import init
from vejleder_tui.central.staging import Stage
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import Applied, Erasures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.central.server import Server
    from vejleder_tui.bundle.chain import Piece

__all__ = ["server"]

HISTORIES = int(os.environ.get("VEJLEDER_HISTORIES", "500")) // 50


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


class StagedReplica(Replica):
    """A centre that takes what comes through its staging table, every run of writes as a set, however few they are."""

    database: Postgres

    def take_in(self, bundle: list[tuple[Any, ...]]) -> Applied:
        stage = Stage("run", Erasures.load(self.database), few=1)
        with stage.copying(self.database) as heard:
            device = ""
            for what, *parts in bundle:
                device = parts[0] if what == "path" else device
                heard(_piece(device, what, *parts), json.loads(parts[2]) if what == "operation" else None)
        with self.database.writing(None):
            fold = SetFold(self.database, self.roles, judged_under=stage.erasures)
            stage.apply(self.database, fold)
            return fold.finish()


def _piece(device: str, what: str, *parts: Any) -> Piece:
    if what == "operation":
        return Line(device, parts[0], parts[1], parts[2].encode())
    if what == "absent":
        return Absent(device, *parts)
    if what == "taken":
        return Taken(device, *parts)
    return Started(Cover(*parts))


@pytest.mark.parametrize("kind", [Replica, StagedReplica])
def test_any_history_converges_with_a_centre_on_postgresql(postgres: Postgres, kind: type[Replica]) -> None:
    for seed in range(5_000_000, 5_000_000 + HISTORIES):
        try:
            history = History(seed)
            first = {key: role for key, role in history.roles.items() if key != history.late}
            history.relays.append(kind(history.world, None, first, database=emptied(postgres)))
            history.run()
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
