"""One small sandbox for all tests that only read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from vejleder_tui.demo.build import build
from vejleder_tui.demo.sizes import parse_size
from vejleder_tui.paths import StorePaths
from vejleder_tui.store.slots import Cost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

DAY = date(2026, 11, 24)
CHEAP = Cost(8, 1, 1)


def make(folder: Path, *, seed: int = 7, day: date = DAY, size: str = "small") -> Desk:
    return build(
        StorePaths(folder), size=parse_size(size), seed=seed, day=day, passphrase="demo", cost=CHEAP
    )  # fmt: skip


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The small sandbox of seed 7 on 24 November 2026; read from it only."""
    desk = make(tmp_path_factory.mktemp("sandbox") / "store")
    yield desk
    desk.store.close()
