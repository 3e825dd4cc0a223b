"""Who is one person under several registrations: by an equal number, computed, or by what somebody answered.

Two rows of citizens with the same CPR number, or the same substitute number, are one person, unless somebody answered that
they are not; two rows are one person too where somebody answered so (SamePerson). A person is all rows that such pairs
lead to, in any number of steps. docs/decisions/0009 says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from vejleder_tui.codes import AttendanceClass, attendance_kind
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.rules.persons import name_words, similar_names
from vejleder_tui.rules.text import shorten_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vejleder_tui.queries.base import Reader

__all__ = [
    "Alike",
    "Pair",
    "Registration",
    "Why",
    "alike",
    "answers_of",
    "count_proposals",
    "group_of",
    "marks",
    "open_proposals",
    "pairs_of",
    "person_of",
    "persons_of",
    "registered",
    "registrations_of",
    "rows_of",
    "similar_to",
    "weight",
]

ALIKE_SHOWN = 5
_NUMBERS = ("cpr", "substitute_number")


def marks(ids: Sequence[object]) -> str:
    """Return a placeholder for each id."""
    return ",".join("?" for _one in ids)


def person_of(column: str) -> str:
    """Return the SQL of the person behind a column of citizens' ids: the oldest row, from the laptop's own index.

    `column` names its table too: alone it would be the index's own column.
    """
    return f"coalesce((SELECT cp.person FROM citizen_person cp WHERE cp.citizen = {column}), {column})"


def weight(code: str | None) -> int:
    """Return how much a mark counts where one person has two at one session: who came on any of them was there."""
    kind = attendance_kind(code) if code else None
    order = (AttendanceClass.NOT_EXPECTED, AttendanceClass.ABSENT, AttendanceClass.ATTENDED)
    return 0 if not code else 1 if kind is None else 2 + order.index(kind.klass)


def answers_of(reader: Reader, citizen: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return whom somebody answered to be the same as `citizen`, and whom not; a "not" weighs more than a "same"."""
    same: set[str] = set()
    different: set[str] = set()
    for first, second, answer in all_rows(
        reader,
        "SELECT first, second, same FROM same_person WHERE void = 0 AND same IS NOT NULL AND first = ?"
        " UNION ALL"
        " SELECT second, first, same FROM same_person WHERE void = 0 AND same IS NOT NULL AND second = ?",
        citizen,
        citizen,
    ):
        if second and second != first:
            (same if answer else different).add(second)
    return frozenset(same - different), frozenset(different)


def group_of(reader: Reader, citizen: str) -> tuple[str, ...]:
    """Return the ids of everybody who is the same person as `citizen`, the oldest first; empty for one who is not there.

    Each row is met once, and each number once: many rows with one number, and answers in a ring, take no longer.
    """
    met: set[str] = set()
    waiting = [citizen]
    left: dict[tuple[str, str], set[str]] = {}
    while waiting:
        one = waiting.pop()
        if one in met:
            continue
        numbers = one_row(reader, "SELECT cpr, substitute_number FROM citizen WHERE id = ? AND void = 0", one)
        if numbers is None:
            continue
        met.add(one)
        same, different = answers_of(reader, one)
        waiting += same
        for column, number in zip(_NUMBERS, numbers, strict=True):
            if not number:
                continue
            if (column, number) not in left:
                sql = f"SELECT id FROM citizen WHERE {column} = ? AND void = 0"
                left[column, number] = {row for (row,) in all_rows(reader, sql, number)}
            near = left[column, number] - different
            left[column, number] -= near
            waiting += near
    return tuple(sorted(met))


def registered(reader: Reader, citizen: str) -> tuple[str, ...]:
    """Return every id under which a person stands here, that of `citizen` first: also rows that were taken away.

    A row that was taken away belongs to the person by the same rule; it joins nobody else to it.
    """
    group = group_of(reader, citizen) or (citizen,)
    found = dict.fromkeys((citizen, *group))
    for one in group:
        same, different = answers_of(reader, one)
        near = [*sorted(same)]
        for column in _NUMBERS:
            sql = f"SELECT id FROM citizen WHERE {column} = (SELECT nullif({column}, '') FROM citizen WHERE id = ?) ORDER BY id"
            near += [row for (row,) in all_rows(reader, sql, one)]
        taken = all_rows(reader, f"SELECT id FROM citizen WHERE void = 1 AND id IN ({marks(near)}) ORDER BY id", *near)
        found |= dict.fromkeys(row for (row,) in taken if row not in different)
    return tuple(found)


def persons_of(reader: Reader, citizens: Iterable[str]) -> dict[str, str]:
    """Return the person behind each of these ids, from the laptop's own index: the oldest row, mostly the id itself."""
    found = {one: one for one in citizens}
    ids = list(found)
    for part in (ids[at : at + 500] for at in range(0, len(ids), 500)):
        found |= dict(
            all_rows(reader, f"SELECT citizen, person FROM citizen_person WHERE citizen IN ({marks(part)})", *part)
        )
    return found


def rows_of(reader: Reader, citizens: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each of these ids all ids of the person, the oldest first, from the laptop's own index."""
    persons = persons_of(reader, citizens)
    heads = sorted(set(persons.values()))
    found: dict[str, list[str]] = {}
    for part in (heads[at : at + 500] for at in range(0, len(heads), 500)):
        for citizen, person in all_rows(
            reader,
            f"SELECT citizen, person FROM citizen_person WHERE person IN ({marks(part)}) ORDER BY citizen",
            *part,
        ):
            found.setdefault(person, []).append(citizen)
    return {one: tuple(found.get(person, (one,))) for one, person in persons.items()}


@dataclass(frozen=True, repr=False)
class Alike:
    """A citizen who may be the one that is being written down. `same_number`: the number is equal, not only the name."""

    citizen: str
    name: str
    birth_date: date | None
    same_number: bool

    def __repr__(self) -> str:
        """Name the row without its values."""
        return f"<Alike {self.citizen}>"


def similar_to(
    reader: Reader, birth_date: str, name: str, call_name: str = "", *, but: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the citizens with that birth date (`YYYY-MM-DD`) and a similar name, the oldest first."""
    wanted, left_out = name_words(name, call_name), frozenset(but)
    return tuple(
        row
        for row, other, called in all_rows(
            reader,
            "SELECT id, coalesce(name, alias, ''), coalesce(call_name, '') FROM citizen"
            " WHERE birth_date = ? AND void = 0 ORDER BY id",
            birth_date,
        )
        if row not in left_out and similar_names(wanted, name_words(other, called))
    )


def alike(
    reader: Reader,
    *,
    name: str = "",
    call_name: str = "",
    birth_date: date | None = None,
    number: str = "",
    citizen: str = "",
) -> tuple[Alike, ...]:
    """Return who may be the person of these values, those with the same number first; a person once, ALIKE_SHOWN at most.

    `citizen` is the row that is being changed: its own person and whoever was answered not to be are left out.
    """  # fmt: skip
    known = set(group_of(reader, citizen)) if citizen else set()
    for one in tuple(known):
        known |= answers_of(reader, one)[1]
    equal: list[str] = []
    if number:
        for column in _NUMBERS:
            sql = f"SELECT id FROM citizen WHERE {column} = ? AND void = 0 ORDER BY id"
            equal += [row for (row,) in all_rows(reader, sql, number)]
    near = (
        similar_to(reader, birth_date.isoformat(), name, call_name) if birth_date is not None and name.strip() else ()
    )
    numbered = set(equal)
    found: dict[str, str] = {}
    persons = persons_of(reader, [*equal, *near])
    for one in [*equal, *near]:
        if one not in known:
            found.setdefault(persons[one], one)
    chosen = list(found.values())[:ALIKE_SHOWN]
    registrations = {one.citizen: one for one in registrations_of(reader, chosen)}
    return tuple(
        Alike(one, registrations[one].name, registrations[one].birth_date, one in numbered)
        for one in chosen
        if one in registrations
    )


@dataclass(frozen=True, repr=False)
class Registration:
    """What may be told of one row of a citizen without opening the record: names, birth date, courses, whether numbered."""

    citizen: str
    name: str
    whole_name: str
    call_name: str
    birth_date: date | None
    has_number: bool
    courses: tuple[str, ...]

    def __repr__(self) -> str:
        """Name the row without its values."""
        return f"<Registration {self.citizen}>"


def registrations_of(reader: Reader, citizens: Sequence[str]) -> tuple[Registration, ...]:
    """Return these rows of citizens in the order given; two alike keep the names that tell them apart."""
    rows = {
        row[0]: row[1:]
        for row in all_rows(
            reader,
            "SELECT id, coalesce(name, alias, ''), coalesce(call_name, ''), birth_date,"
            " coalesce(cpr, substitute_number) IS NOT NULL FROM citizen"
            f" WHERE void = 0 AND id IN ({marks(citizens)})",
            *citizens,
        )
    }
    there = [one for one in citizens if one in rows]
    courses: dict[str, list[str]] = {}
    for citizen, title in all_rows(
        reader,
        "SELECT e.citizen, coalesce(k.title, '') FROM enrolment e JOIN course k ON k.id = e.course AND k.void = 0"
        f" WHERE e.void = 0 AND e.citizen IN ({marks(there)}) ORDER BY k.title, k.id",
        *there,
    ):
        courses.setdefault(citizen, []).append(title)
    names = shorten_together([(rows[one][0], rows[one][1]) for one in there])
    return tuple(
        Registration(
            citizen=one, name=name, whole_name=rows[one][0], call_name=rows[one][1], birth_date=_day(rows[one][2]),
            has_number=bool(rows[one][3]), courses=tuple(dict.fromkeys(courses.get(one, ()))),
        )
        for one, name in zip(there, names, strict=True)
    )  # fmt: skip


class Why(StrEnum):
    """Why two registrations stand on the list: what is asked of somebody, and what contradicts itself."""

    SIMILAR = "similar"
    """Similar names and the same birth date; nobody has answered yet."""
    SAME_NUMBER = "same_number"
    """Answered not to be the same, though the numbers are equal: one number is wrong."""
    ROUNDABOUT = "roundabout"
    """Answered not to be the same, but others make them one person."""
    OTHER_NUMBER = "other_number"
    """Answered to be the same, though their CPR numbers differ."""
    NUMBER = "number"
    """One person by an equal number; never on the list of what is open."""
    ANSWERED = "answered"
    """One person by an answer."""
    THROUGH = "through"
    """One person because both are the same as a third."""


@dataclass(frozen=True)
class Pair:
    """Two registrations; `answer` is the SamePerson row of what was answered, else empty.

    `contested`: laptops disagree about the answer.
    """

    why: Why
    first: Registration
    second: Registration
    answer: str = ""
    contested: bool = False

    @property
    def id(self) -> str:
        """What names the pair on a list."""
        return f"{self.why.value}:{self.first.citizen}:{self.second.citizen}"


_EQUAL = "(a.cpr = b.cpr OR a.substitute_number = b.substitute_number)"
_CONTRADICTIONS = (
    "SELECT s.id, s.first, s.second, s.same,"
    f" coalesce({_EQUAL}, 0) FROM same_person s"
    " JOIN citizen a ON a.id = s.first AND a.void = 0 JOIN citizen b ON b.id = s.second AND b.void = 0"
    " WHERE s.void = 0 AND s.first <> s.second AND CASE WHEN s.same = 0 THEN"
    f" coalesce({_EQUAL}, 0) OR EXISTS (SELECT 1 FROM citizen_person p JOIN citizen_person q ON q.person = p.person"
    " WHERE p.citizen = s.first AND q.citizen = s.second) ELSE s.same = 1 AND a.cpr <> b.cpr END"
)
_PROPOSALS = (
    "SELECT p.first, p.second FROM person_proposal p JOIN citizen a ON a.id = p.first AND a.void = 0"
    " JOIN citizen b ON b.id = p.second AND b.void = 0"
)


def count_proposals(reader: Reader) -> int:
    """Return how many pairs `open_proposals` would list."""
    found = one_row(
        reader, f"SELECT (SELECT count(*) FROM ({_PROPOSALS})) + (SELECT count(*) FROM ({_CONTRADICTIONS}))"
    )
    return int(found[0]) if found else 0


def open_proposals(reader: Reader, *, limit: int = 500) -> tuple[Pair, ...]:
    """Return the pairs that somebody is to look at: contradictions first, then who may be the same and was not asked about."""
    found: list[tuple[Why, str, str, str]] = []
    for answer, first, second, same, equal in all_rows(reader, f"{_CONTRADICTIONS} ORDER BY s.id LIMIT ?", limit):
        why = Why.OTHER_NUMBER if same else Why.SAME_NUMBER if equal else Why.ROUNDABOUT
        found.append((why, min(first, second), max(first, second), answer))
    found += [
        (Why.SIMILAR, first, second, "")
        for first, second in all_rows(
            reader, f"{_PROPOSALS} ORDER BY p.first, p.second LIMIT ?", max(0, limit - len(found))
        )
    ]
    return _pairs(reader, found)


def pairs_of(reader: Reader, citizen: str) -> tuple[Pair, ...]:
    """Return the registration of `citizen` beside each other one of the same person, and why they are one."""
    found: list[tuple[Why, str, str, str]] = []
    for other in group_of(reader, citizen):
        if other == citizen:
            continue
        answer = one_row(
            reader,
            "SELECT id, same FROM same_person WHERE void = 0 AND same IS NOT NULL"
            " AND (first = ? AND second = ? OR first = ? AND second = ?) ORDER BY same LIMIT 1",
            citizen, other, other, citizen,
        )  # fmt: skip
        equal = one_row(
            reader,
            f"SELECT coalesce({_EQUAL}, 0) FROM citizen a, citizen b WHERE a.id = ? AND b.id = ?",
            citizen,
            other,
        )
        if answer is not None:
            why = Why.ANSWERED if answer[1] else Why.ROUNDABOUT
        else:
            why = Why.NUMBER if equal and equal[0] else Why.THROUGH
        found.append((why, citizen, other, str(answer[0]) if answer else ""))
    return _pairs(reader, found)


def _pairs(reader: Reader, found: Sequence[tuple[Why, str, str, str]]) -> tuple[Pair, ...]:
    contested = {
        row for (row,) in all_rows(reader, "SELECT DISTINCT row FROM contested WHERE table_name = 'same_person'")
    }
    pairs = []
    for why, first, second, answer in found:
        both = registrations_of(reader, (first, second))
        if len(both) == 2:
            pairs.append(Pair(why, both[0], both[1], answer, answer in contested))
    return tuple(pairs)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
