"""The one form of every value: what the log, the tables and the digest hold."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from vejleder_tui.model.base import FieldInfo, Kind
from vejleder_tui.rules.text import clean

if TYPE_CHECKING:
    from vejleder_tui.oplog.line import Value

__all__ = ["ValueFormError", "canonical", "from_column", "is_canonical"]

LONGEST_TEXT = 100_000
"""Characters in one text; more is refused at entry and when read."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PATTERNS = {
    Kind.UUID: _UUID,
    Kind.DATE: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    Kind.MOMENT: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    Kind.DECIMAL: re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?"),
}
_LARGEST = 2**53


class ValueFormError(ValueError):
    """A value has not the form of its field. The message names the field, never the value."""


def canonical(info: FieldInfo, value: object) -> Value:
    """Return `value` in the form of its field, or None when it is empty; raises ValueFormError.

    Text becomes NFC without control characters but line feed and tab. Whole numbers lie within ±2^53.
    """
    if value is None or (isinstance(value, str) and not value):
        return None
    if info.kind is Kind.BOOLEAN:
        if isinstance(value, bool):
            return value
    elif info.kind is Kind.INTEGER:
        if isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST:
            return value
    elif isinstance(value, str) and _fits(info.kind, value):
        return clean(value) or None
    raise ValueFormError(f"{info.name}: not a {info.kind.value}")


def is_canonical(info: FieldInfo, value: object) -> bool:
    """Return whether a value that is not empty stands in the form of its field already."""
    if type(value) is str:  # nearly all of them are a reference or a plain word: what `canonical` would say, sooner
        if info.kind is Kind.UUID:
            return _UUID.fullmatch(value) is not None
        if info.kind is Kind.CODE and 0 < len(value) <= LONGEST_TEXT and value.isascii() and value.isprintable():
            return True
    try:
        return canonical(info, value) == value
    except ValueFormError:
        return False


def _fits(kind: Kind, value: str) -> bool:
    if len(value) > LONGEST_TEXT:
        return False
    if kind in _PATTERNS and _PATTERNS[kind].fullmatch(value) is None:
        return False
    try:
        if kind is Kind.DATE:
            date.fromisoformat(value)
        elif kind is Kind.MOMENT:
            datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def from_column(info: FieldInfo, stored: object) -> Value:
    """Return what a database column holds as the log's value (SQLite keeps yes/no as 1/0)."""
    if stored is None:
        return None
    if info.kind is Kind.BOOLEAN:
        return bool(stored)
    if not isinstance(stored, str | int):
        raise ValueFormError(f"{info.name}: not a {info.kind.value}")
    return stored
