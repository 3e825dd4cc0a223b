"""More of the past for the larger sandboxes: cohorts of invented people, through the same services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from vejleder_tui.demo.outcomes import condition
from vejleder_tui.demo.people import ASSESSMENTS, target_group
from vejleder_tui.demo.places import LEADERS
from vejleder_tui.demo.scene import read_rows
from vejleder_tui.i18n import N_
from vejleder_tui.queries.roster import expected_citizens
from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.after_session import AfterSession, save_after_session
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.courses import end_course, new_course
from vejleder_tui.services.enrolments import complete, enrol
from vejleder_tui.services.goals import end_goal, new_goal, rate_goal
from vejleder_tui.services.grants import new_grant

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.services.desk import Desk

__all__ = ["schedule_filler"]

SESSIONS = 12
MEMBERS = 10
NEWCOMERS = 3
"""How many of a cohort nobody knew before; the others come from earlier cohorts."""
KINDS = (("Mindfulness", "mindfulness", "culture"), ("ABC-gruppe", "abc", "centre"),
         ("Social færdighedstræning", "sft", "library"), ("Fællesskab i hverdagen", "everyday", "housing"))  # fmt: skip
GROUPS = ("Angst", "Depression", "Social isolation", "Stressbelastning", "Autismespektrum")
GOALS = (
    ("develop", 3, 2, (3, 2, 2)), ("develop", 3, 1, (3, 3)), ("maintain", 2, 2, (2, 2)), ("maintain", 1, 1, (2,)),
    ("limit_loss", 2, 3, (3, 3)), ("limit_loss", 3, 3, (3, 4)),
)  # fmt: skip
CONDITIONS = ("Samtale", "Købe ind", "Lave mad", "Dyrke interesse", "Varetage egen sundhed")
CERTAIN = ("absent_notified", "absent_notified", "partial", "online")
LETTERS = "ABCDEFGHKLMNPRSTUVX"


@dataclass
class _Cohort:
    number: int
    begin: date
    minute: int
    who: str
    course: str = ""

    @property
    def days(self) -> list[date]:
        return [self.begin + timedelta(weeks=week) for week in range(SESSIONS)]


def schedule_filler(scene: Scene, rows: int, weeks: int) -> None:
    """Put cohorts with about `rows` attendance rows over the past `weeks` into the timeline."""
    names = read_rows("names")
    known: list[str] = []
    count = -(-rows // (SESSIONS * MEMBERS))
    earliest, latest = -7 * weeks, -7 * (SESSIONS + 1)
    for number in range(count):
        begin = scene.on(earliest + (latest - earliest) * number // count - scene.chance.randrange(5))
        while begin.weekday() >= 5:
            begin -= timedelta(days=1)
        cohort = _Cohort(number, begin, 540 + 15 * scene.chance.randrange(25), LEADERS[number % len(LEADERS)])
        scene.timeline.at(begin, 465, cohort.who, _open, scene, cohort, names, known)
        for day in cohort.days:
            scene.timeline.at(day, cohort.minute + 100, cohort.who, _register, scene, cohort, day)
        scene.timeline.at(cohort.days[-1] + timedelta(days=1), 495, cohort.who, _close, cohort)


def _open(desk: Desk, scene: Scene, cohort: _Cohort, names: list[dict[str, str]], known: list[str]) -> None:
    title, programme, venue = KINDS[cohort.number % len(KINDS)]
    plan = Plan((cohort.begin.weekday(),), 1, cohort.minute, cohort.minute + 90, cohort.begin, sessions=SESSIONS)
    cohort.course = new_course(
        desk, f"{title}, hold {cohort.begin.year}-{cohort.number + 1}", plan, venue=scene.venues[venue],
        programme=scene.programmes[programme], capacity=MEMBERS, facilitators=[scene.actors[cohort.who].worker],
    ).row  # fmt: skip
    fresh = [_newcomer(desk, scene, cohort, names) for _one in range(max(NEWCOMERS, MEMBERS - len(known)))]
    others = scene.chance.sample(known[-200:], MEMBERS - len(fresh)) if len(fresh) < MEMBERS else []
    known += fresh
    for citizen in [*fresh, *others]:
        granted = scene.chance.random() < 0.4
        grant = None
        if granted:
            grant = new_grant(
                desk, citizen, legal_basis="SEL-85", from_date=cohort.begin - timedelta(days=14),
                to_date=cohort.begin + timedelta(days=180), minutes_a_week=90, source="system",
            ).row  # fmt: skip
        enrol(
            desk, cohort.course, citizen, "SEL-85" if granted else "SEL-82a", from_date=cohort.begin, grant=grant,
            assessment="" if granted else scene.chance.choice(ASSESSMENTS),
        )  # fmt: skip
    for citizen in fresh:
        _goal(desk, scene, cohort, citizen)


def _newcomer(desk: Desk, scene: Scene, cohort: _Cohort, names: list[dict[str, str]]) -> str:
    chance = scene.chance
    born = f"{chance.randrange(1, 29):02}{chance.randrange(1, 13):02}{chance.randrange(45, 97):02}"
    return new_citizen(
        desk, name=f"{chance.choice(names)['first']} {chance.choice(names)['last']}",
        number=f"{born}1{chance.choice(LETTERS)}{chance.choice(LETTERS)}{chance.randrange(10)}",
        municipality=("0183", "0187")[cohort.number % 2], target_groups=target_group(chance.choice(GROUPS)),
    ).citizen  # fmt: skip


def _goal(desk: Desk, scene: Scene, cohort: _Cohort, citizen: str) -> None:
    """Agree a goal, rate it during the course, and end it with the course."""
    kind, baseline, target, levels = scene.chance.choice(GOALS)
    goal = new_goal(
        desk, citizen, text="Jeg vil have mere ud af ugen.", condition=condition(scene.chance.choice(CONDITIONS)),
        goal_type=kind, baseline=baseline, target=target, baseline_date=cohort.begin,
    ).row  # fmt: skip
    for place, level in enumerate(levels, 1):
        scene.timeline.at(cohort.days[4 * place - 1], cohort.minute + 110, cohort.who, rate_goal, goal, level)
    scene.timeline.at(cohort.days[-1], cohort.minute + 120, cohort.who, end_goal, goal, "completed")


def _register(desk: Desk, scene: Scene, cohort: _Cohort, day: date) -> None:
    ref = SessionRef(session_id(cohort.course, day, 1), cohort.course, day, 1)
    with desk.transaction(N_("fremmøde: resten ({count})"), count=str(MEMBERS)):
        people = expected_citizens(desk.store.connection, cohort.course, day)
        for citizen in scene.chance.sample(people, scene.chance.randrange(3)):
            code = scene.chance.choice(CERTAIN)
            mark(desk, ref, citizen, code, reason="illness" if code == "absent_notified" else None)
        mark_rest(desk, ref)
        form = AfterSession(staff={"delivery": 90, "preparation": 20}, incidents="none")
        save_after_session(desk, ref, form, sign=True)


def _close(desk: Desk, cohort: _Cohort) -> None:
    for (enrolment,) in desk.store.connection.execute(
        "SELECT id FROM enrolment WHERE course = ? AND void = 0 ORDER BY id", (cohort.course,)
    ).fetchall():
        complete(desk, enrolment, cohort.days[-1])
    end_course(desk, cohort.course, "planned", cohort.days[-1])
