"""What a reader accepts at most, and what a writer stays under; the table of docs/bundle-format.md."""

from __future__ import annotations

from typing import Final

MEBIBYTE: Final = 1024 * 1024

# The writer's own bounds; it holds one member. The format allows it 8 MiB.
LINES_PER_MEMBER: Final = 20_000
BYTES_PER_MEMBER: Final = 2 * MEBIBYTE
MOST_ABSENT: Final = 30_000
BYTES_OF_ABSENT: Final = 500
BYTES_OF_ERASED: Final = 190

# The reader's bounds. A file over one of them is refused, whatever its signatures say.
MAX_SEALED_BYTES: Final = 4096 * MEBIBYTE
MAX_UNPACKED_BYTES: Final = 4096 * MEBIBYTE
MAX_RATIO: Final = 200
RATIO_FREE_BYTES: Final = 32 * MEBIBYTE
RATIO_FREE_BLOCKS: Final = 1_000
MIN_BLOCK_AVERAGE: Final = 1024
MAX_WINDOW_BYTES: Final = 32 * MEBIBYTE
MAX_MEMBERS: Final = 10_000
MAX_MEMBER_BYTES: Final = 32 * MEBIBYTE
MAX_HEADER_BYTES: Final = 16 * MEBIBYTE
MAX_HEADER_BRACKETS: Final = 100_000
MAX_COVERS: Final = 5_000
MAX_HEADER_COMMAS: Final = 350_000
MAX_ERASED: Final = 80_000
MAX_TOLD: Final = 5_000
MAX_PARTS: Final = 5_000
MAX_MANIFEST_BYTES: Final = 2 * MEBIBYTE
MAX_SIGNATURE_BYTES: Final = 16 * 1024
MAX_LINE_BYTES: Final = MEBIBYTE
MAX_JSON_DEPTH: Final = 16
MAX_INTEGER_DIGITS: Final = 18
MAX_NUMBER_CHARACTERS: Final = 32
MAX_RECIPIENTS: Final = 100
MAX_AGE_STANZAS: Final = 200
MAX_AGE_HEADER_BYTES: Final = 64 * 1024
MAX_COMMENT_BYTES: Final = 8000
