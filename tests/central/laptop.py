"""Laptops for the tests of the centre: true chains, keys and bundles, without the encrypted store that a laptop has."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bundle.bundle_builder import proved, root_of
from vejleder_tui.bundle.header import GENESIS, AbsentRun, BundleHeader, Cover, Exporter
from vejleder_tui.bundle.keys import KeyCard, age_recipient_of, generate_age_identity
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.bundle.writer import sign_head, write_bundle
from vejleder_tui.ids import SeededRandomness, natural_id
from vejleder_tui.oplog import OperationLine, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MUNICIPALITY = "0183"
ORGANISATION = natural_id("organisation", MUNICIPALITY)


class Laptop:
    """A device that writes operations and bundles of them; everything follows from its seed."""

    def __init__(self, seed: int, *, role: str = "worker", municipality: str = MUNICIPALITY) -> None:
        self.random = SeededRandomness(seed)
        self.device = self.new_id()
        self.signer = SigningKey.generate(self.random)
        self.identity = generate_age_identity(self.random)
        self.name = f"Bærbar {seed}"
        self.municipality = municipality
        self.role = role
        self.worker = self.new_id()
        self.lines: list[str] = []
        self.hashes: list[str] = []
        self.at = "2026-11-24T09:00:00.000Z"
        values: dict[str, str | int | bool | None] = {
            "name": self.name, "role": role, "sign_key": self.signer.public.text, "seal_key": self.recipient,
        }  # fmt: skip
        self.write("device", self.device, key={}, values=values)

    def new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random.take(16), version=4))

    @property
    def recipient(self) -> str:
        return age_recipient_of(self.identity)

    @property
    def card(self) -> KeyCard:
        return KeyCard(self.device, self.name, self.municipality, self.role, self.recipient, self.signer.public.text)

    def write(
        self,
        table: str,
        row: str,
        *,
        key: dict[str, str | int | bool | None] | None = None,
        values: dict[str, str | int | bool | None] | None = None,
        replaces: dict[str, list[str]] | None = None,
        kind: str = "write",
    ) -> str:
        """Write one operation and return its hash."""
        line = OperationLine(
            device=self.device, seq=len(self.lines) + 1, schema=2, at=self.at, actor=self.worker,
            txn=len(self.lines) + 1, table=table, row=row, salt=self.random.take(16).hex(), kind=kind, key=key,
            values=values or {}, replaces=replaces or {},
        ).encode()  # fmt: skip
        return self.add(line)

    def add(self, line: str) -> str:
        """Put a line at the end of the chain and return its hash."""
        self.lines.append(line)
        self.hashes.append(hash_of(self.hashes[-1] if self.hashes else GENESIS, line))
        return self.hashes[-1]

    def organisation(self) -> str:
        return self.write("organisation", ORGANISATION, key={"municipality": MUNICIPALITY}, values={"name": "Ishøj"})

    def citizen(self, name: str = "Einer M.") -> str:
        """Write a person and return the row's id."""
        row = self.new_id()
        self.write("citizen", row, key={}, values={"name": name, "cpr": "0201609995"})
        return row

    def cover(self, first: int = 1, last: int | None = None, *, absent: Sequence[tuple[int, int]] = ()) -> Cover:
        last = len(self.lines) if last is None else last
        end = self.hashes[last - 1]
        runs = tuple(AbsentRun(one, until, self.hashes[until - 1]) for one, until in absent)
        root = root_of(self.hashes[:last])
        cover = Cover(
            self.device, first, last, self.hashes[first - 2] if first > 1 else GENESIS, end, root,
            sign_head(self.signer, self.device, last, end, root), self.signer.public.text, runs,
        )  # fmt: skip
        return proved(cover, self.hashes)

    def bundle(
        self,
        folder: Path,
        recipient: str,
        covers: Iterable[tuple[Laptop, Cover]] | None = None,
        **changed: str,
    ) -> Path:
        """Write a bundle of `covers` (by default everything of this device) and return the file."""
        given = [(self, self.cover())] if covers is None else list(covers)
        header = BundleHeader(
            bundle_id=self.new_id(), kind="delta", created="2026-11-24T09:30:00Z",
            exporter=Exporter(self.device, self.name, self.signer.public.text, self.municipality), version="0.1.0",
            schema=2, operations=sum(cover.present for _laptop, cover in given),
            covers=tuple(cover for _laptop, cover in given), recipients=(recipient,),
        )  # fmt: skip
        header = replace(header, **changed)  # type: ignore[arg-type]  # field by field, as each test names them
        lines = [
            laptop.lines[number - 1].encode()
            for laptop, cover in given
            for number in range(cover.first, cover.last + 1)
            if not any(run.first <= number <= run.last for run in cover.absent)
        ]
        folder.mkdir(parents=True, exist_ok=True)
        return write_bundle(folder, header, lines, [recipient], self.signer).path


class Stranger(Laptop):
    """Somebody who writes under the id of another's device, with a key of his own."""

    def __init__(self, seed: int, device: str) -> None:
        self._claimed = device
        super().__init__(seed)

    def new_id(self) -> str:
        """Return the claimed id first: the device's own."""
        claimed, self._claimed = self._claimed, ""
        return claimed or super().new_id()
