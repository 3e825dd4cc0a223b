"""256 short Danish words for reading a key aloud: one word a byte. The list and its order never change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["words"]


@cache
def words() -> tuple[str, ...]:
    """Return the words of `words.txt`; the place of each (0–255) is the byte that it stands for."""
    return tuple(Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split())
