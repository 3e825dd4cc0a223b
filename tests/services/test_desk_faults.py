"""What must not happen at the desk: half a service kept, a step in another's name, an old value that comes back."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import make_group
from tests.conftest import START
from vejleder_tui.clock import local, stamp
from vejleder_tui.errors import NotSavedError, RuleError, UndoError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen, GroupSession
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.queries.roster import attendance_note
from vejleder_tui.services.attendance import mark, set_note
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.sessions import cancel_session
from vejleder_tui.services.setup import organisation_id, take_seat
from vejleder_tui.services.undo import redo, undo
from vejleder_tui.services.workers import new_worker

if TYPE_CHECKING:
    from tests.conftest import MadeStore
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

ORGANISATION = {"organisation": organisation_id("0183")}


def add(desk: Desk, name: str) -> str:
    with desk.transaction("ny borger: {who}", who=name) as work:
        return work.create(Citizen, work.new_id(), ORGANISATION, name=name)


def rename(desk: Desk, citizen: str, name: str) -> None:
    with desk.transaction("nyt navn: {who}", who=name) as work:
        work.change(Citizen, citizen, name=name)


def name_of(desk: Desk, citizen: str) -> str:
    return str(desk.store.connection.execute("SELECT name FROM citizen WHERE id = ?", (citizen,)).fetchone()[0])


def steps(desk: Desk) -> list[tuple[int, str, str]]:
    return [tuple(row) for row in desk.store.connection.execute("SELECT txn, actor, label FROM step ORDER BY txn")]


def sound(desk: Desk) -> None:
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []


@pytest.fixture
def other(desk: Desk) -> Actor:
    made = new_worker(desk, "Anne Vang", "AV")
    return Actor(made.row, "AV", "worker")


def test_an_inner_service_that_failed_is_never_half_kept_though_its_error_is_swallowed(desk: Desk) -> None:
    before = state_digest(desk.store.connection)

    def inner() -> None:
        with desk.transaction("indre") as work:
            work.create(Citizen, work.new_id(), ORGANISATION, name="Halv")
            raise RuleError("nej")

    def outer() -> None:
        with desk.transaction("ydre") as work:
            work.create(Citizen, work.new_id(), ORGANISATION, name="Hel")
            with contextlib.suppress(RuleError):
                inner()

    with pytest.raises(NotSavedError, match="intet af den"):
        outer()
    assert state_digest(desk.store.connection) == before
    assert steps(desk)[-1:] == []
    add(desk, "Bagefter")
    sound(desk)


def test_a_service_inside_another_is_one_step_under_the_outer_label(desk: Desk) -> None:
    with desk.transaction("ydre: {what}", what="a"):
        add(desk, "Indre")
    assert [label for _txn, _actor, label in steps(desk)] == ["ydre: {what}"]
    assert undo(desk).what == "ydre: a"


def test_a_service_with_a_label_inside_one_without_names_the_step(desk: Desk) -> None:
    with desk.transaction():
        add(desk, "Indre")
    assert undo(desk).what == "ny borger: Indre"


def test_no_step_is_left_of_a_transaction_that_was_rolled_back(desk: Desk) -> None:
    citizen = add(desk, "Einer")
    kept = steps(desk)

    def fail() -> None:
        with desk.transaction("nyt navn") as work:
            work.change(Citizen, citizen, name="Forkert")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert steps(desk) == kept
    assert undo(desk).what == "ny borger: Einer"
    redo(desk)
    rename(desk, citizen, "Rigtig")
    sound(desk)


def test_another_thread_waits_its_turn_and_joins_nobodys_transaction(desk: Desk) -> None:
    inside, failed = threading.Event(), []

    def write() -> None:
        inside.wait(5)
        try:
            add(desk, "Fra en anden tråd")
        except Exception as error:  # noqa: BLE001 - told in the main thread
            failed.append(error)

    def outer() -> None:
        with desk.transaction("ydre") as work:
            work.create(Citizen, work.new_id(), ORGANISATION, name="Ruller tilbage")
            inside.set()
            thread.join(0.2)
            raise ZeroDivisionError

    thread = threading.Thread(target=write)
    thread.start()
    with pytest.raises(ZeroDivisionError):
        outer()
    thread.join(10)
    assert failed == []
    found = desk.store.connection.execute("SELECT name FROM citizen").fetchall()
    assert found == [("Fra en anden tråd",)]
    sound(desk)


def test_undo_takes_back_ones_own_steps_only(desk: Desk, other: Actor) -> None:
    me = desk.actor
    mine, theirs = add(desk, "Min"), ""
    desk.as_actor(other)
    theirs = add(desk, "Deres")
    desk.as_actor(me)
    assert undo(desk).rows == (("citizen", mine),)
    desk.as_actor(other)
    assert undo(desk).rows == (("citizen", theirs),)
    with pytest.raises(UndoError, match="ikke mere at fortryde"):
        undo(desk)
    desk.as_actor(me)
    assert redo(desk).rows == (("citizen", mine),)
    with pytest.raises(UndoError, match="gøre igen"):
        redo(desk)
    sound(desk)


def test_undo_and_redo_name_who_built_on_the_step_since(desk: Desk, other: Actor) -> None:
    me = desk.actor
    citizen = add(desk, "Einer M.")
    rename(desk, citizen, "Einer Mo.")
    desk.as_actor(other)
    rename(desk, citizen, "Einer Mos.")
    desk.as_actor(me)
    with pytest.raises(UndoError, match=r"Kan ikke fortrydes: det er ændret .* af AV siden"):
        undo(desk)
    assert name_of(desk, citizen) == "Einer Mos."
    desk.as_actor(other)
    undo(desk)
    desk.as_actor(me)
    undo(desk)
    assert name_of(desk, citizen) == "Einer M."
    desk.as_actor(other)
    rename(desk, citizen, "Einer Moss")
    desk.as_actor(me)
    with pytest.raises(UndoError, match=r"Kan ikke gøres igen: det er ændret .* af AV siden"):
        redo(desk)
    assert name_of(desk, citizen) == "Einer Moss"
    sound(desk)


def test_a_second_desk_at_the_same_store_does_not_shut_the_first_out(
    desk: Desk, other: Actor, clock: FixedClock
) -> None:
    second = take_seat(desk.store, other.worker, clock=clock, randomness=SeededRandomness(9))
    add(second, "Fra den anden")
    add(desk, "Fra den første")
    assert [actor for _txn, actor, _label in steps(desk)][-2:] == [other.worker, desk.actor.worker]
    sound(desk)


def test_what_was_undone_does_not_come_back_with_the_next_mark(desk: Desk) -> None:
    group = make_group(desk)
    citizen = group.number(1)
    set_note(desk, group.ref(), citizen, "græd og ville hjem")
    undo(desk)
    mark(desk, group.ref(), citizen, "present")
    assert attendance_note(desk.store.connection, group.ref(), citizen) == ""
    sound(desk)


def test_a_cancellation_that_was_undone_does_not_come_back_with_a_note(desk: Desk) -> None:
    group = make_group(desk)
    ref = group.ref()
    cancel_session(desk, ref, "sygdom")
    undo(desk)
    set_note(desk, ref, group.number(1), "ringede")
    with desk.transaction() as work:
        standing = work.get(GroupSession, ref.id)
    assert (standing.status, standing.status_reason) == (None, None)
    undo(desk)
    sound(desk)


def test_a_clock_far_ahead_and_back_changes_no_order(desk: Desk, clock: FixedClock) -> None:
    clock.moment = START + timedelta(days=30_000)
    first = add(desk, "I fremtiden")
    clock.moment = START - timedelta(days=9_000)
    second = add(desk, "I fortiden")
    with desk.transaction("tid") as work:
        work.change(Citizen, second, name="I fortiden, igen")
        assert work.saved().at == f"{local(work.now):%H:%M:%S}"
        assert work.today == date.fromisoformat(stamp(work.now)[:10])
    assert undo(desk).rows == (("citizen", second),)
    assert undo(desk).rows == (("citizen", second),)
    assert undo(desk).rows == (("citizen", first),)
    assert redo(desk).rows == (("citizen", first),)
    sound(desk)


def test_a_clock_before_1970_makes_ids_too(desk: Desk, clock: FixedClock) -> None:
    """An empty battery gives 1970-01-01 in local time, which is 1969 in UTC."""
    clock.moment = datetime(1969, 12, 31, 23, 0, tzinfo=UTC)
    first, second = add(desk, "Uden batteri"), add(desk, "Uden batteri heller")
    assert first != second
    assert undo(desk).rows == (("citizen", second),)
    sound(desk)


def test_undo_goes_on_after_a_restart_and_a_failed_transaction(
    desk: Desk, clock: FixedClock, made_store: MadeStore
) -> None:
    from vejleder_tui.store.store import Store

    citizen = add(desk, "Einer")
    rename(desk, citizen, "Einar")
    with contextlib.suppress(RuleError), desk.transaction("fejl") as work:
        work.change(Citizen, citizen, birth_date="31-11-1960")
    worker, paths = desk.actor.worker, desk.store.paths
    desk.store.close()
    with Store.open(paths, made_store.data_key, clock=clock) as store:
        again = take_seat(store, worker, clock=clock, randomness=SeededRandomness(4))
        undo(again)
        assert name_of(again, citizen) == "Einer"
        with contextlib.suppress(RuleError), again.transaction("fejl") as work:
            work.change(Citizen, citizen, birth_date="31-11-1960")
        redo(again)
        assert name_of(again, citizen) == "Einar"
        sound(again)
