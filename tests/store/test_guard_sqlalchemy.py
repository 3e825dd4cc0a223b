"""No way past the writer with SQLAlchemy either: every way it has of writing, on the desk's own guarded connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import create_engine, delete, insert, literal, select, text, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlmodel import Session as ModelSession
from sqlmodel import SQLModel, col

from vejleder_tui.model import RECORDS, Centre, Contested, Operation, Organisation
from vejleder_tui.oplog import Door, read_row, state_digest
from vejleder_tui.services.desk import GUARDED
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.store.failures import is_database_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from vejleder_tui.services.desk import Desk

ROW = organisation_id("0183")
NEW: dict[str, Any] = {"id": "x", "void": False, "leaves": "", "name": "past the log"}
CHANGED: dict[str, Any] = {"id": ROW, "name": "past the log"}


def core(statement: Any, rows: list[dict[str, Any]] | None = None) -> Callable[[Engine], None]:
    def run(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(statement, rows)

    return run


def session(act: Callable[[Session], object], kind: type[Session] = Session) -> Callable[[Engine], None]:
    def run(engine: Engine) -> None:
        with kind(engine) as opened:
            act(opened)
            opened.commit()

    return run


def raw(sql: str) -> Callable[[Engine], None]:
    def run(engine: Engine) -> None:
        engine.raw_connection().cursor().execute(sql)

    return run


def as_driver_sql(sql: str, *rows: Any) -> Callable[[Engine], None]:
    def run(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(sql, *rows)

    return run


def rename(opened: Session) -> None:
    found = opened.get(Organisation, ROW)
    assert found is not None
    found.name = "past the log"


def away(opened: Session) -> None:
    opened.delete(opened.get(Organisation, ROW))


WAYS: dict[str, Callable[[Engine], None]] = {
    "core insert": core(insert(Organisation), [NEW]),
    "core insert many": core(insert(Organisation), [NEW, {**NEW, "id": "y"}]),
    "core insert returning": core(insert(Organisation).values(NEW).returning(col(Organisation.id))),
    "core insert from select": core(
        insert(Organisation).from_select(
            ["id", "void", "leaves"], select(literal("x"), col(Organisation.void), col(Organisation.leaves))
        )
    ),
    "core or replace": core(insert(Organisation).prefix_with("OR REPLACE"), [{**NEW, "id": ROW}]),
    "core upsert": core(
        sqlite_insert(Organisation)
        .values({**NEW, "id": ROW})
        .on_conflict_do_update(index_elements=["id"], set_={"name": "past the log"})
    ),
    "core update": core(update(Organisation).values(name="past the log")),
    "core update from": core(
        update(Organisation).where(col(Organisation.id) != col(Centre.id)).values(name="past the log")
    ),
    "core delete": core(delete(Organisation)),
    "text": core(text("UPDATE organisation SET name = 'past the log'")),
    "driver's sql": as_driver_sql("UPDATE organisation SET name = 'past the log'"),
    "driver's sql many": as_driver_sql(
        "INSERT INTO organisation (id, void, leaves) VALUES (?, 0, '')", [("x",), ("y",)]
    ),
    "raw cursor": raw("DELETE FROM organisation"),
    "raw replace": raw(f"REPLACE INTO organisation (id, void, leaves) VALUES ('{ROW}', 1, '')"),
    "raw update from": raw(
        "UPDATE organisation SET name = c.name FROM centre c WHERE c.organisation = organisation.id"
    ),
    "add": session(lambda opened: opened.add(Organisation(**NEW))),
    "add, with the model's session": session(lambda opened: opened.add(Organisation(**NEW)), ModelSession),
    "change an object": session(rename),
    "change an object of the model's session": session(rename, ModelSession),
    "delete an object": session(away),
    "merge": session(lambda opened: opened.merge(Organisation(**CHANGED))),
    "bulk insert": session(lambda opened: opened.execute(insert(Organisation), [NEW])),
    "bulk update": session(lambda opened: opened.execute(update(Organisation), [CHANGED])),
    "bulk update where": session(lambda opened: opened.execute(update(Organisation).values(name="past the log"))),
    "bulk delete": session(lambda opened: opened.execute(delete(Organisation))),
    "bulk_save_objects": session(lambda opened: opened.bulk_save_objects([Organisation(**NEW)])),
    "bulk_insert_mappings": session(lambda opened: opened.bulk_insert_mappings(Organisation, [NEW])),
    "bulk_update_mappings": session(lambda opened: opened.bulk_update_mappings(Organisation, [CHANGED])),
    "query.update": session(lambda opened: opened.query(Organisation).update({"name": "past the log"})),
    "query.delete": session(lambda opened: opened.query(Organisation).delete()),
    "an operation": session(
        lambda opened: opened.add(
            Operation(device="d", seq=1, hash="h", txn=1, table_name="organisation", row="x", line="{}")
        )
    ),
    "an operation's line": core(update(Operation).values(line=None)),
    "an operation away": core(delete(Operation)),
    "a conflict": session(
        lambda opened: opened.add(Contested(table_name="organisation", row=ROW, field="name", hash="h", value="1"))
    ),
}


@pytest.fixture
def engine(desk: Desk) -> Engine:
    return create_engine(
        "sqlite://", module=driver, creator=lambda: desk.store.connection, poolclass=StaticPool, hide_parameters=True
    )


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_sqlalchemy_is_refused(desk: Desk, engine: Engine, way: str) -> None:
    before, row = state_digest(desk.store.connection), read_row(desk.store.connection, "organisation", ROW)
    with pytest.raises(Exception, match=r"written outside the log|append-only") as caught:
        WAYS[way](engine)
    assert is_database_error(caught.value)
    assert state_digest(desk.store.connection) == before
    assert read_row(desk.store.connection, "organisation", ROW) == row


@pytest.mark.parametrize("table", sorted([*RECORDS, *GUARDED]))
@pytest.mark.parametrize("act", ["INSERT", "UPDATE", "DELETE"])
def test_every_table_of_the_schema_is_guarded(desk: Desk, table: str, act: str) -> None:
    """The triggers are asked a row at a time, so an empty table has to be filled first: through the door."""
    database, door = desk.store.connection, desk.store.door
    assert isinstance(door, Door)
    columns = [one.name for one in SQLModel.metadata.tables[table].columns]
    fill = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    database.execute("BEGIN")
    database.execute("PRAGMA defer_foreign_keys = on")
    with door.opened():
        database.execute(fill, [str(number) for number, _name in enumerate(columns)])
    sql = {
        "INSERT": fill.replace("?", "'7'"),
        "UPDATE": f"UPDATE {table} SET {columns[0]} = '7'",
        "DELETE": f"DELETE FROM {table}",
    }
    with pytest.raises(driver.IntegrityError, match=r"written outside the log|append-only"):
        database.execute(sql[act])
    database.execute("ROLLBACK")


def test_a_statement_that_sqlalchemy_prepared_while_the_door_was_open_is_refused_afterwards(
    desk: Desk, engine: Engine
) -> None:
    door = desk.store.door
    assert isinstance(door, Door)
    statement = update(Organisation).where(col(Organisation.id) == ROW).values(name="past the log")
    with engine.connect() as connection:
        desk.store.connection.execute("BEGIN")
        with door.opened():
            assert connection.execute(statement).rowcount == 1
        desk.store.connection.execute("ROLLBACK")
        with pytest.raises(Exception, match="written outside the log"):
            connection.execute(statement)
    assert read_row(desk.store.connection, "organisation", ROW).values["name"] == "Ishøj"  # type: ignore[union-attr]
