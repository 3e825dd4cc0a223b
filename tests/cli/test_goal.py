"""`vejleder goal`: with options, line by line, and what it refuses."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE
from tests.screens.goal_app import einer
from vejleder_tui.cli.parser import run
from vejleder_tui.oplog import state_digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

    Command = Callable[..., tuple[int, str, str]]


HOW = (
    "Hvordan går det nu? 0 ingen nedsat, 1 let nedsat, 2 moderat nedsat, 3 svært nedsat, 4 fuldstændig nedsat, "
    "i ikke vurderet: "
)


@pytest.fixture
def goal(desk: Desk) -> str:
    _citizen, made = einer(desk)
    desk.store.close()
    return made


@pytest.fixture
def command(
    goal: str, paths: StorePaths, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)

    def call(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run(["goal", *words, "--store", str(paths.folder)], clock=clock)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_rate_with_options(command: Command, goal: str) -> None:
    code, said, _errors = command("rate", goal, "--level", "1", "--source", "citizen", "--self", "7", "--json")
    assert code == 0
    made = json.loads(said)
    assert (made["goal"], made["level"], made["verdict"], made["date"]) == (goal, 1, "achieved", "2026-11-24")
    listed = {one["id"]: one for one in json.loads(command("list", "--json")[1])}
    assert (listed[goal]["now"], listed[goal]["citizen"]) == (1, "Einer M.")
    assert "fodbold" not in json.dumps(listed)


def test_rate_line_by_line(command: Command) -> None:
    code, said, _errors = command("rate", typed="9\n1\n?\n7\n1\n2\n7\n\n")
    assert code == 0
    assert [line for line in said.splitlines() if line] == [
        "Låst op. Tirsdag den 24. november 2026. Du er MJ på Bærbar 2.",
        "Vurdér et mål. ? er hjælp, slut holder op uden at gemme.",
        "1 mål skal vurderes.",
        "1: Einer M., Deltage i sociale fællesskaber og fritidsaktiviteter, vurderes i dag. Start 3, nu 2, mål 1: på vej.",
        "Vælg 1 til 1, a for alle mål, eller slut: ",
        "Vælg et af tallene.",
        "Vælg 1 til 1, a for alle mål, eller slut: ",
        "Einer M., Deltage i sociale fællesskaber og fritidsaktiviteter. »Jeg vil gerne kende nogen, jeg kan se fodbold med.«",
        "Udvikle (progression): fra 3 mod 1. Sidst 2, 17-11.",
        HOW,
        "Svar et tal fra 0 til 4; lavere er bedre. i er ikke vurderet i dag.",
        HOW,
        "Skriv et tal fra 0 til 4.",
        HOW,
        "Kilde? 1 vejleder og borger sammen, 2 borger, 3 vejleder, ? flere, Enter er 1: ",
        "Egenvurdering fra 0 til 10? Enter uden: ",
        "Kommentar? Enter uden: ",
        "Gemt: Einer M. vurderet til 1, opfyldt. Alt er gemt 10.42.",
    ]


def test_the_end_of_input_saves_what_was_answered(command: Command, goal: str) -> None:
    code, said, _errors = command("rate", goal[:23], "--level", "2")
    assert code == 0
    assert said.splitlines()[-1] == "Gemt: Einer M. vurderet til 2, på vej. Alt er gemt 10.42."


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (("rate", "00000000"), ("", 10)),
        (("rate", "kort"), ("", 10)),
        (("rate",), ("slut\n", 11)),
        (("rate",), ("", 11)),
        (("rate", "--json"), ("", 9)),
        (("rate", "GOAL", "--level", "5"), ("", 9)),
        (("rate", "GOAL", "--level", "1", "--source", "naboen"), ("", 9)),
        (("rate", "GOAL", "--level", "1", "--date", "25-11-2026"), ("", 9)),
        (("rate", "GOAL", "--level", "1", "--not-assessed"), ("", 9)),
        (("add", "--citizen", "Nogen"), ("", 10)),
        (("add", "--citizen", "Einer"), ("ord\nslut\n", 11)),
    ],
)
def test_what_is_refused_saves_nothing(
    command: Command, goal: str, desk: Desk, words: tuple[str, ...], answers: tuple[str, int]
) -> None:
    from vejleder_tui.ids import SeededRandomness
    from vejleder_tui.store.keyfile import KeyFile
    from vejleder_tui.store.store import Store

    def digest() -> object:
        paths, clock = desk.store.paths, desk.clock
        keys = KeyFile(paths.keys, clock=clock, randomness=SeededRandomness(3))
        store = Store.open(paths, keys.unlock_with_passphrase(desk.actor.worker, PASSPHRASE), clock=clock, write=False)
        try:
            return state_digest(store.connection).digest
        finally:
            store.close()

    typed, code = answers
    before = digest()
    assert command(*(goal if word == "GOAL" else word for word in words), typed=typed)[0] == code
    assert digest() == before


def test_add_line_by_line(command: Command) -> None:
    typed = "eine\nJeg vil lave min egen mad.\nlave\n1\n2\n3\n0\n+2u\n\n"
    code, said, _errors = command("add", typed=typed)
    assert code == 0
    assert (
        "Målet passer ikke til måltypen: Udvikle kræver et lavere tal end start (2). Vælg 0 eller 1, eller skift måltype."
        in said
    )
    assert said.splitlines()[-1] == "Gemt: nyt mål for Einer M. Alt er gemt 10.42."
    rows = json.loads(command("list", "--json")[1])
    made = next(one for one in rows if one["condition_term"] == "Lave mad")
    assert (made["type"], made["start"], made["target"], made["due"]) == ("develop", 2, 0, "2026-12-08")


def test_a_target_on_the_wrong_side_is_told(command: Command) -> None:
    code, _said, errors = command(
        "add", "--citizen", "Einer", "--text", "Mine ord", "--condition", "købe ind", "--type", "develop",
        "--start", "3", "--target", "3", "--json",
    )  # fmt: skip
    assert code == 9
    assert errors == (
        "Målet passer ikke til måltypen: Udvikle kræver et lavere tal end start (3). "
        "Vælg 0, 1 eller 2, eller skift måltype.\n"
    )
