"""Receipts: what the centre holds, told to each device, sealed for it, signed and numbered.

Each is the whole truth of its moment. (generation, number) orders them: a number is at least the seconds since 1970, so
that a centre that was put back to an earlier day tells newer ones all the same; and where the mark beside the identity
file shows that the database is behind, or `restored` says so, the generation goes up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vejleder_tui.bundle.header import Exporter
from vejleder_tui.bundle.parts import held_parts
from vejleder_tui.bundle.receipts import write_receipt
from vejleder_tui.bundle.slices import have
from vejleder_tui.bundle.told import BundleState, RefusedOperation, WaitingRun
from vejleder_tui.central import values
from vejleder_tui.central.identity import Mark, read_mark, write_mark
from vejleder_tui.central.keys import known_keys
from vejleder_tui.central.setup import own_card
from vejleder_tui.central.waits import waiting
from vejleder_tui.clock import stamp
from vejleder_tui.errors import NoRecipientError
from vejleder_tui.i18n import _
from vejleder_tui.ids import IdSource

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.bundle.parts import Part
    from vejleder_tui.bundle.slices import Head
    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.identity import Identity
    from vejleder_tui.central.keys import Key
    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness

__all__ = ["WrittenReceipt", "newest_mark", "write_receipts"]

_GENERATION = "receipt_generation"
_NUMBER = "receipt_number"


@dataclass(frozen=True, slots=True)
class WrittenReceipt:
    """A receipt that stands on disk."""

    path: Path
    device: str
    name: str
    generation: int
    number: int


@dataclass(frozen=True, slots=True)
class _Truth:
    """What every receipt of one run is cut from."""

    have: list[Head]
    parts: list[Part]
    waiting: list[WaitingRun]
    refused: list[RefusedOperation]
    bundles: dict[str, list[BundleState]]
    municipality: dict[str, str]

    def of(self, key: Key) -> _Truth:
        """Return what a municipality is told: of its own devices, and of those that nobody knows yet."""

        def theirs(device: str) -> bool:
            return self.municipality.get(device, "") in {"", key.municipality}

        return replace(
            self,
            have=[one for one in self.have if theirs(one.device)],
            parts=[one for one in self.parts if theirs(one.device)],
            waiting=[one for one in self.waiting if theirs(one.device)],
            refused=[one for one in self.refused if theirs(one.device)],
        )


def newest_mark(centre: Centre) -> tuple[int, int]:
    """Return generation and number of the newest receipt, (0, 0) when none was written."""
    return int(values.get(centre, _GENERATION) or 0), int(values.get(centre, _NUMBER) or 0)


def write_receipts(
    centre: Centre,
    identity: Identity,
    folder: Path,
    *,
    clock: Clock,
    randomness: Randomness,
    restored: bool = False,
) -> list[WrittenReceipt]:
    """Write one receipt for each key that is believed into `folder`, which is made if need be.

    Raises NoRecipientError when there is no key, NotSavedError.
    """
    keys = known_keys(centre)
    if not keys:
        raise NoRecipientError(
            _("Der er ingen at kvittere til."), _("Tilføj de bærbares nøglefiler: vejleder central trust FIL")
        )
    mark = _next_mark(centre, identity, clock, restored=restored)
    with centre.reading() as view:
        truth = _truth(view)
        card = own_card(view, identity)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    ids = IdSource(clock, randomness)
    sender = Exporter(card.device, card.name, card.public_key, card.municipality)
    for key in keys:
        now = stamp(clock.now())
        theirs = truth.of(key)
        made = write_receipt(
            folder, sender=sender, signer=identity.signer, recipients=[key.recipient], bundle_id=ids.new(),
            created=now, generation=mark.generation, number=mark.number, have=theirs.have, waiting=theirs.waiting,
            refused=theirs.refused, bundles=theirs.bundles.get(key.device, ()), parts=theirs.parts,
        )  # fmt: skip
        # The whole id: ids that were made in the same minute begin alike, and a receipt must not take another's place.
        path = made.path.with_name(f"vejleder-{key.municipality}-{key.device}-kvittering-{mark.number}.tar.zst.age")
        made.path.replace(path)
        with centre.writing():
            centre.execute(
                "INSERT INTO central_receipt (generation, number, device, at, manifest) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (mark.generation, mark.number, key.device, now, made.manifest),
            )
        written.append(WrittenReceipt(path, key.device, key.name, mark.generation, mark.number))
    return written


def _next_mark(centre: Centre, identity: Identity, clock: Clock, *, restored: bool) -> Mark:
    """Return the next number, kept in the database and beside the identity file before any receipt is written."""
    with centre.writing(("receipts",)):
        here = Mark(*newest_mark(centre))
        outside = read_mark(identity.path) or Mark(0, 0)
        behind = restored or outside > here
        generation = max(here.generation, outside.generation) + behind
        number = max(here.number + 1, int(clock.now().timestamp()))
        mark = Mark(max(generation, 1), number)
        values.put(centre, _GENERATION, str(mark.generation))
        values.put(centre, _NUMBER, str(mark.number))
    write_mark(identity.path, mark)
    return mark


def _truth(view: Centre) -> _Truth:
    places = {key.public_key: key.municipality for key in known_keys(view, removed=True)}
    signed = view.execute("SELECT DISTINCT device, public_key FROM signed_head")
    bundles: dict[str, list[BundleState]] = defaultdict(list)
    for device, bundle_id, state, why in view.execute(
        "SELECT device, bundle_id, state, why FROM central_bundle WHERE bundle_id IS NOT NULL ORDER BY received_at DESC"
    ):
        told = {"applied": "applied", "discarded": "refused"}.get(state, "held")
        bundles[str(device)].append(BundleState(str(bundle_id), told, str(why or "")))
    refused = [
        RefusedOperation(str(device), int(seq), str(one), str(need))
        for device, seq, one, need in view.execute(
            "SELECT device, seq, hash, need FROM held WHERE why = 'refused' ORDER BY device, seq"
        )
    ]
    return _Truth(
        have(view),
        held_parts(view),
        [
            WaitingRun(one.device, one.first, one.last, one.why, one.need[:200])
            for one in waiting(view)
            if one.why != "refused"
        ],
        refused,
        bundles,
        {str(device): places.get(str(key), "") for device, key in signed},
    )
