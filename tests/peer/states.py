"""What stands in the store when the pictures of peer support are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.peer.people import HOSTILE, citizen, goal, usual
from vejleder_tui.queries.peer import PeerPerson, peer_activities
from vejleder_tui.screens.peer_form import PeerForm
from vejleder_tui.services.peer import new_peer_activity

if TYPE_CHECKING:
    from vejleder_tui.app import VejlederApp
    from vejleder_tui.queries.peer import PeerView
    from vejleder_tui.services.desk import Desk


def last_week(desk: Desk) -> None:
    """Follow what the picture shows: Sverre went along with Lonni on 17-11."""
    sverre, lonni = citizen(desk, "Sverre Madsen"), citizen(desk, "Lonni Berg")
    new_peer_activity(desk, **usual(date="2026-11-10", form="drop_in", minutes=120, count=6, purposes=["wellbeing"]))
    new_peer_activity(
        desk,
        **usual(
            date="2026-11-17", givers=[PeerPerson(citizen=sverre.citizen, peer_role="peer_volunteer")],
            receivers=[lonni], place="Ishøj Bibliotek", goal=goal(desk, lonni, "Købe ind"),
            purposes=["community", "wellbeing"],
        ),
    )  # fmt: skip


def many(desk: Desk) -> None:
    people = [citizen(desk, f"{name} Andersen-Østergaard") for name in ("Asta", "Bodil", "Carlo", "Dagny", "Ebbe")]
    for number in range(40):
        new_peer_activity(
            desk,
            **usual(
                date=f"2026-{10 + number % 2}-{1 + number % 23:02d}", form="own_story", minutes=1440,
                givers=people[:3], receivers=people[3:], place="Vejledningscentret i Vallensbæk " * 3,
                purposes=["community", "wellbeing", "coping", "navigation"], summary="Det var godt. " * 30,
            ),
        )  # fmt: skip


def hostile(desk: Desk) -> None:
    people = [citizen(desk, name) for name in HOSTILE]
    for person, name in zip(people, HOSTILE, strict=True):
        new_peer_activity(
            desk,
            **usual(givers=[person], receivers=[one for one in people if one != person][:2], place=name, summary=name),
        )


def views(desk: Desk) -> list[PeerView]:
    return peer_activities(desk.store.connection)


def form_of(app: VejlederApp) -> PeerForm:
    assert isinstance(app.screen, PeerForm)
    return app.screen


FILLS = {"empty": lambda _desk: None, "normal": last_week, "overfull": many, "hostile": hostile}
