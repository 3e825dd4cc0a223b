"""From an empty home to a rated goal by the keyboard alone: no list ends in "none fits" without a way on."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from textual import events
from textual.widgets import Input

from tests.screens.golden import lines, screen_text, wait
from tests.screens.live import fill, live, running
from tests.screens.test_setup import PERSON, PLACE, SECRET, first, keys, shown_groups
from vejleder_tui.queries.goals import goals_list
from vejleder_tui.queries.peer import peer_activities
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.goals import end_goal, new_goal, read_goal

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk


async def press(pilot: Pilot[int], *names: str) -> None:
    """Press keys; what begins with an apostrophe is written into the field in focus."""
    for name in names:
        if name.startswith("'"):
            await fill(pilot, name[1:])
        else:
            await pilot.press(name)
        await wait(pilot)


async def unlocked(pilot: Pilot[int]) -> None:
    await keys(pilot, *PLACE, *PERSON, *SECRET, "<enter>")
    groups = {int(one.split(".")[0]): one.split(".")[1].strip() for one in shown_groups(pilot)}
    await keys(pilot, "<enter>", groups[3] + groups[6], "<enter>")


async def test_the_main_job_from_an_empty_store(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await unlocked(pilot)
        assert "Tryk 2 og så n" in screen_text(pilot.app)
        # A course, at a place and by a method that nobody has written down yet.
        await press(pilot, "2", "n", "'ABC-gruppe", "tab", "tab", "'ti", "enter", "tab", "'10-12", "tab", "tab", "tab")
        await press(pilot, "'3", "tab", "tab", "'Kælderen")
        assert "►+ Nyt sted »Kælderen«" in screen_text(pilot.app)
        await press(pilot, "enter", "'SFT", "enter")
        assert lines(pilot.app)[22].startswith(" Ny indsats: SFT · gemt")
        await press(pilot, "ctrl+g", "enter")
        assert "Kælderen" in lines(pilot.app)[2]
        # Somebody new without a grant, and somebody new with one.
        await press(pilot, "i", "'Einer Madsen", "enter", "ctrl+g", "'82 a", "enter", "tab", "tab", "'kan forebygge")
        await press(pilot, "ctrl+g")
        assert "Einer M. er indskrevet" in lines(pilot.app)[22]
        await press(pilot, "i", "'Bodil Krogh", "enter", "ctrl+g", "'85", "enter", "tab", "down", "enter")
        assert "Ny bevilling" in lines(pilot.app)[0]
        await press(pilot, "'85", "enter", "tab", "tab", "'1-1-2026", "ctrl+g", "ctrl+g")
        assert "Bodil K. er indskrevet" in lines(pilot.app)[22]
        # Attendance.
        await press(pilot, "enter", "A")
        assert "2 markeret fremmødt" in lines(pilot.app)[22]
        # A peer activity from the course, for somebody who is not there yet either.
        await press(pilot, "enter", "p", "'60", "tab", "'føl", "enter", "'til", "enter", "tab", "tab")
        await press(pilot, "'Mett", "enter", "tab", "'Lonni Berg")
        assert "►+ Ny borger »Lonni Berg«" in screen_text(pilot.app)
        await press(pilot, "enter", "ctrl+g", *["tab"] * 7, "left")
        await press(pilot, "ctrl+g")
        assert "Peer-aktivitet: følgeskab" in lines(pilot.app)[22]
        # A goal, and its first rating.
        await press(pilot, "5", "n", "'Einer", "enter", "tab", *"Selv", "tab", "'købe", "enter", "space")
        await press(pilot, "tab", "right", "right", "right", "tab", "tab", "down", "enter", "ctrl+g")
        assert "Nyt mål: Einer M." in lines(pilot.app)[22]
        await press(pilot, "m", "1")
        assert "Vurderet til 1" in lines(pilot.app)[22]


async def test_ending_a_goal_in_its_form_and_taking_it_up_again(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Einer Madsen").citizen
    goal = new_goal(
        desk, citizen, text="Jeg vil købe ind selv.", condition=_condition(), goal_type="develop", baseline=3, target=1
    ).row
    async with running(desk, "goal_form", goal=goal) as pilot:
        field = pilot.app.screen.form.field("end_reason")  # type: ignore[attr-defined]
        field.target().focus()
        await press(pilot, "'Gennem", "enter", "ctrl+g")
        assert "Mål afsluttet: Einer M." in lines(pilot.app)[22]
        assert goals_list(desk.store.connection) == []
        await press(pilot, "5", "f6")
        assert "Mål, også afsluttede (1)" in screen_text(pilot.app)
        await press(pilot, "z")
        assert goals_list(desk.store.connection)[0].status == "active"
    assert desk is not None


async def test_an_ended_goal_is_taken_up_again_by_clearing_the_reason(desk: Desk) -> None:
    citizen = new_citizen(desk, name="Einer Madsen").citizen
    goal = new_goal(
        desk, citizen, text="Jeg vil købe ind selv.", condition=_condition(), goal_type="develop", baseline=3, target=1
    ).row
    end_goal(desk, goal, "completed")
    async with running(desk, "goal_form", goal=goal) as pilot:
        field = pilot.app.screen.form.field("end_reason")  # type: ignore[attr-defined]
        field.target().focus()
        await press(pilot, *["backspace"] * 10, "ctrl+g")
        assert goals_list(desk.store.connection)[0].status == "active"


async def test_a_proposal_is_read_and_saved_for_its_owner_only(desk: Desk, tmp_path: Path) -> None:
    citizen = new_citizen(desk, name="Einer Madsen").citizen
    goal = new_goal(
        desk, citizen, text="Jeg vil [/b] købe ind.", condition=_condition(), goal_type="develop", baseline=3, target=1
    ).row
    assert read_goal(desk, goal) is not None
    file = tmp_path / "indstilling.txt"
    async with running(desk, "goals") as pilot:
        await press(pilot, "u")
        assert "Borgerens ord: »Jeg vil [/b] købe ind.«" in screen_text(pilot.app)
        await press(pilot, "s")
        pilot.app.focused.value = str(file)  # type: ignore[union-attr]
        await press(pilot, "enter")
        assert "Filen er ikke krypteret" in lines(pilot.app)[22]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "Borger: Einer M." in file.read_text(encoding="utf-8")
        await press(pilot, "s")
        pilot.app.focused.value = str(file)  # type: ignore[union-attr]
        await press(pilot, "enter")
        assert "Filen findes allerede." in screen_text(pilot.app)


async def test_keys_that_act_on_a_row_say_why_they_do_nothing(desk: Desk) -> None:
    async with running(desk, "goals") as pilot:
        for key in ("enter", "r", "h", "b", "x", "u", "m"):
            await press(pilot, "w", key)
            assert "n opretter et." in lines(pilot.app)[22], key
        await press(pilot, "4")
        for key in ("enter", "r", "h", "b", "x"):
            await press(pilot, "w", key)
            assert "p opretter en." in lines(pilot.app)[22], key


async def test_peer_support_and_search_are_there_on_every_main_screen(desk: Desk) -> None:
    async with running(desk) as pilot:
        for digit in "12457":
            await press(pilot, digit, "p")
            assert "Ny peer-aktivitet" in lines(pilot.app)[0], digit
            await press(pilot, "escape")
        assert peer_activities(desk.store.connection) == []


async def test_a_hidden_field_is_never_read_out(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON, "<enter>", "hemmelig sætning her")
        assert isinstance(pilot.app.focused, Input)
        await press(pilot, "f7")
        assert "hemmelig" not in screen_text(pilot.app)


async def test_the_language_changes_where_one_stands(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, "ish", "<enter>", "Centret", "<enter>", "Bær")
        await press(pilot, "f4", "'bar 3")
        assert "Computer name *     [ Bærbar 3" in screen_text(pilot.app)


async def test_wrong_groups_are_told_and_their_field_is_seen(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON, *SECRET, "<enter>", "<enter>")
        assert "►[ " in screen_text(pilot.app)
        assert "►[ Vis koden" not in screen_text(pilot.app)
        await press(pilot, "'AAAA", "enter")
        assert "Det passer ikke med koden." in screen_text(pilot.app)


async def test_rubbish_that_is_pasted_into_a_field_harms_nothing(desk: Desk) -> None:
    async with running(desk, "goal_form") as pilot:
        for text in ("\x00\x1b[2J\x07", "\u202e" * 50, "x" * 100_000, "\ud800 lone", "a\nb\r\nc\td"):
            assert pilot.app.focused is not None
            pilot.app.focused.post_message(events.Paste(text))
            await wait(pilot)
            assert all(len(one) <= 80 for one in lines(pilot.app))
        await press(pilot, "tab", "escape")
        assert "Kladden ligger på I dag" in lines(pilot.app)[22]


def _condition() -> str:
    from vejleder_tui.rules.conditions import search_conditions

    return search_conditions("købe")[0].code


async def test_closing_says_how_much_waits_without_a_look_at_the_handover(desk: Desk) -> None:
    new_citizen(desk, name="Einer Madsen")
    async with running(desk) as pilot:
        await press(pilot, "q")
        await wait(pilot)
        text = screen_text(pilot.app)
        assert "5 ændringer venter på at" in text
        assert "blive sendt." in text
        await press(pilot, "escape")
