"""A small world with real keys: a coordinator, a worker, a relay, somebody nobody trusts, and the laptop that is attacked.

Everything is made once; each case begins at a copy of the attacked laptop's database.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from tests.bundle.bundle_builder import root_of
from tests.oplog.replicas import Replica, World
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.ids import SeededRandomness, natural_id
from vejleder_tui.oplog import OperationLine
from vejleder_tui.oplog.line import GENESIS

__all__ = ["COORDINATOR", "OURS", "PARTS", "RELAY", "STRANGER", "WORKER", "Party", "Stage", "stage"]


COORDINATOR, WORKER, RELAY, STRANGER, OURS = "coordinator", "worker", "relay", "stranger", "ours"
ROLES = {COORDINATOR: "coordinator", WORKER: "worker", RELAY: "worker", OURS: "coordinator"}
ORGANISATION = natural_id("organisation", "0183")
COURSE = natural_id("course", "fuzz")
SESSIONS = [natural_id("session", COURSE, str(number)) for number in range(2)]
PARTS = (0.3, 0.6, 1.0)
"""How much of each chain the attacked laptop may have before the attack."""


@dataclass(frozen=True)
class Party:
    """A device with its keys and its true chain."""

    name: str
    device: str
    signer: SigningKey
    identity: str
    lines: tuple[str, ...]
    hashes: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.signer.public.text

    @property
    def recipient(self) -> str:
        return age_recipient_of(self.identity)

    def before(self, seq: int) -> str:
        """Return the hash of the number before `seq`."""
        return self.hashes[seq - 2] if seq > 1 else GENESIS


@dataclass(frozen=True)
class Stage:
    """The world as the attack finds it. `rows` are all ids by table, `known` how many numbers of each are here already."""

    parties: dict[str, Party]
    roles: dict[str, str]
    rows: dict[str, list[str]]
    known: dict[str, int]
    database: bytes

    def copy(self) -> sqlite3.Connection:
        """Return the attacked laptop's database, to be changed at will."""
        made = sqlite3.connect(":memory:", isolation_level=None)
        made.deserialize(self.database)
        made.execute("PRAGMA foreign_keys = ON")
        return made

    def of_device(self, device: str) -> Party:
        return next(one for one in self.parties.values() if one.device == device)


def _begin(laptop: Replica) -> None:
    def act(writer: Any) -> None:
        writer.create("organisation", ORGANISATION, {"municipality": "0183"}, {"name": "Ishøj"})
        writer.create("device", laptop.device, {}, {"name": "Bærbar", "sign_key": laptop.key})
        writer.create("course", COURSE, {"organisation": ORGANISATION}, {"title": "ABC"})
        for session in SESSIONS:
            key = {"course": COURSE, "planned_date": "2026-11-24", "number": 1}
            writer.create("session", session, key, {"status": "held"})

    laptop.write(lambda w: w.create("device", laptop.device, {}, {"name": "Bærbar", "sign_key": laptop.key}))
    laptop.write(act)


def _person(laptop: Replica, number: int) -> str:
    made = laptop.ids.new()
    values = {"name": f"Borger {number}", "note": f"ord{number}", "birth_date": "1950-02-28"}
    laptop.write(lambda w: w.create("citizen", made, {"organisation": ORGANISATION}, values))
    goal, child = laptop.ids.new(), laptop.ids.new()
    laptop.write(lambda w: w.create("goal", goal, {"citizen": made}, {"text": "gå en tur", "baseline": 3}))
    laptop.write(lambda w: w.create("goal", child, {"citizen": made}, {"parent": goal, "text": "hver dag"}))
    return made


def _attend(laptop: Replica, people: list[str], code: str) -> None:
    for session in SESSIONS:
        for one in people:
            place, key = natural_id("attendance", session, one), {"session": session, "citizen": one}
            laptop.write(lambda w, place=place, key=key: w.create("attendance", place, key, {"code": code}))


def _tell(source: Replica, target: Replica, *, part: float = 1.0) -> None:
    bundle: list[tuple[Any, ...]] = []
    for tip in source.tips():
        pieces = source.pieces(tip)
        _path, device, first, _last, before, _end, _root, signature, key = pieces[0]
        kept = pieces[1 : 1 + max(1, int((len(pieces) - 1) * part))]
        root = root_of(source.world.way(kept[-1][2]))
        bundle += [("path", device, first, kept[-1][1], before, kept[-1][2], root, signature, key), *kept]
    target.take_in(bundle)


def _history(laptops: dict[str, Replica], part: float) -> None:
    coordinator, worker, relay, stranger, ours = (
        laptops[name] for name in (COORDINATOR, WORKER, RELAY, STRANGER, OURS)
    )
    for laptop in laptops.values():
        _begin(laptop)
    people = [_person(worker, number) for number in range(3)]
    people.append(_person(coordinator, 3))
    for laptop in (relay, coordinator):
        _tell(worker, laptop)
    _attend(worker, people[:3], "present")
    _attend(relay, people[:2], "absent_notified")
    coordinator.write(lambda w: w.change("citizen", people[0], {"name": "Rettet", "alias": "A"}))
    worker.write(lambda w: w.change("citizen", people[0], {"name": "Andet", "note": None}))
    for laptop in (coordinator, relay, stranger):
        _tell(worker, laptop)
    coordinator.write(partial(_void, "citizen", people[1]))
    worker.write(lambda w: w.change("citizen", people[1], {"alias": "B"}))
    guest = worker.ids.new()
    worker.write(lambda w: w.create("guest", guest, {"session": SESSIONS[0]}, {"label": "gæst"}))
    worker.write(lambda w: w.change("guest", guest, {"citizen": people[2]}))
    worker.write(lambda w: w.change("session", SESSIONS[0], {"note": "Borger 2 blev ked af det"}))
    coordinator.write(lambda w: w.erase([people[2]], [(SESSIONS[0], "note")]))
    _tell(coordinator, worker)
    worker.write(lambda w: w.change("session", SESSIONS[0], {"note": "en anden"}))
    relay.write(lambda w: w.change("session", SESSIONS[1], {"status": "cancelled"}))
    _attend(stranger, people[:2], "partial")
    for source in (worker, coordinator):
        _tell(source, relay)
    _attend(relay, people[:1], "present")
    _person(relay, 5)
    for source in (coordinator, worker, relay, stranger):
        _tell(source, ours, part=part)
    ours.write(lambda w: w.change("citizen", people[0], {"name": "Vores"}))


def _void(table: str, row: str, writer: Any) -> None:
    writer.void(table, row)


@cache
def stage(part: float) -> Stage:
    """Return the world, made once for each of `PARTS`; its chains are the same for all."""
    names = (COORDINATOR, WORKER, RELAY, STRANGER, OURS)
    random = SeededRandomness(20261125)
    signers = {name: SigningKey.generate(random) for name in names}
    identities = {name: generate_age_identity(random) for name in names}
    roles = {signers[name].public.text: role for name, role in ROLES.items()}
    world = World()
    laptops: dict[str, Replica] = {}
    for place, name in enumerate(names):
        laptop = Replica(world, natural_id("device", "fuzz", name), roles, seed=place + 1)
        laptop.key = signers[name].public.text
        laptops[name] = laptop
    _history(laptops, part)
    parties: dict[str, Party] = {}
    rows: dict[str, list[str]] = {}
    for name in names:
        device = str(laptops[name].device)
        chain = sorted((one for one in world.written.items() if one[1].device == device), key=lambda one: one[1].seq)
        hashes, lines = tuple(hash_ for hash_, _ in chain), tuple(one.line for _, one in chain)
        parties[name] = Party(name, device, signers[name], identities[name], lines, hashes)
        for line in lines:
            said = OperationLine.decode(line)
            if said.row not in rows.setdefault(said.table, []):
                rows[said.table].append(said.row)
    ours = laptops[OURS]
    known = {
        name: int(
            ours.database.execute("SELECT max(seq) FROM operation WHERE device = ?", (party.device,)).fetchone()[0] or 0
        )
        for name, party in parties.items()
    }
    return Stage(parties, roles, rows, known, bytes(ours.database.serialize()))
