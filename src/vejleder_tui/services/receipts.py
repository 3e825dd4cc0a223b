"""Receipts taken in: what a receiver holds, waits for and refused; and what that says of the bundles written here."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from vejleder_tui.bundle.clocks import WRONG_CLOCK, is_behind
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.receipts import read_receipt
from vejleder_tui.bundle.slices import keep_receipt
from vejleder_tui.clock import stamp
from vejleder_tui.queries.keys import known_keys
from vejleder_tui.queries.receipts import bundle_states
from vejleder_tui.services.bookkeeping import bookkeeping
from vejleder_tui.services.notices import note

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.bundle.told import Told
    from vejleder_tui.clock import Clock
    from vejleder_tui.store.store import Store

__all__ = ["ReceiptTaken", "restate_bundles", "take_receipt"]


@dataclass(frozen=True)
class ReceiptTaken:
    """A receipt that was read. `counts`: it is the newest of its receiver, so what it says stands from now on.

    `waiting` and `refused` are how many operations it holds without counting them. `wrong_clock`: the receiver's clock was
    wrong by more than a day, and showed `at`.
    """

    receiver: str
    generation: int
    number: int
    at: str
    counts: bool
    waiting: int
    refused: int
    wrong_clock: bool = False


def take_receipt(store: Store, path: Path, *, clock: Clock) -> ReceiptTaken:
    """Take a receipt in and return what it says; the greatest (generation, number) of a receiver counts.

    A clock that is wrong by more than a day is told, and the receipt counts all the same.

    It must be signed with a key that was read in here, a recipient's or a sender's. Raises RefusedError (also for a bundle
    that is no receipt) and NotFoundError.
    """
    reader = store.reader()
    try:
        signers = {one.public_key: one for one in known_keys(reader) if one.public_key}
        # Whom bundles are sealed for goes before whose are believed: one key can be both.
        signers |= {one.public_key: one for one in known_keys(reader, "recipient") if one.public_key}
        found = read_receipt(path, [own_keys(reader).identity], signers)
        now = clock.now()
        wrong = found.receipt.at > stamp(now + WRONG_CLOCK) or is_behind(reader, found.header, now)
    finally:
        store.release(reader)
    receiver, told = signers[found.signer], found.told
    with bookkeeping(store) as connection:
        counts = keep_receipt(connection, receiver.recipient, found.receipt, said=_lists(told))
        if counts:
            restate_bundles(connection)
        if wrong:
            about = {"device": found.sender.device, "at": found.receipt.at}
            note(connection, f"clock:{found.sender.device}:{found.receipt.at[:10]}", "clock", about, at=now)
    return ReceiptTaken(
        receiver.name,
        told.generation,
        told.number,
        found.receipt.at,
        counts,
        sum(run.last - run.first + 1 for run in told.waiting),
        len(told.refused),
        wrong,
    )


def _lists(told: Told) -> tuple[str, str, str]:
    """Return what a receipt lists as the table keeps it: what waits, what was refused, what became of bundles."""
    return (
        json.dumps([asdict(one) for one in told.waiting]),
        json.dumps([asdict(one) for one in told.refused]),
        json.dumps([asdict(one) for one in told.bundles]),
    )


def restate_bundles(connection: Connection) -> None:
    """Say of every bundle that was written here what its receivers' newest receipts say of it."""
    for one in bundle_states(connection):
        connection.execute(
            "UPDATE bundle_history SET status = ?, why = ?, received_at = ? WHERE bundle_id = ?",
            (one.status, one.why, one.received_at, one.bundle_id),
        )
