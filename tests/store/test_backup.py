"""Copies: whole, encrypted, checked, seven of them, and each opens by itself."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from tests.store.conftest import CHEAP, PASSPHRASE, PLAIN, fill
from vejleder_tui.errors import NotSavedError, StoreError
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.store import backup as backups
from vejleder_tui.store.backup import backup_folder, list_backups, make_backup, newest_backup_time
from vejleder_tui.store.connection import connect
from vejleder_tui.store.files import unsafe_folder, write_private
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.mark import StoreMark, looks_restored, read_mark, take_mark, write_mark

if TYPE_CHECKING:
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.store.store import Store


def test_a_copy_opens_with_the_key_file_beside_it(store: Store, clock: FixedClock, tmp_path: Path) -> None:
    fill(store, 300)
    copy = make_backup(store.paths, store._data_key, clock=clock, folder=tmp_path / "usb")
    assert sorted(path.name for path in (tmp_path / "usb").iterdir()) == [
        "vejleder-20261124T080200Z.db",
        "vejleder-20261124T080200Z.keys.json",
    ]
    unlocked = KeyFile(copy.keys, clock=clock, randomness=SystemRandomness(), cost=CHEAP).unlock_with_passphrase(
        None, PASSPHRASE
    )
    with closing(connect(copy.database, unlocked.data_key, read_only=True)) as opened:
        assert opened.execute("SELECT count(*) FROM attendance").fetchone() == (300,)
    assert PLAIN[0].encode() not in copy.database.read_bytes()


def test_the_newest_seven_are_kept_and_two_in_one_second_are_two(store: Store, clock: FixedClock) -> None:
    made = []
    for number in range(10):
        store.backup()
        made.append(clock.now())
        clock.moment += timedelta(hours=number % 2)
    kept = list_backups(backup_folder(store.paths))
    assert len(kept) == 7
    assert kept[0].made == newest_backup_time(store.paths) == made[-1]
    assert len(list(backup_folder(store.paths).iterdir())) == 14


def test_it_is_of_one_moment_while_others_write(store: Store, clock: FixedClock) -> None:
    fill(store, 10)
    with store.transaction() as connection:
        connection.execute("DELETE FROM attendance")
        copy = make_backup(store.paths, store._data_key, clock=clock)
    with closing(connect(copy.database, store._data_key, read_only=True)) as opened:
        assert opened.execute("SELECT count(*) FROM attendance").fetchone() == (10,)


def test_a_damaged_store_gives_no_copy_and_costs_no_older_one(store: Store, clock: FixedClock) -> None:
    fill(store)
    store.backup()
    paths, key = store.paths, store._data_key
    store.close()
    raw = bytearray(paths.database.read_bytes())
    raw[len(raw) // 2] ^= 1
    paths.database.write_bytes(raw)
    with pytest.raises(StoreError):
        make_backup(paths, key, clock=clock)
    assert len(list(backup_folder(paths).iterdir())) == 2


def test_a_broken_reference_gives_no_copy_either(store: Store, clock: FixedClock) -> None:
    fill(store, 3)
    store.connection.execute("PRAGMA foreign_keys = off")
    store.connection.execute("DELETE FROM citizen")
    with pytest.raises(StoreError, match="hænger ikke sammen"):
        store.backup()
    assert list(backup_folder(store.paths).iterdir()) == []


def test_a_copy_cut_short_is_cleaned_up_by_the_next(
    store: Store, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backups, "sync_file", lambda _path: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(NotSavedError, match="disken er fuld"):
            store.backup()
    assert list(backup_folder(store.paths).iterdir()) == []
    (backup_folder(store.paths) / "ny-kopi.tmp").write_bytes(b"left by a crash")
    store.backup()
    assert len(list(backup_folder(store.paths).iterdir())) == 2


def test_a_copy_without_its_key_file_and_other_files_are_not_listed(store: Store) -> None:
    folder = backup_folder(store.paths)
    store.backup()
    for name in ("vejleder-20261124T090000Z.db", "vejleder-20269924T090000Z.db", "notes.txt"):
        (folder / name).write_bytes(b"")
    (folder / "vejleder-20269924T090000Z.keys.json").write_bytes(b"")
    assert len(list_backups(folder)) == 1


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    write_private(target, b"old")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_paths: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            write_private(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (PureWindowsPath(r"C:\Users\mj\OneDrive - Ishøj Kommune\vejleder"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\mj\iCloudDrive\vejleder"), "iCloud"),
        (PureWindowsPath(r"\\server\hjem\mj"), "netværksdrev"),
        (PurePosixPath("/home/mj/Dropbox/vejleder"), "Dropbox"),
        (PurePosixPath("/Users/mj/Library/Mobile Documents/vejleder"), "iCloud"),
        (PurePosixPath("/Users/mj/Google Drive/vejleder"), "Google Drive"),
        (PurePosixPath("/home/mj/GoogleDrive/vejleder"), "Google Drive"),
        (PurePosixPath("/home/mj/.local/share/vejleder"), None),
        (PurePosixPath("/home/mj/dropboxes/vejleder"), None),
        (PurePosixPath("/net/home/mj/vejleder"), "netværksdrev"),
        (PurePosixPath("/net/homely/vejleder"), None),
    ],
)
def test_folders_that_are_copied_elsewhere_while_written_are_named(path: PurePosixPath, name: str | None) -> None:
    mounts = ["/dev/sda1 / ext4 rw 0 0", "server:/home /net/home nfs4 rw 0 0", "broken"]
    assert unsafe_folder(path, mounts) == name


def test_the_mark_knows_a_copied_a_moved_back_and_an_older_store(store: Store, tmp_path: Path) -> None:
    kept_at = tmp_path / "elsewhere" / "mark.json"
    assert read_mark(kept_at) is None
    mark = take_mark(store.paths, 40)
    write_mark(kept_at, mark)
    kept = read_mark(kept_at)
    assert kept == mark
    assert not looks_restored(None, mark)
    assert not looks_restored(kept, take_mark(store.paths, 41))
    assert looks_restored(kept, take_mark(store.paths, 39))
    assert looks_restored(kept, StoreMark("another", mark.file, 40))
    copied = StorePaths(tmp_path / "copied")
    copied.folder.mkdir()
    copied.database.write_bytes(store.paths.database.read_bytes())
    assert looks_restored(kept, take_mark(copied, 40))
    kept_at.write_bytes(b"[]")
    assert read_mark(kept_at) is None


def test_a_copy_that_could_not_get_its_name_leaves_no_key_file(
    store: Store, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _target: Path) -> Path:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(type(tmp_path), "rename", refuse)
    with pytest.raises(NotSavedError):
        make_backup(store.paths, store._data_key, clock=clock, folder=tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == []
