"""Seats at one store: each writes in its own worker's name, whoever sat down last."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen
from vejleder_tui.screens.link import Seat
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.services.workers import new_worker

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def _add(desk: Desk) -> None:
    with desk.transaction("ny borger") as work:
        work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name="Einer M.")


def _authors(desk: Desk) -> list[str]:
    return [actor for (actor,) in desk.store.connection.execute("SELECT actor FROM step ORDER BY txn DESC LIMIT 3")]


def test_a_write_that_was_queued_before_another_unlocked_keeps_its_author(desk: Desk) -> None:
    other = new_worker(desk, "Anne Vang", "AV").row
    first = Seat(desk.store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(7))
    first.write(_add)
    second = first.another(other)
    second.write(_add)
    first.write(_add)  # as where the disk was slow, and the screen was locked and unlocked meanwhile
    second.write(_add)
    assert _authors(desk) == [other, first.actor.worker_id, other]


def test_a_store_is_closed_when_nobody_asks_it_any_more(desk: Desk) -> None:
    """A connection that is closed under a question that runs takes the whole program with it."""
    seat = Seat(desk.store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(7))
    begun = threading.Event()

    def count(connection: Any) -> int:
        counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n"
        begun.set()
        return len(connection.execute(counting).fetchall())

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(seat.read, count)
        begun.wait()
        seat.close()
        assert asked.result() == 300_000
