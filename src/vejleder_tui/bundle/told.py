"""What a receipt tells beside what is held: its place in the order, what waits, what was refused, what became of bundles."""

from __future__ import annotations

from dataclasses import dataclass

from vejleder_tui.bundle.fields import HASH, UUID, WORD, check, number, objects, text
from vejleder_tui.bundle.limits import MAX_TOLD

__all__ = ["BundleState", "RefusedOperation", "Told", "WaitingRun", "read_told"]


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """Operations `first` to `last` of a device that are not folded. `why` and `need` are words of docs/log.md."""

    device: str
    first: int
    last: int
    why: str
    need: str


@dataclass(frozen=True, slots=True)
class RefusedOperation:
    """One operation that no program can read, and a word for what is wrong with it."""

    device: str
    seq: int
    hash: str
    why: str


@dataclass(frozen=True, slots=True)
class BundleState:
    """What became of a bundle that came in: `state` is applied, held or refused; `why` a word, or empty."""

    bundle_id: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Told:
    """The object `receipt` of a receipt's header.

    `generation` (from 0) and `number` (from 1) order the receipts of one receiver: the greatest pair counts. A receiver
    that was put back to an earlier day raises the generation. Each list has at most 5,000 entries and is for people: what
    is acknowledged stands in the header's `have` alone.
    """

    generation: int
    number: int
    waiting: tuple[WaitingRun, ...] = ()
    refused: tuple[RefusedOperation, ...] = ()
    bundles: tuple[BundleState, ...] = ()


def read_told(fields: object) -> Told:
    """Read the object; raises KeyError, TypeError or ValueError when it is not as docs/bundle-format.md § 8 says."""
    if not isinstance(fields, dict):
        raise TypeError
    told = Told(
        generation=number(fields, "generation", 0),
        number=number(fields, "number"),
        waiting=tuple(_waiting(entry) for entry in objects(fields, "waiting")),
        refused=tuple(
            RefusedOperation(
                text(entry, "device", UUID), number(entry, "seq"), text(entry, "hash", HASH), text(entry, "why", WORD)
            )
            for entry in objects(fields, "refused")
        ),
        bundles=tuple(
            BundleState(text(entry, "bundle_id", UUID), text(entry, "state", WORD), text(entry, "why"))
            for entry in objects(fields, "bundles")
        ),
    )
    check(max(len(told.waiting), len(told.refused), len(told.bundles)) <= MAX_TOLD)
    return told


def _waiting(entry: dict[str, object]) -> WaitingRun:
    run = WaitingRun(
        text(entry, "device", UUID), number(entry, "first"), number(entry, "last"), text(entry, "why", WORD),
        text(entry, "need"),
    )  # fmt: skip
    check(run.first <= run.last)
    return run
