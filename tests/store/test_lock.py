"""One program writes; a crash gives the right back."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import NOW
from vejleder_tui.errors import BusyError
from vejleder_tui.store.lock import StoreLock, brief_lock, read_holder

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from vejleder_tui.store.lock import StoreLock
lock = StoreLock(Path(sys.argv[1]))
lock.acquire(initials="MJ", now=datetime(2026, 11, 24, 8, 58, tzinfo=UTC))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_one_is_told_who_and_since_when_and_a_crash_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "vejleder.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        mine = StoreLock(path)
        with pytest.raises(BusyError) as caught:
            mine.acquire(initials="AB", now=NOW)
        assert str(caught.value) == (
            "Registreringerne er åbne i et andet vindue (MJ siden 09:58). Kun ét vindue kan skrive. "
            "Luk det andet, eller vælg Kun læsning."
        )
        assert read_holder(path).pid == other.pid
        assert not mine.held
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
    assert read_holder(path).initials == "MJ"
    mine.acquire(initials="AB", now=NOW)
    assert mine.held
    assert read_holder(path).initials == "AB"
    mine.release()


def test_it_is_held_against_the_same_process_too_and_given_back(tmp_path: Path) -> None:
    first, second = StoreLock(tmp_path / "lock"), StoreLock(tmp_path / "lock")
    first.acquire(initials="MJ", now=NOW)
    first.acquire(initials="MJ", now=NOW)
    with pytest.raises(BusyError):
        second.acquire(initials="AB", now=NOW)
    first.release()
    first.release()
    second.acquire(initials="AB", now=NOW)
    second.release()
    assert (tmp_path / "lock").read_bytes() == b""
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"pid": "x", "initials": "MJ", "since": "?"}'])
def test_an_unreadable_file_still_locks_and_says_less(tmp_path: Path, content: bytes) -> None:
    holder = StoreLock(tmp_path / "lock")
    holder.acquire(initials="MJ", now=NOW)
    holder.path.write_bytes(content)
    with pytest.raises(BusyError) as caught:
        StoreLock(holder.path).acquire(initials="AB", now=NOW)
    assert str(caught.value).startswith("Registreringerne er åbne i et andet vindue. Kun ét")
    holder.release()


def test_a_moments_lock_waits_only_so_long(tmp_path: Path) -> None:
    with (
        brief_lock(tmp_path / "lock"),
        pytest.raises(BusyError, match="lige nu"),
        brief_lock(tmp_path / "lock", patience=0.02),
    ):
        pass
    with brief_lock(tmp_path / "lock", patience=0):
        pass
