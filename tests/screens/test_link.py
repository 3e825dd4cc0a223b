"""Seats at one store: each writes in its own worker's name, whoever sat down last."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
