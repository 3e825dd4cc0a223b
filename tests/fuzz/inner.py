"""The inner layers: operations that their own device rewrote, and true chains that somebody carries with lies in them."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter

from tests.fuzz.chains import carried, rewritten, whole
from tests.fuzz.mutations import Mutator
from tests.fuzz.oracle import Call, accounted_for, check, state_of, take_in, trust
from tests.fuzz.world import PARTS, Stage, stage

__all__ = ["Outcomes", "operations", "outcome_of", "runs"]

Outcomes = Counter[str]


def operations(seed: int) -> Outcomes:
    """One to four bundles whose operations their own devices rewrote and signed; returns what became of each."""
    chance = random.Random(f"operations {seed}")
    world = stage(chance.choice(PARTS))
    mutator = Mutator(chance, world)
    database, found = world.copy(), Outcomes()
    accepted: list[list[Call]] = []
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        paths = [rewritten(chance, mutator, world) for _ in range(chance.choice((1, 1, 1, 2)))]
        if any(why := path.refusal() for path in paths):
            found[f"refused: {_kind(why)}"] += 1
            continue
        calls = [call for path in paths for call in path.calls]
        done = take_in(database, world.roles, calls)
        if done is None:
            found["refused: another key"] += 1
            continue
        check(database, world.roles)
        accounted_for(database, calls)
        accepted.append(calls)
        found[outcome_of(done.applied, done.held, done.erased)] += 1
    if accepted and chance.random() < 0.4:
        _in_another_order(chance, world, database, accepted)
    return found


def _in_another_order(
    chance: random.Random, world: Stage, database: sqlite3.Connection, accepted: list[list[Call]]
) -> None:
    """Assert that the same bundles in another order, and late trust, give the same."""
    again = world.copy()
    order = list(accepted)
    chance.shuffle(order)
    if chance.random() < 0.5:
        trust(again, {key: role for key, role in world.roles.items() if chance.random() < 0.5})
    for calls in order:
        take_in(again, world.roles, calls)
    trust(again, world.roles)
    check(again, world.roles)
    one, other = state_of(database), state_of(again)
    for name, value in one.items():
        assert value == other[name], f"another order gives another {name}"


def runs(seed: int) -> Outcomes:
    """One to three bundles of true chains with lies about what is not in them; then the truth, whole."""
    chance = random.Random(f"runs {seed}")
    world = stage(chance.choice(PARTS))
    mutator = Mutator(chance, world)
    database, found = world.copy(), Outcomes()
    for _ in range(chance.choice((1, 1, 2, 3))):
        paths = [carried(chance, mutator, world) for _ in range(chance.choice((1, 1, 2)))]
        calls = [call for path in paths for call in path.calls]
        done = take_in(database, world.roles, calls)
        if done is None:
            found["refused: another key"] += 1
            continue
        check(database, world.roles)
        found[outcome_of(done.applied, done.held, done.erased)] += 1
    told = [call for party in world.parties.values() for call in whole(party).calls]
    honest = world.copy()
    take_in(honest, world.roles, told)
    take_in(database, world.roles, told)
    check(database, world.roles)
    one, other = state_of(database), state_of(honest)
    for name, value in other.items():
        if name == "held":
            # What a carrier made up may wait for ever; nothing true does.
            assert {line for line in one[name] if any(true in line for true in mutator.hashes)} == set(value)
        elif name not in {"withheld", "operation"}:
            assert one[name] == value, f"a carrier's lie changed {name} for good"
    return found


def _kind(why: str) -> str:
    return "number" if "another number" in why else why.rsplit(":", maxsplit=1)[-1].strip() if ":" in why else why


def outcome_of(applied: int, held: Counter[str], erased: list[str]) -> str:
    """Return in few words what became of a bundle."""
    if not applied:
        return "nothing new"
    if erased:
        return "applied, an erase in force"
    return "applied" if not held else "applied, held: " + "+".join(sorted(held))
