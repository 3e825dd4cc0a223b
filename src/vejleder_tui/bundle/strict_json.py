"""JSON from a file that may be hostile: depth, numbers, keys and text are checked, and nothing is guessed."""

from __future__ import annotations

import json
import re

from vejleder_tui.bundle.limits import MAX_INTEGER_DIGITS, MAX_JSON_DEPTH, MAX_NUMBER_CHARACTERS

__all__ = ["StrictJsonError", "parse_object"]

# Possessive, and a text without its end matches to the end: so the time grows with the length, whatever stands there.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictJsonError(ValueError):
    """The text is not JSON as this format allows it; the message names the rule, never the text."""


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StrictJsonError("duplicate-key")
    return found


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_INTEGER_DIGITS:
        raise StrictJsonError("number-too-large")
    return int(text)


def _decimal(text: str) -> float:
    number = float(text) if len(text) <= MAX_NUMBER_CHARACTERS else float("inf")
    if number in (float("inf"), float("-inf")):
        raise StrictJsonError("number-too-large")
    return number


def _constant(_text: str) -> float:
    raise StrictJsonError("not-a-number")


def _depth_is_allowed(raw: bytes) -> bool:
    # Counting is enough for nearly every line: there cannot be more levels than brackets that open one.
    if raw.count(b"{") + raw.count(b"[") <= MAX_JSON_DEPTH:
        return True
    depth = 0
    for bracket in _STRINGS.sub(b"", raw).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_JSON_DEPTH:
            return False
    return True


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, strict=True
)


def parse_object(raw: bytes) -> dict[str, object]:
    """Return the JSON object in `raw` (UTF-8).

    Depth at most 16, no key twice in an object, integers of at most 18 digits, no NaN or infinity, no half of a
    surrogate pair. Raises StrictJsonError.
    """
    if not _depth_is_allowed(raw):
        raise StrictJsonError("too-deep")
    try:
        found = _DECODER.decode(raw.decode("utf-8"))
        if _SURROGATE.search(raw):
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:  # UnicodeError and JSONDecodeError are ValueErrors
        raise StrictJsonError("not-json") from error
    if not isinstance(found, dict):
        raise StrictJsonError("not-an-object")
    return found
