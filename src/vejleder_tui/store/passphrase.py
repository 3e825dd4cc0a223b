"""What a person types to open the store: a passphrase, or the printed recovery code."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from vejleder_tui.ids import Randomness

__all__ = ["check_passphrase", "new_recovery_code", "normalise_passphrase", "normalise_recovery_code"]

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: no I, L, O, U, so that nothing read off paper can be mistaken."""
GROUPS: Final = 8
GROUP: Final = 4
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
MIN_CHARACTERS: Final = 12
MIN_WORDS: Final = 4


def normalise_passphrase(passphrase: str) -> str:
    """Return `passphrase` in NFC, so that å is one character whichever keyboard or system it was typed on."""
    return unicodedata.normalize("NFC", passphrase)


def check_passphrase(passphrase: str) -> None:
    """Raise RuleError unless `passphrase` has at least 12 characters, or at least 4 words of two letters or more."""
    normal = normalise_passphrase(passphrase).strip()
    words = [word for word in normal.split() if len(word) > 1]
    if len(normal) < MIN_CHARACTERS and len(words) < MIN_WORDS:
        raise RuleError(
            _("Adgangssætningen er for kort."),
            _("Skriv mindst {words} ord eller {characters} tegn, fx fire ord, som kun du sætter sammen.").format(
                words=MIN_WORDS, characters=MIN_CHARACTERS
            ),
            field="passphrase",
        )


def new_recovery_code(randomness: Randomness) -> str:
    """Return a new recovery code: 8 groups of 4 characters with dashes between, 160 random bits."""
    # 32 divides 256, so every character is equally likely.
    characters = "".join(ALPHABET[byte % 32] for byte in randomness.take(GROUPS * GROUP))
    return "-".join(characters[place : place + GROUP] for place in range(0, len(characters), GROUP))


def normalise_recovery_code(typed: str) -> str | None:
    """Return the 32 characters of a typed code, or None if it cannot be one.

    Case, dashes and spaces do not matter; O is read as 0, I and L as 1, U as V.
    """
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    read = kept.translate(_MISREAD)
    return read if len(read) == GROUPS * GROUP and all(sign in ALPHABET for sign in read) else None
