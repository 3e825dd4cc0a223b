"""A person under two registrations counts once: places, roster, the rest, sign-off, figures, pickers, absences in a row."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.people import attend, course, enrol
from vejleder_tui.errors import RuleError
from vejleder_tui.model import Course
from vejleder_tui.queries.citizen_record import Door
from vejleder_tui.queries.courses import course_detail, course_list
from vejleder_tui.queries.goal_form import enrolments_of, parents_for, people
from vejleder_tui.queries.peer_people import find_people, match_people
from vejleder_tui.queries.planning_forms import grants_of
from vejleder_tui.queries.roster import expected_citizens, roster
from vejleder_tui.queries.sessions import SessionRef, course_sessions, session_id
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.after_session import answer_incidents, sign_off
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.enrolments import enrol as give_place
from vejleder_tui.services.enrolments import put_on_waiting_list
from vejleder_tui.services.goals import change_goal, new_goal
from vejleder_tui.services.grants import new_grant
from vejleder_tui.services.persons import answer

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

CPR = "020160-9995"
DAY = date(2026, 11, 24)
SHOP = "01770afa-cd17-41fe-a966-b8895e4d55d8"


class Twice:
    """Einer under two registrations, both with a place on one course; and Lonni."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.first = new_citizen(desk, name="Einer Lauridsen", number=CPR).citizen
        self.second = new_citizen(desk, name="Ejner Lauridsen", number=CPR).citizen
        self.other = new_citizen(desk, name="Lonni Berg").citizen
        self.course = course(desk, "ABC-gruppe", Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20))
        enrol(desk, self.course, self.second, "2026-10-06")
        enrol(desk, self.course, self.first, "2026-10-13")
        enrol(desk, self.course, self.other, "2026-10-06")
        self.ref = SessionRef(session_id(self.course, DAY, 1), self.course, DAY, 1)

    def roster(self) -> list[tuple[str, str | None, tuple[str, ...]]]:
        found = roster(self.desk.store.reader(), self.ref, self.desk.clock.now())
        assert found is not None
        return [(row.citizen, row.code, row.others) for row in found.rows]


@pytest.fixture
def twice(desk: Desk) -> Twice:
    return Twice(desk)


def test_the_roster_has_one_row_with_the_older_place(twice: Twice) -> None:
    reader = twice.desk.store.reader()
    assert expected_citizens(reader, twice.course, DAY) == [twice.second, twice.other]
    assert expected_citizens(reader, twice.course, DAY, only=twice.first) == [twice.first]
    assert twice.roster() == [(twice.second, None, ()), (twice.other, None, ())]


def test_the_row_goes_to_the_registration_that_was_marked(twice: Twice) -> None:
    mark(twice.desk, twice.ref, twice.first, "present")
    assert twice.roster()[0] == (twice.first, "present", ())
    done = mark_rest(twice.desk, twice.ref)
    assert [one.citizen for one in done.marks] == [twice.other]
    assert [row[:2] for row in twice.roster()] == [(twice.first, "present"), (twice.other, "present")]
    answer_incidents(twice.desk, twice.ref, "none")
    sign_off(twice.desk, twice.ref)


def test_two_marks_that_differ_are_both_told_and_count_once(twice: Twice) -> None:
    mark(twice.desk, twice.ref, twice.second, "absent_unnotified")
    mark(twice.desk, twice.ref, twice.first, "present")
    assert twice.roster()[0] == (twice.first, "present", ("absent_unnotified",))
    found = roster(twice.desk.store.reader(), twice.ref, twice.desk.clock.now())
    assert found is not None
    assert (found.attended, found.registered, found.missing) == (1, 1, 1)
    assert "! også udeblevet" in found.rows[0].remarks
    view = next(
        one
        for one in course_sessions(twice.desk.store.reader(), twice.course, twice.desk.clock.now())
        if one.date == DAY
    )
    assert (view.expected, view.registered) == (2, 1)


def test_places_and_the_waiting_list_count_persons(twice: Twice) -> None:
    desk, now = twice.desk, twice.desk.clock.now()
    with desk.transaction() as work:
        work.change(Course, twice.course, capacity=3)
    view = course_detail(desk.store.reader(), twice.course, now)
    assert view is not None
    assert view.taken == 2
    assert [(one.citizen, one.twice) for one in view.participants] == [
        (twice.first, True),
        (twice.second, True),
        (twice.other, False),
    ]
    (line,) = course_list(desk.store.reader(), now)
    assert line.taken == 2
    third = new_citizen(desk, name="Max Brun").citizen
    give_place(desk, twice.course, third, "SEL-82a", assessment="vil gerne ud")
    with pytest.raises(RuleError):
        give_place(desk, twice.course, new_citizen(desk, name="Sverre Mose").citizen, "SEL-82a", assessment="vil ud")


def test_nobody_gets_a_second_place_under_another_registration(twice: Twice) -> None:
    desk = twice.desk
    third = new_citizen(desk, name="E. L.").citizen
    answer(desk, third, twice.other, same=True)
    with pytest.raises(RuleError):
        give_place(desk, twice.course, third, "SEL-82a", assessment="vil gerne ud")
    with pytest.raises(RuleError):
        put_on_waiting_list(desk, twice.course, third)


def test_absences_in_a_row_are_the_person_s(twice: Twice) -> None:
    before = SessionRef(session_id(twice.course, date(2026, 11, 17), 1), twice.course, date(2026, 11, 17), 1)
    mark(twice.desk, before, twice.second, "absent_unnotified")
    # The same absence, written under both: one session, one absence.
    mark(twice.desk, before, twice.first, "absent_unnotified")
    assert twice.desk.store.connection.execute("SELECT count(*) FROM follow_up_task").fetchone() == (0,)
    done = mark(twice.desk, twice.ref, twice.first, "absent_unnotified")
    assert done.marks[0].in_a_row == 2
    assert twice.desk.store.connection.execute("SELECT count(*) FROM follow_up_task").fetchone() == (1,)


def test_the_record_counts_a_session_once(twice: Twice) -> None:
    desk = twice.desk
    attend(desk, twice.course, twice.first, "2026-10-20", "present")
    attend(desk, twice.course, twice.second, "2026-10-20", "absent_notified")
    (part,) = Door(desk.store, desk.actor.worker, desk.clock).open(twice.second).courses
    assert [mark.letter for mark in part.marks if mark.day == date(2026, 10, 20)] == ["F"]
    assert (part.came, part.figures.expected) == (1, 1)


def test_pickers_offer_a_person_once_and_everything_of_both(twice: Twice) -> None:
    desk, reader = twice.desk, twice.desk.store.reader()
    for typed in ("einer", "ejner", "lauridsen"):
        assert [row for row, _name in people(reader, typed)] == [twice.first]
        assert [one.person.citizen for one in find_people(reader, typed)] == [twice.first]
    assert [one.person.citizen for one in match_people(reader, "Einer Lauridsen")] == [twice.first]
    assert {course for _row, course in enrolments_of(reader, twice.first)} == {"ABC-gruppe"}
    assert len(enrolments_of(reader, twice.first)) == 2
    grant = new_grant(desk, twice.second, legal_basis="SEL-85", from_date=date(2026, 7, 1)).row
    assert [one.id for one in grants_of(reader, twice.first, desk.clock.now())] == [grant]
    workshop = course(desk, "Værksted", Plan((0,), 1, 780, 900, date(2026, 10, 5)))
    give_place(desk, workshop, twice.first, "SEL-85", grant=grant)
    goal = new_goal(desk, twice.second, kind="wish", text="Jeg vil ud.").row
    below = new_goal(
        desk, twice.first, condition=SHOP, goal_type="develop", baseline=3, target=1, baseline_date=DAY, text="Købe ind"
    ).row
    assert goal in [row for row, _words in parents_for(reader, twice.first)]
    change_goal(desk, below, parent=goal)
