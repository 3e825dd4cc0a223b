"""Reads a bundle that may be hostile: forward only, within limits, nothing to disk.

Iterating checks form, limits, chains and the manifest's hashes. That the right keys signed is `verify.verify_bundle`'s.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO, Self

from vejleder_tui.bundle import archive
from vejleder_tui.bundle.chain import ChainError, ChainWalk, Line
from vejleder_tui.bundle.frame import unpack
from vejleder_tui.bundle.header import BundleHeader
from vejleder_tui.bundle.keys import age_recipient_of
from vejleder_tui.bundle.limits import (
    MAX_HEADER_BYTES,
    MAX_LINE_BYTES,
    MAX_MANIFEST_BYTES,
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    MAX_SEALED_BYTES,
    MAX_SIGNATURE_BYTES,
)
from vejleder_tui.bundle.refusal import not_for_us, tampered
from vejleder_tui.bundle.source import SealedSource
from vejleder_tui.errors import NotFoundError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from vejleder_tui.bundle.chain import Piece

__all__ = ["BundleReader", "open_bundle"]

_MANIFEST = "manifest-sha256.txt"
_SIGNATURE = "manifest-sha256.txt.minisig"


class _Bytes:
    """Takes exact or limited numbers of bytes from the unpacked stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""
        self._at = 0

    def some(self, most: int) -> bytes:
        """Return at least one byte and at most `most`; refuse when the stream is at its end."""
        while self._at == len(self._held):
            chunk = next(self._chunks, None)
            if chunk is None:
                raise tampered("tar-cut")
            self._held, self._at = chunk, 0
        found = self._held[self._at : self._at + most]
        self._at += len(found)
        return found

    def exactly(self, count: int) -> bytes:
        parts = []
        while count:
            parts.append(self.some(count))
            count -= len(parts[-1])
        return b"".join(parts)

    def ended(self) -> bool:
        return self._at == len(self._held) and next(self._chunks, None) is None


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_file():  # a pipe or a device would keep the program waiting
            return path.open("rb")
        cause = None
    except OSError as error:
        cause = error
    raise NotFoundError(
        _("Filen kan ikke åbnes: {path}.").format(path=path), _("Se efter, om navn og mappe er rigtige.")
    ) from cause


def _refuse_large(path: Path) -> None:
    if path.stat().st_size > MAX_SEALED_BYTES:
        raise tampered("file-too-large")


def _refuse_forwarded(header: BundleHeader, ours: set[str]) -> None:
    """Refuse a file that was sealed again, for someone whom the sender did not name."""
    if not ours & set(header.recipients):
        raise not_for_us("recipients")


class BundleReader:
    """An opened bundle: `header` at once, then `pieces()` or `lines()` once, to the end.

    After the last line, `manifest` is the SHA-256 of the manifest, `sha256` that of the sealed file, and
    `header_file`, `manifest_file` and `signature_file` the members themselves. Use it in a `with` statement.
    """

    def __init__(
        self, path: Path, identities: Sequence[str], *, newest_schema: int | None = None, manifest: str | None = None
    ) -> None:
        self._expected_manifest = manifest
        self._sums: list[str] = []
        self._members = 0
        self.manifest = ""
        self.sha256 = ""
        self.manifest_file = b""
        self.signature_file = b""
        ours = {age_recipient_of(identity) for identity in identities}
        self._file = _opened(path)
        try:
            _refuse_large(path)
            self._source = SealedSource(self._file, identities)
        except BaseException:
            self._file.close()
            raise
        try:
            self._bytes = _Bytes(unpack(iter(self._source)))
            self.header_file = self._header_member()
            self.header = BundleHeader.from_json(self.header_file, newest_schema=newest_schema)
            _refuse_forwarded(self.header, ours)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self._source.close()
        self._file.close()

    def _next_member(self) -> tuple[str, int]:
        block = self._bytes.exactly(archive.BLOCK)
        found = archive.read_header(block)
        self._members += 1
        if found is None or self._members > MAX_MEMBERS:
            raise tampered(f"member {self._members}")
        return found

    def _padding(self, size: int) -> None:
        if any(self._bytes.exactly(archive.padding(size))):
            raise tampered(f"padding of member {self._members}")

    def _small(self, size: int, most: int) -> bytes:
        if size > most:
            raise tampered(f"size of member {self._members}")
        content = self._bytes.exactly(size)
        self._padding(size)
        return content

    def _header_member(self) -> bytes:
        name, size = self._next_member()
        if name != "bundle.json":
            raise tampered("member 1")
        content = self._small(size, MAX_HEADER_BYTES)
        self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        return content

    def pieces(self) -> Iterator[Piece]:
        """Yield what the bundle says of each chain, in order: Started, then Line, Absent and Taken by number.

        Device and number of a line are those that the covers demand here; that the line itself says so is checked by
        `verify.read_operation`. Raises a refusal at the first thing that is wrong, also after the last piece: nothing
        taken from here counts before this has ended.
        """
        try:
            walk = ChainWalk(self.header)
            yield from walk.met()
            member = 0
            while True:
                name, size = self._next_member()
                if name == _MANIFEST:
                    break
                member += 1
                if name != f"operations/{member:06d}.ndjson" or not 0 < size <= MAX_MEMBER_BYTES:
                    raise tampered(f"member {self._members}")
                for line in self._member_lines(name, size):
                    device, seq = walk.expected
                    yield Line(device, seq, walk.advance(line), line)
                    yield from walk.met()
            walk.finish()
        except ChainError as error:
            raise tampered(f"chain {error}") from error
        self._finish(size)

    def lines(self) -> Iterator[Line]:
        """Yield the operations alone, as `pieces` does: `(device, seq, hash, line)`."""
        for piece in self.pieces():
            if isinstance(piece, Line):
                yield piece

    def _member_lines(self, name: str, size: int) -> Iterator[bytes]:
        digest = hashlib.sha256()
        rest = bytearray()
        left = size
        while left:
            piece = self._bytes.some(left)
            left -= len(piece)
            digest.update(piece)
            # The first line may have begun earlier; the others lie within this piece (at most 128 KiB).
            begun, *lines = piece.split(b"\n")
            rest += begun
            if len(rest) >= MAX_LINE_BYTES:
                raise tampered(f"{name} line-too-long")
            if lines:
                yield bytes(rest)
                rest = bytearray(lines.pop())
                yield from lines
        if rest:
            raise tampered(f"{name} last-line")
        self._padding(size)
        self._sums.append(f"{digest.hexdigest()}  {name}\n")

    def _finish(self, size: int) -> None:
        self.manifest_file = self._small(size, MAX_MANIFEST_BYTES)
        self.manifest = hashlib.sha256(self.manifest_file).hexdigest()
        if self.manifest_file != "".join(self._sums).encode("ascii"):
            raise tampered(_MANIFEST)
        name, size = self._next_member()
        if name != _SIGNATURE:
            raise tampered(f"member {self._members}")
        self.signature_file = self._small(size, MAX_SIGNATURE_BYTES)
        if self._bytes.exactly(len(archive.END)) != archive.END or not self._bytes.ended():
            raise tampered("end")
        self.sha256 = self._source.sha256
        if self._expected_manifest is not None and self.manifest != self._expected_manifest:
            raise tampered("another-manifest")


def open_bundle(
    path: Path, identities: Sequence[str], *, newest_schema: int | None = None, manifest: str | None = None
) -> BundleReader:
    """Open a bundle with age identities (`AGE-SECRET-KEY-1…`) and read its header.

    `manifest`: the hash that `verify_bundle` found; the reading then ends in a refusal if the file is another by now.
    `newest_schema`: refuse a bundle whose records are of a later one. Raises RefusedError, NotFoundError, and RuleError
    for what is no age identity.
    """
    return BundleReader(path, identities, newest_schema=newest_schema, manifest=manifest)
