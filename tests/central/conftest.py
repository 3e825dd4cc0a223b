"""One PostgreSQL a process of the test run, a database of its own for every test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.central.server import Server
from tests.conftest import START
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.identity import make_identity
from vejleder_tui.central.ingest import Plan, ingest
from vejleder_tui.central.setup import init
from vejleder_tui.central.trusting import trust_cards
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import StateDigest, state_digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.central.laptop import Laptop
    from vejleder_tui.central.identity import Identity
    from vejleder_tui.central.intake import Taking


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.remove()


@pytest.fixture
def postgres(server: Server) -> str:
    """The URL of an empty database."""
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'centre.db'}"
    found: str = request.getfixturevalue("postgres")
    return found


@dataclass
class Office:
    """A centre that was made: its database, its keys, and the folder that bundles come into."""

    url: str
    identity: Identity
    folder: Path
    clock: FixedClock

    @property
    def recipient(self) -> str:
        return self.identity.recipient

    def trust(self, *laptops: Laptop, role: str | None = None) -> None:
        centre = open_centre(self.url)
        try:
            trust_cards(centre, [one.card.to_json() for one in laptops], clock=self.clock, role=role)
        finally:
            centre.close()

    def ingest(self, *targets: Path, jobs: int = 1) -> list[Taking]:
        """Take in what waits and return what became of each file."""
        found: list[Taking] = []
        plan = Plan(self.url, self.identity.path, targets or (self.folder,), jobs=jobs)
        ingest(plan, told=found.append, clock=self.clock)
        return found

    def read(self, sql: str) -> list[tuple[Any, ...]]:
        centre = open_centre(self.url)
        try:
            return [tuple(row) for row in centre.execute(sql).fetchall()]
        finally:
            centre.close()

    def digest(self) -> StateDigest:
        centre = open_centre(self.url)
        try:
            with centre.reading() as view:
                return state_digest(view)
        finally:
            centre.close()


@pytest.fixture
def office(empty_url: str, tmp_path: Path) -> Office:
    """A centre of each kind, empty."""
    return make_office(empty_url, tmp_path)


@pytest.fixture
def big_office(postgres: str, tmp_path: Path) -> Office:
    """A centre on PostgreSQL, empty."""
    return make_office(postgres, tmp_path)


def make_office(url: str, folder: Path) -> Office:
    identity = make_identity(folder / "keys" / "id.txt", SeededRandomness(7))
    centre = open_centre(url)
    init(centre, identity, name="Centralen", municipality="0183", randomness=SeededRandomness(8))
    centre.close()
    inbox = folder / "in"
    inbox.mkdir(parents=True)
    return Office(url, identity, inbox, FixedClock(START))
