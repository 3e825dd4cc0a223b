"""Første start with a bundle: no centre, then the key file out, the bundle in, the words, and who one is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import app_on, live
from tests.screens.test_handover import asked, gone
from tests.screens.test_setup import PERSON, SECRET, first, keys, shown_groups
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.screens.asking import AskLine
from vejleder_tui.screens.dialog import Dialog
from vejleder_tui.screens.opening import unlock
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.handover import export
from vejleder_tui.services.keyring import add_recipients
from vejleder_tui.services.setup import FirstStart, first_start
from vejleder_tui.settings import Settings
from vejleder_tui.store.slots import Cost

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

WORDS = "hest maj lampe ni"
PLACE = ("ish", "<enter>", "Bærbar 9", "<enter>")


async def begun(pilot: Pilot[int]) -> None:
    """Go through the first start of a laptop that joins, to where it waits for the bundle."""
    await keys(pilot, "<tab>", "<tab>", "<tab>", "<tab>", "<tab>", "<enter>")
    await keys(pilot, *PLACE, *PERSON, *SECRET, "<enter>")
    groups = {int(one.split(".")[0]): one.split(".")[1].strip() for one in shown_groups(pilot)}
    await keys(pilot, "<enter>", f"{groups[3]} {groups[6]}", "<enter>")


async def until(pilot: Pilot[int], text: str) -> None:
    """Wait until a text stands on the screen."""
    await wait(pilot)
    assert text in screen_text(pilot.app), screen_text(pilot.app)


async def answer(pilot: Pilot[int], text: str, question: str) -> None:
    """Answer the line that is asked for."""
    await asked(pilot)
    assert question in screen_text(pilot.app)
    pilot.app.screen.query_one("#line", Input).value = text
    await pilot.press("enter")
    await gone(pilot, AskLine)


def written(desk: Desk, card: str, folder: Path) -> Path:
    add_recipients(desk.store, card, clock=desk.clock)
    return export(
        desk.store, clock=desk.clock, randomness=SeededRandomness(9), folder=folder, everything=True
    ).path  # fmt: skip


@pytest.fixture
def new(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "new")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_step_1_for_a_laptop_that_joins(new: StorePaths, clock: FixedClock, size: tuple[int, int]) -> None:
    async with live(first(new, clock), size) as pilot:
        await keys(pilot, "<tab>", "<tab>", "<tab>", "<tab>", "<tab>", "<enter>")
        check_golden(pilot.app, "setup-joins")


async def test_from_the_first_start_to_ones_own_seat(
    new: StorePaths, desk: Desk, clock: FixedClock, tmp_path: Path
) -> None:
    new_citizen(desk, name="Einer Madsen")
    async with live(first(new, clock)) as pilot:
        await begun(pilot)
        check_golden(pilot.app, "join")
        await pilot.press("k")
        await answer(pilot, str(tmp_path), "Gem nøglefilen i mappen:")
        await wait(pilot)
        (card,) = await asyncio.to_thread(lambda: list(tmp_path.glob("vejleder-nøglefil-*.json")))
        file = written(desk, card.read_text(encoding="utf-8"), tmp_path / "usb")
        for letter in ("enter", "t"):
            await pilot.press("i")
            await answer(pilot, str(file), "Hent pakken: filens sti")
            await asked(pilot)
            check_golden(pilot.app, "join-words")
            await pilot.press(letter)
            if letter == "enter":
                await wait(pilot)
                assert "Intet er hentet." in lines(pilot.app)[22]
        await asked(pilot)
        await until(pilot, "Er det dig?")
        check_golden(pilot.app, "join-who")
        await pilot.press("j")
        await gone(pilot, Dialog)
        await wait(pilot)
        check_golden(pilot.app, "join-done")
    seat = unlock(new, None, WORDS, clock=clock)
    assert seat.actor.worker_id == desk.actor.worker
    assert seat.store.connection.execute("SELECT name FROM citizen").fetchall() == [("Einer Madsen",)]
    seat.close()


async def test_who_has_not_the_bundle_yet_finds_the_way_back(new: StorePaths, clock: FixedClock) -> None:
    async with live(first(new, clock)) as pilot:
        await begun(pilot)
        await keys(pilot, "<escape>")
        assert "er ikke hentet endnu. Tryk 7 og så i." in screen_text(pilot.app)
        await keys(pilot, "<7>", "<i>")
        assert "Gem nøglefilen, og giv den til en koordinator" in screen_text(pilot.app)
        await pilot.press("down", "enter")
        await answer(pilot, "/nowhere/at/all.age", "Hent pakken: filens sti")
        await wait(pilot)
        assert "Se efter, om navn og mappe" in screen_text(pilot.app)


@pytest.fixture
def joining(new: StorePaths, clock: FixedClock) -> StorePaths:
    answers = FirstStart(
        municipality="0183", centre="", device_name="Bærbar 9", worker_name="Mette Jensen", initials="MJ",
        role="worker", passphrase=WORDS, joins=True,
    )  # fmt: skip
    desk, _code = first_start(new, answers, clock=clock, randomness=SeededRandomness(5), cost=Cost(8, 1, 1))
    desk.store.close()
    return new


@pytest.mark.parametrize(("size", "language"), [((120, 40), "da"), ((80, 24), "en")])
async def test_the_screen_in_another_size_and_in_english(
    joining: StorePaths, clock: FixedClock, size: tuple[int, int], language: str
) -> None:
    seat = unlock(joining, None, WORDS, clock=clock)
    app = app_on(joining, clock, start="today", seat=seat, settings=Settings(language=language))
    async with live(app, size) as pilot:
        app.goto("join")
        await wait(pilot)
        check_golden(app, "join" if language == "da" else "english-join")


async def test_a_hostile_name_among_the_laptops(joining: StorePaths, clock: FixedClock, tmp_path: Path) -> None:
    answers = FirstStart(
        municipality="0183", centre="C", device_name="[b]\x1b[31m\u202eB\n2", worker_name="[red]X\x07", initials="mj",
        role="worker", passphrase=WORDS,
    )  # fmt: skip
    other, _code = first_start(
        StorePaths(tmp_path / "other"), answers, clock=clock, randomness=SeededRandomness(8), cost=Cost(8, 1, 1)
    )
    seat = unlock(joining, None, WORDS, clock=clock)
    card = seat.read(own_keys).card
    file = written(other, card.to_json(), tmp_path / "usb")
    other.store.close()
    app = app_on(joining, clock, start="today", seat=seat)
    async with live(app) as pilot:
        app.goto("join")
        await wait(pilot)
        await pilot.press("i")
        await answer(pilot, str(file), "Hent pakken: filens sti")
        await asked(pilot)
        check_golden(app, "join-hostile")
        await pilot.press("t")
        await until(pilot, "Er det dig?")
        assert "\x1b" not in screen_text(app)
        assert "\u202e" not in screen_text(app)
        await pilot.press("enter")
        await gone(pilot, Dialog)
