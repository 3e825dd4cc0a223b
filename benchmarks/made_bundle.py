"""A bundle of a wanted size: a true chain of one laptop, signed and sealed by the real writer, that others can take in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.header import BundleHeader, Cover, Exporter
from vejleder_tui.bundle.keys import KeyCard, age_recipient_of, generate_age_identity
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.bundle.tree import Tree
from vejleder_tui.bundle.writer import sign_head, write_bundle
from vejleder_tui.ids import SeededRandomness, natural_id
from vejleder_tui.oplog import GENESIS, OperationLine, hash_of
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MadeBundle", "made_bundle"]

MUNICIPALITY = "0183"
PLACES = 12
"""Citizens of a course, each with a row in every session of it."""
SESSIONS = 100
"""Sessions of a course, one a week."""

Said = dict[str, str | int | bool | None]


@dataclass(frozen=True)
class MadeBundle:
    """The file, the key card of the laptop that wrote it, and how many operations are in it (attendance and the rest).

    `rows`: the attendance rows as they will stand in a table (bare.COLUMNS), as the text that COPY takes.
    """

    path: Path
    card: str
    operations: int
    rows: Path


def made_bundle(folder: Path, attendances: int, recipient: str) -> MadeBundle:
    """Write a bundle with this many attendance rows into `folder`, in sessions of twelve; memory does not grow with them."""
    random = SeededRandomness(11)
    device, worker = _new_id(random), _new_id(random)
    signer, sealed = SigningKey.generate(random), age_recipient_of(generate_age_identity(random))
    role = "coordinator"
    organisation = organisation_id(MUNICIPALITY)
    lines, rows = folder / "lines", folder / "rows"
    at, last, tree = GENESIS, 0, Tree()
    with lines.open("w", encoding="utf-8") as written, rows.open("w", encoding="utf-8") as plain:
        own: Said = {"name": "Bærbar 9", "role": role, "sign_key": signer.public.text, "seal_key": sealed}
        begin: list[tuple[str, str, Said, Said]] = [
            ("device", device, {}, own),
            ("organisation", organisation, {"municipality": MUNICIPALITY}, {"name": "Ishøj"}),
        ]
        for part in (begin, _rows(organisation, attendances, random)):
            for table, row, key, values in part:
                last += 1
                line = OperationLine(
                    device=device, seq=last, schema=SCHEMA, at="2026-11-24T09:00:00.000Z", actor=worker, txn=last,
                    table=table, row=row, salt=random.take(16).hex(), key=key, values=values,
                ).encode()  # fmt: skip
                at = hash_of(at, line)
                tree.leaf(at)
                written.write(f"{line}\n")
                if table == "attendance":
                    cells = (row, "f", at, key["session"], key["citizen"], values["code"], values["source"])
                    plain.write("\t".join(map(str, cells)) + "\n")
    root = tree.root()
    cover = Cover(device, 1, last, GENESIS, at, root, sign_head(signer, device, last, at, root), signer.public.text)
    header = BundleHeader(
        bundle_id=_new_id(random), kind="delta", created="2026-11-24T09:30:00Z",
        exporter=Exporter(device, "Bærbar 9", signer.public.text, MUNICIPALITY), version="0.1.0", schema=SCHEMA,
        operations=last, covers=(cover,), recipients=(recipient,),
    )  # fmt: skip
    with lines.open("rb") as read:
        path = write_bundle(folder, header, (line.rstrip(b"\n") for line in read), [recipient], signer).path
    lines.unlink()
    card = KeyCard(device, "Bærbar 9", MUNICIPALITY, role, sealed, signer.public.text)
    return MadeBundle(path, card.to_json(), last, rows)


def _rows(organisation: str, attendances: int, random: SeededRandomness) -> Iterator[tuple[str, str, Said, Said]]:
    """Yield (table, row, key, values) course by course, until there are this many attendance rows."""
    left = attendances
    while left > 0:
        course = _new_id(random)
        yield "course", course, {"organisation": organisation}, {"title": "ABC-gruppe"}
        citizens = [_new_id(random) for _ in range(PLACES)]
        for number, citizen in enumerate(citizens):
            yield "citizen", citizen, {"organisation": organisation}, {"name": f"Borger {number}"}
        for week in range(SESSIONS):
            day = (date(2024, 1, 1) + timedelta(weeks=week)).isoformat()
            session = natural_id("session", course, day, 1)
            yield "session", session, {"course": course, "planned_date": day, "number": 1}, {"status": "held"}
            for citizen in citizens[:left]:
                row = natural_id("attendance", session, citizen)
                yield (
                    "attendance",
                    row,
                    {"session": session, "citizen": citizen},
                    {"code": "present", "source": "roster"},
                )
            left -= len(citizens[:left])
            if left <= 0:
                return


def _new_id(random: SeededRandomness) -> str:
    return str(uuid.UUID(bytes=random.take(16), version=4))
