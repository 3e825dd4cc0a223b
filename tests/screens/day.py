"""The day of the pictures: two sessions, two that are missing, three goals, and what else stands on I dag."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.attendance import mark, marks_many
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.courses import new_course
from vejleder_tui.services.drafts import save_draft
from vejleder_tui.services.enrolments import enrol
from vejleder_tui.services.goals import new_goal
from vejleder_tui.services.grants import new_grant
from vejleder_tui.services.peer import PeerPerson, new_peer_activity
from vejleder_tui.services.venues import new_venue
from vejleder_tui.store.connection import connect

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

TODAY = date(2026, 11, 24)
NAMES = (
    "Einer Mo", "Lonni Bo", "Max Bi", "Sverre Mi", "Torre Ma", "Asta Li", "Bodil Ki", "Carlo Ni", "Dagny Po",
    "Ebbe Ri", "Frida Si", "Gunner Ti",
)  # fmt: skip
TAKE_PART = "dcc6bb77-45af-4625-9c4d-7d7878307220"
SHOP = "01770afa-cd17-41fe-a966-b8895e4d55d8"
COOK = "b947f321-7cdb-4b33-9653-f3ff800572b0"


class Day(NamedTuple):
    """What a test needs to name: the roster of the group that meets now, and the citizens on it in order."""

    ref: SessionRef
    citizens: list[str]


def ref_of(course: str, day: date) -> SessionRef:
    return SessionRef(session_id(course, day, 1), course, day, 1)


def one_session(desk: Desk, title: str, day: date, start: int, *, venue: str | None = None, minutes: int = 60) -> str:
    plan = Plan((day.weekday(),), 1, start, start + minutes, day, sessions=1)
    return new_course(desk, title, plan, venue=venue).row


def place(desk: Desk, course: str, citizen: str, day: date) -> None:
    enrol(desk, course, citizen, "SEL-82a", from_date=day, assessment="kan deltage i gruppe")


def goal(desk: Desk, citizen: str, condition: str, due: date) -> str:
    return new_goal(
        desk, citizen, text="Jeg vil gerne selv.", condition=condition, goal_type="develop", baseline=3, target=1,
        next_rating=due,
    ).row  # fmt: skip


def the_day(desk: Desk) -> Day:
    """Write all of it through the services, and one field on which another laptop disagrees."""
    centre = new_venue(desk, "Vejledningscentret", kind="centre").row
    library = new_venue(desk, "Biblioteket", kind="library").row
    people = [new_citizen(desk, name=name).citizen for name in NAMES]
    tuesdays = Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20)
    abc = new_course(
        desk, "ABC-gruppe, efterår", tuesdays, venue=centre, skipped={date(2026, 10, 13): "efterårsferie"}
    ).row
    for one in people:
        place(desk, abc, one, date(2026, 11, 17))
    before = ref_of(abc, date(2026, 11, 17))
    marks_many(desk, before, [one for one in people if one != people[2]], "present")
    mark(desk, before, people[2], "absent_unnotified")
    social = one_session(desk, "Social færdighedstræning", TODAY, 780, venue=library, minutes=90)
    for one in people[:9]:
        place(desk, social, one, TODAY)
    for title, day, count in (
        ("Kreativt værksted", date(2026, 11, 16), 3),
        ("Mindfulness hold 2", date(2026, 11, 19), 2),
    ):
        course = one_session(desk, title, day, 600)
        for one in people[:count]:
            place(desk, course, one, day)
    for index, condition, due in ((0, TAKE_PART, TODAY), (1, SHOP, date(2026, 11, 26)), (2, COOK, date(2026, 11, 27))):
        goal(desk, people[index], condition, due)
    new_grant(desk, people[4], legal_basis="SEL-85", from_date=date(2026, 1, 1), to_date=date(2026, 11, 20))
    open_house = one_session(desk, "Åbent hus", date(2026, 12, 30), 600)
    with desk.transaction() as work:
        from vejleder_tui.model import Enrolment

        work.create(
            Enrolment, work.new_id(), {"course": open_house, "citizen": people[4], "from_date": "2026-11-01"},
            legal_basis="SEL-85", status="enrolled", enrolled_from="2026-11-01",
        )  # fmt: skip
    common = {"minutes": 90, "purposes": ["community"], "place": "Ishøj Bibliotek", "shared": "yes"}
    new_peer_activity(
        desk, date="2026-11-23", form="accompaniment", givers=[PeerPerson(citizen=people[3], peer_role="peer_volunteer")],
        receivers=[PeerPerson(citizen=people[1])], **common,  # type: ignore[arg-type] # what all of them share
    )  # fmt: skip
    giver = [PeerPerson(worker=desk.actor.worker)]
    new_peer_activity(desk, date="2026-11-24", form="drop_in", givers=giver, count=5, **common)  # type: ignore[arg-type] # as above
    save_draft(desk, "peer_form", "Peer-aktivitet 23-11", {"minutes": "60"})
    now = ref_of(abc, TODAY)
    marks_many(desk, now, [one for one in people[:10] if one != people[2]], "present")
    mark(desk, now, people[2], "absent_unnotified")
    contest(desk, "session", before.id, "start_at", "2026-11-17T09:00:00Z", "2026-11-17T09:30:00Z")
    return Day(now, people)


def contest(desk: Desk, table: str, row: str, field: str, *values: str) -> None:
    """Write what a merge would: several leaves of one field (merging comes later; only its trace is needed here)."""
    connection = connect(desk.store.paths.database, desk.store._data_key)
    for index, value in enumerate(values):
        connection.execute(
            "INSERT INTO contested (table_name, row, field, hash, value) VALUES (?, ?, ?, ?, ?)",
            (table, row, field, f"{index:064d}", value),
        )
    connection.close()
