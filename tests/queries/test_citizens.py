"""Search as you type and Danish order, few and many."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from vejleder_tui.model import Course, Enrolment
from vejleder_tui.queries import citizens as query
from vejleder_tui.queries.citizens import browse, count_citizens, search
from vejleder_tui.rules.text import fold_query, search_words, sort_key
from vejleder_tui.services.citizens import change_citizen, new_citizen, void_citizen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.services.desk import Desk

NAMES = (
    "Søren Østergård", "Sofie Zeuthen", "Åse Berg", "Aase Dahl", "Ørjan Bo", "Ægir Holm", "Zenia Lund", "Anna Max Berggren",
    "Max Berggren", "Max Brun", "=HYPERLINK(1)", "Jens [/b] slut",
)  # fmt: skip


def fill(desk: Desk, names: Iterable[str] = NAMES) -> dict[str, str]:
    return {name: new_citizen(desk, name=name).citizen for name in names}


def names(desk: Desk, text: str, *, ended: bool = False) -> list[str]:
    known = dict(desk.store.connection.execute("SELECT id, name FROM citizen").fetchall())
    return [known[line.id] for line in search(desk.store.connection, text, ended=ended).lines]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("soren", ["Søren Østergård"]),
        ("soeren", ["Søren Østergård"]),
        ("SØREN", ["Søren Østergård"]),
        ("øst sør", ["Søren Østergård"]),
        ("ostergard", ["Søren Østergård"]),
        ("aase", ["Åse Berg", "Aase Dahl"]),
        ("ase", ["Åse Berg"]),
        ("max", ["Anna Max Berggren", "Max Berggren", "Max Brun"]),
        ("max ber", ["Anna Max Berggren", "Max Berggren"]),
        ("b max", ["Anna Max Berggren", "Max Berggren", "Max Brun"]),
        ("max max", ["Anna Max Berggren", "Max Berggren", "Max Brun"]),
        ("eni", []),
        ("%", None),
        ("hyper", ["=HYPERLINK(1)"]),
        ("[/b]", ["Åse Berg", "Anna Max Berggren"]),
    ],
)
def test_words_in_any_order_and_both_forms(desk: Desk, text: str, found: list[str] | None) -> None:
    fill(desk)
    got = names(desk, text)
    if found is None:
        assert len(got) == len(NAMES)
    elif text == "[/b]":
        assert "Jens [/b] slut" in got
    else:
        assert got == found


def test_everybody_in_danish_order_page_by_page(desk: Desk) -> None:
    fill(desk)
    known = dict(desk.store.connection.execute("SELECT id, name FROM citizen").fetchall())
    ordered = sorted(NAMES, key=sort_key)
    assert ordered[-4:] == ["Ægir Holm", "Ørjan Bo", "Åse Berg", "Aase Dahl"]
    got: list[str] = []
    page = browse(desk.store.connection, size=5)
    pages = [page]
    while True:
        got += [known[line.id] for line in page.lines]
        if not page.after:
            break
        page = browse(desk.store.connection, size=5, after=(page.lines[-1].sort_key, page.lines[-1].id))
        pages.append(page)
    assert got == ordered
    back = browse(desk.store.connection, size=5, before=(pages[2].lines[0].sort_key, pages[2].lines[0].id))
    assert [line.id for line in back.lines] == [line.id for line in pages[1].lines]
    assert back.before
    assert not pages[0].before


def test_lists_show_short_names_that_differ(desk: Desk) -> None:
    fill(desk)
    assert [line.name for line in search(desk.store.connection, "max b").lines] == ["Anna B.", "Max Be.", "Max Br."]


def test_a_name_that_changed_is_found_by_the_new_one_only(desk: Desk) -> None:
    made = fill(desk)
    change_citizen(desk, made["Zenia Lund"], name="Zenia Poulsen", call_name="Zen", alias="Bænken")
    assert names(desk, "lund") == []
    assert names(desk, "poul") == names(desk, "baenk") == ["Zenia Poulsen"]
    void_citizen(desk, made["Zenia Lund"])
    assert names(desk, "zen") == []


def test_ended_citizens_stand_apart(desk: Desk) -> None:
    made = fill(desk)
    connection = desk.store.connection
    with desk.transaction() as work:
        course = work.create(Course, work.new_id(), {}, title="ABC-gruppe, efterår")
        for name, status in (("Max Brun", "ended"), ("Åse Berg", "enrolled"), ("Sofie Zeuthen", "completed")):
            work.create(
                Enrolment, work.new_id(), {"course": course, "citizen": made[name], "from_date": "2026-10-06"},
                status=status, legal_basis="SEL-82a",
            )  # fmt: skip
    assert sorted(names(desk, "", ended=True)) == ["Max Brun", "Sofie Zeuthen"]
    assert names(desk, "max", ended=True) == ["Max Brun"]
    assert (count_citizens(connection), count_citizens(connection, ended=True)) == (len(NAMES) - 2, 2)
    aase = search(connection, "åse").lines[0]
    assert (aase.courses, aase.legal_bases) == (("ABC-gruppe, efterår",), ("SEL-82a",))


FIRST = [f"{a}{b}{c}" for a in ("An", "Bo", "Sø", "Åg", "To", "Ma") for b in "rstlmnkd" for c in ("e", "en", "a", "us")]
LAST = [f"{a}{b}" for a in ("Lind", "Berg", "Mose", "Sand", "Ø", "Høj") for b in ("gård", "by", "holm", "toft", "sen")]
COUNT = 20_000


@pytest.fixture
def crowd(desk: Desk) -> Desk:
    """20,000 people, written past the log: only the read side is looked at."""
    raw = desk.store.local_writer([])
    rows, found, ordered = [], [], []
    for number in range(COUNT):
        name = f"{FIRST[number * 7 % len(FIRST)]} {LAST[number * 11 % len(LAST)]} {number * 13 % 9973}x"
        one, key = f"{number:08d}-0000-7000-8000-000000000000", sort_key(name)
        words = sorted(search_words(name))
        rows.append((one, name))
        found += [(word, key, one) for word in words]
        ordered.append((one, key, " " + " ".join(words)))
    raw.execute("BEGIN")
    raw.executemany("INSERT INTO citizen (id, void, leaves, name) VALUES (?, 0, '', ?)", rows)
    raw.executemany("INSERT INTO citizen_word (word, sort_key, citizen) VALUES (?, ?, ?)", found)
    raw.executemany("INSERT INTO citizen_name (citizen, sort_key, folded, ended) VALUES (?, ?, ?, 0)", ordered)
    raw.execute("COMMIT")
    return desk


def test_each_way_of_searching_a_crowd_finds_the_same(crowd: Desk) -> None:
    connection = crowd.store.connection
    everybody = [
        (row[1], row[0], row[2]) for row in connection.execute("SELECT citizen, sort_key, folded FROM citizen_name")
    ]
    everybody.sort()
    for text in (
        "s",
        "so",
        "søre",
        "an lind",
        "berg",
        "høj 1",
        "1",
        "12 bo",
        "9 ag",
        "aage",
        "x",
        "mose mose a",
        "2 1",
    ):
        begins = [f" {word}" for word in fold_query(text)]
        expected = [one for _key, one, folded in everybody if all(begin in folded for begin in begins)]
        page = search(connection, text)
        got = list(page.lines)
        assert [line.id for line in got] == expected[: query.PAGE], text
        assert page.after == (len(expected) > query.PAGE)
        if page.after:
            following = search(connection, text, after=(got[-1].sort_key, got[-1].id))
            assert [line.id for line in following.lines] == expected[query.PAGE : 2 * query.PAGE], text
            first = following.lines[0]
            back = search(connection, text, before=(first.sort_key, first.id))
            assert [line.id for line in back.lines] == expected[: query.PAGE], text
            assert not back.before
        wanted = query._Wanted(fold_query(text)[0], tuple(begins), False, ("", ""), query.PAGE + 1)
        walked = query._walked(connection, wanted)
        assert walked is None or [one for one, _key in walked] == expected[: query.PAGE + 1], text
        assert [one for one, _key in query._sorted_out(connection, wanted)] == expected[: query.PAGE + 1], text


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        (query.COUNTED, ("a", "b", 10)),
        (query.DIFFERENT, ("a", "b", "b", 10)),
        (query.STREAM, ("anne", "a", "b", False)),
        (query.SORTED, ("a", "b", "a", "b", False)),
        (query.WALKED, (False, "a", "b")),
        (query.AFTER, (False, "a", "b", 10)),
        (query.backwards(query.AFTER), (False, "a", "b", 10)),
        (query.backwards(query.STREAM), ("anne", "a", "b", False)),
        (query.backwards(query.WALKED), (False, "a", "b")),
    ],
)
def test_no_statement_reads_a_whole_table(crowd: Desk, sql: str, values: tuple[object, ...]) -> None:
    plan = [row[3] for row in crowd.store.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    reads = [
        step for step in plan if "citizen" in step or step.startswith(("SEARCH w", "SEARCH n", "SCAN w", "SCAN n"))
    ]
    assert reads
    assert all(step.startswith("SEARCH") for step in reads), plan
    if sql is not query.SORTED:
        assert not any("TEMP B-TREE" in step for step in plan), plan


def test_everybody_with_a_birth_date(desk: Desk) -> None:
    new_citizen(desk, name="Einer", birth_date=date(1960, 1, 2))
    assert search(desk.store.connection, "einer").lines[0].birth_year == 1960
