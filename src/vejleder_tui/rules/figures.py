"""What every statistic keeps to: n and what is missing beside it, small cells hidden, ages in bands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["AGE_BANDS", "SMALLEST_CELL", "Summary", "age_band", "hide_row", "hide_small", "summarise"]

SMALLEST_CELL = 5
"""A cell that counts fewer people than this is hidden."""
_BANDS = ((18, 24), (25, 34), (35, 49), (50, 66), (67, None))
AGE_BANDS = tuple(f"{low}–{high}" if high else f"{low}+" for low, high in _BANDS)


@dataclass(frozen=True)
class Summary:
    """Mean and median of `n` values (None without any), and how many were missing."""

    n: int
    missing: int
    mean: Fraction | None
    median: Fraction | None


def summarise(values: Iterable[int | Fraction | None]) -> Summary:
    """Sum up values, exactly; None among them is missing."""
    everything = list(values)
    known = sorted(Fraction(value) for value in everything if value is not None)
    missing = len(everything) - len(known)
    if not known:
        return Summary(0, missing, None, None)
    middle = len(known) // 2
    median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
    return Summary(len(known), missing, sum(known, Fraction(0)) / len(known), median)


def hide_small(people: int) -> int | None:
    """Return a number of people, or None (hidden) where it is under 5."""
    return None if people < SMALLEST_CELL else people


def hide_row(people: Sequence[int]) -> list[int | None]:
    """Hide the small cells of a row that stands beside its total.

    Where only one cell is hidden, the smallest other is hidden too: else the total would tell it.
    """
    shown = [hide_small(count) for count in people]
    if shown.count(None) == 1 and len(shown) > 1:
        smallest = min((count, index) for index, count in enumerate(shown) if count is not None)
        shown[smallest[1]] = None
    return shown


def age_band(age: int) -> str | None:
    """Return the band of an age in years: 18–24, 25–34, 35–49, 50–66, 67+; None under 18."""
    for (low, high), name in zip(_BANDS, AGE_BANDS, strict=True):
        if age >= low and (high is None or age <= high):
            return name
    return None
