"""A new laptop from a bundle of everything: keys first, the words compared, and the person found again among the workers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PASSPHRASE, desk_at
from tests.handover.test_handover_commands import Shell, add_citizen
from vejleder_tui.paths import StorePaths
from vejleder_tui.queries.joining import namesakes
from vejleder_tui.screens.opening import unlock
from vejleder_tui.services.identity import take_new_identity
from vejleder_tui.services.joining import join, offer, trust_laptops
from vejleder_tui.services.workers import new_worker

if TYPE_CHECKING:
    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)


class Room:
    """A coordinator's laptop, a third one that it merged with, and a new one."""

    def __init__(self, desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self.coordinator = Shell(desk.store.paths, clock, capsys)
        self.third = Shell(StorePaths(folder / "third"), clock, capsys)
        self.new = Shell(StorePaths(folder / "new"), clock, capsys)
        self.folder = folder
        (folder / "usb").mkdir()

    def ok(self, shell: Shell, *argv: object) -> Any:
        assert shell(*argv, "--json") == 0, shell.err
        return shell.json

    def first_start(self, shell: Shell, initials: str, *more: object, centre: str = "") -> Any:
        name = {"MJ": "Mette Jensen"}.get(initials, "Lis Holm")
        return self.ok(
            shell, "init", "--municipality", "0183", "--device", f"Bærbar {initials}", "--name", name,
            "--initials", initials, *(["--centre", centre] if centre else []), *more,
        )  # fmt: skip

    def card(self, shell: Shell) -> Path:
        path = self.folder / f"{shell.paths.folder.name}.json"
        self.ok(shell, "key", "show", "--to", path)
        return path

    def know(self, one: Shell, *cards: Path) -> None:
        for card in cards:
            self.ok(one, "key", "add-recipient", card)
            self.ok(one, "key", "trust", card)

    def everything(self, shell: Shell, card: Path) -> Path:
        return Path(self.ok(shell, "export", "--all", "--recipient", card, "--to", self.folder / "usb")["file"])

    def merged_third(self) -> None:
        """Let a third laptop write, and the coordinator take it in."""
        self.first_start(self.third, "LH", centre="Lærkehuset")
        self.know(self.third, self.card(self.coordinator))
        self.know(self.coordinator, self.card(self.third))
        self.ok(self.coordinator, "merge", self.everything(self.third, self.card(self.coordinator)))


@pytest.fixture
def room(desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Room:
    add_citizen(desk, "Einer Madsen")
    desk.store.close()
    return Room(desk, clock, capsys, tmp_path)


def rows(shell: Shell, sql: str) -> list[tuple[Any, ...]]:
    seat = unlock(shell.paths, None, PASSPHRASE, clock=shell.clock)
    try:
        return [tuple(one) for one in seat.store.connection.execute(sql)]
    finally:
        seat.close()


def test_a_new_laptop_takes_everything_in_and_its_person_sits_where_they_sat(room: Room) -> None:
    room.merged_third()
    begun = room.first_start(room.new, "MJ", "--join", "--to", room.folder)
    card = Path(begun["key_card"])
    assert card.exists()
    assert begun["words"] == room.ok(room.new, "key", "show")["words"]
    assert rows(room.new, "SELECT count(*) FROM centre") == [(0,)]
    file = room.everything(room.coordinator, card)
    told = room.ok(room.new, "init", "--join", file, "--yes", "--as", "mj")
    assert (told["held"], told["refused"], told["conflicts"], told["initials"]) == (0, 0, 0, "MJ")
    assert len(told["trusted"]) == 2, "the coordinator's laptop and the third"
    assert {name for (name,) in rows(room.new, "SELECT name FROM centre WHERE void = 0")} == {
        "Vejledningscentret", "Lærkehuset",
    }  # fmt: skip
    assert rows(room.new, "SELECT count(*) FROM organisation") == [(1,)]
    workers = {(one["initials"], one["unlocks"]) for one in room.ok(room.new, "worker", "list")}
    assert workers == {("MJ", True), ("LH", False)}
    seat = unlock(room.new.paths, None, PASSPHRASE, clock=room.new.clock)
    assert (seat.actor.worker_id, seat.actor.initials, seat.actor.role) == (told["worker"], "MJ", "coordinator")
    seat.write(lambda desk: add_citizen(desk, "Lonni Berg"))
    seat.close()
    assert room.new("check") == 0, room.new.out
    room.know(room.coordinator, card)
    room.ok(room.coordinator, "merge", room.everything(room.new, room.card(room.coordinator)))
    assert room.ok(room.coordinator, "digest") == room.ok(room.new, "digest")
    assert {one["initials"] for one in room.ok(room.coordinator, "worker", "list")} == {"MJ", "LH"}


def test_somebody_new_stays_who_they_said_they_are(room: Room) -> None:
    begun = room.first_start(room.new, "LH", "--join", "--to", room.folder)
    told = room.ok(room.new, "init", "--join", room.everything(room.coordinator, begun["key_card"]), "--yes")
    assert told["initials"] == "LH"
    assert {one["initials"] for one in room.ok(room.new, "worker", "list")} == {"MJ", "LH"}
    file = room.everything(room.coordinator, begun["key_card"])
    assert room.new("init", "--join", file, "--yes") == 9, "a second time it is a merge"
    assert "vejleder merge" in room.new.err


def test_nothing_comes_in_before_the_keys_were_compared(room: Room) -> None:
    room.merged_third()
    begun = room.first_start(room.new, "LH", "--join", "--to", room.folder)
    file = room.everything(room.coordinator, begun["key_card"])
    assert room.new("init", "--join", file) == 2
    assert "--yes" in room.new.err
    third = room.card(room.third)
    assert room.new("init", "--join", file, "--trust", third) == 9
    assert "Den, der har skrevet pakken" in room.new.err
    assert rows(room.new, "SELECT count(*) FROM citizen") == [(0,)]
    told = room.ok(room.new, "init", "--join", file, "--trust", room.card(room.coordinator))
    assert len(told["trusted"]) == 1
    assert told["held"] == 4, "what the third laptop wrote waits until somebody trusts it"
    assert [name for (name,) in rows(room.new, "SELECT name FROM centre")] == ["Vejledningscentret"]


def test_a_bundle_that_is_not_everything_or_not_ours_is_refused(
    room: Room, made_store: MadeStore, clock: FixedClock, tmp_path: Path
) -> None:
    begun = room.first_start(room.new, "LH", "--join", "--to", room.folder)
    card = Path(begun["key_card"])
    other = Shell(StorePaths(tmp_path / "other"), clock, room.new.capsys)
    assert (
        other("init", "--municipality", "0101", "--centre", "X", "--device", "Y", "--name", "Z", "--initials", "Z") == 0
    )
    assert room.new("init", "--join", room.everything(other, card), "--yes") == 9
    assert "anden kommune" in room.new.err
    assert room.new("init", "--join", room.folder / "nosuch", "--yes") == 10
    assert rows(room.new, "SELECT count(*) FROM citizen") == [(0,)]
    del made_store


def test_the_keys_of_a_bundle_are_those_that_signed_it_the_newest_number_of_each(
    room: Room, made_store: MadeStore, clock: FixedClock, tmp_path: Path
) -> None:
    begun = room.first_start(room.new, "LH", "--join", "--to", room.folder)
    desk = desk_at(made_store, tmp_path / "renewed", clock, seed=31)
    device = take_new_identity(desk)
    desk.store.close()
    renewed = Shell(StorePaths(tmp_path / "renewed"), clock, room.new.capsys)
    file = room.everything(renewed, Path(begun["key_card"]))
    seat = unlock(room.new.paths, None, PASSPHRASE, clock=clock)
    found = offer(seat.store.connection, file)
    assert [(one.card.device, one.wrote_it) for one in found.laptops] == [(device, True)]
    assert found.laptops[0].words == room.ok(renewed, "key", "show")["words"]
    seat.close()


def test_a_join_cut_short_is_done_again(room: Room, clock: FixedClock) -> None:
    begun = room.first_start(room.new, "MJ", "--join", "--to", room.folder)
    file = room.everything(room.coordinator, begun["key_card"])
    seat = unlock(room.new.paths, None, PASSPHRASE, clock=clock)

    def half(desk: Desk) -> None:
        found = offer(desk.store.connection, file)
        trust_laptops(desk.store, found.laptops, clock=clock)
        join(desk, found)
        new_worker(desk, "Mette Jørgensen", "mJ2", role="worker")
        assert [one.name for one in namesakes(desk.store.connection, desk.actor.worker)] == ["Mette Jensen"]

    seat.write(half)
    seat.close()
    told = room.ok(room.new, "init", "--join", file, "--yes", "--as", "MJ")
    assert told["applied"] == 0
    seat = unlock(room.new.paths, None, PASSPHRASE, clock=clock)
    assert seat.actor.worker_id == told["worker"]
    seat.close()


@pytest.mark.parametrize(("answers", "code"), [(["nej"], 11), (["ja", "nej"], 0), (["ja", "ja"], 0)])
def test_at_a_terminal_it_asks_for_the_words_and_for_the_person(
    room: Room, monkeypatch: pytest.MonkeyPatch, answers: list[str], code: int
) -> None:
    begun = room.first_start(room.new, "MJ", "--join", "--to", room.folder)
    file = room.everything(room.coordinator, begun["key_card"])
    words = room.ok(room.coordinator, "key", "show")["words"]
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return answers[len(asked) - 1]

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)
    assert room.new("init", "--join", file) == code, room.new.err
    assert f"Bærbar 2: {words} (har skrevet pakken)" in room.new.out
    assert len(asked) == len(answers)
    assert rows(room.new, "SELECT count(*) FROM citizen") == [(0 if code else 1,)]
    workers = [one["unlocks"] for one in room.ok(room.new, "worker", "list")]
    assert sorted(workers) == {1: [True], 2: [False, True]}[len(workers)]
    assert len(workers) == (2 if answers == ["ja", "nej"] else 1)
