"""A file that states somebody else's device id under a key of its own, read in before that device was known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.central.laptop import Stranger
from vejleder_tui.errors import NotFoundError, RefusedError
from vejleder_tui.oplog import chain_faults, fold_faults
from vejleder_tui.services.discarding import discard_waiting
from vejleder_tui.services.keyring import remove_key, trust_sender, waiting_cards
from vejleder_tui.services.trusting import bring_up_to_date
from vejleder_tui.store.check import check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.meeting.laptops import Laptop


def told(one: Laptop, true: Laptop, folder: Path) -> Stranger:
    """Let `one` read a stranger's file under the id of the laptop `true`."""
    stranger = Stranger(7, true.desk.device)
    stranger.organisation()
    stranger.citizen("Opdigtet")
    assert one.merges(stranger.bundle(folder, one.card.recipient)).outcome.held["unknown"] == 3
    return stranger


def faults(one: Laptop) -> list[object]:
    connection = one.desk.store.connection
    return [*check(connection), *chain_faults(connection), *fold_faults(connection)]


def test_a_trusted_signature_wins_over_what_waits_for_an_unknown_key(
    laptop: Callable[..., Laptop], tmp_path: Path
) -> None:
    one, true = laptop("Bærbar 2"), laptop("Bærbar 3")
    told(one, true, tmp_path)
    einer = true.new_citizen("Einer Mo")
    true.knows(one)
    one.knows(true)
    assert one.looks_at(true.bundle()).outcome.waiting == ()
    assert len(waiting_cards(one.desk.store.connection)) == 1, "looking changes nothing"
    one.merges(true.bundle())
    assert one.name_of(einer) == "Einer Mo"
    assert waiting_cards(one.desk.store.connection) == []
    assert one.rows("SELECT DISTINCT public_key FROM signed_head WHERE device = ?", true.desk.device) == [
        (true.card.public_key,)
    ]
    assert one.rows("SELECT count(*) FROM citizen WHERE name = 'Opdigtet'") == [(0,)]
    with pytest.raises(Exception, match="append-only"), one.desk.door.opened():
        one.desk.store.connection.execute("DELETE FROM operation")
    assert faults(one) == []
    fresh = laptop("Bærbar 2")
    fresh.knows(true)
    fresh.merges(true.bundle())
    assert fresh.digest == one.digest


def test_two_unknown_keys_a_person_decides(laptop: Callable[..., Laptop], tmp_path: Path) -> None:
    one, true = laptop("Bærbar 2"), laptop("Bærbar 3")
    stranger = told(one, true, tmp_path)
    true.writes_to(one)
    before = one.digest
    with pytest.raises(RefusedError, match="en anden nøgle end det, der venter"):
        one.merges(true.bundle())
    with pytest.raises(NotFoundError):
        discard_waiting(one.desk, "fugl-hest-maj-lampe")
    (done,) = discard_waiting(one.desk, stranger.card.words())
    assert (done.device, done.operations, done.name) == (true.desk.device, 3, stranger.name)
    assert one.rows("SELECT status FROM bundle_history") == [("discarded",)]
    assert one.merges(true.bundle()).outcome.held["unknown"] == len(true.rows("SELECT 1 FROM operation"))
    (waiting,) = waiting_cards(one.desk.store.connection)
    assert waiting.key.public_key == true.card.public_key
    assert (one.digest, faults(one)) == (before, [])


def test_what_was_believed_once_goes_only_when_a_person_says_so(laptop: Callable[..., Laptop], tmp_path: Path) -> None:
    one, true = laptop("Bærbar 2"), laptop("Bærbar 3")
    true.knows(one)
    one.knows(true)
    einer = true.new_citizen("Einer Mo")
    one.merges(true.bundle())
    with pytest.raises(NotFoundError):
        discard_waiting(one.desk, true.card.words())
    remove_key(one.desk.store, true.card.words(), clock=one.clock, purpose="sender")
    bring_up_to_date(one.desk)
    stranger = Stranger(8, true.desk.device)
    trust_sender(one.desk.store, stranger.card.to_json(), clock=one.clock)
    with pytest.raises(RefusedError):
        one.merges(stranger.bundle(tmp_path, one.card.recipient))
    assert discard_waiting(one.desk, true.card.words())[0].operations == len(true.rows("SELECT 1 FROM operation"))
    one.merges(stranger.bundle(tmp_path, one.card.recipient))
    assert one.name_of(einer) is None
    assert faults(one) == []
