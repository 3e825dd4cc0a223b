"""The conditions of Fælles Faglige Begreber that a goal can be set for."""

from __future__ import annotations

from functools import cache

from vejleder_tui.codes import Code, code_list
from vejleder_tui.rules.text import fold_query, search_words

__all__ = ["goal_conditions", "search_conditions", "takes_goal"]


@cache
def goal_conditions() -> tuple[Code, ...]:
    """Return the conditions under *Aktivitet og deltagelse*, the only ones that take a level and a goal."""
    return tuple(code for code in code_list("ffb_undertema") if code.extra["level_and_goal_allowed"] == "yes")


def takes_goal(condition: str | None) -> bool:
    """Say whether the condition with this code takes a level and a goal."""
    return any(code.code == condition for code in goal_conditions())


def search_conditions(typed: str) -> tuple[Code, ...]:
    """Return the goal conditions that hold a word beginning with each typed word, in either language or by theme.

    Conditions whose own name begins so come first; nothing typed gives them all.
    """
    words = fold_query(typed)
    found = [code for code in goal_conditions() if _fits(words, _all_words(code))]
    return tuple(sorted(found, key=lambda code: not _fits(words, search_words(code.display))))


def _all_words(code: Code) -> set[str]:
    return search_words(f"{code.display_da} {code.display_en} {code.extra['theme_da']}")


def _fits(typed: tuple[str, ...], words: set[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in typed)
