"""The first start is whole or is begun anew: no moment leaves a store that nobody can work in."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE
from vejleder_tui.ids import SeededRandomness, SystemRandomness
from vejleder_tui.oplog import chain_faults, fold_faults, operations_of
from vejleder_tui.services.desk import Desk
from vejleder_tui.services.setup import FirstStart, first_start, take_seat
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.slots import Cost
from vejleder_tui.store.store import Store, StoreStatus, store_status

if TYPE_CHECKING:
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths

ANSWERS = FirstStart(
    municipality="0183", centre="Vejledningscentret", device_name="Bærbar 2", worker_name="Mette Jensen",
    initials=" MJ ", role="coordinator", passphrase=PASSPHRASE,
)  # fmt: skip
CHEAP = Cost(8, 1, 1)


def start(paths: StorePaths, clock: FixedClock) -> Desk:
    return first_start(paths, ANSWERS, clock=clock, randomness=SeededRandomness(1), cost=CHEAP)[0]


def unlocked(paths: StorePaths, clock: FixedClock) -> Desk:
    keys = KeyFile(paths.keys, clock=clock, randomness=SystemRandomness(), cost=CHEAP)
    opened = keys.unlock_with_passphrase(None, PASSPHRASE)
    store = Store.open(paths, opened, clock=clock)
    return take_seat(store, opened.slot.worker, clock=clock, randomness=SeededRandomness(2))


def test_the_first_operation_is_the_device_with_its_keys(paths: StorePaths, clock: FixedClock) -> None:
    desk = start(paths, clock)
    first = operations_of(desk.store.connection, desk.device, 1)
    assert [line.table for _hash, line in first] == ["device", "organisation", "centre", "worker"]
    assert str(first[0][1].values["sign_key"]).startswith("RW")
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []
    desk.store.close()


def test_a_first_start_cut_short_before_its_first_rows_is_begun_anew(
    paths: StorePaths, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        pass

    def cut(*_arguments: object, **_more: object) -> None:
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "transaction", cut)
        with pytest.raises(Cut):
            start(paths, clock)
    assert store_status(paths) is StoreStatus.UNFINISHED
    start(paths, clock).store.close()
    again = unlocked(paths, clock)
    assert again.actor.initials == "MJ"
    again.store.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.services.test_setup import start
from vejleder_tui.clock import SystemClock
from vejleder_tui.paths import StorePaths
left = int(sys.argv[2])
def count(frame, event, argument):
    global left
    if event == "c_call" and argument.__name__ in {"execute", "write", "replace", "rename", "fsync", "open", "close"}:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(count)
start(StorePaths(Path(sys.argv[1])), SystemClock())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is needed")
@pytest.mark.parametrize("after", [9, 13, 100, 560, 647, 651])
def test_killed_at_any_moment_the_store_opens_or_is_begun_anew(
    paths: StorePaths, clock: FixedClock, after: int, request: pytest.FixtureRequest
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(paths.folder), str(after)],
        cwd=request.config.rootpath,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    if store_status(paths) in {StoreStatus.MISSING, StoreStatus.UNFINISHED}:
        start(paths, clock).store.close()
    desk = unlocked(paths, clock)
    assert list(fold_faults(desk.store.connection)) == []
    assert not list(paths.folder.glob("*.new*"))
    desk.store.close()
