"""People and their courses as the pictures have them: Einer, with an ABC group, an open workshop and three goals."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.clock import as_utc, stamp
from vejleder_tui.ids import natural_id
from vejleder_tui.model import Attendance, Course, CourseException, Enrolment, GroupSession
from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.rules.recurrence import Plan, format_plan
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.consents import give_consent
from vejleder_tui.services.goals import new_goal, rate_goal
from vejleder_tui.services.grants import new_grant
from vejleder_tui.services.peer import PeerPerson, new_peer_activity
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

TAKE_PART = "dcc6bb77-45af-4625-9c4d-7d7878307220"
SHOP = "01770afa-cd17-41fe-a966-b8895e4d55d8"
TRANSPORT = "eff3385d-01fa-4c9c-9850-52e179243f21"
TUESDAYS = {"10-06": "present", "10-20": "present", "10-27": "absent_notified", "11-03": "present", "11-10": "present",
            "11-17": "present"}  # fmt: skip


def course(desk: Desk, title: str, plan: Plan, kind: str = "closed", skipped: tuple[str, ...] = ()) -> str:
    with desk.transaction() as work:
        row = work.create(Course, work.new_id(), {}, title=title, kind=kind, plan=format_plan(plan), status="running")
        for day in skipped:
            work.create(CourseException, natural_id("course_exception", row, day), {"course": row, "date": day})
        return row


def enrol(desk: Desk, course_id: str, citizen: str, day: str, basis: str = "SEL-85") -> str:
    with desk.transaction() as work:
        key = {"course": course_id, "citizen": citizen, "from_date": day}
        return work.create(
            Enrolment, natural_id("enrolment", course_id, citizen, day), key,
            status="enrolled", enrolled_from=day, legal_basis=basis,
        )  # fmt: skip


def attend(desk: Desk, course_id: str, citizen: str, day: str, code: str, **values: object) -> None:
    when = date.fromisoformat(day)
    ref = SessionRef(session_id(course_id, when, 1), course_id, when, 1)
    with desk.transaction() as work:
        session = ensure_session(work, ref)
        work.change(GroupSession, session, status="held")
        key = {"session": session, "citizen": citizen}
        work.create(Attendance, natural_id("attendance", session, citizen), key, code=code, **values)  # type: ignore[arg-type]


def einer(desk: Desk) -> str:
    """Return Einer, with everything of the picture *Borger detail*."""
    citizen = new_citizen(
        desk, name="Einer Test Lauridsen", number="020160-9995", note="vil helst ringes op", address="Prøvevej 9",
        contact="Else, 12 34 56 78",
    ).citizen  # fmt: skip
    new_grant(desk, citizen, legal_basis="SEL-85", from_date=date(2026, 7, 1), to_date=date(2027, 6, 30))
    give_consent(desk, citizen, "sharing", date(2026, 10, 6))
    abc = course(
        desk, "ABC-gruppe, efterår", Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20), skipped=("2026-10-13",)
    )
    open_offer = course(desk, "Kreativt værksted", Plan((0,), 1, 780, 900, date(2026, 10, 5)), kind="open")
    enrol(desk, abc, citizen, "2026-10-06")
    enrol(desk, open_offer, citizen, "2026-10-01", "SEL-82a")
    for day, code in TUESDAYS.items():
        reason = "illness" if code == "absent_notified" else None
        attend(desk, abc, citizen, f"2026-{day}", code, reason=reason)
    for day in ("2026-10-12", "2026-10-26", "2026-11-09"):
        attend(desk, open_offer, citizen, day, "present")
    goals = (
        (TAKE_PART, "develop", 3, 1, ((10, 6, 3), (10, 20, 3), (11, 3, 2), (11, 17, 2)), date(2026, 12, 15)),
        (SHOP, "maintain", 2, 2, ((11, 3, 2),), None),
        (TRANSPORT, "limit_loss", 2, 3, ((11, 3, 3),), None),
    )
    for condition, goal_type, start, target, ratings, until in goals:
        goal = new_goal(
            desk, citizen, condition=condition, goal_type=goal_type, baseline=start, target=target,
            baseline_date=date(2026, 10, 6), text="Jeg vil gerne kende nogen, jeg kan se fodbold med.",
            follow_up_date=until, next_rating=date(2026, 11, 24) if until else None,
        ).row  # fmt: skip
        for month, number, level in ratings:
            rate_goal(desk, goal, level, date=date(2026, month, number))
    new_peer_activity(
        desk, date=date(2026, 11, 17), minutes=90, form="accompaniment", purposes=["wellbeing"],
        givers=[PeerPerson(worker=desk.actor.worker)], receivers=[PeerPerson(citizen=citizen)], summary="gik godt",
        shared="yes",
    )  # fmt: skip
    return citizen


MOMENT = stamp(as_utc(date(2026, 11, 24), 642))
