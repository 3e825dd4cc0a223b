"""The same citizen on two laptops: after a merge one person, whoever comes first; what was answered goes with its key."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from vejleder_tui.queries.citizens import search
from vejleder_tui.queries.persons import count_proposals, group_of, open_proposals
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.derived import index_citizens
from vejleder_tui.services.persons import answer, pair_id
from vejleder_tui.services.revoking import revoke

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.meeting.laptops import Laptop

BORN = date(1960, 1, 2)
CPR = "020160-9995"


def write(laptop: Laptop, name: str, number: str = "") -> str:
    return new_citizen(laptop.desk, name=name, number=number, birth_date=None if number else BORN).citizen


def listed(laptop: Laptop, typed: str = "") -> list[str]:
    return [line.id for line in search(laptop.desk.store.reader(), typed).lines]


def group(laptop: Laptop, citizen: str) -> tuple[str, ...]:
    return group_of(laptop.desk.store.reader(), citizen)


def pairs(laptop: Laptop) -> list[tuple[str, str, str]]:
    return [
        (one.why.value, one.first.citizen, one.second.citizen) for one in open_proposals(laptop.desk.store.reader())
    ]


def index(laptop: Laptop) -> list[list[tuple[object, ...]]]:
    tables = ("citizen_person", "person_proposal", "citizen_word", "citizen_name", "person_answer")
    return [sorted(laptop.rows(f"SELECT * FROM {table}"), key=repr) for table in tables]


def check_index(laptop: Laptop) -> None:
    """What the merges kept in step is what everything reckoned anew gives."""
    before = index(laptop)
    with laptop.desk.store.transaction() as connection:
        for table in ("citizen_person", "person_proposal", "citizen_word", "citizen_name"):
            connection.execute(f"DELETE FROM {table}")
        index_citizens(connection, [str(row[0]) for row in laptop.rows("SELECT id FROM citizen")])
    assert index(laptop) == before


def meet(one: Laptop, other: Laptop) -> None:
    mine, theirs = one.bundle(), other.bundle()
    one.merges(theirs)
    other.merges(mine)
    assert one.digest == other.digest


@pytest.fixture
def two(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop]:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other, role="worker")
    other.knows(one, role="coordinator")
    return one, other


def test_the_same_number_on_two_laptops_is_one_person_on_both(two: tuple[Laptop, Laptop]) -> None:
    one, other = two
    first, second = write(one, "Einer Lauridsen", CPR), write(other, "E. M. Lauridsen", CPR)
    meet(one, other)
    both = tuple(sorted((first, second)))
    for laptop in two:
        assert group(laptop, first) == both
        assert listed(laptop) == listed(laptop, "einer") == listed(laptop, "m lauridsen") == [both[0]]
        assert laptop.rows("SELECT count(*) FROM same_person") == [(0,)]
        check_index(laptop)


def test_who_looks_alike_is_proposed_after_the_merge_and_an_answer_travels(two: tuple[Laptop, Laptop]) -> None:
    one, other = two
    first, second = write(one, "Einer Lauridsen"), write(other, "Ejner Lauridsen")
    assert count_proposals(one.desk.store.reader()) == 0
    meet(one, other)
    both = tuple(sorted((first, second)))
    for laptop in two:
        assert pairs(laptop) == [("similar", *both)]
    answer(one.desk, first, second, same=False)
    meet(one, other)
    for laptop in two:
        assert pairs(laptop) == []
        assert group(laptop, first) == (first,)
        check_index(laptop)


def test_two_who_answer_differently_meet_in_one_row_and_disagree_there(two: tuple[Laptop, Laptop]) -> None:
    one, other = two
    first, second = write(one, "Einer Lauridsen"), write(other, "Ejner Lauridsen")
    meet(one, other)
    answer(one.desk, first, second, same=True)
    answer(other.desk, second, first, same=False)
    meet(one, other)
    for laptop in two:
        assert laptop.rows("SELECT DISTINCT row, field FROM contested") == [(pair_id(first, second), "same")]
        check_index(laptop)
    assert index(one)[0] == index(other)[0]
    answer(one.desk, first, second, same=True)
    meet(one, other)
    for laptop in two:
        assert laptop.rows("SELECT count(*) FROM contested") == [(0,)]
        assert group(laptop, first) == tuple(sorted((first, second)))
        check_index(laptop)


@pytest.mark.parametrize("same", [True, False])
def test_an_answer_goes_with_the_key_that_gave_it(laptop: Callable[..., Laptop], same: bool) -> None:
    coordinator, worker = laptop("Bærbar 2"), laptop("Bærbar 3")
    coordinator.knows(worker)
    worker.knows(coordinator, role="coordinator")
    first, second = write(coordinator, "Einer Lauridsen"), write(coordinator, "Ejner Lauridsen")
    worker.merges(coordinator.bundle())
    coordinator.merges(worker.bundle())
    answer(worker.desk, first, second, same=same)
    coordinator.knows(worker)
    before = coordinator.rows("SELECT max(seq) FROM operation WHERE device = ?", worker.desk.device)[0][0]
    coordinator.merges(worker.bundle())
    assert pairs(coordinator) == []
    revoke(coordinator.desk, "Bærbar 3", after=int(str(before)))
    assert coordinator.rows("SELECT count(*) FROM same_person") == [(0,)]
    assert pairs(coordinator) == [("similar", first, second)]
    assert listed(coordinator) == [first, second]
    check_index(coordinator)
