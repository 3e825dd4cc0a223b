"""What is told until somebody has seen it: two copies of one store, a wrong clock, what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.meeting.laptops import acknowledge
from tests.screens.golden import lines, screen_text
from tests.screens.live import running, wait
from tests.screens.test_handover import asked, gone
from vejleder_tui.errors import RuleError
from vejleder_tui.queries.held import missing_ranges
from vejleder_tui.queries.notices import notice_sentence, open_notices
from vejleder_tui.screens.dialog import Dialog
from vejleder_tui.services.notices import see_fork

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.meeting.laptops import Laptop


def told(one: Laptop) -> list[str]:
    reader = one.desk.store.connection
    return [notice_sentence(reader, found) for found in open_notices(reader)]


def forked(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop, str, str]:
    """A coordinator who got bundles of two copies of one store."""
    coordinator, one, copy = laptop("Bærbar 2"), laptop("Bærbar 3"), laptop("Bærbar 3")
    coordinator.knows(one)
    one.knows(coordinator)
    copy.knows(coordinator)
    einer, asta = one.new_citizen("Einer Mo"), copy.new_citizen("Asta Li")
    coordinator.merges(one.bundle())
    coordinator.merges(copy.bundle())
    return coordinator, one, einer, asta


def test_both_branches_of_a_fork_apply_and_it_is_told_until_a_coordinator_saw_it(laptop: Callable[..., Laptop]) -> None:
    coordinator, one, einer, asta = forked(laptop)
    assert (coordinator.name_of(einer), coordinator.name_of(asta)) == ("Einer Mo", "Asta Li")
    (sentence,) = told(coordinator)
    assert sentence.startswith("Bærbar 3 er brugt i to kopier fra ændring 5.")
    third = laptop("Bærbar 4")
    third.knows(coordinator, one)
    coordinator.knows(third)
    third.merges(coordinator.bundle())
    assert told(third) == told(coordinator)
    with pytest.raises(RuleError):
        see_fork(third.desk, one.desk.device, 5)
    see_fork(coordinator.desk, one.desk.device, 5)
    assert told(coordinator) == []
    coordinator.merges(third.bundle())
    third.merges(coordinator.bundle())
    assert told(third) == []
    assert third.digest == coordinator.digest


def test_a_laptop_that_hears_of_its_own_copy_takes_a_new_number(laptop: Callable[..., Laptop]) -> None:
    coordinator, one, einer, asta = forked(laptop)
    before = one.desk.device
    plan = one.looks_at(coordinator.bundle())
    assert plan.outcome.new_identity
    assert one.desk.device == before
    one.knows(coordinator)
    done = one.merges(*[file.path for file in plan.files])
    assert done.outcome.new_identity
    assert one.desk.device != before
    assert (one.name_of(einer), one.name_of(asta)) == ("Einer Mo", "Asta Li")
    assert any("nyt enhedsnummer" in sentence for sentence in told(one))
    new = one.new_citizen("Lonni Bo")
    assert one.rows("SELECT device, seq FROM operation WHERE row = ?", new) == [(one.desk.device, 2)]
    coordinator.merges(one.bundle())
    assert coordinator.name_of(new) == "Lonni Bo"
    one.merges(coordinator.bundle())
    assert one.digest == coordinator.digest


def test_a_failed_merge_takes_no_new_number(laptop: Callable[..., Laptop]) -> None:
    from vejleder_tui.errors import CancelledError
    from vejleder_tui.services.merging import check_files, merge

    coordinator, one, _einer, _asta = forked(laptop)
    with coordinator.desk.transaction():
        for number in range(600):
            coordinator.new_citizen(f"Borger {number}")
    files = check_files(one.desk.store.connection, [coordinator.bundle()]).bundles
    before = one.desk.device, one.digest

    def stop(_done: int, _total: int) -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        merge(one.desk, files, progress=stop)
    assert (one.desk.device, one.digest) == before
    one.new_citizen("Lonni Bo")


@pytest.mark.parametrize(
    ("ahead", "count"), [(timedelta(days=3), 1), (timedelta(hours=20), 0), (timedelta(days=-900), 0)]
)
def test_a_clock_that_is_ahead_is_told_and_merged(laptop: Callable[..., Laptop], ahead: timedelta, count: int) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    other.clock.moment += ahead
    einer = other.new_citizen("Einer Mo")
    done = one.merges(other.bundle())
    assert one.name_of(einer) == "Einer Mo"
    assert len(done.outcome.clocks) == count
    assert [sentence for sentence in told(one) if sentence.startswith("Uret på Bærbar 3 er forkert")] == told(one)
    assert len(told(one)) == count


@pytest.mark.parametrize(("behind", "count"), [(timedelta(days=400), 1), (timedelta(hours=23), 0)])
def test_a_clock_that_is_behind_what_it_had_seen_is_told_and_merged(
    laptop: Callable[..., Laptop], behind: timedelta, count: int
) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    other.merges(one.bundle())
    other.clock.moment -= behind
    einer = other.new_citizen("Einer Mo")
    done = one.merges(other.bundle())
    assert one.name_of(einer) == "Einer Mo"
    assert [clock.device for clock in done.outcome.clocks] == [other.desk.device] * count
    assert [sentence[:29] for sentence in told(one)] == ["Uret på Bærbar 3 er forkert: "] * count


def test_a_file_that_comes_late_is_no_clock_that_is_behind(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    other.merges(one.bundle())
    late = other.bundle()
    one.clock.moment += timedelta(days=90)
    one.new_citizen("Lonni Bo")
    assert one.merges(late).outcome.clocks == ()
    # Nor is one that had seen something from a clock that is ahead of everybody's.
    ahead = laptop("Bærbar 4")
    ahead.knows(other)
    other.knows(ahead)
    ahead.clock.moment += timedelta(days=4000)
    ahead.new_citizen("Max Bi")
    other.merges(ahead.bundle())
    assert [clock.device for clock in one.merges(other.bundle()).outcome.clocks] == [ahead.desk.device]


def test_what_is_missing_is_named_with_who_has_it(laptop: Callable[..., Laptop]) -> None:
    one, other, third = laptop("Bærbar 2"), laptop("Bærbar 3"), laptop("Bærbar 4")
    for laptop_ in (one, other, third):
        laptop_.knows(*(two for two in (one, other, third) if two is not laptop_))
    third.merges(other.bundle())
    acknowledge(other, one)
    acknowledge(other, third)
    other.new_citizen("Einer Mo")
    late = other.bundle(everything=False)
    done = one.merges(late)
    (gap,) = done.outcome.missing
    assert (gap.name, gap.first, gap.last) == ("Bærbar 3", 1, 4)
    assert done.outcome.held == {"gap": 1}
    # A laptop that the missing numbers went to is named once it has told what it holds.
    acknowledge(third, one)
    third.new_citizen("Max Bi")
    one.merges(third.bundle(everything=False))
    (gap,) = missing_ranges(one.desk.store.connection)
    assert gap.has == ("Bærbar 4",)
    one.merges(other.bundle())
    assert [found for found in missing_ranges(one.desk.store.connection) if found.device == other.desk.device] == []


async def test_notices_stand_on_i_dag_and_overdragelse_until_seen(laptop: Callable[..., Laptop]) -> None:
    coordinator, *_rest = forked(laptop)
    async with running(coordinator.desk) as pilot:
        assert "! Bærbar 3 er brugt i to kopier" in screen_text(pilot.app)
        await pilot.press("7")
        await wait(pilot)
        await pilot.press("shift+tab")
        assert "! Bærbar 3 er brugt i to kopier" in screen_text(pilot.app)
        await pilot.press("enter")
        await asked(pilot)
        await pilot.press("s")
        await gone(pilot, Dialog)
        await wait(pilot)
        assert lines(pilot.app)[22] == " Noteret som set."
        assert "! Bærbar 3" not in screen_text(pilot.app)
        await pilot.press("1")
        await wait(pilot)
        assert "! Bærbar 3" not in screen_text(pilot.app)
