"""Real parts for every test: an encrypted store in a temporary folder, a clock that stands still, seeded randomness."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.settling import install
from vejleder_tui.clock import FixedClock
from vejleder_tui.codes.attendance import use_own_kinds
from vejleder_tui.i18n import set_language
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.paths import StorePaths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.services.desk import Desk

install()

PASSPHRASE = "hest maj lampe ni"
START = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def _marks_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a fixture of the session makes leaves no mark among the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEJLEDER_MARKS", str(tmp_path_factory.getbasetemp() / "marks"))
        yield


@pytest.fixture(autouse=True)
def _as_at_the_start(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    # A folder of its own for each test: many copy one store that was made once, and that is to be seen only within one.
    folder = f"marks-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]}"
    monkeypatch.setenv("VEJLEDER_MARKS", str(tmp_path_factory.getbasetemp() / folder))
    set_language("da")
    use_own_kinds([])
    yield
    set_language("da")
    use_own_kinds([])


@pytest.fixture
def clock() -> FixedClock:
    """Tuesday 24 November 2026, 10:42 in Denmark; each reading is a millisecond later."""
    return FixedClock(START, timedelta(milliseconds=1))


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "store")


@dataclass(frozen=True)
class MadeStore:
    """A first start that was done once, with what a copy of its folder needs to go on."""

    folder: Path
    data_key: bytes
    worker: str
    moment: datetime


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> MadeStore:
    """The first start of Ishøj, really encrypted and really migrated, with a cheap passphrase slot."""
    from vejleder_tui.services.setup import FirstStart, first_start
    from vejleder_tui.store.slots import Cost

    answers = FirstStart(
        municipality="0183", centre="Vejledningscentret", device_name="Bærbar 2", worker_name="Mette Jensen",
        initials="MJ", role="coordinator", passphrase=PASSPHRASE,
    )  # fmt: skip
    set_language("da")
    started = FixedClock(START, timedelta(milliseconds=1))
    folder = tmp_path_factory.mktemp("made") / "store"
    made, _code = first_start(
        StorePaths(folder), answers, clock=started, randomness=SeededRandomness(1), cost=Cost(8, 1, 1)
    )
    key = made.store._data_key
    made.store.close()
    return MadeStore(folder, key, made.actor.worker, started.moment)


def desk_at(made: MadeStore, folder: Path, clock: FixedClock, *, seed: int = 2) -> Desk:
    """Return a desk at a copy of the made store."""
    from vejleder_tui.services.setup import take_seat
    from vejleder_tui.store.store import Store

    shutil.copytree(made.folder, folder)
    store = Store.open(StorePaths(folder), made.data_key, clock=clock)
    return take_seat(store, made.worker, clock=clock, randomness=SeededRandomness(seed))


@pytest.fixture
def desk(made_store: MadeStore, paths: StorePaths, clock: FixedClock) -> Iterator[Desk]:
    """A coordinator at a store of Ishøj that was just made."""
    clock.moment = made_store.moment
    found = desk_at(made_store, paths.folder, clock)
    yield found
    found.store.close()
