"""Files made to exhaust a reader: each refused within a second of work and 256 MB, measured in a process of its own.

What they are refused for is tested in tests/bundle/test_bundle_hostile.py; here it is what it costs.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bundle.bundle_builder import (
    Member,
    a_device,
    a_header,
    a_small_header,
    members_of,
    operation,
    packed,
    sealed,
    tar_of,
    with_manifest,
)
from vejleder_tui.bundle import archive
from vejleder_tui.bundle.limits import MEBIBYTE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and figures are the operating system's")

OURS = a_device(3)
MEMBERS = members_of(OURS)
FRAME = b"\x28\xb5\x2f\xfd\x00\x58"
"""A zstd frame's magic, a descriptor without anything, and a window of 2 MiB."""


def _tar(members: list[Member]) -> bytes:
    return packed(tar_of(members))


def _header(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MEMBERS[0][1])
    return found | changed


def _with(raw: dict[str, Any] | bytes) -> bytes:
    """Return a bundle with another `bundle.json`; its manifest and signature are right."""
    content = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return _tar(members_of(OURS, content))


def _cover(**changed: Any) -> dict[str, Any]:
    cover: dict[str, Any] = _header()["covers"][0]
    return cover | changed


def _erased(count: int) -> list[str]:
    return [f"{number} {'a' * 64} {'b' * 32} {'c' * 64} row" for number in range(1, count + 1)]


def _absent(count: int) -> list[dict[str, Any]]:
    return [{"first": number, "last": number, "end": "a" * 64} for number in range(1, count + 1)]


def _zeros() -> bytes:
    return packed(bytes(128 * MEBIBYTE))


def _zeros_in_a_member() -> bytes:
    start = tar_of(MEMBERS[:1], b"") + archive.header_block("operations/000001.ndjson", 32 * MEBIBYTE)
    return packed(start + bytes(64 * MEBIBYTE))


def _run_lengths() -> bytes:
    return FRAME + (((128 * 1024) << 3 | 1 << 1).to_bytes(3, "little") + b"0") * 200_000


def _blocks_of_nothing() -> bytes:
    return FRAME + b"\x00\x00\x00" * 3_000_000


def _claim(size: int, *, binary: bool = False) -> bytes:
    block = bytearray(archive.header_block("operations/000001.ndjson", 0 if binary else size))
    if binary:
        block[124:136] = b"\x80" + size.to_bytes(11, "big")
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    return packed(tar_of(MEMBERS[:1], b"") + bytes(block) + b"x" * 1000)


def _members(count: int) -> bytes:
    line = operation(OURS.device, 1) + b"\n"
    rest = b"".join(b"".join(archive.entry(f"operations/{n:06d}.ndjson", line)) for n in range(1, count + 1))
    return packed(tar_of(MEMBERS[:1], b"") + rest)


def _many_true_members() -> bytes:
    """As many members as the limit, each right, then one more."""
    many = a_device(10_100)
    header = a_small_header(many, recipients=(OURS.recipient,))
    members = [("bundle.json", header.to_json())]
    members += [(f"operations/{n:06d}.ndjson", line + b"\n") for n, line in enumerate(many.lines, start=1)]
    return _tar(with_manifest(members, header.trusted_comment, many.signer))


def _python_tar(kind: bytes, name: str = "operations/000001.ndjson") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as made:
        first = tarfile.TarInfo("bundle.json")
        first.size = len(MEMBERS[0][1])
        made.addfile(first, io.BytesIO(MEMBERS[0][1]))
        second = tarfile.TarInfo(name)
        second.type, second.linkname = kind, "/etc/passwd"
        made.addfile(second)
    return packed(target.getvalue())


def _nested(opening: bytes, closing: bytes, count: int) -> bytes:
    return opening * count + closing * count


def _line(line: bytes) -> bytes:
    device = a_device(3, [line], OURS.device)
    header = a_small_header(device, recipients=(OURS.recipient,))
    return _tar(members_of(device, header, device.signer))


def _for_another() -> bytes:
    """Sealed for us, though its header names another: somebody passed it on."""
    header = a_small_header(OURS, recipients=(a_device(1).recipient,))
    return _tar(members_of(OURS, header))


def _most_covers() -> bytes:
    """As many covers as the brackets allow, each with a signature to be checked."""
    cover = _cover()
    covers = [
        cover | {"first": 2, "last": 2, "before": f"{number:064x}", "end": f"{number:064x}"} for number in range(50_000)
    ]
    return _with(_header(covers=covers))


FILES: dict[str, Callable[[], bytes]] = {
    "zstd bomb": _zeros,
    "zstd bomb in a member": _zeros_in_a_member,
    "zstd bomb of run lengths": _run_lengths,
    "zstd blocks of nothing": _blocks_of_nothing,
    "a claim of 8 GB": lambda: _claim(8**11 - 1),
    "a claim of 10 GB": lambda: _claim(10 * 10**9, binary=True),
    "100,000 members": lambda: _members(100_000),
    "10,101 true members": _many_true_members,
    "../ in a name": lambda: _tar([("../bundle.json", MEMBERS[0][1]), *MEMBERS[1:]]),
    "../ in a later name": lambda: _tar([MEMBERS[0], ("operations/../../x", MEMBERS[1][1]), *MEMBERS[2:]]),
    "a symbolic link": lambda: _python_tar(tarfile.SYMTYPE),
    "a hard link": lambda: _python_tar(tarfile.LNKTYPE),
    "a device file": lambda: _python_tar(tarfile.CHRTYPE),
    "a member twice": lambda: _tar([*MEMBERS[:2], *MEMBERS[1:]]),
    "the header twice": lambda: _tar([MEMBERS[0], *MEMBERS]),
    "lists in lists": lambda: _with(_nested(b"[", b"]", 2_000_000)),
    "objects in objects": lambda: _with(b'{"a":' * 500_000 + b"1" + b"}" * 500_000),
    "lists in lists in an operation": lambda: _line(
        operation(OURS.device, 3, values=None).replace(b'"values":null', b'"values":' + _nested(b"[", b"]", 400_000))
    ),
    "a text without an end": lambda: _with(b'{"a":"' + b"\\" * 4_000_000),
    "a long number": lambda: _with(b'{"a":' + b"9" * 4_000_000 + b"}"),
    "many keys": lambda: _with(b"{" + b",".join(b'"%d":1' % number for number in range(1_000_000)) + b"}"),
    "a header for another": _for_another,
    "erased: more than allowed": lambda: _with(_header(covers=[_cover(last=200_000, erased=_erased(90_000))])),
    "erased: as many as fit": lambda: _with(_header(covers=[_cover(last=80_003, erased=_erased(80_000))])),
    "erased: one long text": lambda: _with(_header(covers=[_cover(erased=["1 " + "a" * 10_000_000])])),
    "erased: numbers without end": lambda: _with(_header(covers=[_cover(erased=["9" * 1_000_000 + " a"])])),
    "absent: more than allowed": lambda: _with(_header(covers=[_cover(last=200_000, absent=_absent(150_000))])),
    "absent: as many as fit": lambda: _with(_header(covers=[_cover(last=60_000, absent=_absent(59_000))])),
    "absent: one of 2^53": lambda: _with(
        _header(covers=[_cover(last=2**53 - 1, absent=[{"first": 2, "last": 2**53 - 2, "end": "a" * 64}])])
    ),
    "covers: as many as fit": _most_covers,
    "have: as many as fit": lambda: _with(
        _header(have=[{"device": OURS.device, "last": number, "end": "a" * 64} for number in range(1, 110_000)])
    ),
    "receipt: more than allowed": lambda: _with(
        _header(
            kind="receipt",
            receipt={
                "generation": 0,
                "number": 1,
                "waiting": [],
                "refused": [],
                "bundles": [{"bundle_id": OURS.device, "state": "applied", "why": ""}] * 50_000,
            },
        )
    ),
    "100 recipients, none ours": lambda: _tar(
        members_of(OURS, a_header(OURS, [OURS.cover()], [a_device(1).recipient for _ in range(100)]))
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_refused_within_a_second_and_256_megabytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.tar.zst.age"
    path.write_bytes(sealed(FILES[name](), OURS.recipient))
    command = [sys.executable, "-m", "tests.fuzz.verify_one", str(path), OURS.identity]
    root = Path(__file__).parents[2]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout)
    assert not told["ok"]
    assert told["detail"]
    assert told["seconds"] < 1, told
    assert told["peak"] < 256 * 1024, told  # all of Python among it
