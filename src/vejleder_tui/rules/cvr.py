"""CVR numbers of organisations."""

from __future__ import annotations

import re

__all__ = ["valid"]

_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


def valid(text: str) -> bool:
    """Say whether a text is a CVR number: eight digits that pass modulus 11 (source: dk-core, CVRIdentifier)."""
    number = re.sub(r"\s", "", text)
    if not re.fullmatch(r"[0-9]{8}", number):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True)) % 11 == 0
