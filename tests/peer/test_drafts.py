"""Drafts belong to their author and this laptop, survive a kill, and go when the form is saved."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.peer.people import HOSTILE, usual, worker
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.oplog import state_digest
from vejleder_tui.queries.drafts import drafts, find_draft
from vejleder_tui.queries.peer import peer_activities
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.drafts import discard_draft, save_draft, save_form
from vejleder_tui.services.peer import new_peer_activity

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

TITLE = "Peer-aktivitet 23-11"


def test_a_draft_is_written_over_and_is_no_operation(desk: Desk, clock: FixedClock) -> None:
    from datetime import timedelta

    before = state_digest(desk.store.connection)
    first = save_draft(desk, "peer_form", TITLE, {"summary": "Det"})
    assert first.started == "10:42"
    clock.moment += timedelta(minutes=9)
    assert save_draft(desk, "peer_form", TITLE, {"summary": "Det var", "purposes": ["a"]}, draft=first.id) == first
    (view,) = drafts(desk.store.connection, desk.actor.worker)
    assert (view.id, view.screen, view.title, view.started) == (first.id, "peer_form", TITLE, "10:42")
    assert view.updated_at > view.started_at
    opened = find_draft(desk.store.connection, first.id, desk.actor.worker)
    assert opened is not None
    assert opened.values == {"summary": "Det var", "purposes": ["a"]}
    assert state_digest(desk.store.connection) == before
    assert desk.store.connection.execute("SELECT count(*) FROM step").fetchone() == (0,)


def test_nobody_else_sees_changes_or_discards_it(desk: Desk) -> None:
    mine, me = save_draft(desk, "peer_form", TITLE, {"summary": "mit"}), desk.actor
    other = worker(desk, "Anden Vejleder", initials="AV", role="worker")
    desk.as_actor(Actor(other.id, "AV", "worker"))
    assert drafts(desk.store.connection, other.id) == []
    assert find_draft(desk.store.connection, mine.id, other.id) is None
    with pytest.raises(NotFoundError):
        discard_draft(desk, mine.id)
    assert save_draft(desk, "peer_form", TITLE, {"summary": "dit"}, draft=mine.id).id != mine.id
    desk.as_actor(me)
    opened = find_draft(desk.store.connection, mine.id, me.worker)
    assert opened is not None
    assert opened.values == {"summary": "mit"}
    discard_draft(desk, mine.id)
    assert drafts(desk.store.connection, me.worker) == []


def test_it_goes_with_the_save_or_stays_with_the_failure(desk: Desk) -> None:
    draft = save_draft(desk, "peer_form", TITLE, {}).id
    with pytest.raises(RuleError):
        save_form(desk, draft, lambda one: new_peer_activity(one, **usual()))
    assert [one.id for one in drafts(desk.store.connection, desk.actor.worker)] == [draft]
    saved = save_form(desk, draft, lambda one: new_peer_activity(one, **usual(count=2)))
    assert drafts(desk.store.connection, desk.actor.worker) == []
    assert [one.id for one in peer_activities(desk.store.connection)] == [saved.row]
    assert save_form(desk, "", lambda one: new_peer_activity(one, **usual(count=2))).txn == saved.txn + 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_letter_by_letter(desk: Desk, text: str) -> None:
    draft = save_draft(desk, "peer_form", text, {"summary": text})
    opened = find_draft(desk.store.connection, draft.id, desk.actor.worker)
    assert opened is not None
    assert (opened.view.title, opened.values) == (text, {"summary": text})


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.drafts import save_draft
from vejleder_tui.services.setup import take_seat
from vejleder_tui.store.store import Store

folder, key, worker, moment = sys.argv[1:]
clock = FixedClock(datetime.fromisoformat(moment))
desk = take_seat(
    Store.open(StorePaths(Path(folder)), bytes.fromhex(key), clock=clock), worker,
    clock=clock, randomness=SeededRandomness(2),
)
first = save_draft(desk, "peer_form", "Peer-aktivitet 23-11", {"summary": "Det var"})
save_draft(desk, "peer_form", "Peer-aktivitet 23-11", {"summary": "Det var lettere"}, draft=first.id)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_draft_outlives_a_kill(desk: Desk, paths: StorePaths, clock: FixedClock) -> None:
    from vejleder_tui.store.store import Store

    key, actor, moment = desk.store._data_key, desk.actor, clock.now()
    desk.store.close()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(paths.folder), key.hex(), actor.worker, _iso(moment)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    store = Store.open(paths, key, clock=clock)
    (view,) = drafts(store.connection, actor.worker)
    opened = find_draft(store.connection, view.id, actor.worker)
    store.close()
    assert opened is not None
    assert opened.values == {"summary": "Det var lettere"}


def _iso(moment: datetime) -> str:
    return moment.isoformat()
