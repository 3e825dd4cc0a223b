"""Fremmøde through its services: rules, undo, follow-up, corrections."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import NAMES, TODAY, Group, add_goal
from vejleder_tui.clock import FixedClock, stamp
from vejleder_tui.errors import RuleError, UndoError
from vejleder_tui.model import Attendance, GroupSession, Setting
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.queries.roster import roster
from vejleder_tui.queries.roster_rows import Roster
from vejleder_tui.services.after_session import answer_incidents, sign_off, un_sign
from vejleder_tui.services.attendance import (
    attendance_id,
    clear,
    mark,
    mark_rest,
    marks_many,
    set_minutes,
    set_note,
    set_reason,
)
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.services.desk import Desk


def seen(desk: Desk, group: Group, day: date = TODAY) -> Roster:
    found = roster(desk.store.connection, group.ref(day), desk.clock.now())
    assert found is not None
    return found


def digest(desk: Desk) -> str:
    return state_digest(desk.store.connection).digest


def sound(desk: Desk) -> None:
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []


def tasks(desk: Desk) -> list[tuple[str, str]]:
    return [
        (row[0], row[1])
        for row in desk.store.connection.execute(
            "SELECT citizen, about FROM follow_up_task WHERE void = 0 AND cause = 'absences'"
        )
    ]


def test_nobody_is_registered_before_anybody_marked(desk: Desk, group: Group) -> None:
    found = seen(desk, group)
    assert [row.name for row in found.rows[:3]] == ["Asta L.", "Bodil K.", "Carlo N."]
    assert (found.registered, found.missing, found.attended) == (0, 12, 0)
    assert found.rows[0].legal_basis == "§\u00a082\u00a0a"
    assert (found.view.ordinal, found.view.total) == (7, 20)
    assert [row.word for row in found.rows] == ["ikke registreret"] * 12


def test_the_roster_is_that_of_the_sessions_date(desk: Desk, group: Group) -> None:
    assert len(seen(desk, group, date(2026, 11, 10)).rows) == 11
    assert len(seen(desk, group, date(2026, 11, 17)).rows) == 12


def test_rest_never_overwrites_and_is_one_step(desk: Desk, group: Group) -> None:
    mark(desk, group.ref(), group.number(10), "absent_unnotified")
    before = digest(desk)
    done = mark_rest(desk, group.ref())
    assert done.count == 11
    found = seen(desk, group)
    assert [row.letter for row in found.rows] == ["F"] * 9 + ["U"] + ["F"] * 2
    assert mark_rest(desk, group.ref()).count == 0
    undo(desk)
    assert digest(desk) == before
    redo(desk)
    assert seen(desk, group).registered == 12
    sound(desk)


def test_every_use_case_can_be_undone_to_the_same_digest(desk: Desk, group: Group) -> None:
    ref, one, two = group.ref(), group.number(1), group.number(2)
    acts = (
        lambda: mark(desk, ref, one, "present"),
        lambda: set_minutes(desk, ref, one, 60),
        lambda: mark(desk, ref, one, "partial", minutes=45),
        lambda: set_reason(desk, ref, one, "illness"),
        lambda: marks_many(desk, ref, [one, two], "absent_unnotified"),
        lambda: set_reason(desk, ref, one, "anxiety"),
        lambda: set_note(desk, ref, two, "Ringede\nbagefter"),
        lambda: clear(desk, ref, [one, two]),
        lambda: mark_rest(desk, ref, "online"),
        lambda: answer_incidents(desk, ref, "none"),
        lambda: sign_off(desk, ref),
    )
    states = [digest(desk)]
    for act in acts:
        act()
        states.append(digest(desk))
    assert len(set(states)) == len(states)
    for expected in reversed(states[:-1]):
        undo(desk)
        assert digest(desk) == expected
        sound(desk)


def test_reason_keeps_a_no_show_and_makes_others_absent(desk: Desk, group: Group) -> None:
    ref, one, two = group.ref(), group.number(1), group.number(2)
    mark(desk, ref, one, "absent_unnotified")
    assert set_reason(desk, ref, one, "illness").one.code == "absent_unnotified"
    assert set_reason(desk, ref, two, "job_education").one.code == "absent_notified"
    found = seen(desk, group)
    assert [row.word for row in found.rows[:2]] == ["udeblevet: sygdom", "afbud: job eller uddannelse"]
    mark(desk, ref, one, "present")
    assert seen(desk, group).rows[0].reason is None


def test_part_attendance_invents_no_minutes(desk: Desk, group: Group) -> None:
    mark(desk, group.ref(), group.number(1), "partial")
    mark(desk, group.ref(), group.number(2), "present")
    assert [row.time for row in seen(desk, group).rows[:3]] == ["? min", "120 min", ""]
    set_minutes(desk, group.ref(), group.number(1), 60)
    assert seen(desk, group).rows[0].time == "60 min"


@pytest.mark.parametrize(
    ("code", "more", "field"),
    [
        ("unheard_of", {}, "code"),
        ("present", {"reason": "illness"}, "reason"),
        ("absent_notified", {"reason": "nonsense"}, "reason"),
        ("absent_notified", {"minutes": 60}, "minutes"),
        ("partial", {"minutes": 0}, "minutes"),
        ("partial", {"minutes": 1441}, "minutes"),
    ],
)
def test_what_no_mark_can_be(desk: Desk, group: Group, code: str, more: dict[str, object], field: str) -> None:
    before = digest(desk)
    with pytest.raises(RuleError) as told:
        mark(desk, group.ref(), group.number(1), code, **more)  # type: ignore[arg-type] # the faults under test
    assert told.value.field == field
    assert digest(desk) == before


def test_only_who_came_has_a_time(desk: Desk, group: Group) -> None:
    with pytest.raises(RuleError, match="Markér først"):
        set_minutes(desk, group.ref(), group.number(1), 60)


def test_notice_ahead_is_kept_with_its_time(desk: Desk, group: Group) -> None:
    ahead = date(2026, 12, 1)
    mark(desk, group.ref(ahead), group.number(4), "absent_notified")
    row = seen(desk, group, ahead).rows[3]
    assert row.notified_at is not None
    assert row.remarks == ("meldt 24-11 10:42",)
    assert desk.store.connection.execute("SELECT status FROM session").fetchall() == [(None,)]
    set_reason(desk, group.ref(ahead), group.number(4), "illness")
    assert seen(desk, group, ahead).rows[3].notified_at == row.notified_at
    mark(desk, group.ref(), group.number(4), "absent_notified")
    assert seen(desk, group).rows[3].notified_at is None


def test_two_no_shows_in_a_row_make_one_task_that_undo_takes_along(desk: Desk, group: Group) -> None:
    last, now, max_b = group.ref(date(2026, 11, 17)), group.ref(), group.number(10)
    assert not mark(desk, last, max_b, "absent_unnotified").one.follow_up
    before = digest(desk)
    done = mark(desk, now, max_b, "absent_unnotified")
    assert (done.one.in_a_row, done.one.follow_up) == (2, True)
    assert tasks(desk) == [(max_b, attendance_id(now.id, max_b))]
    assert seen(desk, group).rows[9].remarks == ("! 2. gang i træk",)
    undo(desk)
    assert tasks(desk) == []
    assert digest(desk) == before
    redo(desk)
    assert len(tasks(desk)) == 1
    third = mark(desk, group.ref(date(2026, 12, 1)), max_b, "absent_unnotified")
    assert (third.one.in_a_row, third.one.follow_up) == (3, False)
    sound(desk)


def test_a_corrected_no_show_takes_its_open_task_away(desk: Desk, group: Group) -> None:
    max_b = group.number(10)
    mark(desk, group.ref(date(2026, 11, 17)), max_b, "absent_unnotified")
    mark(desk, group.ref(), max_b, "absent_unnotified")
    mark(desk, group.ref(), max_b, "present")
    assert tasks(desk) == []
    mark(desk, group.ref(), max_b, "absent_unnotified")
    assert len(tasks(desk)) == 1
    clear(desk, group.ref(date(2026, 11, 17)), [max_b])
    assert tasks(desk) == []


def test_an_earlier_session_registered_late_fills_the_row(desk: Desk, group: Group) -> None:
    mark(desk, group.ref(), group.number(10), "absent_unnotified")
    done = mark(desk, group.ref(date(2026, 11, 17)), group.number(10), "absent_unnotified")
    assert (done.one.in_a_row, done.one.follow_up) == (1, True)


def test_the_limit_is_a_shared_setting(desk: Desk, group: Group) -> None:
    with desk.transaction() as work:
        work.create(Setting, work.new_id(), {"name": "absences_in_a_row"}, value="3")
    for day in (date(2026, 11, 10), date(2026, 11, 17)):
        assert not mark(desk, group.ref(day), group.number(10), "absent_unnotified").one.follow_up
    assert mark(desk, group.ref(), group.number(10), "absent_unnotified").one.follow_up


def test_late_entries_are_marked(desk: Desk, group: Group) -> None:
    mark(desk, group.ref(date(2026, 11, 17)), group.number(1), "present", late_reason="listen lå på papir")
    assert seen(desk, group, date(2026, 11, 17)).rows[0].remarks == ("registreret 7 dage efter",)


def test_what_is_worth_a_remark(desk: Desk, group: Group) -> None:
    add_goal(desk, group.number(6), due="2026-11-24", rated="2026-11-17")
    add_goal(desk, group.number(7))
    set_note(desk, group.ref(), group.number(2), "kom sent")
    rows = seen(desk, group).rows
    assert rows[5].remarks == ("mål vurderes i dag",)
    assert rows[11].remarks == ("! bevilling til 20-11",)
    assert rows[1].remarks == ("note",)
    assert rows[6].goals[0].line(TODAY) == "Købe ind (fastholde) · start 2, nu 2, hold 2 · vurderet 03-11"


def test_history_counts_earlier_sessions(desk: Desk, group: Group) -> None:
    for day in (date(2026, 10, 6), date(2026, 10, 20)):
        mark_rest(desk, group.ref(day))
    mark(desk, group.ref(date(2026, 10, 20)), group.number(1), "absent_notified")
    rows = seen(desk, group).rows
    assert rows[0].history == "fremmødt 1 af 2 gange"
    assert rows[1].history == "fremmødt 2 af 2 gange"
    assert rows[7].history == "første gang"


def test_after_sign_off_a_mark_is_a_correction_with_a_reason(desk: Desk, group: Group) -> None:
    ref, one = group.ref(), group.number(1)
    with pytest.raises(RuleError) as told:
        sign_off(desk, ref)
    assert told.value.field == "roster"
    mark_rest(desk, ref)
    with pytest.raises(RuleError) as told:
        sign_off(desk, ref)
    assert told.value.field == "incidents"
    answer_incidents(desk, ref, "none")
    sign_off(desk, ref)
    before = digest(desk)
    refused: tuple[Callable[[], object], ...] = (
        lambda: mark(desk, ref, one, "online"),
        lambda: clear(desk, ref, [one]),
        lambda: set_minutes(desk, ref, one, 30),
        lambda: set_note(desk, ref, one, "x"),
        lambda: set_reason(desk, ref, one, "illness"),
    )
    for act in refused:
        with pytest.raises(RuleError) as told:
            act()
        assert told.value.field == "reason"
    assert digest(desk) == before
    mark(desk, ref, one, "online", correction="Forkert liste")
    found = desk.store.connection.execute("SELECT line FROM operation ORDER BY seq DESC LIMIT 1").fetchone()
    last = json.loads(found[0])
    assert (last["reason"], last["values"]) == ("Forkert liste", {"code": "online"})
    assert "rettet" in seen(desk, group).rows[0].remarks
    undo(desk)
    assert digest(desk) == before
    un_sign(desk, ref, "Skal godkendes igen")
    assert not seen(desk, group).signed_off


def test_a_cancelled_session_takes_no_marks(desk: Desk, group: Group) -> None:
    with desk.transaction() as work:
        work.create(
            GroupSession, group.ref().id, {"course": group.course, "planned_date": "2026-11-24", "number": 1},
            status="cancelled",
        )  # fmt: skip
    with pytest.raises(RuleError, match="aflyst"):
        mark(desk, group.ref(), group.number(1), "present")


def test_who_has_no_place_is_a_walk_in(desk: Desk, group: Group) -> None:
    from vejleder_tui.model import Citizen

    with desk.transaction() as work:
        stranger = work.create(Citizen, work.new_id(), {}, name="Ørn Åby")
    mark(desk, group.ref(), stranger, "present")
    found = seen(desk, group)
    assert (found.rows[-1].name, found.rows[-1].remarks, len(found.rows)) == ("Ørn Å.", ("uden plads",), 13)
    with desk.transaction() as work:
        assert work.get(Attendance, attendance_id(group.ref().id, stranger)).source == "walk_in"


def test_a_mark_works_on_the_last_day_of_the_year_and_over_midnight(desk: Desk, group: Group) -> None:
    assert isinstance(desk.clock, FixedClock)
    desk.clock.moment = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 25 November in Denmark
    mark(desk, group.ref(), group.number(1), "present")
    assert seen(desk, group).rows[0].remarks == ("registreret 1 dag efter",)


def test_names_alike_grow_letters(desk: Desk) -> None:
    from tests.attend.group import make_group

    group = make_group(desk, (*NAMES[:9], "Max Berg", "Max Bremer", "Max Berg"[:7]))
    names = [row.name for row in seen(desk, group).rows]
    assert "Max Berg" in names or "Max Be." in names
    assert len(set(names)) == len(names)


def test_a_correction_after_sign_off_can_be_undone_and_what_came_before_it_not(desk: Desk, group: Group) -> None:
    ref, max_b = group.ref(), group.number(10)
    mark_rest(desk, ref)
    answer_incidents(desk, ref, "none")
    sign_off(desk, ref)
    before = digest(desk)
    mark(desk, ref, max_b, "absent_notified", correction="forkert navn")
    undo(desk)
    assert digest(desk) == before
    line = desk.store.connection.execute("SELECT line FROM operation ORDER BY seq DESC LIMIT 1").fetchone()[0]
    assert '"reason":"forkert navn"' in line
    redo(desk)
    assert seen(desk, group).rows[9].word == "afbud"
    un_sign(desk, ref, "glemt")
    mark(desk, ref, max_b, "present")
    desk.clock.moment += timedelta(minutes=1)  # type: ignore[attr-defined] # the tests' own clock
    with desk.transaction() as work:
        # Another worker signs off: no step of one's own stands between.
        work.change(GroupSession, ref.id, signed_off_at=stamp(desk.clock.now()), signed_off_by=desk.actor.worker)
    with pytest.raises(UndoError, match="mødegangen er godkendt siden"):
        undo(desk)
    sound(desk)
