"""Receipts: what a receiver holds of each device, sealed and signed; used by laptops and by the centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA, __version__
from vejleder_tui.bundle.header import BundleHeader, Exporter, Have
from vejleder_tui.bundle.limits import MAX_PARTS, MAX_TOLD
from vejleder_tui.bundle.slices import Head, Receipt
from vejleder_tui.bundle.told import Told
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.bundle.writer import write_bundle
from vejleder_tui.errors import RefusedError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.minisign import SigningKey
    from vejleder_tui.bundle.parts import Part
    from vejleder_tui.bundle.told import BundleState, RefusedOperation, WaitingRun
    from vejleder_tui.bundle.writer import WrittenBundle

__all__ = ["ReceiptContent", "read_receipt", "write_receipt"]


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """A receipt that is whole and signed by a key that is known.

    `signer` is that key (minisign, one line), `sender` what the file says of its device; `receipt` is what is held there;
    `told` what waits, was refused, and became of bundles; `sha256` and `manifest` name the file and its content; `header`
    is all of it.
    """

    bundle_id: str
    signer: str
    sender: Exporter
    receipt: Receipt
    told: Told
    sha256: str
    manifest: str
    header: BundleHeader


def write_receipt(
    folder: Path,
    *,
    sender: Exporter,
    signer: SigningKey,
    recipients: Sequence[str],
    bundle_id: str,
    created: str,
    generation: int,
    number: int,
    have: Iterable[Head],
    waiting: Sequence[WaitingRun] = (),
    refused: Sequence[RefusedOperation] = (),
    bundles: Sequence[BundleState] = (),
    parts: Sequence[Part] = (),
) -> WrittenBundle:
    """Write a receipt for `recipients` (age) into `folder`; nothing of the store it comes from is needed.

    `have` is everything that is held in full (`slices.have`), whoever wrote it, and `parts` what is held beside that
    (`parts.held_parts`, the first 5,000): what they leave out counts as not held.
    `generation` and `number` order a sender's receipts, the greatest counts. The three lists are for people; the first
    5,000 of each travel, so give what matters first. Raises as `write_bundle` does.
    """
    header = BundleHeader(
        bundle_id=bundle_id,
        kind="receipt",
        created=created,
        exporter=sender,
        version=__version__,
        schema=0,
        operations=0,
        covers=(),
        recipients=tuple(dict.fromkeys(recipients)),
        have=tuple(Have(head.device, head.last, head.hash) for head in have),
        parts=tuple(parts[:MAX_PARTS]),
        receipt=Told(
            generation, number, tuple(waiting[:MAX_TOLD]), tuple(refused[:MAX_TOLD]), tuple(bundles[:MAX_TOLD])
        ),
    )
    return write_bundle(folder, header, (), header.recipients, signer)


def read_receipt(path: Path, identities: Sequence[str], signer_keys: Collection[str]) -> ReceiptContent:
    """Read a receipt that is signed by one of `signer_keys` (minisign), the keys of those whom bundles are sealed for.

    Nothing is noted anywhere. Raises RefusedError when the file is no receipt, does not hold together, or is signed by
    another key, and NotFoundError.
    """
    found = verify_bundle(path, identities, newest_schema=SCHEMA)
    if not found.ok or found.header is None:
        raise RefusedError(" ".join(found.errors))
    header = found.header
    if header.kind != "receipt" or header.receipt is None:
        raise RefusedError(_("Filen er en pakke og ikke en kvittering."), _("Indlæs den med: vejleder merge FIL"))
    if header.exporter.public_key not in signer_keys:
        raise RefusedError(
            _("Kvitteringen er underskrevet med en nøgle, som ikke kendes her. Intet er noteret."),
            _("Få modtagerens nøglefil, og tilføj den (n)."),
        )
    heads = tuple(Head(one.device, one.last, one.end) for one in header.have)
    told = header.receipt
    return ReceiptContent(
        bundle_id=header.bundle_id,
        signer=header.exporter.public_key,
        sender=header.exporter,
        receipt=Receipt(header.created, heads, told.generation, told.number, header.parts),
        told=told,
        sha256=found.sha256,
        manifest=found.manifest,
        header=header,
    )
