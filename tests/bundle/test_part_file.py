"""What a killed export left is swept at the next one; what another program is writing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bundle.bundle_builder import a_device, a_header
from vejleder_tui.bundle.part_file import open_part
from vejleder_tui.bundle.writer import write_bundle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="flock and SIGKILL are needed")

_WRITER = """
import sys
import uuid
from dataclasses import replace
from pathlib import Path
from tests.bundle.bundle_builder import a_device, a_header
from vejleder_tui.bundle.writer import write_bundle
ours = a_device(3)
header = replace(a_header(ours, [ours.cover()], [ours.recipient]), bundle_id=str(uuid.uuid4()))
def lines():
    yield ours.lines[0]
    print("under way", flush=True)
    sys.stdin.read()
write_bundle(Path(sys.argv[1]), header, lines(), header.recipients, ours.signer)
"""


def _written(folder: Path) -> Path:
    ours = a_device(2)
    header = a_header(ours, [ours.cover()], [ours.recipient])
    return write_bundle(folder, header, iter(ours.lines), header.recipients, ours.signer).path


def test_a_file_left_by_a_kill_is_swept_and_one_being_written_stays(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "under way\n"
        assert len(list(tmp_path.glob(".vejleder-*.part"))) == 2
        os.kill(writers[0].pid, signal.SIGKILL)
        writers[0].wait()
        first = _written(tmp_path)
        assert len(list(tmp_path.glob(".vejleder-*.part"))) == 1
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    second = _written(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([first, second])


def test_what_only_looks_like_one_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    (tmp_path / ".vejleder-a.part").symlink_to(tmp_path / "kept")
    (tmp_path / ".vejleder-b.part").mkdir()
    os.mkfifo(tmp_path / ".vejleder-c.part")
    _written(tmp_path)
    assert (tmp_path / "kept").read_text() == "x"
    assert (tmp_path / ".vejleder-a.part").is_symlink()
    assert (tmp_path / ".vejleder-b.part").is_dir()


def test_a_part_file_is_private(tmp_path: Path) -> None:
    os.close(open_part(tmp_path / ".vejleder-d.part"))
    assert (tmp_path / ".vejleder-d.part").stat().st_mode & 0o777 == 0o600
