"""A laptop of the tests: what its people do with the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.slices import Receipt, have, keep_receipt
from vejleder_tui.clock import stamp
from vejleder_tui.model import Citizen
from vejleder_tui.oplog import state_digest
from vejleder_tui.services.handover import export
from vejleder_tui.services.keyring import add_recipients, trust_sender
from vejleder_tui.services.merging import check_files, look, merge
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.bundle.keys import KeyCard
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.merging import Merged, MergePlan


@dataclass
class Laptop:
    desk: Desk
    clock: FixedClock
    folder: Path

    @property
    def card(self) -> KeyCard:
        return own_keys(self.desk.store.connection).card

    def knows(self, *others: Laptop, role: str | None = None) -> None:
        """Trust the others' keys and write to them."""
        for other in others:
            trust_sender(self.desk.store, other.card.to_json(), clock=self.clock, role=role)
            add_recipients(self.desk.store, other.card.to_json(), clock=self.clock)

    def writes_to(self, *others: Laptop) -> None:
        for other in others:
            add_recipients(self.desk.store, other.card.to_json(), clock=self.clock)

    def bundle(self, *, everything: bool = True) -> Path:
        """Write a bundle, by default of everything."""
        self.folder.mkdir(exist_ok=True)
        return export(
            self.desk.store, clock=self.clock, randomness=self.desk.ids.randomness, folder=self.folder,
            everything=everything,
        ).path  # fmt: skip

    def looks_at(self, *paths: Path) -> MergePlan:
        reader = self.desk.store.reader()
        try:
            files = check_files(reader, paths).bundles
        finally:
            self.desk.store.release(reader)
        return look(self.desk, files)

    def merges(self, *paths: Path) -> Merged:
        reader = self.desk.store.reader()
        try:
            files = check_files(reader, paths).bundles
        finally:
            self.desk.store.release(reader)
        return merge(self.desk, files)

    def new_citizen(self, name: str) -> str:
        with self.desk.transaction("ny borger") as work:
            return work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name=name)

    def renames(self, citizen: str, name: str) -> None:
        with self.desk.transaction() as work:
            work.change(Citizen, citizen, name=name)

    def name_of(self, citizen: str) -> str | None:
        found = self.rows("SELECT name FROM citizen WHERE id = ? AND void = 0", citizen)
        return None if not found else str(found[0][0])

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.desk.store.connection.execute(sql, parameters)]

    @property
    def digest(self) -> str:
        return state_digest(self.desk.store.connection).digest


def acknowledge(writer: Laptop, receiver: Laptop) -> None:
    """Let the writer believe that the receiver holds all it has."""
    connection = writer.desk.store.connection
    number = int(writer.clock.now().timestamp())
    assert keep_receipt(
        connection, receiver.card.recipient, Receipt(stamp(writer.clock.now()), tuple(have(connection)), 0, number)
    )
