"""The two languages. The texts in the code are Danish; `locale/en` holds the English ones."""

from __future__ import annotations

import gettext
from pathlib import Path

__all__ = ["LANGUAGES", "N_", "_", "language", "ngettext", "one_of", "set_language"]

LANGUAGES = ("da", "en")

_DANISH = gettext.NullTranslations()
_state: dict[str, gettext.NullTranslations] = {"texts": _DANISH}
_current = {"language": "da"}


def set_language(code: str) -> None:
    """Choose `da` or `en`; anything else, or a missing catalogue, is Danish."""
    texts: gettext.NullTranslations = _DANISH
    if code == "en":
        path = Path(__file__).with_name("locale") / "en" / "LC_MESSAGES" / "vejleder.mo"
        try:
            with path.open("rb") as readable:
                texts = gettext.GNUTranslations(readable)
        except FileNotFoundError:
            code = "da"
    _state["texts"] = texts
    _current["language"] = code if code in LANGUAGES else "da"


def language() -> str:
    """Return the code of the language in use: `da` or `en`."""
    return _current["language"]


def _(text: str) -> str:
    """Return a Danish text in the language in use."""
    return _state["texts"].gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a Danish text that fits `count`, in the language in use."""
    return _state["texts"].ngettext(one, many, count)


def one_of(text: str) -> str:
    """Return a Danish word that is the same for one and for many, in its English singular: "Mål" is "Goal"."""
    return _state["texts"].pgettext("one", text)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translated when shown"
    """Mark a text that stands at module level; it is translated where it is shown."""
    return text
