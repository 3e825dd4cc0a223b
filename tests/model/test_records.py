"""What the log relies on in every record."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect

from vejleder_tui.model import RECORDS, Kind, Local, fields_of
from vejleder_tui.model.base import Record


@pytest.mark.parametrize("table", sorted(RECORDS))
def test_a_record_has_a_primary_key_and_deferred_references_and_no_other_constraint(table: str) -> None:
    local = inspect(RECORDS[table]).local_table
    assert [column.name for column in local.primary_key] == ["id"]
    for column in local.columns:
        assert column.server_default is None
        assert column.onupdate is None
        if column.name not in Record.HIDDEN:
            assert column.nullable
            assert column.default is None or column.default.arg is None
            assert not column.unique
        for key in column.foreign_keys:
            assert key.deferrable
            assert key.initially == "DEFERRED"
            assert fields_of(table)[column.name].kind is Kind.UUID


@pytest.mark.parametrize("table", sorted(RECORDS))
def test_text_that_can_name_others_is_never_part_of_a_key(table: str) -> None:
    for info in fields_of(table).values():
        assert not (info.key and info.alone)
        assert not (info.alone and info.kind is not Kind.TEXT)


def test_showing_a_record_shows_no_value() -> None:
    for model in RECORDS.values():
        text: dict[str, Any] = {
            name: "hemmelig" for name, info in fields_of(str(model.__tablename__)).items() if info.kind is Kind.TEXT
        }
        made = model(id="1", **text)
        assert "hemmelig" not in f"{made!r} {made!s} {[made]}"


def test_the_laptops_own_tables_are_no_records() -> None:
    assert not set(Local.metadata.tables) & set(RECORDS)
