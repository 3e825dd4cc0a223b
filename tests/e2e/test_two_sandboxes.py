"""Two sandboxes on one machine, as a coordinator tries it: apart, together, one disagreement settled, handed in, receipted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.parser import run
from vejleder_tui.clock import FixedClock

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_two_sandboxes_meet_and_both_reach_the_centre(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock(datetime(2026, 11, 24, 19, 0, tzinfo=UTC), timedelta(milliseconds=1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", "demo")
    monkeypatch.setenv("VEJLEDER_DATABASE", f"sqlite:///{tmp_path / 'centre.db'}")
    monkeypatch.setenv("VEJLEDER_IDENTITY", str(tmp_path / "id.txt"))

    def said(*words: object, store: str = "") -> str:
        capsys.readouterr()
        code = run([*map(str, words), *(["--store", store] if store else [])], clock=clock)
        out, err = capsys.readouterr()
        assert code == 0, (words, err)
        return out

    def vejleder(*words: object, store: str = "") -> Any:
        return json.loads(said(*words, "--json", store=store))

    def exported(store: str, *more: object) -> str:
        return str(vejleder("export", "--to", tmp_path / "usb", *more, store=store)["file"])

    def digests() -> set[str]:
        return {vejleder("digest", store=store)["digest"] for store in ("A", "B")}

    for store, seed in (("A", 7), ("B", 8)):
        said("demo", "--create", store, "--seed", seed, "--size", "30", "--date", "2026-11-24")
        said("key", "show", "--to", f"{store}.json", store=store)
    for store, other in (("A", "B"), ("B", "A")):
        said("key", "trust", f"{other}.json", store=store)
        said("key", "add-recipient", f"{other}.json", store=store)
    there, back = exported("A"), exported("B")
    for store, file in (("A", back), ("B", there)):
        told = vejleder("merge", file, "--yes", store=store)
        assert (told["held"], told["refused"], told["conflicts"]) == (0, 0, 0)
    assert len(digests()) == 1

    # Each registers the same person at the same session, and does not know of the other.
    sessions = vejleder("sessions", store="A")
    session = next(one["id"] for one in sessions if one["date"] == "2026-11-24" and one["registered"] < one["expected"])
    for store, code in (("A", "f"), ("B", "u")):
        said("attend", session, "--mark", f"1={code}", store=store)
    assert len(digests()) == 2
    there, back = exported("A"), exported("B")
    for store, file in (("A", back), ("B", there)):
        assert vejleder("merge", file, "--yes", store=store)["conflicts"] == 1
    assert len(digests()) == 1
    [open_one] = vejleder("conflicts", store="A")
    vejleder("conflicts", "settle", open_one["id"], "code=2", store="A")
    assert vejleder("merge", exported("A"), "--yes", store="B")["conflicts"] == 0
    assert vejleder("conflicts", store="B") == []
    assert len(digests()) == 1

    said("central", "init", "--name", "Centralen", "--municipality", "0183", "--card", "C.json")
    said("central", "trust", "A.json", "B.json")
    for store in ("A", "B"):
        said("key", "add-recipient", "C.json", store=store)
        vejleder("export", "--to", "in", "--recipient", "C.json", store=store)
    taken = [json.loads(line) for line in said("central", "ingest", "in", "--json").splitlines()]
    assert [one["state"] for one in taken] == ["applied", "applied"]
    assert {vejleder("central", "digest")["digest"]} == digests()
    said("central", "receipts", "--to", "receipts")
    for store in ("A", "B"):
        device = json.loads((tmp_path / f"{store}.json").read_text(encoding="utf-8"))["device"]
        [receipt] = (tmp_path / "receipts").glob(f"*{device}*")
        assert "Tilbage at sende: 0 ændringer." in said("receipt", receipt, "--lang", "da", store=store)
        said("check", store=store)
