"""Whole histories through services, sealed bundles and centres end in the same everywhere, with nothing lost on the way."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.central.conftest import server
from tests.conftest import START, MadeStore
from tests.e2e.histories import History, House
from tests.erasing.test_erase_travels import unpacked
from vejleder_tui.bundle.slices import receipts, unsent
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.identity import make_identity
from vejleder_tui.central.setup import init
from vejleder_tui.clock import FixedClock
from vejleder_tui.i18n import set_language
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults, row_token, state_digest
from vejleder_tui.oplog.tables import table_names
from vejleder_tui.paths import StorePaths
from vejleder_tui.queries.conflicts import conflicts
from vejleder_tui.queries.handover import waiting
from vejleder_tui.services.setup import FirstStart, first_start
from vejleder_tui.store.check import check
from vejleder_tui.store.slots import Cost

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from tests.central.server import Server
    from tests.e2e.histories import Member

__all__ = ["server"]

HISTORIES = int(os.environ.get("VEJLEDER_HISTORIES", "500")) // 20
BATCHES = 2
STEPS = (40, 90)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[MadeStore]:
    """Five first starts, done once: two coordinators, two workers, and a coordinator whose laptop comes at the end."""
    found = []
    set_language("da")
    for seed, role in enumerate(("coordinator", "coordinator", "worker", "worker", "coordinator"), 21):
        answers = FirstStart(
            municipality="0183", centre="Vejledningscentret", device_name=f"Bærbar {seed}", worker_name=f"Leder {seed}",
            initials=f"L{seed}", role=role, passphrase="hest maj lampe ni",
        )  # fmt: skip
        clock, folder = FixedClock(START, timedelta(milliseconds=1)), tmp_path_factory.mktemp("laptop") / "store"
        desk, _code = first_start(
            StorePaths(folder), answers, clock=clock, randomness=SeededRandomness(seed), cost=Cost(8, 1, 1)
        )
        key = desk.store._data_key
        desk.store.close()
        found.append(MadeStore(folder, key, desk.actor.worker, clock.moment))
    return found


class Houses:
    """Makes a centre on SQLite and one on PostgreSQL, each a copy of one that was made once."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder, self.number = server, folder, 0
        self.urls = [f"sqlite:///{folder / 'made.db'}", server.new_database()]
        for place, url in enumerate(self.urls):
            centre = open_centre(url)
            identity = make_identity(folder / f"{place}.txt", SeededRandomness(70 + place))
            init(centre, identity, name=f"Central {place}", municipality="0183", randomness=SeededRandomness(8))
            centre.close()

    def copy(self, url: str) -> str:
        self.number += 1
        if url.startswith("sqlite"):
            made = self.folder / f"copy{self.number}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), made)
            return f"sqlite:///{made}"
        name, template = f"copy{self.number}", url.partition("@/")[2].partition("?")[0]
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.url(name)

    def make(self, folder: Path) -> list[House]:
        found = []
        for place, url in enumerate(self.urls):
            inbox = folder / f"in{place}"
            inbox.mkdir()
            identity = make_identity(folder / f"keys{place}" / "id.txt", SeededRandomness(70 + place))
            found.append(
                House(self.copy(url), identity, inbox, FixedClock(START, timedelta(seconds=1)), copy=self.copy)
            )
        return found


@pytest.fixture(scope="module")
def houses(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Houses:
    return Houses(server, tmp_path_factory.mktemp("centres"))


def state(database: Any) -> dict[str, object]:
    """Return all that must be the same everywhere."""
    found: dict[str, object] = {"digest": state_digest(database).digest}
    tables = [(table, "*") for table in (*table_names(), "contested", "withheld")]
    for table, columns in (
        *tables, ("held", "hash, why, need"), ("operation", "device, seq, hash, line, taken"),
    ):  # fmt: skip
        rows = database.execute(f'SELECT {columns} FROM "{table}"').fetchall()
        # PostgreSQL has booleans of its own.
        found[table] = sorted(repr([int(one) if isinstance(one, bool) else one for one in row]) for row in rows)
    return found


def dump(database: Any, tables: str) -> str:
    names = [str(name) for (name,) in database.execute(tables).fetchall()]
    return "\n".join(
        repr(tuple(row)) for name in names for row in database.execute(f'SELECT * FROM "{name}"').fetchall()
    )


def same(one: dict[str, object], other: dict[str, object], who: object) -> None:
    for name, found in other.items():
        assert found == one[name], (who, name)


def sound(database: Any) -> None:
    assert list(chain_faults(database)) == []
    assert list(fold_faults(database)) == []


def no_word_of_the_erased(history: History, one: Member) -> None:
    """Look for the words of the erased in a store, in what it writes from now on, and at both centres."""
    tokens = {str(token) for (token,) in one.rows("SELECT token FROM erased WHERE kind = 'row'")}
    gone = [citizen for citizen in history.named if row_token(citizen) in tokens]
    texts = [
        dump(one.connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"),
        unpacked(one, history.bundle(one, everything=True)).decode("utf-8", "replace"),
    ]
    for citizen in gone:
        history.told["gone"] += 1
        for text in texts:
            assert citizen not in text
            assert not [word for word in history.words[citizen] if word in text]


def nothing_left_to_send(history: History, one: Member) -> None:
    """A lost laptop may have left out what nobody else has; who holds what comes after that cannot acknowledge it."""
    left_out = {device for (device,) in one.rows("SELECT device FROM withheld")}
    for receiver in (house.recipient for house in history.houses):
        left = unsent(one.connection, one.desk.device, [receipts(one.connection)[receiver]])
        assert {run.device for run in left} <= left_out
        if left_out:
            history.told["never acknowledged"] += waiting(one.connection, receiver).changes
        else:
            assert waiting(one.connection, receiver).changes == waiting(one.connection).changes == 0


def ends_the_same(history: History) -> None:
    history.meet()
    first = state(history.living[0].connection)
    listed = conflicts(history.living[0].connection)
    for one in history.living:
        same(first, state(one.connection), one.folder)
        assert conflicts(one.connection) == listed
        assert check(one.connection) == []
        sound(one.connection)
        history.safe(one)
        no_word_of_the_erased(history, one)
    for house in history.houses:
        centre = open_centre(house.url)
        try:
            same(first, state(centre), house.url)
            sound(centre)
        finally:
            centre.close()
    for house in history.houses:
        for letter in history.write_letters(house):
            history.read_letter(letter)
    for one in history.living:
        nothing_left_to_send(history, one)
    history.told["conflicts"] += len(listed)
    history.told["held"] += len(first["held"])  # type: ignore[arg-type]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_any_history_ends_the_same_everywhere(
    batch: int, made: list[MadeStore], houses: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: Counter[str] = Counter()
    for number in range(-(-HISTORIES // BATCHES)):
        seed = batch * 100_000 + number
        folder = tmp_path / str(seed)
        folder.mkdir()
        history = History(seed, folder, made, houses.make(folder), monkeypatch)
        try:
            history.run(history.random.randint(*STEPS))
            ends_the_same(history)
        except BaseException as error:
            error.add_note(f"seed {seed}: {sorted(history.told.items())}")
            raise
        finally:
            told.update(history.told)
            for one in history.everyone:
                one.desk.store.close()
        shutil.rmtree(folder)
    refused = sum(count for what, count in told.items() if what.startswith("no "))
    assert refused < sum(count for what, count in told.items() if not what.startswith("no ")), told
