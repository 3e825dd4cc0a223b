"""Who can be named in a peer activity: citizens and workers by name; and the goals of those who are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.peer import PeerPerson
from vejleder_tui.rules.text import fold, fold_query, short_name, shorten_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.base import Reader

__all__ = ["NamedPerson", "find_people", "goal_label", "goals_of", "match_people", "named"]

LEAST_ID = 8
"""So many characters of an id name a person from outside."""


@dataclass(frozen=True)
class NamedPerson:
    """A person and the name that lists show; `person.peer_role` is the role the person had last as a giver."""

    person: PeerPerson
    name: str
    whole_name: str


_CITIZENS = (
    "SELECT c.id, NULL, coalesce(c.name, c.alias, ''), coalesce(c.call_name, '') FROM citizen c WHERE c.void = 0"
)
# Who is registered twice stands once in the order of names, and is found by either name.
_NAMED = (
    "SELECT w.citizen FROM citizen_word w JOIN citizen_name n ON n.citizen = w.citizen WHERE w.word >= ? AND w.word < ?"
)
_WORKERS = "SELECT NULL, w.id, coalesce(w.name, ''), '' FROM worker w WHERE w.void = 0 AND w.active_to IS NULL"


def find_people(reader: Reader, text: str, *, limit: int = 12) -> list[NamedPerson]:
    """Return citizens and workers with names that begin as the words of `text`; without words, who took part of late."""
    words = fold_query(text)
    if not words:
        return _named(reader, _lately(reader, limit))
    sql, values = _CITIZENS, list[object]()
    for word in words:
        sql += f" AND c.id IN ({_NAMED})"
        values += [word, f"{word}\U0010ffff"]
    rows = all_rows(reader, f"{sql} ORDER BY c.name, c.id LIMIT ?", *values, limit)
    rows += [row for row in all_rows(reader, f"{_WORKERS} ORDER BY w.name, w.id") if _begins(row[2], words)]
    return _named(reader, rows[:limit])


def match_people(reader: Reader, text: str) -> list[NamedPerson]:
    """Return who `text` names: by id, by at least 8 first characters of one, or by exact whole or short name."""
    wanted = text.strip()
    if len(wanted) >= LEAST_ID:
        start = (wanted.casefold(), f"{wanted.casefold()}\U0010ffff")
        rows = all_rows(reader, f"{_CITIZENS} AND c.id >= ? AND c.id < ?", *start)
        rows += all_rows(reader, f"{_WORKERS} AND w.id >= ? AND w.id < ?", *start)
        if rows:
            return _named(reader, rows)
    words = fold_query(wanted)
    if not words:
        return []
    first = (words[0], f"{words[0]}\U0010ffff")
    rows = all_rows(reader, f"{_CITIZENS} AND c.id IN ({_NAMED})", *first)
    rows += all_rows(reader, _WORKERS)
    exact = fold(wanted)
    return _named(reader, [row for row in rows if exact in {fold(row[2]), fold(short_name(row[2], row[3]))}])


def named(reader: Reader, people: Sequence[PeerPerson]) -> list[NamedPerson]:
    """Return these people with their names, in order; who is not there any more is left out."""
    found = []
    for person in people:
        sql, alias = (_CITIZENS, "c") if person.citizen else (_WORKERS, "w")
        found += all_rows(reader, f"{sql} AND {alias}.id = ?", person.id)
    return _named(reader, found)


_GOALS = (
    "SELECT g.id, g.condition, g.text, coalesce(c.name, c.alias, ''), coalesce(c.call_name, '') FROM goal g"
    " JOIN citizen c ON c.id = g.citizen WHERE g.void = 0"
)


def goals_of(reader: Reader, citizens: Sequence[str]) -> list[tuple[str, str]]:
    """Return the active goals of these citizens as (id, "Lonni B.: Købe ind")."""
    found: list[tuple[str, str]] = []
    for citizen in dict.fromkeys(citizens):
        active = f"{_GOALS} AND g.citizen = ? AND coalesce(g.status, 'active') = 'active' ORDER BY g.id"
        found += [(str(row[0]), _goal_words(row)) for row in all_rows(reader, active, citizen)]
    return found


def goal_label(reader: Reader, goal: str) -> str:
    """Return "Lonni B.: Købe ind" of any goal; empty when there is none."""
    rows = all_rows(reader, f"{_GOALS} AND g.id = ?", goal)
    return _goal_words(rows[0]) if rows else ""


def _goal_words(row: tuple[Any, ...]) -> str:
    _goal, condition, text, name, call_name = row
    return f"{short_name(name, call_name)}: {codes.display('ffb_undertema', condition) or text or ''}"


def _begins(name: str, words: Sequence[str]) -> bool:
    names = fold(name).split()
    return all(any(one.startswith(word) for one in names) for word in words)


def _lately(reader: Reader, limit: int) -> list[tuple[Any, ...]]:
    ids = all_rows(
        reader,
        "SELECT pp.citizen, pp.worker, max(p.date) AS latest FROM peer_participant pp JOIN peer_activity p"
        " ON p.id = pp.activity WHERE pp.void = 0 AND p.void = 0 GROUP BY pp.citizen, pp.worker"
        " ORDER BY latest DESC LIMIT ?",
        limit,
    )
    found = []
    for citizen, worker, _latest in ids:
        sql, alias = (_CITIZENS, "c") if citizen else (_WORKERS, "w")
        found += all_rows(reader, f"{sql} AND {alias}.id = ?", citizen or worker)
    return found


def _named(reader: Reader, rows: Sequence[tuple[Any, ...]]) -> list[NamedPerson]:
    names = shorten_together([(row[2], row[3]) for row in rows])
    return [
        NamedPerson(PeerPerson(row[0], row[1], _last_role(reader, row[0] or row[1])), name, row[2])
        for row, name in zip(rows, names, strict=True)
    ]


def _last_role(reader: Reader, person: str) -> str:
    found = all_rows(
        reader,
        "SELECT pp.peer_role FROM peer_participant pp JOIN peer_activity p ON p.id = pp.activity WHERE pp.void = 0"
        " AND p.void = 0 AND (pp.citizen = ? OR pp.worker = ?) AND pp.role IN ('giver', 'both')"
        " AND pp.peer_role IS NOT NULL ORDER BY p.date DESC, p.id DESC LIMIT 1",
        person,
        person,
    )
    return str(found[0][0]) if found else ""
