"""What happened at the sessions: who came, what was done, what it cost in time, and whether anything went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from vejleder_tui.demo.courses import COURSES, CourseData, days_of
from vejleder_tui.demo.places import PROGRAMMES
from vejleder_tui.i18n import N_
from vejleder_tui.queries.after_session import element_code
from vejleder_tui.queries.roster import expected_citizens
from vejleder_tui.services.after_session import AfterSession, EventTold, save_after_session, set_staff_minutes
from vejleder_tui.services.attendance import mark, mark_rest, set_note
from vejleder_tui.services.guests import add_guest
from vejleder_tui.services.sessions import cancel_session, move_session

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk

__all__ = ["Told", "register", "schedule_sessions"]

PATTERNS = {
    "einer": "FFAFFF", "lonni": "FFDFFF", "max": "FFFFUU", "sverre": "FFOFFF", "torre": "FAFFFF", "asta": "FFFFFF",
    "bodil": "FAFAFA", "carlo": "FFFOFF", "dagny": "FFAFAF", "ebbe": "FFFFUF", "frida": "FFFAFF", "gunner": "-----F",
}  # fmt: skip
"""How the open roster's twelve attended before: a letter for each of the six sessions, as the screen shows it."""
OPEN_DAYS = {"einer": "AFAFAFAA"}
"""Who comes to the open workshop only now and then."""
CODES = {
    "F": "present", "D": "partial", "O": "online", "A": "absent_notified", "U": "absent_unnotified",
}  # fmt: skip
REASONS = (
    "illness",
    "illness",
    "anxiety",
    "transport_logistics",
    "job_education",
    "other",
    "unknown",
    "transport_cost",
)
THEMES = {
    "abc": ("Hvad gør dig glad?", "Små skridt", "Noget aktivt: gåtur på stranden", "Noget sammen: fælles frokost",
            "Noget meningsfuldt: frivillig for en dag", "Min egen uge"),
    "sft": ("At begynde en samtale", "At lytte", "At bede om hjælp", "At sige nej", "At give ros", "At blive uenige"),
    "mindfulness": ("Vejrtrækning", "Kropsscanning", "Tanker er tanker", "Venlighed", "Når det er svært"),
    "workshop": ("Akvarel", "Ler", "Strik", "Collage", "Julepynt"),
    "cti": ("Netværkskort", "Boligen", "Økonomi", "Mit netværksmøde", "Hvem gør hvad?"),
    "everyday": ("Suppe og brød", "Strandtur", "Årstidens grønt", "Invitér en ven", "Fælles oprydning"),
}  # fmt: skip
NOTES = (
    "God stemning; gruppen bad om mere tid til samtale.",
    "Rolig dag. Øvelsen blev delt i to, så alle kom til orde.",
    "Gruppen vil gerne mødes ude næste gang.",
    "Lidt uro i begyndelsen, ro efter pausen.",
)
PERSON_NOTES = ("Fortalte at ugen har været lettere.", "Gik tidligt efter aftale.", "Havde sin ven med til kaffen.")


@dataclass(frozen=True)
class Told:
    """How one session went. `late_reason` when it was registered days after."""

    course: CourseData
    day: date
    index: int
    sign: bool = True
    late_reason: str = ""
    guests: str = ""
    heads: int = 0
    event: EventTold | None = None


SPECIAL: dict[tuple[str, int], dict[str, object]] = {
    ("abc", 2): {"guests": "Else, støttekontaktperson"},
    ("abc", 4): {"event": EventTold("distress_increase", 1, "Talt med bagefter; ringet op dagen efter.")},
    ("sft", 3): {"guests": "IK fra biblioteket"},
    ("kreativ", 3): {"heads": 4},
    ("gaa", 5): {"heads": 2},
    ("vaerk", 9): {"heads": 3},
    ("mad", 4): {"late_reason": "Skrevet på papir, mens computeren var til reparation."},
    ("mind1", 3): {"late_reason": "Registreret efter ferien."},
}
"""What sets single sessions apart, by course and index."""


def schedule_sessions(scene: Scene) -> None:
    """Put the registration of every past session, and what was said ahead of coming ones, into the timeline."""
    for data in COURSES:
        days = days_of(scene, data)
        for index, day in enumerate(days):
            if index in data.unregistered:
                continue
            if (data.key, index) == ("gaa", 8):
                scene.timeline.at(day - timedelta(days=1), 900, data.leaders[0], _cancel, scene, data.key, day, "storm")
                continue
            special = SPECIAL.get((data.key, index), {})
            told = Told(data, day, index, sign=index < len(days) - 1 or data.key == "abc", **special)  # type: ignore[arg-type]  # one table of what differs
            when = day + timedelta(days=8) if told.late_reason else day
            who = data.leaders[index % len(data.leaders)]
            scene.timeline.at(min(when, scene.on(-1)), data.end + 12, who, register, scene, told)
    _ahead(scene)


def _ahead(scene: Scene) -> None:
    """Afbud for a session to come, one moved and one cancelled, and a correction after sign-off."""
    scene.at(-1, 1090, "MJ", _excuse, scene, "dagny", scene.on(7), "job_education")
    scene.at(-4, 600, "MJ", _move, scene, scene.on(49), scene.on(50))
    scene.at(-4, 604, "MJ", _cancel, scene, "abc", scene.on(63), "rengøring af lokalet")
    scene.at(-19, 840, "MJ", _excuse, scene, "frida", scene.on(-21), "illness", "Sygdommen blev meldt dagen efter.")


def _excuse(desk: Desk, scene: Scene, person: str, day: date, reason: str, correction: str | None = None) -> None:  # noqa: PLR0917 - as played
    mark(
        desk, scene.ref("abc", day), scene.citizens[person], "absent_notified", reason=reason, correction=correction
    )  # fmt: skip


def _move(desk: Desk, scene: Scene, day: date, to: date) -> None:
    move_session(desk, scene.ref("abc", day), to, 600, 720, reason="kursusdag")


def _cancel(desk: Desk, scene: Scene, course: str, day: date, reason: str) -> None:
    cancel_session(desk, scene.ref(course, day), reason)


def register(desk: Desk, scene: Scene, told: Told) -> None:
    """Register one session as a worker would: the exceptions, then the rest, then what is asked after it."""
    ref = scene.ref(told.course.key, told.day)
    with desk.transaction(N_("fremmøde: resten ({count})"), count=str(len(told.course.members.split()))):
        _marks(desk, scene, told, ref)
        mark_rest(desk, ref)
        if told.guests:
            add_guest(desk, ref, told.guests)
        if told.heads:
            add_guest(desk, ref, str(told.heads))
        _after(desk, scene, told, ref)


def _marks(desk: Desk, scene: Scene, told: Told, ref: SessionRef) -> None:
    keys = {row: key for key, row in scene.citizens.items()}
    late = told.late_reason or None
    for citizen in expected_citizens(desk.store.connection, ref.course or "", told.day):
        letter = _letter(scene, told, keys.get(citizen, citizen))
        if letter == "D":
            minutes = 60 if told.course.key == "abc" else scene.chance.choice((30, 45, 60, None))
            mark(desk, ref, citizen, CODES[letter], minutes=minutes, late_reason=late)
        elif letter in "AU":
            reason = scene.chance.choice(REASONS) if letter == "A" else None
            mark(desk, ref, citizen, CODES[letter], reason=reason, late_reason=late)
        elif letter == "O" or late:
            mark(desk, ref, citizen, CODES[letter], late_reason=late)
        if letter in "FD" and scene.chance.random() < 0.03:
            set_note(desk, ref, citizen, scene.chance.choice(PERSON_NOTES))


def _letter(scene: Scene, told: Told, person: str) -> str:
    table = {"abc": PATTERNS, "kreativ": OPEN_DAYS}.get(told.course.key, {})
    if person in table:
        return table[person][told.index]
    draw = scene.chance.random()
    # Nobody stays away twice in a row but in the open roster's history: each time would ask for a follow-up today.
    # A session can be registered after the one that follows it, so both neighbours are looked at.
    neighbours = {f"{told.course.key} {person} {told.index + step}" for step in (-1, 1)}
    if draw < 0.05 and not neighbours & scene.known:
        scene.known.add(f"{told.course.key} {person} {told.index}")
        return "U"
    for limit, letter in ((0.20, "A"), (0.24, "D"), (0.27, "O")):
        if draw < limit:
            return letter
    return "F"


def _after(desk: Desk, scene: Scene, told: Told, ref: SessionRef) -> None:
    data = told.course
    core = next(row[3] for row in PROGRAMMES if row[0] == data.programme)
    used = tuple(element_code(name) for name in core.split("\n") if scene.chance.random() < 0.8)
    themes = THEMES[data.programme]
    length = data.end - data.start
    save_after_session(
        desk,
        ref,
        AfterSession(
            theme=themes[told.index % len(themes)],
            note=scene.chance.choice(NOTES) if scene.chance.random() < 0.3 else None,
            elements=used,
            staff={"delivery": length, "preparation": 30, "documentation": scene.chance.choice((10, 15, 20))},
            incidents=None if told.event else "none",
            event=told.event,
        ),
    )
    for other in data.leaders:
        if scene.actors[other].worker != desk.actor.worker:
            set_staff_minutes(desk, ref, {"delivery": length}, worker=scene.actors[other].worker)
    if told.sign:
        save_after_session(desk, ref, AfterSession(), sign=True)
