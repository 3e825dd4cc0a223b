"""What is open, its values side by side, and settling it: through the services of two laptops."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import TODAY, Group
from tests.other_laptop import bring
from tests.services.test_desk_faults import sound
from vejleder_tui.errors import NotFoundError, RuleError, UndoError
from vejleder_tui.model import Attendance, Citizen
from vejleder_tui.oplog import read_row, state_digest
from vejleder_tui.queries.citizen_record import Door, access_log
from vejleder_tui.queries.conflicts import CANCELLED, conflict_of, conflicts, count_conflicts, find_conflict, open_rows
from vejleder_tui.queries.sessions import session_view, sessions_between, unregistered_sessions
from vejleder_tui.screens.conflict_words import headline, saw_words, value_word, written_words
from vejleder_tui.services.after_session import answer_incidents, sign_off
from vejleder_tui.services.attendance import attendance_id, clear, mark, mark_rest, set_note
from vejleder_tui.services.citizens import change_citizen, new_citizen, void_citizen
from vejleder_tui.services.conflict_entry import entry_of, read_entry
from vejleder_tui.services.conflicts import settle
from vejleder_tui.services.sessions import cancel_session, move_session
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from vejleder_tui.queries.conflict_values import ConflictDetail
    from vejleder_tui.services.desk import Desk

BEFORE = date(2026, 11, 17)


def detail(desk: Desk, table: str, row: str) -> ConflictDetail:
    return Door(desk.store, desk.actor.worker, desk.clock).conflict(table, row)


def code_of(desk: Desk, row: str) -> object:
    found = read_row(desk.store.connection, "attendance", row)
    return found.values["code"] if found else None


def disagree(desk: Desk, other: Desk, group: Group, number: int = 1) -> str:
    """Let one citizen have come on this laptop and not on the other; returns the attendance's row."""
    citizen = group.number(number)
    mark(desk, group.ref(), citizen, "partial", minutes=60)
    mark(other, group.ref(), citizen, "absent_unnotified")
    bring(other, desk)
    return attendance_id(group.ref().id, citizen)


def newcomer(desk: Desk, other: Desk) -> str:
    """Return a citizen whom both laptops know, and who has no place yet."""
    made = new_citizen(desk, name="Ny Borger").citizen
    bring(desk, other)
    return made


def test_a_row_stands_once_with_what_it_is_about_and_its_values_with_who_when_and_where(
    desk: Desk, other: Desk, group: Group
) -> None:
    row = disagree(desk, other, group)
    reader = desk.store.reader()
    (one,) = conflicts(reader)
    assert (one.table, one.row, one.fields, count_conflicts(reader)) == ("attendance", row, ("code",), 1)
    assert headline(one, TODAY) == "Fremmøde: Asta L., 24-11, ABC-gruppe, efterår"
    found = detail(desk, "attendance", row)
    (field,) = found.fields
    assert [value_word("attendance", "code", value) for value in field.values] == ["delvist", "udeblevet"]
    assert [value.shown for value in field.values] == [True, False]
    assert [written_words(value.written[0], TODAY).split(",")[0] for value in field.values] == [
        "MJ på Bærbar 2", "LK på Bærbar 4",
    ]  # fmt: skip
    assert [entry.what for entry in access_log(reader, one.citizen)] == ["conflict"]


def test_what_each_had_seen_is_told(desk: Desk, other: Desk, group: Group) -> None:
    citizen = group.number(1)
    mark(desk, group.ref(), citizen, "present")
    bring(desk, other)
    mark(desk, group.ref(), citizen, "absent_notified")
    mark(other, group.ref(), citizen, "absent_unnotified")
    bring(other, desk)
    (field,) = detail(desk, "attendance", attendance_id(group.ref().id, citizen)).fields
    told = {value.value: saw_words("attendance", field, value.written[0]) for value in field.values}
    assert told == {"absent_notified": "så før: fremmødt", "absent_unnotified": "så før: fremmødt"}


def test_settling_writes_one_step_that_the_other_laptop_takes_over(desk: Desk, other: Desk, group: Group) -> None:
    row = disagree(desk, other, group)
    settle(desk, "attendance", row, {"code": "absent_unnotified"})
    found = read_row(desk.store.connection, "attendance", row)
    assert found is not None
    assert (found.values["code"], found.values["minutes"]) == ("absent_unnotified", None)
    assert count_conflicts(desk.store.reader()) == 0
    sound(desk)
    bring(desk, other)
    assert (count_conflicts(other.store.reader()), code_of(other, row)) == (0, "absent_unnotified")
    assert state_digest(other.store.connection).digest == state_digest(desk.store.connection).digest


def test_what_was_settled_is_settled_anew_and_not_undone(desk: Desk, other: Desk, group: Group) -> None:
    row = disagree(desk, other, group)
    settle(desk, "attendance", row, {"code": "absent_unnotified"})
    with pytest.raises(UndoError, match="afgjorde en uenighed"):
        undo(desk)
    settle(desk, "attendance", row, {"code": "partial"})
    assert code_of(desk, row) == "partial"
    with pytest.raises(NotFoundError):
        detail(desk, "attendance", row)


def test_a_third_value_settles_too(desk: Desk, other: Desk, group: Group) -> None:
    row = disagree(desk, other, group)
    entry = entry_of(desk.store.reader(), "attendance", "code")
    value = read_entry(entry, "afbud", TODAY, lambda one: value_word("attendance", "code", one))
    settle(desk, "attendance", row, {"code": value})
    assert code_of(desk, row) == "absent_notified"
    assert count_conflicts(desk.store.reader()) == 0


def test_an_empty_code_contests_nothing(desk: Desk, other: Desk, group: Group) -> None:
    citizen = group.number(1)
    mark(desk, group.ref(), citizen, "present")
    bring(desk, other)
    clear(desk, group.ref(), [citizen])
    mark(other, group.ref(), citizen, "absent_notified")
    bring(other, desk)
    row = attendance_id(group.ref().id, citizen)
    assert code_of(desk, row) == "absent_notified"
    assert [one for one in conflicts(desk.store.reader()) if "code" in one.fields] == []


def test_the_signed_off_value_is_proposed_and_settling_asks_for_a_reason(desk: Desk, other: Desk, group: Group) -> None:
    mark_rest(other, group.ref())
    mark_rest(desk, group.ref())
    citizen = group.number(2)
    mark(other, group.ref(), citizen, "absent_unnotified")
    answer_incidents(desk, group.ref(), "none")
    sign_off(desk, group.ref())
    bring(other, desk)
    row = attendance_id(group.ref().id, citizen)
    found = detail(desk, "attendance", row)
    field = next(one for one in found.fields if one.field == "code")
    assert found.signed_off
    assert field.values[field.proposal].value == "present"
    with pytest.raises(RuleError) as refused:
        settle(desk, "attendance", row, {"code": "present"})
    assert refused.value.field == "reason"
    settle(desk, "attendance", row, {"code": "present"}, reason="Afgjort: to bærbare var uenige")
    assert conflict_of(desk.store.reader(), "attendance", row) is None
    sound(desk)


def test_a_correction_is_proposed(desk: Desk, other: Desk, group: Group) -> None:
    citizen = group.number(2)
    row = attendance_id(group.ref().id, citizen)
    mark(desk, group.ref(), citizen, "present")
    mark(other, group.ref(), citizen, "absent_unnotified", correction="forkert linje")
    bring(other, desk)
    field = next(one for one in detail(desk, "attendance", row).fields if one.field == "code")
    assert [value.value for value in field.values if value.proposed] == ["absent_unnotified"]


@pytest.mark.parametrize("keep", [True, False])
def test_a_change_beside_a_taking_away_is_a_choice_to_keep_or_take_away(
    desk: Desk, other: Desk, group: Group, *, keep: bool
) -> None:
    citizen = newcomer(desk, other)
    void_citizen(desk, citizen)
    change_citizen(other, citizen, note="kommer igen til foråret")
    bring(other, desk)
    found = detail(desk, "citizen", citizen)
    (field,) = found.fields
    assert [value_word("citizen", "void", value) for value in field.values] == ["behold", "fjern"]
    assert [[one.who for one in value.written] for value in field.values] == [["LK"], ["MJ"]]
    settle(desk, "citizen", citizen, {"void": not keep})
    state = read_row(desk.store.connection, "citizen", citizen)
    assert state is not None
    assert state.void is not keep
    assert count_conflicts(desk.store.reader()) == 0
    sound(desk)


def test_contested_values_of_what_is_gone_wait_for_nobody(desk: Desk, other: Desk, group: Group) -> None:
    citizen = newcomer(desk, other)
    change_citizen(desk, citizen, note="det ene")
    change_citizen(other, citizen, note="det andet")
    bring(other, desk)
    assert count_conflicts(desk.store.reader()) == 1
    void_citizen(desk, citizen)
    assert (count_conflicts(desk.store.reader()), conflicts(desk.store.reader())) == (0, [])
    sound(desk)


def test_cancelled_here_but_registered_there_is_listed_and_shows_as_held(desk: Desk, other: Desk, group: Group) -> None:
    ref = group.ref(BEFORE)
    mark(desk, ref, group.number(1), "absent_notified")
    bring(desk, other)
    cancel_session(desk, ref, "sygdom hos vejleder")
    mark(other, ref, group.number(2), "present")
    bring(other, desk)
    reader, now = desk.store.reader(), desk.clock.now()
    (one,) = conflicts(reader)
    assert (one.kind, one.row, one.name, one.day, count_conflicts(reader)) == (CANCELLED, ref.id, "", BEFORE, 1)
    view = session_view(reader, ref, now)
    assert view is not None
    assert (view.status.value, view.contested) == ("held", True)
    (listed,) = sessions_between(reader, BEFORE, BEFORE, now)
    assert listed.status.value == "held"
    assert ref.id in [missing.ref.id for missing in unregistered_sessions(reader, now)]
    (field,) = detail(desk, "session", ref.id).fields
    assert [(value.value, [one.who for one in value.written]) for value in field.values] == [
        ("held", ["LK"]), ("cancelled", ["MJ"]),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["held", "cancelled"])
def test_a_cancelled_session_with_registrations_is_held_or_cleared(
    desk: Desk, other: Desk, group: Group, status: str
) -> None:
    ref = group.ref(BEFORE)
    mark(desk, ref, group.number(1), "absent_notified")
    bring(desk, other)
    cancel_session(desk, ref, "sygdom hos vejleder")
    mark(other, ref, group.number(2), "present")
    bring(other, desk)
    settle(desk, "session", ref.id, {"status": status})
    assert count_conflicts(desk.store.reader()) == 0
    view = session_view(desk.store.reader(), ref, desk.clock.now())
    assert view is not None
    assert (view.status.value, view.contested) == (status, False)
    row = attendance_id(ref.id, group.number(2))
    assert code_of(desk, row) == ("present" if status == "held" else None)
    undo(desk)
    assert count_conflicts(desk.store.reader()) == 1


def test_notice_given_before_a_session_was_cancelled_is_no_conflict(desk: Desk, group: Group) -> None:
    ref = group.ref(date(2026, 12, 1))
    mark(desk, ref, group.number(1), "absent_notified")
    cancel_session(desk, ref, "sygdom hos vejleder")
    assert count_conflicts(desk.store.reader()) == 0


def test_the_newest_comes_first_and_an_id_is_found_by_its_beginning(desk: Desk, other: Desk, group: Group) -> None:
    first = disagree(desk, other, group, 1)
    second = disagree(desk, other, group, 2)
    reader = desk.store.reader()
    assert [one.row for one in conflicts(reader)] == [second, first]
    assert find_conflict(reader, first[:8]).row == first
    assert find_conflict(reader, f"attendance/{second}").row == second
    for given in (first[:7], "ffffffff", f"session/{first}", ""):
        with pytest.raises(NotFoundError):
            find_conflict(reader, given)
    assert open_rows(reader) == {("attendance", first), ("attendance", second)}


def test_times_and_notes_are_settled_by_what_a_person_writes(desk: Desk, other: Desk, group: Group) -> None:
    ref = group.ref(BEFORE)
    move_session(desk, ref, BEFORE, 630, 720)
    move_session(other, ref, BEFORE, 615, 720)
    set_note(desk, ref, group.number(1), "kom med bussen")
    set_note(other, ref, group.number(1), "kom til fods")
    bring(other, desk)
    reader = desk.store.reader()
    assert {(one.table, one.fields) for one in conflicts(reader)} == {
        ("session", ("start_at",)), ("attendance", ("note",)),
    }  # fmt: skip
    moment = read_entry(entry_of(reader, "session", "start_at"), "17-11 10.20", TODAY)
    settle(desk, "session", ref.id, {"start_at": moment})
    row = attendance_id(ref.id, group.number(1))
    settle(desk, "attendance", row, {"note": read_entry(entry_of(reader, "attendance", "note"), "kom  ", TODAY)})
    session = read_row(desk.store.connection, "session", ref.id)
    assert session is not None
    assert session.values["start_at"] == "2026-11-17T09:20:00Z"
    note = read_row(desk.store.connection, "attendance", row)
    assert note is not None
    assert note.values["note"] == "kom"
    assert count_conflicts(reader) == 0


@pytest.mark.parametrize(
    ("table", "field", "text"),
    [
        ("attendance", "code", "måske"), ("attendance", "minutes", "1441"), ("attendance", "minutes", "ti"),
        ("goal", "weight", "tung"), ("goal", "target", "5"), ("citizen", "birth_date", "31-11"), ("citizen", "cpr", "12"),
        ("course", "plan", "hver dag"), ("session", "start_at", "i går"), ("citizen", "void", "nej"),
        ("attendance", "session", "x"),
    ],
)  # fmt: skip
def test_what_a_field_cannot_hold_is_refused_with_a_sentence(desk: Desk, table: str, field: str, text: str) -> None:
    with pytest.raises(RuleError) as refused:
        read_entry(entry_of(desk.store.reader(), table, field), text, TODAY)
    assert refused.value.message


def test_keys_and_unknown_fields_are_refused_and_trust_is_a_coordinators(desk: Desk, other: Desk, group: Group) -> None:
    row = disagree(desk, other, group)
    for values in ({"citizen": group.number(2)}, {"unknown": "x"}):
        with pytest.raises(RuleError):
            settle(desk, "attendance", row, values)
    with pytest.raises(NotFoundError):
        settle(desk, "nothing", row, {"code": "present"})
    from vejleder_tui.services.desk import Actor

    desk.as_actor(Actor(desk.actor.worker, "MJ", "worker"))
    with pytest.raises(RuleError, match="koordinator"):
        settle(desk, "device", desk.device, {"name": "Bærbar 9"})
    with desk.transaction() as work:
        assert work.find(Citizen, group.number(1)) is not None
        assert work.find(Attendance, row) is not None


def test_cancelled_sessions_are_found_without_looking_at_every_session(desk: Desk, group: Group) -> None:
    assert group.course
    plan = desk.store.connection.execute(
        "EXPLAIN QUERY PLAN SELECT s.id FROM session s WHERE s.status = 'cancelled' AND s.void = 0"
    ).fetchall()
    assert any("ix_session_cancelled" in row[3] for row in plan)
