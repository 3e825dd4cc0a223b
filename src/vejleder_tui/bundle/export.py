"""Export: from the log of a store to a sealed file, on a driver's connection and plain values.

Nothing of the models is imported: the command `export` starts as fast as the file can be written.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui import __version__
from vejleder_tui.bundle.header import AbsentRun, BundleHeader, Cover, Exporter, Have
from vejleder_tui.bundle.keys import KeyCard, age_recipient_of
from vejleder_tui.bundle.limits import (
    BYTES_OF_ABSENT,
    BYTES_OF_ERASED,
    MAX_ERASED,
    MAX_HEADER_BYTES,
    MEBIBYTE,
    MOST_ABSENT,
)
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.bundle.parts import held_parts
from vejleder_tui.bundle.proofs import proof_of, tree_at
from vejleder_tui.bundle.slices import (
    Connection,
    SignedHead,
    erased_of,
    have,
    lines_of,
    local_value,
    receipts,
    signed_heads,
    unsent,
)
from vejleder_tui.bundle.writer import sign_head, write_bundle
from vejleder_tui.errors import NoRecipientError, NotFoundError, RuleError, StoreError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vejleder_tui.bundle.cuts import Earlier
    from vejleder_tui.bundle.slices import Run
    from vejleder_tui.bundle.writer import WrittenBundle

__all__ = ["Exported", "OwnKeys", "Rows", "export_bundle", "own_keys"]

_LOG = logging.getLogger(__name__)

Rows = Callable[[Connection], Collection[str]]
"""Chooses rows by their ids, on the connection that is exported from."""

UNKNOWN_MUNICIPALITY = "0000"

_ENDS_IN_DELTA = 20
_PARTS_IN_DELTA = 1_000
"""So many signed ends of a device stand in a bundle's `have`: a receiver that is further behind gets some lines twice."""


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """This device: its key card, the key that signs and the age identity that opens what is sealed for it."""

    card: KeyCard
    signer: SigningKey
    identity: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was written, and what it covers; `trees` are those of our own new ends (bundle.tree), cover by cover."""

    written: WrittenBundle
    header: BundleHeader
    trees: tuple[str, ...]


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


def _taken(
    connection: Connection, own: str, recipients: Sequence[str], rows: Rows | None, *, everything: bool
) -> tuple[Run, ...]:
    """Return what the recipients have not all acknowledged, everything, or some rows; as far as somebody vouches for it."""
    if rows is not None:
        from vejleder_tui.bundle.cuts import rows_only  # noqa: PLC0415 - most exports need it not

        found = rows_only(connection, own, rows(connection))
        if not found:
            raise NotFoundError(
                _("Pakken er ikke skrevet: der er intet at skrive i det udsnit."),
                _("Vælg et andet forløb eller en anden periode."),
            )
        return found
    told = receipts(connection)
    return unsent(connection, own, [told.get(one) for one in recipients], everything=everything)


class _Vouched(NamedTuple):
    """A run with its cover; `tree` is that of our own end (bundle.tree), "" of another's."""

    run: Run
    cover: Cover
    tree: str


def _covers(connection: Connection, taken: Sequence[Run], own: OwnKeys, *, sliced: bool) -> list[_Vouched]:
    """Return the runs with their covers: our own end signed now, those of others as their devices signed them.

    A slice tells nothing of what an erase took: that is left out as any other operation. What cannot be proved by the root
    that another device signed is left out whole, as everyone would refuse the bundle: that device signed a wrong one.
    """
    signed = {
        (head.device, head.last, head.hash): head for heads in signed_heads(connection).values() for head in heads
    }
    found = [
        (
            run,
            [AbsentRun(part.first, part.last, part.end) for part in run.parts if not part.present],
            [] if sliced else erased_of(connection, run),
        )
        for run in taken
    ]
    absent_runs = sum(len(absent) for _run, absent, _erased in found)
    left = max(0, (MAX_HEADER_BYTES - MEBIBYTE - absent_runs * BYTES_OF_ABSENT) // BYTES_OF_ERASED)
    left = min(MAX_ERASED, left)
    covers: list[_Vouched] = []
    for run, absent, erased in found:
        here = erased[max(0, len(erased) - left) :]
        if len(here) < len(erased):  # more than a header may hold: the oldest are told as runs that do not travel
            absent = _joined([*absent, *_runs(erased[: len(erased) - len(here)])])  # noqa: PLW2901
        left -= len(here)
        end = signed.get((run.device, run.last, run.end))
        vouched = _vouched(connection, run, absent, here, signed=end, own=own)
        if vouched is None:
            _LOG.warning(
                "device %s: what is here of it does not fit the root that it signed at %d", run.device, run.last
            )
        else:
            covers.append(vouched)
    told = sum(len(one.tree) for _run, cover, _tree in covers for one in cover.absent)
    if sum(len(cover.absent) for _run, cover, _tree in covers) > MOST_ABSENT or told > MOST_ABSENT * (
        BYTES_OF_ABSENT - 140
    ):
        raise RuleError(
            _("Pakken er ikke skrevet: det, der skal med, ligger for spredt."),
            _("Vælg en kortere periode, eller skriv alt."),
        )
    return covers


def _vouched(
    connection: Connection,
    run: Run,
    absent: Sequence[AbsentRun],
    erased: Sequence[str],
    *,
    signed: SignedHead | None,
    own: OwnKeys,
) -> _Vouched | None:
    """Return a run's cover, or None where what is here does not fit what its device signed."""
    proof, tree = None, ""
    if absent or erased:
        try:
            proof = proof_of(connection, run, [(one.first, one.last) for one in absent])
        except ValueError:
            return None
    if signed is None:
        made = tree_at(connection, run.device, run.last, run.end)
        root, tree = made.root(), made.told()
        signed = SignedHead(
            run.device, run.last, run.end, root, sign_head(own.signer, run.device, run.last, run.end, root),
            own.card.public_key,
        )  # fmt: skip
    if proof is not None and proof.root != signed.root:
        return None
    runs = tuple(replace(one, tree=told) for one, told in zip(absent, proof.runs if proof else (), strict=True))
    cover = Cover(
        run.device, run.first, run.last, run.before, run.end, signed.root, signed.signature, signed.public_key, runs,
        tuple(erased), proof.before if proof else "",
    )  # fmt: skip
    return _Vouched(run, cover, tree)


def _runs(erased: Sequence[str]) -> list[AbsentRun]:
    places = (told.split(" ", 2) for told in erased)
    return [AbsentRun(int(seq), int(seq), one) for seq, one, _rest in places]


def _joined(runs: Sequence[AbsentRun]) -> list[AbsentRun]:
    found: list[AbsentRun] = []
    for run in sorted(runs, key=lambda run: run.first):
        if found and found[-1].last + 1 == run.first:
            found[-1] = AbsentRun(found[-1].first, run.last, run.end)
        else:
            found.append(run)
    return found


def _have(connection: Connection) -> tuple[Have, ...]:
    return tuple(Have(head.device, head.last, head.hash) for head in have(connection, _ENDS_IN_DELTA))


def _newest_schema(connection: Connection, taken: Sequence[Run]) -> int:
    """Return the newest schema among the runs: that of their last operations, since a device's never falls."""
    schemas = [0]
    for run in taken:
        for part in run.parts:
            if not part.present:
                continue
            for (line,) in connection.execute(
                "SELECT line FROM operation WHERE device = ? AND seq = (SELECT max(seq) FROM operation WHERE device = ?"
                " AND seq BETWEEN ? AND ? AND line IS NOT NULL) AND line IS NOT NULL",
                (run.device, run.device, part.first, part.last),
            ):
                schemas.append(int(json.loads(line)["schema"]))
    return max(schemas)


def export_bundle(
    connection: Connection,
    folder: Path,
    *,
    recipients: Sequence[str],
    bundle_id: str,
    created: str,
    everything: bool = False,
    again: Sequence[Earlier] | None = None,
    rows: Rows | None = None,
    progress: Callable[[int, int], None] | None = None,
    leaving: Callable[[BundleHeader], None] | None = None,
) -> Exported:
    """Write a bundle of what the `recipients` have not acknowledged, or of everything, into `folder`.

    `again` are the covers of an earlier bundle to write once more instead; `rows` gives the ids of rows whose operations
    are written alone, all of them, with nothing told of any other. `leaving` is told of the whole file before it gets its
    name.
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
        device = own.card.device
        if again is None:
            taken = _taken(connection, device, others, rows, everything=everything)
        else:
            from vejleder_tui.bundle.cuts import again as once_more  # noqa: PLC0415

            taken = once_more(connection, device, again)
        vouched = _covers(connection, taken, own, sliced=rows is not None)
        taken = tuple(one.run for one in vouched)
        covers = tuple(one.cover for one in vouched)
        header = BundleHeader(
            bundle_id=bundle_id,
            kind="delta",
            created=created,
            exporter=Exporter(own.card.device, own.card.name, own.card.public_key, own.card.municipality),
            version=__version__,
            schema=_newest_schema(connection, taken),
            operations=sum(cover.present for cover in covers),
            covers=covers,
            recipients=tuple(dict.fromkeys([*others, own.card.recipient])),
            have=_have(connection) if rows is None else (),
            parts=tuple(held_parts(connection)[:_PARTS_IN_DELTA]) if rows is None else (),
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
    return Exported(written, header, tuple(one.tree for one in vouched))
