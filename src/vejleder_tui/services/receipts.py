"""Receipts taken in: what a receiver holds, waits for and refused; and what that says of the bundles written here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.errors import RefusedError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.queries.keys import known_keys
from vejleder_tui.queries.receipts import bundle_states
from vejleder_tui.services.bookkeeping import bookkeeping
from vejleder_tui.services.handover import verify_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.keys import KnownKey
    from vejleder_tui.store.store import Store

__all__ = ["ReceiptTaken", "restate_bundles", "take_receipt"]


@dataclass(frozen=True)
class ReceiptTaken:
    """A receipt that was read. `counts`: it is the newest of its receiver, so what it says stands from now on.

    `waiting` and `refused` are how many operations it holds without counting them.
    """

    receiver: str
    generation: int
    number: int
    at: str
    counts: bool
    waiting: int
    refused: int


def take_receipt(store: Store, path: Path, *, progress: Callable[[int, int], None] | None = None) -> ReceiptTaken:
    """Take a receipt in and return what it says; the greatest (generation, number) of a receiver counts.

    It must be signed with a key that was read in here (a recipient's or a sender's). Raises RefusedError, NotFoundError,
    and RuleError for a bundle that is no receipt.
    """
    reader = store.reader()
    try:
        found = verify_here(reader, path, progress=progress)
        signer = _signer(reader, found.signer) if found.ok else None
    finally:
        store.release(reader)
    header = found.header
    if not found.ok or header is None:
        raise RefusedError(" ".join(found.errors))
    told = header.receipt
    if header.kind != "receipt" or told is None:
        raise RuleError(_("Filen er en pakke, ikke en kvittering."), _("Indlæs den med vejleder merge FIL"))
    if signer is None:
        raise RefusedError(
            _("Kvitteringen er underskrevet af en, der ikke kendes her. Intet er ændret."),
            _("Få modtagerens nøglefil, sammenlign ordene, og tilføj den med n."),
        )
    with bookkeeping(store) as connection:
        standing = connection.execute(
            "SELECT generation, number FROM receipt WHERE receiver = ?", (signer.recipient,)
        ).fetchone()
        counts = standing is None or (told.generation, told.number) > (int(standing[0]), int(standing[1]))
        if counts:
            _keep(connection, signer, header)
            restate_bundles(connection)
    return ReceiptTaken(
        signer.name,
        told.generation,
        told.number,
        header.created,
        counts,
        sum(run.last - run.first + 1 for run in told.waiting),
        len(told.refused),
    )


def _signer(reader: Reader, public_key: str) -> KnownKey | None:
    several = [one for one in known_keys(reader) if one.public_key == public_key]
    return next((one for one in several if one.purpose == "recipient"), several[0] if several else None)


def _keep(connection: Connection, signer: KnownKey, header: BundleHeader) -> None:
    told = header.receipt
    if told is None:
        return
    heads = [{"device": one.device, "last": one.last, "hash": one.end} for one in header.have]
    waiting = [
        {"device": one.device, "first": one.first, "last": one.last, "why": one.why, "need": one.need}
        for one in told.waiting
    ]
    refused = [{"device": one.device, "seq": one.seq, "hash": one.hash, "why": one.why} for one in told.refused]
    bundles = [{"bundle_id": one.bundle_id, "state": one.state, "why": one.why} for one in told.bundles]
    connection.execute(
        "INSERT INTO receipt (receiver, generation, number, at, heads, waiting, refused, bundles)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (receiver) DO UPDATE SET generation = excluded.generation,"
        " number = excluded.number, at = excluded.at, heads = excluded.heads, waiting = excluded.waiting,"
        " refused = excluded.refused, bundles = excluded.bundles",
        (
            signer.recipient, told.generation, told.number, header.created, json.dumps(heads), json.dumps(waiting),
            json.dumps(refused), json.dumps(bundles),
        ),
    )  # fmt: skip


def restate_bundles(connection: Connection) -> None:
    """Say of every bundle that was written here what its receivers' newest receipts say of it."""
    for one in bundle_states(connection):
        connection.execute(
            "UPDATE bundle_history SET status = ?, why = ?, received_at = ? WHERE bundle_id = ?",
            (one.status, one.why, one.received_at, one.bundle_id),
        )
