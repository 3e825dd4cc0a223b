"""The program on a real store, opened at the roster of a group."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from vejleder_tui.app import VejlederApp
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.screens.base import MainScreen
from vejleder_tui.screens.link import Seat
from vejleder_tui.screens.roster import RosterScreen
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.attend.group import Group
    from vejleder_tui.services.desk import Desk


class Home(MainScreen):
    """Where Fremmøde is left to."""

    SCREEN_ID = "today"


class Rating(Screen[Any]):
    """Stands where goals are rated, and remembers what it was asked."""

    asked: dict[str, object] = {}  # noqa: RUF012 - one test at a time

    def __init__(self, **values: object) -> None:
        super().__init__()
        type(self).asked = values


class GatedSeat(Seat):
    """A seat whose writer waits at a gate before it begins: a disk that is slow, as long as the test says so."""

    gate: threading.Event

    def write(self, act: Callable[[Any], Any]) -> Any:
        assert self.gate.wait()
        return super().write(act)


def program(
    desk: Desk, group: Group, *, gate: threading.Event | None = None, settings: Settings | None = None
) -> VejlederApp:
    kind = GatedSeat if gate is not None else Seat
    seat = kind(desk.store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(9), desk=desk)
    if gate is not None:
        assert isinstance(seat, GatedSeat)
        seat.gate = gate
    factories: dict[str, Callable[..., Screen[Any]]] = {
        "today": Home, "roster": RosterScreen, "rating": Rating, "citizen": Rating,
    }  # fmt: skip
    return VejlederApp(settings or Settings(), desk.clock, start="today", store=seat, factories=factories)


def opened(app: VejlederApp, group: Group, day: Any = None) -> None:
    app.goto("roster", ref=group.ref(day) if day else group.ref())
