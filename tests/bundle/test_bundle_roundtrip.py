"""What is written is read back, verified, and found to be the same bytes."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage
import pytest
import zstandard

from tests.bundle.bundle_builder import a_device, a_fork, a_header, a_small_header, proved, remnant
from vejleder_tui import errors
from vejleder_tui.bundle.chain import Absent, Line, Started, Taken
from vejleder_tui.bundle.header import AbsentRun, BundleHeader, Have
from vejleder_tui.bundle.limits import BYTES_PER_MEMBER, LINES_PER_MEMBER
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.refusal import Reason
from vejleder_tui.bundle.told import Told
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.bundle.writer import write_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_bundle_of_two_devices_is_read_back_line_by_line(tmp_path: Path) -> None:
    ours, theirs, centre = a_device(5), a_device(4), a_device(1)
    header = a_header(
        ours,
        [ours.cover(3), theirs.cover()],
        [centre.recipient, ours.recipient],
        have=(Have(ours.device, 5, ours.hashes[4]),),
    )
    seen: list[tuple[int, int]] = []
    written = write_bundle(
        tmp_path,
        header,
        iter([*ours.lines[2:], *theirs.lines]),
        header.recipients,
        ours.signer,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert written.path.name == f"vejleder-0183-{ours.device[:8]}-3-5.tar.zst.age"
    assert (written.first, written.last, written.operations) == (3, 5, 7)
    assert seen[0] == (0, 7)
    assert seen[-1] == (7, 7)
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [written.path]
    found = verify_bundle(
        written.path,
        [centre.identity],
        lambda key: key == ours.signer.public.text,
        device_keys={ours.device: ours.signer.public.text},
    )
    assert found.ok, found.detail
    assert (found.bundle_id, found.operations, found.signer_known) == (header.bundle_id, 7, True)
    assert (found.manifest, found.sha256, found.unknown_devices) == (written.manifest, written.sha256, ())
    assert found.header == header
    with open_bundle(written.path, [ours.identity], manifest=found.manifest) as reader:
        assert reader.header == header
        read = list(reader.lines())
    assert [line for _, _, _, line in read] == [*ours.lines[2:], *theirs.lines]
    assert [(device, seq, hash_) for device, seq, hash_, _ in read] == [
        *((ours.device, seq, ours.hashes[seq - 1]) for seq in (3, 4, 5)),
        *((theirs.device, seq, theirs.hashes[seq - 1]) for seq in (1, 2, 3, 4)),
    ]


def test_a_receipt_has_no_operations(tmp_path: Path) -> None:
    centre, ours = a_device(1), a_device(3)
    header = a_header(
        centre, [], [ours.recipient], kind="receipt", have=(Have(ours.device, 3, ours.hashes[2]),), receipt=Told(0, 7)
    )
    written = write_bundle(tmp_path, header, [], header.recipients, centre.signer)
    assert written.path.name == f"vejleder-0183-{centre.device[:8]}-kvittering-7.tar.zst.age"
    found = verify_bundle(written.path, [ours.identity])
    assert found.ok
    assert found.header == header
    assert found.signer_known is None


def test_runs_that_are_absent_carry_the_chain_on(tmp_path: Path) -> None:
    ours = a_device(12)
    absent = tuple(AbsentRun(first, last, ours.hashes[last - 1]) for first, last in ((1, 2), (5, 5), (6, 7), (11, 12)))
    header = a_small_header(ours, covers=(proved(replace(ours.cover(), absent=absent), ours.hashes),), operations=6)
    present = [*ours.lines[2:4], *ours.lines[7:10]]
    with pytest.raises(errors.StoreError):
        write_bundle(tmp_path, header, present, header.recipients, ours.signer)
    header = replace(header, operations=5)
    written = write_bundle(tmp_path, header, present, header.recipients, ours.signer)
    found = verify_bundle(written.path, [ours.identity])
    assert found.ok, found.detail
    assert found.unknown_devices == (ours.device,)
    with open_bundle(written.path, [ours.identity]) as reader:
        assert [seq for _, seq, _, _ in reader.lines()] == [3, 4, 8, 9, 10]


def test_a_cover_may_be_absent_as_a_whole(tmp_path: Path) -> None:
    ours = a_device(3)
    cover = proved(replace(ours.cover(), absent=(AbsentRun(1, 3, ours.hashes[2]),)), ours.hashes)
    header = a_small_header(ours, covers=(cover,), operations=0)
    assert verify_bundle(write_bundle(tmp_path, header, [], header.recipients, ours.signer).path, [ours.identity]).ok


def test_the_pieces_of_a_fork_with_erased_and_absent_places(tmp_path: Path) -> None:
    ours = a_device(6)
    other = a_fork(ours, 3, 5)
    first = replace(
        ours.cover(), absent=(AbsentRun(4, 5, ours.hashes[4]),), erased=(remnant(ours, 2), remnant(ours, 6))
    )
    first = proved(first, ours.hashes)
    second = proved(replace(other.cover(4, 5), erased=(remnant(other, 4, "field"),)), other.hashes)
    third = other.cover(4, 4)
    header = a_header(ours, [first, second, third], [ours.recipient], operations=4)
    lines = [ours.lines[0], ours.lines[2], other.lines[4], other.lines[3]]
    written = write_bundle(tmp_path, header, lines, header.recipients, ours.signer)
    found = verify_bundle(written.path, [ours.identity])
    assert found.ok, found.detail
    with open_bundle(written.path, [ours.identity], manifest=found.manifest) as reader:
        pieces = list(reader.pieces())
    token, erase = "1" * 32, "2" * 64
    assert pieces == [
        Started(first),
        Line(ours.device, 1, ours.hashes[0], ours.lines[0]),
        Taken(ours.device, 2, ours.hashes[1], token, erase, "row"),
        Line(ours.device, 3, ours.hashes[2], ours.lines[2]),
        Absent(ours.device, 4, 5, ours.hashes[4], first.absent[0].tree),
        Taken(ours.device, 6, ours.hashes[5], token, erase, "row"),
        Started(second),
        Taken(ours.device, 4, other.hashes[3], token, erase, "field"),
        Line(ours.device, 5, other.hashes[4], other.lines[4]),
        Started(third),
        Line(ours.device, 4, other.hashes[3], other.lines[3]),
    ]


def test_members_are_bounded_in_lines_and_bytes(tmp_path: Path) -> None:
    many = a_device(20_001, [b"{}"] * 20_000)
    long = [json.dumps({"note": "æ" * 400_000}, ensure_ascii=False).encode() for _ in range(12)]
    for device in (many, a_device(13, long), a_device(6_000)):
        header = a_small_header(device)
        written = write_bundle(tmp_path, header, device.lines, header.recipients, device.signer)
        with open_bundle(written.path, [device.identity]) as reader:
            assert [line for _, _, _, line in reader.lines()] == list(device.lines)
        opened = pyrage.decrypt(written.path.read_bytes(), [pyrage.x25519.Identity.from_str(device.identity)])
        with tarfile.open(fileobj=io.BytesIO(zstandard.ZstdDecompressor().stream_reader(opened).read())) as tar:
            names = tar.getnames()
            contents = [tar.extractfile(name).read() for name in names[1:-2]]  # type: ignore[union-attr]  # all are files
        count = len(contents)
        assert count > 1
        assert names == [
            "bundle.json",
            *(f"operations/{number:06d}.ndjson" for number in range(1, count + 1)),
            "manifest-sha256.txt",
            "manifest-sha256.txt.minisig",
        ]
        assert all(
            content.count(b"\n") <= LINES_PER_MEMBER and len(content) <= BYTES_PER_MEMBER for content in contents
        )
        assert b"".join(contents) == b"".join(line + b"\n" for line in device.lines)


def test_an_earlier_file_of_the_same_range_is_kept(tmp_path: Path) -> None:
    ours = a_device(2)
    paths = []
    for _ in range(3):
        header = a_small_header(ours)
        paths.append(write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path)
    assert [path.name[-len("-1-2-3.tar.zst.age") :] for path in paths[1:]] == [
        "-1-2-2.tar.zst.age",
        "-1-2-3.tar.zst.age",
    ]
    assert all(verify_bundle(path, [ours.identity]).ok for path in paths)


class _ReaderError(Exception):
    pass


def _failing(lines: tuple[bytes, ...], error: Exception) -> Iterator[bytes]:
    yield from lines
    raise error


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    ours = a_device(600)
    header = a_small_header(ours)

    def cancel(done: int, total: int) -> None:
        if done >= 500:
            raise errors.CancelledError("Afbrudt.")

    with pytest.raises(errors.CancelledError):
        write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer, progress=cancel)
    with pytest.raises(_ReaderError):
        write_bundle(tmp_path, header, _failing(ours.lines, _ReaderError()), header.recipients, ours.signer)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(tmp_path, header, _failing(ours.lines, KeyboardInterrupt()), header.recipients, ours.signer)  # type: ignore[arg-type]  # not an Exception, on purpose
    with pytest.raises(errors.NoRecipientError, match="ingen modtager"):
        write_bundle(tmp_path, header, ours.lines, [], ours.signer)
    wrong = [
        ours.lines[:-1],
        (*ours.lines, b"{}"),
        (*ours.lines[:-1], b"{}"),
        ours.lines[::-1],
        (b"a\nb", *ours.lines[1:]),
    ]
    for lines in wrong:
        with pytest.raises(errors.StoreError):
            write_bundle(tmp_path, header, lines, header.recipients, ours.signer)
    with pytest.raises(errors.StoreError):
        write_bundle(tmp_path, header, ours.lines, header.recipients, a_device(1).signer)
    with pytest.raises(errors.NotSavedError, match="mappen findes ikke"):
        write_bundle(tmp_path / "usb", header, ours.lines, header.recipients, ours.signer)
    assert list(tmp_path.iterdir()) == []


def test_the_file_must_still_be_the_one_that_was_verified(tmp_path: Path) -> None:
    ours = a_device(3)
    paths = []
    for _ in range(2):
        header = a_small_header(ours)
        paths.append(write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path)
    manifest = verify_bundle(paths[0], [ours.identity]).manifest
    with open_bundle(paths[1], [ours.identity], manifest=manifest) as reader, pytest.raises(errors.RefusedError):
        list(reader.lines())


def test_reading_may_stop_anywhere(tmp_path: Path) -> None:
    ours = a_device(30_000)
    header = a_small_header(ours)
    path = write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path
    with open_bundle(path, [ours.identity]) as reader:
        assert next(iter(reader.lines()))[1] == 1
    reader.close()
    assert not reader._source._thread.is_alive()

    def cancel(done: int, total: int) -> None:
        raise errors.CancelledError("Afbrudt.")

    with pytest.raises(errors.CancelledError):
        verify_bundle(path, [ours.identity], progress=cancel)


def test_a_file_for_someone_else_a_newer_one_and_none(tmp_path: Path) -> None:
    ours, other = a_device(2), a_device(1)
    header = a_small_header(ours, schema=7)
    path = write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path
    found = verify_bundle(path, [other.identity])
    assert (found.ok, found.reason) == (False, Reason.NOT_FOR_US)
    assert "låst til en anden modtager" in found.errors[0]
    assert verify_bundle(path, []).reason == Reason.NOT_FOR_US
    found = verify_bundle(path, [ours.identity], newest_schema=6)
    assert (found.ok, found.reason) == (False, Reason.NEWER)
    assert verify_bundle(path, [ours.identity], newest_schema=7).ok
    with pytest.raises(errors.NotFoundError):
        verify_bundle(tmp_path / "væk.age", [ours.identity])
    with pytest.raises(errors.NotFoundError):
        verify_bundle(tmp_path, [ours.identity])


def test_a_header_survives_the_way_through_json() -> None:
    ours = a_device(4)
    cover = replace(ours.cover(2), absent=(AbsentRun(2, 3, ours.hashes[0]),), erased=(remnant(ours, 4),), tree="eHg=")
    header = a_small_header(ours, covers=(cover,), operations=0, have=(Have(ours.device, 4, ours.hashes[3]),))
    raw = header.to_json()
    assert BundleHeader.from_json(raw) == header
    assert next(iter(json.loads(raw))) == "format"
    extended = json.loads(raw) | {"later": [1]}
    assert BundleHeader.from_json(json.dumps(extended).encode()) == header


def test_a_name_that_was_pasted_never_keeps_a_laptop_from_exporting(tmp_path: Path) -> None:
    ours = a_device(1)
    header = a_small_header(ours)
    for name in ("Bærbar\u00a04", "a\x1b[31mb\n", "n" * 300, "", "[/b] 👩‍🦰"):
        named = replace(header, exporter=replace(header.exporter, name=name))
        found = verify_bundle(
            write_bundle(tmp_path, named, ours.lines, named.recipients, ours.signer).path, [ours.identity]
        )
        assert found.ok, found.detail
        assert found.header is not None
        assert found.header.exporter.name == name.replace("\x1b", " ").replace("\n", " ")[:200]


def test_what_is_no_identity_and_what_is_no_file(tmp_path: Path) -> None:
    ours = a_device(1)
    header = a_small_header(ours)
    path = write_bundle(tmp_path, header, ours.lines, header.recipients, ours.signer).path
    with pytest.raises(errors.RuleError):
        verify_bundle(path, [ours.recipient])
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(errors.NotFoundError):
            verify_bundle(tmp_path / "pipe", [ours.identity])
