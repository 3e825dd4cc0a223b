"""Replicas on plain SQLite, with a god's eye view: what every operation says, who wrote it, and what its writer knew."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from tests.bundle.bundle_builder import root_of, told_of
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import IdSource, SeededRandomness
from vejleder_tui.migrations.run import upgrade
from vejleder_tui.oplog import Applied, Applying, Door, OperationLine, Writer, fold_faults, retrust, state_digest
from vejleder_tui.oplog.line import GENESIS
from vejleder_tui.oplog.tables import table_names

START = datetime(2026, 11, 24, 9, 42, tzinfo=UTC)


@cache
def _script() -> str:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as bound:
        upgrade(bound, ("shared",))
        bound.commit()
    return "\n".join(line for line in connection.iterdump() if "alembic_version" not in line)


def empty_database() -> sqlite3.Connection:
    """Return a database in memory with the shared tables."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.executescript(_script())
    made.execute("PRAGMA foreign_keys = ON")
    return made


@dataclass(frozen=True)
class Written:
    """An operation as its writer made it, and the hashes that were folded where it was written."""

    device: str
    seq: int
    previous: str
    line: str
    said: OperationLine
    knew: frozenset[str]


@dataclass
class World:
    """Everything that was ever written, by hash."""

    written: dict[str, Written] = field(default_factory=dict)

    def key(self, device: str) -> str:
        """Return the key of a device, as its operation 1 says it."""
        first = next(one for one in self.written.values() if one.device == device and one.seq == 1)
        return str(first.said.values["sign_key"])

    def way(self, hash_: str) -> list[str]:
        """Return the hashes that lead to one, from number 1."""
        found = []
        while hash_ != GENESIS:
            found.append(hash_)
            hash_ = self.written[hash_].previous
        return found[::-1]


class Replica:
    """A laptop or a centre: a database, the keys that it trusts, and for a laptop its device and clock."""

    def __init__(
        self, world: World, device: str | None, roles: dict[str, str], *, database: Any = None, seed: int = 0
    ) -> None:
        self.world = world
        self.device = device
        self.roles = roles
        self.database = empty_database() if database is None else database
        self.clock = FixedClock(START + timedelta(days=random.Random(seed).randint(-2000, 2000)), timedelta(seconds=1))
        self.ids = IdSource(self.clock, SeededRandomness(seed))
        self.door = Door()
        self.key = f"key {device}"
        self.own: set[str] = set()

    def new_identity(self) -> None:
        """Go on under another device id and the same key, as a store does that finds that a copy of it was written in."""
        old = self.database.execute(
            f"SELECT seq, hash FROM operation WHERE device = ? AND hash IN ({', '.join('?' * len(self.own))})"
            " ORDER BY seq DESC LIMIT 1",
            (self.device, *sorted(self.own)),
        ).fetchone()
        if old is not None:
            self.database.execute(
                "INSERT INTO signed_head (device, seq, hash, root, signature, public_key)"
                " VALUES (?, ?, ?, ?, 'signature', ?) ON CONFLICT DO NOTHING",
                (self.device, *old, root_of(self.world.way(old[1])), self.key),
            )
        self.device = self.ids.new()
        self.own = set()
        self.write(lambda writer: writer.create("device", self.device, {}, {"name": "Kopi", "sign_key": self.key}))
        # The desk refuses to write under a revoked key; what is written here all the same must not count.
        self.trust(self.roles)

    def write(self, act: Any) -> list[str]:
        """Do something in one transaction through the writer; return the hashes of what was written."""
        assert self.device is not None
        self.database.execute("BEGIN")
        knew = frozenset(
            row[0]
            for row in self.database.execute(
                "SELECT hash FROM operation WHERE hash NOT IN (SELECT hash FROM held)"
            ).fetchall()
        )
        writer = Writer(self.database, device=self.device, actor="", ids=self.ids, door=self.door)
        before = writer._seq, writer._hash
        try:
            act(writer)
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        rows = self.database.execute(
            "SELECT seq, hash, line FROM operation WHERE device = ? AND seq > ? ORDER BY seq", (self.device, before[0])
        ).fetchall()
        previous = before[1]
        new: list[str] = []
        for seq, one, line in rows:
            said = OperationLine.decode(line)
            self.world.written[one] = Written(self.device, seq, previous, line, said, knew | set(new))
            new.append(one)
            self.own.add(one)
            previous = one
        self.database.execute("COMMIT")
        return new

    def tips(self) -> list[str]:
        """Return the signed ends that this replica can send: its own newest operation, and what others signed."""
        found = [row[0] for row in self.database.execute("SELECT hash FROM signed_head").fetchall()]
        own = self.database.execute(
            "SELECT hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", (self.device,)
        ).fetchone()
        return sorted({*found, *([own[0]] if own else [])})

    def pieces(self, tip: str, skip: int = 0, hidden: Any = lambda _said: False) -> list[tuple[Any, ...]]:
        """Return the path to a signed end as a bundle has it, without the first `skip` places; `hidden` is withheld."""
        way = self.world.way(tip)
        skip = min(skip, len(way) - 1)
        last = self.world.written[tip]
        before = way[skip - 1] if skip else GENESIS
        found: list[tuple[Any, ...]] = [
            (
                "path",
                last.device,
                skip + 1,
                last.seq,
                before,
                tip,
                root_of(way),
                "signature",
                self.world.key(last.device),
            )
        ]
        for one in way[skip:]:
            said = self.world.written[one]
            row = self.database.execute(
                "SELECT line, row, taken FROM operation WHERE device = ? AND seq = ? AND hash = ?",
                (said.device, said.seq, one),
            ).fetchone()
            if row is not None and row[0] is None:
                kind, erase = row[2].split(" ")
                found.append(("taken", said.seq, one, row[1], erase, kind))
            elif row is not None and not (said.seq > 1 and hidden(said.said)):
                found.append(("operation", said.seq, one, row[0]))
            elif found[-1][0] == "absent":
                found[-1] = ("absent", found[-1][1], said.seq, one)
            else:
                found.append(("absent", said.seq, said.seq, one))
        return [(*one, told_of(way, one[1], one[2])) if one[0] == "absent" else one for one in found]

    def take_in(self, bundle: list[tuple[Any, ...]]) -> Applied:
        """Take in pieces in one transaction."""
        self.database.execute("BEGIN")
        applying = Applying(self.database, self.roles, opened=self.door.opened)
        for what, *parts in bundle:
            getattr(applying, what)(*parts)
        done = applying.finish()
        self.database.execute("COMMIT")
        others = self.database.execute("SELECT hash FROM operation WHERE device = ?", (self.device,)).fetchall()
        if self.device is not None and any(one not in self.own for (one,) in others):
            self.new_identity()
        return done

    def trust(self, roles: dict[str, str]) -> None:
        """Trust other keys from here on."""
        self.roles = roles
        self.database.execute("BEGIN")
        retrust(self.database, roles, opened=self.door.opened)
        self.database.execute("COMMIT")

    def state(self) -> dict[str, Any]:
        """Return everything that must be the same where the same is held and trusted."""
        found: dict[str, Any] = {}
        for table in table_names():
            found[table] = sorted(self.database.execute(f'SELECT * FROM "{table}"').fetchall())
        for table in ("contested", "withheld"):
            found[table] = sorted(map(repr, self.database.execute(f"SELECT * FROM {table}").fetchall()))
        for table, columns in (("operation", "device, seq, hash, row, line, taken"), ("held", "hash, why, need")):
            found[table] = sorted(map(repr, self.database.execute(f"SELECT {columns} FROM {table}").fetchall()))
        found["digest"] = state_digest(self.database).digest
        return found

    def sound(self) -> None:
        """Assert that the tables are the fold of the log."""
        assert list(fold_faults(self.database)) == []
