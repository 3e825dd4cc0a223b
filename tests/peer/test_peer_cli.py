"""`vejleder peer`: by options, by questions, as JSON."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PASSPHRASE
from tests.peer.people import citizen, usual, worker
from vejleder_tui.cli.parser import run
from vejleder_tui.services.peer import PeerPerson, new_peer_activity

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

Run = "Callable[..., tuple[int, str, str]]"


@pytest.fixture
def vejleder(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Close the desk and run commands at its store; `typed` is what stands on the standard input."""
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)

    def call(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        desk.store.close()
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run(["--store", str(desk.store.paths.folder), "--lang", "da", "peer", *arguments], clock=clock)
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_options_alone_are_enough_and_json_is_the_result(desk: Desk, vejleder: Any) -> None:
    sverre, lonni = citizen(desk, "Sverre Madsen"), citizen(desk, "Lonni Berg")
    code, out, err = vejleder(
        "add", "--json", "--date", "i går", "--minutes", "1:30", "--form", "accompaniment", "--purpose", "community",
        "--purpose", "Udvikling i trivsel", "--giver", sverre.id[:13], "--receiver", "lonni b.", "--place", "Biblioteket",
        "--summary", "»Godt.«", "--next", "Igen torsdag", "--shared", "yes",
    )  # fmt: skip
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert (made["date"], made["minutes"], made["purposes"]) == ("2026-11-23", 90, ["community", "wellbeing"])
    assert [(one["id"], one["role"]) for one in made["people"]] == [(sverre.id, "giver"), (lonni.id, "receiver")]
    assert (made["summary"], made["next_step"], made["shared"], made["took_part"]) == (
        "»Godt.«",
        "Igen torsdag",
        "yes",
        2,
    )
    code, out, err = vejleder("list", "--json", "--since", "23-11")
    assert (code, [one["id"] for one in json.loads(out)]) == (0, [made["id"]])
    assert vejleder("list")[1] == "Følgeskab, 23-11-2026, 90 min, 2 deltog, Sverre M., Lonni B.\n"


def test_it_asks_for_what_the_options_leave_out(desk: Desk, vejleder: Any) -> None:
    citizen(desk, "Sverre Madsen")
    citizen(desk, "Lonni Berg")
    code, out, err = vejleder(
        "add", "--place", "Biblioteket",
        typed="31-11\ni går\n\nmange\n90\n3\n5 3\nNils\nSverre M.\nSverre M., Lonni Berg\n?\n\n\nj\nLonni B.\n",
    )  # fmt: skip
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Låst op. Tirsdag den 24. november 2026. Du er MJ på Bærbar 2."
    assert lines[2] == "Hvilken dag? Enter er i dag: "
    assert "Det kan ikke læses" in out or "findes ikke" in out
    assert "Svaret mangler." in out
    assert "Ingen hedder sådan." in out
    assert "Ikke gemt: Den samme kan ikke både give og få støtte." in out
    assert lines[-1] == "Gemt: Følgeskab, 23-11-2026, 90 min, 2 deltog, Sverre M., Lonni B. Alt er gemt 10.42."
    assert all(len(line.split("\x1b")) == 1 for line in lines)


def test_like_last_needs_no_answers(desk: Desk, vejleder: Any) -> None:
    assert vejleder("add", "--like-last")[0] == 10
    lonni = citizen_again(vejleder, desk)
    code, out, _err = vejleder("add", "--like-last", "--minutes", "60", "--json")
    made = json.loads(out)
    assert (code, made["date"], made["minutes"], made["form"]) == (0, "2026-11-24", 60, "accompaniment")
    assert [one["id"] for one in made["people"]] == [lonni]
    code, out, _err = vejleder("add", typed="s\n\n")
    assert (code, "Sidst: 24-11, følgeskab, Lonni B." in out) == (0, True)
    assert "Gemt: Følgeskab, 24-11-2026, 60 min, 1 deltog" in out


def citizen_again(vejleder: Any, desk: Desk) -> str:
    from vejleder_tui.ids import SeededRandomness
    from vejleder_tui.services.setup import take_seat
    from vejleder_tui.store.store import Store

    store = Store.open(desk.store.paths, desk.store._data_key, clock=desk.clock)
    again = take_seat(store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(3))
    lonni = citizen(again, "Lonni Berg")
    new_peer_activity(
        again, **usual(date="2026-11-17", receivers=[PeerPerson(citizen=lonni.citizen)], summary="hemmeligt")
    )
    store.close()
    return lonni.id


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--minutes", "0", "--form", "group", "--purpose", "coping", "--count", "2"], 9),
        (["--minutes", "30", "--form", "dans", "--purpose", "coping", "--count", "2"], 9),
        (["--minutes", "30", "--form", "group", "--purpose", "coping"], 9),
        (["--minutes", "30", "--form", "group", "--purpose", "coping", "--giver", "Nobody"], 10),
        (["--minutes", "30", "--form", "group", "--purpose", "coping", "--giver", "Max B."], 9),
        (["--date", "31-11", "--minutes", "30", "--form", "group", "--purpose", "coping", "--count", "2"], 9),
    ],
)
def test_what_breaks_a_rule_has_its_exit_code_and_names_nobody(
    desk: Desk, vejleder: Any, options: list[str], expected: int
) -> None:
    citizen(desk, "Max Bo")
    worker(desk, "Max Berg")
    code, out, err = vejleder("add", "--json", *options)
    assert (code, out) == (expected, "")
    assert err.count("\n") == 1
    assert "Max" not in err
    assert vejleder("list", "--json")[1] == "[]\n"


def test_slut_and_the_end_of_input_save_nothing_that_is_half(vejleder: Any) -> None:
    assert vejleder("add", typed="i dag\n90\nslut\n")[0] == 11
    assert vejleder("add", typed="i dag\n90\n")[0] == 11
    assert vejleder("list")[1] == "Ingen peer-aktiviteter endnu.\n"
    options = ["--minutes", "30", "--form", "drop_in", "--purpose", "community", "--count", "6"]
    assert vejleder("add", *options)[0] == 0
    assert "6 deltog" in vejleder("list")[1]
