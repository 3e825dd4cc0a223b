"""The index of persons in the store: made for a store from before there was one, and read by seeks, never by a scan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from vejleder_tui.migrations import run as migrations
from vejleder_tui.migrations.persons import find_persons
from vejleder_tui.queries.citizens import lines_of
from vejleder_tui.queries.persons import alike, count_proposals, group_of, pairs_of, registered, rows_of
from vejleder_tui.rules.text import search_words, sort_key
from vejleder_tui.services.derived import index_citizens

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = (
    ("a", "Einer Lauridsen", "1960-01-02", "0201609995", None, 0),
    ("b", "E. M. Lauridsen", "1960-01-02", "0201609995", None, 0),
    ("c", "Ejner Lauridsen", "1960-01-02", None, None, 0),
    ("d", "Lonni Berg", "1990-01-01", None, "0101901AB3", 0),
    ("e", "Lone Berg", "1990-01-01", None, "0101901AB3", 0),
    ("f", "Lonni Berg", "1990-01-01", None, None, 1),
    ("g", "Åse Ø", None, None, None, 0),
)
READ_BY_SEEK = {"citizen", "enrolment", "c", "a", "b", "e", "n", "w", "citizen_word"}
INDEX = ("citizen_person", "person_proposal", "citizen_word", "citizen_name")


@pytest.fixture
def connection() -> Iterator[Any]:
    made = driver.connect(":memory:", isolation_level=None)
    made.execute("BEGIN IMMEDIATE")
    migrations.upgrade_laptop(made)
    made.execute("COMMIT")
    made.execute("PRAGMA foreign_keys = OFF")
    for citizen, name, born, cpr, substitute, void in PEOPLE:
        made.execute(
            "INSERT INTO citizen (id, void, leaves, name, birth_date, cpr, substitute_number) VALUES (?, ?, '', ?, ?, ?, ?)",
            (citizen, void, name, born, cpr, substitute),
        )
    for citizen, status in (("a", "ended"), ("d", "completed"), ("e", "enrolled")):
        made.execute(
            "INSERT INTO enrolment (id, void, leaves, citizen, status) VALUES (?, 0, '', ?, ?)",
            (citizen, citizen, status),
        )
    yield made
    made.close()


def index_of(connection: Any) -> list[list[tuple[object, ...]]]:
    return [sorted(tuple(row) for row in connection.execute(f"SELECT * FROM {table}")) for table in INDEX]


def test_a_store_from_before_gets_the_index_that_the_program_would_keep(connection: Any) -> None:
    index_citizens(connection, [one[0] for one in PEOPLE])
    expected = index_of(connection)
    assert expected[0] == [("a", "a"), ("b", "a"), ("d", "d"), ("e", "d")]
    assert expected[1] == [("a", "c")]
    for table in INDEX:
        connection.execute(f"DELETE FROM {table}")
    # As the first release wrote it: a line a citizen.
    for citizen, name, _born, _cpr, _substitute, void in PEOPLE:
        if void:
            continue
        words, key = sorted(search_words(name)), sort_key(name)
        for word in words:
            connection.execute(
                "INSERT INTO citizen_word (word, sort_key, citizen) VALUES (?, ?, ?)", (word, key, citizen)
            )
        connection.execute(
            "INSERT INTO citizen_name (citizen, sort_key, folded, ended) VALUES (?, ?, ?, ?)",
            (citizen, key, " " + " ".join(words), citizen in {"a", "d"}),
        )
    engine = create_engine("sqlite://", module=driver, creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as bound:
        find_persons(bound)
        bound.commit()
    assert index_of(connection) == expected


def test_no_question_about_one_person_reads_everybody(connection: Any) -> None:
    index_citizens(connection, [one[0] for one in PEOPLE])
    connection.execute(
        "INSERT INTO same_person (id, void, leaves, first, second, same) VALUES ('s', 0, '', 'a', 'c', 1)"
    )
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    assert group_of(connection, "a") == ("a", "b", "c")
    assert len(alike(connection, name="Lonni Berg", birth_date=date(1990, 1, 1), number="0201609995")) == 2
    assert len(pairs_of(connection, "a")) == 2
    assert set(registered(connection, "a")) == {"a", "b", "c"}
    assert rows_of(connection, ["b"]) == {"b": ("a", "b")}
    assert len(lines_of(connection, [("a", "")])) == 1
    assert count_proposals(connection) == 1
    index_citizens(connection, ["c"])
    connection.set_trace_callback(None)
    assert len(asked) > 20
    scans = [
        (sql, row[3])
        for sql in asked
        if sql.startswith(("SELECT", "DELETE"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        if row[3].startswith("SCAN") and row[3].split()[1] in READ_BY_SEEK
    ]
    assert scans == []
