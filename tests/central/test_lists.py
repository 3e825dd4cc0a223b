"""Long lists in a statement mean the same on PostgreSQL, where they are given as arrays, as on SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.central.laptop import Laptop
from vejleder_tui.central.database import open_centre

if TYPE_CHECKING:
    from tests.central.conftest import Office

MANY = [f"row {number}" for number in range(40)]
MARKS = ", ".join("?" * len(MANY))


def test_a_list_stands_between_other_parameters_and_words_in_quotes(empty_url: str) -> None:
    centre = open_centre(empty_url)
    centre.execute("CREATE TABLE one (id varchar(36), place integer, word text)")
    centre.executemany("INSERT INTO one (id, place, word) VALUES (?, ?, ?)", [(row, 1, "? 100 %") for row in MANY[:30]])
    centre.execute("INSERT INTO one (id, place, word) VALUES ('row 31', 2, 'other')")

    found = centre.execute(
        f"SELECT count(*) FROM one WHERE word = '? 100 %' AND place = ? AND id IN ({MARKS}) AND id <> ?",
        (1, *MANY, "row 3"),
    ).fetchone()
    twice = centre.execute(
        f"SELECT count(*) FROM one WHERE id IN ({MARKS}) AND id IN ({MARKS}) AND place = ?",
        (*MANY, *MANY[5:], *MANY[:5], 2),
    ).fetchone()
    without = centre.execute(f"SELECT count(*) FROM one WHERE id NOT IN ({MARKS})", [*MANY[1:], "row 99"]).fetchone()
    numbers = centre.execute(f"SELECT count(*) FROM one WHERE place IN ({MARKS})", range(2, 42)).fetchone()

    centre.close()
    assert (found[0], twice[0], without[0], numbers[0]) == (29, 1, 1, 1)


def test_a_bundle_of_many_rows_is_folded_whole_and_known_again(office: Office) -> None:
    laptop = Laptop(1, role="coordinator")
    laptop.organisation()
    people = [laptop.write("citizen", laptop.new_id(), key={}, values={"name": f"Borger {n}"}) for n in range(60)]
    office.trust(laptop)
    laptop.bundle(office.folder, office.recipient)
    (first,) = office.ingest()
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient)
    (second,) = office.ingest()

    assert (first.applied, first.held, second.applied, second.known) == (62, {}, 1, 62)
    assert office.read("SELECT count(*) FROM citizen") == [(61,)]
    assert {one for (one,) in office.read("SELECT leaves FROM citizen")} >= set(people)
