"""`vejleder conflicts`: the list, the values, and settling by number, by value and line by line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import Group
from tests.conftest import PASSPHRASE
from tests.other_laptop import bring
from vejleder_tui.cli.parser import run
from vejleder_tui.oplog import read_row
from vejleder_tui.services.after_session import answer_incidents, sign_off
from vejleder_tui.services.attendance import attendance_id, mark, mark_rest
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.services.desk import Desk

    Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def row(desk: Desk, other: Desk, group: Group) -> str:
    mark(desk, group.ref(), group.number(1), "partial", minutes=60)
    mark(other, group.ref(), group.number(1), "partial", minutes=45)
    mark_rest(desk, group.ref())
    mark(other, group.ref(), group.number(2), "absent_unnotified")
    answer_incidents(desk, group.ref(), "none")
    bring(other, desk)
    return attendance_id(group.ref().id, group.number(1))


@pytest.fixture
def command(desk: Desk, row: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    assert row
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)

    def call(*words: str, typed: str = "") -> tuple[int, str, str]:
        desk.store.close()
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = run(["conflicts", *words, "--store", str(desk.store.paths.folder)], clock=desk.clock)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_list_has_ids_and_no_values(command: Command, row: str) -> None:
    code, said, _errors = command("--json")
    assert code == 0
    listed = {one["id"]: one for one in json.loads(said)}
    assert listed[row]["table"] == "attendance"
    assert (listed[row]["fields"], listed[row]["citizen"], listed[row]["date"]) == (
        ["minutes"],
        "Asta L.",
        "2026-11-24",
    )
    assert len(listed) == 2
    _code, told, _errors = command()
    assert "Fremmøde: Asta L., 24-11, ABC-gruppe, efterår. Forskelligt: minutter. Senest skrevet" in told
    assert "60" not in told.replace(row, "")


def test_the_values_of_one_row(command: Command, row: str) -> None:
    code, said, _errors = command("show", row[:13], "--json")
    assert code == 0
    values = json.loads(said)["values"]["minutes"]
    assert [(one["number"], one["value"], one["written"][0]["worker"], one["written"][0]["laptop"]) for one in values] == [
        (1, 60, "MJ", "Bærbar 2"), (2, 45, "LK", "Bærbar 4"),
    ]  # fmt: skip
    _code, told, _errors = command("show", row)
    assert "1: 60. MJ på Bærbar 2, 24-11 10:42, så intet før" in told
    assert "2: 45. LK på Bærbar 4, 24-11 11:03, så intet før" in told


@pytest.mark.parametrize(
    ("choice", "value"), [("minutes=2", 45), ("2", 45), ("minutter=60", 60), ("minutes==2", 2), ("minutes=50", 50)]
)
def test_settled_by_number_or_by_value(desk: Desk, command: Command, row: str, choice: str, value: int) -> None:
    code, said, _errors = command("settle", row, choice, "--json")
    assert (code, json.loads(said)["open"]) == (0, [])
    code, said, _errors = command("show", row)
    assert code == 10
    assert row not in command("--json")[1]
    store = Store.open(desk.store.paths, desk.store._data_key, clock=desk.clock)
    found = read_row(store.connection, "attendance", row)
    store.close()
    assert found is not None
    assert found.values["minutes"] == value


def test_line_by_line(command: Command, row: str) -> None:
    code, said, _errors = command("settle", row, typed="2\n")
    assert code == 0
    assert "Vælg et nummer, eller skriv en værdi. Enter springer over:" in said
    assert "Gemt: afgjort. Alt er gemt" in said
    assert row not in command("--json")[1]


@pytest.mark.parametrize("words", [("code=present",), ("minutes=ti",), ("minutes=0",), ()])
def test_what_cannot_be_is_refused_and_nothing_is_settled(command: Command, row: str, words: tuple[str, ...]) -> None:
    code, _said, errors = command("settle", row, *words)
    assert code == 9
    assert errors
    assert row in command("--json")[1]


def test_a_signed_off_session_wants_a_reason(desk: Desk, command: Command, row: str, group: Group) -> None:
    sign_off(desk, group.ref())
    code, _said, errors = command("settle", row, "2")
    assert code == 9
    assert "Mødegangen er godkendt." in errors
    code, _said, _errors = command("settle", row, "2", "--reason", "to bærbare var uenige")
    assert code == 0
