"""The small text in each row that says which operations its values come from.

A row that one create made holds just that operation's hash. Any other holds JSON `{hash: "field field …"}`.
The field "" stands for the create itself; a field with several hashes has several leaves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vejleder_tui.oplog.line import to_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["CREATED", "Leaves", "format_leaves", "parse_leaves"]

CREATED = ""
Leaves = dict[str, tuple[str, ...]]


def parse_leaves(text: str, filled: Collection[str]) -> Leaves:
    """Return the hashes per field; `filled` are the non-key fields that are not empty (for the short form)."""
    if not text:
        return {}
    if not text.startswith("{"):
        return {CREATED: (text,), **dict.fromkeys(filled, (text,))}
    found: dict[str, list[str]] = {}
    for one, names in json.loads(text).items():
        for name in names.split(" "):
            found.setdefault(name, []).append(one)
    return {name: tuple(sorted(hashes)) for name, hashes in found.items()}


def format_leaves(leaves: Mapping[str, tuple[str, ...]], filled: Collection[str]) -> str:
    """Return the text for a row; the inverse of `parse_leaves`, and the same for the same leaves on every laptop."""
    by_hash: dict[str, list[str]] = {}
    for name, hashes in leaves.items():
        for one in hashes:
            by_hash.setdefault(one, []).append(name)
    if len(by_hash) == 1:
        only, names = next(iter(by_hash.items()))
        if set(names) == {CREATED, *filled}:
            return only
    return to_json({one: " ".join(sorted(by_hash[one])) for one in sorted(by_hash)}) if by_hash else ""
