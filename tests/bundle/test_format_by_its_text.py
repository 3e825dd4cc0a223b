"""A reader written from docs/bundle-format.md alone: nothing of the program's own reading is used.

Other people's parts do what the page leaves to them: age, zstd, SHA-256, Ed25519.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyrage
import pytest
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.bundle.bundle_builder import a_device, a_fork, a_header, proved, remnant
from tests.conftest import PASSPHRASE
from vejleder_tui.bundle.header import AbsentRun
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.writer import write_bundle
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.services.handover import export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

IDENTITY = generate_age_identity(SeededRandomness(77))
FIELDS = {
    "format", "capabilities", "bundle_id", "kind", "created", "exporter", "version", "schema", "operations", "covers",
    "have", "recipients",
}  # fmt: skip
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def header_of(name: bytes, size: int) -> bytes:
    """§ 2: the 512 bytes follow from name and size alone."""
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:108] = b"0000644\0"
    block[108:116] = block[116:124] = b"0000000\0"
    block[124:136] = b"%011o\0" % size
    block[136:148] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[156:157] = b"0"
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def members(tar: bytes) -> Iterator[tuple[str, bytes]]:
    """§ 2: members, two zero blocks, the end."""
    at = 0
    while tar[at : at + 512] != bytes(512):
        head = tar[at : at + 512]
        name, size = head[:100].rstrip(b"\0"), int(head[124:135], 8)
        assert head == header_of(name, size)
        yield name.decode("ascii"), tar[at + 512 : at + 512 + size]
        padded = -(-size // 512) * 512
        assert not any(tar[at + 512 + size : at + 512 + padded])
        at += 512 + padded
    assert tar[at:] == bytes(1024)


def ed25519(line: str) -> tuple[bytes, Ed25519PublicKey]:
    """§ 7: base64 of `Ed`, the key id and the key."""
    raw = base64.b64decode(line, validate=True)
    assert len(raw) == 42
    assert raw[:2] == b"Ed"
    return raw[2:10], Ed25519PublicKey.from_public_bytes(raw[10:])


def check_signature(key: str, signed: bytes, file: bytes, comment: str) -> None:
    """§ 7: four lines, prehashed, and the trusted comment under a signature of its own."""
    first, packed, trusted, whole, end = file.decode().split("\n")
    assert first.startswith("untrusted comment: ")
    assert end == ""
    key_id, public = ed25519(key)
    raw = base64.b64decode(packed, validate=True)
    assert (raw[:2], raw[2:10], len(raw)) == (b"ED", key_id, 74)
    public.verify(raw[10:], hashlib.blake2b(signed).digest())
    assert trusted == f"trusted comment: {comment}"
    public.verify(base64.b64decode(whole, validate=True), raw[10:] + comment.encode())


def read(path: Path, identity: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return `bundle.json` and the operations of a bundle that holds in every point of the page."""
    sealed = path.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    packed = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    frame = zstandard.get_frame_parameters(packed)
    assert frame.window_size <= 8 << 20
    assert frame.dict_id == 0
    opened = zstandard.ZstdDecompressor().decompressobj()
    tar = opened.decompress(packed)
    assert opened.eof
    assert opened.unused_data == b""
    found = list(members(tar))
    names = [name for name, _content in found]
    assert names[0] == "bundle.json"
    assert names[1:-2] == [f"operations/{number:06d}.ndjson" for number in range(1, len(names) - 2)]
    assert names[-2:] == ["manifest-sha256.txt", "manifest-sha256.txt.minisig"]
    manifest, signature = found[-2][1], found[-1][1]
    listed = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in found[:-2])
    assert manifest == listed.encode()
    header = json.loads(found[0][1].decode("utf-8"))
    assert header.keys() >= FIELDS
    assert (header["format"], header["capabilities"]) == ("vejleder-bundle/1", [])
    assert UUID.fullmatch(header["bundle_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", header["created"])
    comment = f"vejleder-bundle/1 {header['bundle_id']} to:{','.join(header['recipients'])}"
    check_signature(header["exporter"]["public_key"], manifest, signature, comment)
    assert str(pyrage.x25519.Identity.from_str(identity).to_public()) in header["recipients"]
    for _name, content in found[1:-2]:
        assert content.endswith(b"\n")
        assert 1 <= content.count(b"\n") <= 20_000
    lines = b"".join(content for _name, content in found[1:-2]).split(b"\n")[:-1]
    assert header["operations"] == len(lines)
    return header, chained(header, iter(lines))


def blocks(start: int, stop: int, tree: str) -> list[tuple[int, bytes]]:
    """§ 6, The tree: the hashes of the fewest blocks that make up the leaves from `start` to before `stop`, and their sizes."""
    raw = base64.b64decode(tree, validate=True)
    found = []
    while start < stop:
        size = 1
        while start % (2 * size) == 0 and start + 2 * size <= stop:
            size *= 2
        found.append((size, raw[:32]))
        raw = raw[32:]
        start += size
    assert raw == b""
    assert all(len(one) == 32 for _size, one in found)
    return found


def root(leaves: list[tuple[int, bytes]]) -> bytes:
    """§ 6, The tree: split where the left side is the largest power of two below the whole."""
    total = sum(size for size, _one in leaves)
    if len(leaves) == 1:
        return leaves[0][1]
    left = 1
    while 2 * left < total:
        left *= 2
    place = at = 0
    while at < left:
        at += leaves[place][0]
        place += 1
    assert at == left
    return hashlib.sha256(b"\x01" + root(leaves[:place]) + root(leaves[place:])).digest()


def chained(header: dict[str, Any], lines: Iterator[bytes]) -> list[dict[str, Any]]:
    """§§ 5 and 6: every line in its place, every cover's end reached, and signed by the device itself."""
    found: list[dict[str, Any]] = []
    for cover in header["covers"]:
        hashed = cover["before"]
        assert (cover["first"] == 1) == (hashed == "0" * 64)
        absent = {one["first"]: (one["last"], one["end"]) for one in cover["absent"]}
        trees = {one["first"]: one.get("tree", "") for one in cover["absent"]}
        assert list(absent) == sorted(absent)
        for told in cover.get("erased", []):
            seq, taken, token, erase, kind = told.split(" ")
            assert int(seq) not in absent
            assert (len(taken), len(token), len(erase)) == (64, 32, 64)
            assert kind in {"row", "field"}
            absent[int(seq)] = (int(seq), taken)
        assert all(cover["first"] <= first <= last <= cover["last"] for first, (last, _end) in absent.items())
        number = cover["first"]
        leaves: list[tuple[int, bytes]] = []
        if absent and number > 1:
            leaves = [*blocks(0, number - 2, cover.get("tree", "")), (1, bytes.fromhex(hashed))]
        proved = bool(absent)
        while number <= cover["last"]:
            if number in absent:
                last, hashed = absent.pop(number)
                leaves += [*blocks(number - 1, last - 1, trees.get(number, "")), (1, bytes.fromhex(hashed))]
                number = last + 1
                continue
            line = next(lines)
            operation = json.loads(line.decode("utf-8"))
            assert (operation["device"], operation["seq"]) == (cover["device"], number)
            assert operation["kind"] in {"write", "erase"}
            assert 1 <= operation["txn"] <= number
            if number == 1:
                assert operation["table"] == "device"
                assert operation["values"]["sign_key"] == cover["public_key"]
            hashed = hashlib.sha256(hashed.encode() + b"\n" + line + b"\n").hexdigest()
            found.append(operation)
            leaves.append((1, bytes.fromhex(hashed)))
            number += 1
        assert not absent
        assert hashed == cover["end"]
        if proved:
            assert root(leaves).hex() == cover["root"]
        message = f"vejleder-head/2 {cover['device']} {cover['last']} {cover['end']} {cover['root']}".encode()
        _key_id, public = ed25519(cover["public_key"])
        public.verify(base64.b64decode(cover["signature"], validate=True), message)
    assert next(lines, None) is None
    return found


def test_a_bundle_of_a_real_store_is_read_by_the_page_alone(desk: Desk, clock: FixedClock, tmp_path: Path) -> None:
    from vejleder_tui.services.citizens import new_citizen

    citizen = new_citizen(desk, name="Søren [/b] Ærø", note="=1+1").citizen
    made = export(
        desk.store, clock=clock, randomness=SeededRandomness(3), folder=tmp_path / "out",
        recipients=[age_recipient_of(IDENTITY)],
    )  # fmt: skip
    header, operations = read(made.path, IDENTITY)
    stored = desk.store.connection.execute("SELECT line FROM operation ORDER BY seq").fetchall()
    assert operations == [json.loads(line) for (line,) in stored]
    assert any(one["row"] == citizen and one["values"].get("name") == "Søren [/b] Ærø" for one in operations)
    exporter = header["exporter"]
    assert (
        made.path.name
        == f"vejleder-{exporter['municipality']}-{exporter['device'][:8]}-1-{len(operations)}.tar.zst.age"
    )
    assert PASSPHRASE.encode() not in made.path.read_bytes()


def test_several_devices_and_members_are_read_too(tmp_path: Path) -> None:
    ours, theirs = a_device(20_003), a_device(4)
    header = a_header(ours, [ours.cover(), theirs.cover(2)], [ours.recipient])
    lines = [*ours.lines, *theirs.lines[1:]]
    written = write_bundle(tmp_path, header, lines, header.recipients, ours.signer)
    _header, operations = read(written.path, ours.identity)
    assert len(operations) == 20_006


def test_what_does_not_travel_is_read_by_the_page_too(tmp_path: Path) -> None:
    ours = a_device(6)
    copy = a_fork(ours, 3, 5)
    cover = replace(ours.cover(), absent=(AbsentRun(4, 5, ours.hashes[4]),), erased=(remnant(ours, 2),))
    cover = proved(cover, ours.hashes)
    second = proved(replace(copy.cover(4), erased=(remnant(copy, 4, "field"),)), copy.hashes)
    header = a_header(ours, [cover, second], [ours.recipient], operations=4)
    lines = [ours.lines[0], ours.lines[2], ours.lines[5], copy.lines[4]]
    _header, operations = read(
        write_bundle(tmp_path, header, lines, header.recipients, ours.signer).path, ours.identity
    )
    assert [one["seq"] for one in operations] == [1, 3, 6, 5]


def test_the_reader_itself_notices(tmp_path: Path) -> None:
    ours = a_device(3)
    header = a_header(ours, [ours.cover()], [ours.recipient])
    path = write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path
    raw = bytearray(path.read_bytes())
    raw[-3] ^= 1
    path.write_bytes(raw)
    with pytest.raises((AssertionError, InvalidSignature, pyrage.DecryptError)):
        read(path, ours.identity)
    assert BytesIO(raw).read(22) == b"age-encryption.org/v1\n"
