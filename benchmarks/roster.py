"""From a key to its mark on the screen in *Fremmøde*, each mark durable, against a list that only redraws one row."""

from __future__ import annotations

import random
import statistics
import sys
import time
from functools import partial
from pathlib import Path

from benchmarks.figures import Ratio, percentile
from benchmarks.start import prepare, program_environment
from benchmarks.terminal import Terminal

MARKS = 200
WARM_UP = 10
BETWEEN = (0.03, 0.06)
"""Seconds between two keys: a person's, and longer than Textual holds a frame back after the one before it."""


def roster(home: Path) -> list[Ratio]:
    """Return key to screen, p50 (at most 1.5 ×) and p95 (at most 2 ×); both programs run side by side, key about key.

    Ours is the real *Fremmøde* of the sandbox: a mark counts when its row shows it and line 23 says that it is saved, and
    each one differs from the one before, so that each is a transaction on the disk.
    """
    pauses = random.Random(7)
    environment = program_environment(home)
    vejleder = [str(Path(sys.executable).with_name("vejleder"))]
    prepare(vejleder, environment)
    ours: list[float] = []
    theirs: list[float] = []
    with (
        Terminal([*vejleder, "demo", "--date", "2026-11-24"], environment) as program,
        Terminal([sys.executable, "-m", "benchmarks.yardsticks", "list"], environment) as yardstick,
    ):
        program.wait(lambda screen: "ændringer venter" in screen)
        yardstick.wait(lambda screen: "Række 11" in screen)
        program.press("\r", lambda screen: "f Fremmødt" in screen)
        for number in range(MARKS + WARM_UP):
            # Row 3 over and over; the receipt names the mark only when it is on the disk.
            program.press("3", lambda screen: "Række 3" in screen)
            time.sleep(pauses.uniform(*BETWEEN))
            key, word = ("o", "O online") if number % 2 else ("f", "F fremmødt")
            took = program.press(key, partial(_marked, word))
            time.sleep(pauses.uniform(*BETWEEN))
            other = yardstick.press("f", partial(_counted, number + 1))
            if number >= WARM_UP:
                ours.append(took)
                theirs.append(other)
    least = f"least {min(ours):.1f} against {min(theirs):.1f} ms"
    detail = f"p50 {statistics.median(ours):.1f} against {statistics.median(theirs):.1f} ms, {least}"
    late = f"p95 {percentile(ours, 0.95):.1f} against {percentile(theirs, 0.95):.1f} ms"
    return [
        Ratio(
            "key to screen in Fremmøde, p50", statistics.median(ours) / statistics.median(theirs), 1.5, False, detail
        ),
        Ratio("key to screen in Fremmøde, p95", percentile(ours, 0.95) / percentile(theirs, 0.95), 2, False, late),
    ]


def _marked(word: str, screen: str) -> bool:
    """Whether row 3 shows the word, and line 23 says that it is saved."""
    lines = screen.splitlines()
    third = any(line[1:4].strip() == "3" and word in line for line in lines)
    return third and "gemt" in lines[22]


def _counted(count: int, screen: str) -> bool:
    return f"{count:6}" in screen
