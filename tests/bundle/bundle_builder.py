"""Chains, headers and containers for the tests; the containers also in ways that the writer never makes them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyrage
import pytest
import zstandard

from vejleder_tui.bundle import archive
from vejleder_tui.bundle.chain import next_hash
from vejleder_tui.bundle.header import GENESIS, BundleHeader, Cover, ErasedPlace, Exporter
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.minisign import SigningKey, write_signature
from vejleder_tui.bundle.tree import Tree
from vejleder_tui.bundle.writer import sign_head
from vejleder_tui.ids import SeededRandomness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_RANDOM = SeededRandomness(20261122)


def a_uuid() -> str:
    return str(uuid.UUID(bytes=_RANDOM.take(16), version=4))


def root_of(hashes: Sequence[str]) -> str:
    """Return the root of the tree over these hashes, from the first one on."""
    tree = Tree()
    for one in hashes:
        tree.leaf(one)
    return tree.root()


def proved(cover: Cover, hashes: Sequence[str]) -> Cover:
    """Return a cover of a chain of these hashes with what its root takes to prove the lines that it has."""
    if not cover.absent and not cover.erased:
        return cover

    runs = tuple(replace(run, tree=told_of(hashes, run.first, run.last)) for run in cover.absent)
    return replace(cover, absent=runs, tree=told_of(hashes, 1, cover.first - 1))


def told_of(hashes: Sequence[str], first: int, last: int) -> str:
    """Return what a bundle tells of the numbers `first` to `last`, whose own hash stands beside it."""
    part = Tree(first - 1)
    for one in hashes[first - 1 : max(0, last - 1)]:
        part.leaf(one)
    return part.told()


@dataclass(frozen=True)
class Device:
    """A laptop with its keys and a chain of operations."""

    device: str
    signer: SigningKey
    identity: str
    lines: tuple[bytes, ...]
    hashes: tuple[str, ...]

    @property
    def recipient(self) -> str:
        return age_recipient_of(self.identity)

    def cover(self, first: int = 1, last: int | None = None) -> Cover:
        last = len(self.lines) if last is None else last
        before = self.hashes[first - 2] if first > 1 else GENESIS
        end = self.hashes[last - 1]
        return Cover(
            self.device,
            first,
            last,
            before,
            end,
            root := root_of(self.hashes[:last]),
            sign_head(self.signer, self.device, last, end, root),
            self.signer.public.text,
        )


def operation(device: str, seq: int, /, **changed: object) -> bytes:
    fields: dict[str, object] = {
        "device": device,
        "seq": seq,
        "schema": 1,
        "at": "2026-11-20T15:04:00Z",
        "actor": "0192f0c1-0000-7000-8000-000000000001",
        "txn": seq,
        "kind": "write",
        "table": "attendance",
        "row": f"0192f0c1-0000-7000-8000-{seq:012d}",
        "key": {"session": f"s{seq}"},
        "values": {"code": "F", "note": "blå mærker [/b]"},
        "replaces": {},
        "reason": None,
        "salt": hashlib.sha256(f"{device}{seq}".encode()).hexdigest()[:32],
    }
    fields |= changed
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def a_device(count: int, lines: Sequence[bytes] = (), device: str = "") -> Device:
    """Return a device of `count` operations; `lines` take the place of the last ones."""
    device = device or a_uuid()
    signer = SigningKey.generate(_RANDOM)
    first = operation(device, 1, table="device", values={"sign_key": signer.public.text, "name": "Bærbar 1"})
    made = [first, *(operation(device, seq) for seq in range(2, count + 1))]
    if lines:
        made[-len(lines) :] = lines
    hashes: list[str] = []
    for line in made:
        hashes.append(next_hash(hashes[-1] if hashes else GENESIS, line))
    return Device(device, signer, generate_age_identity(_RANDOM), tuple(made), tuple(hashes))


def a_fork(device: Device, last: int, count: int) -> Device:
    """Return a copy of `device` that went on by itself after number `last`, up to `count`."""
    lines, hashes = list(device.lines[:last]), list(device.hashes[:last])
    for seq in range(last + 1, count + 1):
        lines.append(operation(device.device, seq, values={"code": "U"}, salt=a_uuid().replace("-", "")))
        hashes.append(next_hash(hashes[-1], lines[-1]))
    return replace(device, lines=tuple(lines), hashes=tuple(hashes))


def remnant(device: Device, seq: int, kind: str = "row") -> str:
    """Return what a cover tells of an operation that an erase took."""
    return str(ErasedPlace(seq, device.hashes[seq - 1], "1" * 32, "2" * 64, kind))


def a_header(exporter: Device, covers: Iterable[Cover], recipients: Sequence[str], **changed: object) -> BundleHeader:
    covers = tuple(covers)
    header = BundleHeader(
        bundle_id=a_uuid(),
        kind="delta",
        created="2026-11-20T15:04:00Z",
        exporter=Exporter(exporter.device, "Bærbar 1", exporter.signer.public.text, "0183"),
        version="0.1.0",
        schema=1,
        operations=sum(cover.last - cover.first + 1 for cover in covers),
        covers=covers,
        recipients=tuple(recipients),
    )
    return replace(header, **changed)  # type: ignore[arg-type]  # field by field, as each test names them


def a_small_header(device: Device, **changed: object) -> BundleHeader:
    return replace(a_header(device, [device.cover()], [device.recipient]), **changed)  # type: ignore[arg-type]  # as above


Member = tuple[str, bytes]


def members_of(
    device: Device, header: BundleHeader | bytes | None = None, signer: SigningKey | None = None
) -> list[Member]:
    """Return the members of a right bundle of `device`; a raw header may be anything."""
    right = a_small_header(device)
    raw = header if isinstance(header, bytes) else (header or right).to_json()
    content = b"".join(line + b"\n" for line in device.lines)
    return with_manifest(
        [("bundle.json", raw), ("operations/000001.ndjson", content)],
        (header if isinstance(header, BundleHeader) else right).trusted_comment,
        signer or device.signer,
    )


def with_manifest(members: list[Member], comment: str, signer: SigningKey) -> list[Member]:
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in members).encode()
    return [
        *members,
        ("manifest-sha256.txt", sums),
        ("manifest-sha256.txt.minisig", write_signature(signer, sums, comment)),
    ]


def tar_of(members: Iterable[Member], end: bytes = archive.END) -> bytes:
    return b"".join(b"".join(archive.entry(name, content)) for name, content in members) + end


def packed(content: bytes, **options: int) -> bytes:
    return zstandard.ZstdCompressor(level=1, **options).compress(content)  # type: ignore[arg-type]  # as named


def sealed(content: bytes, *recipients: str) -> bytes:
    target = io.BytesIO()
    pyrage.encrypt_io(io.BytesIO(content), target, [pyrage.x25519.Recipient.from_str(key) for key in recipients])
    return target.getvalue()


def sealed_file(folder: Path, tar: bytes, *recipients: str) -> Path:
    path = folder / f"{a_uuid()}.tar.zst.age"
    path.write_bytes(sealed(packed(tar), *recipients))
    return path


def tool(name: str) -> str:
    """Return the path of a foreign tool; where CI is set, a missing one is a failure."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return path
