"""What an erase leaves in the laptop's own tables is taken too: drafts, and steps with their labels.

It works from what the database holds after an erase came into force, by whichever way: here, by a merge, or from
`erasures.json` when a copy was put back. The index of citizens is services.derived's. The access log holds ids only and stays.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from vejleder_tui.oplog.erasure import row_token
from vejleder_tui.rules.naming import NameFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vejleder_tui.oplog import Database

__all__ = ["is_pending", "naming_drafts", "note_seen", "tidy"]

SEEN = "erased_seen"
"""The local value that says how much was erased when files were last rid of it."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def naming_drafts(database: Database, tokens: Iterable[str], finder: NameFinder) -> Iterator[str]:
    """Yield the drafts of anybody here that hold the id of a row (by its token), or name the person."""
    wanted = set(tokens)
    for draft, title, content in database.execute("SELECT id, title, content FROM draft").fetchall():
        text = f"{title} {content}"
        if finder.strength(text) or any(row_token(one) in wanted for one in _UUID.findall(text)):
            yield str(draft)


def tidy(database: Database, finder: NameFinder | None = None) -> int:
    """Take what is left of erased people in this laptop's own tables; returns how many drafts went.

    In the caller's transaction, before the search index is brought up to date: where `finder` is not given, the person's
    names are read from there.
    """
    tokens = {
        str(token) for (token,) in database.execute("SELECT token FROM erased WHERE kind IN ('row', 'hint')").fetchall()
    }
    gone = [
        str(citizen)
        for (citizen,) in database.execute(
            "SELECT DISTINCT citizen FROM citizen_word WHERE citizen NOT IN (SELECT id FROM citizen)"
        ).fetchall()
    ]
    known = finder if finder is not None else NameFinder(_indexed(database, gone))
    drafts = list(naming_drafts(database, tokens, known))
    for draft in drafts:
        database.execute("DELETE FROM draft WHERE id = ?", (draft,))
    _forget_steps(database, known)
    return len(drafts)


def _indexed(database: Database, citizens: Iterable[str]) -> list[str]:
    return [
        str(word)
        for citizen in citizens
        for (word,) in database.execute("SELECT word FROM citizen_word WHERE citizen = ?", (citizen,)).fetchall()
    ]


def _forget_steps(database: Database, finder: NameFinder) -> None:
    """Take the steps whose operations an erase took, and those whose label names the person: they cannot be undone."""
    own = database.execute("SELECT value FROM local_value WHERE name = 'device'").fetchone()
    if own is None:
        return
    taken = [
        int(seq)
        for (seq,) in database.execute(
            "SELECT seq FROM operation WHERE device = ? AND line IS NULL ORDER BY seq", (own[0],)
        ).fetchall()
    ]
    steps = database.execute("SELECT txn, current, undone, about FROM step").fetchall()
    touched = _touched(database, str(own[0]), sorted({int(one) for step in steps for one in step[:3] if one}), taken)
    for txn, current, undone, about in steps:
        if not touched.isdisjoint({txn, current, undone}) or finder.strength(about):
            database.execute("DELETE FROM step WHERE txn = ?", (txn,))


def _touched(database: Database, device: str, starts: list[int], taken: list[int]) -> set[int]:
    """Return the transactions, of those that begin at `starts`, of which an operation was taken.

    What was taken does not tell its transaction any more: it belongs to the one that begins before it, unless another
    lies in between.
    """
    found: set[int] = set()
    for seq in taken:
        place = bisect_right(starts, seq) - 1
        if place < 0 or starts[place] in found:
            continue
        between = database.execute(
            "SELECT 1 FROM operation WHERE device = ? AND seq > ? AND seq < ? AND line IS NOT NULL AND txn > ? LIMIT 1",
            (device, starts[place], seq, starts[place]),
        ).fetchone()
        if between is None:
            found.add(starts[place])
    return found


def is_pending(database: Database) -> bool:
    """Tell whether something was erased since files were last seen to: just now, or the program was cut short then."""
    return _count(database) != _seen(database)


def note_seen(database: Database) -> None:
    """Write down that files hold nothing any more of what is erased by now."""
    database.execute("INSERT OR REPLACE INTO local_value (name, value) VALUES (?, ?)", (SEEN, str(_count(database))))


def _count(database: Database) -> int:
    return int(database.execute("SELECT count(*) FROM erased").fetchone()[0])


def _seen(database: Database) -> int:
    found = database.execute("SELECT value FROM local_value WHERE name = ?", (SEEN,)).fetchone()
    return 0 if found is None else int(found[0])
