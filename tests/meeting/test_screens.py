"""Overdragelse with other laptops: keys in, screen out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.meeting.laptops import acknowledge
from tests.screens.golden import check_golden, lines, screen_text
from tests.screens.live import fill, running, wait
from tests.screens.test_handover import asked, gone
from vejleder_tui.i18n import set_language
from vejleder_tui.screens.asking import AskLine
from vejleder_tui.screens.dialog import Dialog
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.meeting.laptops import Laptop

HOSTILE = "Jens [/b] slut [se bilag 3] =HYPERLINK(1) \u202egib\u202c 👩‍👩‍👧 " + "x" * 60


async def given(pilot: Pilot[int], path: Path) -> None:
    """`i`, the path, Enter."""
    await pilot.press("i")
    await asked(pilot)
    await fill(pilot, str(path))
    await pilot.press("enter")
    await gone(pilot, AskLine)
    await wait(pilot)


def diverged(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop, Path, list[str]]:
    """Two laptops that know each other, and a bundle with news, a change, a conflict."""
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    people = [other.new_citizen(name) for name in ("Einer Mo", "Lonni Bo", "Max Bi")]
    one.merges(other.bundle())
    other.merges(one.bundle())
    one.renames(people[0], "Einar Mo")
    other.renames(people[0], "Einer Moe")
    other.renames(people[1], "Lonni Berg")
    people.append(other.new_citizen("Asta Li"))
    return one, other, other.bundle(everything=False), people


@pytest.mark.parametrize(("language", "size"), [("da", (80, 24)), ("da", (120, 40)), ("en", (80, 24))])
async def test_a_bundle_is_seven_i_path_enter_enter(
    laptop: Callable[..., Laptop], language: str, size: tuple[int, int]
) -> None:
    one, _other, path, people = diverged(laptop)
    one.desk.store.connection.execute("UPDATE bundle_history SET folder = 'D:\\Vejleder\\'")
    set_language(language)
    async with running(one.desk, size=size, settings=Settings(language=language)) as pilot:
        await pilot.press("7")
        await wait(pilot)
        await given(pilot, path)
        check_golden(pilot.app, f"merge-{language}")
        assert one.name_of(people[3]) is None
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, f"handover-merged-{language}")
        assert one.name_of(people[3]) == "Asta Li"
        assert one.name_of(people[1]) == "Lonni Berg"
        assert len(one.rows("SELECT DISTINCT row FROM contested")) == 1


async def test_escape_leaves_the_bundle(laptop: Callable[..., Laptop]) -> None:
    one, _other, path, people = diverged(laptop)
    before = one.digest
    async with running(one.desk, "handover") as pilot:
        await given(pilot, path)
        await pilot.press("escape")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Pakken er ikke indlæst. Intet er ændret."
        assert (one.digest, one.name_of(people[3])) == (before, None)


async def test_again_says_that_all_is_here(laptop: Callable[..., Laptop]) -> None:
    one, _other, path, _people = diverged(laptop)
    one.merges(path)
    async with running(one.desk, "handover") as pilot:
        await given(pilot, path)
        assert "Alt i filen er her allerede." in screen_text(pilot.app)


async def test_hostile_names_are_shown_as_text(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    for number in range(40):
        other.new_citizen(f"{HOSTILE}{number}")
    async with running(one.desk, "handover") as pilot:
        await given(pilot, other.bundle())
        check_golden(pilot.app, "merge-hostile")


async def test_a_key_that_is_waited_for_is_trusted_by_its_words(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 5")
    other.writes_to(one)
    einer = other.new_citizen("Einer Mo")
    async with running(one.desk, "handover") as pilot:
        await given(pilot, other.bundle())
        assert "nøglen kendes ikke" in screen_text(pilot.app)
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, "handover-unknown-key")
        assert one.name_of(einer) is None
        await pilot.press("l")
        await asked(pilot)
        await fill(pilot, other.card.words())
        await pilot.press("enter")
        await gone(pilot, AskLine)
        await asked(pilot)
        check_golden(pilot.app, "handover-trust")
        await pilot.press("v")
        await gone(pilot, Dialog)
        await wait(pilot)
        assert "Pakker fra Bærbar 5 tros fra nu af." in lines(pilot.app)[22]
        assert one.name_of(einer) == "Einer Mo"
        assert one.rows("SELECT role FROM known") == [("worker",)]


async def test_a_key_file_given_to_i_is_trusted_and_nobody_by_default(
    laptop: Callable[..., Laptop], tmp_path: Path
) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    card = tmp_path / "card.json"
    card.write_text(other.card.to_json(), encoding="utf-8")
    async with running(one.desk, "handover") as pilot:
        for answer, known in (("enter", 0), ("t", 1)):
            await pilot.press("i")
            await asked(pilot)
            await fill(pilot, str(card))
            await pilot.press("enter")
            await gone(pilot, AskLine)
            await asked(pilot)
            await pilot.press(answer)
            await gone(pilot, Dialog)
            await wait(pilot)
            assert one.rows("SELECT count(*) FROM known") == [(known,)]


async def test_a_gap_names_what_is_missing_and_who_has_it(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    first, last = withheld(one, other)
    async with running(one.desk, "handover") as pilot:
        await given(pilot, last)
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, "handover-gap")
        await given(pilot, first)
        await pilot.press("enter")
        await wait(pilot)
        assert "! Ændring" not in screen_text(pilot.app)
        assert "venter:" not in screen_text(pilot.app)
        assert one.rows("SELECT count(*) FROM held") == [(0,)]


def withheld(one: Laptop, other: Laptop) -> tuple[Path, Path]:
    """Two bundles of which the second builds on the first."""
    other.new_citizen("Einer Mo")
    first = other.bundle(everything=False)
    acknowledge(other, one)
    other.new_citizen("Lonni Bo")
    return first, other.bundle(everything=False)


async def test_a_damaged_file_and_one_for_others_change_nothing(laptop: Callable[..., Laptop]) -> None:
    one, other, third = laptop("Bærbar 2"), laptop("Bærbar 3"), laptop("Bærbar 4")
    other.writes_to(third)
    path = other.bundle()
    async with running(one.desk, "handover") as pilot:
        await given(pilot, path)
        assert "låst til en anden modtager" in screen_text(pilot.app)
        path.write_bytes(b"noget andet")
        await given(pilot, path)
        assert "ændret eller beskadiget" in screen_text(pilot.app)
        assert one.rows("SELECT count(*) FROM bundle_history") == [(0,)]
