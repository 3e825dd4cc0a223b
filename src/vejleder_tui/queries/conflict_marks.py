"""What laptops disagree about in rows that a screen shows anyway: for the word beside them, and the values in the detail line.

Values that stand on no list (notes, numbers, addresses) are named by their field only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.history import named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.queries.base import Reader

__all__ = ["Differing", "contested_attendance", "differing"]

_HIDDEN = frozenset({
    "note", "text", "summary", "next_step", "label", "assessment", "result", "action", "comment", "cpr",
    "substitute_number", "address", "contact", "interpreter", "citizen", "sign_key", "seal_key",
})  # fmt: skip


class Differing(NamedTuple):
    """One field on which laptops disagree, with its different values as people name them; none where it is not for a list."""

    table: str
    field: str
    values: tuple[str | int | bool | None, ...] = ()


def differing(reader: Reader, table: str, rows: Iterable[str]) -> dict[str, tuple[Differing, ...]]:
    """Return by row what laptops disagree about; rows on which they agree are left out."""
    found: dict[str, dict[str, list[str]]] = {}
    ids = list(rows)
    for part in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        marks = ",".join("?" for _one in part)
        for row, field, value in all_rows(
            reader,
            f"SELECT DISTINCT row, field, value FROM contested WHERE table_name = ? AND row IN ({marks})"
            " ORDER BY row, field, value",
            table,
            *part,
        ):
            found.setdefault(row, {}).setdefault(field, []).append(value)
    return {
        row: tuple(Differing(table, field, _shown(reader, field, values)) for field, values in fields.items())
        for row, fields in found.items()
    }


def contested_attendance(reader: Reader, citizens: Iterable[str]) -> set[str]:
    """Return the sessions for which laptops disagree about the attendance of any of some citizens."""
    ids = list(citizens)
    marks = ",".join("?" for _one in ids)
    return {
        session
        for (session,) in all_rows(
            reader,
            "SELECT DISTINCT a.session FROM contested c JOIN attendance a ON a.id = c.row AND a.void = 0"
            f" WHERE c.table_name = 'attendance' AND a.citizen IN ({marks})",
            *ids,
        )
    }


def _shown(reader: Reader, field: str, values: list[str]) -> tuple[str | int | bool | None, ...]:
    if field in _HIDDEN or field == "void":
        return ()
    return tuple(named(reader, field, _said(value)) for value in values)


def _said(value: str) -> str | int | bool | None:
    try:
        said: str | int | bool | None = json.loads(value)
    except ValueError:
        return value
    return said
