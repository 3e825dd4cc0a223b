"""zstd of a hostile file: one frame, block by block, so that no step gives more than one block (128 KiB).

Frame format: RFC 8878 § 3.1. The blocks are only counted off here; the package zstandard unpacks them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import zstandard

from vejleder_tui.bundle.limits import (
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MAX_WINDOW_BYTES,
    MIN_BLOCK_AVERAGE,
    RATIO_FREE_BLOCKS,
    RATIO_FREE_BYTES,
)
from vejleder_tui.bundle.refusal import tampered

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["unpack"]

_MAGIC = b"\x28\xb5\x2f\xfd"
_MAX_BLOCK = 128 * 1024
_RLE, _COMPRESSED = 1, 2


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


class _Unpacker:
    """Unpacks block by block and holds to the limits on size, ratio and number of blocks."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._pending, self._has_checksum = _frame_header(source)
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
        self._total = 0
        self._blocks = 0
        self.last = False

    def block(self) -> bytes:
        """Return the content of the next block."""
        mark = self._source.take(3)
        value = int.from_bytes(mark, "little")
        self.last, kind, size = bool(value & 1), value >> 1 & 3, value >> 3
        if kind > _COMPRESSED or size > _MAX_BLOCK:
            raise tampered("zstd-block")
        piece = self._pending + mark + self._source.take(1 if kind == _RLE else size)
        if self.last and self._has_checksum:
            piece += self._source.take(4)
        self._pending = b""
        try:
            found = self._unpacker.decompress(piece)
        except zstandard.ZstdError as error:
            raise tampered("zstd-damaged") from error
        self._total += len(found)
        self._blocks += 1
        self._hold_to_limits()
        return found

    def _hold_to_limits(self) -> None:
        if self._total > MAX_UNPACKED_BYTES:
            raise tampered("unpacked-too-large")
        if self._total > RATIO_FREE_BYTES and self._total > MAX_RATIO * self._source.taken:
            raise tampered("unpacked-ratio")
        if self._blocks > RATIO_FREE_BLOCKS + self._total // MIN_BLOCK_AVERAGE:
            raise tampered("zstd-blocks")

    def finish(self) -> None:
        """Refuse a frame that is not whole, and whatever comes after it."""
        if not self._unpacker.eof or self._unpacker.unused_data:
            raise tampered("zstd-damaged")
        if not self._source.ended():
            raise tampered("bytes-after-zstd")


def unpack(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the content of the one zstd frame in `chunks`, at most 128 KiB at a time.

    Raises a refusal for anything else: another frame, bytes after it, a window over 32 MiB, more than 4 GiB in all,
    after the first 32 MiB more than 200 times what was read, or after 1,000 blocks less than 1 KiB a block.
    """
    unpacker = _Unpacker(_Source(chunks))
    while not unpacker.last:
        found = unpacker.block()
        if found:
            yield found
    unpacker.finish()
