"""What is derived from rows in the laptop's own tables, kept in step in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.queries.persons import answers_of, group_of, marks, persons_of, similar_to
from vejleder_tui.rules.text import search_words, sort_key
from vejleder_tui.store.forgetting import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.oplog import Database

__all__ = ["Derived", "index_citizens"]

_TABLES = frozenset({"citizen", "same_person", "enrolment"})


class Derived:
    """Remembers which rows were written, and brings the index of citizens up to date before the commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows: dict[tuple[str, str], None] = {}

    def note(self, table: str, row: str) -> None:
        """Take note of a row that was written, merged or erased."""
        if table in _TABLES:
            self._rows[table, row] = None

    def note_everybody(self) -> None:
        """Take note of every citizen: an enrolment went, and nothing here says any more whose it was."""
        for (citizen,) in self._database.execute("SELECT citizen FROM citizen_name").fetchall():
            self._rows["citizen", str(citizen)] = None

    def bring_up_to_date(self) -> None:
        """Index the citizens that were written, or whose enrolments or answers were."""
        if self._somebody_went():
            tidy(self._database)
        citizens: dict[str, None] = {}
        for table, row in self._rows:
            if table == "citizen":
                citizens[row] = None
                continue
            if table == "enrolment":
                found = self._database.execute("SELECT citizen FROM enrolment WHERE id = ?", (row,)).fetchone()
                citizens |= dict.fromkeys(one for one in found or () if one)
            else:
                citizens |= dict.fromkeys(self._answered(row))
        self._rows.clear()
        if citizens:
            index_citizens(self._database, citizens)

    def _answered(self, row: str) -> list[str]:
        """Return about whom an answer is, and was when it was noted last: one that went says nothing any more."""
        execute = self._database.execute
        found = [
            one
            for sql in (
                "SELECT first, second FROM person_answer WHERE id = ?",
                "SELECT first, second FROM same_person WHERE id = ?",
            )
            for one in execute(sql, (row,)).fetchone() or ()
        ]
        execute("DELETE FROM person_answer WHERE id = ?", (row,))
        execute(
            "INSERT INTO person_answer (id, first, second) SELECT id, first, second FROM same_person WHERE id = ?",
            (row,),
        )
        return [one for one in found if one]

    def _somebody_went(self) -> bool:
        """Tell whether an erase took a citizen: a row that is only void still stands."""
        return any(
            self._database.execute("SELECT 1 FROM citizen WHERE id = ?", (row,)).fetchone() is None
            for table, row in self._rows
            if table == "citizen"
        )


def index_citizens(database: Database, citizens: Iterable[str]) -> None:
    """Reckon anew who is one person, under what they are found and where in the order, and who may be the same.

    Everybody who was or is one person with one of `citizens` is reckoned with them.
    """
    persons: dict[str, tuple[str, ...]] = {}
    reckoned: set[str] = set()
    waiting = set(citizens)
    while waiting:
        citizen = waiting.pop()
        if citizen in reckoned:
            continue
        group = group_of(database, citizen)
        if group:
            persons[group[0]] = group
        reckoned |= {citizen, *group}
        waiting |= _former(database, {citizen, *group}) - reckoned
    for citizen in reckoned:
        for sql in (
            "DELETE FROM citizen_word WHERE citizen = ?", "DELETE FROM citizen_name WHERE citizen = ?",
            "DELETE FROM citizen_person WHERE citizen = ?", "DELETE FROM person_proposal WHERE first = ?",
            "DELETE FROM person_proposal WHERE second = ?",
        ):  # fmt: skip
            database.execute(sql, (citizen,))
    for group in persons.values():
        _index(database, group)
    for group in persons.values():
        _propose(database, group)


def _former(database: Database, citizens: Iterable[str]) -> set[str]:
    """Return everybody who was one person with one of `citizens` when it was reckoned last."""
    found: set[str] = set()
    for person in set(persons_of(database, citizens).values()):
        found |= _rows_of(database, person)
    return found


def _rows_of(database: Database, person: str) -> set[str]:
    rows = database.execute("SELECT citizen FROM citizen_person WHERE person = ?", (person,)).fetchall()
    return {person, *(row[0] for row in rows)}


def _index(database: Database, group: tuple[str, ...]) -> None:
    """Write one person: the oldest row stands on the list, and is found by every name, in both forms (rules.text)."""
    rows = database.execute(
        f"SELECT id, name, call_name, alias FROM citizen WHERE id IN ({marks(group)}) ORDER BY id", group
    ).fetchall()
    words = sorted(search_words(" ".join(part for row in rows for part in row[1:] if part)))
    key = sort_key(rows[0][1] or rows[0][3] or "")
    for citizen in group:
        for word in words:
            database.execute(
                "INSERT INTO citizen_word (word, sort_key, citizen) VALUES (?, ?, ?)", (word, key, citizen)
            )
        if len(group) > 1:
            database.execute("INSERT INTO citizen_person (citizen, person) VALUES (?, ?)", (citizen, group[0]))
    places = database.execute(
        "SELECT count(*), sum(coalesce(status, '') NOT IN ('completed', 'ended')) FROM enrolment"
        f" WHERE citizen IN ({marks(group)}) AND void = 0",
        group,
    ).fetchone()
    database.execute(
        "INSERT INTO citizen_name (citizen, sort_key, folded, ended) VALUES (?, ?, ?, ?)",
        (group[0], key, " " + " ".join(words), bool(places[0] and not places[1])),
    )


def _propose(database: Database, group: tuple[str, ...]) -> None:
    """Write down who may be the same person; a "not" between any two rows of two persons answers for all of them."""
    refused = {other for one in group for other in answers_of(database, one)[1]}
    near: set[str] = set()
    for name, called, born in database.execute(
        "SELECT coalesce(name, alias, ''), coalesce(call_name, ''), birth_date FROM citizen"
        f" WHERE id IN ({marks(group)}) AND birth_date IS NOT NULL",
        group,
    ).fetchall():
        near |= set(similar_to(database, born, name, called, but=group))
    for person in set(persons_of(database, near).values()):
        if not _rows_of(database, person) & refused:
            database.execute(
                "INSERT OR IGNORE INTO person_proposal (first, second) VALUES (?, ?)", tuple(sorted((group[0], person)))
            )
