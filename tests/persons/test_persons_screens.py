"""The same citizen twice on the screens: what is asked, what is answered, and everything of both under one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.people import attend, course, einer, enrol
from tests.screens.golden import check_golden, lines
from tests.screens.live import fill, running, wait
from vejleder_tui.queries.citizen_record import Door, access_log
from vejleder_tui.queries.persons import group_of
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services.citizens import change_citizen, new_citizen
from vejleder_tui.services.goals import new_goal
from vejleder_tui.services.persons import answer
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk

BORN = date(1960, 1, 2)
CPR = "020160-9995"
SHOP = "01770afa-cd17-41fe-a966-b8895e4d55d8"


def top(pilot: Pilot[int]) -> Any:
    return pilot.app.screen


def person(desk: Desk, name: str, number: str = "", born: date | None = BORN, call_name: str = "") -> str:
    return new_citizen(desk, name=name, number=number, birth_date=None if number else born, call_name=call_name).citizen


def pairs(desk: Desk) -> tuple[str, str]:
    """Two who look alike, one of them on a course; and two with one number who were answered to be two."""
    first = einer(desk)
    second = person(desk, "Ejner Test Lauridsen", call_name="Ejner")
    one, other = person(desk, "Lonni Berg", "010190-9990"), person(desk, "Max Brun", "010190-9990")
    answer(desk, one, other, same=False)
    return first, second


async def test_the_list_and_its_answers(desk: Desk) -> None:
    first, second = pairs(desk)
    async with running(desk, "persons") as pilot:
        check_golden(pilot.app, "persons")
        await pilot.press("down", "s")
        await wait(pilot)
        check_golden(pilot.app, "persons-answered")
        assert group_of(desk.store.reader(), second) == (first, second)
        await pilot.press("z")
        await wait(pilot)
        assert group_of(desk.store.reader(), second) == (second,)
        assert "Fortrudt: samme borger: Einer L." in lines(pilot.app)[22]
        await pilot.press("down", "i")
        await wait(pilot)
        assert "To borgere: Einer L." in lines(pilot.app)[22]
        assert "Samme borger? (1)" in lines(pilot.app)[2]
        await pilot.press("i")
        await wait(pilot)
        assert "Ret det hos den ene" in lines(pilot.app)[22]
        await pilot.press("h")
        await wait(pilot)
        assert top(pilot).SCREEN_ID == "history"
        assert "nej" in "\n".join(lines(pilot.app))


async def test_either_of_the_two_is_opened_and_the_list_looks_again(desk: Desk) -> None:
    first, second = pairs(desk)
    async with running(desk, "persons") as pilot:
        await pilot.press("down", "o")
        await wait(pilot)
        assert top(pilot).citizen == second
        change_citizen(desk, second, birth_date=date(1961, 1, 2))
        await pilot.press("escape")
        await wait(pilot)
        assert "Samme borger? (1)" in lines(pilot.app)[2]
        change_citizen(desk, second, birth_date=BORN)
        top(pilot).reload()
        await wait(pilot)
        await pilot.press("end", "enter")
        await wait(pilot)
        assert top(pilot).citizen == first


async def test_nobody_looks_alike(desk: Desk) -> None:
    einer(desk)
    async with running(desk, "persons") as pilot:
        check_golden(pilot.app, "persons-empty")
        await pilot.press("s")
        await wait(pilot)
        assert "Vælg en række først." in lines(pilot.app)[22]


async def test_in_the_wide_and_in_english(desk: Desk) -> None:
    pairs(desk)
    async with running(desk, "persons", size=(120, 40)) as pilot:
        check_golden(pilot.app, "persons")


async def test_in_english(desk: Desk) -> None:
    pairs(desk)
    async with running(desk, "persons", settings=Settings(language="en")) as pilot:
        check_golden(pilot.app, "persons-en")


async def test_hostile_names(desk: Desk) -> None:
    for name in (
        "Jens [/b] slut",
        "Jens [/b] slutt",
        "[se bilag 3]",
        "[se bilag 3] x",
        "\u202eevil\u202c rtl",
        "evil rtl",
    ):
        person(desk, name)
    async with running(desk, "persons") as pilot:
        check_golden(pilot.app, "persons-hostile")
        assert all("\x1b" not in line for line in lines(pilot.app))


async def test_initials_in_the_privacy_view(desk: Desk) -> None:
    pairs(desk)
    async with running(desk, "persons") as pilot:
        await pilot.press("f8")
        await wait(pilot)
        shown = "\n".join(lines(pilot.app))
        assert "Einer" not in shown
        assert "Lonni" not in shown
        assert "E.T.L." in shown


async def test_a_citizen_shows_both_under_one_and_can_be_parted(desk: Desk) -> None:
    first = einer(desk)
    second = person(desk, "E. Test Lauridsen", CPR)
    new_goal(
        desk, second, condition=SHOP, goal_type="develop", baseline=3, target=1, baseline_date=date(2026, 11, 2),
        text="Jeg vil selv købe ind.",
    )  # fmt: skip
    async with running(desk, "citizen", citizen=second) as pilot:
        check_golden(pilot.app, "citizen-twice")
        await pilot.press("s")
        await wait(pilot)
        check_golden(pilot.app, "persons-of-one")
        await pilot.press("i")
        await wait(pilot)
        assert "Borgeren har kun én registrering." in "\n".join(lines(pilot.app))
        await pilot.press("escape")
        await wait(pilot)
        assert "! samme nummer som en anden" in lines(pilot.app)[2]
        check_golden(pilot.app, "citizen-parted")
    actors = {one: [entry.what for entry in access_log(desk.store.reader(), one)] for one in (first, second)}
    assert actors == {first: ["record"], second: ["record", "record"]}


async def test_the_list_of_citizens_has_one_line(desk: Desk) -> None:
    einer(desk)
    person(desk, "E. Test Lauridsen", CPR)
    async with running(desk, "citizens") as pilot:
        await pilot.press("down")
        await wait(pilot)
        assert "Borgere (1)" in lines(pilot.app)[3]
        assert "2 registreringer" in lines(pilot.app)[21]


async def test_while_one_types_a_citizen_is_found(desk: Desk) -> None:
    first = einer(desk)
    async with running(desk, "citizen_form", name="ejner lauridsen") as pilot:
        await pilot.press("tab", "tab", "tab")
        await fill(pilot, "02-01-1960")
        await wait(pilot)
        check_golden(pilot.app, "citizen-form-alike")
        await pilot.press("tab", "enter")
        await wait(pilot)
        assert top(pilot).citizen == first
        await pilot.press("escape")
        await wait(pilot)
        assert top(pilot).SCREEN_ID == "citizen_form"
        await pilot.press("shift+tab", "end", *["backspace"] * 10)
        await wait(pilot)
        assert "Ligner" not in "\n".join(lines(pilot.app))


async def test_a_number_that_is_known_is_told_before_saving(desk: Desk) -> None:
    einer(desk)
    async with running(desk, "citizen_form", name="Nogen Anden") as pilot:
        await pilot.press("tab", "tab")
        await fill(pilot, CPR)
        await wait(pilot)
        assert "! Samme nummer som Einer L.: Enter åbner." in "\n".join(lines(pilot.app))
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "begge vises som én borger" in lines(pilot.app)[22]


async def test_i_dag_counts_the_pairs_and_opens_them(desk: Desk) -> None:
    pairs(desk)
    async with running(desk) as pilot:
        shown = "\n".join(lines(pilot.app))
        assert "Til afklaring (2)" in shown
        top(pilot).query_one("#body").go("to_settle", "alike")
        await pilot.press("enter")
        await wait(pilot)
        assert top(pilot).SCREEN_ID == "persons"
        await pilot.press("escape")
        top(pilot).desk.goto("more")
        await wait(pilot)
        await pilot.press("s")
        await wait(pilot)
        assert top(pilot).SCREEN_ID == "persons"


async def test_two_places_on_one_course_are_told(desk: Desk) -> None:
    first, second = person(desk, "Einer Lauridsen", CPR), person(desk, "E. Lauridsen", CPR)
    abc = course(desk, "ABC-gruppe", Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20))
    enrol(desk, abc, first, "2026-10-06")
    enrol(desk, abc, second, "2026-10-13")
    attend(desk, abc, second, "2026-10-20", "present")
    attend(desk, abc, first, "2026-10-27", "present")
    async with running(desk, "course", course=abc) as pilot:
        check_golden(pilot.app, "course-twice")
        top(pilot).query_one("#body").go("people")
        await wait(pilot)
        assert "indskrevet to gange" in lines(pilot.app)[21]


@pytest.mark.parametrize("field", ["record", "number", "voided", "consent"])
def test_the_access_log_names_each_registration_that_was_read(desk: Desk, field: str) -> None:
    first = einer(desk)
    second = person(desk, "E. Test Lauridsen")
    answer(desk, first, second, same=True)
    door = Door(desk.store, desk.actor.worker, desk.clock)
    if field == "record":
        assert door.open(second).header.number == "020160-••••"
    elif field == "number":
        assert door.number(second) == CPR
    elif field == "voided":
        door.voided(second)
    else:
        consent = desk.store.reader().execute("SELECT id FROM consent").fetchone()[0]
        assert door.consent(second, consent).scope == "sharing"
    log = {one: [entry.what for entry in access_log(desk.store.reader(), one)] for one in (first, second)}
    both = field in {"record", "voided"}
    assert log == {first: [field], second: [field] if both else []}
