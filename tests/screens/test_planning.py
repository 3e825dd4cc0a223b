"""Forløb on the screen: the list, one course, its forms; keys in, screen out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from tests.screens.golden import check_golden, lines, screen_text
from tests.screens.live import running, wait
from tests.services.planning import FIRST, citizen, course, grant
from vejleder_tui.queries.courses import course_detail
from vejleder_tui.queries.sessions import SessionStatus, SessionView, course_sessions, sessions_between
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.enrolments import enrol, put_on_waiting_list
from vejleder_tui.services.sessions import cancel_session, move_session
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from tests.conftest import FixedClock
    from vejleder_tui.services.desk import Desk

PEOPLE = (
    ("Einer Mortensen", "SEL-85"), ("Lonni Berg", "SEL-85"), ("Max Bertelsen", "SEL-82a"), ("Sverre Mikkelsen", "SEL-82a"),
    ("Torre Madsen", "SEL-85"), ("Asta Lind", "SEL-82a"), ("Bodil Krog", "SEL-82a"), ("Carlo Nielsen", "SEL-85"),
    ("Dagny Poulsen", "SEL-82a"), ("Ebbe Ravn", "SEL-85"), ("Frida Sand", "SEL-82a"),
)  # fmt: skip


def on(desk: Desk, day: date) -> SessionView:
    return sessions_between(desk.store.connection, day, day, desk.clock.now())[0]


def place(desk: Desk, where: str, name: str, basis: str, day: date = FIRST, until: str | None = None) -> str:
    who = citizen(desk, name, birth_date="1960-01-02")
    if basis == "SEL-85":
        enrol(desk, where, who, basis, from_date=day, grant=grant(desk, who, to_date=until))
    else:
        enrol(desk, where, who, basis, from_date=day, assessment="kan forebygge")
    return who


@pytest.fixture
def planned(desk: Desk, clock: FixedClock) -> str:
    """The course of the picture, six sessions held, the seventh going on."""
    where = course(desk)
    ids = [
        place(desk, where, name, basis, until="2026-11-20" if name.startswith("Torre") else None)
        for name, basis in PEOPLE
    ]
    place(desk, where, "Gunner Toft", "SEL-85", date(2026, 11, 17))
    for name, basis, day in (
        ("Hjalte Vang", "SEL-82a", "02-11"), ("Inge Dahl", "SEL-85", "05-11"), ("Jonna Falk", "SEL-82a", "19-11")
    ):  # fmt: skip
        who = citizen(desk, name, birth_date="1970-03-04")
        put_on_waiting_list(
            desk, where, who, basis, from_date=date(2026, 11, int(day[:2])), assessment="kan forebygge",
            grant=grant(desk, who) if basis == "SEL-85" else None,
        )  # fmt: skip
    for count, view in enumerate(course_sessions(desk.store.connection, where, desk.clock.now())[:7]):
        mark(desk, view.ref, ids[2], "absent_unnotified" if count in {5, 6} else "present")
        if count % 3 == 1:
            mark(desk, view.ref, ids[6], "absent_notified")
        if count < 7:
            mark_rest(desk, view.ref, "present")
    move_session(desk, on(desk, date(2027, 1, 12)).ref, date(2027, 1, 13), 600, 720)
    cancel_session(desk, on(desk, date(2027, 1, 26)).ref, "sygdom hos vejleder")
    return where


async def test_one_course_as_in_the_picture(desk: Desk, planned: str) -> None:
    async with running(desk, "course", course=planned) as pilot:
        check_golden(pilot.app, "course")
        print(screen_text(pilot.app))
        await pilot.press("tab", "down", "down")
        await wait(pilot)
        print(screen_text(pilot.app))
