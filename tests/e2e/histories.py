"""Whole histories: four laptops and two centres, each with real stores, keys, services and sealed bundles, from one seed."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.central.conftest import Office
from tests.e2e.history_acts import ACTS, begin
from tests.meeting.laptops import Laptop
from vejleder_tui.bundle.slices import lines_of, receipts, unsent
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.receipts import write_receipts
from vejleder_tui.central.setup import own_card
from vejleder_tui.clock import FixedClock
from vejleder_tui.errors import VejlederError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.handover import export
from vejleder_tui.services.identity import settle
from vejleder_tui.services.keyring import add_recipients, trust_sender
from vejleder_tui.services.receipts import take_receipt
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.trusting import bring_up_to_date
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.conftest import MadeStore
    from vejleder_tui.bundle.keys import KeyCard


@dataclass
class House(Office):
    """A centre; `epoch` counts how often it was put back to an earlier day."""

    epoch: int = 0
    earlier: str | None = None
    copy: Callable[[str], str] = str

    @property
    def card(self) -> KeyCard:
        centre = open_centre(self.url)
        try:
            return own_card(centre, self.identity)
        finally:
            centre.close()

    def keep_day(self) -> None:
        self.earlier = self.copy(self.url)

    def put_back(self) -> None:
        if self.earlier is not None:
            self.url, self.earlier = self.earlier, None
            self.epoch += 1

    def hashes(self) -> set[str]:
        return {str(one) for (one,) in self.read("SELECT hash FROM operation")}


@dataclass
class Member(Laptop):
    """A laptop of the history; `heard` is the epoch of each centre whose receipt counts here."""

    made: MadeStore
    home: Path
    seed: int
    marks: Path
    heard: dict[str, int] = field(default_factory=dict)
    lost: bool = False

    @property
    def connection(self) -> Any:
        return self.desk.store.connection


@dataclass(frozen=True)
class Letter:
    """A receipt on its way."""

    house: House
    epoch: int
    path: Path
    key: str


class History:
    """Acts drawn from a seed; see `run`."""

    def __init__(
        self, seed: int, folder: Path, made: list[MadeStore], houses: list[House], patch: pytest.MonkeyPatch
    ) -> None:
        self.random = random.Random(seed)
        self.seed, self.folder, self.houses, self.patch = seed, folder, houses, patch
        self.told: Counter[str] = Counter()
        self.words: dict[str, set[str]] = {}
        self.named: set[str] = set()
        self.courses: list[str] = []
        self.bundles: list[Path] = []
        self.letters: list[Letter] = []
        self.number = 0
        *first, fresh = made
        copied = self.random.random() < 0.3
        if copied:
            first[3] = first[2]
        # A copy is noticed at once where both stand on one machine, else when the two meet.
        together = self.random.random() < 0.5
        self.members = [self.open(one, place, 2 if copied and together and place == 3 else place)
                        for place, one in enumerate(first)]  # fmt: skip
        self.fresh = self.open(fresh, 4, 4)
        late = self.members[3] if not copied and self.random.random() < 0.3 else None
        self.late = late.card.public_key if late else None
        self.everyone = [*self.members, self.fresh]
        cards = {one.card.public_key: one.card for one in self.everyone}
        for one in self.everyone:
            for house in houses:
                add_recipients(one.desk.store, house.card.to_json(), clock=one.clock)
            self.acquaint(one, cards)
        for house in houses:
            house.trust(*[one for one in self.everyone if one.card.public_key != self.late])  # type: ignore[arg-type]
        begin(self, self.members[0])
        start = self.bundle(self.members[0], everything=True)
        for one in self.members[1:]:
            self.deliver(start, one)

    @property
    def living(self) -> list[Member]:
        return [one for one in self.members if not one.lost]

    def acquaint(self, one: Member, cards: dict[str, KeyCard]) -> None:
        """Let a laptop write to the others, and trust all but the one that comes late."""
        for key, card in cards.items():
            if key != one.card.public_key:
                add_recipients(one.desk.store, card.to_json(), clock=one.clock)
                if key != self.late:
                    trust_sender(one.desk.store, card.to_json(), clock=one.clock)

    # -- laptops ------------------------------------------------------------------------------------------------------

    def open(self, made: MadeStore, place: int, machine: int) -> Member:
        home = self.folder / f"laptop{place}"
        shutil.copytree(made.folder, home / "store")
        wrong = self.random.random() < 0.4
        away = timedelta(days=self.random.randint(-2000, 2000)) if wrong else timedelta(minutes=10 * place)
        clock = FixedClock(made.moment + away, timedelta(milliseconds=1))
        marks = self.folder / f"marks{machine}"
        one = Member(None, clock, home / "out", made, home, self.seed * 10 + place, marks)  # type: ignore[arg-type]
        self.sit_down(one)
        return one

    def sit_down(self, one: Member) -> None:
        """Open the store for writing as the program does."""
        self.at(one)
        one.seed += 100_000
        store = Store.open(StorePaths(one.home / "store"), one.made.data_key, clock=one.clock)
        randomness = SeededRandomness(one.seed)
        if settle(store, one.made.worker, clock=one.clock, randomness=randomness):
            self.told["new number"] += 1
        one.desk = take_seat(store, one.made.worker, clock=one.clock, randomness=randomness)

    def restart(self, one: Member) -> None:
        one.desk.store.close()
        self.sit_down(one)

    def at(self, one: Member) -> Member:
        """Go to the machine on which a laptop's marks are kept."""
        self.patch.setenv("VEJLEDER_MARKS", str(one.marks))
        return one

    # -- bundles and receipts -----------------------------------------------------------------------------------------

    def bundle(self, one: Member, **what: Any) -> Path:
        """Write a bundle and return a copy of it on a stick, where no program deletes it."""
        self.at(one)
        one.folder.mkdir(exist_ok=True)
        written = export(
            one.desk.store, clock=one.clock, randomness=one.desk.ids.randomness, folder=one.folder, **what
        ).path
        return self.copy(written, self.folder)

    def copy(self, path: Path, folder: Path) -> Path:
        self.number += 1
        made = folder / f"{self.number}.tar.zst.age"
        shutil.copyfile(path, made)
        return made

    def deliver(self, path: Path, target: Member | House) -> None:
        if isinstance(target, House):
            self.copy(path, target.folder)
            for taking in target.ingest():
                assert taking.state in {"applied", "repeated", "quarantined"}, taking
                assert taking.state != "quarantined" or taking.why == "unknown", taking
            return
        self.at(target)
        if target.merges(path).outcome.new_identity:
            self.told["met a copy"] += 1

    def write_letters(self, house: House) -> list[Letter]:
        self.number += 1
        centre = open_centre(house.url)
        try:
            written = write_receipts(
                centre, house.identity, self.folder / f"receipts{self.number}", clock=house.clock,
                randomness=SeededRandomness(self.number),
            )  # fmt: skip
            keys = dict(centre.execute("SELECT device, public_key FROM central_key").fetchall())
        finally:
            centre.close()
        return [Letter(house, house.epoch, one.path, keys[one.device]) for one in written]

    def read_letter(self, letter: Letter) -> None:
        for one in self.everyone:
            if one.card.public_key == letter.key and not one.lost:
                if take_receipt(self.at(one).desk.store, letter.path, clock=self.at(one).desk.clock).counts:
                    one.heard[letter.house.recipient] = letter.epoch
                self.safe(one)

    # -- what always holds --------------------------------------------------------------------------------------------

    def safe(self, one: Member) -> None:
        """Assert that whatever is here is at a centre, or will be sent to it."""
        database = one.connection
        here = {str(hash_): str(line) for hash_, line in
                database.execute("SELECT hash, line FROM operation WHERE line IS NOT NULL").fetchall()}  # fmt: skip
        told = receipts(database)
        for house in self.houses:
            if one.heard.get(house.recipient, house.epoch) != house.epoch:
                continue  # the centre was put back, and this laptop has not been told yet
            there = house.hashes() if house.recipient in told else set()
            left = unsent(database, one.desk.device, [told.get(house.recipient)])
            sent = {line.decode() for line in lines_of(database, left)}
            assert not [hash_ for hash_, line in here.items() if hash_ not in there and line not in sent]

    # -- the history --------------------------------------------------------------------------------------------------

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.step()
        if self.random.random() < 0.3:
            lost = self.random.choice(self.members[1:])
            lost.lost = True

    def step(self) -> None:
        what = self.random.random()
        one = self.random.choice(self.members)
        if what < 0.62:
            name, act = self.random.choice(ACTS)
            try:
                act(self, self.at(one))
                self.told[name] += 1
            except VejlederError as error:
                self.told[f"no {name} {error}"] += 1
        elif what < 0.74:
            self.export_some(one)
        elif what < 0.9 and self.bundles:
            targets: list[Member | House] = [*self.members, *self.houses]
            target = self.random.choice(targets)
            self.deliver(self.random.choice(self.bundles), target)  # late, again, or never
        elif what < 0.93:
            self.letters += self.write_letters(self.random.choice(self.houses))
        elif what < 0.97 and self.letters:
            self.read_letter(self.random.choice(self.letters))
        elif what < 0.98:
            self.random.choice(self.houses).keep_day()
        elif what < 0.99:
            self.random.choice(self.houses).put_back()
        else:
            self.restart(one)

    def export_some(self, one: Member) -> None:
        days = [date(2026, 11, 3), date(2026, 11, 10)]
        kinds: list[dict[str, Any]] = [
            {}, {}, {}, {"everything": True}, {"course": self.random.choice(self.courses)},
            {"first": days[0], "last": self.random.choice(days)},
        ]  # fmt: skip
        try:
            self.bundles.append(self.bundle(one, **self.random.choice(kinds)))
        except VejlederError:
            self.told["no export"] += 1

    # -- its end ------------------------------------------------------------------------------------------------------

    def meet(self) -> None:
        """Let everybody trust everybody and hear of everything, a fresh laptop too, until nothing is new anywhere."""
        self.members.append(self.fresh)
        late, self.late = self.late, None
        cards = {one.card.public_key: one.card for one in self.everyone}
        for one in self.living:
            self.acquaint(self.at(one), cards)
            bring_up_to_date(one.desk)
        for house in self.houses:
            house.trust(*[one for one in self.everyone if one.card.public_key == late])  # type: ignore[arg-type]
        hub = self.random.choice(self.living)
        for _round in range(5):
            brought = [self.bundle(one, everything=True) for one in self.living if one is not hub]
            self.at(hub).merges(*brought)
            whole = self.bundle(hub, everything=True)
            targets: list[Member | House] = [*self.living, *self.houses]
            for target in targets:
                if target is not hub:
                    self.deliver(whole, target)
            if self.told_apart() == set():
                return
        raise AssertionError(self.told_apart())

    def told_apart(self) -> set[tuple[object, ...]]:
        """Return the operations that are not the same everywhere."""
        sql = "SELECT device, seq, hash, line IS NULL FROM operation"
        found: list[set[tuple[object, ...]]]
        found = [{(*row[:3], bool(row[3])) for row in one.rows(sql)} for one in self.living]
        found += [{(*row[:3], bool(row[3])) for row in house.read(sql)} for house in self.houses]
        return found[0].union(*found) - found[0].intersection(*found[1:])
