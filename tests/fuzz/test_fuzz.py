"""A share of the fuzz target in every run; `python -m tests.fuzz --count 100000` is the longer one (tests/fuzz/__main__.py)."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.fuzz.__main__ import run

SEED = int(os.environ.get("VEJLEDER_FUZZ_SEED", "1"))
SHARE = {"bytes": 600, "members": 400, "header": 250, "receipts": 250, "store": 30, "operations": 700, "runs": 250}


@pytest.mark.parametrize("layer", SHARE)
def test_nothing_false_applies_and_nothing_breaks(layer: str) -> None:
    found: Counter[str] = Counter()
    failed: list[str] = []
    run(layer, SHARE[layer], SEED, found, failed)
    assert failed == []
    assert found.total() >= SHARE[layer]
    # Not all of it may be refused at the door, or nothing behind it was tried.
    passed = sum(number for what, number in found.items() if not what.startswith(("refused", "not a bundle")))
    assert layer == "bytes" or passed >= SHARE[layer] // 20, found
