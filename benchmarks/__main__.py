"""Take every figure, or those named, and print each as a ratio; the exit code is 0 also when a limit is missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.export import export
from benchmarks.ingest import ingest
from benchmarks.log_cost import log_cost
from benchmarks.merge import merge
from benchmarks.roster import roster
from benchmarks.start import start

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.figures import Ratio

FIGURES: dict[str, Callable[[Path], list[Ratio]]] = {
    "start": start,
    "roster": roster,
    "export": export,
    "log": log_cost,
    "merge": merge,
    "ingest": ingest,
}
SIZED: dict[str, Callable[[Path, int], list[Ratio]]] = {"export": export, "merge": merge, "ingest": ingest}
"""Those that can be taken of another number of rows than their own."""


def main() -> int:
    """Run the figures that were asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="ratios, each taken side by side in one run")
    parser.add_argument("figures", nargs="*", choices=[[], *FIGURES], help="which to take; all when none is named")
    parser.add_argument("--folder", type=Path, help="where the stores are made (a real disk; default: here)")
    parser.add_argument(
        "--rows", type=int, help=f"attendance rows, for {', '.join(SIZED)}; by default as many as each has"
    )
    arguments = parser.parse_args()
    for name in arguments.figures or FIGURES:
        # A folder in memory would make every commit free, so the stores are made beside the project.
        with tempfile.TemporaryDirectory(dir=arguments.folder or Path.cwd(), prefix=".benchmark-") as folder:
            sized = SIZED.get(name) if arguments.rows else None
            for figure in sized(Path(folder), arguments.rows) if sized else FIGURES[name](Path(folder)):
                sys.stdout.write(f"{figure.line()}\n")
                sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
