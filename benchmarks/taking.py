"""One taking in, in a process of its own, so that its peak of memory is its own: `python -m benchmarks.taking WHAT …`.

It prints what `Taken` holds, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vejleder_tui.central.intake import Taking

__all__ = ["Taken", "take"]

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Taken:
    """What a taking in cost: seconds, those of them for looking the file through first (merge alone), peak in kilobytes.

    `unfilled`: kilobytes of the store's page cache that its whole database could not fill (merge alone).
    """

    seconds: float
    checked: float
    peak: int
    applied: int
    unfilled: int


def take(what: str, *arguments: str) -> Taken:
    """Run `what` ("merge" STORE CARD FILE, "ingest" URL IDENTITY FILE) in a process of its own and return what it cost."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.taking", what, *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return Taken(**json.loads(done.stdout))


def _merge(store: str, card: str, file: str) -> tuple[float, float, int, int]:
    # Each side is imported where it runs: what the other one loads is no part of its memory.
    from benchmarks.made_store import made_store  # noqa: PLC0415
    from vejleder_tui.services.keyring import trust_sender  # noqa: PLC0415
    from vejleder_tui.services.merging import check_files, merge  # noqa: PLC0415

    desk = made_store(Path(store), 0)
    trust_sender(desk.store, Path(card).read_text(encoding="utf-8"), clock=desk.clock)
    begun = time.perf_counter()
    reader = desk.store.reader()
    checked = check_files(reader, [Path(file)]).bundles
    desk.store.release(reader)
    looked = time.perf_counter() - begun
    outcome = merge(desk, checked).outcome
    took = time.perf_counter() - begun
    cache, pages, page = (  # the driver gives some of them as text
        int(desk.store.connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("cache_size", "page_count", "page_size")
    )
    desk.store.close()
    if outcome.held:
        raise RuntimeError(str(outcome.held))
    return took, looked, outcome.applied, max(0, -cache - pages * page // 1024)  # a size below zero is in kilobytes


def _ingest(url: str, identity: str, file: str) -> tuple[float, float, int, int]:
    from vejleder_tui.central.ingest import Plan, ingest  # noqa: PLC0415

    found: list[Taking] = []
    begun = time.perf_counter()
    ingest(Plan(url, Path(identity), (Path(file),)), told=found.append)
    took = time.perf_counter() - begun
    (taking,) = found
    if taking.state != "applied" or taking.held:
        raise RuntimeError(f"{taking.state} {taking.why} {taking.detail} {taking.held}")
    return took, 0.0, taking.applied, 0


def _peak() -> int:
    """Return the most memory that this process has held, in kilobytes; of the program alone, not of who started it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("no VmHWM: the figure needs Linux")


if __name__ == "__main__":
    seconds, checked, applied, unfilled = {"merge": _merge, "ingest": _ingest}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(
        json.dumps({"seconds": seconds, "checked": checked, "peak": _peak(), "applied": applied, "unfilled": unfilled})
    )
