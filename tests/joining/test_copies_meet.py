"""Copies of one store that both went on: a third laptop takes both in, and nothing of either is lost."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE, desk_at
from tests.meeting.laptops import Laptop
from vejleder_tui.bundle.slices import Receipt, have, keep_receipt
from vejleder_tui.clock import stamp
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.identity import Why, settle
from vejleder_tui.services.setup import FirstStart, first_start, take_seat
from vejleder_tui.store.slots import Cost
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock


@pytest.fixture
def opened(
    made_store: MadeStore, clock: FixedClock, tmp_path: Path
) -> Iterator[Callable[[Path, int], tuple[Laptop, Why | None]]]:
    """Opens a folder for writing as the program does."""
    clock.moment = made_store.moment
    several: list[Laptop] = []

    def open_one(folder: Path, seed: int) -> tuple[Laptop, Why | None]:
        store = Store.open(StorePaths(folder), made_store.data_key, clock=clock)
        randomness = SeededRandomness(seed)
        why = settle(store, made_store.worker, clock=clock, randomness=randomness)
        desk = take_seat(store, made_store.worker, clock=clock, randomness=randomness)
        several.append(Laptop(desk, clock, tmp_path / f"out{seed}"))
        return several[-1], why

    yield open_one
    for one in several:
        one.desk.store.close()


@pytest.fixture
def third(clock: FixedClock, tmp_path: Path, made_store: MadeStore) -> Iterator[Laptop]:
    clock.moment = made_store.moment
    answers = FirstStart(
        municipality="0183", centre="Lærkehuset", device_name="Bærbar 4", worker_name="Lis Holm", initials="LH",
        role="coordinator", passphrase=PASSPHRASE,
    )  # fmt: skip
    desk, _code = first_start(
        StorePaths(tmp_path / "third"), answers, clock=clock, randomness=SeededRandomness(61), cost=Cost(8, 1, 1)
    )
    yield Laptop(desk, clock, tmp_path / "out third")
    desk.store.close()


def citizens(laptop: Laptop) -> set[object]:
    return {name for (name,) in laptop.rows("SELECT name FROM citizen WHERE void = 0")}


def whole(laptop: Laptop) -> None:
    assert list(chain_faults(laptop.desk.store.connection)) == []
    assert list(fold_faults(laptop.desk.store.connection)) == []


def test_a_copied_folder_and_its_original_both_reach_a_third_laptop(
    opened: Callable[[Path, int], tuple[Laptop, Why | None]], third: Laptop, made_store: MadeStore, tmp_path: Path
) -> None:
    shutil.copytree(made_store.folder, tmp_path / "store")
    first, _why = opened(tmp_path / "store", 40)
    einer = first.new_citizen("Einer Madsen")
    first.desk.store.close()
    shutil.copytree(tmp_path / "store", tmp_path / "copy")
    one, at_home = opened(tmp_path / "store", 41)
    other, why = opened(tmp_path / "copy", 42)
    assert (at_home, why) == (None, Why.FILE)
    one.new_citizen("Lonni Berg")
    other.new_citizen("Max Berg")
    other.renames(einer, "Einer Aage Madsen")
    third.knows(one)  # the key is the same on both
    for laptop in (one, other):
        laptop.knows(third)
    done = [third.merges(laptop.bundle()).outcome for laptop in (other, one)]
    assert [(one.held, one.forks, one.conflicts) for one in done] == [({}, (), 0)] * 2
    assert citizens(third) == {"Einer Aage Madsen", "Lonni Berg", "Max Berg"}
    for laptop in (one, other):
        assert laptop.merges(third.bundle()).outcome.new_identity is False
        assert laptop.digest == third.digest
        whole(laptop)
    whole(third)


def test_two_copies_that_nobody_noticed_are_told_apart_when_they_meet(
    made_store: MadeStore, clock: FixedClock, third: Laptop, tmp_path: Path
) -> None:
    one, other = (
        Laptop(desk_at(made_store, tmp_path / name, clock, seed=seed), clock, tmp_path / f"out {name}")
        for name, seed in (("one", 51), ("other", 52))
    )
    assert one.desk.device == other.desk.device
    one.new_citizen("Lonni Berg")
    other.new_citizen("Max Berg")
    third.knows(one)
    one.knows(third)
    other.knows(third)
    other.writes_to(one)
    merged = one.merges(other.bundle()).outcome
    assert merged.new_identity
    assert one.desk.device != other.desk.device
    (about,) = [json.loads(str(text)) for (text,) in one.rows("SELECT about FROM notice WHERE kind = 'identity'")]
    assert (about["why"], about["before"], about["device"]) == ("met", other.desk.device, one.desk.device)
    one.new_citizen("Torre Mikkelsen")
    third.merges(one.bundle())
    assert citizens(third) == citizens(one) == {"Lonni Berg", "Max Berg", "Torre Mikkelsen"}
    one.merges(third.bundle())
    assert third.digest == one.digest
    for laptop in (one, third):
        whole(laptop)
    for laptop in (one, other):
        laptop.desk.store.close()


def test_what_left_before_an_older_copy_was_put_back_comes_home_again(
    opened: Callable[[Path, int], tuple[Laptop, Why | None]], third: Laptop, made_store: MadeStore, tmp_path: Path
) -> None:
    shutil.copytree(made_store.folder, tmp_path / "store")
    before = (tmp_path / "store" / "vejleder.db").read_bytes()
    first, _why = opened(tmp_path / "store", 40)
    first.knows(third)
    third.knows(first)
    first.new_citizen("Einer Madsen")
    third.merges(first.bundle())
    first.desk.store.close()
    with (tmp_path / "store" / "vejleder.db").open("r+b") as file:
        file.write(before)
        file.truncate()
    again, why = opened(tmp_path / "store", 41)
    assert why is Why.BEHIND
    assert citizens(again) == set()
    again.new_citizen("Lonni Berg")
    again.knows(third)
    third.merges(again.bundle())
    assert again.merges(third.bundle()).outcome.new_identity is False
    assert citizens(again) == citizens(third) == {"Einer Madsen", "Lonni Berg"}
    assert again.digest == third.digest
    whole(again)


def test_a_store_that_a_receiver_knows_more_of_takes_a_new_number(
    opened: Callable[[Path, int], tuple[Laptop, Why | None]],
    third: Laptop,
    made_store: MadeStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(made_store.folder, tmp_path / "store")
    before = (tmp_path / "store" / "vejleder.db").read_bytes()
    first, _why = opened(tmp_path / "store", 40)
    first.knows(third)
    third.knows(first)
    first.new_citizen("Einer Madsen")
    third.merges(first.bundle())
    first.desk.store.close()
    # The whole machine was rolled back: the mark went along.
    (tmp_path / "store" / "vejleder.db").write_bytes(before)
    monkeypatch.setenv("VEJLEDER_MARKS", str(tmp_path / "rolled back"))
    again, why = opened(tmp_path / "store", 41)
    assert why is None
    again.knows(third)
    said = Receipt(stamp(again.clock.now()), tuple(have(third.desk.store.connection)), 0, 1)
    assert keep_receipt(again.desk.store.connection, third.card.recipient, said)
    again.desk.store.close()
    later, why = opened(tmp_path / "store", 42)
    assert why is Why.BEHIND
    assert later.desk.device != first.desk.device
    later.merges(third.bundle())
    assert citizens(later) == {"Einer Madsen"}
    whole(later)
