"""`vejleder central` as it is typed: what it prints, in words and as JSON, and its exit codes."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from tests.central.laptop import Laptop
from vejleder_tui.cli.parser import run
from vejleder_tui.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office

Output = pytest.CaptureFixture[str]


@pytest.fixture
def at(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office, named by the environment as a service names it."""
    monkeypatch.setenv("VEJLEDER_DATABASE", office.url)
    monkeypatch.setenv("VEJLEDER_IDENTITY", str(office.identity.path))
    return office


def _json(capsys: Output) -> Any:
    return json.loads(capsys.readouterr().out)


def test_from_an_empty_database_to_a_receipt(
    empty_url: str, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEJLEDER_DATABASE", empty_url)
    monkeypatch.setenv("VEJLEDER_IDENTITY", str(tmp_path / "id.txt"))
    inbox = tmp_path / "in"
    inbox.mkdir()
    made = ["central", "init", "--municipality", "0183", "--name", "Ishøj", "--card", str(tmp_path / "card.json")]
    assert run([*made, "--json"]) == ExitCode.DONE
    card = _json(capsys)
    assert (card["role"], card["municipality"], card["name"]) == ("administration", "0183", "Ishøj")
    assert json.loads((tmp_path / "card.json").read_text())["age"] == card["age"]
    assert "AGE-SECRET" not in json.dumps(card)
    laptop = Laptop(1)
    laptop.citizen()
    (tmp_path / "laptop.json").write_text(laptop.card.to_json())
    assert run(["central", "trust", str(tmp_path / "laptop.json"), "--json"]) == ExitCode.DONE
    assert [one["words"] for one in _json(capsys)] == [laptop.card.words()]
    laptop.bundle(inbox, card["age"])
    assert run(["central", "ingest", str(inbox)]) == ExitCode.DONE
    assert "2 nye ændringer" in capsys.readouterr().out
    assert run(["central", "status", "--json"]) == ExitCode.DONE
    said = _json(capsys)
    assert [(one["device"], one["up_to"], one["gaps"]) for one in said["devices"]] == [(laptop.device, 2, [])]
    assert run(["central", "receipts", "--to", str(tmp_path / "out"), "--json"]) == ExitCode.DONE
    assert [one["device"] for one in _json(capsys)] == [laptop.device]
    assert run(["central", "digest", "--json"]) == ExitCode.DONE
    assert _json(capsys)["rows"]["citizen"] == 1
    assert run(["central", "export", "--csv", str(tmp_path / "csv"), "--json"]) == ExitCode.DONE
    assert _json(capsys)["rows"]["citizen"] == 1


def test_status_in_words_names_the_missing_numbers(at: Office, capsys: Output) -> None:
    laptop, unknown = Laptop(1), Laptop(2)
    at.trust(laptop)
    for _number in range(2, 31):
        laptop.citizen()
    for first, last in ((1, 10), (21, 30)):
        laptop.bundle(at.folder, at.recipient, [(laptop, laptop.cover(first, last))])
    unknown.bundle(at.folder, at.recipient)
    assert run(["central", "ingest", str(at.folder)]) == ExitCode.REFUSED
    capsys.readouterr()
    assert run(["central", "status"]) == ExitCode.DONE
    said = capsys.readouterr().out
    assert "Bærbar 1" in said
    assert "har alt til nr. 10" in said
    assert "mangler: nr. 11–20" in said
    assert "venter: 10 (noget før dem mangler)" in said
    assert "afsenderen kendes ikke endnu" in said
    assert run(["--lang", "en", "central", "status"]) == ExitCode.DONE
    assert "missing: no. 11–20" in capsys.readouterr().out


def test_a_key_that_is_revoked_is_named_by_its_words(at: Office, capsys: Output) -> None:
    laptop = Laptop(1)
    at.trust(laptop)
    assert run(["central", "revoke", *laptop.card.words().split("-")]) == ExitCode.DONE
    assert "tros ikke længere" in capsys.readouterr().out
    assert run(["central", "revoke", "hest"]) == ExitCode.NOT_FOUND


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["status", "--database", "mysql://x"], ExitCode.STORE),
        (["status", "--database", "postgresql://nobody@/none?host=/nowhere"], ExitCode.STORE),
        (["status", "--database", "sqlite:////nowhere/c.db"], ExitCode.STORE),
        (["ingest", "/nowhere/in"], ExitCode.NOT_FOUND),
        (["trust", "/nowhere/card.json"], ExitCode.NOT_FOUND),
        (["receipts", "--to", "out"], ExitCode.NO_RECIPIENT),
        (["receipts", "--to", "out", "--identity", "/nowhere/id.txt"], ExitCode.NOT_FOUND),
    ],
)
def test_what_goes_wrong_is_told_in_a_sentence(
    at: Office, capsys: Output, given: list[str], code: ExitCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(at.folder)
    assert run(["central", *given]) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert said.err.strip().endswith((".", ":///.", "FIL"))


def test_a_database_that_was_not_made_ready_says_what_to_do(
    empty_url: str, tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEJLEDER_DATABASE", empty_url)
    for given in (["status"], ["digest"], ["export", "--csv", str(tmp_path / "x")]):
        assert run(["central", *given]) == ExitCode.STORE
        assert "central init" in capsys.readouterr().err


def test_without_a_database_the_command_line_is_wrong(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEJLEDER_DATABASE", raising=False)
    assert run(["central", "status"]) == ExitCode.USAGE
    assert "VEJLEDER_DATABASE" in capsys.readouterr().err


def test_a_bare_age_key_and_ones_own_card_are_refused(at: Office, tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "bare").write_text(Laptop(1).recipient)
    assert run(["central", "trust", str(tmp_path / "bare")]) == ExitCode.RULE
    (tmp_path / "own").write_text(at.identity.card("Centralen", "0183").to_json())
    assert run(["central", "trust", str(tmp_path / "own")]) == ExitCode.RULE
    assert "egen nøglefil" in capsys.readouterr().err


def test_a_database_for_trying_out_is_its_owners_alone(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "c.db"
    assert run(["central", "init", "--database", f"sqlite:///{path}", "--identity", str(tmp_path / "id")]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert "Databasen er klar" in capsys.readouterr().out
