"""Folders of the store are for its owner alone; what belongs to everybody is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vejleder_tui.store.files import make_private_folder


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_folder_is_tightened_but_never_one_that_everybody_shares(tmp_path: Path) -> None:
    own, shared = tmp_path / "own", tmp_path / "shared"
    for folder, mode in ((own, 0o755), (shared, 0o1777)):
        folder.mkdir()
        folder.chmod(mode)
        make_private_folder(folder)
    assert own.stat().st_mode & 0o7777 == 0o700
    assert shared.stat().st_mode & 0o7777 == 0o1777
