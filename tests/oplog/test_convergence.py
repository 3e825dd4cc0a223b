"""Any history of several laptops, delivered in any way, ends in the same state wherever the same is held and trusted."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from functools import partial
from typing import Any

import pytest

from tests.oplog.laws import undo_law, void_law
from tests.oplog.replicas import Replica, World
from vejleder_tui.ids import natural_id
from vejleder_tui.oplog import OperationLine, chain_faults, read_row, row_token
from vejleder_tui.oplog.leaves import parse_leaves
from vejleder_tui.oplog.tables import filled, sql_of

HISTORIES = int(os.environ.get("VEJLEDER_HISTORIES", "500"))
BATCHES = 20
ORGANISATION = natural_id("organisation", "0183")
COURSES = [natural_id("course", str(number)) for number in range(2)]
SESSIONS = [natural_id("session", course, "2026-11-24", 1) for course in COURSES]


def _belongs(session: str, said: OperationLine) -> bool:
    """Tell whether an operation belongs to a session that a slice leaves out."""
    return bool(session) and (said.row == session or (said.key or {}).get("session") == session)


class History:
    """Four laptops (two may be copies of one folder), a relay, a fresh one at the end; all acts drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.world = World()
        devices = [natural_id("device", str(seed), str(number)) for number in range(4)]
        self.copied = self.random.random() < 0.3
        if self.copied:
            devices[3] = devices[2]
        self.roles = {f"key {device}": "coordinator" if place < 2 else "worker" for place, device in enumerate(devices)}
        # Nobody trusts the last one's key at first, sometimes.
        self.late = f"key {devices[3]}" if self.random.random() < 0.3 and not self.copied else None
        first = {key: role for key, role in self.roles.items() if key != self.late}
        self.laptops = []
        for number, device in enumerate(devices):
            own = {**first, f"key {device}": self.roles[f"key {device}"]}
            self.laptops.append(Replica(self.world, device, own, seed=seed * 10 + number))
        self.relays: list[Replica] = []
        self.people: list[str] = []
        self.words: dict[str, set[str]] = {}
        self.erased: set[str] = set()
        self.counter = self.checks = 0
        self.told: Counter[str] = Counter()
        for number, laptop in enumerate(self.laptops):
            if not (self.copied and number == 3):
                self.begin(laptop)
        if self.copied:
            self.laptops[2].database.backup(self.laptops[3].database)
            self.laptops[3].own = set(self.laptops[2].own)

    def begin(self, laptop: Replica) -> None:
        def act(writer: Any) -> None:
            device = laptop.device
            writer.create("device", device, {}, {"name": "Bærbar", "sign_key": f"key {device}"})
            writer.create("organisation", ORGANISATION, {"municipality": "0183"}, {"name": "Ishøj"})
            for course, session in zip(COURSES, SESSIONS, strict=True):
                writer.create("course", course, {"organisation": ORGANISATION}, {"title": "ABC"})
                key = {"course": course, "planned_date": "2026-11-24", "number": 1}
                writer.create("session", session, key, {"status": "held"})

        laptop.write(act)

    def word(self, *people: str) -> str:
        self.counter += 1
        made = f"ord{self.counter:06d}slut"
        for one in people:
            self.words.setdefault(one, set()).add(made)
        return made

    def act(self, laptop: Replica) -> None:
        here = [one for one in self.people if read_row(laptop.database, "citizen", one) is not None]
        acts = (self.person, self.attend, self.attend, self.attend, self.name, self.name, self.note, self.group_note,
                self.void, self.restore, self.goal, self.move, self.revoke, self.erase, self.guest, self.undo,
                self.undo, self.apart, self.apart)  # fmt: skip
        act = self.random.choice(acts)
        if not here:
            self.person(laptop, "")
        else:
            act(laptop, self.random.choice(here))

    def person(self, laptop: Replica, _one: str) -> None:
        made = laptop.ids.new()
        self.people.append(made)
        values = {"name": self.word(made), "note": self.word(made)}
        laptop.write(lambda w: w.create("citizen", made, {"organisation": ORGANISATION}, values))

    def attend(self, laptop: Replica, one: str) -> None:
        session = self.random.choice(SESSIONS)
        code = self.random.choice([None, "present", "absent_notified", "partial"])
        values: dict[str, Any] = {"code": code, "minutes": self.random.choice([None, 30, 60])}
        if self.random.random() < 0.3:
            values["note"] = self.word(one)
        key = {"session": session, "citizen": one}
        laptop.write(lambda w: w.create("attendance", natural_id("attendance", session, one), key, values))

    def _change(self, laptop: Replica, one: str, values: dict[str, Any]) -> None:
        state = read_row(laptop.database, "citizen", one)
        if state is not None and not state.void:
            laptop.write(lambda w: w.change("citizen", one, values))

    def name(self, laptop: Replica, one: str) -> None:
        self._change(laptop, one, {"name": self.word(one), "alias": self.random.choice(["A", "B", None])})

    def note(self, laptop: Replica, one: str) -> None:
        self._change(laptop, one, {"note": self.random.choice([None, self.word(one)])})

    def group_note(self, laptop: Replica, one: str) -> None:
        """Write a group note that names the person; who erases the person names this field."""
        session = self.random.choice(SESSIONS)
        laptop.write(lambda w: w.change("session", session, {"note": self.word(one)}))

    def guest(self, laptop: Replica, one: str) -> None:
        made, session = laptop.ids.new(), self.random.choice(SESSIONS)
        laptop.write(lambda w: w.create("guest", made, {"session": session}, {"label": "gæst"}))
        laptop.write(lambda w: w.change("guest", made, {"citizen": one}))

    def undo(self, laptop: Replica, _one: str) -> None:
        self.told[undo_law(laptop)] += 1

    def _place(self, one: str) -> tuple[str, str]:
        session = self.random.choice(SESSIONS)
        return self.random.choice([("citizen", one), ("attendance", natural_id("attendance", session, one))])

    def void(self, laptop: Replica, one: str) -> None:
        table, row = self._place(one)
        found = read_row(laptop.database, table, row)
        if found is not None and not found.void:
            laptop.write(lambda w: w.void(table, row))

    def apart(self, laptop: Replica, one: str) -> None:
        """Take a row away here while others, who cannot know, take it away, write in it, or add it again."""
        table, row = self._place(one)
        others = [other for other in self.laptops if other is not laptop and other.device != laptop.device]
        for other in (laptop, *self.random.sample(others, self.random.randint(1, 2))):
            found = read_row(other.database, table, row)
            if found is None:
                continue
            if other is laptop or self.random.random() < 0.3:
                if not found.void:
                    other.write(lambda w: w.void(table, row))
            elif found.void:
                other.write(lambda w: w.restore(table, row))
            elif table == "citizen":
                self.name(other, row)
            else:
                other.write(lambda w: w.change(table, row, {"minutes": self.random.choice([None, 45, 90])}))

    def restore(self, laptop: Replica, one: str) -> None:
        table, row = self._place(one)
        found = read_row(laptop.database, table, row)
        if found is not None and found.void:
            laptop.write(lambda w: w.restore(table, row))

    def goal(self, laptop: Replica, one: str) -> None:
        goal, child = natural_id("goal", one), laptop.ids.new()
        if read_row(laptop.database, "goal", goal) is None:
            laptop.write(lambda w: w.create("goal", goal, {"citizen": one}, {"text": self.word(one), "baseline": 3}))
        else:
            laptop.write(lambda w: w.create("goal", child, {"citizen": one}, {"parent": goal, "text": self.word(one)}))

    def move(self, laptop: Replica, _one: str) -> None:
        status, session = self.random.choice(["held", "cancelled", "moved"]), self.random.choice(SESSIONS)
        laptop.write(lambda w: w.change("session", session, {"status": status}))

    def revoke(self, laptop: Replica, _one: str) -> None:
        other = self.random.choice(self.laptops)
        if self.random.random() > 0.15 or laptop not in self.laptops[:2] or other is laptop:
            return
        head = laptop.database.execute(
            "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", (other.device,)
        ).fetchone()
        if head is not None and read_row(laptop.database, "device", str(other.device)) is not None:
            values = {"revoked_seq": head[0], "revoked_hash": head[1]}
            laptop.write(lambda w: w.change("device", str(other.device), values))

    def erase(self, laptop: Replica, one: str) -> None:
        if laptop not in self.laptops[:2] or self.random.random() > 0.4:
            return
        rows = [one]
        for table in ("attendance", "goal"):
            rows += [
                r[0] for r in laptop.database.execute(f"SELECT id FROM {table} WHERE citizen = ?", (one,)).fetchall()
            ]
        # Whatever stands in the group note may name the person: who erases takes it along.
        laptop.write(lambda w: w.erase(rows, [(session, "note") for session in SESSIONS]))
        self.erased.add(one)

    def deliver(self, source: Replica, target: Replica, *, whole: bool = False) -> bool:
        """Bring what one has to another; return whether that changed anything there."""
        bundle: list[tuple[Any, ...]] = []
        tips = source.tips()
        if not whole:
            tips = [tip for tip in tips if self.random.random() < 0.7]
            self.random.shuffle(tips)
        for tip in tips:
            skip = 0 if whole or self.random.random() < 0.5 else self.random.randint(0, 12)
            away = self.random.choice(SESSIONS) if not whole and self.random.random() < 0.25 else ""
            bundle += source.pieces(tip, skip, partial(_belongs, away))
        before = target.marks()
        target.take_in(bundle)
        if target.marks() == before:
            return False  # what was sound is so still
        self.check(target)
        return True

    def check(self, replica: Replica) -> None:
        replica.sound()
        assert list(chain_faults(replica.database)) == []
        self.no_invented_conflict(replica)
        self.checks += 1
        if self.checks % 5 == 0:
            self.told += void_law(replica)

    def no_invented_conflict(self, replica: Replica) -> None:
        found: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for table, row, name, one, value in replica.database.execute("SELECT * FROM contested").fetchall():
            found.setdefault((table, row, name), []).append((one, value))
        for (table, row, name), leaves in found.items():
            for one, value in leaves:
                for other, another in leaves:
                    if value != another:
                        assert one not in self.world.written[other].knew, (table, row, name)

    def no_word_of_the_erased(self, replica: Replica) -> None:
        erased = {row[0] for row in replica.database.execute("SELECT DISTINCT erase FROM erased").fetchall()}
        if not erased:
            return
        text = (
            "\n".join(replica.database.iterdump())
            if hasattr(replica.database, "iterdump")
            else json.dumps(replica.state())
        )
        tokens = {row[0] for row in replica.database.execute("SELECT token FROM erased WHERE kind = 'row'").fetchall()}
        for one in self.erased:
            if row_token(one) not in tokens:
                continue
            assert one not in text
            for word in self.words[one]:
                assert word not in text

    def no_lost_edit(self, replica: Replica) -> None:
        held = {row[0] for row in replica.database.execute("SELECT hash FROM held").fetchall()}
        lines = replica.database.execute(
            "SELECT hash FROM operation WHERE line IS NOT NULL AND table_name <> 'erasure'"
        ).fetchall()
        replaced: dict[tuple[str, str], set[str]] = {}
        live = [one for (one,) in lines if one not in held]
        for one in live:
            said = self.world.written[one].said
            for name, hashes in said.replaces.items():
                if name in said.values:
                    replaced.setdefault((said.row, name), set()).update(hashes)
        for one in live:
            said = self.world.written[one].said
            state = read_row(replica.database, said.table, said.row)
            assert state is not None
            leaves = parse_leaves(state.leaves, filled(sql_of(said.table), state.values))
            for name in said.values:
                assert one in leaves.get(name, ()) or one in replaced.get((said.row, name), ())

    def run(self) -> None:
        for _ in range(self.random.randint(10, 35)):
            laptop = self.random.choice(self.laptops)
            if self.random.random() < 0.6:
                self.act(laptop)
                laptop.sound()
            else:
                source = self.random.choice([laptop, *self.relays])
                target = self.random.choice([*self.laptops, *self.relays])
                if target is not source:
                    self.deliver(source, target)
        self.end()

    def end(self) -> None:
        """Let everybody trust everybody and hear of everything, a fresh laptop too; then all must be the same."""
        everyone = [*self.laptops, *self.relays, Replica(self.world, None, self.roles)]
        for replica in everyone:
            replica.trust(self.roles)
            self.check(replica)
        for _ in range(6):
            changed = [
                self.deliver(source, target, whole=True)
                for source in everyone
                for target in self.random.sample(everyone, len(everyone))
                if source is not target
            ]
            if not any(changed):
                break
        states = [replica.state() for replica in everyone]
        for state in states[1:]:
            for name, found in state.items():
                assert found == states[0][name], name
        for replica in everyone:
            self.no_word_of_the_erased(replica)
            self.no_lost_edit(replica)
        self.told += void_law(everyone[0])


@pytest.mark.parametrize("batch", range(BATCHES))
def test_any_history_converges(batch: int) -> None:
    told: Counter[str] = Counter()
    for number in range(HISTORIES // BATCHES):
        seed = batch * 100_000 + number
        try:
            history = History(seed)
            history.run()
            told.update(history.told)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
    if HISTORIES >= 500:
        assert all(told[what] for what in ("undone", "away", "disputed")), told
