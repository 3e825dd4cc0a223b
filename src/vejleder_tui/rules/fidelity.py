"""Fidelity: how far a session or course followed its method."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["course_share", "form_share"]

_HIGHEST = 2


def form_share(scores: Iterable[int | None]) -> Fraction | None:
    """Return Σscore / (2 · number relevant) as a share of 1, of scores 0, 1, 2; None among them is not relevant.

    None where nothing is relevant. `RuleError` for another score.
    """
    relevant = [score for score in scores if score is not None]
    if any(score not in range(_HIGHEST + 1) for score in relevant):
        raise RuleError(_("Scoren skal være 0, 1, 2 eller ikke relevant."), field="score")
    return Fraction(sum(relevant), _HIGHEST * len(relevant)) if relevant else None


def course_share(forms: Iterable[Fraction | None]) -> Fraction | None:
    """Return the mean of a course's forms; forms with nothing relevant are left out."""
    shares = [share for share in forms if share is not None]
    return sum(shares, Fraction(0)) / len(shares) if shares else None
