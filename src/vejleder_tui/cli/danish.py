"""What argparse says by itself, in Danish; its own texts are looked up through the names it imports from gettext."""

from __future__ import annotations

import argparse

from vejleder_tui.i18n import language

__all__ = ["speak_danish"]

_TEXTS = {
    "usage: ": "brug: ",
    "options": "valg",
    "positional arguments": "argumenter",
    "show this help message and exit": "vis denne hjælp",
    "show program's version number and exit": "vis programmets version",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    "the following arguments are required: %s": "der mangler: %s",
    "unrecognized arguments: %s": "kendes ikke: %s",
    "expected one argument": "skal have én værdi",
    "expected at least one argument": "skal have mindst én værdi",
    "expected at most one argument": "kan højst have én værdi",
    "not allowed with argument %s": "kan ikke stå sammen med %s",
    "one of the arguments %s is required": "en af disse skal angives: %s",
    "invalid %(type)s value: %(value)r": "%(value)r passer ikke her",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r findes ikke; vælg mellem %(choices)s",
    "invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)": (
        "%(value)r findes ikke; mente du %(suggestion)r? Vælg mellem %(choices)s"
    ),
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s er flertydigt: %(matches)s",
    "ignored explicit argument %r": "værdien %r hører ikke til her",
    "expected %s argument": "skal have %s værdi",
    "expected %s arguments": "skal have %s værdier",
}


def _text(message: str) -> str:
    return message if language() == "en" else _TEXTS.get(message, message)


def _counted(one: str, many: str, count: int) -> str:
    return _text(one if count == 1 else many)


def speak_danish() -> None:
    """Let argparse look its texts up here, from now on."""
    setattr(argparse, "_", _text)  # noqa: B010 - argparse has no public way to be translated
    setattr(argparse, "ngettext", _counted)  # noqa: B010
