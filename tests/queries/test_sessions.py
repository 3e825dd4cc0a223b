"""Sessions as they stand: the plan, what was written over it, who was on the roster that day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.services.planning import CHRISTMAS, FIRST, TODAY, TUESDAYS, citizen, course, venue
from vejleder_tui.queries.session_rows import running_courses
from vejleder_tui.queries.sessions import (
    SessionRef,
    SessionStatus,
    SessionView,
    course_sessions,
    find_session,
    session_id,
    session_view,
    sessions_between,
    unregistered_sessions,
)
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.courses import change_course, end_course, meet_day, new_course, skip_day, void_course
from vejleder_tui.services.enrolments import end_enrolment, enrol, offer_place, pause, put_on_waiting_list
from vejleder_tui.services.sessions import (
    SessionFields,
    cancel_session,
    change_session,
    ensure_session,
    move_session,
    new_ad_hoc_session,
)

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def views(desk: Desk, where: str) -> dict[date, SessionView]:
    return {
        one.ref.planned_date or one.date: one for one in course_sessions(desk.store.connection, where, desk.clock.now())
    }


def between(desk: Desk, start: date, end: date) -> list[SessionView]:
    return sessions_between(desk.store.connection, start, end, desk.clock.now())


def on(desk: Desk, day: date) -> SessionView:
    (found,) = between(desk, day, day)
    return found


def person(desk: Desk, where: str, name: str, day: date = FIRST) -> str:
    who = citizen(desk, name)
    enrol(desk, where, who, "SEL-82a", from_date=day, assessment="kan forebygge")
    return who


def test_a_plan_has_twenty_sessions_and_leaves_out_the_holiday(desk: Desk) -> None:
    found = views(desk, course(desk))
    assert len(found) == 21
    assert (found[CHRISTMAS].status, found[CHRISTMAS].reason, found[CHRISTMAS].ordinal) == (
        SessionStatus.SKIPPED, "juleferie", None,
    )  # fmt: skip
    last = found[date(2027, 2, 23)]
    assert (last.ordinal, last.total, last.venue_name, last.minutes) == (20, 20, "Vejledningscentret", 120)
    assert found[TODAY].status is SessionStatus.ONGOING
    assert not found[TODAY].exists


def test_a_window_leaves_out_skipped_days_and_other_courses_that_are_over(desk: Desk) -> None:
    course(desk)
    course(desk, "Forår", Plan((1,), 1, 600, 720, date(2026, 1, 6), until=date(2026, 5, 26)))
    gone = course(desk, "Fjernet")
    void_course(desk, gone)
    assert [one.date for one in between(desk, date(2026, 12, 20), date(2027, 1, 5))] == [
        date(2026, 12, 22),
        date(2027, 1, 5),
    ]
    assert {one.title for one in between(desk, TODAY, TODAY)} == {"ABC-gruppe, efterår"}


def test_a_plan_of_few_sessions_that_was_put_off_by_holidays_is_still_found(desk: Desk) -> None:
    plan = Plan((1,), 1, 600, 720, date(2026, 6, 2), sessions=3)
    put_off = {date(2026, 6, 2) + timedelta(weeks=count): "sommerferie" for count in range(1, 25)}
    new_course(desk, "Sommer", plan, skipped=put_off)
    assert [(one.date, one.ordinal, one.total) for one in between(desk, TODAY, TODAY)] == [(TODAY, 2, 3)]


def test_moved_cancelled_and_ad_hoc_stand_over_the_plan(desk: Desk) -> None:
    where = course(desk)
    library = venue(desk, "Biblioteket")
    move_session(desk, on(desk, date(2027, 1, 12)).ref, date(2027, 1, 13), 780, 870, venue=library)
    moved = on(desk, date(2027, 1, 13))
    assert (moved.status, moved.ordinal, moved.start_minute, moved.end_minute, moved.venue_name) == (
        SessionStatus.MOVED, 14, 780, 870, "Biblioteket",
    )  # fmt: skip
    assert between(desk, date(2027, 1, 12), date(2027, 1, 12)) == []
    cancel_session(desk, on(desk, date(2027, 1, 26)).ref, "sygdom")
    cancelled = on(desk, date(2027, 1, 26))
    assert (cancelled.status, cancelled.reason, cancelled.ordinal) == (SessionStatus.CANCELLED, "sygdom", 16)
    row = new_ad_hoc_session(desk, SessionFields(date(2026, 12, 3), 1080, 1200, title="Julefrokost"), course=where).row
    extra = on(desk, date(2026, 12, 3))
    assert (extra.ref, extra.title, extra.ordinal, extra.venue_name) == (
        SessionRef(row, where, None, None), "Julefrokost", None, "Vejledningscentret",
    )  # fmt: skip
    assert len(views(desk, where)) == 22


def test_a_session_of_no_course_is_found(desk: Desk) -> None:
    row = new_ad_hoc_session(desk, SessionFields(TODAY, 1080, 1440, title="Fællesspisning")).row
    found = on(desk, TODAY)
    assert (found.ref.course, found.title, found.end_minute) == (None, "Fællesspisning", 1440)
    assert find_session(desk.store.connection, row, desk.clock.now()) == found


def test_the_roster_is_that_of_the_day(desk: Desk) -> None:
    where = course(desk)
    person(desk, where, "Einer Mortensen")
    person(desk, where, "Gunner Toft", date(2026, 11, 17))
    leaver = person(desk, where, "Max Berg")
    late = citizen(desk, "Lonni Berg")
    put_on_waiting_list(desk, where, late, "SEL-82a", from_date=FIRST, assessment="kan forebygge")
    rows = dict(desk.store.connection.execute("SELECT citizen, id FROM enrolment").fetchall())
    offer_place(desk, rows[late])
    end_enrolment(desk, rows[leaver], "opt_out", date(2026, 11, 10))
    found = views(desk, where)
    assert [found[date(2026, 11, day)].expected for day in (3, 10, 17, 24)] == [2, 2, 2, 2]
    enrol(desk, where, late, "SEL-82a", from_date=date(2026, 11, 24), assessment="kan forebygge")
    assert [views(desk, where)[date(2026, 11, day)].expected for day in (17, 24)] == [2, 3]


def test_who_is_on_a_pause_is_not_expected(desk: Desk) -> None:
    where = course(desk)
    who = person(desk, where, "Einer Mortensen")
    (row,) = desk.store.connection.execute("SELECT id FROM enrolment WHERE citizen = ?", (who,)).fetchone()
    pause(desk, row, date(2026, 11, 3), date(2026, 11, 10))
    days = [date(2026, 10, 27), date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 17)]
    found = views(desk, where)
    assert [found[day].expected for day in days] == [1, 0, 0, 1]


def test_what_is_past_and_registered_was_held(desk: Desk) -> None:
    where = course(desk)
    who = [person(desk, where, name) for name in ("Einer Mortensen", "Max Berg")]
    past = views(desk, where)[date(2026, 11, 17)]
    mark(desk, past.ref, who[0], "present")
    half = views(desk, where)[date(2026, 11, 17)]
    assert (half.status, half.registered, half.expected) == (SessionStatus.HELD, 1, 2)
    assert date(2026, 11, 17) in {one.date for one in unregistered_sessions(desk.store.connection, desk.clock.now())}
    mark_rest(desk, past.ref, "present")
    assert date(2026, 11, 17) not in {
        one.date for one in unregistered_sessions(desk.store.connection, desk.clock.now())
    }


def test_notice_of_absence_ahead_is_counted(desk: Desk) -> None:
    where = course(desk)
    who = person(desk, where, "Einer Mortensen")
    mark(desk, on(desk, date(2026, 12, 1)).ref, who, "absent_notified")
    ahead = on(desk, date(2026, 12, 1))
    assert (ahead.status, ahead.notified, ahead.registered) == (SessionStatus.PLANNED, 1, 1)


def test_unregistered_passes_by_cancelled_and_older_ones(desk: Desk) -> None:
    where = course(desk, plan=Plan((1,), 1, 600, 720, date(2026, 6, 2)))
    person(desk, where, "Einer Mortensen", date(2026, 6, 2))
    cancel_session(desk, on(desk, date(2026, 11, 10)).ref, "sygdom")
    days = [one.date for one in unregistered_sessions(desk.store.connection, desk.clock.now())]
    assert days == [date(2026, 9, 29) + timedelta(weeks=count) for count in range(8) if count != 6]


def test_times_are_those_of_the_wall_across_the_change_of_the_clocks(desk: Desk) -> None:
    where = course(desk, plan=Plan((6,), 1, 90, 210, date(2026, 10, 18), sessions=4))
    before, change = on(desk, date(2026, 10, 18)), on(desk, date(2026, 10, 25))
    for one in (before, change):
        change_session(desk, one.ref, SessionFields(one.date, 90, 240, theme="natcafé"))
    moments = desk.store.connection.execute("SELECT start_at, end_at FROM session ORDER BY planned_date").fetchall()
    assert [tuple(row) for row in moments] == [
        ("2026-10-17T23:30:00Z", "2026-10-18T02:00:00Z"), ("2026-10-24T23:30:00Z", "2026-10-25T03:00:00Z"),
    ]  # fmt: skip
    found = views(desk, where)
    assert [(one.start_minute, one.end_minute) for one in (found[before.date], found[change.date])] == [(90, 240)] * 2


def test_ongoing_begins_and_ends_by_the_minute(desk: Desk) -> None:
    where = course(desk)
    reader = desk.store.connection

    def status(hour: int, minute: int) -> SessionStatus:
        now = datetime(2026, 11, 24, hour - 1, minute, tzinfo=UTC)
        return next(one.status for one in course_sessions(reader, where, now) if one.date == TODAY)

    assert [status(9, 59), status(10, 0), status(11, 59), status(12, 0)] == [
        SessionStatus.PLANNED, SessionStatus.ONGOING, SessionStatus.ONGOING, SessionStatus.PLANNED,
    ]  # fmt: skip


def test_a_day_is_skipped_and_taken_back(desk: Desk) -> None:
    where = course(desk)
    skip_day(desk, where, date(2026, 12, 8), "planlægningsdag")
    assert views(desk, where)[date(2026, 12, 15)].ordinal == 10
    assert views(desk, where)[date(2027, 3, 2)].ordinal == 20
    meet_day(desk, where, date(2026, 12, 8))
    assert views(desk, where)[date(2026, 12, 15)].ordinal == 11


def test_a_plan_that_changes_keeps_what_was(desk: Desk) -> None:
    where = course(desk)
    person(desk, where, "Einer Mortensen")
    cancel_session(desk, on(desk, date(2026, 11, 10)).ref, "sygdom")
    wednesdays = Plan((2,), 1, 780, 900, FIRST, sessions=20)
    change_course(desk, where, "ABC-gruppe, efterår", wednesdays, kind="closed", capacity=12)
    found = course_sessions(desk.store.connection, where, desk.clock.now())
    assert [(one.date, one.start_minute, one.ordinal) for one in found[:2]] == [
        (FIRST, 600, 1),
        (date(2026, 10, 13), 600, 2),
    ]
    assert (found[6].date, found[6].ordinal, found[6].total) == (date(2026, 11, 17), 7, 20)
    assert (found[7].date, found[7].start_minute, found[7].ordinal) == (date(2026, 11, 25), 780, 8)
    assert (found[-1].ordinal, found[-1].total) == (20, 20)
    assert on(desk, date(2026, 11, 25)).ordinal == 8
    assert found[5].status is SessionStatus.CANCELLED


def test_a_course_that_ends_has_no_more_sessions(desk: Desk) -> None:
    where = course(desk)
    end_course(desk, where, "too_few", TODAY)
    assert max(views(desk, where)) == TODAY


def test_one_session_is_found_by_reference_and_by_the_beginning_of_its_id(desk: Desk) -> None:
    where = course(desk)
    reader, now = desk.store.connection, desk.clock.now()
    ref = SessionRef(session_id(where, date(2026, 12, 1), 1), where, date(2026, 12, 1), 1)
    view = session_view(reader, ref, now)
    assert view is not None
    assert (view.date, view.ordinal) == (date(2026, 12, 1), 9)
    assert find_session(reader, ref.id[:8], now) == view
    assert find_session(reader, ref.id[:7], now) is None
    with desk.transaction() as work:
        ensure_session(work, ref)
    written = session_view(reader, ref, now)
    assert written is not None
    assert written.exists
    assert find_session(reader, ref.id[:12].upper(), now) == written
    assert session_view(reader, SessionRef("0" * 36, where, date(2026, 12, 2), 1), now) is None


def test_a_beginning_that_fits_two_sessions_finds_neither(desk: Desk) -> None:
    """Two made in the same minute begin alike: marks must not go to whichever comes first."""
    one, other = (
        new_ad_hoc_session(desk, SessionFields(TODAY, 780, 840, title=title)).row for title in ("Gåtur", "Museum")
    )
    assert one[:8] == other[:8]
    reader, now = desk.store.connection, desk.clock.now()
    assert find_session(reader, one[:8], now) is None
    found = find_session(reader, other, now)
    assert found is not None
    assert found.title == "Museum"


def test_what_laptops_disagree_about_is_told(desk: Desk) -> None:
    where = course(desk)
    view = on(desk, date(2026, 12, 1))
    with desk.transaction() as work:
        ensure_session(work, view.ref)
    assert not views(desk, where)[date(2026, 12, 1)].contested
    with desk.transaction(), desk._door.opened():
        desk.store.connection.execute(
            "INSERT INTO contested VALUES ('session', ?, 'title', 'h', '\"a\"')", (view.ref.id,)
        )
    assert views(desk, where)[date(2026, 12, 1)].contested


def test_an_open_ended_course_goes_eight_weeks_on(desk: Desk) -> None:
    where = course(desk, plan=Plan((1,), 1, 600, 720, FIRST))
    found = course_sessions(desk.store.connection, where, desk.clock.now())
    assert found[-1].date == date(2027, 1, 19)
    assert found[-1].total is None
    through = course_sessions(desk.store.connection, where, desk.clock.now(), through=date(2027, 6, 1))
    assert through[-1].date == date(2027, 6, 1)
    assert TUESDAYS.sessions == 20


def test_a_window_looks_at_the_courses_that_may_meet_in_it(desk: Desk) -> None:
    def made(title: str, **plan: object) -> str:
        given = {"first": FIRST, "sessions": None, **plan}
        return new_course(desk, title, Plan((1,), 1, 600, 720, **given)).row  # type: ignore[arg-type] # fields of a plan

    made("Slut dagen før", until=TODAY - timedelta(days=1))
    running = {
        made("Slutter i dag", until=TODAY),
        made("Uden slutning"),
        made("Efter antal", sessions=8),
        new_course(
            desk, "Aflyst længe", Plan((1,), 1, 600, 720, date(2025, 9, 2), sessions=30),
            skipped={date(2025, 9, 9) + timedelta(weeks=week): "ferie" for week in range(40)},
        ).row,
    }  # fmt: skip
    made("Begynder senere", first=TODAY + timedelta(days=1))
    assert running_courses(desk.store.connection, TODAY, TODAY) == running
    assert {one.ref.course for one in between(desk, TODAY, TODAY)} == running
