"""Bundles made of chains with faults: members, manifest, signature, tar, zstd and age, each as one wants them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path as File
from typing import Any

from tests.bundle.bundle_builder import Member, packed, sealed, tar_of, told_of, with_manifest
from tests.fuzz.chains import Path
from tests.fuzz.oracle import Call
from tests.fuzz.world import Party
from vejleder_tui.bundle.chain import Absent, Line, Started, Taken
from vejleder_tui.bundle.header import AbsentRun, BundleHeader, Cover, Exporter, Have
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.told import Told
from vejleder_tui.bundle.verify import Verification
from vejleder_tui.bundle.writer import sign_head
from vejleder_tui.ids import natural_id

__all__ = ["cover_of", "fields_of_header", "file_of", "header_of", "members_of", "pieces_of"]


def cover_of(path: Path) -> tuple[Cover, list[str]]:
    """Return a path as a cover, signed by the device's own key, and its lines."""
    party = path.party
    lines = [str(piece[3]) for piece in path.pieces if piece[0] == "operation"]
    absent = tuple(AbsentRun(*piece[1:]) for piece in path.pieces if piece[0] == "absent")
    erased = tuple(" ".join(map(str, piece[1:])) for piece in path.pieces if piece[0] == "taken")
    cover = Cover(
        party.device, path.first, path.last, path.before, path.end, path.root,
        sign_head(party.signer, party.device, path.last, path.end, path.root), party.key, absent, erased,
        told_of(party.hashes, 1, path.first - 1) if absent or erased else "",
    )  # fmt: skip
    return cover, lines


def header_of(
    exporter: Party, recipient: str, paths: Sequence[Path], *, name: str = "", told: Told | None = None
) -> tuple[BundleHeader, list[str]]:
    """Return the header of a bundle of these paths, and its lines."""
    covers = [cover_of(path) for path in paths]
    lines = [line for _cover, some in covers for line in some]
    header = BundleHeader(
        bundle_id=natural_id("bundle", name, *(path.end for path in paths)),
        kind="receipt" if told is not None else "delta",
        created="2026-11-24T09:42:00Z",
        exporter=Exporter(exporter.device, "Relæ", exporter.key, "0183"),
        version="0.1.0",
        schema=2,
        operations=len(lines),
        covers=tuple(cover for cover, _some in covers),
        recipients=(recipient,),
        have=tuple(Have(path.party.device, path.last, path.end) for path in paths),
        receipt=told,
    )
    return header, lines


def fields_of_header(header: BundleHeader) -> dict[str, Any]:
    """Return `bundle.json` as JSON, to be changed."""
    found: dict[str, Any] = json.loads(header.to_json())
    return found


def members_of(raw_header: bytes, lines: Sequence[str], comment: str, signer: SigningKey) -> list[Member]:
    """Return all members, with a true manifest and a true signature by `signer`."""
    content = "".join(f"{line}\n" for line in lines).encode()
    operations = [("operations/000001.ndjson", content)] if lines else []
    return with_manifest([("bundle.json", raw_header), *operations], comment, signer)


def file_of(folder: File, members: Sequence[Member], recipient: str) -> File:
    """Seal members into a file, whose name is always the same."""
    path = folder / "fuzz.tar.zst.age"
    path.write_bytes(sealed(packed(tar_of(members)), recipient))
    return path


def pieces_of(path: File, identity: str, found: Verification) -> list[Call]:
    """Read a verified file the second time, as `Applying` takes it."""
    calls: list[Call] = []
    with open_bundle(path, [identity], manifest=found.manifest) as reader:
        for piece in reader.pieces():
            match piece:
                case Line(seq=seq, hash=hash_, line=line):
                    calls.append(("operation", seq, hash_, line.decode()))
                case Started(cover=one):
                    calls.append(("path", *one.path))
                case Absent(first=first, last=last, end=end, tree=tree):
                    calls.append(("absent", first, last, end, tree))
                case Taken(seq=seq, hash=hash_, token=token, erase=erase, kind=kind):
                    calls.append(("taken", seq, hash_, token, erase, kind))
    return calls
