"""The desk: rows and log in one transaction, undo and redo across restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vejleder_tui.clock import FixedClock
from vejleder_tui.errors import NotSavedError, RuleError, UndoError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen, Device, Organisation
from vejleder_tui.oplog import chain_faults, fold_faults, operations_of, state_digest
from vejleder_tui.services.setup import organisation_id, take_seat
from vejleder_tui.services.undo import redo, undo
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ISHOEJ = {"organisation": organisation_id("0183")}


def add(desk: Desk, name: str) -> str:
    with desk.transaction("ny borger: {who}", who=name) as work:
        return work.create(Citizen, work.new_id(), ISHOEJ, name=name, note="kom sent")


def sound(desk: Desk) -> None:
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []


def test_first_operation_carries_the_public_key(desk: Desk) -> None:
    first = operations_of(desk.store.connection, desk.device, 1)[0][1]
    assert (first.table, first.row, first.seq) == ("device", desk.device, 1)
    assert str(first.values["sign_key"]).startswith("RW")


def test_undo_and_redo_give_the_digest_back_across_a_restart(desk: Desk, clock: FixedClock) -> None:
    states = [state_digest(desk.store.connection).digest]
    citizen = add(desk, "Einer M.")
    states.append(state_digest(desk.store.connection).digest)
    for name in ("Einer Mo.", "Einer Mos."):
        with desk.transaction("nyt navn") as work:
            work.change(Citizen, citizen, name=name, note=None)
        states.append(state_digest(desk.store.connection).digest)
    key, worker, paths = desk.store._data_key, desk.actor.worker, desk.store.paths
    desk.store.close()
    store = Store.open(paths, key, clock=clock)
    again = take_seat(store, worker, clock=clock, randomness=SeededRandomness(2))
    for expected in reversed(states[:-1]):
        undo(again)
        assert state_digest(store.connection).digest == expected
        sound(again)
    with pytest.raises(UndoError, match="ikke mere at fortryde"):
        undo(again)
    for expected in states[1:]:
        redo(again)
        assert state_digest(store.connection).digest == expected
        sound(again)
    with pytest.raises(UndoError, match="gøre igen"):
        redo(again)
    undo(again)
    assert state_digest(store.connection).digest == states[-2]
    store.close()


def test_what_fails_leaves_nothing(desk: Desk) -> None:
    before = state_digest(desk.store.connection)
    with pytest.raises(RuleError), desk.transaction("to") as work:
        work.create(Citizen, work.new_id(), ISHOEJ, name="Max B.")
        work.create(Citizen, work.new_id(), ISHOEJ, birth_date="31-11-1960")
    assert state_digest(desk.store.connection) == before
    add(desk, "Max B.")
    sound(desk)


def test_rows_cannot_be_written_past_the_log(desk: Desk) -> None:
    for sql in (
        "UPDATE organisation SET name = 'x'",
        "DELETE FROM organisation",
        "INSERT INTO citizen (id, void, leaves) VALUES ('x', 0, '')",
        "UPDATE operation SET line = ''",
        "DELETE FROM operation",
    ):
        with pytest.raises(Exception, match="log"):
            desk.store.connection.execute(sql)
    with desk.transaction() as work:
        assert work.get(Organisation, ISHOEJ["organisation"]).name == "Ishøj"


def test_nothing_is_saved_under_a_key_that_was_revoked(desk: Desk) -> None:
    with desk.transaction() as work:
        work.change(Device, desk.device, revoked_seq=1, revoked_hash="0" * 64)
    before = state_digest(desk.store.connection)
    with pytest.raises(NotSavedError, match="spærret"), desk.transaction() as work:
        work.create(Citizen, work.new_id(), {}, name="Einer M.")
    assert state_digest(desk.store.connection) == before
