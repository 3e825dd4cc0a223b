"""What must hold after anything was delivered, whatever it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tests.oplog.replicas import Replica, World
from vejleder_tui.oplog import Applied, Applying, chain_faults, fold_faults, retrust
from vejleder_tui.oplog.form import judge
from vejleder_tui.oplog.line import OperationLine

__all__ = ["Call", "accounted_for", "check", "dump", "forged", "state_of", "take_in", "trust"]

Call = tuple[Any, ...]
WHYS = {"gap", "unknown", "revoked", "role", "refused", "create", "named", "parent"}
STRONG = {"coordinator", "exporter", "administration"}


def take_in(database: sqlite3.Connection, roles: Mapping[str, str], calls: Sequence[Call]) -> Applied | None:
    """Take pieces in, in one transaction that is kept; None, and nothing kept, when another key vouches for a device."""
    database.execute("BEGIN")
    try:
        applying = Applying(database, roles)
        for what, *parts in calls:
            try:
                getattr(applying, what)(*parts)
            except ValueError as error:
                if not str(error).endswith("another key"):
                    raise
                database.execute("ROLLBACK")
                return None
        done = applying.finish()
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
    return done


def trust(database: sqlite3.Connection, roles: Mapping[str, str]) -> None:
    """Reckon anew under other keys."""
    database.execute("BEGIN")
    retrust(database, roles)
    database.execute("COMMIT")


def check(database: sqlite3.Connection, roles: Mapping[str, str]) -> None:
    """Assert that the tables are the fold of a whole log, and that nothing counts that has no right to."""
    faults = list(fold_faults(database))
    assert faults == [], faults[:3]
    broken = list(chain_faults(database))
    assert broken == [], broken[:3]
    assert {row[0] for row in database.execute("SELECT DISTINCT why FROM held").fetchall()} <= WHYS
    keys = dict(database.execute("SELECT device, public_key FROM signed_head").fetchall())
    held: dict[str, set[str]] = {}
    for one, why in database.execute("SELECT hash, why FROM held").fetchall():
        held.setdefault(one, set()).add(why)
    lines = database.execute("SELECT device, hash, line FROM operation WHERE line IS NOT NULL").fetchall()
    for device, one, line in lines:
        if device not in keys:
            continue  # our own, or what stands before any signed end
        role = roles.get(keys[device])
        if role is None:
            assert "unknown" in held.get(one, ()), "an unknown key counts"
        said = judge(line)
        if isinstance(said, str):
            assert "refused" in held.get(one, ()), "what cannot be read is not named"
        elif role not in STRONG and (said.kind == "erase" or "revoked_seq" in said.values):
            assert held.get(one), "a worker's key erases or revokes"


def accounted_for(database: sqlite3.Connection, calls: Sequence[Call]) -> None:
    """Assert that every operation that was delivered is here, and folded, held by name or taken by an erase."""
    device = ""
    for what, *parts in calls:
        if what == "path":
            device = parts[0]
        if what != "operation":
            continue
        seq, one, line = parts
        row = database.execute(
            "SELECT line, taken, table_name, row FROM operation WHERE device = ? AND seq = ? AND hash = ?",
            (device, seq, one),
        ).fetchone()
        assert row is not None, "lost"
        if row[0] is None:
            assert row[1], "its line is gone and no erase says why"
            continue
        assert row[0] == line
        if database.execute("SELECT 1 FROM held WHERE hash = ?", (one,)).fetchone():
            continue
        said = OperationLine.decode(line)
        if said.kind == "erase":
            named = [*str(said.values.get("rows") or "").split(), *str(said.values.get("fields") or "").split()]
            there = {token for (token,) in database.execute("SELECT token FROM erased WHERE erase = ?", (one,))}
            assert set(named) <= there, "an erase is neither in force nor held"
        else:
            found = database.execute(f'SELECT 1 FROM "{said.table}" WHERE id = ?', (said.row,)).fetchone()
            assert found is not None, "neither folded nor held"


def forged(database: sqlite3.Connection, true: set[str]) -> list[str]:
    """Return the hashes of what stands here as said by somebody and was never written by him."""
    return [one for (one,) in database.execute("SELECT hash FROM operation").fetchall() if one not in true]


def state_of(database: sqlite3.Connection) -> dict[str, Any]:
    """Return everything that must be the same where the same is held and trusted.

    Of several erases which one a remnant names is not part of it: whose line went first can no longer be told.
    """
    found = Replica(World(), None, {}, database=database).state()
    found["operation"] = sorted(database.execute("SELECT device, seq, hash, line FROM operation").fetchall(), key=repr)
    return found


def dump(database: sqlite3.Connection) -> str:
    """Return everything that a database holds."""
    return json.dumps(list(database.iterdump()))
