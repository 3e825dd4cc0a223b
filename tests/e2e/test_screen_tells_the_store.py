"""Typed as fast as a terminal can: what stands on the screen at rest is what stands in the store."""

from __future__ import annotations

import os
import random
import sys
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import NAMES, Group, make_group
from tests.e2e.terminal import Terminal
from vejleder_tui.queries.roster import roster
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty is needed")
GROUPS = int(os.environ.get("TYPED_ROSTERS", "3"))
"""More of them with TYPED_ROSTERS, on a machine that shall be loaded."""


@pytest.fixture
def groups(desk: Desk) -> list[Group]:
    return [make_group(desk, NAMES, f"Gruppe {number:02}") for number in range(GROUPS)]


@pytest.fixture
def terminal(desk: Desk, groups: list[Group], paths: StorePaths) -> Iterator[Terminal]:
    assert groups
    desk.store.close()
    opened = Terminal(paths.folder)
    yield opened
    opened.kill()


def _stored(store: Store, group: Group, clock: Clock) -> list[str]:
    found = roster(store.connection, group.ref(), clock.now())
    assert found is not None
    return [row.letter for row in found.rows]


def test_six_keys_at_full_speed_in_fresh_rosters(
    terminal: Terminal, groups: list[Group], desk: Desk, paths: StorePaths
) -> None:
    terminal.wait_for("Gruppe 00")
    chance = random.Random(24)
    for number, group in enumerate(groups):
        terminal.type("\r")
        terminal.wait_for(f"Fremmøde · Gruppe {number:02}")
        terminal.wait_for("12  Torre M.")
        terminal.type("A3u9a")
        terminal.wait_for("Lonni B.: fremmødt → afbud · gemt")
        _holds(terminal, paths, desk, group, "FFUFFFFFAFFF")
        more = "".join(chance.choice("fdoauxzZ13579 ") for _ in range(40)) + "1f"
        terminal.type(more)
        terminal.wait_for("Fremmødt: Asta L. · gemt", "→ fremmødt · gemt")
        _holds(terminal, paths, desk, group)
        terminal.type("\r")
        terminal.wait_for("Mødegange i dag")
        terminal.rest()
        terminal.type("\x1b[B")
        terminal.rest()


def _holds(terminal: Terminal, paths: StorePaths, desk: Desk, group: Group, expected: str = "") -> None:
    shown = [line[19] for line in terminal.rest()[4:16]]
    store = Store.open(paths, desk.store._data_key, clock=desk.clock, write=False)
    try:
        stored = _stored(store, group, desk.clock)
    finally:
        store.close()
    assert shown == stored, "\n".join(terminal.screen.display)
    assert expected in {"", "".join(stored)}
