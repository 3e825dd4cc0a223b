"""Fields of `bundle.json`, read one by one: whatever is not as the format says raises an ordinary error of Python."""

from __future__ import annotations

import re
from typing import cast

from vejleder_tui.bundle.keys import CONTROLS
from vejleder_tui.bundle.minisign import MinisignError, PublicKey

__all__ = ["HASH", "UUID", "WORD", "check", "number", "objects", "public_key", "text", "values"]

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(r"[0-9a-f]{64}")
WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""A word for programs, such as why something waits."""

MAX_TEXT = 200


def check(holds: bool) -> None:
    """Raise ValueError unless it holds."""
    if not holds:
        raise ValueError


def text(fields: dict[str, object], name: str, form: re.Pattern[str] | None = None) -> str:
    """Return a text of the given form, or else of at most 200 characters without control characters."""
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError
    check(form.fullmatch(value) is not None if form else len(value) <= MAX_TEXT and not CONTROLS.search(value))
    return value


def number(fields: dict[str, object], name: str, least: int = 1) -> int:
    """Return a whole number from `least` to below 2^53."""
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    check(least <= value < 2**53)
    return value


def values(fields: dict[str, object], name: str) -> list[object]:
    """Return a list of anything."""
    value = fields[name]
    if not isinstance(value, list):
        raise TypeError
    return value


def objects(fields: dict[str, object], name: str) -> list[dict[str, object]]:
    """Return a list of objects."""
    found = values(fields, name)
    check(all(isinstance(entry, dict) for entry in found))
    return cast("list[dict[str, object]]", found)


def public_key(fields: dict[str, object], name: str) -> str:
    """Return a minisign public key on one line."""
    value = text(fields, name)
    try:
        check(PublicKey.parse(value).text == value)
    except MinisignError as error:
        raise ValueError from error
    return value
