"""The real commands where the surroundings are hard: closed pipes and streams, full disks, rubbish instead of files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.demo.conftest import make
from vejleder_tui.demo.build import build
from vejleder_tui.demo.sizes import parse_size
from vejleder_tui.errors import RuleError
from vejleder_tui.paths import StorePaths

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell is needed")
PROGRAM = f"'{sys.executable}' -m vejleder_tui"

STOPPED = """
import os, signal, sys
from vejleder_tui.demo import timeline
play = timeline.Timeline.play
def stopped(*given):
    os.kill(os.getpid(), signal.SIGINT)
    return play(*given)
timeline.Timeline.play = stopped
from vejleder_tui.cli import main
sys.exit(main(["demo", "--create", "box", "--lang", "da"]))
"""
BROKEN = """
import sys
from vejleder_tui.cli import main, main_tasks
def broken(*_given):
    name = "Einer Madsen"
    raise ValueError(f"{name} 251248-9996")
main_tasks._sessions = broken
sys.exit(main(["sessions", "--lang", "da"]))
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sandbox") / "store"
    desk = make(folder)
    desk.store.close()
    return desk.store.paths.folder


def shell(
    store: Path, script: str, *, home: Path | None = None, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a script in which $V is the program and $D the store; the environment is empty but for PATH and HOME."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home or store.parent), "V": PROGRAM, "D": str(store)}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script.replace("$V", PROGRAM)], capture_output=True, check=False, timeout=120,
        env={**environment, "VEJLEDER_PASSPHRASE": "demo", **(more or {})}, stdin=subprocess.DEVNULL, cwd=store.parent,
    )  # fmt: skip


def quiet(found: subprocess.CompletedProcess[bytes]) -> str:
    """Return what was said on the error stream, which is never a traceback."""
    told = found.stderr.decode()
    for word in ("Traceback", 'File "', "Exception", "Error"):
        assert word not in told, told
    return told


def test_a_pipe_that_is_closed_ends_the_command_in_silence(store: Path) -> None:
    for words in ("sessions --from 1-1-2026 --until 31-12-2026", "sessions --from 1-1-2026 --until 31-12-2026 --json"):
        found = shell(store, f"$V {words} --store $D | (read -r one; exec <&-; sleep 0)")
        assert quiet(found) == ""
    found = shell(store, "$V sessions --from 1-1-2026 --until 31-12-2026 --store $D > >(exec true); wait")
    assert quiet(found) == ""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("sessions --store $D <&-", 0), ("attend --store $D <&-", 0), ("<&-", 2), ("digest --store $D >&-", 0),
        ("digest --store $D >&- 2>&-", 0), ("nosuch 2>&-", 2), ("digest --store $D >/dev/full", 6),
        ("digest --store $D --json >/dev/full", 6), ("export --to out --store nosuch 2>/dev/full", 4),
    ],
)  # fmt: skip
def test_streams_that_are_closed_or_full(store: Path, words: str, code: int) -> None:
    found = shell(store, f"$V {words}")
    quiet(found)
    assert found.returncode == code, found.stderr


def test_no_passphrase_and_nobody_to_ask(store: Path) -> None:
    found = shell(store, "unset VEJLEDER_PASSPHRASE; $V today --store $D <&-")
    assert (found.returncode, quiet(found)) == (
        3, "Adgangssætningen mangler. Angiv --passphrase-file, eller sæt VEJLEDER_PASSPHRASE.\n",
    )  # fmt: skip


def test_rubbish_for_a_passphrase_file(store: Path) -> None:
    (store.parent / "rubbish").write_bytes(b"\xff\xfe\x00demo\n")
    for file in ("rubbish", "/dev/zero", ".", "nosuch", "/dev/null"):
        found = shell(store, f"$V today --store $D --passphrase-file {file}")
        assert found.returncode == 3, file
        quiet(found)
    shell(store, "rm $D/vejleder.keys.json.lock 2>/dev/null")


def test_a_passphrase_file_and_a_pipe_open(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(store, copy)
    (tmp_path / "word").write_bytes(b"\xef\xbb\xbfdemo\r\nmore\n")
    for file in (str(tmp_path / "word"), "<(echo demo)"):
        found = shell(copy, f"unset VEJLEDER_PASSPHRASE; $V digest --store $D --passphrase-file {file}")
        assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "da_DK.ISO-8859-1", "en_US.UTF-8", "nosuch"])
def test_any_locale_and_a_dumb_terminal(store: Path, tmp_path: Path, locale: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(store, copy)
    more = {"LC_ALL": locale, "LANG": locale, "TERM": "dumb"}
    found = shell(copy, "$V sessions --from 24-11-2026 --until 24-11-2026 --store $D", more=more)
    assert "ABC-gruppe, efterår" in found.stdout.decode()
    more["PYTHONUTF8"] = "0"
    found = shell(copy, r"mkdir $'\xf8st'; $V export --store $D --to $'\xf8st'; ls $'\xf8st'", more=more)
    quiet(found)
    assert found.stdout.decode(errors="replace").splitlines()[-1].endswith(".tar.zst.age")


def test_a_home_that_is_not_there(store: Path) -> None:
    for script in (
        "unset HOME; $V digest --store $D",
        "HOME= $V digest --store $D",
        "HOME=/nosuch $V digest --store $D",
    ):
        found = shell(store, script)
        assert found.returncode == 0, found.stderr
        quiet(found)
    found = shell(store, "HOME=/dev/null $V today")
    assert found.returncode == 4
    quiet(found)


def test_ctrl_c_says_so_and_leaves_what_can_be_begun_anew(store: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    _out, err = process.communicate(timeout=120)
    assert (process.returncode, err.decode()) == (11, "\nAfbrudt.\n")
    found = shell(store, f"$V demo --create '{tmp_path}/box'")
    assert found.returncode == 0, found.stderr


def test_a_kill_by_the_system_is_its_own_code(store: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vejleder_tui", "digest", "--store", str(store)], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "VEJLEDER_PASSPHRASE": "demo"},
    )  # fmt: skip
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == -signal.SIGTERM


def test_an_unforeseen_error_prints_type_and_place_only(store: Path) -> None:
    found = subprocess.run([sys.executable, "-c", BROKEN], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    told = found.stderr.decode()
    assert found.returncode == 1
    assert "Vejleder måtte lukke på grund af en fejl." in told
    assert "ValueError, " in told
    for secret in ("Einer", "251248", "Traceback"):
        assert secret not in told


def test_the_sandbox_has_a_first_and_a_last_day(tmp_path: Path) -> None:
    for day in (date(2023, 12, 31), date(2100, 1, 1), date.max, date.min):
        with pytest.raises(RuleError) as told:
            build(StorePaths(tmp_path / "box"), size=parse_size("small"), seed=1, day=day, passphrase="demo")
        assert told.value.field == "date"
    make(tmp_path / "last", day=date(2099, 12, 31)).store.close()
