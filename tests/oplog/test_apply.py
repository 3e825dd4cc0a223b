"""Taking in what others wrote: gaps, trust, refusals, forks, revocations and erases, one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.oplog.replicas import Replica, World, Written
from vejleder_tui.ids import natural_id
from vejleder_tui.oplog import OperationLine, chain_faults, forks, missing, read_row, row_token
from vejleder_tui.oplog.line import hash_of

ORGANISATION = natural_id("organisation", "0183")
A, B, C = (natural_id("device", name) for name in "abc")
ROLES = {f"key {A}": "coordinator", f"key {B}": "worker", f"key {C}": "worker"}


def laptop(world: World, device: str, *, roles: dict[str, str] | None = None, seed: int = 1) -> Replica:
    made = Replica(world, device, ROLES if roles is None else roles, seed=seed)

    def act(writer: Any) -> None:
        writer.create("device", device, {}, {"name": "Bærbar", "sign_key": f"key {device}"})
        writer.create("organisation", ORGANISATION, {"municipality": "0183"}, {"name": "Ishøj"})

    made.write(act)
    return made


def person(replica: Replica, name: str, **values: Any) -> str:
    made = replica.ids.new()
    replica.write(lambda w: w.create("citizen", made, {"organisation": ORGANISATION}, {"name": name, **values}))
    return made


def give(source: Replica, target: Replica, **options: Any) -> Any:
    done = None
    for tip in source.tips():
        done = target.take_in(source.pieces(tip, **options))
        target.sound()
        assert list(chain_faults(target.database)) == []
    return done


def held(replica: Replica) -> set[tuple[str, str]]:
    return {tuple(row) for row in replica.database.execute("SELECT why, need FROM held").fetchall()}


def forged(replica: Replica, *changes: dict[str, Any]) -> str:
    """Append operations that no writer of ours would make to a device's chain, as the device itself could; return the tip."""
    seq, previous = replica.database.execute(
        "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", (replica.device,)
    ).fetchone()
    for change in changes:
        seq += 1
        parts = {
            "device": replica.device, "seq": seq, "schema": 2, "at": "2026-11-24T09:42:00.000Z", "actor": "", "txn": seq,
            "kind": "write", "table": "citizen", "row": natural_id("citizen", str(seq)), "salt": "00" * 16, **change,
        }  # fmt: skip
        line = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        one = hash_of(previous, line)
        replica.world.written[one] = Written(
            str(replica.device), seq, previous, line, OperationLine.of(parts), frozenset()
        )
        replica.own.add(one)
        replica.database.execute(
            "INSERT INTO operation (device, seq, hash, txn, table_name, row, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (replica.device, seq, one, seq, "citizen", parts["row"], line),
        )
        previous = one
    return str(previous)


def test_taking_in_again_changes_nothing() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    person(one, "Einer")
    assert give(one, two).applied == 3
    before = two.state()
    assert (give(one, two).applied, two.state()) == (0, before)


def test_what_follows_a_gap_waits_and_names_exactly_what_is_missing() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    first = person(one, "Einer")
    second = person(one, "Jens")
    third = person(one, "Ida")
    early = one.pieces(one.tips()[0])
    late = one.pieces(one.tips()[0], skip=4)
    two.take_in(late)
    assert read_row(two.database, "citizen", third) is None
    assert [(gap.device, gap.first, gap.last) for gap in missing(two.database)] == [(A, 1, 4)]
    two.take_in(early)
    assert missing(two.database) == []
    assert held(two) == set()
    assert all(read_row(two.database, "citizen", row) is not None for row in (first, second, third))


def test_two_gaps_are_named_each() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    tips = []
    for name in ("Einer", "Jens", "Ida", "Max"):
        person(one, name)
        tips.append(one.tips()[0])
    two.take_in(one.pieces(tips[1], skip=3))
    two.take_in(one.pieces(tips[3], skip=5))
    assert [(gap.first, gap.last) for gap in missing(two.database)] == [(1, 3), (5, 5)]
    two.take_in(one.pieces(tips[0]))
    assert [(gap.first, gap.last) for gap in missing(two.database)] == [(5, 5)]
    two.take_in(one.pieces(tips[2], skip=4))
    assert missing(two.database) == []
    assert held(two) == set()


def test_operations_of_an_unknown_key_wait_and_apply_once_it_is_trusted() -> None:
    world = World()
    one = laptop(world, A)
    two = laptop(world, B, roles={f"key {B}": "worker"}, seed=2)
    row = person(one, "Einer")
    assert give(one, two).held == {"unknown": 3}
    assert read_row(two.database, "citizen", row) is None
    two.trust(ROLES)
    assert held(two) == set()
    assert read_row(two.database, "citizen", row) is not None
    two.trust({f"key {B}": "worker"})
    assert read_row(two.database, "citizen", row) is None
    two.sound()


def test_another_key_for_a_known_device_is_no_path() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    give(one, two)
    (path, *_rest), *operations = one.pieces(one.tips()[0])
    with pytest.raises(ValueError, match="another key"):
        two.take_in([(path, *_rest[:-1], "key of somebody else"), *operations])


def test_one_bad_operation_is_refused_by_name_and_only_what_builds_on_it_waits() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    good = natural_id("citizen", "good")
    bad = natural_id("citizen", "bad")
    key = {"organisation": ORGANISATION}
    tip = forged(
        one,
        {"row": bad, "key": key, "values": {"nick": "findes ikke"}},
        {"row": bad, "values": {"name": "bygger på den"}},
        {"row": good, "key": key, "values": {"name": "Ida"}},
        {"row": good, "values": {"birth_date": "2026-13-77"}},
        {"row": good, "values": {"protected": 1}},
        {"row": good, "values": {"name": "A\u0000B"}},
        {"row": good, "table": "operation", "values": {"line": "x"}},
        {"row": good, "key": {"name": "nøgle"}},
        {"row": good, "values": {"organisation": ORGANISATION}},
        {"row": good, "replaces": {"name": ["kort"]}, "values": {"name": "B"}},
        {"row": good, "schema": 99, "values": {"name": "B"}},
        {"row": "../x", "values": {"name": "B"}},
        {"row": good, "at": "i går", "values": {"name": "B"}},
        {"row": good, "kind": "drop", "values": {"name": "B"}},
    )
    two.take_in(one.pieces(tip))
    state = read_row(two.database, "citizen", good)
    assert state is not None
    assert state.values["name"] == "Ida"
    refused = [need for why, need in sorted(held(two)) if why == "refused"]
    assert refused == ["at", "field", "key", "kind", "replaces", "row", "schema", "table", "type"]
    assert ("create", bad) in held(two)
    two.sound()


def test_a_field_of_a_later_schema_is_refused_in_an_operation_of_an_earlier_one() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    tip = forged(one, {"table": "device", "row": A, "schema": 1, "values": {"fork_seen": "1"}})
    two.take_in(one.pieces(tip))
    assert ("refused", "field") in held(two)


def test_two_copies_that_went_on_are_both_folded_and_the_fork_is_told() -> None:
    world = World()
    one, two, third = laptop(world, A), laptop(world, B, seed=2), laptop(world, C, seed=3)
    shared = person(one, "Einer")
    copy = Replica(world, A, ROLES, seed=9)
    one.database.backup(copy.database)
    copy.own = set(one.own)
    one.write(lambda w: w.change("citizen", shared, {"name": "Einer M."}))
    copy.write(lambda w: w.change("citizen", shared, {"name": "Einar"}))
    copy.write(lambda w: w.change("citizen", shared, {"alias": "E"}))
    for source, target in ((one, two), (copy, two), (copy, third), (one, third)):
        give(source, target)
    assert two.state()["citizen"] == third.state()["citizen"]
    assert two.state()["contested"] == third.state()["contested"] != []
    (fork,) = forks(two.database)
    assert (fork.device, fork.seq, len(fork.hashes)) == (A, 4, 2)
    give(copy, one)
    assert one.device != A


def test_a_revocation_takes_away_what_came_after_the_named_operation_and_comes_late_just_as_well() -> None:
    world = World()
    chief, lost = laptop(world, A), laptop(world, B, seed=2)
    before = person(lost, "Einer")
    give(lost, chief)
    head = chief.database.execute("SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC", (B,)).fetchone()
    after = person(lost, "Stjålet")
    give(lost, chief)
    values = {"revoked_seq": head[0], "revoked_hash": head[1]}
    chief.write(lambda w: w.change("device", B, values))
    chief.trust(ROLES)
    late = laptop(world, C, seed=3)
    give(chief, late)
    for replica in (chief, late):
        assert read_row(replica.database, "citizen", before) is not None
        assert read_row(replica.database, "citizen", after) is None
        assert ("revoked", f"key {B}") in held(replica)
    other = laptop(world, natural_id("device", "d"), seed=4)
    give(lost, other)
    assert read_row(other.database, "citizen", after) is not None
    give(chief, other)
    assert read_row(other.database, "citizen", after) is None
    assert other.state()["citizen"] == late.state()["citizen"]


def test_a_worker_can_neither_erase_nor_revoke() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    row = person(one, "Einer")
    give(one, two)
    two.write(lambda w: w.change("device", A, {"revoked_seq": 1, "revoked_hash": "0" * 64}))
    two.write(lambda w: w.erase([row]))
    give(two, one)
    assert read_row(one.database, "citizen", row) is not None
    assert {why for why, _need in held(one)} == {"role"}
    one.trust({**ROLES, f"key {B}": "coordinator"})
    assert read_row(one.database, "citizen", row) is None


def test_what_a_third_laptop_wrote_of_an_erased_person_is_taken_when_it_arrives() -> None:
    world = World()
    one, two, third = laptop(world, A), laptop(world, B, seed=2), laptop(world, C, seed=3)
    row = person(one, "Einer", note="hemmelig")
    give(one, two)
    give(one, third)
    session = natural_id("session", "x")
    two.write(lambda w: w.create("session", session, {"planned_date": "2026-11-24", "number": 1}, {"status": "held"}))
    late = natural_id("attendance", session, row)
    two.write(lambda w: w.create("attendance", late, {"session": session, "citizen": row}, {"note": "også hemmelig"}))
    give(two, third)
    third.write(lambda w: w.change("attendance", late, {"note": "hemmelig rettet"}))
    one.write(lambda w: w.erase([row]))
    # The edit comes first, its create after: neither names the person by itself.
    one.take_in(third.pieces(third.tips()[0] if world.written[third.tips()[0]].device == C else third.tips()[1]))
    for source, target in ((third, one), (two, one), (one, two), (one, third), (two, third), (third, two)):
        give(source, target)
    for replica in (one, two, third):
        assert "hemmelig" not in "\n".join(replica.database.iterdump())
        assert read_row(replica.database, "attendance", late) is None
    assert one.state()["operation"] == two.state()["operation"] == third.state()["operation"]


def test_an_invented_remnant_takes_nothing_of_a_row_that_stands() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    gone, stays = person(one, "Einer"), person(one, "Ida")
    give(one, two)
    one.write(lambda w: w.erase([gone]))
    give(one, two)
    one.write(lambda w: w.change("citizen", stays, {"name": "Ida K."}))
    tip = one.tips()[0]
    erase = two.database.execute("SELECT erase FROM erased").fetchone()[0]
    pieces = one.pieces(tip)
    number, one_hash = pieces[-1][1], pieces[-1][2]
    lied = [*pieces[:-1], ("taken", number, one_hash, row_token(stays), erase, "row")]
    two.take_in(lied)
    assert read_row(two.database, "citizen", stays) is not None
    two.take_in(pieces)
    state = read_row(two.database, "citizen", stays)
    assert state is not None
    assert state.values["name"] == "Ida K."
    two.sound()


def test_a_row_that_is_created_here_lets_go_what_waited_for_it() -> None:
    """An edit came without its create, and somebody here registers the same: both count at once."""
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    row = person(one, "Einer")
    give(one, two)
    session = natural_id("session", "x")
    for each in (one, two):
        key = {"planned_date": "2026-11-24", "number": 1}
        each.write(lambda w, key=key: w.create("session", session, key, {"status": "held"}))
    late, key = natural_id("attendance", session, row), {"session": session, "citizen": row}
    two.write(lambda w: w.create("attendance", late, key, {"code": "present"}))
    two.write(lambda w: w.change("attendance", late, {"note": "kom sent"}))
    tip = next(tip for tip in two.tips() if world.written[tip].device == B)
    one.take_in(two.pieces(tip, hidden=lambda said: said.key == key))
    assert ("create", late) in held(one)
    one.write(lambda w: w.create("attendance", late, key, {"minutes": 30}))
    state = read_row(one.database, "attendance", late)
    assert state is not None
    assert (state.values["minutes"], state.values["note"]) == (30, "kom sent")
    assert held(one) == set()
    one.sound()


def test_the_path_must_lead_to_its_signed_end() -> None:
    world = World()
    one, two = laptop(world, A), laptop(world, B, seed=2)
    person(one, "Einer")
    pieces = one.pieces(one.tips()[0])
    with pytest.raises(ValueError, match="lead to its end"):
        two.take_in(pieces[:-1])
    two.database.execute("ROLLBACK")
    with pytest.raises(ValueError, match="next of a path"):
        two.take_in([pieces[0], pieces[2]])
