"""Whether a text names a person: what a legal deletion looks for in texts that belong to others."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from vejleder_tui.rules.text import search_words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NameFinder"]

SHORTEST = 2
"""So many letters has the shortest word that names somebody: an initial alone names half the town."""

_MARKS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"\w+")
_NOT_DIGITS = re.compile(r"[\s.-]+")


def _bare(text: str) -> str:
    """Return text in small letters without accents, quickly; å becomes a, while æ and ø stay."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


class NameFinder:
    """Finds one person in texts.

    `names` are names and call names: each of their words counts, also with an s behind it. An alias in `aliases` is often
    made of everyday words, so all of them must be there. `numbers` are CPR or substitute numbers, with or without a dash.
    """

    def __init__(self, names: Iterable[str], aliases: Iterable[str] = (), numbers: Iterable[str] = ()) -> None:
        said = {word for name in names for word in _WORD.findall(name)}
        self._forms = {
            word: _forms(word) for word in said if len(word) >= SHORTEST and not word.isdigit() and _forms(word)
        }
        self._aliases = [
            [_forms(word) for word in _WORD.findall(alias) if _forms(word)] for alias in aliases if search_words(alias)
        ]
        self._numbers = {number.replace("-", "") for number in numbers if number}
        looked_for = [*self._forms, *(word for alias in aliases for word in _WORD.findall(alias)[:1])]
        self._quick = {one for word in looked_for for one in (_bare(word), *search_words(word))}

    def __bool__(self) -> bool:
        return bool(self._forms or self._aliases or self._numbers)

    def may(self, text: str) -> bool:
        """Return False where `text` names nobody for certain; some fifty times as quick as `strength`."""
        bare = _bare(text)
        if any(one in bare for one in self._quick):
            return True
        return bool(self._numbers) and any(one in _NOT_DIGITS.sub("", bare) for one in self._numbers)

    def strength(self, text: str) -> int:
        """Return 0 where `text` does not name the person, 1 for one word of a name, 2 for more, an alias or a number."""
        if not self.may(text):
            return 0
        words = search_words(text)
        if any(number in _NOT_DIGITS.sub("", text) for number in self._numbers):
            return 2
        if any(alias and all(words & forms for forms in alias) for alias in self._aliases):
            return 2
        return min(2, sum(bool(words & forms) for forms in self._forms.values()))


def _forms(word: str) -> set[str]:
    folded = search_words(word)
    return folded | {f"{one}s" for one in folded}
