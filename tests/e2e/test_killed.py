"""Killed right after the screen said *gemt*: the mark is there, and the store checks clean."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import make_group
from tests.conftest import PASSPHRASE
from tests.e2e.terminal import Terminal
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.queries.roster import roster
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty and SIGKILL are needed")


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        if one.process.poll() is None:
            one.kill()


def test_what_was_called_saved_is_there_after_a_kill(
    desk: Desk, clock: FixedClock, paths: StorePaths, terminals: list[Terminal]
) -> None:
    group = make_group(desk)
    desk.store.close()
    expected = ""
    for keys, told, after in (
        ("f", "Fremmødt: Asta L. · gemt", "F···········"),
        ("u", "Udeblevet: Bodil K. · gemt", "FU··········"),
        ("A3u9a", "Lonni B.: fremmødt → afbud · gemt", "FUUFFFFFAFFF"),
    ):
        expected = after
        terminal = Terminal(paths.folder)
        terminals.append(terminal)
        terminal.wait_for("ABC-gruppe, efterår")
        terminal.type("\r")
        terminal.wait_for("f Fremmødt")
        terminal.wait_for("12  Torre M.")
        terminal.type(keys)
        terminal.wait_for(told)
        terminal.kill()
        unlocked = KeyFile(paths.keys, clock=clock, randomness=SeededRandomness(5)).unlock_with_passphrase(
            None, PASSPHRASE
        )
        store = Store.open(paths, unlocked, clock=clock)
        try:
            found = roster(store.connection, group.ref(), clock.now())
            assert found is not None
            assert "".join(row.letter for row in found.rows) == expected
            assert list(fold_faults(store.connection)) == []
            assert list(chain_faults(store.connection)) == []
            assert store.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        finally:
            store.close()
