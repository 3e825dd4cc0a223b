"""Run the program on a store, at I dag of 24 November 2026, 10:42; for tests that need a process and a terminal."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import PASSPHRASE
from vejleder_tui.cli.screen import open_sandbox
from vejleder_tui.clock import FixedClock
from vejleder_tui.paths import StorePaths

if __name__ == "__main__":
    clock = FixedClock(datetime(2026, 11, 24, 9, 42, tzinfo=UTC), timedelta(milliseconds=1))
    sys.exit(open_sandbox(argparse.Namespace(), StorePaths(Path(sys.argv[1])), PASSPHRASE, clock))
