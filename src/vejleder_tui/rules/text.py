"""User text: what is stored of it, how it is searched and sorted, and how names are shortened."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "clean",
    "fold",
    "fold_query",
    "initials",
    "search_words",
    "short_name",
    "shorten_together",
    "sort_key",
]

_LONG = str.maketrans(
    {"å": "aa", "æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "œ": "oe", "ð": "d", "đ": "d", "þ": "th", "ł": "l"}
)
_SHORT = str.maketrans(
    {"å": "a", "æ": "a", "ä": "a", "ø": "o", "ö": "o", "œ": "o", "ð": "d", "đ": "d", "þ": "th", "ł": "l"}
)
# The three characters that follow z in ASCII stand for the three letters that follow z in Danish.
_COLLATED = str.maketrans(
    {"æ": "{", "ä": "{", "ø": "|", "ö": "|", "œ": "|", "å": "}", "ü": "y", "ð": "d", "đ": "d", "þ": "th", "-": " "}
)
_JOINER = "\u200d"


def clean(text: str) -> str:
    """Return the form in which text is stored: NFC, no control characters but LF and TAB.

    Line ends become LF and lone surrogates are dropped; direction characters are text and stay.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        character for character in lines if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", kept)


def _folded(text: str, letters: dict[int, str]) -> str:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).casefold()
    bare = unicodedata.normalize("NFKD", plain.translate(letters)).casefold()
    marked_off = "".join(
        character if character.isalnum() else " "
        for character in bare
        if not unicodedata.category(character).startswith("M")
    )
    return " ".join(marked_off.split())


def fold(text: str) -> str:
    """Return text as it is searched: small letters, å as aa, æ as ae, ø as oe, no accents, words one space apart."""
    return _folded(text, _LONG)


def search_words(name: str) -> set[str]:
    """Return the words under which a name is found: each folded to both *aa/ae/oe* and *a/a/o*.

    So `soren` and `soeren` both find Søren, and `Åse` is found by `aase` and `ase`.
    """
    return {*_folded(name, _LONG).split(), *_folded(name, _SHORT).split()}


def fold_query(text: str) -> tuple[str, ...]:
    """Return what was typed as folded words; each is to be the beginning of one of a name's `search_words`."""
    return tuple(fold(text).split())


def sort_key(text: str) -> str:
    """Return a key that sorts by plain comparison as Danish does: æ, ø, å (and aa) after z; capitals alike.

    Source of the order: the Unicode collation for Danish (CLDR, `da`).
    """
    whole = unicodedata.normalize("NFC", text)
    danish = whole.casefold().replace("aa", "å").translate(_COLLATED)
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", danish)
        if not unicodedata.category(character).startswith("M")
    )
    return f"{bare}\x01{whole}"


def _first_characters(word: str, count: int) -> str:
    """Return the first `count` characters as a person counts them: with their marks and joined signs."""
    seen = 0
    for position, character in enumerate(word):
        joined = position > 0 and word[position - 1] == _JOINER
        if not (joined or character == _JOINER or unicodedata.category(character).startswith("M")):
            seen += 1
            if seen > count:
                return word[:position]
    return word


def _names(name: str, call_name: str) -> tuple[str, str]:
    words = name.split()
    called = " ".join(call_name.split())
    first = called or (words[0] if words else "")
    last = words[-1] if len(words) > 1 or (called and words and words[-1] != called) else ""
    return first, last


def short_name(name: str, call_name: str = "") -> str:
    """Return "Einer M.": the call name, or else the first name, and the initial of the last name."""
    first, last = _names(name, call_name)
    return _shortened(first, last, 1)


def _shortened(first: str, last: str, letters: int) -> str:
    if not last:
        return first
    beginning = _first_characters(last, letters)
    shown = beginning[:1].upper() + beginning[1:]
    return f"{first} {shown}" if beginning == last and letters > 1 else f"{first} {shown}."


def shorten_together(names: Sequence[tuple[str, str]] | Sequence[str]) -> list[str]:
    """Return short names for people on one list, in order: two alike "Max B." grow a letter each.

    Each item is a name, or a name and a call name. People whose last names are the same stand with their whole name.
    """
    people = [(item, "") if isinstance(item, str) else item for item in names]
    parts = [_names(name, call_name) for name, call_name in people]
    letters = [1] * len(people)
    shown = [_shortened(first, last, 1) for first, last in parts]
    growing = True
    while growing:
        growing = False
        for same in _alike(shown):
            for index in same:
                first, last = parts[index]
                if _first_characters(last, letters[index]) != last:
                    letters[index] += 1
                    shown[index] = _shortened(first, last, letters[index])
                    growing = True
    for same in _alike(shown):
        for index in same:
            shown[index] = " ".join(people[index][0].split()) or shown[index]
    return shown


def _alike(shown: Sequence[str]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for index, text in enumerate(shown):
        groups.setdefault(text.casefold().rstrip("."), []).append(index)
    return [group for group in groups.values() if len(group) > 1]


def initials(name: str) -> str:
    """Return the initials of first and last name, "EL", for the privacy view."""
    words = name.split()
    ends = words[:1] + words[1:][-1:]
    return "".join(_first_characters(word, 1).upper() for word in ends)
