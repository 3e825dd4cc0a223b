"""Goal attainment scaling: the T-score of a citizen's weighted goals (Kiresuk & Sherman 1968, ρ = 0.3)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SCORES", "score_word", "t_score"]

SCORES = (-2, -1, 0, 1, 2)
_WORDS = {
    -2: N_("meget mindre end forventet"),
    -1: N_("mindre end forventet"),
    0: N_("som forventet"),
    1: N_("mere end forventet"),
    2: N_("meget mere end forventet"),
}


def t_score(goals: Iterable[tuple[Decimal | int, int]]) -> Decimal | None:
    """Return T = 50 + 10·Σ(w·x) / √(0.7·Σw² + 0.3·(Σw)²) of (weight, score) pairs, unrounded.

    Weights are 0 or more, scores −2 to +2 (`RuleError`). None without goals, or where every weight is 0.
    """
    pairs = [(Decimal(weight), score) for weight, score in goals]
    if any(weight < 0 for weight, _score in pairs):
        raise RuleError(_("Vægten skal være 0 eller mere."), _("Skriv fx 1."), field="weight")
    if any(score not in SCORES for _weight, score in pairs):
        raise RuleError(_("GAS skal være et tal fra -2 til 2."), _("Skriv fx 0: som forventet."), field="gas")
    total = sum((weight for weight, _score in pairs), Decimal(0))
    if not total:
        return None
    squares = sum((weight * weight for weight, _score in pairs), Decimal(0))
    weighted = sum((weight * score for weight, score in pairs), Decimal(0))
    spread = (Decimal("0.7") * squares + Decimal("0.3") * total * total).sqrt()
    return 50 + 10 * weighted / spread


def score_word(score: int) -> str:
    """Return what a score means: "som forventet" for 0."""
    return _(_WORDS[score])
