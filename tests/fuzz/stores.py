"""A real encrypted store that trusts the world's keys, for the layers that pass through files and services."""

from __future__ import annotations

import contextlib
import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path as File

from tests.fuzz.chains import carried, rewritten
from tests.fuzz.files import file_of, header_of, members_of
from tests.fuzz.inner import Outcomes, outcome_of
from tests.fuzz.mutations import Mutator
from tests.fuzz.outer import receipt_case
from tests.fuzz.world import OURS, RELAY, ROLES, stage
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.keys import KeyCard
from vejleder_tui.clock import FixedClock
from vejleder_tui.errors import RefusedError, RuleError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.paths import StorePaths
from vejleder_tui.queries.receipts import bundle_states
from vejleder_tui.services.desk import Desk
from vejleder_tui.services.keyring import add_recipients, trust_sender
from vejleder_tui.services.merging import check_files, look, merge
from vejleder_tui.services.receipts import take_receipt
from vejleder_tui.services.setup import FirstStart, first_start
from vejleder_tui.services.trusting import bring_up_to_date
from vejleder_tui.store.slots import Cost

__all__ = ["Attacked", "attacked"]


@contextlib.contextmanager
def attacked(folder: File) -> Iterator[Attacked]:
    """Open a new store in `folder` that trusts the coordinator, the worker and the relay of the world."""
    answers = FirstStart(
        municipality="0183", centre="Vejledningscentret", device_name="Bærbar 2", worker_name="Mette Jensen",
        initials="MJ", role="coordinator", passphrase="hest maj lampe ni",
    )  # fmt: skip
    clock = FixedClock(datetime(2026, 11, 24, 9, 42, tzinfo=UTC), timedelta(milliseconds=1))
    desk, _code = first_start(
        StorePaths(folder / "store"), answers, clock=clock, randomness=SeededRandomness(7), cost=Cost(8, 1, 1)
    )
    for name, party in stage(0.6).parties.items():
        if name in ROLES and name != OURS:
            card = KeyCard(party.device, name, "0183", ROLES[name], party.recipient, party.key).to_json()
            trust_sender(desk.store, card, clock=clock)
            add_recipients(desk.store, card, clock=clock)
    bring_up_to_date(desk)
    try:
        yield Attacked(desk, folder)
    finally:
        desk.store.close()


class Attacked:
    """The store, and what is done to it."""

    def __init__(self, desk: Desk, folder: File) -> None:
        self.desk = desk
        self.folder = folder
        self.recipient = own_keys(desk.store.connection).card.recipient

    def mark(self) -> str:
        """Return a hash of everything that stands in the store."""
        found = hashlib.sha256()
        connection = self.desk.store.connection
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            found.update(repr((table, sorted(map(repr, rows)))).encode())
        return found.hexdigest()

    def sound(self) -> None:
        """Assert what `vejleder check` asks of the log and the tables."""
        assert list(fold_faults(self.desk.store.connection)) == []
        assert list(chain_faults(self.desk.store.connection)) == []

    def bundle(self, seed: int) -> Outcomes:
        """Check, look at and take in a bundle of forged chains, by the services themselves."""
        chance = random.Random(f"store {seed}")
        world = stage(0.6)
        mutator = Mutator(chance, world)
        make = chance.choice((rewritten, rewritten, carried))
        paths = [path for path in (make(chance, mutator, world) for _ in range(2)) if path.party.name != OURS]
        if not paths:
            return Counter()
        header, lines = header_of(world.parties[RELAY], self.recipient, paths, name=str(seed))
        try:
            listed = members_of(header.to_json(), lines, header.trusted_comment, world.parties[RELAY].signer)
        except RefusedError:
            return Counter({"not a bundle": 1})
        path = file_of(self.folder, listed, self.recipient)
        before = self.mark()
        try:
            files = check_files(self.desk.store.connection, [path]).bundles
            plan = look(self.desk, files)
        except RefusedError:
            assert self.mark() == before, "a refused file changed the store"
            return Counter({"refused": 1})
        assert self.mark() == before, "a look changed the store"
        done = merge(self.desk, files).outcome
        assert done == plan.outcome, "the look told otherwise"
        self.sound()
        return Counter({outcome_of(done.applied, Counter(done.held), ["erase"] * done.erased): 1})

    def receipt(self, seed: int) -> Outcomes:
        """Take in a receipt with faults; the log and the records stay as they are."""
        case = receipt_case(seed, self.recipient)
        if case is None:
            return Counter({"not a bundle": 1})
        path = file_of(self.folder, case.members, self.recipient)
        before = self.desk.store.connection.execute("SELECT count(*), max(hash) FROM operation").fetchone()
        try:
            told = take_receipt(self.desk.store, path, clock=self.desk.clock)
            found = "the newest" if told.counts else "not the newest"
        except RefusedError:
            found = "refused"
        except RuleError:
            found = "no receipt"
        connection = self.desk.store.connection
        assert connection.execute("SELECT count(*), max(hash) FROM operation").fetchone() == before
        assert {one.status for one in bundle_states(connection)} <= {
            "written",
            "handed",
            "received",
            "waiting",
            "refused",
        }
        return Counter({found: 1})
