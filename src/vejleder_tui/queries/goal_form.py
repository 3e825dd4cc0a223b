"""What the goal form offers: people by name, a citizen's places on courses, the goals that one can hang under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.persons import group_of, marks
from vejleder_tui.rules.text import fold_query, shorten_together

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = ["citizen_name", "enrolments_of", "parents_for", "people"]

PEOPLE_SHOWN = 20


def people(reader: Reader, typed: str) -> list[tuple[str, str]]:
    """Return (id, short name) of citizens whose name holds words beginning as typed, a person once; at most PEOPLE_SHOWN."""
    words = fold_query(typed)
    fits = "".join(" AND id IN (SELECT citizen FROM citizen_word WHERE word >= ? AND word < ?)" for _word in words)
    bounds = [bound for word in words for bound in (word, f"{word}\U0010ffff")]
    rows = all_rows(
        reader,
        "SELECT id, coalesce(name, alias, ''), coalesce(call_name, '') FROM citizen WHERE void = 0"
        f" AND EXISTS (SELECT 1 FROM citizen_name n WHERE n.citizen = citizen.id){fits} ORDER BY name, id"
        f" LIMIT {PEOPLE_SHOWN}",
        *bounds,
    )
    names = shorten_together([(name, call_name) for _id, name, call_name in rows])
    return [(row[0], name) for row, name in zip(rows, names, strict=True)]


def citizen_name(reader: Reader, citizen: str) -> str:
    """Return one citizen's short name; empty if there is no such citizen."""
    row = one_row(
        reader,
        "SELECT coalesce(name, alias, ''), coalesce(call_name, '') FROM citizen WHERE id = ? AND void = 0",
        citizen,
    )
    return "" if row is None else shorten_together([(row[0], row[1])])[0]


def enrolments_of(reader: Reader, citizen: str) -> list[tuple[str, str]]:
    """Return (enrolment, title of the course) of one citizen's places, the newest first."""
    ids = group_of(reader, citizen) or (citizen,)
    return [
        (row[0], row[1])
        for row in all_rows(
            reader,
            "SELECT e.id, coalesce(c.title, '') FROM enrolment e JOIN course c ON c.id = e.course AND c.void = 0"
            f" WHERE e.citizen IN ({marks(ids)}) AND e.void = 0 AND e.status NOT IN ('waiting', 'offered')"
            " ORDER BY e.from_date DESC, e.id",
            *ids,
        )
    ]


def parents_for(reader: Reader, citizen: str, goal: str = "") -> list[tuple[str, str]]:
    """Return (goal, condition or the beginning of the wish) of what one of the citizen's goals can hang under."""
    ids = group_of(reader, citizen) or (citizen,)
    rows = all_rows(
        reader,
        f"SELECT id, condition, coalesce(text, '') FROM goal WHERE citizen IN ({marks(ids)}) AND id != ? AND void = 0"
        " AND coalesce(status, 'active') != 'ended' ORDER BY id",
        *ids,
        goal,
    )
    return [(row, codes.display("ffb_undertema", condition) or text[:40]) for row, condition, text in rows]
