"""Two sandboxes on one machine, as a coordinator tries it: apart, together, one disagreement settled, handed in, receipted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from vejleder_tui.cli.parser import run
from vejleder_tui.clock import FixedClock

if TYPE_CHECKING:
    from pathlib import Path


class Machine:
    """Runs commands in one folder; `said` returns what one printed, `vejleder` its JSON."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.clock = FixedClock(datetime(2026, 11, 24, 19, 0, tzinfo=UTC), timedelta(milliseconds=1))

    def said(self, *words: object, store: str = "") -> str:
        self.capsys.readouterr()
        code = run([*map(str, words), *(["--store", store] if store else [])], clock=self.clock)
        out, err = self.capsys.readouterr()
        assert code == 0, (words, err)
        return out

    def vejleder(self, *words: object, store: str = "") -> Any:
        return json.loads(self.said(*words, "--json", store=store))

    def exported(self, store: str) -> str:
        return str(self.vejleder("export", "--to", self.folder / "usb", store=store)["file"])

    def digests(self) -> set[str]:
        return {self.vejleder("digest", store=store)["digest"] for store in ("A", "B")}


@pytest.fixture
def machine(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Two sandboxes of different seeds that trust each other, in a folder without anything else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", "demo")
    monkeypatch.setenv("VEJLEDER_DATABASE", f"sqlite:///{tmp_path / 'centre.db'}")
    monkeypatch.setenv("VEJLEDER_IDENTITY", str(tmp_path / "id.txt"))
    made = Machine(tmp_path, capsys)
    for store, seed in (("A", 7), ("B", 8)):
        made.said("demo", "--create", store, "--seed", seed, "--size", "30", "--date", "2026-11-24")
        made.said("key", "show", "--to", f"{store}.json", store=store)
    for store, other in (("A", "B"), ("B", "A")):
        made.said("key", "trust", f"{other}.json", store=store)
        made.said("key", "add-recipient", f"{other}.json", store=store)
    return made


def test_two_sandboxes_meet_and_both_reach_the_centre(machine: Machine) -> None:
    there, back = machine.exported("A"), machine.exported("B")
    for store, file in (("A", back), ("B", there)):
        told = machine.vejleder("merge", file, "--yes", store=store)
        assert (told["held"], told["refused"], told["conflicts"]) == (0, 0, 0)
    assert len(machine.digests()) == 1

    # Each registers the same person at the same session, and does not know of the other.
    sessions = machine.vejleder("sessions", store="A")
    session = next(one["id"] for one in sessions if one["date"] == "2026-11-24" and one["registered"] < one["expected"])
    for store, code in (("A", "f"), ("B", "u")):
        machine.said("attend", session, "--mark", f"1={code}", store=store)
    assert len(machine.digests()) == 2
    there, back = machine.exported("A"), machine.exported("B")
    for store, file in (("A", back), ("B", there)):
        assert machine.vejleder("merge", file, "--yes", store=store)["conflicts"] == 1
    assert len(machine.digests()) == 1
    [open_one] = machine.vejleder("conflicts", store="A")
    machine.vejleder("conflicts", "settle", open_one["id"], "code=2", store="A")
    assert machine.vejleder("merge", machine.exported("A"), "--yes", store="B")["conflicts"] == 0
    assert machine.vejleder("conflicts", store="B") == []
    assert len(machine.digests()) == 1

    machine.said("central", "init", "--name", "Centralen", "--municipality", "0183", "--card", "C.json")
    machine.said("central", "trust", "A.json", "B.json")
    for store in ("A", "B"):
        machine.said("key", "add-recipient", "C.json", store=store)
        machine.vejleder("export", "--to", "in", "--recipient", "C.json", store=store)
    taken = [json.loads(line) for line in machine.said("central", "ingest", "in", "--json").splitlines()]
    assert [one["state"] for one in taken] == ["applied", "applied"]
    assert {machine.vejleder("central", "digest")["digest"]} == machine.digests()
    machine.said("central", "receipts", "--to", "receipts")
    for store in ("A", "B"):
        device = json.loads((machine.folder / f"{store}.json").read_text(encoding="utf-8"))["device"]
        [receipt] = (machine.folder / "receipts").glob(f"*{device}*")
        assert "Tilbage at sende: 0 ændringer." in machine.said("receipt", receipt, "--lang", "da", store=store)
        machine.said("check", store=store)
