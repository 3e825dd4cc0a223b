"""Whose operations count: roles, revocations, keys taken away again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vejleder_tui.errors import RuleError
from vejleder_tui.queries.keys import roles
from vejleder_tui.services.keyring import remove_key
from vejleder_tui.services.revoking import revoke
from vejleder_tui.services.trusting import bring_up_to_date
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.meeting.laptops import Laptop


def test_a_key_counts_in_its_role_and_its_own_key_is_never_what_a_row_says(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    assert roles(one.desk.store.connection) == {one.card.public_key: "coordinator", other.card.public_key: "worker"}
    one.knows(other, role="coordinator")
    assert roles(one.desk.store.connection)[other.card.public_key] == "coordinator"
    with pytest.raises(RuleError):
        one.knows(other, role="konge")


def test_a_revocation_reaches_everybody_and_can_be_taken_back(laptop: Callable[..., Laptop]) -> None:
    coordinator, worker, third = laptop("Bærbar 2"), laptop("Bærbar 3"), laptop("Bærbar 4")
    for one in (coordinator, worker, third):
        one.knows(*(other for other in (coordinator, worker, third) if other is not one))
    einer = worker.new_citizen("Einer Mo")
    coordinator.merges(worker.bundle(), third.bundle())
    worker.renames(einer, "Stjålet")
    third.merges(worker.bundle())
    assert third.name_of(einer) == "Stjålet"
    done = revoke(coordinator.desk, "Bærbar 3")
    assert [(one.name, last) for one, last in done.devices] == [("Bærbar 3", 5)]
    third.merges(coordinator.bundle())
    assert third.name_of(einer) == "Einer Mo"
    coordinator.merges(worker.bundle())
    assert coordinator.name_of(einer) == "Einer Mo"
    assert third.rows("SELECT why, count(*) FROM held GROUP BY why") == [("revoked", 1)]
    assert coordinator.digest == third.digest
    undo(coordinator.desk)
    assert coordinator.name_of(einer) == "Stjålet"
    third.merges(coordinator.bundle())
    assert third.name_of(einer) == "Stjålet"
    assert coordinator.digest == third.digest


def test_what_is_here_already_goes_when_an_earlier_number_is_named(laptop: Callable[..., Laptop]) -> None:
    coordinator, worker = laptop("Bærbar 2"), laptop("Bærbar 3")
    coordinator.knows(worker)
    worker.knows(coordinator)
    einer = worker.new_citizen("Einer Mo")
    asta = worker.new_citizen("Asta Li")
    coordinator.merges(worker.bundle())
    revoke(coordinator.desk, worker.card.words(), after=5)
    assert (coordinator.name_of(einer), coordinator.name_of(asta)) == ("Einer Mo", None)
    with pytest.raises(RuleError):
        revoke(coordinator.desk, worker.card.words(), after=99)
    with pytest.raises(RuleError):
        revoke(coordinator.desk, "Bærbar 2")


def test_nobody_but_a_coordinator_revokes(laptop: Callable[..., Laptop]) -> None:
    worker, other = laptop("Bærbar 3"), laptop("Bærbar 2")
    worker.knows(other)
    other.knows(worker)
    worker.merges(other.bundle())
    with pytest.raises(RuleError):
        revoke(worker.desk, "Bærbar 2")


def test_a_worker_s_revocation_waits_for_the_role(laptop: Callable[..., Laptop]) -> None:
    """A coordinator whom we trust as worker only: his revocation is held, until he is trusted as one."""
    coordinator, worker, third = laptop("Bærbar 2"), laptop("Bærbar 3"), laptop("Bærbar 4")
    coordinator.knows(worker, third)
    worker.knows(coordinator, third)
    third.knows(worker)
    third.knows(coordinator, role="worker")
    einer = worker.new_citizen("Einer Mo")
    there = worker.bundle()
    third.merges(there)
    coordinator.merges(there, third.bundle())
    revoke(coordinator.desk, "Bærbar 3", after=4)
    assert third.merges(coordinator.bundle()).outcome.held == {"role": 1}
    assert third.name_of(einer) == "Einer Mo"
    third.knows(coordinator, role="coordinator")
    bring_up_to_date(third.desk)
    assert third.name_of(einer) is None
    assert coordinator.digest == third.digest


def test_a_key_that_is_taken_away_counts_no_more(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    before = one.digest
    einer = other.new_citizen("Einer Mo")
    one.merges(other.bundle())
    assert one.name_of(einer) == "Einer Mo"
    remove_key(one.desk.store, other.card.words(), clock=one.clock, purpose="sender")
    bring_up_to_date(one.desk)
    assert one.name_of(einer) is None
    assert one.digest == before
    one.knows(other)
    bring_up_to_date(one.desk)
    assert one.name_of(einer) == "Einer Mo"
