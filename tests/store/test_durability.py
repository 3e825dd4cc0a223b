"""What was acknowledged is there: after SIGKILL, on a full disk, in a folder that refuses."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import PASSPHRASE, fill, make_store
from vejleder_tui.errors import NotSavedError
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.store.check import check
from vejleder_tui.store.keyfile import KeyFile, WrongPassphraseError
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.clock import FixedClock

WRITER = """
import sys
from pathlib import Path
from vejleder_tui.clock import SystemClock
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.store.keyfile import KeyFile, WrongPassphraseError
from vejleder_tui.store.store import Store
store = Store.open(StorePaths(Path(sys.argv[1])), bytes.fromhex(sys.argv[2]), clock=SystemClock(), initials="MJ")
for number in range(20000):
    with store.transaction() as connection:
        connection.execute("INSERT INTO citizen VALUES (?, 'n', '')", (f"{sys.argv[3]}-{number}",))
        connection.execute("INSERT INTO attendance VALUES (?, 'n', ?)", (f"{sys.argv[3]}-{number}",) * 2)
    print(f"{sys.argv[3]}-{number}", flush=True)
"""


@pytest.mark.parametrize("after", [1, 30, 77, 120, 199])
def test_killed_in_the_middle_of_commits_every_acknowledged_row_is_there(
    store: Store, clock: FixedClock, after: int
) -> None:
    paths, key = store.paths, store._data_key
    store.close()
    acknowledged: list[str] = []
    for life in ("first", "second"):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(paths.folder), key.hex(), life], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                acknowledged.append(line.strip())
                if line.strip() == f"{life}-{after}":
                    os.kill(writer.pid, signal.SIGKILL)
        assert writer.returncode == -signal.SIGKILL
    with Store.open(paths, key, clock=clock) as again:
        found = {row[0] for row in again.connection.execute("SELECT id FROM attendance")}
        assert set(acknowledged) <= found
        assert len(acknowledged) >= 2 * after
        # Never half a transaction: the pairs are whole.
        assert found == {row[0] for row in again.connection.execute("SELECT id FROM citizen")}
        assert check(again.connection) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of 1 MB of its own."""
    point = tmp_path / "small"
    point.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(point)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("mounting a small file system is not permitted here")
    yield point
    subprocess.run([shutil.which("umount") or "umount", "-l", str(point)], check=True)


def _eat(folder: Path) -> None:
    with (folder / "eaten").open("wb", buffering=0) as eater, contextlib.suppress(OSError):
        while eater.write(b"x" * 512):
            pass


def test_a_full_disk_says_not_saved_and_the_same_key_works_when_there_is_room(
    small_disk: Path, clock: FixedClock
) -> None:
    made, _code = make_store(StorePaths(small_disk / "store"), clock)
    with made:
        fill(made, 5)
        _eat(small_disk)
        with pytest.raises(NotSavedError) as caught:
            fill_more(made)
        assert str(caught.value) == (
            "Ikke gemt: disken er fuld. Markeringen står her endnu. Gør plads, og tryk på tasten igen."
        )
        assert not made.connection.in_transaction
        assert made.connection.execute("SELECT count(*) FROM attendance").fetchone() == (5,)
        with pytest.raises(NotSavedError, match="disken er fuld"):
            made.backup()
        assert [path.name for path in (made.paths.folder / "kopier").glob("*")] == []
        (small_disk / "eaten").unlink()
        fill_more(made)
        assert made.connection.execute("SELECT count(*) FROM attendance").fetchone() == (505,)
        assert check(made.connection) == []


def fill_more(store: Store) -> None:
    with store.transaction() as connection:
        connection.executemany(
            "INSERT INTO attendance VALUES (?, ?, 'c1')", [(f"more{number}", "n" * 200) for number in range(500)]
        )


def test_a_full_disk_while_creating_leaves_nothing_that_counts_as_a_store(small_disk: Path, clock: FixedClock) -> None:
    _eat(small_disk)
    paths = StorePaths(small_disk / "store")
    with pytest.raises(NotSavedError, match="disken er fuld"):
        make_store(paths, clock)
    (small_disk / "eaten").unlink()
    make_store(paths, clock)[0].close()


def test_no_more_pages_is_a_full_disk_too(store: Store) -> None:
    fill(store, 5)
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotSavedError, match="disken er fuld"):
        fill_more(store)
    assert not store.connection.in_transaction
    store.connection.execute("PRAGMA max_page_count = 100000")
    fill_more(store)


@pytest.fixture
def read_only_disk(tmp_path: Path, clock: FixedClock) -> Iterator[tuple[StorePaths, bytes]]:
    """Return a store on a file system that has become read-only."""
    point = tmp_path / "fixed"
    point.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(point)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("mounting a file system is not permitted here")
    try:
        made, _code = make_store(StorePaths(point / "store"), clock)
        fill(made, 5)
        made.close()
        subprocess.run([mount, "-o", "remount,ro", str(point)], check=True)
        yield made.paths, made._data_key
    finally:
        subprocess.run([shutil.which("umount") or "umount", "-l", str(point)], check=True)


def test_a_folder_that_cannot_be_written_to_says_so(
    read_only_disk: tuple[StorePaths, bytes], clock: FixedClock
) -> None:
    paths, key = read_only_disk
    with pytest.raises(NotSavedError) as caught:
        Store.open(paths, key, clock=clock)
    assert str(caught.value) == (
        "Ikke gemt: der kan ikke skrives i mappen. Der mangler rettigheder. "
        "Kontakt it-support, og tryk på tasten igen bagefter."
    )


def test_a_wrong_passphrase_is_still_a_wrong_passphrase_there(
    read_only_disk: tuple[StorePaths, bytes], clock: FixedClock
) -> None:
    keys = KeyFile(read_only_disk[0].keys, clock=clock, randomness=SystemRandomness())
    for _try in range(4):
        with pytest.raises(WrongPassphraseError):
            keys.unlock_with_passphrase(None, "forkert sætning helt")
    assert keys.unlock_with_passphrase(None, PASSPHRASE).data_key == read_only_disk[1]


def test_the_store_can_be_read_there(read_only_disk: tuple[StorePaths, bytes], clock: FixedClock) -> None:
    paths, key = read_only_disk
    with Store.open(paths, key, clock=clock, write=False) as opened:
        assert opened.connection.execute("SELECT count(*) FROM attendance").fetchone() == (5,)
