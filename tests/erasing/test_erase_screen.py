"""Slet for altid on the screen: what goes, the texts of others, the name to be typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.erasing.person import Scene, pages
from tests.people import einer
from tests.screens.golden import check_golden, lines
from tests.screens.live import fill, running, wait
from vejleder_tui.model import Citizen, GroupSession, Worker
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.desk import Actor
from vejleder_tui.services.erase_plan import plan
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def screen_id(pilot: Any) -> str:
    return str(getattr(pilot.app.screen, "SCREEN_ID", ""))


async def test_the_question_and_the_name(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Max Berg").citizen
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("e")
        await wait(pilot)
        check_golden(pilot.app, "erase-question")
        await pilot.press("s")
        await wait(pilot)
        assert "Det passer ikke" in "".join(lines(pilot.app))
        await fill(pilot, "Max B.")
        await pilot.press("tab", "s")
        await wait(pilot)
        check_golden(pilot.app, "erase-done")
        await pilot.press("enter")
        await wait(pilot)
        assert "Slettet for altid · gemt" in "".join(lines(pilot.app))
        await pilot.press("z")
        await wait(pilot)
        assert "Kan ikke fortrydes: en sletning er for altid." in "".join(lines(pilot.app))
        assert desk.store.connection.execute("SELECT count(*) FROM citizen").fetchone() == (0,)


async def test_keeping_is_the_safe_answer(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("e")
        await wait(pilot)
        await pilot.press("escape")
        await wait(pilot)
        if screen_id(pilot) == "erase":
            await pilot.press("escape")
            await wait(pilot)
        assert screen_id(pilot) == "citizen"
        assert desk.store.connection.execute("SELECT count(*) FROM citizen").fetchone() == (1,)


async def test_texts_of_others_are_ticked(desk: Desk) -> None:
    scene = Scene(desk)
    before = len(plan(desk.store.connection, scene.citizen).texts)
    async with running(desk, "citizen", citizen=scene.citizen) as pilot:
        await pilot.press("e")
        await wait(pilot)
        check_golden(pilot.app, "erase")
        for _one in range(before):
            if "►[ ]" in "".join(lines(pilot.app)):
                await pilot.press("space")
            await pilot.press("down")
            await wait(pilot)
        assert f"({before} af {before} slettes)" in "".join(lines(pilot.app))
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, "erase-question-long")
        await pilot.press("tab")
        await fill(pilot, "Zq7wxeb Z.")
        await pilot.press("tab", "s")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert b"Zq7wx" not in pages(desk.store.paths.database, desk.store._data_key)


async def test_wide(desk: Desk) -> None:
    scene = Scene(desk)
    async with running(desk, "erase", citizen=scene.citizen, size=(120, 40)) as pilot:
        check_golden(pilot.app, "erase")


async def test_in_english(desk: Desk) -> None:
    scene = Scene(desk)
    async with running(desk, "erase", citizen=scene.citizen, settings=Settings(language="en")) as pilot:
        check_golden(pilot.app, "erase-en")


async def test_hostile_and_overfull(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Jens [/b] slut \u202e👩‍👩‍👧 " + "x" * 120).citizen
    for number in range(30):
        new_citizen(
            desk,
            name=f"[red]Borger {number}[/] {'ø' * 60}",
            note=f"[/b] Jens \x1b[31m {number} [se bilag 3]\n{'y' * 300}",
        )
    with desk.transaction() as work:
        work.change(Citizen, citizen, contact="=HYPERLINK(1)")
    async with running(desk, "erase", citizen=citizen) as pilot:
        check_golden(pilot.app, "erase-hostile")
        assert "\x1b" not in "".join(lines(pilot.app))
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, "erase-question-hostile")


async def test_a_text_that_travels_with_others_is_not_ticked(desk: Desk) -> None:
    scene = Scene(desk)
    with desk.transaction() as work:
        work.change(GroupSession, scene.session, theme="Zq7wxebbe fortæller")
    async with running(desk, "erase", citizen=scene.citizen) as pilot:
        await pilot.press("end", "space")
        await wait(pilot)
        assert "►ret selv" in "".join(lines(pilot.app))
        assert "Den tekst kan ikke slettes for sig." in "".join(lines(pilot.app))


async def test_a_worker_is_told_who_can(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Max Berg").citizen
    with desk.transaction() as work:
        work.change(Worker, desk.actor.worker, role="worker")
    desk.as_actor(Actor(desk.actor.worker, desk.actor.initials, "worker"))
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("e")
        await wait(pilot)
        assert screen_id(pilot) == "citizen"
        assert "Kun en koordinator kan slette for altid." in "".join(lines(pilot.app))
