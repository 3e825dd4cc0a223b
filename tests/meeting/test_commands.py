"""`merge`, `receipt` and `key` from the command line, as two coordinators would use them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.meeting.test_receipts import receipt
from vejleder_tui.cli.parser import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.meeting.laptops import Laptop


class Shell:
    """Runs commands on a laptop's closed store."""

    def __init__(self, laptop: Laptop, capsys: pytest.CaptureFixture[str]) -> None:
        self.laptop, self.capsys = laptop, capsys
        self.out = self.err = ""
        laptop.desk.store.close()

    def __call__(self, *argv: object, language: str = "da") -> int:
        self.capsys.readouterr()
        given = ["--store", str(self.laptop.desk.store.paths.folder), *map(str, argv), "--lang", language]
        code = run(given, clock=self.laptop.clock)
        self.out, self.err = self.capsys.readouterr()
        return code

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", "hest maj lampe ni")


def met(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop]:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    other.new_citizen("Einer Mo")
    return one, other


def test_merge_looks_first_and_then_takes_in(laptop: Callable[..., Laptop], capsys: pytest.CaptureFixture[str]) -> None:
    one, other = met(laptop)
    path = other.bundle()
    shell = Shell(one, capsys)
    assert shell("merge", path, "--dry-run", "--json") == 0, shell.err
    dry = shell.json
    assert (dry["applied"], dry["held"], dry["refused"], dry["conflicts"], dry["dry_run"]) == (5, 0, 0, 0, True)
    assert [(one["new"], one["changed"]) for one in dry["citizens"]] == [(1, 0)]
    assert "Einer" not in shell.out
    assert shell("merge", path, "--dry-run") == 0
    assert "Einer Mo: 1 ny" in shell.out
    assert shell("merge", path, "--json") == 0
    assert (shell.json["applied"], shell.json["known"]) == (5, 0)
    assert shell("merge", path, "--json") == 0
    assert (shell.json["applied"], shell.json["known"]) == (0, 5)
    assert shell("merge", path, language="en") == 0
    assert "Everything in the file is here already." in shell.out


def test_at_a_terminal_it_asks_first(
    laptop: Callable[..., Laptop], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = met(laptop)
    path = other.bundle()
    shell = Shell(one, capsys)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _self: True, raising=False)
    answers = iter(["nej", "ja"])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    assert shell("merge", path) == 11
    assert "Intet er indlæst." in shell.err
    assert shell("merge", path) == 0
    assert "1 pakke er indlæst: 5 ændringer nye her." in shell.out


def test_a_bad_file_is_code_7_and_a_missing_one_10(
    laptop: Callable[..., Laptop], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one, _other = met(laptop)
    shell = Shell(one, capsys)
    bad = tmp_path / "bad.age"
    bad.write_bytes(b"age-encryption.org/v1\n")
    assert shell("merge", bad) == 7
    assert shell("merge", tmp_path / "none.age") == 10
    assert "Traceback" not in shell.err


def test_a_receipt_is_taken_by_either_command(
    laptop: Callable[..., Laptop], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = met(laptop)
    bundle = one.bundle(everything=False)
    other.merges(bundle)
    first, second, theirs = receipt(other, one, number=1), receipt(other, one, number=2), other.bundle()
    shell = Shell(one, capsys)
    assert shell("merge", first, "--json") == 0, shell.err
    assert shell.json["receipts"] == [
        {
            "receiver": "Bærbar 3",
            "generation": 0,
            "number": 1,
            "counts": True,
            "held": 0,
            "refused": 0,
            "wrong_clock": False,
        }
    ]
    assert shell("receipt", second) == 0
    assert "Tilbage at sende: 0 ændringer." in shell.out
    assert shell("receipt", first) == 0
    assert "ældre" in shell.out
    assert shell("receipt", theirs) == 0
    assert "1 pakke er indlæst" in shell.out


def test_a_waiting_key_is_listed_with_its_words_and_trusted_by_them(
    laptop: Callable[..., Laptop], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 5")
    other.writes_to(one)
    other.new_citizen("Einer Mo")
    path, words = other.bundle(), other.card.words()
    shell = Shell(one, capsys)
    assert shell("merge", path) == 0
    assert words in shell.out
    assert shell("key", "list") == 0
    assert f"venter: Bærbar 5, {words}" in shell.out
    assert shell("key", "list", "--json") == 0
    assert [(one["purpose"], one["words"], one["operations"]) for one in shell.json] == [("waiting", words, 5)]
    assert shell("key", "trust", "--waiting", *words.split("-"), "--role", "worker", "--json") == 0, shell.err
    assert shell.json["role"] == "worker"
    assert shell("sessions", "--json") == 0
    assert shell("key", "list", "--json") == 0
    assert [(one["purpose"], one["role"]) for one in shell.json] == [("sender", "worker")]
    assert shell("key", "trust") == 9
    assert shell("key", "trust", "--waiting", *words.split("-")) == 10


def test_revoke_says_what_it_means_and_asks(laptop: Callable[..., Laptop], capsys: pytest.CaptureFixture[str]) -> None:
    one, other = met(laptop)
    one.merges(other.bundle())
    shell = Shell(one, capsys)
    assert shell("key", "revoke", "Bærbar", "3") == 9
    assert "Bærbar 3: ændringer efter nummer 5 tæller ikke" in shell.out
    assert shell("key", "revoke", "Bærbar", "3", "--yes") == 0
    assert shell("key", "revoke", "Bærbar 9", "--yes") == 10
    assert shell("key", "revoke", "Bærbar 3", "--after", "4", "--json") == 0
    assert [found["last"] for found in shell.json] == [4]
