"""Planning: what is written, what is refused and in which words, and that every step can be taken back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.services.planning import (
    CHRISTMAS,
    FIRST,
    TODAY,
    TUESDAYS,
    citizen,
    course,
    enrolled,
    enrolment,
    grant,
    ref_on,
    refused,
    taken_back,
    venue,
)
from vejleder_tui.errors import NotFoundError, VejlederError
from vejleder_tui.model import Course
from vejleder_tui.queries.courses import CourseFilter, course_detail, course_list, course_values, holidays_offered
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.courses import (
    add_facilitator,
    change_course,
    clone_course,
    end_course,
    end_facilitator,
    meet_day,
    new_course,
    new_programme,
    new_venue,
    restore_course,
    skip_day,
    void_course,
)
from vejleder_tui.services.enrolments import (
    change_enrolment,
    complete,
    end_enrolment,
    enrol,
    offer_place,
    pause,
    put_on_waiting_list,
    resume,
    take_place,
    void_enrolment,
)
from vejleder_tui.services.sessions import (
    cancel_session,
)
from vejleder_tui.services.workers import change_worker, end_worker, new_worker

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


# Workers, venues, programmes


def test_workers(desk: Desk) -> None:
    row = taken_back(desk, lambda: new_worker(desk, "Karen Holm", "KH")).row
    taken_back(desk, lambda: change_worker(desk, row, "Karen Holm", "KHO", role="coordinator"))
    taken_back(desk, lambda: end_worker(desk, row, date(2026, 12, 31)))
    refused("initials", "bruges allerede", lambda: new_worker(desk, "Mads Jul", "MJ"))
    refused("name", "Navnet mangler", lambda: new_worker(desk, " ", "X"))
    refused("initials", "mangler", lambda: new_worker(desk, "X", " "))
    refused("role", "Vælg en rolle", lambda: new_worker(desk, "X", "X", role="chef"))
    refused("to", "før startdatoen", lambda: end_worker(desk, row, date(2020, 1, 1)))


def test_venues_and_programmes(desk: Desk) -> None:
    taken_back(desk, lambda: new_venue(desk, "Biblioteket", kind="library", municipality="0183", capacity=20))
    taken_back(desk, lambda: new_programme(desk, "ABC", method="ABC", legal_bases=["SEL-82a", "SEL-85"]))
    refused("name", "mangler", lambda: new_venue(desk, "  "))
    refused("kind", "sted", lambda: new_venue(desk, "X", kind="slot"))
    refused("municipality", "kendes ikke", lambda: new_venue(desk, "X", municipality="9999"))
    refused("capacity", "mindst 1", lambda: new_venue(desk, "X", capacity=0))
    refused("legal_bases", "kendes ikke", lambda: new_programme(desk, "X", legal_bases=["§ 1"]))


# Courses


def test_a_course_with_its_days_and_leaders(desk: Desk) -> None:
    where = venue(desk)
    saved = taken_back(
        desk,
        lambda: new_course(
            desk, " ABC-gruppe ", TUESDAYS, venue=where, capacity=12, skipped={CHRISTMAS: "juleferie"},
            facilitators=[desk.actor.worker],
        ),
    )  # fmt: skip
    values = course_values(desk.store.connection, saved.row)
    assert values is not None
    assert (values.title, values.plan, values.skipped) == ("ABC-gruppe", TUESDAYS, {CHRISTMAS: "juleferie"})
    detail = course_detail(desk.store.connection, saved.row, desk.clock.now())
    assert detail is not None
    assert detail.leaders == ("MJ",)
    with desk.transaction() as work:
        assert (work.get(Course, saved.row).status, work.get(Course, saved.row).duration) == ("running", "time_limited")


def test_days_that_the_plan_does_not_name_are_not_written(desk: Desk) -> None:
    row = new_course(desk, "X", TUESDAYS, skipped={date(2026, 12, 24): "jul", CHRISTMAS: "juleferie"}).row
    values = course_values(desk.store.connection, row)
    assert values is not None
    assert list(values.skipped) == [CHRISTMAS]


def test_what_a_course_is_refused_for(desk: Desk) -> None:
    refused("title", "navn mangler", lambda: new_course(desk, " ", TUESDAYS))
    refused("kind", "Vælg", lambda: new_course(desk, "X", TUESDAYS, kind="hemmelig"))
    refused("capacity", "mindst 1", lambda: new_course(desk, "X", TUESDAYS, capacity=0))
    refused("venue", "findes ikke", lambda: new_course(desk, "X", TUESDAYS, venue="ingen"))
    refused("programme", "findes ikke", lambda: new_course(desk, "X", TUESDAYS, programme="ingen"))
    with pytest.raises(NotFoundError):
        new_course(desk, "X", TUESDAYS, facilitators=["ingen"])
    assert course_list(desk.store.connection, desk.clock.now()) == []


def test_a_course_is_changed_copied_ended_taken_away_and_brought_back(desk: Desk) -> None:
    where = course(desk)
    taken_back(desk, lambda: change_course(desk, where, "ABC, vinter", TUESDAYS, kind="rolling", capacity=14))
    wednesdays = Plan((2,), 1, 780, 900, FIRST, sessions=20)
    taken_back(desk, lambda: change_course(desk, where, "ABC, vinter", wednesdays, kind="rolling", capacity=14))
    copy = taken_back(desk, lambda: clone_course(desk, where, "ABC, forår", date(2027, 3, 2))).row
    values = course_values(desk.store.connection, copy)
    assert values is not None
    assert values.plan is not None
    assert (values.plan.first, values.plan.weekdays) == (date(2027, 3, 2), (1,))
    taken_back(desk, lambda: skip_day(desk, copy, date(2027, 3, 30), "påske"))
    taken_back(desk, lambda: meet_day(desk, copy, date(2027, 3, 30)))
    lead = taken_back(desk, lambda: add_facilitator(desk, copy, desk.actor.worker, TODAY)).row
    taken_back(desk, lambda: end_facilitator(desk, lead, date(2027, 4, 1)))
    taken_back(desk, lambda: void_course(desk, copy))
    assert [one.id for one in course_list(desk.store.connection, desk.clock.now(), CourseFilter(voided=True))] == [copy]
    taken_back(desk, lambda: restore_course(desk, copy))
    taken_back(desk, lambda: end_course(desk, where, "planned", date(2026, 12, 22)))
    assert [one.id for one in course_list(desk.store.connection, desk.clock.now(), CourseFilter(ended=True))] == [where]
    refused("reason", "hvorfor", lambda: end_course(desk, where, "fordi", TODAY))
    refused("reason", "Årsagen", lambda: skip_day(desk, where, TODAY, " "))


def test_a_course_with_attendance_is_not_taken_away(desk: Desk) -> None:
    where = course(desk)
    who, _row = enrolled(desk, where, "Einer Mortensen")
    mark(desk, ref_on(desk, TODAY), who, "present")
    refused("", "har fremmøde", lambda: void_course(desk, where))


def test_public_holidays_are_offered_with_their_names() -> None:
    offered = holidays_offered(Plan((3,), 1, 600, 720, date(2026, 12, 3), until=date(2027, 5, 31)))
    assert offered[date(2027, 3, 25)] == "Skærtorsdag"
    assert offered[date(2027, 5, 6)] == "Kristi himmelfartsdag"
    assert all(day.weekday() == 3 for day in offered)
    assert date(2027, 12, 25) in holidays_offered(Plan((5,), 1, 600, 720, date(2027, 1, 2)))


# Enrolments


def test_who_gets_a_place_has_the_day_it_was_taken(desk: Desk) -> None:
    where = course(desk)
    _who, row = enrolled(desk, where, "Einer Mortensen")
    assert enrolment(desk, row).enrolled_from == "2026-10-06"
    waits = citizen(desk, "Hjalte Vang")
    row = taken_back(
        desk, lambda: put_on_waiting_list(desk, where, waits, "SEL-82a", from_date=date(2026, 11, 2), assessment="ja")
    ).row
    assert (enrolment(desk, row).enrolled_from, enrolment(desk, row).queue_place) == (None, 1)
    taken_back(desk, lambda: offer_place(desk, row))
    taken_back(desk, lambda: take_place(desk, row))
    found = enrolment(desk, row)
    assert (found.status, found.enrolled_from, found.from_date, found.queue_place) == (
        "enrolled", "2026-11-24", "2026-11-02", None,
    )  # fmt: skip


def test_enrolling_who_waits_takes_the_place(desk: Desk) -> None:
    where = course(desk)
    waits = citizen(desk, "Hjalte Vang")
    row = put_on_waiting_list(desk, where, waits, from_date=date(2026, 11, 2)).row
    assert enrol(desk, where, waits, "SEL-82a", assessment="ja").row == row
    refused("citizen", "allerede en plads", lambda: enrol(desk, where, waits, "SEL-82a", assessment="ja"))
    refused("citizen", "allerede på forløbet", lambda: put_on_waiting_list(desk, where, waits))


def test_what_the_legal_basis_asks_for(desk: Desk) -> None:
    where = course(desk)
    who = citizen(desk, "Einer Mortensen")
    other = citizen(desk, "Lonni Berg")
    refused("grant", "kræver en bevilling", lambda: enrol(desk, where, who, "SEL-85"))
    refused("assessment", "vurdering", lambda: enrol(desk, where, who, "SEL-82a", assessment=" "))
    refused("to", "slutdato", lambda: enrol(desk, where, who, "SEL-82b"))
    refused("to", "6 måneder", lambda: enrol(desk, where, who, "SEL-82b", to_date=date(2027, 6, 1)))
    refused("legal_basis", "mangler", lambda: enrol(desk, where, who, "SEL-1"))
    refused("grant", "hører ikke til", lambda: enrol(desk, where, who, "SEL-85", grant=grant(desk, other)))
    refused("grant", "§\u00a0107", lambda: enrol(desk, where, who, "SEL-85", grant=grant(desk, who, "SEL-107")))
    bound = grant(desk, who, to_date="2026-11-30")
    taken_back(desk, lambda: enrol(desk, where, who, "SEL-85", grant=bound))


def test_what_the_programme_does_not_allow(desk: Desk) -> None:
    method = new_programme(desk, "CTI", legal_bases=["SEL-85a"]).row
    where = course(desk, programme=method)
    who = citizen(desk, "Einer Mortensen")
    refused("legal_basis", "gives ikke efter", lambda: enrol(desk, where, who, "SEL-82a", assessment="ja"))


@pytest.mark.parametrize("values", [{"birth_date": "2010-05-01"}, {"cpr": "0105104995"}])
def test_under_eighteen_is_refused(desk: Desk, values: dict[str, str]) -> None:
    where = course(desk)
    young = citizen(desk, "Ung Person", **values)
    refused("from", "under 18", lambda: enrol(desk, where, young, "SEL-82a", assessment="ja"))
    refused("from", "under 18", lambda: put_on_waiting_list(desk, where, young))


def test_over_capacity_needs_a_reason(desk: Desk) -> None:
    where = course(desk, capacity=1)
    enrolled(desk, where, "Einer Mortensen")
    who = citizen(desk, "Lonni Berg")
    refused("over_capacity_reason", "1 af 1", lambda: enrol(desk, where, who, "SEL-82a", assessment="ja"))
    row = enrol(desk, where, who, "SEL-82a", assessment="ja", over_capacity_reason="søskende").row
    assert enrolment(desk, row).over_capacity_reason == "søskende"
    roomy = course(desk, capacity=2)
    kept = enrol(desk, roomy, who, "SEL-82a", assessment="ja", over_capacity_reason="søskende").row
    assert enrolment(desk, kept).over_capacity_reason is None


def test_pause_resume_complete_and_end(desk: Desk) -> None:
    where = course(desk)
    _who, row = enrolled(desk, where, "Einer Mortensen")
    taken_back(desk, lambda: pause(desk, row, date(2026, 11, 3)))
    taken_back(desk, lambda: resume(desk, row, date(2026, 11, 17)))
    found = enrolment(desk, row)
    assert (found.status, found.paused_from, found.paused_to) == ("enrolled", "2026-11-03", "2026-11-16")
    refused("from", "allerede været en pause", lambda: pause(desk, row, TODAY))
    refused("reason", "hvorfor", lambda: end_enrolment(desk, row, "fordi"))
    refused("to", "før startdatoen", lambda: end_enrolment(desk, row, "opt_out", date(2026, 10, 1)))
    taken_back(desk, lambda: complete(desk, row, date(2026, 12, 22)))
    assert (enrolment(desk, row).status, enrolment(desk, row).end_reason) == ("completed", "completed")
    refused("", "allerede slut", lambda: end_enrolment(desk, row, "opt_out"))


def test_who_waits_can_leave_but_not_complete(desk: Desk) -> None:
    where = course(desk)
    row = put_on_waiting_list(desk, where, citizen(desk, "Hjalte Vang")).row
    refused("reason", "gennemført", lambda: complete(desk, row))
    refused("", "plads", lambda: pause(desk, row, TODAY))
    taken_back(desk, lambda: end_enrolment(desk, row, "opt_out"))
    refused("", "venter", lambda: offer_place(desk, row))


def test_an_enrolment_ended_the_same_day_is_taken_up_again(desk: Desk) -> None:
    where = course(desk)
    who, row = enrolled(desk, where, "Einer Mortensen", TODAY)
    end_enrolment(desk, row, "opt_out")
    assert enrol(desk, where, who, "SEL-82a", assessment="ja").row == row
    found = enrolment(desk, row)
    assert (found.status, found.to_date, found.end_reason) == ("enrolled", None, None)


def test_an_enrolment_is_changed_and_taken_away(desk: Desk) -> None:
    where = course(desk)
    who, row = enrolled(desk, where, "Einer Mortensen")
    bound = grant(desk, who)
    taken_back(desk, lambda: change_enrolment(desk, row, "SEL-85", grant=bound))
    refused("grant", "bevilling", lambda: change_enrolment(desk, row, "SEL-85"))
    taken_back(desk, lambda: void_enrolment(desk, row))
    with pytest.raises(VejlederError):
        void_enrolment(desk, row)


def test_an_enrolment_with_attendance_is_ended_not_taken_away(desk: Desk) -> None:
    where = course(desk)
    who, row = enrolled(desk, where, "Einer Mortensen")
    mark(desk, ref_on(desk, TODAY), who, "present")
    refused("", "har fremmøde", lambda: void_enrolment(desk, row))


def test_the_dose_leaves_out_what_was_not_held(desk: Desk) -> None:
    where = course(desk)
    who, _row = enrolled(desk, where, "Einer Mortensen")
    other, _other = enrolled(desk, where, "Max Berg", date(2026, 11, 17))
    for day in (date(2026, 10, 6), date(2026, 10, 13), date(2026, 11, 17)):
        mark_rest(desk, ref_on(desk, day), "present")
    for day in (date(2026, 10, 20), date(2026, 10, 27)):
        mark(desk, ref_on(desk, day), who, "absent_unnotified")
    cancel_session(desk, ref_on(desk, date(2026, 11, 3)), "sygdom")
    detail = course_detail(desk.store.connection, where, desk.clock.now())
    assert detail is not None
    by_citizen = {one.citizen: one for one in detail.participants}
    assert [(one.attended, one.expected, one.minutes) for one in (by_citizen[who], by_citizen[other])] == [
        (3, 5, 360), (1, 1, 120),
    ]  # fmt: skip
    assert not by_citizen[who].no_shows
    assert by_citizen[other].new
    assert (detail.held, detail.total, detail.taken) == (5, 20, 2)
    assert detail.next is not None
    assert detail.next.date == TODAY
