"""What is derived from rows in the laptop's own tables, kept in step in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.rules.text import search_words, sort_key

if TYPE_CHECKING:
    from vejleder_tui.oplog import Database

__all__ = ["Derived", "index_citizen"]


class Derived:
    """Remembers which rows were written, and brings the search index up to date before the commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._citizens: dict[str, None] = {}

    def note(self, table: str, row: str) -> None:
        """Take note of a row that was written."""
        if table == "citizen":
            self._citizens[row] = None
        elif table == "enrolment":
            found = self._database.execute("SELECT citizen FROM enrolment WHERE id = ?", (row,)).fetchone()
            if found is not None and found[0]:
                self._citizens[found[0]] = None

    def note_everybody(self) -> None:
        """Take note of every citizen: an enrolment went, and nothing here says any more whose it was."""
        for (citizen,) in self._database.execute("SELECT citizen FROM citizen_name").fetchall():
            self._citizens[str(citizen)] = None

    def bring_up_to_date(self) -> None:
        """Index the citizens that were written, or whose enrolments were."""
        for citizen in self._citizens:
            index_citizen(self._database, citizen)


def index_citizen(database: Database, citizen: str) -> None:
    """Write under what a citizen is found and where in the order: names and alias, each in both forms (rules.text)."""
    database.execute("DELETE FROM citizen_word WHERE citizen = ?", (citizen,))
    database.execute("DELETE FROM citizen_name WHERE citizen = ?", (citizen,))
    found = database.execute("SELECT name, call_name, alias, void FROM citizen WHERE id = ?", (citizen,)).fetchone()
    if found is None or found[3]:
        return
    words = sorted(search_words(" ".join(part for part in found[:3] if part)))
    key = sort_key(found[0] or found[2] or "")
    for word in words:
        database.execute(
            "INSERT OR IGNORE INTO citizen_word (word, sort_key, citizen) VALUES (?, ?, ?)", (word, key, citizen)
        )
    places = database.execute(
        "SELECT count(*), sum(coalesce(status, '') NOT IN ('completed', 'ended')) FROM enrolment"
        " WHERE citizen = ? AND void = 0",
        (citizen,),
    ).fetchone()
    database.execute(
        "INSERT INTO citizen_name (citizen, sort_key, folded, ended) VALUES (?, ?, ?, ?)",
        (citizen, key, " " + " ".join(words), bool(places[0] and not places[1])),
    )
