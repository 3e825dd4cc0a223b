"""`vejleder erase`: it shows, asks for the name, deletes, and says what is left to do."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE, desk_at
from tests.erasing.person import TOKEN, Scene, pages
from tests.handover.test_handover_commands import Shell
from vejleder_tui.paths import StorePaths

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock


class Terminal(io.StringIO):
    """Somebody who types, at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def scene(made_store: MadeStore, paths: StorePaths, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A store with the person in it, closed again: nobody else has the right to write."""
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)
    clock.moment = made_store.moment
    desk = desk_at(made_store, paths.folder, clock)
    made = Scene(desk)
    desk.store.close()
    return made


@pytest.fixture
def shell(paths: StorePaths, clock: FixedClock, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(paths, clock, capsys)


def token_in(folder: Path, key: bytes) -> bool:
    return TOKEN.encode() in pages(StorePaths(folder).database, key)


def test_the_name_must_be_typed(
    scene: Scene, shell: Shell, made_store: MadeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("Zq7wxebbe\n"))
    assert shell("erase", scene.citizen) == 11
    assert "Intet er slettet." in shell.err
    assert token_in(shell.paths.folder, made_store.data_key)
    monkeypatch.setattr("sys.stdin", Terminal("Zq7wxeb Z.\n"))
    assert shell("erase", scene.citizen[:13]) == 0, shell.err
    assert "Slet Zq7wxeb Z. for altid? 1 forløb, 1 fremmøde, 1 mål" in shell.out
    assert "De andre sletter det, når de får den næste pakke." in shell.out
    assert b"0201609995" not in pages(shell.paths.database, made_store.data_key)
    assert shell("check") == 0, shell.out


def test_what_is_shown_is_what_is_deleted(scene: Scene, shell: Shell, made_store: MadeStore) -> None:
    assert shell("erase", scene.citizen, "--dry-run", "--json") == 0, shell.err
    shown = shell.json
    assert shown["rows"]["citizen"] == 1
    assert {(one["row"], one["field"]) for one in shown["texts"]} >= scene.texts
    assert token_in(shell.paths.folder, made_store.data_key)
    assert shell("erase", scene.citizen) == 2, "nobody to ask"
    assert shell("erase", scene.citizen, "--fields", "99", "--yes") == 9
    assert shell("erase", scene.citizen, "--fields", "all", "--yes", "--json") == 0, shell.err
    done = shell.json
    assert {one["number"] for one in done["texts"] if one["erased"]} == {one["number"] for one in shown["texts"]}
    assert done["rows"] == shown["rows"]
    assert done["drafts"] == 1
    assert done["trouble"] is None
    assert not token_in(shell.paths.folder, made_store.data_key)
    assert shell("erase", scene.citizen, "--yes") == 10
    assert shell("check") == 0, shell.out


def test_numbers_choose_the_texts(scene: Scene, shell: Shell) -> None:
    assert shell("erase", scene.citizen, "--dry-run") == 0, shell.err
    listed = [line for line in shell.out.splitlines() if line[:1].isdigit()]
    (number,) = [line.split()[0] for line in listed if "gruppens note" in line]
    assert shell("erase", scene.citizen, "--fields", number, "--yes", "--json") == 0, shell.err
    assert [(one["table"], one["field"]) for one in shell.json["texts"] if one["erased"]] == [("session", "note")]
