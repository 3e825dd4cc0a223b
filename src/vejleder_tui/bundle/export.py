"""Export: from the log of a store to a sealed file, on a driver's connection and plain values.

Nothing of the models is imported: the command `export` starts as fast as the file can be written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui import __version__
from vejleder_tui.bundle.header import BundleHeader, Cover, Exporter
from vejleder_tui.bundle.keys import KeyCard, age_recipient_of
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.bundle.slices import (
    Head,
    acknowledged,
    held,
    lines_of,
    local_value,
    number_hash,
    receipts,
    runs,
    signed_heads,
)
from vejleder_tui.bundle.writer import sign_head, write_bundle
from vejleder_tui.errors import NoRecipientError, StoreError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.slices import Connection, Run
    from vejleder_tui.bundle.writer import WrittenBundle

__all__ = ["Exported", "OwnKeys", "export_bundle", "own_keys"]

UNKNOWN_MUNICIPALITY = "0000"


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """This device: its key card, the key that signs and the age identity that opens what is sealed for it."""

    card: KeyCard
    signer: SigningKey
    identity: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written, and what it covers."""

    written: WrittenBundle
    header: BundleHeader


def own_keys(connection: Connection) -> OwnKeys:
    """Return this device's keys; raises StoreError when the store has none."""
    device, seed, identity = (local_value(connection, name) for name in ("device", "signing_seed", "age_identity"))
    if device is None or seed is None or identity is None:
        raise StoreError(_("Computerens egne nøgler mangler."), _("Gendan den nyeste kopi: vejleder restore"))
    signer = SigningKey(bytes.fromhex(seed))
    row = connection.execute(
        "SELECT device.name, device.role, organisation.municipality FROM device"
        " LEFT JOIN organisation ON organisation.id = device.organisation WHERE device.id = ?",
        (device,),
    ).fetchone() or (None, None, None)
    card = KeyCard(
        device=device,
        name=row[0] or device[:8],
        municipality=row[2] or UNKNOWN_MUNICIPALITY,
        role=row[1] or "",
        recipient=age_recipient_of(identity),
        public_key=signer.public.text,
    )
    return OwnKeys(card, signer, identity)


def _since(connection: Connection, recipients: Sequence[str], own: OwnKeys, everything: bool) -> tuple[Run, ...]:
    """Return what the recipients have not all acknowledged, or everything, as far as somebody vouches for it."""
    told = receipts(connection)
    since = {} if everything else acknowledged(connection, [told.get(one) for one in recipients])
    ends: list[Head] = [head for head in held(connection) if head.device == own.card.device]
    return runs(connection, [*ends, *signed_heads(connection).values()], since)


def _again(connection: Connection, earlier: Sequence[tuple[str, int, int]], own: OwnKeys) -> tuple[Run, ...]:
    """Return the runs of an earlier bundle; another device's up to its newest signed end, since we cannot sign for it."""
    signed = signed_heads(connection)
    ends: list[Head] = []
    since: dict[str, Head] = {}
    for device, first, last in earlier:
        end, before = number_hash(connection, device, last), number_hash(connection, device, first - 1)
        if device != own.card.device:
            ends.extend([signed[device]] if device in signed else [])
        elif end is not None:
            ends.append(Head(device, last, end))
        if before is not None:
            since[device] = Head(device, first - 1, before)
    return runs(connection, ends, since)


def _covers(connection: Connection, taken: Sequence[Run], own: OwnKeys) -> tuple[Cover, ...]:
    """Return the covers of the runs: our own end signed now, those of others as their devices signed them."""
    others = signed_heads(connection)
    covers = []
    for run in taken:
        if run.device == own.card.device:
            signature, key = sign_head(own.signer, run.device, run.last, run.end), own.signer.public.text
        else:
            signature, key = others[run.device].signature, others[run.device].public_key
        covers.append(Cover(run.device, run.first, run.last, run.before, run.end, signature, key))
    return tuple(covers)


def _newest_schema(connection: Connection, taken: Sequence[Run]) -> int:
    """Return the newest schema among the runs: that of their last operations, since a device's never falls."""
    schemas = [0]
    for run in taken:
        line = connection.execute(
            "SELECT line FROM operation WHERE device = ? AND seq = ?", (run.device, run.last)
        ).fetchone()
        schemas.append(int(json.loads(line[0])["schema"]))
    return max(schemas)


def export_bundle(
    connection: Connection,
    folder: Path,
    *,
    recipients: Sequence[str],
    bundle_id: str,
    created: str,
    everything: bool = False,
    again: Sequence[tuple[str, int, int]] | None = None,
    progress: Callable[[int, int], None] | None = None,
    leaving: Callable[[BundleHeader], None] | None = None,
) -> Exported:
    """Write a bundle of what the `recipients` have not acknowledged, or of everything, into `folder`.

    `again` names the runs (device, first, last) of an earlier bundle to write once more instead. `leaving` is told of
    the whole file before it gets its name.
    `recipients` are age recipients; the file is sealed for this device too, so that it can be checked and shown here.
    `connection` reads, and no transaction is open on it: the log is taken as it stands between two transactions, which
    is where a bundle must end. Of other devices only what they signed is taken. Raises as `write_bundle` does.
    """
    others = tuple(dict.fromkeys(recipients))
    if not others:
        raise NoRecipientError(
            _("Pakken er ikke skrevet: der er ingen modtager, den kan låses til."),
            _("Få en nøglefil fra administrationen, og tilføj den: vejleder key add-recipient FIL"),
        )
    connection.execute("BEGIN")
    try:
        own = own_keys(connection)
        taken = _again(connection, again, own) if again is not None else _since(connection, others, own, everything)
        header = BundleHeader(
            bundle_id=bundle_id,
            kind="delta",
            created=created,
            exporter=Exporter(own.card.device, own.card.name, own.card.public_key, own.card.municipality),
            version=__version__,
            schema=_newest_schema(connection, taken),
            operations=sum(run.last - run.first + 1 for run in taken),
            covers=_covers(connection, taken, own),
            recipients=tuple(dict.fromkeys([*others, own.card.recipient])),
        )
        written = write_bundle(
            folder,
            header,
            lines_of(connection, taken),
            header.recipients,
            own.signer,
            progress=progress,
            leaving=leaving,
        )
    finally:
        connection.execute("ROLLBACK")
    return Exported(written, header)
