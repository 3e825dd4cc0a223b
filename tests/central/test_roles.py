"""What the two roles in PostgreSQL can and cannot do, asked as they are; and that exports say the same."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.central.laptop import Laptop
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.export import export
from vejleder_tui.central.roles import INGEST, READ, make_roles
from vejleder_tui.errors import RuleError, StoreError
from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog import table_names
from vejleder_tui.oplog.tables import children_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office

TOKEN = "qzx"
"""Stands in every free text of the person, and in every code that somebody's program filled with a sentence."""


def _as(office: Office, role: str) -> str:
    return f"{office.url}&options=-c%20role%3D{role}"


def _with_roles(office: Office) -> None:
    centre = open_centre(office.url)
    make_roles(centre)
    make_roles(centre)  # again, after an update of the program
    centre.close()


def _read_as(office: Office, role: str, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(_as(office, role)) as connection:
        return list(connection.execute(sql))


def _a_whole_person(laptop: Laptop) -> dict[str, str]:
    """Write a row of every table, with the token in all text, and return the ids by table."""
    rows: dict[str, str] = {}
    for table in _in_order():
        rows[table] = laptop.new_id()
        key: dict[str, str | int | bool | None] = {}
        values: dict[str, str | int | bool | None] = {}
        for name, info in fields_of(table).items():
            value: str | int | bool | None
            if info.references:
                value = rows.get(info.references) if info.references != table else None
            elif info.kind is Kind.TEXT:
                value = f"{TOKEN} {name} 020160-9995"
            elif info.kind is Kind.CODE:
                value = f"{TOKEN} Einer M." if name == "reason" else "present"
            elif info.kind is Kind.INTEGER:
                value = 3
            elif info.kind is Kind.BOOLEAN:
                value = True
            else:
                value = {
                    Kind.DATE: "1960-01-02", Kind.MOMENT: "2026-11-24T09:00:00Z", Kind.DECIMAL: "1.5",
                    Kind.UUID: laptop.new_id(),
                }[info.kind]  # fmt: skip
            if value is not None and table != "device":
                (key if info.key else values)[name] = value
        laptop.write(table, rows[table], key=key, values=values)
    return rows


def _in_order() -> list[str]:
    from vejleder_tui.oplog.tables import table_order

    return list(table_order())


def test_the_read_role_sees_pseudonyms_and_no_word_of_a_person(big_office: Office) -> None:
    _with_roles(big_office)
    laptop = Laptop(1)
    rows = _a_whole_person(laptop)
    big_office.trust(laptop)
    laptop.bundle(big_office.folder, big_office.recipient)
    [taking] = big_office.ingest()
    assert taking.held == {}
    seen: list[str] = []
    views = _read_as(big_office, READ, "SELECT viewname FROM pg_views WHERE schemaname = 'analysis'")
    for (view,) in views:
        found = _read_as(big_office, READ, f'SELECT * FROM analysis."{view}"')
        assert len(found) == 1, view
        seen.extend(str(value) for value in found[0])
    every = " ".join(seen)
    for name in ("programme", "organisation", "venue", "centre"):
        every = every.replace(f"{TOKEN} name 020160-9995", "", 1)  # what the municipality calls its own things
        assert name in {str(view) for (view,) in views}
    assert TOKEN not in every
    assert "9995" not in every
    assert "1960-01-02" not in " ".join(
        str(value) for value in _read_as(big_office, READ, "SELECT * FROM analysis.citizen")[0]
    )
    assert laptop.signer.public.text not in every
    for table in ("citizen", "worker", "enrolment", "attendance", "goal"):
        assert rows[table] not in every


def test_pseudonyms_join_and_stay_the_same(big_office: Office) -> None:
    _with_roles(big_office)
    laptop = Laptop(1)
    _a_whole_person(laptop)
    big_office.trust(laptop)
    laptop.bundle(big_office.folder, big_office.recipient)
    big_office.ingest()
    joined = _read_as(
        big_office, READ,
        "SELECT count(*) FROM analysis.citizen c JOIN analysis.attendance a ON a.citizen = c.id"
        " JOIN analysis.enrolment e ON e.citizen = c.id JOIN analysis.session s ON s.id = a.session",
    )  # fmt: skip
    assert joined == [(1,)]
    [(pseudonym,)] = _read_as(big_office, READ, "SELECT id FROM analysis.citizen")
    assert len(pseudonym) == 32


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM citizen", "SELECT * FROM operation", "SELECT value FROM central_value",
        "SELECT * FROM central_pseudonym", "SELECT * FROM contested", "SELECT * FROM central_bundle",
        "DELETE FROM analysis.citizen", "CREATE TABLE public.mine (id int)", "CREATE TABLE analysis.mine (id int)",
    ],
)  # fmt: skip
def test_the_read_role_has_no_right_to_anything_else(big_office: Office, sql: str) -> None:
    _with_roles(big_office)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _read_as(big_office, READ, sql)


def test_the_ingest_role_takes_in_and_erases_but_trusts_nobody(big_office: Office) -> None:
    from tests.central.erasing import erase_of

    _with_roles(big_office)
    laptop = Laptop(1, role="coordinator")
    big_office.trust(laptop)
    row = laptop.citizen()
    laptop.bundle(big_office.folder, big_office.recipient)
    owner, big_office.url = big_office.url, _as(big_office, INGEST)
    assert [one.state for one in big_office.ingest()] == ["applied"]
    erase_of(laptop, row)
    laptop.bundle(big_office.folder, big_office.recipient)
    assert [one.state for one in big_office.ingest()] == ["applied"]
    assert big_office.read("SELECT count(*) FROM citizen") == [(0,)]
    for sql in (
        "INSERT INTO central_key SELECT * FROM central_key", "DELETE FROM operation", "TRUNCATE operation",
        "DROP TABLE citizen", "UPDATE alembic_version SET version_num = 'x'",
    ):  # fmt: skip
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            _read_as(big_office, INGEST, sql)
    big_office.url = owner


def test_a_new_personal_table_cannot_be_forgotten() -> None:
    """Whoever refers to a person by key is shown under a pseudonym, or without an id."""
    from vejleder_tui.central.pseudonyms import HIDDEN_TABLES, linked_tables, personal_tables

    for parent in ("citizen", "worker"):
        for child, name in children_of(parent):
            assert not fields_of(child)[name].key or child in personal_tables() | HIDDEN_TABLES
    assert {"citizen", "worker", "enrolment", "goal", "grant"} <= linked_tables()
    assert "session" not in personal_tables()


def test_roles_are_of_postgresql(tmp_path: Path) -> None:
    centre = open_centre(f"sqlite:///{tmp_path / 'c.db'}")
    with pytest.raises(StoreError):
        make_roles(centre)
    centre.close()


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_export_has_every_row_and_marks_what_is_contested(office: Office, tmp_path: Path, form: str) -> None:
    one, other = Laptop(1), Laptop(2)
    office.trust(one, other)
    row = one.citizen("Ærø = 1+1")
    create = one.hashes[-1]
    one.write("citizen", row, values={"alias": "=cmd()"}, replaces={})
    other.write("citizen", row, values={"name": "Einar M."}, replaces={"name": [create]})
    one.write("citizen", row, values={"name": "Ejnar M."}, replaces={"name": [create]})
    gone = one.citizen()
    made = one.hashes[-1]
    one.write("citizen", gone, values={"void": True}, replaces={"": [made], "name": [made], "cpr": [made]})
    for laptop in (one, other):
        laptop.bundle(office.folder, office.recipient)
    office.ingest()
    centre = open_centre(office.url)
    found = export(centre, tmp_path / "out", form)  # type: ignore[arg-type]  # one of the two
    centre.close()
    assert (found.rows["citizen"], found.contested) == (1, 2)
    assert set(found.rows) == set(table_names())
    rows = _rows(tmp_path / "out", "citizen", form)
    assert [(one["id"], one["contested"]) for one in rows] == [(row, "name")]
    assert {one["value"] for one in _rows(tmp_path / "out", "contested", form)} == {'"Einar M."', '"Ejnar M."'}
    assert (tmp_path / "out" / f"citizen.{form}").stat().st_mode & 0o777 == 0o600


def _rows(folder: Path, table: str, form: str) -> list[dict[str, Any]]:
    path = folder / f"{table}.{form}"
    if form == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    import pyarrow.parquet

    found: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    return found


def test_an_export_under_pseudonyms_is_what_the_read_role_sees(big_office: Office, tmp_path: Path) -> None:
    _with_roles(big_office)
    laptop = Laptop(1)
    _a_whole_person(laptop)
    big_office.trust(laptop)
    laptop.bundle(big_office.folder, big_office.recipient)
    big_office.ingest()
    centre = open_centre(big_office.url)
    export(centre, tmp_path / "out", "csv", pseudonyms=True)
    centre.close()
    for table in table_names():
        path = tmp_path / "out" / f"{table}.csv"
        views = _read_as(big_office, READ, f"SELECT viewname FROM pg_views WHERE viewname = '{table}'")
        assert path.exists() == bool(views)
        if views:
            with psycopg.connect(_as(big_office, READ)) as connection:
                cursor = connection.execute(f'SELECT * FROM analysis."{table}"')
                names = [column.name for column in cursor.description or ()]
                seen = [{name: _text(value) for name, value in zip(names, row, strict=True)} for row in cursor]
            assert _rows(tmp_path / "out", table, "csv") == seen


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_an_export_never_writes_into_a_folder_with_something_in_it(office: Office, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("Hej")
    centre = open_centre(office.url)
    with pytest.raises(RuleError):
        export(centre, tmp_path / "full", "csv")
    centre.close()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
