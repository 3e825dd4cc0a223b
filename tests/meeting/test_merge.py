"""Two laptops that meet: looked through first, taken in whole, the same on both sides whatever the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vejleder_tui.errors import CancelledError, RefusedError
from vejleder_tui.queries.citizens import search
from vejleder_tui.services.merging import check_files, look, merge

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.meeting.laptops import Laptop


def met(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop]:
    """Two laptops that trust each other."""
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    return one, other


def test_both_ways_gives_the_same_on_both(laptop: Callable[..., Laptop]) -> None:
    one, other = met(laptop)
    einer, lonni = one.new_citizen("Einer Mo"), other.new_citizen("Lonni Bo")
    there, back = one.bundle(), other.bundle()
    assert other.merges(there).outcome.applied == 5
    assert one.merges(back).outcome.applied == 5
    assert one.digest == other.digest
    for laptop_ in (one, other):
        assert (laptop_.name_of(einer), laptop_.name_of(lonni)) == ("Einer Mo", "Lonni Bo")
        assert [found.id for found in search(laptop_.desk.store.connection, "lonni").lines] == [lonni]


def test_looking_changes_nothing_and_tells_what_merging_does(laptop: Callable[..., Laptop]) -> None:
    one, other = met(laptop)
    einer = one.new_citizen("Einer Mo")
    other.merges(one.bundle())
    one.renames(einer, "Einer Moe")
    other.renames(einer, "Einar Mo")
    asta = one.new_citizen("Asta Li")
    before = other.digest, other.rows("SELECT count(*) FROM operation"), other.rows("SELECT * FROM bundle_history")
    plan = other.looks_at(one.bundle())
    assert (
        other.digest,
        other.rows("SELECT count(*) FROM operation"),
        other.rows("SELECT * FROM bundle_history"),
    ) == before
    assert [(touch.id, touch.new, touch.changed) for touch in plan.touches.citizens] == [(asta, 1, 0), (einer, 0, 1)]
    assert (plan.outcome.applied, plan.outcome.known, plan.outcome.opened) == (2, 5, 1)
    done = other.merges(*[file.path for file in plan.files])
    assert done.outcome == plan.outcome
    assert other.rows("SELECT DISTINCT row FROM contested") == [(einer,)]


def test_again_is_harmless(laptop: Callable[..., Laptop]) -> None:
    one, other = met(laptop)
    one.new_citizen("Einer Mo")
    bundle = one.bundle()
    other.merges(bundle)
    before = other.digest
    again = other.merges(bundle, bundle)
    assert (again.outcome.applied, again.outcome.known) == (0, 5)
    assert other.digest == before
    assert other.rows("SELECT count(*), min(status) FROM bundle_history WHERE direction = 'in'") == [(1, "merged")]


def test_one_bad_file_refuses_all(laptop: Callable[..., Laptop]) -> None:
    one, other = met(laptop)
    einer = one.new_citizen("Einer Mo")
    good, bad = one.bundle(), one.bundle()
    bad.write_bytes(bad.read_bytes()[:-20])
    with pytest.raises(RefusedError) as caught:
        other.merges(good, bad)
    assert bad.name in str(caught.value)
    assert other.name_of(einer) is None


def test_a_file_that_was_exchanged_meanwhile_leaves_nothing(laptop: Callable[..., Laptop]) -> None:
    one, other = met(laptop)
    einer = one.new_citizen("Einer Mo")
    first = one.bundle()
    files = check_files(other.desk.store.connection, [first]).bundles
    one.new_citizen("Asta Li")
    first.write_bytes(one.bundle().read_bytes())
    with pytest.raises(RefusedError):
        merge(other.desk, files)
    assert other.name_of(einer) is None
    assert other.rows("SELECT count(*) FROM bundle_history") == [(0,)]


@pytest.mark.parametrize("act", [look, merge])
def test_stopped_half_way_leaves_nothing(laptop: Callable[..., Laptop], act: Callable[..., object]) -> None:
    one, other = met(laptop)
    with one.desk.transaction():
        for number in range(600):
            one.new_citizen(f"Borger {number}")
    files = check_files(other.desk.store.connection, [one.bundle()]).bundles

    def stop(done: int, _total: int) -> None:
        if done >= 500:
            raise CancelledError("stop")

    before = other.digest
    with pytest.raises(CancelledError):
        act(other.desk, files, progress=stop)
    assert other.digest == before
    assert act(other.desk, files) is not None


def test_an_unknown_key_waits_until_it_is_trusted(laptop: Callable[..., Laptop]) -> None:
    from vejleder_tui.services.keyring import trust_waiting, waiting_cards
    from vejleder_tui.services.trusting import bring_up_to_date

    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.writes_to(other)
    einer = one.new_citizen("Einer Mo")
    plan = other.looks_at(one.bundle())
    assert (plan.outcome.applied, plan.outcome.held) == (5, {"unknown": 5})
    other.merges(*[file.path for file in plan.files])
    assert other.name_of(einer) is None
    ((waiting),) = waiting_cards(other.desk.store.connection)
    assert waiting.words == one.card.words(8)
    assert (waiting.key.name, waiting.key.role, waiting.key.operations) == ("Bærbar 2", "coordinator", 5)
    kept = trust_waiting(other.desk.store, one.card.words(), clock=other.clock, role="worker")
    assert kept.role == "worker"
    done = bring_up_to_date(other.desk)
    assert done is not None
    assert other.name_of(einer) == "Einer Mo"
    assert waiting_cards(other.desk.store.connection) == []
    assert bring_up_to_date(other.desk) is None
    assert [found.id for found in search(other.desk.store.connection, "einer").lines] == [einer]


def test_an_erase_that_comes_by_a_merge_is_carried_through_here(laptop: Callable[..., Laptop]) -> None:
    from vejleder_tui.services.erasing import erase
    from vejleder_tui.store.forgetting import is_pending

    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    einer = other.new_citizen("Einer Utvivlsom")
    one.merges(other.bundle())
    erase(one.desk, einer)
    other.renames(einer, "Einer Utvivlsom Mo")
    before = other.bundle()
    assert other.merges(one.bundle()).outcome.erased > 0
    assert other.name_of(einer) is None
    assert search(other.desk.store.connection, "utvivlsom").lines == ()
    assert not before.exists() or "Utvivlsom" not in before.read_bytes().decode("latin-1")
    assert not is_pending(other.desk.store.connection)
    assert other.rows("SELECT count(*) FROM operation WHERE line LIKE '%Utvivlsom%'") == [(0,)]
    one.merges(other.bundle())
    assert one.name_of(einer) is None
    assert one.digest == other.digest
