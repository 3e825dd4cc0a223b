"""Real parts for every test: an encrypted store in a temporary folder, a clock that stands still, seeded randomness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from vejleder_tui.clock import FixedClock
from vejleder_tui.i18n import set_language
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.paths import StorePaths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

PASSPHRASE = "hest maj lampe ni"


@pytest.fixture(autouse=True)
def _danish() -> Iterator[None]:
    set_language("da")
    yield
    set_language("da")


@pytest.fixture
def clock() -> FixedClock:
    """Tuesday 24 November 2026, 10:42 in Denmark; each reading is a millisecond later."""
    return FixedClock(datetime(2026, 11, 24, 9, 42, tzinfo=UTC), timedelta(milliseconds=1))


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "store")


@pytest.fixture
def desk(paths: StorePaths, clock: FixedClock) -> Iterator[Desk]:
    """A coordinator at a new store of Ishøj, really encrypted, with a cheap passphrase slot."""
    from vejleder_tui.services.setup import FirstStart, first_start
    from vejleder_tui.store.slots import Cost

    answers = FirstStart(
        municipality="0183", centre="Vejledningscentret", device_name="Bærbar 2", worker_name="Mette Jensen",
        initials="MJ", role="coordinator", passphrase=PASSPHRASE,
    )  # fmt: skip
    made, _code = first_start(paths, answers, clock=clock, randomness=SeededRandomness(1), cost=Cost(8, 1, 1))
    yield made
    made.store.close()
