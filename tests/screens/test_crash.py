"""A crash on a real terminal shows type and place, never what was in the variables."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
ROOT = Path(__file__).parents[2]
PLACES = ["mount", "async", "worker", "thread", "write", "callback", "timer", "task", "compose", "render", "key"]


def run_in_terminal(where: str, logs: Path) -> tuple[int, str]:
    """Run `crashing.py` in a pty of 80 × 24 and return its exit code and all that it wrote."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "tests" / "screens" / "crashing.py"), where, str(logs)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment, close_fds=True) as child:
        os.close(slave)
        written = b""
        pressed = False
        while True:
            ready, _w, _x = select.select([master], [], [], 30)
            if not ready:
                child.kill()
                pytest.fail(f"{where}: silent for 30 seconds")
            try:
                data = os.read(master, 65536)
            except OSError:
                break
            if not data:
                break
            written += data
            if where == "key" and not pressed and "Hjælp".encode() in written:
                pressed = True
                os.write(master, b"n")
        os.close(master)
        return child.wait(), written.decode("utf-8", "replace")


@pytest.mark.parametrize("where", PLACES)
def test_a_crash_prints_type_and_place_only(where: str, tmp_path: Path) -> None:
    code, written = run_in_terminal(where, tmp_path / "log")
    log = (tmp_path / "log" / "fejl.log").read_text(encoding="utf-8")
    for secret in ("Hemmelig", "010170", "1234", "Jette"):
        assert secret not in written.replace("\r\n", "")
        assert secret not in log
    assert "Traceback" not in written
    assert "KeyError, " in log
    assert "crashing.py:" in log
    assert code == 1
    if where not in {"task", "thread"}:  # the program goes on; only the log is told
        assert "Vejleder måtte lukke på grund af en fejl." in written
        assert "KeyError" in written
