"""A store that was copied, moved or put back from a copy goes on under a number of its own, and says so."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE
from tests.handover.test_handover_commands import IDENTITY, RECIPIENT, Shell, add_citizen
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.errors import NotSavedError, UndoError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.paths import StorePaths, mark_folder
from vejleder_tui.screens.opening import unlock
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.handover import export
from vejleder_tui.services.identity import HOME, Why, settle, take_new_identity
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.undo import undo
from vejleder_tui.store.mark import mark_path, read_mark
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

pytestmark = pytest.mark.usefixtures("_passphrase")


@pytest.fixture
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)


class Laptop:
    """Opens stores for writing, as the program does: first the store, then the look whether it is at home."""

    def __init__(self, made: MadeStore, clock: FixedClock) -> None:
        self.made, self.clock, self.seed = made, clock, 20

    def open(self, folder: Path) -> tuple[Desk, Why | None]:
        self.seed += 1
        store = Store.open(StorePaths(folder), self.made.data_key, clock=self.clock)
        randomness = SeededRandomness(self.seed)
        why = settle(store, self.made.worker, clock=self.clock, randomness=randomness)
        return take_seat(store, self.made.worker, clock=self.clock, randomness=randomness), why


@pytest.fixture
def laptop(made_store: MadeStore, paths: StorePaths, clock: FixedClock) -> Laptop:
    shutil.copytree(made_store.folder, paths.folder)
    clock.moment = made_store.moment
    return Laptop(made_store, clock)


def notices(desk: Desk) -> list[tuple[str, dict[str, str]]]:
    rows = desk.store.connection.execute("SELECT kind, about FROM notice ORDER BY at, id").fetchall()
    return [(kind, json.loads(about)) for kind, about in rows]


def places(bundle: Path) -> dict[tuple[str, int], str]:
    assert verify_bundle(bundle, [IDENTITY]).ok
    with open_bundle(bundle, [IDENTITY]) as reader:
        return {(device, seq): hash_ for device, seq, hash_, _line in reader.lines()}


def written(desk: Desk, folder: Path) -> Path:
    randomness = SeededRandomness(77)
    return export(
        desk.store, clock=desk.clock, randomness=randomness, folder=folder, recipients=[RECIPIENT], everything=True
    ).path  # fmt: skip


def test_the_same_store_opened_again_goes_on_as_it_was(laptop: Laptop, paths: StorePaths, tmp_path: Path) -> None:
    first, why = laptop.open(paths.folder)
    assert why is None
    add_citizen(first, "Einer Madsen")
    written(first, tmp_path / "out")
    first.store.connection.execute("VACUUM")
    first.store.close()
    for _again in range(2):
        desk, why = laptop.open(paths.folder)
        assert (why, desk.device, notices(desk)) == (None, first.device, [])
        desk.store.close()


def test_of_two_copies_of_a_folder_one_takes_a_new_number_and_nothing_is_written_twice(
    laptop: Laptop, paths: StorePaths, tmp_path: Path
) -> None:
    first, _why = laptop.open(paths.folder)
    add_citizen(first, "Einer Madsen")
    first.store.close()
    shutil.copytree(paths.folder, tmp_path / "copy")
    one, at_home = laptop.open(paths.folder)
    other, why = laptop.open(tmp_path / "copy")
    assert (at_home, why) == (None, Why.FILE)
    assert one.device == first.device != other.device
    assert notices(one) == []
    told = {"why": "file", "device": other.device, "before": first.device, "last": "5"}
    assert notices(other) == [("identity", told)]
    add_citizen(one, "Lonni Berg")
    add_citizen(other, "Max Berg")
    with pytest.raises(UndoError, match="nyt enhedsnummer"):
        undo(other)
    found = [places(written(desk, tmp_path / name)) for desk, name in ((one, "a"), (other, "b"))]
    both = found[0].keys() & found[1].keys()
    assert {place: found[0][place] for place in both} == {place: found[1][place] for place in both}
    assert {device for device, _seq in both} == {first.device}
    assert {seq for device, seq in found[1] if device == other.device} == {1, 2}
    for desk in (one, other):
        assert list(chain_faults(desk.store.connection)) == []
        assert list(fold_faults(desk.store.connection)) == []
        desk.store.close()
    again, why = laptop.open(tmp_path / "copy")
    assert (why, again.device) == (None, other.device)
    assert len(notices(again)) == 1, "it is said once"
    again.store.close()


def test_an_older_copy_put_back_in_the_same_file_is_noticed_once_something_left(
    laptop: Laptop, paths: StorePaths, tmp_path: Path
) -> None:
    first, _why = laptop.open(paths.folder)
    first.store.close()
    before = paths.database.read_bytes()
    desk, _why = laptop.open(paths.folder)
    add_citizen(desk, "Einer Madsen")
    sent = written(desk, tmp_path / "out")
    desk.store.close()
    with paths.database.open("r+b") as file:  # the same file, as some programs restore
        file.write(before)
        file.truncate()
    again, why = laptop.open(paths.folder)
    assert why is Why.BEHIND
    add_citizen(again, "Lonni Berg")
    mine = {
        place: hash_ for place, hash_ in places(written(again, tmp_path / "later")).items() if place in places(sent)
    }
    assert mine == {place: hash_ for place, hash_ in places(sent).items() if place in mine}
    again.store.close()


def test_an_older_copy_in_the_same_file_goes_on_where_nothing_left(laptop: Laptop, paths: StorePaths) -> None:
    first, _why = laptop.open(paths.folder)
    first.store.close()
    before = paths.database.read_bytes()
    desk, _why = laptop.open(paths.folder)
    add_citizen(desk, "Einer Madsen")
    desk.store.close()
    with paths.database.open("r+b") as file:
        file.write(before)
        file.truncate()
    again, why = laptop.open(paths.folder)
    assert (why, again.device) == (None, first.device)
    again.store.close()


def test_a_store_of_another_machine_is_noticed_without_its_mark(
    laptop: Laptop, paths: StorePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, _why = laptop.open(paths.folder)
    desk.store.connection.execute(
        "UPDATE local_value SET value = 'b4e6f1d0-0000-5000-8000-000000000000' WHERE name = ?", (HOME,)
    )
    desk.store.close()
    monkeypatch.setenv("VEJLEDER_MARKS", str(tmp_path / "of the other machine"))
    again, why = laptop.open(paths.folder)
    assert why is Why.MACHINE
    assert again.device != desk.device
    again.store.close()
    last, why = laptop.open(paths.folder)
    assert (why, last.device) == (None, again.device)
    last.store.close()


def test_a_folder_of_marks_that_takes_nothing_stops_nobody_and_is_told_once(
    laptop: Laptop, paths: StorePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("VEJLEDER_MARKS", str(tmp_path / "file" / "marks"))
    for _again in range(2):
        desk, why = laptop.open(paths.folder)
        assert why is None
        assert [kind for kind, _about in notices(desk)] == ["no_mark"]
        add_citizen(desk, "Einer Madsen")
        assert written(desk, tmp_path / "out").exists()
        desk.store.close()


def test_the_program_and_the_commands_say_so(
    laptop: Laptop, paths: StorePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(paths, laptop.clock, capsys)
    assert shell("worker", "add", "--name", "Lis Holm", "--initials", "LH", "--role", "peer") == 0, shell.err
    assert "enhedsnummer" not in shell.err
    shutil.copytree(paths.folder, tmp_path / "copy")
    shell.paths = StorePaths(tmp_path / "copy")
    assert shell("worker", "add", "--name", "Jo Holm", "--initials", "JH", "--role", "peer", "--json") == 0, shell.err
    assert shell.json["initials"] == "JH"
    assert shell.err.startswith("Computeren har fået et nyt enhedsnummer, fordi registreringerne er kopieret")
    assert shell("worker", "add", "--name", "Bo Holm", "--initials", "BH", "--role", "peer") == 0
    assert shell.err == ""
    shutil.copytree(paths.folder, tmp_path / "third")
    seat = unlock(StorePaths(tmp_path / "third"), None, PASSPHRASE, clock=laptop.clock)
    seat.write(lambda desk: new_citizen(desk, name="Einer Madsen"))
    rows = seat.store.connection.execute("SELECT device, max(seq) FROM operation GROUP BY device ORDER BY device")
    assert [last for _device, last in rows.fetchall()] == [5, 2]
    seat.close()


def test_a_new_number_is_taken_back_with_what_it_was_part_of(laptop: Laptop, paths: StorePaths) -> None:
    desk, _why = laptop.open(paths.folder)
    before = desk.device
    with pytest.raises(NotSavedError), desk.transaction():
        assert take_new_identity(desk) == desk.device != before
        raise NotSavedError("full")
    assert desk.device == before
    add_citizen(desk, "Einer Madsen")
    assert desk.store.connection.execute("SELECT count(DISTINCT device) FROM operation").fetchone() == (1,)
    assert notices(desk) == []
    assert take_new_identity(desk) == desk.device != before
    add_citizen(desk, "Lonni Berg")
    signed = desk.store.connection.execute("SELECT device, seq FROM signed_head").fetchall()
    assert signed == [(before, 5)]
    assert list(chain_faults(desk.store.connection)) == []
    desk.store.close()


_KILLED = """
import os, signal, sys
from pathlib import Path
from vejleder_tui.bundle import writer
from vejleder_tui.cli.parser import run
from vejleder_tui.services import handover, identity, restoring

def dying(module, name, after):
    act = getattr(module, name)
    def killed(*given, **named):
        if after:
            act(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(module, name, killed)

module, name, after, *argv = sys.argv[1:]
dying({"handover": handover, "identity": identity, "restoring": restoring}[module], name, after == "after")
sys.exit(run(argv))
"""


def killed(*argv: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", _KILLED, *argv], env=dict(os.environ), capture_output=True, check=False
    )
    assert found.returncode == -signal.SIGKILL, found.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(("step", "left"), [(("note_leaving", "after"), 0), (("_enter", "before"), 1)])
def test_an_export_killed_around_its_name_leaves_no_number_unmarked(
    laptop: Laptop, paths: StorePaths, tmp_path: Path, step: tuple[str, str], left: int
) -> None:
    desk, _why = laptop.open(paths.folder)
    desk.store.close()
    out = tmp_path / "out"
    out.mkdir()
    killed("handover", *step, "--store", str(paths.folder), "export", "--to", str(out), "--recipient", RECIPIENT)
    assert len(list(out.glob("*.age"))) == left
    mark = read_mark(mark_path(mark_folder(), desk.device))
    assert mark is not None
    assert mark.exported == 4
    again, why = laptop.open(paths.folder)
    assert (why, again.device) == (None, desk.device)
    again.store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(
    "step",
    [
        ("identity", "at_home", "before"),
        ("identity", "at_home", "after"),
        ("restoring", "_lay_aside", "before"),
        ("restoring", "_lay_aside", "after"),
        ("restoring", "sync_folder", "before"),
    ],
)
def test_a_restore_killed_at_any_step_is_done_again(
    laptop: Laptop, paths: StorePaths, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: tuple[str, str, str]
) -> None:
    shell = Shell(paths, laptop.clock, capsys)
    desk, _why = laptop.open(paths.folder)
    add_citizen(desk, "Einer Madsen")
    assert shell("backup", "--to", tmp_path / "usb") == 0
    sent = places(written(desk, tmp_path / "out"))
    desk.store.close()
    killed(*step, "--store", str(paths.folder), "restore", str(tmp_path / "usb"), "--yes")
    assert shell("restore", tmp_path / "usb", "--yes") == 0, shell.err
    assert list(paths.folder.glob("gendannes-*")) == []
    assert shell("check") == 0, shell.out
    again, why = laptop.open(paths.folder)
    assert why is None
    assert again.device != desk.device
    assert [kind for kind, _about in notices(again)] == ["identity"]
    add_citizen(again, "Lonni Berg")
    later = places(written(again, tmp_path / "later"))
    assert {place: hash_ for place, hash_ in later.items() if place[0] == desk.device} == sent
    again.store.close()
