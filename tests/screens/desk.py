"""A store link and a screen for tests of the shell: no database, the same threads."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vejleder_tui.app import VejlederApp
from vejleder_tui.clock import FixedClock
from vejleder_tui.screens.base import MainScreen
from vejleder_tui.screens.protocol import Actor
from vejleder_tui.settings import Settings
from vejleder_tui.widgets.panels import Panel, PanelGroup, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.screen import Screen

MOMENT = datetime(2026, 11, 24, 9, 42, 7, tzinfo=UTC)


class Link:
    """What the shell needs of a store: reads and writes are plain calls with this object."""

    def __init__(self, *, role: str = "worker", read_only: bool = False) -> None:
        self.actor = Actor("w1", "MJ", role, "Bærbar 2")
        self.read_only = read_only
        self.written: list[object] = []
        self.threads: set[str] = set()
        self.closed = False

    def read(self, query: Callable[[Any], Any]) -> Any:
        return query(self)

    def write(self, act: Callable[[Any], Any]) -> Any:
        self.threads.add(threading.current_thread().name)
        return act(self)

    def beside(self, act: Callable[[Any], Any]) -> Any:
        return act(self)

    def close(self) -> None:
        self.closed = True


def rows(*texts: str) -> list[Row]:
    return [Row(str(index), text, say=text) for index, text in enumerate(texts)]


class Today(MainScreen):
    """I dag as in the picture, with its content given."""

    SCREEN_ID = "today"

    def title_left(self) -> str:
        return "Vejleder · I dag"

    def title_right(self) -> str:
        return f"{super().title_right()} · uge 48"

    def body(self) -> ComposeResult:
        a = Panel("sessions", "Mødegange i dag (2)", rows(
            "10:00–12:00  ABC-gruppe, efterår       Vejledningscentret  10 af 12   i gang",
            "13:00–14:30  Social færdighedstræning  Biblioteket          0 af 9   planlagt",
        ))  # fmt: skip
        b = Panel("missing", "Mangler registrering (2)", rows(
            "16-11  Kreativt værksted   8 dage siden", "19-11  Mindfulness hold 2  5 dage siden"
        ))  # fmt: skip
        c = Panel("due", "Mål til vurdering (3)", rows(
            "i dag  Einer M.  Deltage i sociale …", "26-11  Lonni B.  Købe ind", "27-11  Max B.    Lave mad"
        ))  # fmt: skip
        d = Panel(
            "tasks", "Opfølgning (2)", rows("Max B.    udeblevet 2 gange i træk", "Torre M.  bevilling udløbet 20-11")
        )
        e = Panel(
            "peer",
            "Peer-støtte i uge 48 (2)",
            rows("23-11  Følgeskab       2 deltog", "24-11  Drop-in/café    6 deltog"),
        )
        f = Panel("drafts", "Kladder (1) – ikke registreret endnu", rows("Peer-aktivitet 23-11, begyndt 09:51"))
        g = Panel("settle", "Til afklaring (1)", rows("Mødetid 17-11: to tider skrevet"))
        h = Panel(
            "handover",
            "Overdragelse",
            rows("128 ændringer venter, de ældste fra 16-11 · sidste kvittering 20-11 15:12"),
        )
        yield PanelGroup([[[a]], [[b], [c]], [[d], [e]], [[f], [g]], [[h]]], left=40, identity="body")

    def on_mount(self) -> None:
        super().on_mount()
        self.say("Fremmøde: 10 af 12 registreret · gemt 10:42:07 · z fortryder")

    def command_today_open(self) -> None:
        row = self.query_one(PanelGroup).row
        self.say(f"åbner {row.key if row else '-'} i {self.query_one(PanelGroup).panel.id}")

    def command_session_new(self) -> None:
        self.say("ny mødegang")

    def command_peer_new(self) -> None:
        self.say("ny peer")

    def command_goal_rate(self) -> None:
        self.say("vurdér")

    def command_app_undo(self) -> None:
        self.say("Fortrudt · Z gør igen")


def make(
    screen: Callable[..., Screen[Any]] = Today,
    *,
    link: Link | None = None,
    settings: Settings | None = None,
    start: str = "today",
    factories: dict[str, Callable[..., Screen[Any]]] | None = None,
) -> VejlederApp:
    made: dict[str, Callable[..., Screen[Any]]] = {"today": Today, start: screen, **(factories or {})}
    return VejlederApp(settings or Settings(), FixedClock(MOMENT), start=start, store=link or Link(), factories=made)
