"""Who is one person: the same for every order of rows and answers; the index kept by steps is that from nothing."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.queries.citizens import browse, search
from vejleder_tui.queries.persons import (
    Why,
    alike,
    count_proposals,
    group_of,
    open_proposals,
    persons_of,
    registered,
)
from vejleder_tui.services.citizens import change_citizen, new_citizen, restore_citizen, void_citizen
from vejleder_tui.services.derived import index_citizens
from vejleder_tui.services.erasing import erase
from vejleder_tui.services.persons import answer
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

BORN = date(1960, 1, 2)
CPR = "020160-9995"
OTHER = "010190-9990"


def person(desk: Desk, name: str, number: str = "", born: date | None = BORN) -> str:
    return new_citizen(desk, name=name, number=number, birth_date=born if not number else None).citizen


def listed(desk: Desk, typed: str = "") -> list[str]:
    return [line.id for line in search(desk.store.reader(), typed).lines]


def pairs(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one.why.value, one.first.citizen, one.second.citizen) for one in open_proposals(desk.store.reader())]


def test_the_same_number_is_one_person_and_is_never_written(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen", CPR), person(desk, "E. Lauritzen", CPR)
    assert group_of(desk.store.reader(), second) == (first, second)
    assert desk.store.reader().execute("SELECT count(*) FROM same_person").fetchone() == (0,)
    assert listed(desk) == [first]
    assert listed(desk, "einer") == listed(desk, "lauritzen") == [first]
    assert pairs(desk) == []


def test_a_number_that_is_put_right_parts_them_again(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen", CPR), person(desk, "Max Berg", CPR)
    change_citizen(desk, second, number=OTHER, birth_date=None)
    assert group_of(desk.store.reader(), first) == (first,)
    assert sorted(listed(desk)) == sorted([first, second])
    assert listed(desk, "max") == [second]


def test_one_who_was_taken_away_joins_nobody(desk: Desk) -> None:
    first, middle, last = person(desk, "Ane Holm"), person(desk, "Bo Ravn"), person(desk, "Carl Juul")
    answer(desk, first, middle, same=True)
    answer(desk, middle, last, same=True)
    assert group_of(desk.store.reader(), last) == (first, middle, last)
    void_citizen(desk, middle)
    assert group_of(desk.store.reader(), last) == (last,)
    assert group_of(desk.store.reader(), middle) == ()
    assert sorted(listed(desk)) == sorted([first, last])
    restore_citizen(desk, middle)
    assert listed(desk) == [first]


def test_an_answer_is_a_step_that_can_be_undone_and_done_again(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen"), person(desk, "Ejner Lauridsen")
    assert pairs(desk) == [("similar", first, second)]
    answer(desk, second, first, same=True)
    assert pairs(desk) == []
    assert listed(desk) == [first]
    undo(desk)
    assert listed(desk) == [first, second]
    assert pairs(desk) == [("similar", first, second)]
    redo(desk)
    assert listed(desk) == [first]


def test_not_the_same_is_never_asked_again(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen"), person(desk, "Ejner Lauridsen")
    answer(desk, first, second, same=False)
    change_citizen(desk, second, name="Einer Lauridsen")
    assert pairs(desk) == []
    assert alike(desk.store.reader(), name="Einer Lauridsen", birth_date=BORN, citizen=first) == ()
    third = person(desk, "Einar Lauridsen", CPR)
    change_citizen(desk, first, number=CPR, birth_date=None)
    # One "not" answers for all rows of both persons.
    assert group_of(desk.store.reader(), third) == (first, third)
    assert pairs(desk) == []


def test_an_answer_weighs_more_than_an_equal_number_and_is_listed(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen", CPR), person(desk, "Max Berg", CPR)
    answer(desk, first, second, same=False)
    assert group_of(desk.store.reader(), first) == (first,)
    assert pairs(desk) == [("same_number", first, second)]
    assert count_proposals(desk.store.reader()) == 1
    answer(desk, first, second, same=True)
    assert (pairs(desk), group_of(desk.store.reader(), first)) == ([], (first, second))


def test_answers_that_contradict_each_other_are_listed(desk: Desk) -> None:
    first, second, third = person(desk, "Ane Holm"), person(desk, "Bo Ravn"), person(desk, "Carl Juul")
    answer(desk, first, second, same=True)
    answer(desk, second, third, same=True)
    answer(desk, first, third, same=False)
    assert group_of(desk.store.reader(), first) == (first, second, third)
    assert pairs(desk) == [("roundabout", first, third)]
    change_citizen(desk, first, number=CPR, birth_date=None)
    change_citizen(desk, second, number=OTHER, birth_date=None)
    assert [one.why for one in open_proposals(desk.store.reader())] == [Why.OTHER_NUMBER, Why.ROUNDABOUT]


def test_who_is_proposed_while_one_types(desk: Desk) -> None:
    first = person(desk, "Søren Ø. Lauridsen")
    numbered = person(desk, "Max Berg", CPR)
    reader = desk.store.reader()
    assert [one.citizen for one in alike(reader, name="soren lauridsen", birth_date=BORN)] == [first]
    assert [one.citizen for one in alike(reader, name="Sören Bertelsen", birth_date=BORN)] == []
    assert [(one.citizen, one.same_number) for one in alike(reader, name="Alt Andet", number="0201609995")] == [
        (numbered, True)
    ]
    assert alike(reader, name="Søren Lauridsen", birth_date=date(1960, 1, 3)) == ()
    assert alike(reader, name="", birth_date=BORN) == ()


def test_about_one_citizen_or_one_who_is_not_there_nothing_is_answered(desk: Desk) -> None:
    first = person(desk, "Einer Lauridsen")
    with pytest.raises(RuleError):
        answer(desk, first, first, same=True)
    with pytest.raises(NotFoundError):
        answer(desk, first, "0192aaaa-0000-7000-8000-000000000000", same=True)
    assert desk.store.reader().execute("SELECT count(*) FROM same_person").fetchone() == (0,)


# Any set of rows and answers

SCHEMA = """
CREATE TABLE citizen (id TEXT PRIMARY KEY, void INTEGER, name TEXT, call_name TEXT, alias TEXT, birth_date TEXT, cpr TEXT,
  substitute_number TEXT);
CREATE TABLE same_person (id TEXT PRIMARY KEY, void INTEGER, first TEXT, second TEXT, same INTEGER);
CREATE TABLE enrolment (id TEXT, void INTEGER, citizen TEXT, status TEXT);
CREATE TABLE citizen_person (citizen TEXT PRIMARY KEY, person TEXT);
CREATE TABLE person_proposal (first TEXT, second TEXT, PRIMARY KEY (first, second));
CREATE TABLE citizen_word (word TEXT, sort_key TEXT, citizen TEXT, PRIMARY KEY (word, sort_key, citizen));
CREATE TABLE citizen_name (citizen TEXT PRIMARY KEY, sort_key TEXT, folded TEXT, ended INTEGER);
"""
INDEX = ("citizen_person", "person_proposal", "citizen_word", "citizen_name")
COUNT = 7
people = st.tuples(
    st.sampled_from((0, 0, 0, 1)),
    st.sampled_from(("Ane Holm", "Anne Holm", "Bo Ravn")),
    st.sampled_from(("1960-01-02", "1970-01-02", None)),
    st.sampled_from(("a", "b", None, None)),
    st.sampled_from(("x", None, None)),
)
answers = st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1), st.sampled_from((0, 1, None)), st.booleans())


def database() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    made.executescript(SCHEMA)
    return made


def put_citizen(made: sqlite3.Connection, index: int, one: tuple[object, ...]) -> None:
    void, name, born, cpr, substitute = one
    made.execute(
        "INSERT OR REPLACE INTO citizen VALUES (?, ?, ?, NULL, NULL, ?, ?, ?)",
        (f"c{index}", void, name, born, cpr, substitute),
    )


def put_answer(made: sqlite3.Connection, index: int, one: tuple[int, int, int | None, bool]) -> None:
    first, second, same, void = one
    made.execute(
        "INSERT OR REPLACE INTO same_person VALUES (?, ?, ?, ?, ?)",
        (f"s{index}", void, f"c{first}", f"c{second}", same),
    )


def index_of(made: sqlite3.Connection) -> list[list[tuple[object, ...]]]:
    return [made.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3" if table == "citizen_word"
                         else f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in INDEX]  # fmt: skip


def by_hand(made: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the persons by the plain definition: pairs, then what they lead to."""
    rows = {one: (cpr, other) for one, cpr, other in made.execute(
        "SELECT id, cpr, substitute_number FROM citizen WHERE void = 0")}  # fmt: skip
    said = made.execute("SELECT first, second, same FROM same_person WHERE void = 0 AND same IS NOT NULL").fetchall()
    refused = {frozenset((a, b)) for a, b, same in said if not same}
    near = {frozenset((a, b)) for a, b, same in said if same}
    near |= {
        frozenset((a, b))
        for a, of_a in rows.items() for b, of_b in rows.items()
        if any(x is not None and x == y for x, y in zip(of_a, of_b, strict=True))
    }  # fmt: skip
    group = {one: {one} for one in rows}
    for _turn in rows:
        for pair in near - refused:
            if len(pair) == 2 and pair <= rows.keys():
                joined = set().union(*(group[one] for one in pair))
                for one in joined:
                    group[one] = joined
    return {one: tuple(sorted(found)) for one, found in group.items()}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(people, min_size=COUNT, max_size=COUNT),
    st.lists(answers, max_size=8),
    st.lists(st.tuples(st.integers(0, COUNT - 1), people), max_size=4),
    st.randoms(use_true_random=False),
)
def test_any_rows_and_answers_give_the_same_persons_in_any_order(
    rows: list[tuple[object, ...]],
    said: list[tuple[int, int, int | None, bool]],
    changes: list[tuple[int, tuple[object, ...]]],
    chance: object,
) -> None:
    stepwise, at_once = database(), database()
    steps = [("citizen", index, one) for index, one in enumerate(rows)]
    steps += [("answer", index, one) for index, one in enumerate(said)]
    chance.shuffle(steps)  # type: ignore[attr-defined]
    # Rows that came first, and were changed afterwards, leave nothing behind.
    for index, one in changes:
        put_citizen(stepwise, index, one)
        index_citizens(stepwise, [f"c{index}"])
    for kind, index, one in steps:
        if kind == "citizen":
            put_citizen(stepwise, index, one)
            index_citizens(stepwise, [f"c{index}"])
        else:
            put_answer(stepwise, index, one)  # type: ignore[arg-type]
            index_citizens(stepwise, [f"c{one[0]}", f"c{one[1]}"])
    for index, one in enumerate(rows):
        put_citizen(at_once, index, one)
    for index, answered in enumerate(said):
        put_answer(at_once, index, answered)
    index_citizens(at_once, [f"c{index}" for index in range(COUNT)])
    expected = by_hand(at_once)
    for made in (stepwise, at_once):
        for index in range(COUNT):
            assert group_of(made, f"c{index}") == expected.get(f"c{index}", ())
        assert persons_of(made, expected) == {one: group[0] for one, group in expected.items()}
        assert [line[0] for line in made.execute("SELECT citizen FROM citizen_name ORDER BY 1")] == sorted(
            {group[0] for group in expected.values()}
        )
    assert index_of(stepwise) == index_of(at_once)


def test_thousands_with_one_number_are_met_once_each() -> None:
    made = database()
    count = 3000
    for index in range(count):
        put_citizen(made, index, (0, "Ane Holm", None, "a", None))
    made.execute("CREATE INDEX by_cpr ON citizen (cpr)")
    asked: list[str] = []
    made.set_trace_callback(asked.append)
    assert len(group_of(made, "c0")) == count
    assert len(asked) <= 2 * count + 2
    made.set_trace_callback(None)


def test_the_list_goes_on_page_by_page_over_people_registered_twice(desk: Desk) -> None:
    with desk.transaction():
        ids = [person(desk, f"Borger{index:02d} Prøve", born=None) for index in range(12)]
        for index in range(0, 12, 3):
            answer(desk, ids[index], ids[index + 1], same=True)
    reader = desk.store.reader()
    found: list[str] = []
    after = None
    while True:
        page = browse(reader, after=after, size=3)
        found += [line.id for line in page.lines]
        if not page.after:
            break
        after = (page.lines[-1].sort_key, page.lines[-1].id)
    assert found == [one for index, one in enumerate(ids) if index % 3 != 1]


def test_a_deletion_takes_every_registration_and_nobody_who_was_answered_to_be_another(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen", CPR), person(desk, "E. Lauridsen", CPR)
    taken, joined = person(desk, "Einer L", CPR), person(desk, "Ejner Lauridsen", born=None)
    wrong = person(desk, "Max Berg", CPR)
    for one in (first, second, taken):
        answer(desk, one, wrong, same=False)
    answer(desk, second, joined, same=True)
    void_citizen(desk, taken)
    assert registered(desk.store.reader(), second) == (second, first, joined, taken)
    erase(desk, second)
    reader = desk.store.reader()
    assert [row[0] for row in reader.execute("SELECT id FROM citizen")] == [wrong]
    assert listed(desk) == [wrong]
    for table in ("citizen_person", "person_answer", "person_proposal"):
        assert reader.execute(f"SELECT * FROM {table}").fetchall() == []
    assert {row[0] for row in reader.execute("SELECT citizen FROM citizen_word")} == {wrong}
