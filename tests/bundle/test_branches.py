"""What export takes of any chain, forks, gaps and erased places among it; and that receipts alone bring all to the same."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.bundle.bundle_builder import root_of
from tests.oplog.replicas import Replica
from tests.oplog.test_convergence import SESSIONS, History, _belongs
from vejleder_tui.bundle.branches import Branches, irregular_devices, operations_on
from vejleder_tui.bundle.chain import next_hash
from vejleder_tui.bundle.cuts import again, earlier_of, rows_only
from vejleder_tui.bundle.header import erased_place
from vejleder_tui.bundle.parts import held_parts
from vejleder_tui.bundle.proofs import proof_of
from vejleder_tui.bundle.slices import (
    GENESIS,
    Receipt,
    SignedHead,
    count_of,
    ends_of,
    erased_of,
    have,
    keep_ends,
    lines_of,
    tips,
    unsent,
)
from vejleder_tui.bundle.tree import Tree, blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vejleder_tui.bundle.proofs import Proof
    from vejleder_tui.bundle.slices import Run

HISTORIES = int(os.environ.get("VEJLEDER_HISTORIES", "500")) // 5
BATCHES = 10


def receipt_of(replica: Replica) -> Receipt:
    told = tuple(have(replica.database))
    return Receipt("2026-11-24T10:00:00Z", told, parts=tuple(held_parts(replica.database)))


def pieces_of(source: Replica, runs: Iterable[Run]) -> list[tuple[Any, ...]]:
    """Return the runs as a bundle has them, every hash of a line reckoned anew, and the ends as the service keeps them."""
    found: list[tuple[Any, ...]] = []
    for run in runs:
        key = source.world.key(run.device)
        away = [(part.first, part.last) for part in run.parts if not part.present]
        proof = proof_of(source.database, run, away)
        # Whoever carries it, and whatever was left out for him: what he tells fits the root that its device signs.
        assert proof.root == root_of(source.world.way(run.end)) == proved_root(source, run, proof)
        keep_ends(source.database, [SignedHead(run.device, run.last, run.end, proof.root, "signature", key)])
        found.append(("path", run.device, run.first, run.last, run.before, run.end, proof.root, "signature", key))
        trees = iter(proof.runs)
        told = {place.seq: place for place in map(erased_place, erased_of(source.database, run))}
        lines = lines_of(source.database, [run])
        at, number = run.before, run.first
        for part in run.parts:
            assert (part.first, part.before) == (number, at)
            if not part.present:
                found.append(("absent", part.first, part.last, part.end, next(trees)))
                number, at = part.last + 1, part.end
                continue
            while number <= part.last:
                if number in told:
                    place = told.pop(number)
                    found.append(("taken", number, place.hash, place.token, place.erase, place.kind))
                    at = place.hash
                else:
                    line = next(lines)
                    at = next_hash(at, line)
                    found.append(("operation", number, at, line))
                number += 1
            assert at == part.end
        assert (number, at) == (run.last + 1, run.end)
        assert not told
        assert next(lines, None) is None
    return found


def proved_root(source: Replica, run: Run, proof: Proof) -> str:
    """Reckon the root as a reader does, from what is told and the hashes that the lines have."""
    way, tree, trees = source.world.way(run.end), Tree(), iter(proof.runs)
    tree.extend(blocks_of(0, max(0, run.first - 2), proof.before))
    if run.first > 1:
        tree.leaf(run.before)
    for part in run.parts:
        if part.present:
            for one in way[part.first - 1 : part.last]:
                tree.leaf(one)
        else:
            tree.extend(blocks_of(part.first - 1, part.last - 1, next(trees)))
            tree.leaf(part.end)
    return tree.root()


def reached(replica: Replica) -> set[tuple[str, str]]:
    """Return device and hash of every operation here that waits for nothing earlier of its chain."""
    rows = replica.database.execute(
        "SELECT device, hash FROM operation WHERE hash NOT IN (SELECT hash FROM held WHERE why = 'gap')"
    )
    return set(rows.fetchall())


def full(replica: Replica, device: str, number: int) -> set[tuple[int, str]]:
    """Return the places up to which everything is here, those of `number` among them."""
    branches = Branches(replica.database, device, {number})
    return {*branches.in_full(), *branches.full_before()}


class Exchanging(History):
    """The same histories, with what travels chosen as export chooses it: by what the other one says it holds."""

    def deliver(self, source: Replica, target: Replica, *, whole: bool = False) -> bool:
        chance = 1.0 if whole else self.random.random()
        if chance < 0.15:  # a bundle of somewhere else, with gaps
            return super().deliver(source, target)
        if chance < 0.35:
            self.slice(source, target)
            return True
        told = None if chance < 0.45 else receipt_of(target)
        runs = unsent(source.database, source.device, [told])
        bundle = pieces_of(source, runs)
        count = sum(1 for piece in bundle if piece[0] == "operation")
        assert count_of(source.database, runs) == count or irregular_devices(source.database)
        before = target.marks()
        target.take_in(bundle)
        changed = target.marks() != before
        if changed:
            self.check(target)
        assert reached(source) <= reached(target)
        for head in have(source.database, 0):
            assert (head.last, head.hash) in full(target, head.device, head.last)
        # Nothing is left to send but of devices of which this one has a part: there the other may have got on so far
        # that none of the places it names is known here, and some lines travel twice.
        for run in unsent(source.database, source.device, [receipt_of(target)]):
            assert run.device in irregular_devices(source.database)
            assert any(not part.present for part in run.parts)
        self.nothing_twice(source, target, runs)
        return changed

    def slice(self, source: Replica, target: Replica) -> None:
        session = self.random.choice(SESSIONS)
        rows = {row for (row,) in source.database.execute("SELECT DISTINCT row FROM operation WHERE line IS NOT NULL")}
        chosen = {session, *self.random.sample(sorted(rows), min(len(rows), 5))}
        runs = rows_only(source.database, source.device, chosen)
        bundle = pieces_of(source, runs)
        for piece in bundle:
            if piece[0] == "operation" and piece[1] > 1:
                assert source.world.written[piece[2]].said.row in chosen
        sent = {piece[2] for piece in bundle if piece[0] == "operation"}
        ends = {device for device, heads in ends_of(source.database, source.device).items() if heads}
        for device, one in reached(source):
            said = source.world.written[one].said
            line = source.database.execute("SELECT line FROM operation WHERE hash = ?", (one,)).fetchone()[0]
            assert (one in sent) or said.row not in chosen or line is None or device not in ends
        once_more = again(source.database, source.device, [earlier_of(kept(run)) for run in runs])
        assert {piece[2] for piece in pieces_of(source, once_more) if piece[0] == "operation"} <= sent
        target.take_in(bundle)
        self.check(target)

    def nothing_twice(self, source: Replica, target: Replica, runs: Sequence[Run]) -> None:
        """A bundle written once more is the same, and a receiver that lost everything gets everything."""
        once_more = again(source.database, source.device, [earlier_of(kept(run)) for run in runs])
        for run in once_more:
            assert any((one.device, one.first) == (run.device, run.first) for one in runs)
        everything = unsent(source.database, source.device, [receipt_of(target), None])
        assert everything == unsent(source.database, source.device, [], everything=True)


def kept(run: Run) -> dict[str, object]:
    absent = [(part.first, part.last, part.end) for part in run.parts if not part.present]
    return {"device": run.device, "first": run.first, "last": run.last, "end": run.end, "absent": absent}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_deltas_and_slices_bring_everybody_to_the_same(batch: int) -> None:
    for number in range(HISTORIES // BATCHES):
        seed = 7_000_000 + batch * 100_000 + number
        try:
            Exchanging(seed).run()
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


def _forked() -> tuple[History, Replica]:
    """A replica that holds both branches of laptop 2's chain, which parted after number 5."""
    seed = next(seed for seed in range(100) if History(seed).copied)
    history = History(seed)
    _one, _two, third, copy = history.laptops
    for laptop in (third, copy):
        for _ in range(3):
            history.person(laptop, "")
    relay = history.laptops[0]
    for laptop in (third, copy):
        relay.take_in(pieces_of(laptop, unsent(laptop.database, laptop.device, [])))
    return history, relay


def test_a_fork_is_two_covers_the_second_from_where_they_part() -> None:
    history, relay = _forked()
    device = str(history.laptops[2].device)
    assert irregular_devices(relay.database) == {device}
    first, second = (run for run in unsent(relay.database, relay.device, []) if run.device == device)
    assert (first.first, first.before) == (1, GENESIS)
    shared = set(history.world.way(first.end)) & set(history.world.way(second.end))
    assert (second.first, second.before) == (len(shared) + 1, history.world.way(first.end)[len(shared) - 1])
    assert {(head.last, head.hash) for head in tips(relay.database, device)} == {
        (run.last, run.end) for run in (first, second)
    }
    assert {head.hash for head in have(relay.database, 0) if head.device == device} == {first.end, second.end}
    # Whoever acknowledges one branch gets the other from the fork on.
    (left,) = (
        run for run in unsent(relay.database, relay.device, [receipt_of(history.laptops[3])]) if run.device == device
    )
    assert left.before == second.before
    assert {left.end, tips(history.laptops[3].database, device)[0].hash} == {first.end, second.end}


def test_a_receipt_that_names_places_unknown_here_acknowledges_nothing() -> None:
    history, relay = _forked()
    ahead = history.laptops[1]
    ahead.take_in(pieces_of(relay, unsent(relay.database, relay.device, [])))
    history.person(ahead, "")
    told = receipt_of(ahead)
    assert unsent(relay.database, relay.device, [told]) == ()
    assert unsent(relay.database, relay.device, [told._replace(heads=())]) == unsent(relay.database, relay.device, [])
    # The one that is behind is told of the signed ends in between, so it sends nothing twice.
    behind = Replica(history.world, None, history.roles)
    behind.take_in(pieces_of(relay, unsent(relay.database, relay.device, [])))
    history.person(relay, "")
    assert unsent(behind.database, None, [receipt_of(relay)]) == ()
    assert unsent(behind.database, None, [Receipt("", tuple(have(relay.database, 0)))]) != ()


def test_only_the_newest_ends_of_a_plain_chain_are_kept() -> None:
    history, relay = _forked()
    own = relay.device
    for _ in range(120):
        history.person(relay, "")
        pieces_of(relay, unsent(relay.database, own, [receipt_of(relay)], everything=True))
    kept_ends = relay.database.execute("SELECT count(*) FROM signed_head WHERE device = ?", (own,)).fetchone()[0]
    assert kept_ends == 100
    assert relay.database.execute("SELECT count(*) FROM signed_head").fetchone()[0] == 100 + 2


def test_operations_of_a_branch_are_those_that_lead_to_its_end() -> None:
    history, relay = _forked()
    device = str(history.laptops[2].device)
    branches = Branches(relay.database, device)
    for place in branches.tips():
        path = branches.path(place)
        assert path is not None
        found = [row[1] for part in path for row in operations_on(relay.database, device, part)]
        assert found == history.world.way(place[1])
    assert branches.path((3, "0" * 64)) is None


def test_a_slice_says_nothing_of_what_belongs_elsewhere() -> None:
    history, relay = _forked()
    away = partial(_belongs, SESSIONS[0])
    rows = {row for (row,) in relay.database.execute("SELECT row FROM operation") if row != SESSIONS[0]}
    for piece in pieces_of(relay, rows_only(relay.database, relay.device, rows)):
        if piece[0] == "operation":
            assert not away(history.world.written[piece[2]].said)


def test_counting_what_waits_reads_no_line() -> None:
    """*I dag* counts before its first paint: what an erase took is found in its own index, not in the chain."""
    _history, relay = _forked()
    plans: list[str] = []

    class Watched:
        def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
            if "count(*)" in sql:
                plans.extend(row[3] for row in relay.database.execute(f"EXPLAIN QUERY PLAN {sql}", parameters))
            return relay.database.execute(sql, parameters)

    runs = [run for run in unsent(relay.database, relay.device, []) if run.device == relay.device]
    assert count_of(Watched(), runs) == runs[0].last
    assert plans
    assert all("ix_operation_taken" in plan for plan in plans)
