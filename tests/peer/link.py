"""The program over a real desk, for tests that press keys."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult

from vejleder_tui.app import VejlederApp
from vejleder_tui.screens.base import MainScreen
from vejleder_tui.screens.protocol import Actor
from vejleder_tui.settings import Settings
from vejleder_tui.widgets.panels import RowList

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.services.desk import Desk


class DeskLink:
    """A store link over a desk that the test closes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.reader = desk.store.reader()
        self.turn = threading.Lock()

    @property
    def actor(self) -> Actor:
        return Actor(self.desk.actor.worker, self.desk.actor.initials, self.desk.actor.role, "Bærbar 2")

    @property
    def read_only(self) -> bool:
        return not self.desk.store.writes

    def read(self, query: Callable[[Any], Any]) -> Any:
        with self.turn:
            return query(self.reader)

    def write(self, act: Callable[[Any], Any]) -> Any:
        return act(self.desk)

    def close(self) -> None:
        self.reader.close()


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
        store=DeskLink(desk),
        factories={"today": lambda **_values: Start(**values)},
        **({} if start == "today" else values),
    )
