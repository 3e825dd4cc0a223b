"""Borgere: searching, opening, creating, on the real store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.people import einer
from tests.screens.golden import check_golden, lines
from tests.screens.live import running, wait
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk

NAMES = ("Lonni Test Berg", "Max Test Berggren", "Max Test Brun", "Sverre Test Mosebryggersen", "Åse Holm", "Søren Ø")
HOSTILE = (
    "Jens [/b] slut", "[se bilag 3]", "👩‍👩‍👧 Familie Æøå", '=HYPERLINK("http://x")', "\u202eevil\u202c rtl",
    "Lang" + "e" * 200 + " Navn", "Tab\u200bløs Zalgo\u0301\u0302\u0303", "O'Neill; DROP TABLE",
)  # fmt: skip


def top(pilot: Pilot[int]) -> Any:
    return pilot.app.screen


async def test_search_as_you_type(desk: Desk) -> None:
    einer(desk)
    for name in NAMES:
        new_citizen(desk, name=name)
    async with running(desk, "citizens") as pilot:
        check_golden(pilot.app, "citizens")
        await pilot.press(*"soren")
        await wait(pilot)
        assert "Søren Ø." in lines(pilot.app)[4]
        check_golden(pilot.app, "citizens-found")
        await pilot.press("escape")
        await wait(pilot)
        assert "Einer L." in lines(pilot.app)[4]
        await pilot.press("down", *"max br")
        await wait(pilot)
        assert [line[2:11].strip() for line in lines(pilot.app)[4:6]] == ["Max B.", "+ Ny borg"]
        await pilot.press("backspace", "backspace")
        await wait(pilot)
        assert [line[2:11].strip() for line in lines(pilot.app)[4:6]] == ["Max Be.", "Max Br."]


async def test_nobody_fits_and_enter_never_creates(desk: Desk) -> None:
    async with running(desk, "citizens") as pilot:
        assert "Ingen borgere endnu. Ctrl+N opretter." in lines(pilot.app)[4]
        await pilot.press(*"eni")
        await wait(pilot)
        check_golden(pilot.app, "citizens-empty")
        await pilot.press("enter")
        await wait(pilot)
        assert top(pilot).SCREEN_ID == "citizens"
        assert "Ingen passer til »eni«. Ctrl+N opretter." in lines(pilot.app)[22]


async def test_ended_stand_apart(desk: Desk) -> None:
    einer(desk)
    async with running(desk, "citizens") as pilot:
        await pilot.press("f6")
        await wait(pilot)
        assert "Afsluttede borgere (0)" in lines(pilot.app)[3]
        assert "Ingen borgere er afsluttet" in lines(pilot.app)[4]


async def test_hostile_names_and_many(desk: Desk) -> None:
    for name in HOSTILE:
        new_citizen(desk, name=name)
    async with running(desk, "citizens") as pilot:
        check_golden(pilot.app, "citizens-hostile")
        assert all("\x1b" not in line for line in lines(pilot.app))


async def test_overfull(desk: Desk) -> None:
    with desk.transaction():
        for index in range(260):
            new_citizen(desk, name=f"Borger{index:03d} Test Nummer")
    async with running(desk, "citizens") as pilot:
        check_golden(pilot.app, "citizens-overfull")
        await pilot.press("down", "end")
        await wait(pilot)
        for _turn in range(4):
            await pilot.press("end")
            await wait(pilot)
        assert "Borger259" in lines(pilot.app)[21]
        for _turn in range(6):
            await pilot.press("home")
            await wait(pilot)
        assert "Borger000" in lines(pilot.app)[21]


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_other_sizes(desk: Desk, size: tuple[int, int]) -> None:
    einer(desk)
    async with running(desk, "citizens", size=size) as pilot:
        check_golden(pilot.app, "citizens")


async def test_in_english(desk: Desk) -> None:
    einer(desk)
    async with running(desk, "citizens", settings=Settings(language="en")) as pilot:
        check_golden(pilot.app, "citizens-en")
