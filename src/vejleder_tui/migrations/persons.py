"""The laptop's index of persons, made for the citizens of a store from before there was one (used by l0002)."""

from __future__ import annotations

from itertools import combinations, groupby
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vejleder_tui.rules.persons import name_words, similar_names

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["find_persons"]

_OPEN = (
    "SELECT count(*), sum(coalesce(status, '') NOT IN ('completed', 'ended')) FROM enrolment"
    " WHERE void = 0 AND citizen IN (SELECT citizen FROM citizen_person WHERE person = :p)"
)


def find_persons(bound: sa.Connection) -> None:
    """Lay together who has the same number, and propose who has a similar name and the same birth date.

    There are no answers yet, and a row has one kind of number: each number is a person.
    """
    person: dict[str, str] = {}
    for column in ("cpr", "substitute_number"):
        for (ids,) in bound.execute(
            sa.text(
                f"SELECT group_concat(id) FROM citizen WHERE void = 0 AND coalesce({column}, '') <> ''"
                f" GROUP BY {column} HAVING count(*) > 1"
            )
        ).fetchall():
            rows = sorted(ids.split(","))
            person |= dict.fromkeys(rows, rows[0])
            _join(bound, rows)
    born = bound.execute(
        sa.text(
            "SELECT birth_date, id, coalesce(name, alias, ''), coalesce(call_name, '') FROM citizen"
            " WHERE void = 0 AND birth_date IS NOT NULL ORDER BY birth_date, id"
        )
    )
    for _day, people in groupby(born, key=lambda row: row[0]):
        for first, second in _similar((row[1], row[2], row[3]) for row in people):
            one, other = sorted((person.get(first, first), person.get(second, second)))
            if one != other:
                bound.execute(
                    sa.text("INSERT OR IGNORE INTO person_proposal (first, second) VALUES (:a, :b)"),
                    {"a": one, "b": other},
                )


def _similar(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    named = [(citizen, name_words(name, called)) for citizen, name, called in rows]
    return [(first, second) for (first, one), (second, other) in combinations(named, 2) if similar_names(one, other)]


def _join(bound: sa.Connection, rows: list[str]) -> None:
    """Let the oldest stand on the list for all of them, found by every name."""
    head = rows[0]
    for one in rows:
        bound.execute(sa.text("INSERT INTO citizen_person (citizen, person) VALUES (:c, :p)"), {"c": one, "p": head})
    key = bound.execute(sa.text("SELECT sort_key FROM citizen_name WHERE citizen = :c"), {"c": head}).scalar()
    words = bound.execute(
        sa.text("SELECT DISTINCT word FROM citizen_word WHERE citizen IN (SELECT citizen FROM citizen_person WHERE person = :p)"),
        {"p": head},
    ).scalars().all()  # fmt: skip
    for one in rows:
        bound.execute(sa.text("DELETE FROM citizen_word WHERE citizen = :c"), {"c": one})
        bound.execute(sa.text("DELETE FROM citizen_name WHERE citizen = :c"), {"c": one})
        for word in words:
            bound.execute(
                sa.text("INSERT INTO citizen_word (word, sort_key, citizen) VALUES (:w, :k, :c)"),
                {"w": word, "k": key or "", "c": one},
            )
    places = bound.execute(sa.text(_OPEN), {"p": head}).one()
    bound.execute(
        sa.text("INSERT INTO citizen_name (citizen, sort_key, folded, ended) VALUES (:c, :k, :f, :e)"),
        {"c": head, "k": key or "", "f": " " + " ".join(sorted(words)), "e": bool(places[0] and not places[1])},
    )
