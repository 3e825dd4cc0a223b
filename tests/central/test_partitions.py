"""The page about the centre: its SQL for splitting the log does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.central.laptop import Laptop
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.roles import make_roles
from vejleder_tui.oplog import chain_faults, fold_faults

if TYPE_CHECKING:
    from tests.central.conftest import Office

PAGE = Path(__file__).parents[2] / "docs" / "central.md"


def test_a_log_that_was_split_goes_on_as_before(big_office: Office) -> None:
    laptops = [Laptop(seed) for seed in range(6)]
    big_office.trust(*laptops)
    for laptop in laptops[:3]:
        laptop.citizen()
        laptop.bundle(big_office.folder, big_office.recipient)
    big_office.ingest()
    [split] = [
        block for block in re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if "HASH" in block
    ]
    with psycopg.connect(big_office.url, autocommit=True) as connection:
        connection.execute(split)
        parts = connection.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'operation'::regclass"
        ).fetchone()
        assert parts is not None
        assert parts[0] == 16
        with pytest.raises(psycopg.Error, match="append-only"):
            connection.execute("DELETE FROM operation")
    for laptop in laptops:
        laptop.citizen()
        laptop.bundle(big_office.folder, big_office.recipient)
    assert {one.state for one in big_office.ingest()} == {"applied"}
    centre = open_centre(big_office.url)
    make_roles(centre)
    assert list(chain_faults(centre)) == []
    assert list(fold_faults(centre)) == []
    centre.close()
    assert big_office.read("SELECT count(*) FROM citizen") == [(9,)]


def test_the_page_names_the_locks_and_the_namespace_that_the_program_uses() -> None:
    from vejleder_tui.central.database import ALL_LANES, LANES
    from vejleder_tui.ids import NAMESPACE

    page = PAGE.read_text(encoding="utf-8")
    assert f"pg_advisory_xact_lock({LANES}, " in page
    assert f"`{ALL_LANES}, 0`" in page
    assert str(NAMESPACE) in page
