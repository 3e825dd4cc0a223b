"""No forgery by a trusted relay: what it can make without the other's key takes nothing, invents nothing, and heals."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from tests.bundle.bundle_builder import proved, root_of, sealed_file, tar_of, told_of, with_manifest
from tests.fuzz.chains import Path, whole
from tests.fuzz.oracle import accounted_for, check, state_of, take_in
from tests.fuzz.world import COORDINATOR, OURS, RELAY, WORKER, Party, Stage, stage
from vejleder_tui.bundle.header import AbsentRun, BundleHeader, Cover, Exporter
from vejleder_tui.bundle.verify import Verification, verify_bundle
from vejleder_tui.bundle.writer import sign_head
from vejleder_tui.ids import natural_id
from vejleder_tui.oplog import row_token
from vejleder_tui.oplog.line import hash_of

TRUTH = (COORDINATOR, WORKER, RELAY)


@pytest.fixture
def world() -> Stage:
    return stage(0.3)


def honest_state(world: Stage) -> dict[str, Any]:
    database = world.copy()
    take_in(database, world.roles, everything(world))
    return state_of(database)


def everything(world: Stage) -> list[Any]:
    return [call for name in TRUTH for call in whole(world.parties[name]).calls]


def heals(world: Stage, *paths: Path, ignoring: tuple[str, ...] = ("withheld", "operation")) -> None:
    """Assert that after the lie and then the truth everything is as after the truth alone."""
    database = world.copy()
    for path in paths:
        take_in(database, world.roles, path.calls)
        check(database, world.roles)
    take_in(database, world.roles, everything(world))
    check(database, world.roles)
    accounted_for(database, everything(world))
    found, right = state_of(database), honest_state(world)
    for name, value in right.items():
        if name not in ignoring:
            assert found[name] == value, name


def remnants(party: Party, first: int, rows: list[str], erase: str) -> Path:
    """Say of a device's numbers from `first` on that an erase took them, each on one of `rows`."""
    pieces = tuple(
        ("taken", seq, party.hashes[seq - 1], row_token(row), erase, "row") for seq, row in enumerate(rows, start=first)
    )
    return Path(party, first, party.before(first), pieces)


@pytest.mark.parametrize("of", ["citizen", "attendance", "goal", "session", "course", "organisation", "device"])
def test_invented_remnants_take_nobody_s_rows(world: Stage, of: str) -> None:
    """In another's chain and in the relay's own, naming an erase that nobody made and one that somebody did."""
    rows = world.rows[of]
    true_erase = world.parties[COORDINATOR].hashes[-1]
    for party in (world.parties[WORKER], world.parties[RELAY]):
        some = rows[: len(party.lines) - 2]
        for erase in (true_erase, "e" * 64):
            heals(world, remnants(party, len(party.lines) - len(some) + 1, some, erase))


@pytest.mark.parametrize("of", ["citizen", "goal", "session"])
def test_invented_remnants_of_a_true_erase_take_nothing_of_a_row_that_stands(of: str) -> None:
    """The erase is in force already: still nothing of a row whose create is here goes, nor what comes for it later."""
    world = stage(0.6)
    database = world.copy()
    take_in(database, world.roles, whole(world.parties[COORDINATOR]).calls)
    relay = world.parties[RELAY]
    told = remnants(relay, len(relay.lines), [world.rows[of][0]], world.parties[COORDINATOR].hashes[-1])
    row = world.rows[of][0]
    before = database.execute(f'SELECT * FROM "{of}" WHERE id = ?', (row,)).fetchall()
    take_in(database, world.roles, told.calls)
    assert database.execute(f'SELECT * FROM "{of}" WHERE id = ?', (row,)).fetchall() == before
    take_in(database, world.roles, everything(world))
    take_in(database, world.roles, everything(world))
    check(database, world.roles)
    right = honest_state(world)
    assert state_of(database)[of] == right[of]


def test_a_lie_about_where_a_path_begins_keeps_nothing_back_for_ever(world: Stage) -> None:
    worker = world.parties[WORKER]
    last = len(worker.lines)
    away = ("absent", 20, 24, worker.hashes[23], "")
    lines = [("operation", seq, worker.hashes[seq - 1], worker.lines[seq - 1]) for seq in range(25, last + 1)]
    heals(world, Path(worker, 20, "b" * 64, (away, *lines)))
    # Twice, each with another lie, and in two runs of which the first ends nowhere.
    heals(
        world,
        Path(worker, 20, "b" * 64, (away, *lines)),
        Path(
            worker, 20, "c" * 64, (("absent", 20, 22, "d" * 64, ""), ("absent", 23, 24, worker.hashes[23], ""), *lines)
        ),
        ignoring=("withheld", "operation"),
    )


def test_a_remnant_with_the_hash_of_another_operation_is_no_hindrance_to_it(world: Stage) -> None:
    worker = world.parties[WORKER]
    pieces = (
        ("taken", 25, worker.hashes[31], row_token(world.rows["citizen"][0]), "e" * 64, "row"),
        ("absent", 26, len(worker.lines), worker.hashes[-1], ""),
    )
    database = world.copy()
    take_in(database, world.roles, Path(worker, 25, "b" * 64, pieces).calls)
    check(database, world.roles)
    take_in(database, world.roles, whole(worker, 26).calls)
    check(database, world.roles)
    take_in(database, world.roles, everything(world))
    check(database, world.roles)
    right = honest_state(world)
    found = state_of(database)
    assert {name: found[name] for name in ("citizen", "attendance", "digest")} == {
        name: right[name] for name in ("citizen", "attendance", "digest")
    }


# -- files -------------------------------------------------------------------------------------------------------------


def bundle_of(tmp_path: Any, world: Stage, cover: Cover, lines: list[str]) -> Verification:
    """Let the relay write, sign and seal a bundle for us, and look at it as we do, knowing everybody's keys."""
    relay, ours = world.parties[RELAY], world.parties[OURS]
    header = BundleHeader(
        bundle_id=natural_id("bundle", random.random()),
        kind="delta",
        created="2026-11-20T15:04:00Z",
        exporter=Exporter(relay.device, "Relæ", relay.key, "0183"),
        version="0.1.0",
        schema=2,
        operations=len(lines),
        covers=(cover,),
        recipients=(ours.recipient,),
    )
    content = "".join(f"{line}\n" for line in lines).encode()
    members = [("bundle.json", header.to_json()), *([("operations/000001.ndjson", content)] if lines else [])]
    path = sealed_file(tmp_path, tar_of(with_manifest(members, header.trusted_comment, relay.signer)), ours.recipient)
    keys = {party.device: party.key for party in world.parties.values()}
    return verify_bundle(path, [ours.identity], device_keys=keys)


def cover_of(party: Party, first: int, last: int, end: str, signature: str, **more: Any) -> Cover:
    """Return a cover with the true root, and with what it takes as far as the true chain goes."""
    cover = Cover(
        party.device, first, last, party.before(first), end, true_root(party, last), signature, party.key, **more
    )
    return proved(cover, party.hashes)


def true_root(party: Party, last: int) -> str:
    return root_of(party.hashes[:last])


def signed(signer: Any, party: Party, last: int, end: str) -> str:
    return sign_head(signer, party.device, last, end, true_root(party, last))


def test_the_true_cover_is_taken(tmp_path: Any, world: Stage) -> None:
    worker = world.parties[WORKER]
    last = len(worker.lines)
    cover = cover_of(worker, 20, last, worker.hashes[-1], signed(worker.signer, worker, last, worker.hashes[-1]))
    assert bundle_of(tmp_path, world, cover, list(worker.lines[19:])).ok


def test_no_line_of_another_can_be_made_up_changed_or_moved(tmp_path: Any, world: Stage) -> None:
    worker, relay = world.parties[WORKER], world.parties[RELAY]
    last = len(worker.lines)
    true = signed(worker.signer, worker, last, worker.hashes[-1])
    said = json.loads(worker.lines[-1]) | {"values": {"name": "Forfalsket"}}
    changed = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    new_end = hash_of(worker.before(last), changed)
    more = json.dumps(said | {"seq": last + 1, "txn": last + 1}, ensure_ascii=False, separators=(",", ":"))
    own = [signed(relay.signer, worker, number, end) for number, end in ((last, new_end), (last + 1, "f" * 64))]
    old = signed(worker.signer, worker, last - 1, worker.hashes[-2])
    lines = list(worker.lines[19:])
    cases = [
        (cover_of(worker, 20, last, worker.hashes[-1], true), [*lines[:-1], changed]),
        (cover_of(worker, 20, last, new_end, true), [*lines[:-1], changed]),
        (cover_of(worker, 20, last, new_end, own[0]), [*lines[:-1], changed]),
        (cover_of(worker, 20, last, new_end, old), [*lines[:-1], changed]),
        (cover_of(worker, 20, last + 1, hash_of(worker.hashes[-1], more), true), [*lines, more]),
        (cover_of(worker, 20, last + 1, hash_of(worker.hashes[-1], more), own[1]), [*lines, more]),
        (cover_of(worker, 20, last, worker.hashes[-1], true), [lines[1], lines[0], *lines[2:]]),
        (cover_of(worker, 20, last, worker.hashes[-1], true), lines[:-1]),
        (cover_of(worker, 20, last, worker.hashes[-1], true), [*lines[:-1], *relay.lines[-1:]]),
        # Under the relay's own key, for a device whose key is known.
        (
            replace(cover_of(worker, 20, last, new_end, own[0]), public_key=relay.key),
            [*lines[:-1], changed],
        ),
        # A run that is said not to travel hides nothing: the line after it stands on its true hash.
        (
            cover_of(worker, 20, last, worker.hashes[-1], true, absent=(AbsentRun(20, last - 1, "b" * 64),)),
            lines[-1:],
        ),
        (cover_of(worker, 20, last, new_end, true, absent=(AbsentRun(20, last, new_end),)), []),
        (
            cover_of(
                worker, 20, last, worker.hashes[-1], true,
                erased=(f"{last - 1} {'b' * 64} {'c' * 32} {'d' * 64} row",),
            ),
            [*lines[:-2], lines[-1]],
        ),
    ]  # fmt: skip
    for number, (cover, carried) in enumerate(cases):
        found = bundle_of(tmp_path, world, cover, carried)
        assert not found.ok, number
        assert found.errors, number


def forged_line(worker: Party, number: int) -> str:
    said = json.loads(worker.lines[number - 1]) | {"values": {"name": "Forfalsket"}}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("what", ["absent", "erased"])
def test_no_line_can_be_put_before_one_that_does_not_travel(tmp_path: Any, world: Stage, what: str) -> None:
    """The hash that he states for what does not travel leads to the signed end, whatever stands before it."""
    worker = world.parties[WORKER]
    last = len(worker.lines)
    signature = signed(worker.signer, worker, last, worker.hashes[-1])
    away = last - 2
    gap: dict[str, Any] = (
        {"absent": (AbsentRun(away, away, worker.hashes[away - 1]),)}
        if what == "absent"
        else {"erased": (f"{away} {worker.hashes[away - 1]} {'c' * 32} {'d' * 64} row",)}
    )
    for first in (1, 2, 20):
        cover = cover_of(worker, first, last, worker.hashes[-1], signature, **gap)
        lines = [line for number, line in enumerate(worker.lines, start=1) if number >= first and number != away]
        assert bundle_of(tmp_path, world, cover, lines).ok
        for number in {max(first, 2), away - 1}:
            forged = [*lines[: number - first], forged_line(worker, number), *lines[number - first + 1 :]]
            found = bundle_of(tmp_path, world, cover, forged)
            assert not found.ok
            assert found.detail == "chain root of cover 1"
            # He reckons the root that fits his lines; the device signed another one.
            hashes, before = list(worker.hashes), worker.before(number)
            for place in range(number, away):
                text = forged[place - first]
                before = hashes[place - 1] = hash_of(before, text)
            refit = replace(cover, root=root_of(hashes))
            assert bundle_of(tmp_path, world, refit, forged).detail == "cover 1: signature"


def test_what_a_run_is_said_to_end_with_is_proved_too(tmp_path: Any, world: Stage) -> None:
    """Nothing that travels stands on it: the erased place after it has a hash of its own."""
    worker = world.parties[WORKER]
    last = len(worker.lines)
    signature = signed(worker.signer, worker, last, worker.hashes[-1])
    erased = (f"{last - 2} {worker.hashes[last - 3]} {'c' * 32} {'d' * 64} row",)
    cover = cover_of(
        worker, 1, last, worker.hashes[-1], signature,
        absent=(AbsentRun(20, last - 3, worker.hashes[last - 4]),), erased=erased,
    )  # fmt: skip
    lines = [*worker.lines[:19], *worker.lines[-2:]]
    assert bundle_of(tmp_path, world, cover, lines).ok
    told = told_of(worker.hashes, 20, last - 3)
    lie = replace(cover, absent=(AbsentRun(20, last - 3, "b" * 64, told),))
    assert bundle_of(tmp_path, world, lie, lines).detail == "chain root of cover 1"
    for tree in ("", told[:-4], f"AAAA{told}", "=", told_of(worker.hashes, 19, last - 3)):
        lie = replace(cover, absent=(replace(cover.absent[0], tree=tree),))
        assert not bundle_of(tmp_path, world, lie, lines).ok


def test_where_a_bundle_begins_is_proved_too(tmp_path: Any, world: Stage) -> None:
    worker = world.parties[WORKER]
    last = len(worker.lines)
    signature = signed(worker.signer, worker, last, worker.hashes[-1])
    cover = cover_of(
        worker, 20, last, worker.hashes[-1], signature, absent=(AbsentRun(20, last - 1, worker.hashes[-2]),)
    )
    lines = [worker.lines[-1]]
    assert bundle_of(tmp_path, world, cover, lines).ok
    assert bundle_of(tmp_path, world, replace(cover, before="b" * 64), lines).detail == "chain root of cover 1"
    assert bundle_of(tmp_path, world, replace(cover, tree=""), lines).detail == "chain tree of cover 1"
