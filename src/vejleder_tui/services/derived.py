"""What is derived from rows in the laptop's own tables, kept in step in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.rules.text import search_words

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

    def bring_up_to_date(self) -> None:
        """Index the citizens that were written."""
        for citizen in self._citizens:
            index_citizen(self._database, citizen)


def index_citizen(database: Database, citizen: str) -> None:
    """Write the words under which a citizen is found: names and alias, each in both forms (rules.text)."""
    database.execute("DELETE FROM citizen_word WHERE citizen = ?", (citizen,))
    found = database.execute("SELECT name, call_name, alias, void FROM citizen WHERE id = ?", (citizen,)).fetchone()
    if found is None or found[3]:
        return
    for word in sorted(search_words(" ".join(part for part in found[:3] if part))):
        database.execute("INSERT OR IGNORE INTO citizen_word (word, citizen) VALUES (?, ?)", (word, citizen))
