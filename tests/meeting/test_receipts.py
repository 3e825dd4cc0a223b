"""Receipts on the laptop: what is left to send, and what became of each bundle."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.meeting.test_screens import given
from tests.screens.golden import check_golden, lines, screen_text
from tests.screens.live import running, wait
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.header import Exporter
from vejleder_tui.bundle.receipts import write_receipt
from vejleder_tui.bundle.slices import Head, have
from vejleder_tui.bundle.told import BundleState, WaitingRun
from vejleder_tui.clock import stamp
from vejleder_tui.errors import RefusedError
from vejleder_tui.queries.handover import history, waiting
from vejleder_tui.queries.merge_words import receipt_sentences
from vejleder_tui.queries.notices import notice_sentence, open_notices
from vejleder_tui.services.receipts import take_receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.meeting.laptops import Laptop
    from vejleder_tui.bundle.parts import Part


def receipt(
    sender: Laptop,
    to: Laptop,
    *,
    generation: int = 0,
    number: int = 1,
    heads: Sequence[Head] | None = None,
    waits: Sequence[WaitingRun] = (),
    bundles: Sequence[BundleState] = (),
    parts: Sequence[Part] = (),
) -> Path:
    """A receipt of what a laptop holds; a centre's is written by the same function."""
    own = own_keys(sender.desk.store.connection)
    sender.folder.mkdir(exist_ok=True)
    return write_receipt(
        sender.folder, sender=Exporter(own.card.device, own.card.name, own.card.public_key, own.card.municipality),
        signer=own.signer, recipients=[to.card.recipient], bundle_id=sender.desk.ids.new(),
        created=stamp(sender.clock.now()), generation=generation, number=number,
        have=have(sender.desk.store.connection) if heads is None else heads, waiting=waits, bundles=bundles,
        parts=parts,
    ).path  # fmt: skip


def states(one: Laptop) -> list[tuple[str, str]]:
    return [(line.status, line.why) for line in history(one.desk.store.connection, "out")]


def left(one: Laptop) -> int:
    return waiting(one.desk.store.connection).changes


def met(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop]:
    worker, centre = laptop("Bærbar 3"), laptop("Bærbar 2")
    worker.knows(centre, role="administration")
    centre.knows(worker)
    worker.new_citizen("Einer Mo")
    return worker, centre


def test_to_send_shrinks_only_by_a_receipt(laptop: Callable[..., Laptop]) -> None:
    worker, centre = met(laptop)
    bundle = worker.bundle(everything=False)
    assert (left(worker), states(worker)) == (5, [("written", "")])
    centre.merges(bundle)
    taken = take_receipt(worker.desk.store, receipt(centre, worker), clock=worker.clock)
    assert (taken.counts, taken.receiver, taken.waiting) == (True, "Bærbar 2", 0)
    assert (left(worker), states(worker)) == (0, [("received", "")])
    assert worker.rows("SELECT received_at IS NOT NULL FROM bundle_history") == [(1,)]
    worker.new_citizen("Lonni Bo")
    assert left(worker) == 1


def test_the_newest_counts_even_if_it_holds_less(laptop: Callable[..., Laptop]) -> None:
    worker, centre = met(laptop)
    centre.merges(worker.bundle(everything=False))
    second, first = receipt(centre, worker, number=2), receipt(centre, worker, number=1, heads=[])
    assert take_receipt(worker.desk.store, second, clock=worker.clock).counts
    assert not take_receipt(worker.desk.store, first, clock=worker.clock).counts
    assert left(worker) == 0
    restored = receipt(centre, worker, generation=1, number=1, heads=[])
    assert take_receipt(worker.desk.store, restored, clock=worker.clock).counts
    assert (left(worker), states(worker)) == (5, [("written", "")])


def test_what_waits_there_and_what_was_refused_is_told_of_each_bundle(laptop: Callable[..., Laptop]) -> None:
    worker, centre = met(laptop)
    worker.bundle()
    worker.clock.moment = worker.clock.moment.replace(minute=50)
    worker.bundle()
    newer, older = (line.bundle_id for line in history(worker.desk.store.connection, "out"))
    path = receipt(
        centre, worker, heads=[], waits=[WaitingRun(worker.desk.device, 1, 5, "unknown", "x")],
        bundles=[BundleState(newer, "held", "unknown"), BundleState(older, "refused", "not_for_us")],
    )  # fmt: skip
    taken = take_receipt(worker.desk.store, path, clock=worker.clock)
    assert taken.waiting == 5
    assert states(worker) == [("waiting", "unknown"), ("refused", "not_for_us")]


def test_a_receipt_of_a_stranger_or_of_a_bundle_s_kind_is_refused(laptop: Callable[..., Laptop]) -> None:
    worker, centre = met(laptop)
    stranger = laptop("Bærbar 5")
    for path in (receipt(stranger, worker), centre.bundle()):
        with pytest.raises(RefusedError):
            take_receipt(worker.desk.store, path, clock=worker.clock)
    assert worker.rows("SELECT count(*) FROM receipt") == [(0,)]


def test_what_a_bundle_says_its_writer_holds_counts_as_its_word(laptop: Callable[..., Laptop]) -> None:
    worker, centre = met(laptop)
    centre.merges(worker.bundle(everything=False))
    worker.merges(centre.bundle(everything=False))
    assert (left(worker), states(worker)) == (0, [("received", "")])


async def test_a_receipt_given_to_i_is_taken_as_one(laptop: Callable[..., Laptop]) -> None:
    worker, centre = met(laptop)
    centre.merges(worker.bundle(everything=False))
    newer = history(worker.desk.store.connection, "out")[0].bundle_id
    path = receipt(centre, worker, number=3, bundles=[BundleState(newer, "applied", "")])
    refused = receipt(centre, worker, number=4, heads=[], bundles=[BundleState(newer, "refused", "not_for_us")])
    worker.desk.store.connection.execute("UPDATE bundle_history SET folder = 'D:\\Vejleder\\'")
    async with running(worker.desk, "handover") as pilot:
        await given(pilot, path)
        await wait(pilot)
        assert "Alt er sendt og modtaget" in screen_text(pilot.app)
        assert "Kvitteringen fra Bærbar 2" in lines(pilot.app)[22]
        await given(pilot, refused)
        await wait(pilot)
        check_golden(pilot.app, "handover-refused")


@pytest.mark.parametrize("days", [-400, 400, 0])
def test_a_receiver_s_wrong_clock_is_told_and_its_receipt_counts(laptop: Callable[..., Laptop], days: int) -> None:
    worker, centre = met(laptop)
    centre.merges(worker.bundle(everything=False))
    centre.clock.moment += timedelta(days=days)
    taken = take_receipt(worker.desk.store, receipt(centre, worker), clock=worker.clock)
    assert (taken.counts, taken.wrong_clock, left(worker)) == (True, days != 0, 0)
    said = [sentence for sentence in receipt_sentences(taken) if "Uret på Bærbar 2 er forkert" in sentence]
    connection = worker.desk.store.connection
    assert said == [notice_sentence(connection, one) for one in open_notices(connection)]
    assert len(said) == (1 if days else 0)
