"""Where the sandbox plays: two municipalities' centres and venues, who works there, and the methods they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.model import Centre, Worker
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.shared import organisation_of
from vejleder_tui.services.venues import new_programme, new_venue
from vejleder_tui.services.workers import new_worker

if TYPE_CHECKING:
    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.services.desk import Desk

__all__ = ["COORDINATOR", "LEADERS", "found", "hire"]

COORDINATOR = "MJ"
"""Who was there first, and is at the laptop when the sandbox opens."""
LEADERS = ("MJ", "TS", "LN", "HB")
WORKERS = (
    ("TS", "Thomas Skovgaard", "worker"),
    ("LN", "Lise Nørregaard", "worker"),
    ("HB", "Hamid Bakhtari", "worker"),
    ("BK", "Birgit Kofoed", "exporter"),
    ("PP", "Pernille Præst", "peer"),
)
CENTRES = (("vallensbaek", "Støttecentret Vallensbæk"), ("vaeksthuset", "Væksthuset Ishøj"))
VENUES = (
    ("centre", "Vejledningscentret", "centre", "Ishøj Store Torv 20", "0183", 24, "own"),
    ("library", "Biblioteket", "library", "Ishøj Store Torv 1", "0183", 16, "own"),
    ("drop_in", "Værestedet Havnen", "drop_in", "Søndergården 4", "0183", 30, "vaeksthuset"),
    ("housing", "Vejleåparken, beboerhuset", "housing", "Vejledalen 3", "0183", 20, "vaeksthuset"),
    ("culture", "Kulturhuset Korsagergård", "other", "Korsagervej 18", "0187", 20, "vallensbaek"),
    ("school", "Pilehaveskolen, skolekøkkenet", "school", "Gammel Køge Landevej 12", "0187", 14, "vallensbaek"),
)
PROGRAMMES = (
    ("abc", "ABC for mental sundhed", "abc", "Gør noget aktivt\nGør noget sammen\nGør noget meningsfuldt",
     "mindfulness", "SEL-82a SEL-85", 20, 120),
    ("sft", "Social færdighedstræning", "sft", "Rollespil\nPositiv feedback\nHjemmeopgave\nModelindlæring",
     "cognitive-behavioural", "SEL-82a SEL-85", 16, 90),
    ("mindfulness", "Mindfulness for begyndere", "mindfulness", "Kropsscanning\nSiddende øvelse\nHjemmeøvelse",
     "mindfulness", "SEL-82a SEL-85", 8, 90),
    ("workshop", "Åbent værksted", "open_workshop", "Fælles opstart\nEget projekt\nKaffe og samtale", "",
     "SEL-82a SEL-85", None, None),
    ("cti", "Critical Time Intervention (CTI)", "cti", "Netværksmøde\nPlan for fasen\nOverlevering", "",
     "SEL-85a", 39, 90),
    ("everyday", "Fællesskab i hverdagen", "community", "Fælles opgave\nNye roller\nBro til forening", "",
     "SEL-82a SEL-85", None, None),
)  # fmt: skip


def found(desk: Desk, scene: Scene) -> None:
    """Register centres, venues and programmes."""
    with desk.transaction() as work:
        key = {"organisation": organisation_of(work)}
        scene.centres["own"] = str(work.rows("SELECT id FROM centre")[0][0])
        for name, called in CENTRES:
            scene.centres[name] = work.create(Centre, work.new_id(), key, name=called)
        for name, called, kind, address, municipality, capacity, centre in VENUES:
            scene.venues[name] = new_venue(
                desk, called, kind=kind, address=address, municipality=municipality, capacity=capacity,
                centre=scene.centres[centre],
            ).row  # fmt: skip
        for name, called, method, core, common, bases, sessions, minutes in PROGRAMMES:
            scene.programmes[name] = new_programme(
                desk, called, method=method, core_elements=core, common_elements=common.split(),
                legal_bases=bases.split(), expected_sessions=sessions,
                expected_minutes=sessions * minutes if sessions and minutes else None,
            ).row  # fmt: skip


def hire(desk: Desk, scene: Scene) -> None:
    """Register the workers, and remember each as an actor."""
    scene.actors[COORDINATOR] = desk.actor
    with desk.transaction() as work:
        for initials, name, role in WORKERS:
            row = new_worker(desk, name, initials, role=role).row
            scene.actors[initials] = Actor(worker=work.get(Worker, row).id, initials=initials, role=role)
