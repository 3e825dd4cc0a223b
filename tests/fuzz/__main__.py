"""A longer run: `python -m tests.fuzz --count 100000 --seed 1` prints, per layer, how many mutations and what became of them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.fuzz import inner, outer
from tests.fuzz.stores import attacked

SHARES = {"bytes": 15, "members": 15, "header": 10, "receipts": 8, "store": 2, "operations": 35, "runs": 15}
"""Of a hundred mutations, how many in which layer."""

A_STORE = 60
"""Bundles taken in by one store, before a new one is made."""


def run(layer: str, count: int, seed: int, found: Counter[str], failed: list[str]) -> None:
    """Make at least `count` mutations of one layer; count what became of each, and note what failed."""
    with tempfile.TemporaryDirectory() as folder:
        if layer in {"store", "receipts"}:
            _by_store(layer, count, seed, Path(folder), found, failed)
            return
        acts: dict[str, Callable[[int], Counter[str]]] = {
            "bytes": lambda one: outer.file_bytes(one, Path(folder)),
            "members": lambda one: outer.members(one, Path(folder)),
            "header": lambda one: outer.header(one, Path(folder)),
            "operations": inner.operations,
            "runs": inner.runs,
        }
        while found.total() < count:
            _one(acts[layer], layer, seed, found, failed)
            seed += 1


def _by_store(  # noqa: PLR0917 - as `run` has them
    layer: str, count: int, seed: int, folder: Path, found: Counter[str], failed: list[str]
) -> None:
    while found.total() < count:
        with tempfile.TemporaryDirectory(dir=folder) as one, attacked(Path(one)) as store:
            act = store.bundle if layer == "store" else store.receipt
            for _ in range(A_STORE if layer == "store" else 2_000):
                _one(act, layer, seed, found, failed)
                seed += 1
                if found.total() >= count:
                    return


def _one(act: Callable[[int], Counter[str]], layer: str, seed: int, found: Counter[str], failed: list[str]) -> None:
    try:
        found.update(act(seed))
    except Exception:  # noqa: BLE001 - that is what is looked for
        found["FAILED"] += 1
        failed.append(f"{layer} {seed}\n{traceback.format_exc(limit=-3)}")


def main() -> int:
    """Run all layers, or one, and print the outcome; returns how many failed, at most 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="mutations over all layers")
    parser.add_argument("--seed", type=int, default=1, help="first seed of each layer")
    parser.add_argument("--layer", choices=sorted(SHARES), help="this layer alone")
    given = parser.parse_args()
    layers = {given.layer: 100} if given.layer else SHARES
    failures = 0
    with tempfile.TemporaryDirectory() as marks:
        os.environ["VEJLEDER_MARKS"] = marks
        for layer, share in layers.items():
            found: Counter[str] = Counter()
            failed: list[str] = []
            started = time.monotonic()
            run(layer, given.count * share // 100, given.seed, found, failed)
            print(f"{layer}: {found.total()} mutations in {time.monotonic() - started:.0f} s", flush=True)
            for what, number in found.most_common():
                print(f"  {number:7} {what}")
            for told in failed[:5]:
                print(told, file=sys.stderr)
            failures += found["FAILED"]
    print(f"{failures} failed")
    return min(1, failures)


if __name__ == "__main__":
    raise SystemExit(main())
