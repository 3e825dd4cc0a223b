"""Any sequence of marks: the rows are the fold of the log, and undoing all of it gives the first state back."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attend.group import make_group
from tests.conftest import PASSPHRASE
from vejleder_tui.clock import FixedClock
from vejleder_tui.codes import ABSENCE_REASONS, ATTENDANCE_KINDS
from vejleder_tui.errors import RuleError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.attendance import clear, mark, mark_rest, marks_many, set_minutes, set_note, set_reason
from vejleder_tui.services.setup import FirstStart, first_start
from vejleder_tui.services.undo import redo, undo
from vejleder_tui.store.slots import Cost

codes = st.sampled_from([kind.code for kind in ATTENDANCE_KINDS])
reasons = st.none() | st.sampled_from([reason.code for reason in ABSENCE_REASONS])
people = st.integers(1, 4)
days = st.sampled_from([date(2026, 11, 17), date(2026, 11, 24), date(2026, 12, 1)])
acts = st.one_of(
    st.tuples(st.just("mark"), days, people, codes, reasons),
    st.tuples(st.just("rest"), days, codes),
    st.tuples(st.just("many"), days, st.lists(people, min_size=1, max_size=3, unique=True), codes),
    st.tuples(st.just("minutes"), days, people, st.none() | st.integers(1, 1440)),
    st.tuples(st.just("reason"), days, people, reasons),
    st.tuples(st.just("note"), days, people, st.text(max_size=20)),
    st.tuples(st.just("clear"), days, people),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
)


def run(desk: Any, group: Any, act: tuple[Any, ...]) -> None:
    what, *given_ = act
    if what in {"undo", "redo"}:
        {"undo": undo, "redo": redo}[what](desk)
        return
    ref = group.ref(given_[0])
    if what == "mark":
        mark(desk, ref, group.number(given_[1]), given_[2], reason=given_[3])
    elif what == "rest":
        mark_rest(desk, ref, given_[1])
    elif what == "many":
        marks_many(desk, ref, [group.number(one) for one in given_[1]], given_[2])
    elif what == "minutes":
        set_minutes(desk, ref, group.number(given_[1]), given_[2])
    elif what == "reason":
        set_reason(desk, ref, group.number(given_[1]), given_[2])
    elif what == "note":
        set_note(desk, ref, group.number(given_[1]), given_[2])
    else:
        clear(desk, ref, [group.number(given_[1])])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(acts, max_size=14))
def test_rows_are_the_fold_of_the_log(sequence: list[tuple[Any, ...]]) -> None:
    from vejleder_tui.errors import UndoError

    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(datetime(2026, 11, 24, 9, 42, tzinfo=UTC), timedelta(milliseconds=1))
        answers = FirstStart("0183", "Centret", "Bærbar 2", "Mette Jensen", "MJ", "worker", PASSPHRASE)
        desk, _code = first_start(
            StorePaths(Path(folder)), answers, clock=clock, randomness=SeededRandomness(3), cost=Cost(8, 1, 1)
        )
        try:
            group = make_group(desk, ("Asta Lund", "Bodil Krogh", "Carlo Nygaard", "Torre Munk"))
            before = state_digest(desk.store.connection).digest
            for act in sequence:
                try:
                    run(desk, group, act)
                except (RuleError, UndoError):
                    continue
            assert list(fold_faults(desk.store.connection)) == []
            assert list(chain_faults(desk.store.connection)) == []
            with pytest.raises(UndoError, match="ikke mere at fortryde"):
                while True:
                    undo(desk)
            assert state_digest(desk.store.connection).digest == before
        finally:
            desk.store.close()
