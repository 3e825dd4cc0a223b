"""The courses of the sandbox: their plans, who is enrolled, and who waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from vejleder_tui.demo.people import ASSESSMENTS, basis_of, welcome
from vejleder_tui.demo.scene import season
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.courses import end_course, new_course
from vejleder_tui.services.enrolments import complete, end_enrolment, enrol, put_on_waiting_list

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.services.desk import Desk

__all__ = ["COURSES", "CourseData", "days_of", "enrolment_of", "first_day", "open_course", "schedule_courses"]


@dataclass(frozen=True)
class CourseData:
    """One course. `first` and the days in `skipped`, `joins`, `leaves` and `waits` are offsets from the sandbox's day.

    `sessions` None is an open-ended one. `unregistered` are indexes of past sessions that nobody registered.
    """

    key: str
    title: str
    programme: str
    venue: str
    kind: str
    first: int
    sessions: int | None
    start: int
    end: int
    leaders: tuple[str, ...]
    members: str
    capacity: int | None = None
    phase: str = ""
    skipped: tuple[int, ...] = ()
    joins: Mapping[str, int] = field(default_factory=dict)
    leaves: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    waits: Mapping[str, int] = field(default_factory=dict)
    unregistered: tuple[int, ...] = ()


COURSES = (
    CourseData(
        "abc", "ABC-gruppe, {season}", "abc", "centre", "closed", -49, 20, 600, 720, ("MJ", "TS"),
        "einer lonni max sverre torre asta bodil carlo dagny ebbe frida", capacity=12, skipped=(-42, 35),
        joins={"gunner": -7}, waits={"hjalte": -22, "inge": -19, "jonna": -5},
    ),
    CourseData(
        "sft", "Social færdighedstræning", "sft", "library", "closed", -63, 16, 780, 870, ("LN", "MJ"),
        "milad pia kaja emil ellen josef leyla mikkel nora", capacity=10, skipped=(-42,),
    ),
    CourseData(
        "kreativ", "Kreativt værksted", "workshop", "centre", "open", -50, None, 780, 900, ("TS",),
        "einer bruno nancy tove ravnen lyset bassen penslen", unregistered=(6,),
    ),
    CourseData(
        "mind1", "Mindfulness hold 1", "mindfulness", "culture", "closed", -124, 8, 960, 1050, ("HB",),
        "else ulf vibe yrsa zenia brita oline palle", capacity=10,
        leaves={"palle": (-96, "opt_out")},
    ),
    CourseData(
        "mind2", "Mindfulness hold 2", "mindfulness", "culture", "closed", -40, 8, 960, 1050, ("HB",),
        "maj brita ragna soren aese gry finn oline", capacity=10, unregistered=(5,),
    ),
    CourseData(
        "cti1", "CTI-gruppe, fase 1: Overgang", "cti", "housing", "closed", -209, 13, 840, 930, ("TS", "HB"),
        "rasmus magnus odin sille anders", capacity=6, phase="1",
    ),
    CourseData(
        "cti2", "CTI-gruppe, fase 2: Afprøvning", "cti", "housing", "closed", -118, 13, 840, 930, ("TS", "HB"),
        "rasmus magnus odin sille anders", capacity=6, phase="2",
    ),
    CourseData(
        "cti3", "CTI-gruppe, fase 3: Overlevering", "cti", "housing", "closed", -27, 13, 840, 930, ("TS", "HB"),
        "rasmus magnus odin sille anders", capacity=6, phase="3",
    ),
    CourseData(
        "abc1", "ABC-gruppe, {earlier}", "abc", "drop_in", "closed", -194, 12, 600, 720, ("MJ", "LN"),
        "birthe dennis esma finn gry soren tove ulf ragna vibe", capacity=12,
        leaves={"dennis": (-152, "event"), "esma": (-138, "no_need_prof")},
    ),
    CourseData(
        "vaerk", "Åbent værksted, Vallensbæk", "workshop", "culture", "open", -102, None, 600, 720, ("LN",),
        "else aage birthe uglen myren kaptajn solveig palle", joins={"dennis": -46},
    ),
    CourseData(
        "mad", "Madfællesskab", "everyday", "school", "rolling", -76, None, 990, 1110, ("LN", "HB"),
        "svend leyla aage esma kaffen zenia yrsa", capacity=10, joins={"nora": -34, "mikkel": -20},
        leaves={"zenia": (-27, "no_need_citizen")},
    ),
    CourseData(
        "gaa", "Gå-gruppe ved Køge Bugt", "everyday", "drop_in", "open", -85, None, 600, 690, ("HB",),
        "bruno svend aese finn ravnen uglen solveig kaptajn",
    ),
    CourseData(
        "sft2", "Social færdighedstræning, Vallensbæk", "sft", "culture", "closed", 15, 16, 600, 690, ("LN",),
        "", capacity=8, waits={"dennis": -6, "vibe": -5, "ragna": -1},
    ),
)  # fmt: skip


def first_day(scene: Scene, data: CourseData) -> date:
    """Return a course's first day: never on the sandbox's own weekday unless it is meant so, nor on a weekend.

    The courses are laid out for a Tuesday; on another day they move back to the next weekday that is free.
    """
    day = scene.on(data.first)
    while data.first % 7 and (day.weekday() >= 5 or day.weekday() == scene.day.weekday()):
        day -= timedelta(days=1)
    return day


def days_of(scene: Scene, data: CourseData) -> list[date]:
    """Return the days before the sandbox's own on which a course met."""
    day, left, found = first_day(scene, data), data.sessions, []
    skipped = {scene.on(offset) for offset in data.skipped}
    while day < scene.day and left != 0:
        if day not in skipped:
            found.append(day)
            left = None if left is None else left - 1
        day += timedelta(days=7)
    return found


def schedule_courses(scene: Scene) -> None:
    """Put the founding of every course, and the comings and goings of its members, into the timeline."""
    for data in COURSES:
        begin = first_day(scene, data)
        lead = data.leaders[0]
        scene.timeline.at(min(begin, scene.on(-6)), 470, lead, open_course, scene, data)
        for person, offset in data.joins.items():
            scene.at(offset - 1, 885, lead, _join, scene, data, person, scene.on(offset))
        for person, offset in data.waits.items():
            scene.at(offset, 560, lead, _wait, scene, data, person)
        for person, (offset, reason) in data.leaves.items():
            scene.at(offset, 910, lead, _leave, scene, data, person, reason)
        days = days_of(scene, data)
        if data.sessions is not None and len(days) == data.sessions:
            scene.timeline.at(days[-1] + timedelta(days=1), 500, lead, _close, scene, data, days[-1])


def open_course(desk: Desk, scene: Scene, data: CourseData) -> None:
    """Register a course and give its first members their places."""
    begin = first_day(scene, data)
    plan = Plan((begin.weekday(),), 1, data.start, data.end, begin, sessions=data.sessions)
    earlier = season(scene.on(-180))
    title = data.title.format(
        season=season(scene.day), earlier=earlier if earlier != season(scene.day) else f"{scene.day.year - 1}"
    )
    scene.courses[data.key] = new_course(
        desk, title, plan, kind=data.kind, venue=scene.venues[data.venue], programme=scene.programmes[data.programme],
        capacity=data.capacity, phase=data.phase,
        skipped={scene.on(offset): _holiday(scene.on(offset)) for offset in data.skipped},
        facilitators=[scene.actors[one].worker for one in data.leaders],
    ).row  # fmt: skip
    for person in data.members.split():
        _join(desk, scene, data, person, begin)


def _holiday(day: date) -> str:
    return {10: "efterårsferie", 12: "juleferie", 1: "juleferie", 2: "vinterferie", 7: "sommerferie"}.get(
        day.month, "lukkedag"
    )


def _known(desk: Desk, scene: Scene, person: str) -> str:
    if person not in scene.citizens:
        welcome(desk, scene, person)
    return scene.citizens[person]


def _join(desk: Desk, scene: Scene, data: CourseData, person: str, day: date) -> None:
    citizen, basis = _known(desk, scene, person), basis_of(person)
    assessment = scene.chance.choice(ASSESSMENTS) if basis == "SEL-82a" else ""
    enrol(
        desk, scene.courses[data.key], citizen, basis, from_date=day, grant=scene.grants.get(person),
        assessment=assessment,
    )  # fmt: skip


def _wait(desk: Desk, scene: Scene, data: CourseData, person: str) -> None:
    citizen, basis = _known(desk, scene, person), basis_of(person)
    put_on_waiting_list(desk, scene.courses[data.key], citizen, basis, grant=scene.grants.get(person))


def _leave(desk: Desk, scene: Scene, data: CourseData, person: str, reason: str) -> None:
    end_enrolment(desk, enrolment_of(desk, scene, data.key, person), reason)


def enrolment_of(desk: Desk, scene: Scene, course: str, person: str) -> str:
    """Return the id of somebody's enrolment on a course; both by their keys."""
    found = desk.store.connection.execute(
        "SELECT id FROM enrolment WHERE course = ? AND citizen = ? AND void = 0",
        (scene.courses[course], scene.citizens[person]),
    ).fetchone()
    return str(found[0])


def _close(desk: Desk, scene: Scene, data: CourseData, last: date) -> None:
    for person in data.members.split():
        if person not in data.leaves:
            complete(desk, enrolment_of(desk, scene, data.key, person), last)
    end_course(desk, scene.courses[data.key], "planned", last)
