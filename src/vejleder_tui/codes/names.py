"""What tables and fields are called in Danish: the one home of these names, for the bundle's readers and for the screen."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from vejleder_tui.i18n import language

__all__ = ["danish_name", "field_words", "known_fields"]


@cache
def _danish() -> dict[tuple[str, str], str]:
    with Path(__file__).with_name("danish_names.csv").open(encoding="utf-8", newline="") as file:
        return {(one["what"], one["name"]): one["danish"] for one in csv.DictReader(file)}


def known_fields() -> set[str]:
    """Return the fields that have a Danish name."""
    return {name for what, name in _danish() if what == "field"}


def danish_name(what: str, name: str) -> str:
    """Return the Danish name of a `table` or `field` as one word, such as `startniveau`; one not known is its own."""
    return _danish().get((what, name), name)


def field_words(name: str) -> str:
    """Return what a field is called on the screen, in the language in use: "indskrevet fra", "enrolled from"."""
    return (name if language() == "en" else danish_name("field", name)).replace("_", " ")
