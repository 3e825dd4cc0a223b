"""The laptop's own tables: written beside the log, also where another window holds it; nothing else through that door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import MadeStore
from vejleder_tui.errors import NotSavedError
from vejleder_tui.services.bookkeeping import bookkeeping
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

ADD = "INSERT INTO local_value (name, value) VALUES ('prøve', 'x')"


def values(store: Store) -> list[str]:
    return [name for (name,) in store.connection.execute("SELECT name FROM local_value WHERE name = 'prøve'")]


@pytest.fixture
def beside(desk: Desk, made_store: MadeStore, clock: FixedClock) -> Iterator[Store]:
    with Store.open(desk.store.paths, made_store.data_key, clock=clock, write=False) as opened:
        yield opened


def test_a_window_that_only_reads_writes_its_own_tables(desk: Desk, beside: Store) -> None:
    with bookkeeping(beside) as connection:
        connection.execute(ADD)
    assert values(desk.store) == ["prøve"]


@pytest.mark.parametrize("table", ["citizen", "operation", "contested", "step", "reversal", "citizen_word"])
def test_every_other_table_is_refused(desk: Desk, beside: Store, table: str) -> None:
    columns = [row[1] for row in desk.store.connection.execute(f"PRAGMA table_info({table})")]
    with pytest.raises(NotSavedError), bookkeeping(beside) as connection:
        connection.execute(ADD)
        connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('1' for _ in columns)})")
    assert values(desk.store) == []


def test_what_fails_is_not_kept_and_no_connection_stays(desk: Desk) -> None:
    before = len(desk.store._others)
    with pytest.raises(ZeroDivisionError), bookkeeping(desk.store) as connection:
        connection.execute(ADD)
        raise ZeroDivisionError
    with bookkeeping(desk.store) as connection:
        connection.execute("SELECT 1")
    assert values(desk.store) == []
    assert len(desk.store._others) == before
