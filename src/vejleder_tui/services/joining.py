"""A new laptop that starts from the records of others: a bundle of everything, the keys in it, and who one is there.

It has its own device and keys first, since the bundle must be sealed for them (docs/decisions/0010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.keys import KeyCard, parse_key_card
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import read_operation
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.model import Worker
from vejleder_tui.queries.joining import JOINING, SEAT, Namesake, namesakes
from vejleder_tui.rules.text import clean
from vejleder_tui.services.keyring import trust_sender
from vejleder_tui.services.merging import check_files, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.clock import Clock
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.merging import CheckedFile, Merged
    from vejleder_tui.store.store import Store

__all__ = ["Laptop", "Offer", "finish", "join", "offer", "trust_laptops"]


@dataclass(frozen=True)
class Laptop:
    """A laptop whose operations a bundle holds, as it states itself; `words` are compared by telephone."""

    card: KeyCard
    wrote_it: bool

    @property
    def words(self) -> str:
        """The four words of its keys."""
        return self.card.words()


@dataclass(frozen=True)
class Offer:
    """A checked bundle of everything, and the laptops in it, a line for each key; the one that wrote the file is first."""

    file: CheckedFile
    laptops: tuple[Laptop, ...]


def offer(reader: Reader, path: Path, *, progress: Callable[[int, int], None] | None = None) -> Offer:
    """Check a bundle, with the store untouched, and return who is in it.

    Raises RefusedError, NotFoundError, and RuleError when it is of another municipality or does not hold everything.
    """
    found = check_files(reader, [path], progress=progress).bundles
    if not found:
        raise RuleError(_("Filen er en kvittering. Intet er hentet."), _("Bed om en pakke med alt."))
    file, own = found[0], own_keys(reader)
    if file.header.exporter.municipality != own.card.municipality:
        raise RuleError(
            _("Pakken er fra en anden kommune. Intet er hentet."), _("Se efter, om det er den rigtige fil.")
        )
    firsts: dict[str, int] = {}
    for cover in file.header.covers:
        firsts[cover.device] = min(cover.first, firsts.get(cover.device, cover.first))
    if any(first != 1 for first in firsts.values()):
        raise RuleError(
            _("Pakken har ikke det hele. Intet er hentet."),
            _("Bed om en pakke med alt: vejleder export --all --recipient NØGLEFIL"),
        )
    cards = _cards(file, own.identity)
    cards.pop(own.card.public_key, None)
    writer = file.header.exporter.public_key
    if writer not in cards:
        raise RuleError(_("Pakken siger ikke, hvem der har skrevet den."), _("Bed om en ny pakke med alt."))
    laptops = [Laptop(card, key == writer) for key, card in cards.items()]
    return Offer(file, tuple(sorted(laptops, key=lambda one: (not one.wrote_it, one.card.name, one.card.device))))


def _cards(file: CheckedFile, identity: str) -> dict[str, KeyCard]:
    """Return the key card of each key in the bundle, as number 1 of the newest device under it states it."""
    vouched = {(cover.device, cover.public_key) for cover in file.header.covers}
    found: dict[str, KeyCard] = {}
    with open_bundle(file.path, [identity], newest_schema=SCHEMA, manifest=file.manifest) as reader:
        for device, seq, _hash, line in reader.lines():
            if seq != 1:
                continue
            said = read_operation(line, device, seq)
            values = said.get("values")
            if said.get("table") != "device" or said.get("row") != device or not isinstance(values, dict):
                continue
            text = {name: str(values.get(name) or "") for name in ("name", "role", "sign_key", "seal_key")}
            earlier = found.get(text["sign_key"])
            card = _card(device, text, file.header) if (device, text["sign_key"]) in vouched else None
            if card is not None and (earlier is None or earlier.device < device):
                found[card.public_key] = card
    return found


def _card(device: str, text: dict[str, str], header: BundleHeader) -> KeyCard | None:
    """Return what a device states as a key card; None where it is none, and what it wrote waits."""
    card = KeyCard(
        device=device, name=" ".join(clean(text["name"]).split())[:60] or device[:8],
        municipality=header.exporter.municipality, role=text["role"], recipient=text["seal_key"],
        public_key=text["sign_key"],
    )  # fmt: skip
    try:
        return parse_key_card(card.to_json())
    except RuleError:
        return None


def trust_laptops(store: Store, laptops: Collection[Laptop], *, clock: Clock) -> None:
    """Believe what these laptops wrote, each in the role that it states; a person has compared the words. Raises RuleError."""
    for one in laptops:
        trust_sender(store, one.card.to_json(), clock=clock)


def join(desk: Desk, found: Offer, *, progress: Callable[[int, int], None] | None = None) -> Merged:
    """Take the records of an offer in; raises as `merging.merge` does. Cut short, it is done again from the beginning."""
    return merge(desk, [found.file], progress=progress)


def finish(desk: Desk, worker: str | None) -> Namesake | None:
    """End the start from others' records: `worker` is who the person was there already, None for somebody new.

    The seat is theirs from now on, and the worker that the first start made is taken away, unless something was written
    in their name. Raises NotFoundError when `worker` has other initials.
    """
    with desk.transaction() as work:
        connection, provisional = desk.store.connection, desk.actor.worker
        known = {one.worker: one for one in namesakes(connection, provisional)}
        connection.execute("DELETE FROM local_value WHERE name = ?", (JOINING,))
        if worker is None:
            return None
        if worker not in known:
            raise NotFoundError(
                _("Ingen med de initialer står i registreringerne."), _("Se dem med vejleder worker list.")
            )
        connection.execute(
            "INSERT OR REPLACE INTO local_value (name, value) VALUES (?, ?)", (f"{SEAT}{provisional}", worker)
        )
        if not work.rows(
            "SELECT 1 FROM operation WHERE device = ? AND table_name NOT IN ('device', 'organisation', 'worker')",
            (desk.device,),
        ):
            work.void(Worker, provisional)
    return known[worker]
