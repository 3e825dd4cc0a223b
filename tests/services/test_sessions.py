"""Sessions: made, moved, cancelled, changed; refused in words; the history of a row."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.services.planning import TODAY, TUESDAYS, course, enrolled, ref_on, refused, taken_back
from vejleder_tui.errors import UndoError
from vejleder_tui.model import GroupSession
from vejleder_tui.queries.history import row_history
from vejleder_tui.queries.sessions import sessions_between
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.courses import (
    change_course,
)
from vejleder_tui.services.sessions import (
    SessionFields,
    cancel_session,
    change_session,
    hold_after_all,
    move_session,
    new_ad_hoc_session,
    void_session,
)
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


# Sessions


def test_sessions_are_made_moved_cancelled_and_changed(desk: Desk) -> None:
    where = course(desk)
    ref = ref_on(desk, date(2026, 12, 1))
    taken_back(desk, lambda: move_session(desk, ref, date(2026, 12, 2), 780, 870, reason="lokalet optaget"))
    taken_back(desk, lambda: move_session(desk, ref, date(2026, 12, 1), 600, 720))
    with desk.transaction() as work:
        found = work.get(GroupSession, ref.id)
        assert (found.status, found.date, found.start_at, found.status_reason) == ("planned", None, None, None)
    taken_back(desk, lambda: cancel_session(desk, ref, "sygdom"))
    taken_back(desk, lambda: hold_after_all(desk, ref))
    taken_back(desk, lambda: change_session(desk, ref, SessionFields(date(2026, 12, 1), 600, 720, theme="madlavning")))
    extra = SessionFields(date(2026, 12, 3), 1080, 1200, title="Julefrokost")
    row = taken_back(desk, lambda: new_ad_hoc_session(desk, extra, course=where)).row
    added = ref_on(desk, date(2026, 12, 3))
    assert added.id == row
    taken_back(desk, lambda: move_session(desk, added, date(2026, 12, 4), 1080, 1200))
    taken_back(desk, lambda: void_session(desk, added))


def test_what_a_session_is_refused_for(desk: Desk) -> None:
    where = course(desk)
    ref = ref_on(desk, date(2026, 12, 1))
    refused("reason", "Årsagen mangler", lambda: cancel_session(desk, ref, " "))
    refused("time", "Slut skal være efter start", lambda: move_session(desk, ref, TODAY, 720, 720))
    refused("venue", "findes ikke", lambda: move_session(desk, ref, TODAY, 600, 720, venue="ingen"))
    refused("title", "navn mangler", lambda: new_ad_hoc_session(desk, SessionFields(TODAY, 600, 720)))
    refused("", "følger af planen", lambda: void_session(desk, ref))
    who, _row = enrolled(desk, where, "Einer Mortensen")
    mark(desk, ref_on(desk, TODAY), who, "present")
    refused("", "registreret fremmøde", lambda: cancel_session(desk, ref_on(desk, TODAY), "sygdom"))
    assert (
        sessions_between(desk.store.connection, date(2026, 12, 1), date(2026, 12, 1), desk.clock.now())[0].exists
        is False
    )


def test_a_signed_off_session_is_changed_only_with_a_reason(desk: Desk) -> None:
    where = course(desk)
    enrolled(desk, where, "Einer Mortensen")
    ref = ref_on(desk, date(2026, 11, 17))
    mark_rest(desk, ref, "present")
    with desk.transaction() as work:
        work.change(GroupSession, ref.id, signed_off_at="2026-11-18T08:00:00Z", signed_off_by=desk.actor.worker)
    fields = SessionFields(date(2026, 11, 17), 600, 720, theme="rettet")
    refused("reason", "godkendt", lambda: change_session(desk, ref, fields))
    refused("", "godkendt", lambda: move_session(desk, ref, TODAY, 600, 720))
    change_session(desk, ref, fields, reason="forkert tema")
    newest = row_history(desk.store.connection, "session", ref.id)[0]
    assert (newest.who, newest.laptop, newest.reason) == ("MJ", "Bærbar 2", "forkert tema")
    assert [(one.field, one.before, one.after) for one in newest.changes] == [("theme_planned", None, "rettet")]


def test_history_says_from_and_to(desk: Desk) -> None:
    where = course(desk)
    change_course(desk, where, "ABC, vinter", TUESDAYS, kind="closed", capacity=14)
    newest, *_rest, first = row_history(desk.store.connection, "course", where)
    assert {one.field: (one.before, one.after) for one in newest.changes} == {
        "title": ("ABC-gruppe, efterår", "ABC, vinter"), "capacity": (12, 14), "venue": ("Vejledningscentret", None),
    }  # fmt: skip
    assert first.created


def test_nothing_more_to_undo_is_said(desk: Desk) -> None:
    with pytest.raises(UndoError):
        undo(desk)
