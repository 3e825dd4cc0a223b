"""Files that somebody made to do harm: each is refused, quickly, in a person's words."""

from __future__ import annotations

import base64
import io
import json
import random
import tarfile
import time
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.bundle.bundle_builder import (
    Device,
    Member,
    a_device,
    a_header,
    a_small_header,
    a_uuid,
    members_of,
    operation,
    packed,
    proved,
    remnant,
    sealed,
    sealed_file,
    tar_of,
    with_manifest,
)
from vejleder_tui.bundle import archive
from vejleder_tui.bundle.chain import ChainError, ChainWalk
from vejleder_tui.bundle.frame import unpack
from vejleder_tui.bundle.header import AbsentRun, BundleHeader, Cover, ErasedPlace
from vejleder_tui.bundle.keys import generate_age_identity
from vejleder_tui.bundle.limits import MEBIBYTE
from vejleder_tui.bundle.minisign import SigningKey, write_signature
from vejleder_tui.bundle.refusal import BundleRefusedError, Reason
from vejleder_tui.bundle.verify import Verification, verify_bundle
from vejleder_tui.bundle.writer import sign_head, write_bundle
from vejleder_tui.ids import SeededRandomness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OURS = a_device(3)
MEMBERS = members_of(OURS)
SENTENCE = (
    "Pakken er ændret eller beskadiget. Intet er indlæst. Bed afsenderen om at skrive den igen, og behold den gamle."
)


def refused(path: Path, reason: Reason = Reason.TAMPERED) -> Verification:
    """Verify a hostile file: refused within its limits of time and memory."""
    tracemalloc.start()
    started = time.process_time()  # of this test alone, whatever else the machine does
    found = verify_bundle(path, [OURS.identity])
    took = time.process_time() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not found.ok
    assert found.reason == reason, found.detail
    assert len(found.errors) == 1
    if reason is Reason.TAMPERED:
        assert found.errors == (SENTENCE,)
    assert took < 10, found.detail  # tracing makes it several times slower
    assert peak < 256 * MEBIBYTE, found.detail
    return found


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "x.tar.zst.age"
    path.write_bytes(content)
    return path


def refused_bytes(folder: Path, content: bytes) -> Verification:
    return refused(_file(folder, content))


def refused_tar(folder: Path, tar: bytes) -> Verification:
    return refused(sealed_file(folder, tar, OURS.recipient))


def test_the_members_made_here_are_right_as_they_stand(tmp_path: Path) -> None:
    found = verify_bundle(sealed_file(tmp_path, tar_of(MEMBERS), OURS.recipient), [OURS.identity])
    assert found.ok, found.detail


def test_no_byte_of_the_file_is_free_to_change(tmp_path: Path) -> None:
    header = a_small_header(OURS)
    whole = write_bundle(tmp_path, header, OURS.lines, header.recipients, OURS.signer).path.read_bytes()
    path = tmp_path / "x.age"
    chance = random.Random(1)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        assert not verify_bundle(path, [OURS.identity]).ok, place
    for cut in [*range(0, len(whole), 3), len(whole) - 2, len(whole) - 1]:
        path.write_bytes(whole[:cut])
        assert not verify_bundle(path, [OURS.identity]).ok, cut
    for extra in (b"\0", b"\n", b"junk" * 50_000, whole):
        path.write_bytes(whole + extra)
        assert verify_bundle(path, [OURS.identity]).reason == Reason.TAMPERED
        path.write_bytes(extra + whole)
        assert not verify_bundle(path, [OURS.identity]).ok


def test_no_byte_inside_is_free_to_change(tmp_path: Path) -> None:
    """Whoever knows the recipient can seal again: so the inside must hold by itself."""
    tar = tar_of(MEMBERS)
    path = tmp_path / "x.age"
    # The one line that nothing covers is minisign's untrusted comment; nothing of it is read or shown.
    start = tar.index(b"untrusted comment: ") + len(b"untrusted comment: ")
    free = range(start, tar.index(b"\n", start))
    places = random.Random(2).sample(range(len(tar)), 1_500)
    for place in [*places, *range(512), *range(len(tar) - 1024, len(tar), 64)]:
        changed = tar[:place] + bytes([tar[place] ^ 1]) + tar[place + 1 :]
        path.write_bytes(sealed(packed(changed), OURS.recipient))
        assert verify_bundle(path, [OURS.identity]).ok == (place in free), place
    for cut in range(0, len(tar), 97):
        path.write_bytes(sealed(packed(tar[:cut]), OURS.recipient))
        assert not verify_bundle(path, [OURS.identity]).ok, cut


def test_concatenated_and_trailing_streams(tmp_path: Path) -> None:
    tar = tar_of(MEMBERS)
    inner = packed(tar)
    skippable = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    for content, detail in (
        (inner + inner, "bytes-after-zstd"),
        (inner + b"\0", "bytes-after-zstd"),
        (inner + skippable, "bytes-after-zstd"),
        (skippable + inner, "zstd-magic"),
        (inner[:-1], "zstd-cut"),
        (packed(tar[:700]) + packed(tar[700:]), "bytes-after-zstd"),
        (b"", "zstd-cut"),
        (tar, "zstd-magic"),
    ):
        assert refused_bytes(tmp_path, sealed(content, OURS.recipient)).detail == detail
    whole = sealed(inner, OURS.recipient)
    assert refused_bytes(tmp_path, whole + whole).detail == "age-payload"
    for trailing in (b"\0", bytes(512), bytes(10240), b"x" * 100, tar):
        assert refused_tar(tmp_path, tar + trailing).detail == "end"
    assert refused_tar(tmp_path, tar[:-512]).detail == "tar-cut"


def test_outer_junk(tmp_path: Path) -> None:
    magic = b"age-encryption.org/v1\n"
    for content in (
        b"",
        b"x",
        b"PK\x03\x04" * 99,
        magic,
        magic + b"-> X25519 " + b"a" * 3 * MEBIBYTE,
        magic + b"\n--- \n",
    ):
        refused_bytes(tmp_path, content)
    many = magic + b"-> a\n\n" * 10_000 + b"--- " + b"A" * 43 + b"\n" + bytes(1000)
    assert refused_bytes(tmp_path, many).detail == "age-header"
    body = magic + b"-> a\n" + (b"A" * 64 + b"\n") * 980 + b"\n--- " + b"A" * 43 + b"\n" + bytes(1000)
    refused(_file(tmp_path, body), Reason.NOT_FOR_US)
    endless = magic + b"".join(b"-> x%d y\n\n" % number for number in range(200_000))
    assert refused_bytes(tmp_path, endless).detail == "age-header"
    assert refused_bytes(tmp_path, b"-----BEGIN AGE ENCRYPTED FILE-----\n").detail == "age-magic"


def _moved(change: Callable[[list[Member]], None]) -> bytes:
    members = list(MEMBERS)
    change(members)
    return tar_of(members)


def test_members_swapped_twice_missing_and_strange(tmp_path: Path) -> None:
    names = [name for name, _ in MEMBERS]
    for tar in (
        tar_of(MEMBERS[::-1]),
        tar_of([MEMBERS[1], MEMBERS[0], *MEMBERS[2:]]),
        tar_of([MEMBERS[0], MEMBERS[2], MEMBERS[1], MEMBERS[3]]),
        tar_of([*MEMBERS[:2], MEMBERS[3], MEMBERS[2]]),
        tar_of([MEMBERS[0], *MEMBERS]),
        tar_of([*MEMBERS[:2], MEMBERS[1], *MEMBERS[2:]]),
        tar_of([*MEMBERS, MEMBERS[3]]),
        tar_of(MEMBERS[:3]),
        tar_of(MEMBERS[1:]),
        tar_of([]),
        _moved(lambda members: members.insert(2, ("operations/000003.ndjson", MEMBERS[1][1]))),
        _moved(lambda members: members.insert(2, ("operations/000002.ndjson", b""))),
        _moved(lambda members: members.insert(1, ("README.txt", b"hej"))),
    ):
        refused_tar(tmp_path, tar)
    for place, name in enumerate(names):
        for strange in ("../" + name, "/" + name, "./" + name, name + "/", name.upper(), name + " ", "x\\" + name):
            changed = [*MEMBERS[:place], (strange, MEMBERS[place][1]), *MEMBERS[place + 1 :]]
            refused_tar(tmp_path, tar_of(changed))


def _python_tar(kind: bytes, form: int, **fields: object) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as made:
        for name, content in MEMBERS:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            if name == MEMBERS[1][0]:
                entry.type = kind
                for field, value in fields.items():
                    setattr(entry, field, value)
            made.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def test_only_plain_files_of_the_one_form(tmp_path: Path) -> None:
    plain = _python_tar(tarfile.REGTYPE, tarfile.USTAR_FORMAT)
    assert plain.rstrip(b"\0") == tar_of(MEMBERS).rstrip(b"\0")  # Python's tarfile makes the same headers
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        refused_tar(tmp_path, _python_tar(kind, tarfile.USTAR_FORMAT, linkname="/etc/passwd"))
    for kind in (
        tarfile.DIRTYPE,
        tarfile.FIFOTYPE,
        tarfile.CHRTYPE,
        tarfile.GNUTYPE_SPARSE,
        tarfile.CONTTYPE,
        tarfile.AREGTYPE,
    ):
        refused_tar(tmp_path, _python_tar(kind, tarfile.USTAR_FORMAT))
    refused_tar(tmp_path, _python_tar(tarfile.REGTYPE, tarfile.PAX_FORMAT, pax_headers={"size": "1", "path": "x"}))
    refused_tar(tmp_path, _python_tar(tarfile.REGTYPE, tarfile.GNU_FORMAT, name="operations/" + "x" * 200))
    for field, value in (("mtime", 1), ("uid", 1), ("mode", 0o4755), ("uname", "root")):
        refused_tar(tmp_path, _python_tar(tarfile.REGTYPE, tarfile.USTAR_FORMAT, **{field: value}))


def test_sizes_are_judged_before_they_are_believed(tmp_path: Path) -> None:
    for name, size in (
        ("bundle.json", 10 * 10**9 % 8**11),
        ("bundle.json", 8**11 - 1),
        ("bundle.json", 17 * MEBIBYTE),
    ):
        refused_tar(tmp_path, archive.header_block(name, size) + b"{}")
    start = tar_of(MEMBERS[:1], b"")
    for name, size in (
        ("operations/000001.ndjson", 33 * MEBIBYTE),
        ("operations/000001.ndjson", 8**11 - 1),
        ("manifest-sha256.txt", 3 * MEBIBYTE),
    ):
        refused_tar(tmp_path, start + archive.header_block(name, size) + b"x" * 1000)
    # 10 GB, in GNU tar's binary form of large sizes
    block = bytearray(archive.header_block("operations/000001.ndjson", 0))
    block[124:136] = b"\x80" + (10 * 10**9).to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    refused_tar(tmp_path, start + bytes(block) + b"x" * 1000)


def test_a_hundred_thousand_members(tmp_path: Path) -> None:
    line = OURS.lines[0] + b"\n"
    tar = b"".join(
        [
            tar_of(MEMBERS[:1], b""),
            *(b"".join(archive.entry(f"operations/{n:06d}.ndjson", line)) for n in range(1, 100_001)),
        ]
    )
    refused_tar(tmp_path, tar)
    many = a_device(10_100)
    header = a_small_header(many, recipients=(OURS.recipient,))
    members = [("bundle.json", header.to_json())]
    members += [(f"operations/{n:06d}.ndjson", line + b"\n") for n, line in enumerate(many.lines, start=1)]
    found = refused_tar(tmp_path, tar_of(with_manifest(members, header.trusted_comment, many.signer)))
    assert found.detail == "member 10001"


def test_bombs(tmp_path: Path) -> None:
    zeros = bytes(64 * MEBIBYTE)
    assert refused_bytes(tmp_path, sealed(packed(zeros), OURS.recipient)).detail == "member 1"
    start = tar_of(MEMBERS[:1], b"") + archive.header_block("operations/000001.ndjson", 32 * MEBIBYTE)
    assert refused_tar(tmp_path, start + zeros).detail == "operations/000001.ndjson line-too-long"
    assert refused_tar(tmp_path, start + b"\n" * 32 * MEBIBYTE).detail == "operation 1: not-json"
    with pytest.raises(BundleRefusedError) as told:
        sum(len(piece) for piece in unpack(iter([packed(zeros)])))
    assert told.value.detail == "unpacked-ratio"
    # A frame of run-length blocks: four bytes for 128 KiB each.
    run = ((128 * 1024) << 3 | 1 << 1).to_bytes(3, "little") + b"0"
    bomb = b"\x28\xb5\x2f\xfd\x00\x58" + run * 30_000
    refused_bytes(tmp_path, sealed(bomb, OURS.recipient))
    # Blocks of nothing, and of one byte: much work for little.
    for block in (b"\x00\x00\x00", b"\x08\x00\x00x"):
        assert refused_bytes(
            tmp_path, sealed(b"\x28\xb5\x2f\xfd\x00\x58" + block * 500_000, OURS.recipient)
        ).detail in {
            "zstd-blocks",
            "member 1",
        }
    wide = b"\x28\xb5\x2f\xfd\x00" + bytes([18 << 3])  # a window of 256 MiB
    assert refused_bytes(tmp_path, sealed(wide + run, OURS.recipient)).detail == "zstd-window"
    dictionary = b"\x28\xb5\x2f\xfd\x01\x58\x05"
    assert refused_bytes(tmp_path, sealed(dictionary + run, OURS.recipient)).detail == "zstd-descriptor"


def _header_fields() -> dict[str, object]:
    found: dict[str, object] = json.loads(MEMBERS[0][1])
    return found


TOLD: dict[str, object] = {"generation": 0, "number": 1, "waiting": [], "refused": [], "bundles": []}
WAITING: dict[str, object] = {"device": OURS.device, "first": 1, "last": 2, "why": "gap", "need": ""}


def _with_header(raw: bytes) -> bytes:
    return tar_of(members_of(OURS, raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"format":"vejleder-bundle/1","format":"vejleder-bundle/1"}',
        b'{"format":"vejleder-bundle/1","n":' + b"9" * 100_000 + b"}",
        b'{"format":"vejleder-bundle/1","n":1e999}',
        b'{"format":"vejleder-bundle/1","n":NaN}',
        b'{"format":"\xff"}',
        b'{"format":"\\ud800"}',
        b"{" + b'"a":[],' * 500_000 + b'"b":0}',
        b'{"a":[' + b"[]," * 1_200_000 + b"0]}",
    ],
)
def test_header_json_that_is_no_header(tmp_path: Path, raw: bytes) -> None:
    refused_tar(tmp_path, _with_header(raw))


_START = '{"format":"vejleder-bundle/1","capabilities":[],"schema":1,"a":'
_MOST = 16 * MEBIBYTE - 100


def _large_headers() -> dict[str, str]:
    cover = json.loads(MEMBERS[0][1])["covers"][0]
    absent = [{"first": 2 * place, "last": 2 * place, "end": "0" * 64} for place in range(1, 95_000)]
    erased = [str(ErasedPlace(place, "0" * 64, "1" * 32, "2" * 64, "field")) for place in range(1, 80_000)]
    have = [{"device": OURS.device, "last": place, "end": "0" * 64} for place in range(1, 95_000)]
    right = _header_fields()
    return {
        "texts": _START + json.dumps(["x" * 29] * 349_000, separators=(",", ":")) + "}",
        "decimals": _START + "[" + ",".join(["1234567890.1234567"] * 349_000) + "]}",
        "keys": _START + "{" + ",".join(f'"{place:07}":{place}' for place in range(349_000)) + "}}",
        "objects": _START + json.dumps([{"aaaa": 1, "b": "xyzxyz", "c": 3, "d": 4}] * 99_000) + "}",
        "one wide text": _START + '"\N{GRINNING FACE}' + "x" * (_MOST - 200) + '"}',
        "escapes": _START + '"' + "\\u4e00" * (_MOST // 7) + '"}',
        "quotes": _START + '"' + '\\"' * (_MOST // 3) + '"}',
        "no end": _START + '"' + '\\"' * (_MOST // 3),
        "absent": json.dumps(right | {"covers": [cover | {"last": 10**9, "absent": absent}]}),
        "erased": json.dumps(right | {"covers": [cover | {"last": 10**9, "erased": erased}]}),
        "covers": json.dumps(right | {"covers": [cover] * 30_000}),
        "have": json.dumps(right | {"have": have, "operations": 9}),
    }


@pytest.mark.parametrize("name", _large_headers())
def test_a_large_header_costs_little(tmp_path: Path, name: str) -> None:
    raw = _large_headers()[name].encode()
    assert len(raw) <= 16 * MEBIBYTE
    started = time.process_time()
    with pytest.raises((BundleRefusedError, ChainError)):
        ChainWalk(BundleHeader.from_json(raw))
    assert time.process_time() - started < 2  # half a second on a machine that does nothing else
    if name in {"keys", "objects", "one wide text"}:  # those that took most memory; tracing it takes ten times as long
        refused_tar(tmp_path, _with_header(raw))


def test_headers_over_a_limit(tmp_path: Path) -> None:
    for raw in (
        _START + '"' + "x" * (16 * MEBIBYTE) + '"}',
        _START + "[" + "[]," * 100_000 + "1]}",
        _START + "[" + "1," * 350_001 + "1]}",
    ):
        assert refused_tar(tmp_path, _with_header(raw.encode())).detail in {"bundle.json too-large", "size of member 1"}


@pytest.mark.parametrize(
    "change",
    [
        {"bundle_id": "1"},
        {"bundle_id": None},
        {"kind": "all"},
        {"kind": ["delta"]},
        {"created": "i går"},
        {"created": "2026-11-20T15:04:0\u0665Z"},
        {"exporter": []},
        {"exporter": {}},
        {"version": "x" * 50},
        {"schema": "1"},
        {"schema": True},
        {"operations": -1},
        {"operations": 2**60},
        {"operations": 2},
        {"operations": 4},
        {"covers": {}},
        {"covers": [1]},
        {"covers": []},
        {"recipients": []},
        {"recipients": ["age1abc"]},
        {"recipients": [OURS.recipient, OURS.recipient]},
        {"recipients": [OURS.recipient, 5]},
        {"have": [{}]},
        {"kind": "receipt"},
        {"kind": "receipt", "receipt": None},
        {"kind": "receipt", "receipt": {}},
        {"kind": "receipt", "receipt": TOLD | {"number": 0}},
        {"kind": "receipt", "receipt": TOLD | {"generation": -1}},
        {"kind": "receipt", "receipt": TOLD | {"generation": True}},
        {"kind": "receipt", "receipt": TOLD | {"waiting": [{}]}},
        {"kind": "receipt", "receipt": TOLD | {"waiting": [WAITING | {"first": 3}]}},
        {"kind": "receipt", "receipt": TOLD | {"waiting": [WAITING | {"why": "<b>"}]}},
        {"kind": "receipt", "receipt": TOLD | {"waiting": [WAITING | {"need": "\x1b[2J"}]}},
        {"kind": "receipt", "receipt": TOLD | {"waiting": [WAITING] * 5_001}},
        {
            "kind": "receipt",
            "receipt": TOLD | {"refused": [{"device": OURS.device, "seq": 1, "hash": "x", "why": "size"}]},
        },
        {"kind": "receipt", "receipt": TOLD | {"bundles": [{"bundle_id": "x", "state": "applied", "why": ""}]}},
        {"kind": "receipt", "receipt": TOLD | {"bundles": [{"bundle_id": OURS.device, "state": "applied", "why": 7}]}},
        {"capabilities": "none"},
        {"format": "vejleder-bundle/x"},
        {"format": 1},
    ],
)
def test_header_fields_that_do_not_fit(tmp_path: Path, change: dict[str, object]) -> None:
    refused_tar(tmp_path, _with_header(json.dumps(_header_fields() | change).encode()))


@pytest.mark.parametrize(
    "change",
    [
        {"absent": None},
        {"absent": {}},
        {"absent": [7]},
        {"absent": [{"first": 2, "last": 1, "end": "0" * 64}]},
        {"absent": [{"first": 1, "last": 1, "end": "x"}]},
        {"absent": [{"first": 2, "last": 2, "end": "0" * 64}, {"first": 1, "last": 1, "end": "0" * 64}]},
        {"absent": [{"first": 1, "last": 2, "end": "0" * 64}, {"first": 2, "last": 2, "end": "0" * 64}]},
        {"erased": None},
        {"erased": "2"},
        {"erased": [2]},
        {"erased": [remnant(OURS, 2) + " "]},
        {"erased": ["0" + remnant(OURS, 2)]},
        {"erased": [remnant(OURS, 2).replace("row", "hint")]},
        {"erased": [remnant(OURS, 2).upper()]},
        {"erased": [remnant(OURS, 3), remnant(OURS, 2)]},
        {"erased": [remnant(OURS, 2), remnant(OURS, 2)]},
        {"erased": [remnant(OURS, 2)[:-3] + "field\n"]},
    ],
)
def test_cover_fields_that_do_not_fit(tmp_path: Path, change: dict[str, object]) -> None:
    fields = _header_fields()
    cover = json.loads(json.dumps(fields["covers"]))[0]
    found = refused_tar(tmp_path, _with_header(json.dumps(fields | {"covers": [cover | change]}).encode()))
    assert found.detail == "bundle.json field"


@pytest.mark.parametrize(
    "change", [{"format": "vejleder-bundle/2"}, {"capabilities": ["folding"]}, {"capabilities": [None]}]
)
def test_what_is_newer_is_said_to_be_newer(tmp_path: Path, change: dict[str, object]) -> None:
    raw = json.dumps(_header_fields() | change | {"version": "2.3"}).encode()
    found = refused(sealed_file(tmp_path, _with_header(raw), OURS.recipient), Reason.NEWER)
    assert found.errors[0].startswith("Pakken er skrevet med version 2.3. Denne er 0.")
    raw = json.dumps(_header_fields() | change | {"version": "\x1b[31m"}).encode()
    found = refused(sealed_file(tmp_path, _with_header(raw), OURS.recipient), Reason.NEWER)
    assert "version ?" in found.errors[0]


def _signed(header: BundleHeader, device: Device = OURS, signer: SigningKey | None = None, comment: str = "") -> bytes:
    members = members_of(device, header)[:2]
    return tar_of(with_manifest(members, comment or header.trusted_comment, signer or device.signer))


def test_another_signer(tmp_path: Path) -> None:
    other = a_device(2)
    header = a_small_header(OURS)
    assert refused_tar(tmp_path, _signed(header, signer=other.signer)).detail == "signature other-key"
    forged = replace(header, exporter=replace(header.exporter, public_key=other.signer.public.text))
    assert refused_tar(tmp_path, _signed(forged, signer=other.signer)).detail == "cover 1: another key"
    # The key id is only a hint: the same id over another key convinces nobody.
    assert refused_tar(tmp_path, _signed(header, comment=header.trusted_comment + "x")).detail == "signature comment"
    assert (
        refused_tar(tmp_path, _signed(header, comment=a_small_header(OURS).trusted_comment)).detail
        == "signature comment"
    )
    sums = MEMBERS[2][1]
    elsewhere = write_signature(OURS.signer, sums + b"x", json.loads(MEMBERS[0][1])["bundle_id"])
    assert refused_tar(tmp_path, tar_of([*MEMBERS[:3], (MEMBERS[3][0], elsewhere)])).detail == "signature signature"


def test_a_bundle_sealed_again_for_somebody_else(tmp_path: Path) -> None:
    recipient = a_device(1)
    header = a_small_header(OURS, recipients=(recipient.recipient,))
    path = sealed_file(tmp_path, _signed(header), OURS.recipient)
    assert refused(path, Reason.NOT_FOR_US).detail == "recipients"


def test_a_relaying_laptop_cannot_invent(tmp_path: Path) -> None:
    """It holds another device's first operation, and makes up the next with a right chain of hashes."""
    relay, theirs = OURS, a_device(3)
    true = theirs.cover()
    invented = a_device(3, [operation(theirs.device, 3, values={"code": "U"})], theirs.device)
    lines = [*theirs.lines[:2], invented.lines[2]]
    forged = replace(
        invented, lines=tuple(lines), signer=theirs.signer, hashes=(*theirs.hashes[:2], _hash_after(theirs, lines[2]))
    )

    def tar(cover: object) -> bytes:
        header = a_header(relay, [cover], [OURS.recipient])  # type: ignore[list-item]  # a cover, as each case makes it
        members = [
            ("bundle.json", header.to_json()),
            ("operations/000001.ndjson", b"".join(line + b"\n" for line in lines)),
        ]
        return tar_of(with_manifest(members, header.trusted_comment, relay.signer))

    assert refused_tar(tmp_path, tar(true)).detail == "chain end of cover 1"
    unsigned = replace(
        forged.cover(), signature=sign_head(relay.signer, theirs.device, 3, forged.hashes[2], forged.cover().root)
    )
    assert refused_tar(tmp_path, tar(unsigned)).detail == "cover 1: signature"
    assert (
        refused_tar(tmp_path, tar(replace(unsigned, public_key=relay.signer.public.text))).detail
        == "cover 1: another key"
    )
    other = replace(forged.cover(), signature=true.signature)
    assert refused_tar(tmp_path, tar(other)).detail == "cover 1: signature"
    stripped = replace(forged.cover(), signature=base64.b64encode(bytes(64)).decode())
    assert refused_tar(tmp_path, tar(stripped)).detail == "cover 1: signature"


def _hash_after(device: Device, line: bytes) -> str:
    from vejleder_tui.bundle.chain import next_hash

    return next_hash(device.hashes[1], line)


def test_a_key_that_the_caller_knows_wins(tmp_path: Path) -> None:
    path = sealed_file(tmp_path, tar_of(MEMBERS), OURS.recipient)
    other = a_device(1).signer.public.text
    found = verify_bundle(path, [OURS.identity], device_keys={OURS.device: other})
    assert found.detail == "operation 1: another key"
    assert verify_bundle(path, [OURS.identity], lambda _key: False).signer_known is False


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" ",
        b"{}",
        b"[1]",
        b"\xff\xfe",
        operation(OURS.device, 4),
        operation(a_uuid(), 3),
        operation(OURS.device, 3, seq=3.0) + b"x",
        operation(OURS.device, 3, seq="3"),
        operation(OURS.device, 3, txn=4),
        operation(OURS.device, 3, txn=0),
        operation(OURS.device, 3, schema=None),
        operation(OURS.device, 3, kind="delete"),
        operation(OURS.device, 3, salt=""),
        operation(OURS.device, 3, at=7),
        operation(OURS.device, 3, values="x"),
        operation(OURS.device, 3, replaces={"code": ["x"]}),
        operation(OURS.device, 3, replaces=["x"]),
        operation(OURS.device, 3, replaces="x"),
        operation(OURS.device, 3, reason=5),
        operation(OURS.device, 3, values={"a": 10**30}),
        operation(OURS.device, 3)[:-1] + b',"seq":3}',
        operation(OURS.device, 3, values={"a": "NOTE"}).replace(b"NOTE", b"\\udfff"),
        operation(OURS.device, 3, values=None).replace(
            b'"values":null', b'"values":' + b"[" * 100_000 + b"]" * 100_000
        ),
        operation(OURS.device, 3, values={"a": "x" * MEBIBYTE}),
    ],
)
def test_lines_that_are_no_operation(tmp_path: Path, line: bytes) -> None:
    """Their chain, manifest and signatures are right: only the line itself is wrong."""
    device = a_device(3, [line], OURS.device)
    header = a_small_header(device, recipients=(OURS.recipient,))
    refused_tar(tmp_path, _signed(header, device))


def test_a_first_operation_without_a_key(tmp_path: Path) -> None:
    identifier = a_uuid()
    for first in (operation(identifier, 1), operation(identifier, 1, table="device", values={"sign_key": "RWx"})):
        device = a_device(1, [first], identifier)
        header = a_small_header(device, recipients=(OURS.recipient,))
        assert refused_tar(tmp_path, _signed(header, device)).detail == "operation 1: no key"


def test_covers_and_absent_runs_that_do_not_add_up(tmp_path: Path) -> None:
    cover, end = OURS.cover(), OURS.hashes
    run = AbsentRun(2, 2, end[1])
    taken = remnant(OURS, 2)

    def without(*runs: AbsentRun, erased: tuple[str, ...] = ()) -> tuple[Cover, ...]:
        return (proved(replace(cover, absent=runs, erased=erased), end),)

    for change in (
        {"covers": (cover, cover), "operations": 6},
        {"covers": (*without(run), *without(run)), "operations": 4},
        {"covers": without(run), "operations": 2},
        {"covers": without(AbsentRun(3, 9, end[2])), "operations": 6},
        {"covers": without(AbsentRun(1, 3, end[1])), "operations": 0},
        {"covers": without(run, erased=(taken,)), "operations": 1},
        {"covers": without(erased=(taken,)), "operations": 3},
        {"covers": without(erased=(taken,)), "operations": 2},
        {"covers": without(erased=(str(ErasedPlace(2, end[0], "1" * 32, "2" * 64, "row")),)), "operations": 2},
        {"covers": without(erased=(str(ErasedPlace(9, end[0], "1" * 32, "2" * 64, "row")),)), "operations": 2},
        {"covers": (replace(cover, last=2, end=end[1]),), "operations": 2},
        {"covers": (replace(cover, end=end[1]),)},
        {"covers": (cover, replace(cover, device=a_uuid(), first=2**52, last=2**53 - 1, before=end[0]))},
    ):
        refused_tar(tmp_path, _signed(a_small_header(OURS, **change)))


def test_random_bytes_in_every_layer(tmp_path: Path) -> None:
    chance = random.Random(3)
    tar = tar_of(MEMBERS)
    inner = packed(tar)
    for _ in range(150):
        junk = chance.randbytes(chance.randrange(3000))
        place = chance.randrange(len(inner))
        refused_bytes(tmp_path, sealed(junk, OURS.recipient))
        refused_bytes(tmp_path, sealed(packed(junk), OURS.recipient))
        changed = inner[:place] + bytes([inner[place] ^ 1 << chance.randrange(8)]) + inner[place + 1 :]
        path = tmp_path / "y.age"
        path.write_bytes(sealed(changed, OURS.recipient))
        found = verify_bundle(path, [OURS.identity])
        assert not found.ok or found.manifest  # zstd has spare bits: the same content may come out
        assert found.reason in {None, Reason.TAMPERED, Reason.NEWER}


def test_an_identity_of_the_wrong_kind_is_told_as_such() -> None:
    assert generate_age_identity(SeededRandomness(9)).startswith("AGE-SECRET-KEY-1")
