"""Citizens by name: search as you type, and everybody in Danish order, page by page.

Only names, birth year and courses are read here. Everything else about a citizen is read through `citizen_record`.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING

from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.persons import rows_of
from vejleder_tui.rules.text import fold_query, shorten_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.base import Reader

__all__ = ["PAGE", "CitizenLine", "CitizenPage", "browse", "count_citizens", "lines_of", "search"]

PAGE = 50
"""Rows of one page."""
STREAMS = 200
"""So many different words with one beginning are read side by side, each already in order of names."""
FEW = 2_000
"""So many people with more words than that are sorted; more are met walking along the names, where they stand close."""
WALK = 4_000
"""A walk that meets so few is given up, and everybody is sorted after all."""
_END = "\U0010ffff"


@dataclass(frozen=True)
class CitizenLine:
    """One citizen in a list: the short name, the year of birth, and the courses with an open place.

    `sort_key` is where a page goes on. `courses` are titles, `legal_bases` the codes that hold there. `contested`:
    laptops disagree about something in the row. `registrations`: how many rows are this person (queries.persons); courses
    are those of all of them.
    """

    id: str
    name: str
    sort_key: str
    birth_year: int | None = None
    courses: tuple[str, ...] = ()
    legal_bases: tuple[str, ...] = ()
    ended: bool = False
    contested: bool = False
    registrations: int = 1


@dataclass(frozen=True)
class CitizenPage:
    """One page in Danish order. `before` and `after` say whether there are more on that side."""

    lines: tuple[CitizenLine, ...]
    before: bool = False
    after: bool = False


AFTER = (
    "SELECT citizen, sort_key FROM citizen_name WHERE ended = ? AND (sort_key, citizen) > (?, ?)"
    " ORDER BY sort_key, citizen LIMIT ?"
)


def count_citizens(reader: Reader, *, ended: bool = False) -> int:
    """Return how many citizens there are, those without an open place apart."""
    found = one_row(reader, "SELECT count(*) FROM citizen_name WHERE ended = ?", ended)
    return int(found[0]) if found else 0


def browse(
    reader: Reader,
    *,
    ended: bool = False,
    after: tuple[str, str] | None = None,
    before: tuple[str, str] | None = None,
    size: int = PAGE,
) -> CitizenPage:
    """Return one page of everybody: from the start, or `after` or `before` a line's (sort_key, id)."""
    if before is not None:
        rows = all_rows(reader, backwards(AFTER), ended, *before, size + 1)
        return CitizenPage(lines_of(reader, rows[:size][::-1]), before=len(rows) > size, after=True)
    rows = all_rows(reader, AFTER, ended, *(after or ("", "")), size + 1)
    return CitizenPage(lines_of(reader, rows[:size]), before=after is not None, after=len(rows) > size)


def search(
    reader: Reader,
    text: str,
    *,
    ended: bool = False,
    after: tuple[str, str] | None = None,
    before: tuple[str, str] | None = None,
    size: int = PAGE,
) -> CitizenPage:
    """Return a page of who has a word beginning with each word of `text`, in any order; without words, everybody."""
    words = tuple(dict.fromkeys(fold_query(text)))
    if not words:
        return browse(reader, ended=ended, after=after, before=before, size=size)
    counts = {word: _count(reader, word) for word in words}
    rarest = min(words, key=lambda word: (counts[word], -len(word)))
    back = before is not None
    begins = tuple(f" {word}" for word in words)
    wanted = _Wanted(rarest, begins, ended, before or after or ("", ""), size + 1, back)
    distinct = _different_words(reader, rarest)
    found: list[tuple[str, str]] | None
    if len(distinct) <= STREAMS:
        found = _side_by_side(reader, wanted, distinct)
    elif counts[rarest] <= FEW:
        found = _sorted_out(reader, wanted)
    else:
        found = _walked(reader, wanted)
        if found is None:
            found = _sorted_out(reader, wanted)
    more = len(found) > size
    if back:
        return CitizenPage(lines_of(reader, found[:size][::-1]), before=more, after=True)
    return CitizenPage(lines_of(reader, found[:size]), before=after is not None, after=more)


@dataclass(frozen=True)
class _Wanted:
    word: str
    begins: tuple[str, ...]
    ended: bool
    start: tuple[str, str]
    limit: int
    back: bool = False

    def fits(self, folded: str) -> bool:
        return all(begin in folded for begin in self.begins)


COUNTED = "SELECT count(*) FROM (SELECT 1 FROM citizen_word WHERE word >= ? AND word < ? LIMIT ?)"
DIFFERENT = (
    "WITH RECURSIVE one(word) AS (SELECT min(word) FROM citizen_word WHERE word >= ? AND word < ?"
    " UNION ALL SELECT (SELECT min(word) FROM citizen_word WHERE word > one.word AND word < ?) FROM one"
    " WHERE one.word IS NOT NULL LIMIT ?) SELECT word FROM one WHERE word IS NOT NULL"
)
STREAM = (
    "SELECT w.citizen, w.sort_key, n.folded FROM citizen_word AS w CROSS JOIN citizen_name AS n ON n.citizen = w.citizen"
    " WHERE w.word = ? AND (w.sort_key, w.citizen) > (?, ?) AND n.ended = ? ORDER BY w.sort_key, w.citizen"
)
SORTED = (
    "SELECT DISTINCT w.citizen, w.sort_key, n.folded FROM citizen_word AS w"
    " CROSS JOIN citizen_name AS n ON n.citizen = w.citizen"
    " WHERE w.word >= ? AND w.word < ? AND (w.sort_key, w.citizen) > (?, ?) AND n.ended = ?"
)
WALKED = (
    "SELECT citizen, sort_key, folded FROM citizen_name WHERE ended = ? AND (sort_key, citizen) > (?, ?)"
    " ORDER BY sort_key, citizen"
)


def backwards(sql: str) -> str:
    """Return a statement that goes on before a name in place of after it."""
    return (
        sql.replace(") > (", ") < (")
        .replace("ORDER BY w.sort_key, w.citizen", "ORDER BY w.sort_key DESC, w.citizen DESC")
        .replace("ORDER BY sort_key, citizen", "ORDER BY sort_key DESC, citizen DESC")
    )


def _count(reader: Reader, word: str) -> int:
    """Return how many entries begin with `word`, at most one above FEW."""
    found = one_row(reader, COUNTED, word, word + _END, FEW + 1)
    return int(found[0]) if found else 0


def _different_words(reader: Reader, word: str) -> list[str]:
    """Return the different words that begin so, each found by one seek; at most one above STREAMS."""
    return [row[0] for row in all_rows(reader, DIFFERENT, word, word + _END, word + _END, STREAMS + 1)]


def _side_by_side(reader: Reader, wanted: _Wanted, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the first who fit, from the words' own orders laid together; who has two of them comes once."""
    sql = backwards(STREAM) if wanted.back else STREAM
    streams = [
        ((key, citizen, folded) for citizen, key, folded in reader.execute(sql, (word, *wanted.start, wanted.ended)))
        for word in words
    ]
    found: list[tuple[str, str]] = []
    for key, citizen, folded in merge(*streams, reverse=wanted.back):
        if wanted.fits(folded) and (not found or found[-1] != (citizen, key)):
            found.append((citizen, key))
            if len(found) == wanted.limit:
                break
    return found


def _sorted_out(reader: Reader, wanted: _Wanted) -> list[tuple[str, str]]:
    """Return the first who fit, everybody with the rarest word put in order."""
    sql = backwards(SORTED) if wanted.back else SORTED
    rows = all_rows(reader, sql, wanted.word, wanted.word + _END, *wanted.start, wanted.ended)
    fitting = sorted(((key, citizen) for citizen, key, folded in rows if wanted.fits(folded)), reverse=wanted.back)
    return [(citizen, key) for key, citizen in fitting[: wanted.limit]]


def _walked(reader: Reader, wanted: _Wanted) -> list[tuple[str, str]] | None:
    """Return the first who fit along the names, or None where they stand too far apart."""
    found: list[tuple[str, str]] = []
    sql = backwards(WALKED) if wanted.back else WALKED
    for seen, (citizen, key, folded) in enumerate(reader.execute(sql, (wanted.ended, *wanted.start)), 1):
        if wanted.fits(folded):
            found.append((citizen, key))
            if len(found) == wanted.limit:
                break
        elif seen >= WALK and seen >= WALK * len(found) // 10:
            return None
    return found


def lines_of(reader: Reader, rows: Sequence[tuple[str, str]]) -> tuple[CitizenLine, ...]:
    """Return the lines of these (citizen, sort_key), in their order; two alike grow a letter each."""
    if not rows:
        return ()
    persons = rows_of(reader, [row[0] for row in rows])
    whose = {one: citizen for citizen, group in persons.items() for one in group}
    ids = list(whose)
    marks = ",".join("?" for _ in ids)
    people = {
        row[0]: row
        for row in all_rows(
            reader,
            "SELECT c.id, c.name, c.call_name, c.alias, c.birth_date, n.ended FROM citizen AS c"
            " JOIN citizen_name AS n ON n.citizen = c.id WHERE c.void = 0"
            f" AND c.id IN ({','.join('?' for _ in persons)})",
            *persons,
        )
    }
    places: dict[str, list[tuple[str, str]]] = {}
    for citizen, title, basis in all_rows(
        reader,
        "SELECT e.citizen, k.title, e.legal_basis FROM enrolment AS e JOIN course AS k ON k.id = e.course AND k.void = 0"
        " WHERE e.void = 0 AND coalesce(e.status, '') NOT IN ('completed', 'ended')"
        f" AND e.citizen IN ({marks}) ORDER BY k.title, k.id",
        *ids,
    ):
        places.setdefault(whose[citizen], []).append((title or "", basis or ""))
    contested = {
        whose[row[0]]
        for row in all_rows(
            reader, f"SELECT DISTINCT row FROM contested WHERE table_name = 'citizen' AND row IN ({marks})", *ids
        )
    }
    there = [row for row in rows if row[0] in people]
    shown = shorten_together([_named(people[row[0]]) for row in there])
    return tuple(
        CitizenLine(
            id=citizen, name=name, sort_key=key, birth_year=_year(people[citizen][4]),
            courses=tuple(dict.fromkeys(title for title, _basis in places.get(citizen, []))),
            legal_bases=tuple(dict.fromkeys(basis for _title, basis in places.get(citizen, []) if basis)),
            ended=bool(people[citizen][5]), contested=citizen in contested,
            registrations=len(persons[citizen]),
        )
        for (citizen, key), name in zip(there, shown, strict=True)
    )  # fmt: skip


def _named(person: tuple[str, ...]) -> tuple[str, str]:
    _id, name, call_name, alias, *_rest = person
    return (name, call_name or "") if name else (alias or "", alias or "")


def _year(birth_date: str | None) -> int | None:
    return int(birth_date[:4]) if birth_date else None
