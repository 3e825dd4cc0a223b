"""A municipality's own attendance codes: worded, put away, added, and what they count as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.attend.group import Group
from tests.attend.test_attendance import seen
from vejleder_tui.cli.attend import parse_code
from vejleder_tui.codes.attendance import attendance_kind, attendance_kinds, use_own_kinds
from vejleder_tui.errors import RuleError
from vejleder_tui.oplog import state_digest
from vejleder_tui.services.attendance import mark
from vejleder_tui.services.attendance_codes import set_attendance_code
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk


def test_a_built_in_code_can_have_another_word_and_keeps_its_class(desk: Desk, group: Group) -> None:
    set_attendance_code(desk, "online", word="med på skærm")
    kind = attendance_kind("online")
    assert kind is not None
    assert (kind.word, kind.letter, kind.klass) == ("med på skærm", "O", "attended")
    with pytest.raises(RuleError) as told:
        set_attendance_code(desk, "online", klass="absent")
    assert told.value.field == "klass"
    mark(desk, group.ref(), group.number(1), "online")
    assert "med på skærm" in {row.word for row in seen(desk, group).rows}


def test_an_own_code_counts_as_its_class(desk: Desk, group: Group) -> None:
    before = seen(desk, group).registered
    set_attendance_code(desk, "dropped_in", word="kiggede ind", klass="attended")
    mark(desk, group.ref(), group.number(1), parse_code("dropped_in").code, minutes=15)
    after = seen(desk, group)
    assert after.registered == before + 1
    assert [row.word for row in after.rows if row.code == "dropped_in"] == ["kiggede ind"]


def test_a_code_put_away_is_kept_where_it_stands_and_refused_anew(desk: Desk, group: Group) -> None:
    mark(desk, group.ref(), group.number(1), "online")
    set_attendance_code(desk, "online", active=False)
    assert "online" not in {kind.code for kind in attendance_kinds()}
    assert [row.word for row in seen(desk, group).rows if row.code == "online"] == ["online"]
    with pytest.raises(RuleError) as told:
        mark(desk, group.ref(), group.number(2), "online")
    assert told.value.field == "code"


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        ("Æ", {"word": "x", "klass": "absent"}, "code"),
        ("dropped_in", {"word": "kiggede ind"}, "word"),
        ("dropped_in", {"klass": "attended"}, "word"),
        ("dropped_in", {"word": "kiggede ind", "klass": "nogenlunde"}, "klass"),
    ],
)
def test_what_does_not_hold_is_refused_under_its_field(
    desk: Desk, code: str, values: dict[str, str], field: str
) -> None:
    before = state_digest(desk.store.connection)
    with pytest.raises(RuleError) as told:
        set_attendance_code(desk, code, **values)  # type: ignore[arg-type] # words and classes are text here
    assert told.value.field == field
    assert state_digest(desk.store.connection) == before


def test_only_a_coordinator_changes_codes(desk: Desk) -> None:
    desk.as_actor(Actor(desk.actor.worker, "MJ", "worker"))
    with pytest.raises(RuleError, match="koordinator"):
        set_attendance_code(desk, "online", word="med på skærm")


def test_codes_are_there_after_a_restart_and_undo_gives_the_digest_back(desk: Desk, clock: FixedClock) -> None:
    before = state_digest(desk.store.connection).digest
    set_attendance_code(desk, "dropped_in", word="kiggede ind", klass="attended")
    use_own_kinds([])
    assert attendance_kind("dropped_in") is None
    again = take_seat(desk.store, desk.actor.worker, clock=clock, randomness=desk.ids.randomness)
    assert attendance_kind("dropped_in") is not None
    undo(again)
    assert state_digest(desk.store.connection).digest == before
