"""The history of one row, read from the log: who wrote what, when, on which laptop."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import from_stamp
from vejleder_tui.queries.base import all_rows

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["HistoryChange", "HistoryLine", "named", "row_history"]

Value = str | int | bool | None


@dataclass(frozen=True)
class HistoryChange:
    """One field: what it was where this was written, and what it became. References stand with the name they have."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True)
class HistoryLine:
    """One operation on the row. `created` for the first; `taken` where what it said was erased or is withheld.

    `contested` are the fields of which this is one of several values that wait to be settled.
    """

    hash: str
    at: datetime | None
    who: str
    laptop: str
    created: bool
    changes: tuple[HistoryChange, ...]
    reason: str = ""
    taken: bool = False
    contested: frozenset[str] = frozenset()


NAMES = {
    "worker": "SELECT initials FROM worker WHERE id = ?",
    "signed_off_by": "SELECT initials FROM worker WHERE id = ?",
    "venue": "SELECT name FROM venue WHERE id = ?",
    "programme": "SELECT name FROM programme WHERE id = ?",
    "centre": "SELECT name FROM centre WHERE id = ?",
    "course": "SELECT title FROM course WHERE id = ?",
}
"""References that are shown by name; those to citizens and to rows without a name are left out of a change."""

UNNAMED = frozenset({"organisation", "citizen", "session", "goal", "enrolment", "activity", "grant_id"})


def row_history(reader: Reader, table: str, row: str) -> list[HistoryLine]:
    """Return a row's history, the newest first; operations of one transaction stand as they were written.

    What a field was before is what the operation itself names as replaced, so two laptops' branches are told apart.
    """
    rows = all_rows(
        reader,
        "SELECT o.hash, o.line, coalesce(d.name, o.device) FROM operation o LEFT JOIN device d ON d.id = o.device"
        " WHERE o.table_name = ? AND o.row = ? ORDER BY o.device, o.seq, o.hash",
        table,
        row,
    )
    written = {one: json.loads(line) for one, line, _laptop in rows if line}
    said: dict[str, dict[str, Value]] = {one: parts.get("values") or {} for one, parts in written.items()}
    first = next((one for one, parts in written.items() if "key" in parts), "")
    workers = dict(all_rows(reader, "SELECT id, coalesce(initials, name, '') FROM worker"))
    opened: dict[str, set[str]] = {}
    for one, name in all_rows(reader, "SELECT hash, field FROM contested WHERE table_name = ? AND row = ?", table, row):
        opened.setdefault(one, set()).add(name)
    found: list[HistoryLine] = []
    for one, line, laptop in rows:
        if not line:
            found.append(HistoryLine(one, None, "", laptop, created=False, changes=(), taken=True))
            continue
        parts = written[one]
        changes = tuple(
            HistoryChange(name, named(reader, name, _before(said, parts, name, first)), named(reader, name, value))
            for name, value in said[one].items()
            if name not in UNNAMED
        )
        found.append(
            HistoryLine(
                hash=one, at=from_stamp(parts["at"]), who=workers.get(parts.get("actor"), ""), laptop=laptop,
                created="key" in parts, changes=changes, reason=parts.get("reason") or "",
                contested=frozenset(opened.get(one, ())),
            )
        )  # fmt: skip
    return sorted(found, key=lambda line: line.at.isoformat() if line.at else "", reverse=True)


def _before(said: dict[str, dict[str, Value]], parts: dict[str, Any], name: str, first: str) -> Value:
    replaced = (parts.get("replaces") or {}).get(name) or []
    for one in replaced:
        value = said.get(one or first, {}).get(name)
        if value is not None:
            return value
    return None


def named(reader: Reader, field: str, value: Value) -> Value:
    """Return the name of what a reference in `field` refers to; any other value as it is."""
    if field not in NAMES or not isinstance(value, str):
        return value
    found = all_rows(reader, NAMES[field], value)
    return found[0][0] if found else value
