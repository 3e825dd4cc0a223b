"""zstd of a hostile file: one frame, block by block, so that no step gives more than one block (128 KiB).

Frame format: RFC 8878 § 3.1. The blocks are only counted off here; the package zstandard unpacks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from vejleder_tui.bundle.limits import MAX_RATIO, MAX_UNPACKED_BYTES, MAX_WINDOW_BYTES, RATIO_FREE_BYTES
from vejleder_tui.bundle.refusal import tampered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["unpack"]

_MAGIC = b"\x28\xb5\x2f\xfd"
_MAX_BLOCK = 128 * 1024
_RAW, _RLE, _COMPRESSED = 0, 1, 2


class _Source:
    """Takes exact numbers of bytes from a stream of chunks and counts them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()
        self.taken = 0

    def take(self, count: int) -> bytes:
        while len(self._held) < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise tampered("zstd-cut")
            self._held += chunk
        found = bytes(self._held[:count])
        del self._held[:count]
        self.taken += count
        return found

    def ended(self) -> bool:
        while not self._held:
            chunk = next(self._chunks, None)
            if chunk is None:
                return True
            self._held += chunk
        return False


def _frame_header(source: _Source) -> tuple[bytes, bool]:
    """Return the raw frame header and whether a checksum ends the frame."""
    raw = source.take(5)
    if raw[:4] != _MAGIC:
        raise tampered("zstd-magic")
    descriptor = raw[4]
    single_segment = bool(descriptor & 0x20)
    if descriptor & 0x08 or descriptor & 0x03:  # a reserved bit; a dictionary
        raise tampered("zstd-descriptor")
    window = 0
    if not single_segment:
        byte = source.take(1)
        raw += byte
        base = 1 << (10 + (byte[0] >> 3))
        window = base + (base >> 3) * (byte[0] & 7)
    size_field = {0: int(single_segment), 1: 2, 2: 4, 3: 8}[descriptor >> 6]
    size = source.take(size_field)
    if single_segment:
        window = int.from_bytes(size, "little") + (256 if size_field == 2 else 0)
    if window > MAX_WINDOW_BYTES:
        raise tampered("zstd-window")
    return raw + size, bool(descriptor & 0x04)


def unpack(chunks: Iterator[bytes], on_total: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """Yield the content of the one zstd frame in `chunks`, at most 128 KiB at a time.

    Raises a refusal for anything else: another frame, bytes after it, a window over 32 MiB, more than 4 GiB in all,
    or, after the first MiB, more than 200 times what was read.
    """
    source = _Source(chunks)
    header, has_checksum = _frame_header(source)
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
    pending = header
    total = 0
    last = False
    while not last:
        mark = source.take(3)
        value = int.from_bytes(mark, "little")
        last, kind, size = bool(value & 1), value >> 1 & 3, value >> 3
        if kind > _COMPRESSED or size > _MAX_BLOCK:
            raise tampered("zstd-block")
        piece = pending + mark + source.take(1 if kind == _RLE else size)
        if last and has_checksum:
            piece += source.take(4)
        pending = b""
        try:
            found = unpacker.decompress(piece)
        except zstandard.ZstdError as error:
            raise tampered("zstd-damaged") from error
        total += len(found)
        if total > MAX_UNPACKED_BYTES:
            raise tampered("unpacked-too-large")
        if total > RATIO_FREE_BYTES and total > MAX_RATIO * source.taken:
            raise tampered("unpacked-ratio")
        if on_total is not None:
            on_total(source.taken)
        if found:
            yield found
    if not unpacker.eof or unpacker.unused_data:
        raise tampered("zstd-damaged")
    if not source.ended():
        raise tampered("bytes-after-zstd")
