"""What tests of planning build on: a course of Tuesdays, and citizens with invented names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from vejleder_tui.errors import RuleError
from vejleder_tui.model import Citizen, Enrolment, Grant
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.queries.sessions import sessions_between
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.courses import new_course, new_venue
from vejleder_tui.services.enrolments import enrol
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved

FIRST = date(2026, 10, 6)
TODAY = date(2026, 11, 24)
CHRISTMAS = date(2026, 12, 29)
TUESDAYS = Plan((1,), 1, 600, 720, FIRST, sessions=20)


def citizen(desk: Desk, name: str, **values: object) -> str:
    with desk.transaction() as work:
        made = {"name": name, **values}
        return work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, **made)  # type: ignore[arg-type] # any field of a row


def grant(desk: Desk, whose: str, basis: str = "SEL-85", to_date: str | None = None) -> str:
    with desk.transaction() as work:
        return work.create(
            Grant, work.new_id(), {"citizen": whose}, legal_basis=basis, from_date="2026-01-01", to_date=to_date
        )


def venue(desk: Desk, name: str = "Vejledningscentret") -> str:
    return new_venue(desk, name, kind="centre").row


def course(desk: Desk, title: str = "ABC-gruppe, efterår", plan: Plan = TUESDAYS, **values: object) -> str:
    given = {"venue": venue(desk), "capacity": 12, "skipped": {CHRISTMAS: "juleferie"}, **values}
    return new_course(desk, title, plan, **given).row  # type: ignore[arg-type] # any of its options


def taken_back(desk: Desk, act: Callable[[], Saved]) -> Saved:
    """Do it, undo it, do it again: the digest follows."""
    before = state_digest(desk.store.connection).digest
    saved = act()
    after = state_digest(desk.store.connection).digest
    assert saved.txn
    assert after != before
    undo(desk)
    assert state_digest(desk.store.connection).digest == before
    redo(desk)
    assert state_digest(desk.store.connection).digest == after
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []
    return saved


def refused(field: str, words: str, act: Callable[[], object]) -> None:
    with pytest.raises(RuleError) as told:
        act()
    assert told.value.field == field
    assert words in str(told.value)


def enrolled(desk: Desk, where: str, name: str, day: date = FIRST) -> tuple[str, str]:
    who = citizen(desk, name, birth_date="1960-01-02")
    return who, enrol(desk, where, who, "SEL-82a", from_date=day, assessment="kan forebygge").row


def ref_on(desk: Desk, day: date) -> SessionRef:
    return sessions_between(desk.store.connection, day, day, desk.clock.now())[0].ref


def enrolment(desk: Desk, row: str) -> Enrolment:
    with desk.transaction() as work:
        return work.get(Enrolment, row)
