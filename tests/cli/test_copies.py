"""`backup` and `restore`: a copy comes back whole, nothing is thrown away, and no number is handed out twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE
from tests.handover.test_handover_commands import IDENTITY, RECIPIENT, Shell, add_citizen
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.errors import UndoError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.undo import undo
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def shell(desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(desk.store.paths, clock, capsys)


def damage(desk: Desk) -> bytes:
    desk.store.close()
    database = desk.store.paths.database
    content = bytearray(database.read_bytes())
    content[4096 * 3 : 4096 * 9] = bytes(4096 * 6)
    database.write_bytes(content)
    return bytes(content)


def test_a_copy_comes_back_and_the_damaged_file_is_kept(shell: Shell, desk: Desk, made_store: MadeStore) -> None:
    add_citizen(desk, "Einer Madsen")
    assert shell("backup", "--json") == 0  # while a window writes
    copy = Path(shell.json["file"])
    assert copy.stat().st_mode & 0o777 == 0o600
    add_citizen(desk, "Lonni Berg")
    assert shell("export", "--to", shell.paths.folder, "--recipient", RECIPIENT, "--json") == 0
    sent = Path(shell.json["file"])
    assert shell("restore", "--yes") == 5, "a window has the store open"
    broken = damage(desk)
    assert shell("check") == 4
    assert "vejleder restore" in shell.out
    for words in (("digest",), ("today",), ("sessions",), ("peer", "list"), ("attend", "--rest", "f")):
        assert shell(*words) in {0, 4, 9}, words
        assert "Traceback" not in shell.err
    assert shell("restore") == 2
    assert "--yes" in shell.err
    assert shell("restore", "--yes", "--json") == 0, shell.err
    told = shell.json
    assert (Path(told["aside"]) / "vejleder.db").read_bytes() == broken
    assert shell("check") == 0, shell.out
    assert [one.name for one in shell.paths.folder.iterdir() if one.name.startswith("gendannes")] == []
    store = Store.open(shell.paths, made_store.data_key, clock=desk.clock)
    again = take_seat(store, made_store.worker, clock=desk.clock, randomness=SeededRandomness(11))
    try:
        assert again.device == told["device"] != desk.device
        names = [name for (name,) in store.connection.execute("SELECT name FROM citizen")]
        assert names == ["Einer Madsen"]
        with pytest.raises(UndoError):
            undo(again)
        add_citizen(again, "Max Berg")
    finally:
        store.close()
    assert shell("check") == 0, shell.out
    assert shell("export", "--to", shell.paths.folder, "--recipient", RECIPIENT, "--all", "--json") == 0
    first, second = verify_bundle(sent, [IDENTITY]), verify_bundle(Path(shell.json["file"]), [IDENTITY])
    assert first.ok
    assert second.ok, second.detail
    (before,) = first.covers
    runs = {cover.device: cover for cover in second.covers}
    assert runs.keys() == {desk.device, told["device"]}
    assert runs[desk.device].last < before.last, "what was lost is not handed out again under its old numbers"
    assert runs[told["device"]].last == 2
    assert shell("restore", "--yes") == 0, "a second time"


def test_a_copy_that_is_damaged_or_missing_changes_nothing(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    assert shell("restore", "--yes") == 10
    assert "Her er ingen kopi" in shell.err
    assert shell("backup", "--to", tmp_path / "usb", "--json") == 0
    copy = Path(shell.json["file"])
    desk.store.close()
    before = shell.paths.database.read_bytes()
    whole = copy.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:-4096] + bytes(4096), b"", b"x" * 5000):
        copy.write_bytes(content)
        assert shell("restore", copy, "--yes") == 4
        assert "Traceback" not in shell.err
    copy.write_bytes(whole)
    shell.paths.keys.unlink()
    for named in (tmp_path / "usb" / "nosuch.db", tmp_path / "none"):
        assert shell("restore", named, "--yes") == 10
    assert shell.paths.database.read_bytes() == before
    assert shell("restore", tmp_path / "usb", "--yes") == 0, shell.err
    assert shell("check") == 0
    assert "De filer, der stod der før, er ikke slettet." not in shell.out


def test_a_wrong_passphrase_changes_nothing(shell: Shell, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("backup") == 0
    desk.store.close()
    before = shell.paths.database.read_bytes()
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", "en helt anden en")
    assert shell("restore", "--yes") == 3
    assert shell.paths.database.read_bytes() == before
    assert json.loads(shell.paths.keys.read_text())["failures"]["count"] == 0


def test_init_says_first_that_there_is_a_store_already(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEJLEDER_PASSPHRASE")
    assert shell("init") == 4
    assert shell.err == "Her er allerede registreringer. Vælg en anden mappe, eller lås op i stedet.\n"
