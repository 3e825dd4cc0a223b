"""tar, in the one form that a bundle uses: regular files under headers that follow from name and size alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["BLOCK", "END", "entry", "header_block", "padding", "read_header"]

BLOCK = 512
END = bytes(2 * BLOCK)
"""Two zero blocks end the archive; the stream ends with them."""


def header_block(name: str, size: int) -> bytes:
    """Return the header of a file: mode 0644, owner 0, time 0, so that the same content gives the same bytes.

    `name` is ASCII of at most 100 characters, `size` below 8 GiB.
    """
    head = name.encode("ascii").ljust(100, b"\0")
    head += b"0000644\0" + b"0000000\0" + b"0000000\0" + b"%011o\0" % size + b"%011o\0" % 0
    tail = b"0" + bytes(100) + b"ustar\x0000" + bytes(32 + 32 + 8 + 8 + 155 + 12)
    checksum = sum(head) + sum(tail) + 8 * 0x20
    return head + b"%06o\0 " % checksum + tail


def padding(size: int) -> int:
    """Return how many zero bytes follow a file of `size` bytes."""
    return -size % BLOCK


def entry(name: str, content: bytes) -> Iterator[bytes]:
    """Yield a whole member: header, content, padding."""
    yield header_block(name, len(content))
    yield content
    yield bytes(padding(len(content)))


def read_header(block: bytes) -> tuple[str, int] | None:
    """Return name and size of a header block, or None for any block that `header_block` would not have made.

    So links, folders, devices, long names, sparse files and extended headers are all refused by one comparison.
    """
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135].decode("ascii"), 8)
    except ValueError:
        return None
    if not 0 <= size < 8**11 or header_block(name, size) != block:
        return None
    return name, size
