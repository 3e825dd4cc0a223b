"""The program in a process and a terminal of its own, read as it is painted."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["ROOT", "Terminal"]

ROOT = Path(__file__).parents[2]
LONGEST = 60


class Terminal:
    """The program in a terminal of 80 × 24; `MODULE` is what is run there."""

    MODULE = "tests.e2e.run_program"

    def __init__(self, folder: Path) -> None:
        import fcntl
        import pty
        import struct
        import termios

        import pyte

        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.MODULE, str(folder)],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def wait_for(self, *texts: str) -> None:
        """Read until one of the texts stands on the screen."""
        end = time.monotonic() + LONGEST
        while not any(text in "\n".join(self.screen.display) for text in texts):
            ready, _out, _bad = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            assert ready, "\n".join(self.screen.display)
            self._stream.feed(os.read(self.master, 65536))

    def rest(self, quiet: float = 0.25) -> list[str]:
        """Read until nothing has been painted for a while; return the lines of the screen."""
        while select.select([self.master], [], [], quiet)[0]:
            self._stream.feed(os.read(self.master, 65536))
        return list(self.screen.display)

    def type(self, keys: str) -> None:
        """Type keys, all at once."""
        os.write(self.master, keys.encode())

    def kill(self) -> None:
        """End the program as a power cut would."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)
