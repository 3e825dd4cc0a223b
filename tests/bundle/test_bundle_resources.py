"""Memory stays flat and a full disk leaves nothing; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and figures are the operating system's")


def run(script: str, *arguments: str) -> str:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", f"tests.bundle.{script}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout.strip()


def test_memory_is_flat_from_10_000_to_300_000_operations(tmp_path: Path) -> None:
    few = int(run("bundle_memory", str(tmp_path), "10000"))
    many = int(run("bundle_memory", str(tmp_path), "300000"))
    # One member of 8 MiB, held and joined, and a few of zstd's buffers are what may come on top.
    assert many - few < 32 * 1024, (few, many)


@pytest.mark.parametrize("limit", [0, 100, 5_000, 100_000])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, limit: int) -> None:
    told = run("bundle_full_disk", str(tmp_path), str(limit))
    assert told == "Pakken er ikke skrevet: disken er fuld. Gør plads, eller vælg en anden mappe."
    assert list(tmp_path.iterdir()) == []
