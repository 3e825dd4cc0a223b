"""`python at_day.py MOMENT WORDS…`: the real commands with the clock standing at a moment; the rest is as installed."""

from __future__ import annotations

import sys
from datetime import datetime

from vejleder_tui.cli.parser import run
from vejleder_tui.clock import OffsetClock, SystemClock

if __name__ == "__main__":
    sys.exit(run(sys.argv[2:], clock=OffsetClock(datetime.fromisoformat(sys.argv[1]), SystemClock())))
