"""`vejleder demo` as a process of its own: the story, and a store that the other commands work on."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.conftest import DAY, make
from vejleder_tui.cli import sandbox as command
from vejleder_tui.cli.parser import run
from vejleder_tui.clock import FixedClock, OffsetClock, as_utc
from vejleder_tui.demo import people
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.oplog import fold_faults
from vejleder_tui.paths import StorePaths
from vejleder_tui.queries.today import today_view
from vejleder_tui.screens.opening import unlock
from vejleder_tui.services.attendance import mark_rest
from vejleder_tui.services.setup import take_seat

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.clock import Clock

NOW = as_utc(DAY, 642)
CREATE = ("demo", "--seed", "7", "--date", "2026-11-24", "--create")


def vejleder(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config"),
        "TMPDIR": str(home), "VEJLEDER_PASSPHRASE": "demo",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "vejleder_tui", *arguments],
        capture_output=True, text=True, encoding="utf-8", env=environment, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("da", ("Bygger sandkassen", "Registrerer dagens mødegang", "12 markeret fremmødt", "12 af 12 registreret",
                "peer-aktivitet", "Vurderer et mål", "Fortrudt:", "Gjort igen:", "Skriver en pakke",
                "hel og rigtigt underskrevet", "Åbner pakken som tabeller", "ændret eller beskadiget", "Færdig")),
        ("en", ("Building the sandbox", "Registering today's session", "12 marked attended", "12 of 12 registered",
                "peer activity", "Rating a goal", "Undone:", "Done again:", "Writing a bundle", "whole and rightly signed",
                "Opening the bundle as tables", "changed or damaged", "Finished")),
    ],
)  # fmt: skip
def test_piped_it_tells_the_main_job(tmp_path: Path, language: str, said: tuple[str, ...]) -> None:
    done = vejleder(tmp_path, "demo", "--date", "2026-11-24", "--lang", language)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for one in said:
        assert one in done.stdout
    assert list(tmp_path.iterdir()) == [], "the story leaves something behind"


def test_story_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--date", "2026-11-24", "--json"], clock=FixedClock(NOW)) == 0
    steps = json.loads(capsys.readouterr().out)
    assert len(steps) == 9
    assert all(step["result"] for step in steps)


def test_the_main_job_on_a_created_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", "demo")
    store = str(tmp_path / "store")
    # The other commands run on the real clock, whatever day it is: the sessions are named by id.
    real = FixedClock(as_utc(date(2026, 11, 22), 611), timedelta(milliseconds=3))

    def told(*arguments: str) -> Any:
        assert run([*arguments, "--store", store, "--json"], clock=real) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    made = told(*CREATE, store)
    assert (made["seed"], made["date"], made["worker"]) == (7, "2026-11-24", "MJ")
    assert told("digest")["digest"] == made["digest"]
    assert told("check")["ok"] is True
    first = told("sessions", "--from", "2026-11-24")[0]
    assert (first["title"], first["expected"], first["registered"]) == ("ABC-gruppe, efterår", 12, 0)
    marked = told("attend", first["id"], "--rest", "f", "--mark", "3=u", "9=a")
    assert (marked["registered"], marked["rest"]) == (12, 10)
    told("peer", "add", "--like-last")
    goal = told("goal", "list")[0]
    told("goal", "rate", goal["id"], "--level", "2")
    key = told("key", "show")["age"]
    exported = told("export", "--to", str(tmp_path / "out"), "--recipient", key)
    verified = told("verify", exported["file"])
    assert verified["ok"] is True
    assert verified["operations"] > made["operations"] + 12


def test_a_sandbox_that_is_made_anew_is_at_home_and_of_two_alike_one_takes_a_number_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", "demo")
    clock = FixedClock(as_utc(date(2026, 11, 24), 720), timedelta(milliseconds=3))
    devices = []

    def ran(*arguments: str) -> str:
        capsys.readouterr()
        assert run([*arguments, "--lang", "da"], clock=clock) == 0, capsys.readouterr().err
        return capsys.readouterr().err

    def worked(folder: str, initials: str) -> str:
        given = ("worker", "add", "--name", "En Anden", "--initials", initials, "--role", "peer", "--store", folder)
        return ran(*given)

    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    for _again in range(2):
        ran(*CREATE, one)
        assert [worked(one, initials) for initials in ("AA", "BB")] == ["", ""]
    ran(*CREATE, other)
    assert worked(other, "AA") == ""
    assert "nyt enhedsnummer" in worked(one, "CC")
    assert [worked(folder, "DD") for folder in (one, other)] == ["", ""]
    for folder in (one, other):
        seat = unlock(StorePaths(Path(folder)), None, "demo", clock=clock)
        devices.append(seat.store.connection.execute("SELECT value FROM local_value WHERE name = 'device'").fetchone())
        seat.close()
    assert len(set(devices)) == 2


def test_one_can_work_in_it_and_nothing_can_be_read_in_the_folder(tmp_path: Path) -> None:
    desk = make(tmp_path / "store")
    view = today_view(desk.store.connection, NOW, desk.actor.worker).sessions[0]
    assert mark_rest(desk, view.ref).count == 12
    assert list(fold_faults(desk.store.connection)) == []
    words = {
        str(value)
        for (line,) in desk.store.connection.execute(
            "SELECT line FROM operation WHERE table_name IN ('citizen', 'attendance', 'goal', 'goal_rating', 'guest',"
            " 'session', 'peer_activity', 'adverse_event')"
        )
        for field, value in json.loads(line).get("values", {}).items()
        if field
        in {"name", "alias", "cpr", "substitute_number", "note", "text", "comment", "label", "summary", "action"}
    }
    assert len(words) > 150
    files = list((tmp_path / "store").rglob("*"))
    assert any(file.name.endswith("-wal") and file.stat().st_size for file in files)
    raw = [file.read_bytes() for file in files if file.is_file()]
    desk.store.close()
    raw += [file.read_bytes() for file in (tmp_path / "store").rglob("*") if file.is_file()]
    for word in words:
        for form in (word.encode(), word.encode("utf-16-le")):
            assert not any(form in content for content in raw), "something can be read in the folder"


def test_another_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("keep", encoding="utf-8")
    assert run([*CREATE, str(mine)]) == 4
    assert "ikke en sandkasse" in capsys.readouterr().err
    assert [one.name for one in mine.iterdir()] == ["letter.txt"]


def test_an_older_sandbox_is_replaced_and_strangers_stay(tmp_path: Path) -> None:
    store = StorePaths(tmp_path / "store")
    store.folder.mkdir()
    for file in (store.database, store.keys, store.folder / "letter.txt", store.folder / command.MARK):
        file.write_text("old", encoding="utf-8")
    assert run([*CREATE, str(store.folder)]) == 0
    assert b"old" not in (store.database.read_bytes(), store.keys.read_bytes())
    assert (store.folder / "letter.txt").read_text(encoding="utf-8") == "old"
    assert json.loads((store.folder / command.MARK).read_text(encoding="utf-8"))["seed"] == 7


class _Opened:
    """Stands in for the screen: takes a seat at the store that was to be opened, and may register something."""

    def __init__(self, *, register: bool = False) -> None:
        self.register = register
        self.registered: list[int] = []
        self.now: list[str] = []

    def __call__(self, _arguments: argparse.Namespace, paths: StorePaths, passphrase: str, clock: Clock) -> int:
        seat = unlock(paths, None, passphrase, clock=clock)
        desk = take_seat(seat.store, seat.actor.worker_id, clock=clock, randomness=SystemRandomness())
        view = today_view(desk.store.connection, clock.now(), desk.actor.worker).sessions[0]
        self.registered.append(view.registered)
        self.now.append(f"{clock.now():%Y-%m-%d %H:%M}")
        if self.register:
            mark_rest(desk, view.ref)
        desk.store.close()
        return 0


def test_the_kept_sandbox_keeps_what_was_registered_and_a_cut_short_one_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = _Opened(register=True)
    paths = StorePaths(tmp_path / "demo")
    monkeypatch.setattr("vejleder_tui.paths.demo_store", lambda: paths)
    monkeypatch.setattr("vejleder_tui.cli.screen.open_sandbox", opened)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    real = FixedClock(as_utc(date(2027, 3, 1), 900))
    for _time in range(2):
        assert run(["demo", "--date", "2026-11-24"], clock=real) == 0
    (paths.folder / command.MARK).write_text('{"unfinished": true}\n', encoding="utf-8")
    assert run(["demo", "--date", "2026-11-25"], clock=real) == 0
    assert opened.registered == [0, 12, 0]
    assert opened.now == ["2026-11-24 09:42", "2026-11-24 09:42", "2026-11-25 09:42"]


def test_offset_clock_runs_from_the_moment_it_shows() -> None:
    real = FixedClock(as_utc(date(2027, 3, 1), 900))
    shown = as_utc(DAY, 642)
    clock = OffsetClock(shown, real)
    assert clock.now() == shown
    real.moment = as_utc(date(2027, 3, 1), 905)
    assert clock.now() == as_utc(DAY, 647)


def test_the_data_files_name_each_person_once() -> None:
    with (Path(people.__file__).with_name("data") / "people.csv").open(encoding="utf-8") as file:
        keys = [row["key"] for row in csv.DictReader(file)]
    assert len(keys) == len(set(keys)) == len(people.PEOPLE) == 60
