"""`worker`: a second worker unlocks with a passphrase of their own, a new recovery code takes the place of the old."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE
from vejleder_tui.cli.parser import run
from vejleder_tui.clock import FixedClock
from vejleder_tui.errors import ExitCode, PassphraseError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.store.keyfile import KeyFile

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

FRESH = "stol bord lampe ur"


@pytest.fixture
def closed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> StorePaths:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)
    desk.store.close()
    return desk.store.paths


def worker(paths: StorePaths, clock: FixedClock, *words: str) -> int:
    return run(["worker", *words, "--store", str(paths.folder)], clock=clock)


def secret(folder: Path, text: str = FRESH) -> str:
    file = folder / "secret"
    file.write_text(f"{text}\n", encoding="utf-8")
    return str(file)


def keys(paths: StorePaths, clock: FixedClock) -> KeyFile:
    return KeyFile(paths.keys, clock=clock, randomness=SeededRandomness(3))


def test_a_second_worker_unlocks_as_themselves(
    closed: StorePaths, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--name", "Tine Skov", "--initials", "TS", "--new-passphrase-file", secret(tmp_path))
    assert worker(closed, clock, "add", *given, "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["unlocks"]
    assert keys(closed, clock).unlock_with_passphrase(made["worker"], FRESH).slot.label == "TS"
    assert worker(closed, clock, "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "MJ: Mette Jensen, koordinator, låser op",
        "TS: Tine Skov, vejleder, låser op",
    ]


def test_a_peer_stands_in_the_registrations_and_unlocks_nothing(
    closed: StorePaths, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert worker(closed, clock, "add", "--name", "Pernille Peer", "--initials", "PP", "--role", "peer") == 0
    assert "En peer låser ikke op." in capsys.readouterr().out
    assert [one.label for one in keys(closed, clock).slots() if one.worker] == ["MJ"]


def test_initials_in_use_and_short_passphrases_add_nobody(
    closed: StorePaths, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = closed.keys.read_bytes()
    taken = ("--name", "Mads", "--initials", "MJ", "--new-passphrase-file", secret(tmp_path))
    assert worker(closed, clock, "add", *taken) != 0
    assert "Initialerne bruges allerede." in capsys.readouterr().err
    short = ("--name", "Mads", "--initials", "MA", "--new-passphrase-file", secret(tmp_path, "kort"))
    assert worker(closed, clock, "add", *short) != 0
    assert worker(closed, clock, "list") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert json.loads(closed.keys.read_bytes())["slots"] == json.loads(before)["slots"]


def test_a_changed_passphrase_and_a_new_recovery_code(
    closed: StorePaths, clock: FixedClock, tmp_path: Path, capsys: pytest.CaptureFixture[str], desk: Desk
) -> None:
    assert worker(closed, clock, "recovery", "--json") == 0
    code = json.loads(capsys.readouterr().out)["recovery_code"]
    assert keys(closed, clock).unlock_with_recovery(code).data_key
    assert worker(closed, clock, "passphrase", "--new-passphrase-file", secret(tmp_path)) == 0
    assert keys(closed, clock).unlock_with_passphrase(desk.actor.worker, FRESH).data_key
    with pytest.raises(PassphraseError):
        keys(closed, clock).unlock_with_passphrase(desk.actor.worker, PASSPHRASE)
    assert worker(closed, clock, "list") != int(ExitCode.DONE)
