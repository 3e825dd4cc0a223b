"""Peer support is registered, changed, removed and repeated by its rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.peer.people import HOSTILE, citizen, goal, usual, worker
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.queries.peer import PeerPerson, peer_activities, peer_activity, peer_templates, this_week
from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.peer import (
    change_peer_activity,
    new_peer_activity,
    repeat_last,
    restore_peer_activity,
    void_peer_activity,
)
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from vejleder_tui.queries.peer import PeerView
    from vejleder_tui.services.desk import Desk

TODAY = date(2026, 11, 24)


def digest(desk: Desk) -> str:
    return str(state_digest(desk.store.connection).digest)


def found(desk: Desk, activity: str) -> PeerView:
    view = peer_activity(desk.store.connection, activity)
    assert view is not None
    return view


def test_an_activity_is_kept_as_it_was_given(desk: Desk) -> None:
    sverre, lonni, max_ = citizen(desk, "Sverre Madsen"), citizen(desk, "Lonni Berg"), worker(desk, "Max Bo")
    aim = goal(desk, lonni, "Købe ind")
    saved = new_peer_activity(
        desk,
        **usual(
            purposes=["community", "wellbeing", "community"],
            givers=[PeerPerson(citizen=sverre.citizen, peer_role="peer_volunteer")],
            receivers=[lonni, max_],
            place=" Ishøj Bibliotek ",
            mutual=True,
            goal=aim,
            summary="»Det var lettere, når vi var to.«",
            next_step="Tager selv af sted på torsdag.",
            shared="yes",
            guidance_minutes=15,
            load="light",
        ),
    )
    view = found(desk, saved.row)
    assert (view.date, view.minutes, view.form_name, view.took_part) == (TODAY, 90, "Følgeskab", 3)
    assert view.purposes == ("community", "wellbeing")
    assert [one.label for one in view.givers] == ["Sverre M., frivillig peer"]
    assert [one.name for one in view.receivers] == ["Lonni B.", "Max B."]
    assert (view.place, view.mutual, view.goal, view.shared) == ("Ishøj Bibliotek", True, aim, "yes")
    assert (view.guidance_minutes, view.load, view.next_step) == (15, "light", "Tager selv af sted på torsdag.")
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []


def test_a_count_is_enough_and_counts_those_who_are_named(desk: Desk) -> None:
    lonni = citizen(desk, "Lonni Berg")
    new_peer_activity(desk, **usual(form="drop_in", count=6))
    new_peer_activity(
        desk, **usual(date="2026-11-23", form="group", receivers=[lonni], givers=[worker(desk, "A B")], count=4)
    )
    new_peer_activity(desk, **usual(date="2026-11-16", count=2))
    week = this_week(desk.store.connection, TODAY)
    assert [(one.date.day, one.form_name, one.took_part) for one in week] == [
        (23, "Peer-gruppe", 5),
        (24, "Drop-in/café", 6),
    ]
    assert [one.date.day for one in peer_activities(desk.store.connection)] == [24, 23, 16]
    assert len(peer_activities(desk.store.connection, form="group")) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"date": ""}, "date"),
        ({"date": "31-11"}, "date"),
        ({"minutes": None}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": -5}, "minutes"),
        ({"minutes": 1441}, "minutes"),
        ({"form": ""}, "form"),
        ({"form": "dance"}, "form"),
        ({"purposes": []}, "purposes"),
        ({"purposes": ["community", "x"]}, "purposes"),
        ({"count": None}, "receivers"),
        ({"count": 0}, "count"),
        ({"count": 1001}, "count"),
        ({"givers": [PeerPerson()]}, "givers"),
        ({"givers": [PeerPerson(citizen="11111111-1111-7111-8111-111111111111")]}, "givers"),
        ({"receivers": [PeerPerson(worker="11111111-1111-7111-8111-111111111111")]}, "receivers"),
        ({"shared": "perhaps"}, "shared"),
        ({"load": "crushing"}, "load"),
        ({"guidance_minutes": -1}, "guidance_minutes"),
        ({"guidance_minutes": 1441}, "guidance_minutes"),
        ({"session": "11111111-1111-7111-8111-111111111111"}, "session"),
        ({"goal": "11111111-1111-7111-8111-111111111111"}, "goal"),
    ],
)
def test_what_breaks_a_rule_is_told_under_its_field(desk: Desk, values: dict[str, Any], field: str) -> None:
    before = digest(desk)
    with pytest.raises(RuleError) as told:
        new_peer_activity(desk, **{**usual(count=2), **values})
    assert told.value.field == field
    assert told.value.message
    assert digest(desk) == before


@pytest.mark.parametrize("minutes", [1, 1440])
def test_the_ends_of_what_is_allowed(desk: Desk, minutes: int) -> None:
    assert found(desk, new_peer_activity(desk, **usual(minutes=minutes, count=1)).row).minutes == minutes


def test_nobody_gives_and_gets_unless_it_is_mutual(desk: Desk) -> None:
    lonni, max_ = citizen(desk, "Lonni Berg"), citizen(desk, "Max Bo")
    with pytest.raises(RuleError, match="både give og få") as told:
        new_peer_activity(desk, **usual(givers=[lonni], receivers=[max_, lonni]))
    assert told.value.field == "receivers"
    both = PeerPerson(citizen=lonni.citizen, peer_role="citizen_to_citizen")
    saved = new_peer_activity(desk, **usual(givers=[both], receivers=[max_, lonni], mutual=True))
    view = found(desk, saved.row)
    assert [(one.name, one.role, one.person.peer_role) for one in view.people] == [
        ("Lonni B.", "both", "citizen_to_citizen"),
        ("Max B.", "receiver", ""),
    ]
    assert (view.took_part, len(view.givers), len(view.receivers)) == (2, 1, 2)


def test_a_goal_belongs_to_somebody_who_took_part(desk: Desk) -> None:
    lonni, max_ = citizen(desk, "Lonni Berg"), citizen(desk, "Max Bo")
    aim = goal(desk, lonni, "Købe ind")
    with pytest.raises(RuleError) as told:
        new_peer_activity(desk, **usual(receivers=[max_], goal=aim))
    assert told.value.field == "goal"
    assert found(desk, new_peer_activity(desk, **usual(givers=[lonni], goal=aim)).row).goal == aim


def test_a_session_that_nobody_touched_gets_its_row(desk: Desk) -> None:
    from tests.peer.people import ISHOEJ
    from vejleder_tui.model import Course

    with desk.transaction() as work:
        course = work.create(Course, work.new_id(), ISHOEJ, title="ABC-gruppe, efterår")
    ref = SessionRef(session_id(course, TODAY, 1), course, TODAY, 1)
    assert found(desk, new_peer_activity(desk, **usual(count=2, session=ref)).row).session == ref.id
    assert found(desk, new_peer_activity(desk, **usual(count=2, session=ref.id)).row).session == ref.id


def test_a_change_writes_only_what_differs(desk: Desk) -> None:
    lonni, max_ = citizen(desk, "Lonni Berg"), citizen(desk, "Max Bo")
    saved = new_peer_activity(desk, **usual(givers=[lonni], place="Biblioteket"))
    assert change_peer_activity(desk, saved.row, **usual(givers=[lonni], place="Biblioteket")).txn == 0
    change_peer_activity(desk, saved.row, **usual(minutes=60, givers=[max_], receivers=[lonni]))
    view = found(desk, saved.row)
    assert (view.minutes, view.place) == (60, "")
    assert [(one.name, one.role) for one in view.people] == [("Max B.", "giver"), ("Lonni B.", "receiver")]
    change_peer_activity(desk, saved.row, **usual(givers=[lonni]))
    assert [(one.name, one.role) for one in found(desk, saved.row).people] == [("Lonni B.", "giver")]
    with pytest.raises(NotFoundError):
        change_peer_activity(desk, "11111111-1111-7111-8111-111111111111", **usual(count=1))


def test_removed_and_brought_back(desk: Desk) -> None:
    saved = new_peer_activity(desk, **usual(count=2))
    before = digest(desk)
    void_peer_activity(desk, saved.row)
    assert peer_activities(desk.store.connection) == []
    assert [one.id for one in peer_activities(desk.store.connection, void=True)] == [saved.row]
    restore_peer_activity(desk, saved.row)
    assert digest(desk) == before
    with pytest.raises(NotFoundError):
        void_peer_activity(desk, "11111111-1111-7111-8111-111111111111")


def test_undo_takes_back_each_step_and_redo_does_it_again(desk: Desk) -> None:
    lonni, max_ = citizen(desk, "Lonni Berg"), citizen(desk, "Max Bo")
    states = [digest(desk)]
    saved = new_peer_activity(desk, **usual(givers=[lonni], receivers=[max_], summary="Godt", next_step="Igen"))
    states.append(digest(desk))
    change_peer_activity(desk, saved.row, **usual(givers=[max_], receivers=[lonni], count=3, summary="Bedre"))
    states.append(digest(desk))
    repeat_last(desk)
    states.append(digest(desk))
    void_peer_activity(desk, saved.row)
    states.append(digest(desk))
    assert len(set(states)) == 5
    for expected in reversed(states[:-1]):
        told = undo(desk)
        assert digest(desk) == expected
    assert told.what == "peer-aktivitet: Følgeskab 24-11"
    for expected in states[1:]:
        redo(desk)
        assert digest(desk) == expected
    assert list(fold_faults(desk.store.connection)) == []


def test_the_last_one_is_done_again_without_its_words(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="ingen tidligere"):
        repeat_last(desk)
    lonni, max_ = citizen(desk, "Lonni Berg"), citizen(desk, "Max Bo")
    first = new_peer_activity(
        desk,
        **usual(
            date="2026-11-17", givers=[PeerPerson(citizen=max_.citizen, peer_role="peer_volunteer")], receivers=[lonni],
            place="Biblioteket", goal=goal(desk, lonni, "Købe ind"), summary="hemmeligt", next_step="næste",
            shared="yes", guidance_minutes=15, load="heavy",
        ),
    )  # fmt: skip
    old, new = found(desk, first.row), found(desk, repeat_last(desk).row)
    assert new.date == TODAY
    assert [new.form, new.minutes, new.purposes, new.place, new.goal, new.people] == [
        old.form, old.minutes, old.purposes, old.place, old.goal, old.people,
    ]  # fmt: skip
    assert (new.summary, new.next_step, new.shared, new.guidance_minutes, new.load) == ("", "", "", None, "")
    assert len(peer_templates(desk.store.connection, desk.actor.worker)) == 1
    new_peer_activity(desk, **usual(date="2026-11-20", form="phone", count=1))
    assert [one.form for one in peer_templates(desk.store.connection, desk.actor.worker)] == ["accompaniment", "phone"]
    assert found(desk, repeat_last(desk, activity=first.row, date="2026-11-25").row).date.day == 25


def test_templates_are_the_workers_own(desk: Desk) -> None:
    new_peer_activity(desk, **usual(count=1))
    other = worker(desk, "Anden Vejleder", initials="AV", role="worker")
    desk.as_actor(Actor(other.id, "AV", "worker"))
    assert peer_templates(desk.store.connection, desk.actor.worker) == []
    with pytest.raises(NotFoundError):
        repeat_last(desk)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_unchanged(desk: Desk, text: str) -> None:
    import unicodedata

    person = citizen(desk, text)
    saved = new_peer_activity(desk, **usual(givers=[person], place=text, summary=text, next_step=text))
    view = found(desk, saved.row)
    assert {view.place, view.summary, view.next_step} == {unicodedata.normalize("NFC", text)}
    assert view.givers[0].name
    undo(desk)
    assert peer_activity(desk.store.connection, saved.row) == replace_void(view)


def replace_void(view: PeerView) -> PeerView:
    from dataclasses import replace

    return replace(view, void=True, people=())
