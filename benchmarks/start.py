"""From the start of the installed program to its first full screen, against empty Textual apps in the same run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from benchmarks.figures import Ratio, interleaved, ratio
from benchmarks.terminal import Terminal

ROUNDS = 9
ROOT = Path(__file__).parent.parent


def start(home: Path) -> list[Ratio]:
    """Return the start to the unlock screen (at most 1.25 ×) and to a full *I dag* of the sandbox (at most 1.5 ×).

    The sandbox is made before the clock starts. Its passphrase is public, so its slot costs next to nothing: Argon2id is
    thereby left out, as the limit says. Byte code is compiled, as an installed program has it.
    """
    environment = program_environment(home)
    vejleder = [str(Path(sys.executable).with_name("vejleder"))]
    prepare(vejleder, environment)
    unlock = [*vejleder, "--store", str(home / "data" / "vejleder" / "demo")]
    yardstick = [sys.executable, "-m", "benchmarks.yardsticks"]

    def run(command: list[str], text: str) -> float:
        with Terminal(command, environment) as terminal:
            return terminal.wait(lambda screen: text in screen)

    unlocking = interleaved(ROUNDS, lambda: run(unlock, "Adgangssætning"), lambda: run([*yardstick, "empty"], "Klar"))
    today = interleaved(
        ROUNDS,
        lambda: run([*vejleder, "demo", "--date", "2026-11-24"], "ændringer venter"),
        lambda: run([*yardstick, "table"], "Række 19"),
    )
    return [
        ratio("start to the unlock screen, against an empty Textual app", unlocking[0], unlocking[1], 1.25),
        ratio("start to a full I dag, against a Textual table of 20 rows", today[0], today[1], 1.5),
    ]


def program_environment(home: Path) -> dict[str, str]:
    """Return an environment with an empty home and compiled byte code allowed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VEJLEDER", "PYTHONDONT", "XDG"))}
    return {
        **kept, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config"),
        "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8",
    }  # fmt: skip


def prepare(vejleder: list[str], environment: dict[str, str]) -> None:
    """Make the sandbox once, and with it the byte code of every module on the way."""
    with Terminal([*vejleder, "demo", "--date", "2026-11-24"], environment) as terminal:
        terminal.wait(lambda screen: "ændringer venter" in screen, seconds=120)
