"""Scores of the measures that ship: WHO-5 and T-ILS, and whether a change is more than chance.

Sources: WHO-5 (Topp et al. 2015; Danish bands as used by vidensportal.dk); T-ILS (Hughes et al. 2004); reliable
change (Jacobson & Truax 1991), whose SD and reliability are settings with a source of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "WHO5_RELEVANT_CHANGE",
    "Change",
    "ReliableChange",
    "Who5Band",
    "change",
    "change_word",
    "is_lonely",
    "reliable_change",
    "tils_score",
    "who5_advice",
    "who5_band",
    "who5_band_word",
    "who5_score",
]

WHO5_RELEVANT_CHANGE = 10
"""Default of the setting: from so many points a change in WHO-5 counts."""
_RELIABLE = Decimal("1.96")


class Who5Band(StrEnum):
    """The three bands of a WHO-5 score; none is a diagnosis."""

    HIGH_RISK = "stor_risiko"
    RISK = "risiko"
    NO_RISK = "ikke_umiddelbart"


class Change(StrEnum):
    """Which way a measure moved."""

    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    WORSENED = "worsened"


_BAND_WORDS = {
    Who5Band.HIGH_RISK: N_("stor risiko for depression eller stressbelastning"),
    Who5Band.RISK: N_("risiko for depression eller stressbelastning"),
    Who5Band.NO_RISK: N_("ikke umiddelbart risiko"),
}
_CHANGE_WORDS = {
    Change.IMPROVED: N_("bedre"),
    Change.UNCHANGED: N_("uændret"),
    Change.WORSENED: N_("dårligere"),
}


def _total(answers: Sequence[int | None], count: int, lowest: int, highest: int) -> int | None:
    if len(answers) != count:
        raise RuleError(_("Skemaet har {count} spørgsmål.").format(count=count), field="answers")
    given = [answer for answer in answers if answer is not None]
    if any(not lowest <= answer <= highest for answer in given):
        raise RuleError(
            _("Et svar skal være et tal fra {lowest} til {highest}.").format(lowest=lowest, highest=highest),
            field="answers",
        )
    return sum(given) if len(given) == count else None


def who5_score(answers: Sequence[int | None]) -> int | None:
    """Return 4 × the sum of five answers 0–5 (0–100, higher is better); None where one is missing."""
    total = _total(answers, 5, 0, 5)
    return None if total is None else 4 * total


def who5_band(score: int | None) -> Who5Band | None:
    """Return the band of a score: 0–35, 36–50, over 50."""
    if score is None:
        return None
    if score <= 35:
        return Who5Band.HIGH_RISK
    return Who5Band.RISK if score <= 50 else Who5Band.NO_RISK


def who5_band_word(band: Who5Band) -> str:
    """Return a band in words."""
    return _(_BAND_WORDS[band])


def who5_advice(score: int | None) -> str:
    """Return what a low score asks for, "Tal med borgeren.", at 35 or less; else nothing."""
    return _("Tal med borgeren.") if who5_band(score) is Who5Band.HIGH_RISK else ""


def tils_score(answers: Sequence[int | None]) -> int | None:
    """Return the sum of three answers 1–3 (3–9, higher is lonelier); None where one is missing."""
    return _total(answers, 3, 1, 3)


def is_lonely(score: int | None) -> bool | None:
    """Say whether a T-ILS score is 7 or more; None for no score."""
    return None if score is None else score >= 7


def change(before: int, after: int, relevant: int = WHO5_RELEVANT_CHANGE) -> Change:
    """Return which way a score moved (higher is better), from `relevant` points on."""
    moved = after - before
    if abs(moved) < relevant:
        return Change.UNCHANGED
    return Change.IMPROVED if moved > 0 else Change.WORSENED


def change_word(moved: Change) -> str:
    """Return a change in words."""
    return _(_CHANGE_WORDS[moved])


@dataclass(frozen=True)
class ReliableChange:
    """A reliable change index and what it says; ±1.96 and beyond is more than chance."""

    index: Decimal
    change: Change


def reliable_change(before: int, after: int, deviation: Decimal | int, reliability: Decimal) -> ReliableChange:
    """Return (after − before) / (√2 · SD·√(1−r)), unrounded, for a measure where higher is better.

    SD over 0, r from 0 to under 1 (`RuleError`).
    """
    spread = Decimal(deviation)
    if spread <= 0 or not 0 <= reliability < 1:
        raise RuleError(
            _("Spredningen skal være over 0 og reliabiliteten fra 0 til under 1."),
            _("Ret tallene under Indstillinger."),
        )
    index = (after - before) / (Decimal(2).sqrt() * spread * (1 - reliability).sqrt())
    if abs(index) < _RELIABLE:
        return ReliableChange(index, Change.UNCHANGED)
    return ReliableChange(index, Change.IMPROVED if index > 0 else Change.WORSENED)
