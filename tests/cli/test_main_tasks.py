"""`today` and `sessions`: sentences for people, JSON for programs, and nothing heavy loaded for either."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

from tests.conftest import PASSPHRASE
from tests.services.planning import FIRST, citizen, course
from vejleder_tui.cli.main_tasks import _shown_length
from vejleder_tui.cli.parser import run
from vejleder_tui.queries.sessions import sessions_between
from vejleder_tui.services.attendance import mark
from vejleder_tui.services.enrolments import enrol
from vejleder_tui.services.sessions import cancel_session

if TYPE_CHECKING:
    import pytest

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk


def command(desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run([*words, "--store", str(desk.store.paths.folder)], clock=clock)
    return code, capsys.readouterr().out


def test_ids_are_shown_as_long_as_it_takes_to_tell_them_apart() -> None:
    planned, first, second = "3f2a0c11-", "019ab5d2-6a00-7", "019ab5d2-6a01-7"
    assert _shown_length([]) == _shown_length([planned, first]) == 8
    assert _shown_length([planned, first, second]) == 13
    assert _shown_length([first, first]) == 36


def filled(desk: Desk) -> None:
    where = course(desk)
    for name in ("Einer Mortensen", "Lonni Berg"):
        enrol(desk, where, citizen(desk, name), "SEL-82a", from_date=FIRST, assessment="kan forebygge")
    view = sessions_between(desk.store.connection, date(2026, 11, 24), date(2026, 11, 24), desk.clock.now())[0]
    mark(desk, view.ref, citizen(desk, "Max Berg"), "present")
    later = sessions_between(desk.store.connection, date(2026, 12, 1), date(2026, 12, 1), desk.clock.now())[0]
    cancel_session(desk, later.ref, "sygdom")


def test_today_is_heard(
    desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)
    filled(desk)
    code, out = command(desk, clock, capsys, "today")
    assert code == 0
    said = out.splitlines()
    assert said[0] == "Tirsdag den 24. november 2026. Du er MJ på Bærbar 2."
    assert said[1] == "1 mødegang i dag. 7 tidligere mangler registrering."
    assert said[2] == "1: ABC-gruppe, efterår, klokken 10 til 12, Vejledningscentret, i gang. 1 af 3 registreret."
    assert said[3] == "Mangler: ABC-gruppe, efterår, 06-10-2026, 49 dage siden. 2 ikke registreret."


def test_sessions_of_a_period(
    desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)
    filled(desk)
    code, out = command(desk, clock, capsys, "sessions", "--from", "24-11", "--until", "5-1-2027", "--json")
    found = json.loads(out)
    assert code == 0
    assert [one["date"] for one in found] == [
        "2026-11-24",
        "2026-12-01",
        "2026-12-08",
        "2026-12-15",
        "2026-12-22",
        "2027-01-05",
    ]
    assert found[0] | {"id": "", "course": ""} == {
        "id": "", "course": "", "course_title": "ABC-gruppe, efterår", "title": "ABC-gruppe, efterår", "date": "2026-11-24",
        "start": "10:00", "end": "12:00", "status": "ongoing", "expected": 3, "registered": 1,
        "contested": False, "to_settle": 0,
    }  # fmt: skip
    code, out = command(desk, clock, capsys, "sessions", "--from", "1-12", "--until", "1-12")
    assert out.endswith(": ABC-gruppe, efterår, 01-12-2026, klokken 10 til 12, Vejledningscentret, aflyst: sygdom.\n")
    code, out = command(desk, clock, capsys, "sessions", "--from", "1-8", "--until", "2-8")
    assert out == "Ingen mødegange i perioden.\n"
    assert (
        run(["sessions", "--from", "2-8", "--until", "1-8", "--store", str(desk.store.paths.folder)], clock=clock) == 9
    )


def test_neither_the_models_nor_the_screens_are_loaded(desk: Desk) -> None:
    filled(desk)
    script = (
        "import sys\nfrom vejleder_tui.cli.parser import run\n"
        "code = run(['sessions', '--from', '24-11-2026', '--until', '1-12-2026'])\n"
        "heavy = [one for one in ('sqlmodel', 'sqlalchemy', 'textual', 'rich', 'holidays') if one in sys.modules]\n"
        "assert not heavy, heavy\nsys.exit(code)"
    )
    made = subprocess.run(
        [sys.executable, "-c", script.replace("'1-12-2026'", f"'1-12-2026', '--store', {str(desk.store.paths.folder)!r}")],
        env={"VEJLEDER_PASSPHRASE": PASSPHRASE, "PATH": "", "HOME": str(desk.store.paths.folder)},
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "ABC-gruppe" in made.stdout
