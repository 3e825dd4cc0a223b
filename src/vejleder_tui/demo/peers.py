"""Peer support of the past weeks, of several forms, and the one of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.queries.peer import PeerPerson
from vejleder_tui.services.drafts import save_draft
from vejleder_tui.services.peer import new_peer_activity

if TYPE_CHECKING:
    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.services.desk import Desk

__all__ = ["schedule_peers"]


class _Activity(NamedTuple):
    """One activity; `giver` and `receivers` are keys of people, or initials of a worker."""

    day: int
    who: str
    form: str
    purposes: str
    minutes: int
    place: str
    giver: str
    role: str
    receivers: str = ""
    heads: int | None = None
    mutual: bool = False
    summary: str = ""
    next_step: str = ""
    shared: str = ""
    guidance: int | None = None
    load: str = ""


ACTIVITIES = (
    _Activity(-92, "TS", "group", "empowerment community", 90, "Værestedet Havnen", "PP", "peer_employed", heads=7),
    _Activity(-82, "HB", "individual", "coping", 45, "Vejledningscentret", "PP", "peer_employed", "rasmus",
              summary="Talte om den første tid i egen bolig.", shared="yes", guidance=15, load="some"),
    _Activity(-67, "LN", "bridging", "community", 120, "Vallensbæk Idrætsforening", "PP", "peer_employed", "soren vibe",
              summary="Så træningen og hilste på holdlederen.", next_step="Prøvetime på mandag.", shared="yes"),
    _Activity(-60, "LN", "course", "coping empowerment", 150, "Kulturhuset Korsagergård", "PP", "co_facilitator", heads=9),
    _Activity(-46, "MJ", "phone", "wellbeing", 20, "", "sverre", "peer_volunteer", "carlo", shared="yes"),
    _Activity(-39, "TS", "own_story", "empowerment", 60, "Biblioteket", "sverre", "peer_volunteer", heads=14, guidance=30,
              load="some"),
    _Activity(-32, "HB", "accompaniment", "navigation", 75, "Borgerservice Ishøj", "PP", "peer_employed", "magnus",
              summary="Fik ansøgningen om boligstøtte sendt.", shared="yes"),
    _Activity(-25, "MJ", "online", "wellbeing", 30, "", "asta", "citizen_to_citizen", "frida", mutual=True),
    _Activity(-22, "MJ", "drop_in", "community", 120, "Vejledningscentret", "PP", "peer_employed", heads=5),
    _Activity(-15, "MJ", "drop_in", "community", 120, "Vejledningscentret", "PP", "peer_employed", heads=6),
    _Activity(-11, "LN", "group", "empowerment", 90, "Pilehaveskolen, skolekøkkenet", "sverre", "co_facilitator",
              "svend leyla aage", shared="yes"),
    _Activity(-7, "MJ", "accompaniment", "community wellbeing", 90, "Ishøj Bibliotek", "sverre", "peer_volunteer", "lonni",
              summary="»Det var lettere at gå ind, når vi var to.«",
              next_step="Tager selv af sted på torsdag. Sverre kan ringes op.", shared="yes", guidance=15, load="light"),
)  # fmt: skip
THIS_WEEK = (
    _Activity(-1, "MJ", "accompaniment", "community wellbeing", 90, "Ishøj Bibliotek", "sverre", "peer_volunteer", "lonni",
              summary="Lånte to krimier; blev til kaffe bagefter.", shared="yes", guidance=15, load="light"),
    _Activity(0, "MJ", "drop_in", "community", 60, "Vejledningscentret", "PP", "peer_employed", heads=5),
)  # fmt: skip


def schedule_peers(scene: Scene) -> None:
    """Put the activities, this week's among them, and today's unfinished draft into the timeline."""
    for number, activity in enumerate(ACTIVITIES):
        scene.at(activity.day, 945 + number % 10, activity.who, _write, scene, activity)
    for planned in THIS_WEEK:
        # On a Monday yesterday is last week: then both were today.
        same_week = scene.on(planned.day).isocalendar().week == scene.day.isocalendar().week
        moved = planned if same_week else planned._replace(day=0)
        minute = 580 if moved.day == 0 else 930
        scene.at(moved.day, minute, moved.who, _write, scene, moved)
    scene.at(0, 591, "MJ", _draft, scene)


def _person(scene: Scene, key: str, role: str = "") -> PeerPerson:
    if key in scene.actors:
        return PeerPerson(worker=scene.actors[key].worker, peer_role=role)
    return PeerPerson(citizen=scene.citizens[key], peer_role=role)


def _write(desk: Desk, scene: Scene, told: _Activity) -> None:
    receivers = [_person(scene, one) for one in told.receivers.split()]
    givers = [_person(scene, told.giver, told.role)]
    if told.mutual:
        givers, receivers = [*givers, *receivers], [*receivers, *givers]
    new_peer_activity(
        desk, date=scene.on(told.day), minutes=told.minutes, form=told.form, purposes=told.purposes.split(),
        givers=givers, receivers=receivers, count=told.heads, place=told.place, mutual=told.mutual,
        summary=told.summary, next_step=told.next_step, shared=told.shared, guidance_minutes=told.guidance,
        load=told.load,
    )  # fmt: skip


def _draft(desk: Desk, scene: Scene) -> None:
    """Leave the form half filled in, in the raw form in which its screen keeps it (`screens.drafting`)."""
    day = scene.on(-1)
    raw = {
        "date": f"{day:%d-%m-%Y}",
        "minutes": "45",
        "form": {"picked": [["phone", "Telefonisk støtte"]]},
        "place": "",
        "_draft": {"started": "09:51"},
    }
    save_draft(desk, "peer_form", f"Peer-aktivitet {day:%d-%m}", raw)
