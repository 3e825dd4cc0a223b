"""Laptops that meet: each a real encrypted store with its own keys, all of Ishøj."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.conftest import START, MadeStore, desk_at
from tests.meeting.laptops import Laptop
from vejleder_tui.clock import FixedClock
from vejleder_tui.i18n import set_language
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.paths import StorePaths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def made_laptops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MadeStore]:
    """First starts done once: two coordinators, two workers."""
    from datetime import timedelta

    from vejleder_tui.services.setup import FirstStart, first_start
    from vejleder_tui.store.slots import Cost

    made = {}
    set_language("da")
    for seed, (name, role) in enumerate(
        (("Bærbar 2", "coordinator"), ("Bærbar 3", "worker"), ("Bærbar 4", "worker"), ("Bærbar 5", "coordinator")), 11
    ):
        answers = FirstStart(
            municipality="0183", centre="Vejledningscentret", device_name=name, worker_name=f"Medarbejder {seed}",
            initials=f"M{seed}", role=role, passphrase="hest maj lampe ni",
        )  # fmt: skip
        clock = FixedClock(START, timedelta(milliseconds=1))
        folder = tmp_path_factory.mktemp("laptop") / "store"
        desk, _code = first_start(
            StorePaths(folder), answers, clock=clock, randomness=SeededRandomness(seed), cost=Cost(8, 1, 1)
        )
        key = desk.store._data_key
        desk.store.close()
        made[name] = MadeStore(folder, key, desk.actor.worker, clock.moment)
    return made


@pytest.fixture
def laptop(made_laptops: dict[str, MadeStore], tmp_path: Path) -> Iterator[Callable[..., Laptop]]:
    """Return what opens a laptop by its name; several of one name are copies of one store."""
    from datetime import timedelta

    opened: list[Laptop] = []
    number = itertools.count(1)

    def open_one(name: str) -> Laptop:
        place = next(number)
        made = made_laptops[name]
        clock = FixedClock(made.moment, timedelta(milliseconds=1))
        desk = desk_at(made, tmp_path / f"laptop{place}", clock, seed=100 + place)
        opened.append(Laptop(desk, clock, tmp_path / f"out{place}"))
        return opened[-1]

    yield open_one
    for one in opened:
        one.desk.store.close()
