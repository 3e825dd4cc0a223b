"""Guests, and what is told of a session when it is over."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import TODAY, Group
from vejleder_tui.errors import RuleError
from vejleder_tui.oplog import fold_faults, state_digest
from vejleder_tui.queries.after_session import AfterForm, after_form
from vejleder_tui.queries.roster import roster
from vejleder_tui.services.after_session import (
    AfterSession,
    EventTold,
    answer_incidents,
    remove_adverse_event,
    save_after_session,
    set_group_note,
    set_staff_minutes,
)
from vejleder_tui.services.attendance import mark_rest
from vejleder_tui.services.guests import add_guest, promote_guest, remove_guest, set_unnamed_guests
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def form(desk: Desk, group: Group, day: date = TODAY) -> AfterForm:
    found = after_form(desk.store.connection, group.ref(day), desk.actor.worker, desk.clock.now())
    assert found is not None
    return found


def guests(desk: Desk, group: Group) -> int:
    found = roster(desk.store.connection, group.ref(), desk.clock.now())
    assert found is not None
    return found.guest_count


def test_a_guest_is_a_name_or_a_number_of_heads(desk: Desk, group: Group) -> None:
    assert add_guest(desk, group.ref(), "  Kaj  [/b] slut ").label == "Kaj [/b] slut"
    assert add_guest(desk, group.ref(), "3").heads == 3
    assert add_guest(desk, group.ref(), "2").heads == 2
    assert guests(desk, group) == 6
    undo(desk)
    assert guests(desk, group) == 4
    for text in ("", "  ", "0", "501"):
        with pytest.raises(RuleError):
            add_guest(desk, group.ref(), text)
    set_unnamed_guests(desk, group.ref(), 0)
    assert guests(desk, group) == 1


def test_a_guest_can_become_a_citizen(desk: Desk, group: Group) -> None:
    guest = add_guest(desk, group.ref(), "AL").saved.row
    before = state_digest(desk.store.connection).digest
    promote_guest(desk, group.ref(), guest, group.number(1))
    found = roster(desk.store.connection, group.ref(), desk.clock.now())
    assert found is not None
    assert (found.guest_count, found.rows[0].code) == (0, "present")
    assert found.view.guests == 0
    undo(desk)
    assert state_digest(desk.store.connection).digest == before
    remove_guest(desk, group.ref(), guest)
    assert guests(desk, group) == 0


def test_the_form_is_one_step_and_remembers_last_time(desk: Desk, group: Group) -> None:
    earlier = group.ref(date(2026, 11, 17))
    set_staff_minutes(desk, earlier, {"delivery": 120, "preparation": 30, "transport": 0})
    empty = form(desk, group)
    assert [(one.kind, one.minutes, one.suggested) for one in empty.staff[:3]] == [
        ("delivery", None, 120),
        ("preparation", None, 30),
        ("documentation", None, None),
    ]
    assert [(one.code, one.used) for one in empty.elements] == [
        ("faelles-maaltid", False),
        ("rollespil", False),
        ("mindfulness", False),
    ]
    before = state_digest(desk.store.connection).digest
    told = AfterSession(
        theme="Venskaber", note="God stemning", unnamed_guests=2, elements=("rollespil", "mindfulness"),
        staff={"delivery": 120, "preparation": 20}, incidents="none",
    )  # fmt: skip
    assert save_after_session(desk, group.ref(), told).named == ()
    full = form(desk, group)
    assert (full.theme, full.note, full.unnamed_guests, full.incidents) == ("Venskaber", "God stemning", 2, "none")
    assert [one.used for one in full.elements] == [False, True, True]
    assert full.staff[1].minutes == 20
    undo(desk)
    assert state_digest(desk.store.connection).digest == before
    assert list(fold_faults(desk.store.connection)) == []


def test_a_group_note_that_names_a_participant_warns_and_is_saved(desk: Desk, group: Group) -> None:
    done = set_group_note(desk, group.ref(), "Roligt i dag, men lonni gik tidligt")
    assert done.named == ("Lonni B.",)
    assert form(desk, group).note.startswith("Roligt")


def test_a_side_effect_answers_incidents(desk: Desk, group: Group) -> None:
    ref = group.ref()
    for wrong, field in ((EventTold("nonsense", 1), "kind"), (EventTold("conflict"), "severity")):
        with pytest.raises(RuleError) as told:
            save_after_session(desk, ref, AfterSession(event=wrong))
        assert told.value.field == field
    save_after_session(desk, ref, AfterSession(incidents="some", event=EventTold("conflict", 2, "Talte sammen")))
    assert form(desk, group).incidents == "some"
    with pytest.raises(RuleError, match="beskrevet"):
        answer_incidents(desk, ref, "none")
    remove_adverse_event(desk, ref, form(desk, group).events[0].id)
    assert form(desk, group).incidents == ""


def test_save_and_sign_is_one_step_and_refuses_as_a_whole(desk: Desk, group: Group) -> None:
    ref = group.ref()
    before = state_digest(desk.store.connection).digest
    with pytest.raises(RuleError) as told:
        save_after_session(desk, ref, AfterSession(theme="Mad", incidents="none"), sign=True)
    assert told.value.field == "roster"
    assert state_digest(desk.store.connection).digest == before
    mark_rest(desk, ref)
    save_after_session(desk, ref, AfterSession(theme="Mad", incidents="none"), sign=True)
    assert form(desk, group).view.signed_off_by == "MJ"
    with pytest.raises(RuleError) as told:
        save_after_session(desk, ref, AfterSession(theme="Andet"))
    assert told.value.field == "reason"
    save_after_session(desk, ref, AfterSession(theme="Andet"), correction="Forkert tema")
    assert form(desk, group).theme == "Andet"


def test_what_is_to_come_cannot_be_signed_off(desk: Desk, group: Group) -> None:
    ahead = group.ref(date(2026, 12, 1))
    mark_rest(desk, ahead, "absent_notified")
    with pytest.raises(RuleError, match="ikke holdt endnu"):
        save_after_session(desk, ahead, AfterSession(incidents="none"), sign=True)
