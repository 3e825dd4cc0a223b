"""What is said of a set of timings."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Ratio", "interleaved", "percentile", "ratio"]


@dataclass(frozen=True)
class Ratio:
    """One figure: ours against the yardstick of the same run, the limit it must hold to (None: none), and how it was taken."""

    name: str
    value: float
    limit: float | None
    at_least: bool
    detail: str

    @property
    def holds(self) -> bool:
        """Whether the figure keeps its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """Return the figure as one line of text."""
        verdict, limit = "    ", ""
        if self.limit is not None:
            verdict = "  ok" if self.holds else "MISS"
            limit = f" ({'≥' if self.at_least else '≤'} {self.limit:g} ×)"
        return f"{verdict}  {self.name}: {self.value:.3g} ×{limit}  {self.detail}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0–1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def interleaved(rounds: int, *runs: Callable[[], float]) -> list[list[float]]:
    """Return the timings of each run, taken in turn, after one round that does not count."""
    taken: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for place, run in enumerate(runs):
            value = run()
            if number:
                taken[place].append(value)
    return taken


def ratio(name: str, ours: Sequence[float], theirs: Sequence[float], limit: float, *, unit: str = "ms") -> Ratio:
    """Return the ratio of two medians."""
    mine, yardstick = statistics.median(ours), statistics.median(theirs)
    detail = f"median {mine:.3g} against {yardstick:.3g} {unit}, minimum {min(ours):.3g} against {min(theirs):.3g}"
    return Ratio(name, mine / yardstick, limit, at_least=False, detail=detail)
