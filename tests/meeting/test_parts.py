"""What a slice brought is acknowledged stretch by stretch: the laptop that wrote it may be lost, and never write the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.meeting.test_receipts import receipt
from vejleder_tui.bundle.parts import held_parts
from vejleder_tui.bundle.slices import Receipt, count_of, have, keep_receipt, receipts, unsent
from vejleder_tui.model import Course
from vejleder_tui.queries.handover import history, waiting
from vejleder_tui.services.handover import export
from vejleder_tui.services.receipts import take_receipt
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.meeting.laptops import Laptop


def new_course(one: Laptop, title: str) -> str:
    with one.desk.transaction() as work:
        return work.create(Course, work.new_id(), {"organisation": organisation_id("0183")}, title=title)


def slice_of(one: Laptop, course: str) -> Path:
    one.folder.mkdir(exist_ok=True)
    return export(
        one.desk.store, clock=one.clock, randomness=one.desk.ids.randomness, folder=one.folder, course=course
    ).path


def sliced(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop, Laptop, str]:
    """A laptop that was lost after a slice of its second course, who got that, and the centre."""
    lost, one, centre = laptop("Bærbar 3"), laptop("Bærbar 2"), laptop("Bærbar 5")
    lost.knows(one)
    one.knows(lost)
    one.knows(centre, role="administration")
    centre.knows(one, lost)
    new_course(lost, "ABC")
    course = new_course(lost, "Mindfulness")
    lost.new_citizen("Einer Mo")
    one.merges(slice_of(lost, course))
    return lost, one, centre, course


def left(one: Laptop, receipt: Receipt) -> int:
    connection = one.desk.store.connection
    return count_of(connection, unsent(connection, one.desk.device, [receipt]))


def test_a_lost_laptop_s_slice_is_acknowledged_and_to_send_is_none(laptop: Callable[..., Laptop]) -> None:
    _lost, one, centre, course = sliced(laptop)
    assert waiting(one.desk.store.connection).changes > 0
    centre.merges(one.bundle(everything=False))
    assert centre.rows("SELECT title FROM course WHERE id = ?", course) == [("Mindfulness",)]
    take_receipt(one.desk.store, receipt(centre, one, parts=held_parts(centre.desk.store.connection)), clock=one.clock)
    assert waiting(one.desk.store.connection).changes == 0
    assert [line.status for line in history(one.desk.store.connection, "out")] == ["received"]
    (kept,) = receipts(one.desk.store.connection).values()
    assert kept.parts == tuple(held_parts(centre.desk.store.connection)) != ()
    take_receipt(
        one.desk.store, receipt(centre, one, number=2), clock=one.clock
    )  # without the parts nothing is told of them
    assert waiting(one.desk.store.connection).changes > 0
    assert [line.status for line in history(one.desk.store.connection, "out")] == ["written"]


def test_what_a_bundle_says_tells_the_parts_too(laptop: Callable[..., Laptop]) -> None:
    _lost, one, centre, _course = sliced(laptop)
    centre.merges(one.bundle(everything=False))
    one.merges(centre.bundle(everything=False))
    assert waiting(one.desk.store.connection).changes == 0


def test_who_has_everything_sends_only_what_is_left(laptop: Callable[..., Laptop]) -> None:
    lost, one, centre, _course = sliced(laptop)
    centre.merges(one.bundle(everything=False))
    held = centre.desk.store.connection
    said = Receipt("2026-11-24T10:00:00Z", tuple(have(held)), 0, 1, tuple(held_parts(held)))
    connection = lost.desk.store.connection
    ((everything,),) = lost.rows("SELECT count(*) FROM operation")
    ((there,),) = centre.rows("SELECT count(*) FROM operation WHERE device = ?", lost.desk.device)
    runs = unsent(connection, lost.desk.device, [said])
    assert count_of(connection, runs) == int(str(everything)) - int(str(there)) > 0
    # What is left is one run up to the end that the device signs; what the receiver has stands in it as absent.
    (run,) = runs
    assert [part.present for part in run.parts].count(False) >= 1
    assert all(one.place == other.start for one, other in zip(run.parts, run.parts[1:], strict=False))
    # One that holds nothing gets everything all the same.
    assert count_of(connection, unsent(connection, lost.desk.device, [said, None])) == everything
    lost.writes_to(centre)
    lost.knows(centre)
    keep_receipt(connection, centre.card.recipient, said)
    rest = lost.bundle(everything=False)
    done = centre.merges(rest)
    assert done.outcome.missing == ()
    assert centre.rows("SELECT count(*) FROM operation WHERE device = ?", lost.desk.device) == [(everything,)]
    assert centre.rows("SELECT count(*) FROM withheld") == [(0,)]
    assert held_parts(centre.desk.store.connection) == []
    assert centre.name_of(str(lost.rows("SELECT id FROM citizen")[0][0])) == "Einer Mo"


def test_a_part_of_another_chain_acknowledges_nothing(laptop: Callable[..., Laptop]) -> None:
    _lost, one, centre, _course = sliced(laptop)
    centre.merges(one.bundle(everything=False))
    held = centre.desk.store.connection
    parts = held_parts(held)
    true = Receipt("2026-11-24T10:00:00Z", tuple(have(held)), 0, 1, tuple(parts))
    made_up = tuple(part._replace(hash="0" * 63 + "1") for part in parts)
    too_late = tuple(part._replace(first=part.last + 1, last=part.last + 2) for part in parts)
    assert left(one, true) == 0
    assert left(one, true._replace(parts=made_up)) == left(one, true._replace(parts=too_late)) > 0
