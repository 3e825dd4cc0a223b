"""When two names may be those of one person: a reason to ask somebody, never to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.rules.text import fold, search_words

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NameWords", "name_words", "similar_names"]

_LEAST = 4
"""So many letters a word needs before one letter more, less or other is a slip of the hand."""


@dataclass(frozen=True)
class NameWords:
    """The folded words of a name in order, and those of the call name."""

    name: tuple[str, ...]
    called: tuple[str, ...] = ()


def name_words(name: str, call_name: str = "") -> NameWords:
    """Return the words of a name, folded (rules.text)."""
    return NameWords(tuple(fold(name).split()), tuple(fold(call_name).split()))


def similar_names(one: NameWords, other: NameWords) -> bool:
    """Say whether each word of one name stands in the other: the shorter one in the longer, a call name for a name.

    A word stands for another when it is the same, in either form that people type (Søren, Soeren, Soren), or its initial,
    or one letter off. At least one word that is more than an initial has to be there.
    """
    return _within(one.name, other) or _within(other.name, one)


def _within(words: Sequence[str], other: NameWords) -> bool:
    left = [*other.name, *other.called]
    whole = False
    # The long words choose first: an initial may stand for any word that is left.
    for word in sorted(words, key=len, reverse=True):
        found = next((one for one in left if one == word), None) or next(
            (one for one in left if _same(word, one)), None
        )
        if found is None:
            return False
        left.remove(found)
        whole = whole or (len(word) > 1 and len(found) > 1)
    return whole


def _same(one: str, other: str) -> bool:
    if 1 in (len(one), len(other)):
        return one[0] == other[0]
    if one == other or search_words(one) & search_words(other):
        return True
    return min(len(one), len(other)) >= _LEAST and _one_letter_off(one, other)


def _one_letter_off(one: str, other: str) -> bool:
    """Say whether one letter was added, left out, changed, or swapped with its neighbour."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((index for index, letter in enumerate(short) if letter != long[index]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    rest = short[at + 1 :] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return rest or swapped
