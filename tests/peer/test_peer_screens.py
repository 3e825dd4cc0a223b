"""Peer-støtte: keys in, screen out, on a real store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peer.link import app_of
from tests.peer.people import citizen, goal, usual
from tests.peer.states import FILLS, last_week, views
from tests.screens.golden import check_golden, lines, screen_text, wait
from vejleder_tui.queries.drafts import drafts
from vejleder_tui.services.peer import new_peer_activity, void_peer_activity
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


@pytest.mark.parametrize(
    ("state", "size"),
    [("empty", (80, 24)), ("normal", (80, 24)), ("overfull", (80, 24)), ("hostile", (80, 24)), ("normal", (120, 40))],
)
async def test_the_list_in_each_state(desk: Desk, state: str, size: tuple[int, int]) -> None:
    FILLS[state](desk)
    app = app_of(desk, start="peer")
    async with app.run_test(size=size) as pilot:
        await wait(pilot)
        check_golden(app, f"peer-{state}")


@pytest.mark.parametrize(
    ("state", "size"),
    [("empty", (80, 24)), ("normal", (80, 24)), ("overfull", (80, 24)), ("hostile", (80, 24)), ("normal", (120, 40))],
)
async def test_the_form_in_each_state(desk: Desk, state: str, size: tuple[int, int]) -> None:
    FILLS[state](desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        if state == "normal":
            await pilot.press(*["tab"] * 6)
            await wait(pilot)
        check_golden(app, f"peer-form-{state}")


async def test_in_english(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk, start="peer", settings=Settings(language="en"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        check_golden(app, "peer-english")
        await pilot.press("p")
        await wait(pilot)
        await pilot.press("enter", *["tab"] * 6)
        await wait(pilot)
        check_golden(app, "peer-form-english")


async def test_three_keys_repeat_last_week(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        keys = ["p", "enter", "ctrl+g"]
        await pilot.press(*keys)
        await wait(pilot)
        assert len(keys) == 3
        new, old = views(desk)[:2]
        assert (new.date.day, old.date.day) == (24, 17)
        assert [new.form, new.minutes, new.purposes, new.place, new.people, new.goal] == [
            old.form, old.minutes, old.purposes, old.place, old.people, old.goal,
        ]  # fmt: skip
        assert lines(app)[22].startswith(" Peer-aktivitet: følgeskab 24-11 · gemt 10:42:0")
        assert drafts(desk.store.connection, desk.actor.worker) == []


async def test_a_form_is_filled_in_by_keys(desk: Desk) -> None:
    sverre, lonni = citizen(desk, "Sverre Madsen"), citizen(desk, "Lonni Berg")
    aim = goal(desk, lonni, "Købe ind")
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press(*"1:30", "enter", *"følge", "enter")
        await pilot.press(*"tilk", "enter", *"udvik", "enter", "enter", *"Biblioteket", "enter")
        await pilot.press(*"sver")
        await wait(pilot)
        await pilot.press("down", "down", "down", "enter", "enter", *"lonni")
        await wait(pilot)
        await pilot.press("enter", "enter", "enter", "tab", "tab")
        await wait(pilot)
        assert "►Mål" in screen_text(app)
        await pilot.press("down")
        await wait(pilot)
        await pilot.press(
            "enter", *"Godt", "enter", *"Igen", "enter", "left", "left", "enter", *"15", "enter", *"le", "enter"
        )
        await pilot.press("ctrl+g")
        await wait(pilot)
    (view,) = views(desk)
    assert (view.minutes, view.form, view.purposes, view.place) == (
        90,
        "accompaniment",
        ("community", "wellbeing"),
        "Biblioteket",
    )
    assert [(one.person.id, one.role) for one in view.people] == [(sverre.id, "giver"), (lonni.id, "receiver")]
    assert view.givers[0].person.peer_role
    assert (view.goal, view.summary, view.next_step, view.shared) == (aim, "Godt", "Igen", "yes")
    assert (view.guidance_minutes, view.load) == (15, "light")


async def test_the_lists_commands(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        await pilot.press("s")
        await wait(pilot)
        assert lines(app)[22].startswith(" Peer-aktivitet som sidst: Følgeskab 24-11 · gemt")
        assert len(views(desk)) == 3
        await pilot.press("x")
        await wait(pilot)
        assert lines(app)[22].startswith(" Fjernet: Følgeskab 24-11 · gemt")
        assert len(views(desk)) == 2
        await pilot.press("d")
        await wait(pilot)
        assert "Fjernede peer-aktiviteter (1)" in lines(app)[2]
        await pilot.press("x", "d")
        await wait(pilot)
        assert len(views(desk)) == 3
        await pilot.press("z")
        await wait(pilot)
        assert len(views(desk)) == 2
        await pilot.press("f")
        await wait(pilot)
        assert "Ingen af den slags." in screen_text(app)
        await pilot.press("f", "f")
        await wait(pilot)
        assert "Peer-aktiviteter · Følgeskab (1)" in lines(app)[2]
        await pilot.press("f8")
        await wait(pilot)
        assert "S.M. → L.B." in screen_text(app)


async def test_removed_ones_are_told_from_none(desk: Desk) -> None:
    void_peer_activity(desk, new_peer_activity(desk, **usual(count=2)).row)
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert "Ingen peer-aktiviteter endnu. p opretter en." in screen_text(app)
        await pilot.press("s")
        await wait(pilot)
        assert "Der er ingen tidligere peer-aktivitet." in lines(app)[22]


async def test_the_form_begins_with_whom_one_came_from(desk: Desk) -> None:
    lonni = citizen(desk, "Lonni Berg")
    app = app_of(desk, citizen=lonni.id)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        assert "Lonni B." in screen_text(app)
        await pilot.press("escape")
        await wait(pilot)
        assert drafts(desk.store.connection, desk.actor.worker) == []


async def test_what_two_laptops_disagree_on_is_marked(desk: Desk) -> None:
    last_week(desk)
    one = views(desk)[0]
    with desk.transaction(), desk._door.opened():
        desk.store.connection.execute(
            "INSERT INTO contested (table_name, row, field, hash, value) VALUES ('peer_activity', ?, 'minutes', 'x', '90')",
            (one.id,),
        )
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert lines(app)[4].endswith("afklares│")
        assert "afklares" not in lines(app)[6]
