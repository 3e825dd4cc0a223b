"""Every released schema has a store that the newest program opens, brings up to date and reads the same."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import PASSPHRASE
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.migrations import LAPTOP_EARLIER, LAPTOP_HEADS
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.setup import migrate
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.store import Store

RELEASED = Path(__file__).parent.parent / "data" / "stores"
DIGESTS = {"s0001-l0001": "694e962f3eed3de0f1a2a8085f7112198045e0fe5f110ee5e642e00720df5862"}
"""The state digest that the release itself printed of its store."""


def test_a_store_of_the_first_release_opens_and_says_the_same(tmp_path: Path, clock: FixedClock) -> None:
    assert {path.name for path in RELEASED.iterdir()} == set(DIGESTS)
    for name, digest in DIGESTS.items():
        paths = StorePaths(tmp_path / name)
        shutil.copytree(RELEASED / name, paths.folder)
        unlocked = KeyFile(paths.keys, clock=clock, randomness=SeededRandomness(1)).unlock_with_passphrase(
            None, PASSPHRASE
        )
        with Store.open(
            paths, unlocked, clock=clock, migrate=migrate, heads=LAPTOP_HEADS, earlier=LAPTOP_EARLIER
        ) as store:
            assert state_digest(store.connection).digest == digest
            assert list(chain_faults(store.connection)) == []
            assert list(fold_faults(store.connection)) == []
