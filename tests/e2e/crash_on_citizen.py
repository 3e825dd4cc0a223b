"""Run the program on a store; on the screen of one citizen `n` breaks it, with name and number in reach."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from tests.conftest import PASSPHRASE
from vejleder_tui.cli.screen import open_sandbox
from vejleder_tui.clock import SystemClock
from vejleder_tui.paths import StorePaths
from vejleder_tui.screens.citizen import CitizenScreen


async def broken(self: Any) -> None:
    """Fail with what stands on the screen in a local variable and in the error's text."""
    shown = self.title_left()
    raise RuntimeError(f"{shown} 020160-7002")


if __name__ == "__main__":
    CitizenScreen.command_goal_new = broken  # type: ignore[assignment,method-assign]  # broken on purpose
    sys.exit(open_sandbox(argparse.Namespace(), StorePaths(Path(sys.argv[1])), PASSPHRASE, SystemClock()))
