"""Første start: four steps by keys, to I dag of a store that the passphrase opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import app_on, fill, live
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.screens.setup import SetupScreen
from vejleder_tui.settings import Settings
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.slots import Cost

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.app import VejlederApp
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths

WORDS = "hest maj lampe ni"


def first(paths: StorePaths, clock: FixedClock, settings: Settings | None = None, **values: Any) -> VejlederApp:
    def make() -> SetupScreen:
        return SetupScreen(paths=paths, clock=clock, randomness=SeededRandomness(5), cost=Cost(8, 1, 1), **values)

    return app_on(paths, clock, start="setup", settings=settings, factories={"setup": make})


async def keys(pilot: Pilot[int], *texts: str) -> None:
    """Type texts, each in its field; a key in angle brackets is pressed."""
    for text in texts:
        if text.startswith("<"):
            await pilot.press(text[1:-1])
            await wait(pilot)
        else:
            await fill(pilot, text)


PLACE = ("ish", "<enter>", "Vejledningscentret", "<enter>", "Bærbar 2", "<enter>")
PERSON = ("<enter>", "Mette Jensen", "<enter>", "MJ", "<enter>", "<tab>")
SECRET = ("<enter>", WORDS, "<enter>", WORDS, "<tab>", "<tab>")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_step_1_is_drawn_as_in_the_picture(paths: StorePaths, clock: FixedClock, size: tuple[int, int]) -> None:
    async with live(first(paths, clock), size) as pilot:
        await keys(pilot, *PLACE, "<shift+tab>", "<shift+tab>", "<shift+tab>")
        check_golden(pilot.app, "setup-1")


async def test_step_1_in_english(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock, Settings(language="en"))) as pilot:
        check_golden(pilot.app, "setup-1-english")


async def test_all_four_steps_lead_to_i_dag(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON)
        check_golden(pilot.app, "setup-2")
        await keys(pilot, *SECRET)
        check_golden(pilot.app, "setup-3")
        assert not paths.database.exists()
        await keys(pilot, "<enter>")
        check_golden(pilot.app, "setup-4")
        groups = {int(one.split(".")[0]): one.split(".")[1].strip() for one in shown_groups(pilot)}
        await keys(pilot, "<enter>")
        check_golden(pilot.app, "setup-4-asked")
        assert all(group not in screen_text(pilot.app) for group in groups.values())
        await keys(pilot, "forkert", "<enter>")
        assert "Har du skrevet koden ned?" in screen_text(pilot.app)
        await keys(pilot, "<escape>")
        assert groups[3] in screen_text(pilot.app)
        await keys(pilot, "<escape>")
        assert "Registreringerne er oprettet." in lines(pilot.app)[22]
        await keys(pilot, "<enter>", f"{groups[3]}-{groups[6]}".lower(), "<enter>")
        assert "MJ · Bærbar 2" in lines(pilot.app)[0]
        assert "I dag" in lines(pilot.app)[0]
        code = "-".join(groups[number] for number in range(1, 9))
    file = KeyFile(paths.keys, clock=clock, randomness=SeededRandomness(2))
    assert file.unlock_with_passphrase(None, WORDS).data_key == file.unlock_with_recovery(code).data_key


def shown_groups(pilot: Pilot[int]) -> list[str]:
    return [one for line in lines(pilot.app)[8:10] for one in line.split("    ") if one.strip()]


async def test_escape_steps_back_and_keeps_what_was_typed(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON, *SECRET, "<escape>")
        assert "Mette Jensen" in screen_text(pilot.app)
        await keys(pilot, "<escape>")
        assert "kode 0183" in screen_text(pilot.app)
        assert "Bærbar 2" in screen_text(pilot.app)
        await keys(pilot, "<escape>")
        assert "Trin 1 af 4" in screen_text(pilot.app)


async def test_what_is_missing_stands_under_its_field(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, "<tab>", "<tab>", "<tab>", "<enter>")
        assert screen_text(pilot.app).count("Feltet skal udfyldes.") == 3


async def test_two_passphrases_that_differ_and_one_that_is_too_short(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON, "<enter>", WORDS, "<enter>", "noget andet", "<tab>", "<tab>", "<enter>")
        assert "De to adgangssætninger er ikke ens." in screen_text(pilot.app)
        assert not paths.database.exists()
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON, "<enter>", "kort", "<enter>", "kort", "<tab>", "<tab>", "<enter>")
        check_golden(pilot.app, "setup-3-short")
        assert not paths.database.exists()


async def test_the_passphrase_can_be_seen(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, *PERSON, "<enter>", WORDS)
        assert WORDS not in screen_text(pilot.app)
        await keys(pilot, "<tab>", "<tab>", "<space>")
        assert WORDS in screen_text(pilot.app)


async def test_something_else(paths: StorePaths, clock: FixedClock) -> None:
    asked: list[bool] = []

    def sandbox() -> bool:
        asked.append(True)
        return False

    async with live(first(paths, clock, try_sandbox=sandbox)) as pilot:
        await keys(pilot, "<tab>", "<tab>", "<tab>", "<tab>", "<enter>")
        assert asked
        assert "Sandkassen" in lines(pilot.app)[22]
        await keys(pilot, "<tab>", "<enter>")
        assert "Centeret kommer med pakken." in screen_text(pilot.app)
        await keys(pilot, "<escape>")
        assert "Vejledningscentret" not in screen_text(pilot.app)
        assert "Center *" in screen_text(pilot.app)


async def test_the_language_changes_and_the_words_stay(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, *PLACE, "<f4>")
        assert "Welcome to Vejleder" in screen_text(pilot.app)
        assert "Vejledningscentret" in screen_text(pilot.app)


async def test_hostile_names_come_to_i_dag_unharmed(paths: StorePaths, clock: FixedClock) -> None:
    async with live(first(paths, clock)) as pilot:
        await keys(pilot, "ish", "<enter>", "[b]Centret[/b]", "<enter>", "Bær[/b]bar", "<enter>")
        await keys(pilot, "<enter>", "[/b] slut", "<enter>", "[x]", "<enter>", "<tab>", *SECRET, "<enter>")
        groups = {int(one.split(".")[0]): one.split(".")[1].strip() for one in shown_groups(pilot)}
        await keys(pilot, "<enter>", groups[3] + groups[6], "<enter>")
        assert "[x] · Bær[/b]bar" in lines(pilot.app)[0]
