"""The program over a real desk, for tests that press keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult

from vejleder_tui.app import VejlederApp
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.screens.base import MainScreen
from vejleder_tui.screens.link import Seat
from vejleder_tui.settings import Settings
from vejleder_tui.widgets.panels import RowList

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


class Start(MainScreen):
    """A screen that only opens the peer form."""

    SCREEN_ID = "today"

    def body(self) -> ComposeResult:
        yield RowList(title="I dag", empty="tom", identity="body")

    def command_peer_new(self) -> None:
        self.desk.goto("peer_form", **self.values)


def app_of(desk: Desk, *, start: str = "today", settings: Settings | None = None, **values: Any) -> VejlederApp:
    return VejlederApp(
        settings or Settings(),
        desk.clock,
        start=start,
        store=Seat(desk.store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(5), desk=desk),
        factories={"today": lambda **_values: Start(**values), "unlock": lambda **_values: Start()},
        **({} if start == "today" else values),
    )
