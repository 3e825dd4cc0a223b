"""Overdragelse: a sender is revoked, and what waits for an unknown key thrown away; keys in, screen out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.meeting.test_screens import HOSTILE
from tests.meeting.test_strangers import told
from tests.screens.golden import check_golden, lines, screen_text
from tests.screens.live import fill, running, wait
from tests.screens.test_handover import asked, gone
from vejleder_tui.screens.asking import AskLine
from vejleder_tui.screens.dialog import Dialog
from vejleder_tui.services.keyring import waiting_cards

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.meeting.laptops import Laptop

REVOKED = "SELECT revoked_seq, revoked_hash FROM device WHERE id = ?"


def met(laptop: Callable[..., Laptop]) -> tuple[Laptop, Laptop]:
    """A coordinator who has read a worker's bundle in."""
    one, other = laptop("Bærbar 2"), laptop("Bærbar 3")
    one.knows(other)
    other.knows(one)
    other.new_citizen("Einer Mo")
    one.merges(other.bundle())
    return one, other


async def answered(pilot: Pilot[int], key: str) -> None:
    await asked(pilot)
    await pilot.press(key)
    await gone(pilot, Dialog)
    await wait(pilot)


async def test_the_sender_of_a_bundle_is_revoked_and_the_safe_answer_stands_first(
    laptop: Callable[..., Laptop],
) -> None:
    one, other = met(laptop)
    ((last, end),) = other.rows(
        "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", other.desk.device
    )
    async with running(one.desk, "handover") as pilot:
        await pilot.press("tab", "r")
        await asked(pilot)
        check_golden(pilot.app, "handover-revoke")
        await pilot.press("enter")
        await gone(pilot, Dialog)
        assert lines(pilot.app)[22] == " Intet er spærret."
        assert one.rows(REVOKED, other.desk.device) == [(None, None)]
        await pilot.press("r")
        await answered(pilot, "s")
        assert one.rows(REVOKED, other.desk.device) == [(last, end)]
        assert "Skriv en pakke, så andre får det at vide." in lines(pilot.app)[22]
        await pilot.press("r")
        await wait(pilot)
        assert lines(pilot.app)[22] == f" Bærbar 3 er spærret allerede: til og med nummer {last} tæller."
        await pilot.press("z")
        await wait(pilot)
        assert one.rows(REVOKED, other.desk.device) == [(None, None)]


async def test_a_sender_is_named_by_its_words_and_rubbish_names_nobody(laptop: Callable[..., Laptop]) -> None:
    one, other = met(laptop)
    one.bundle()  # it has the focus, and is nobody's but ours
    async with running(one.desk, "handover") as pilot:
        for typed, said in ((HOSTILE, "Ingen computer her har det navn"), ("Bærbar 2", "sin egen nøgle")):
            await pilot.press("r")
            await asked(pilot)
            await fill(pilot, typed)
            await pilot.press("enter")
            await gone(pilot, AskLine)
            await wait(pilot)
            assert said in lines(pilot.app)[22]
        await pilot.press("r")
        await asked(pilot)
        await pilot.press("escape")
        await gone(pilot, AskLine)
        assert one.rows(REVOKED, other.desk.device) == [(None, None)]
        await pilot.press("r")
        await asked(pilot)
        await fill(pilot, other.card.words())
        await pilot.press("enter")
        await gone(pilot, AskLine)
        await answered(pilot, "s")
        assert one.rows(REVOKED, other.desk.device) != [(None, None)]


async def test_a_worker_cannot(laptop: Callable[..., Laptop]) -> None:
    one, other = laptop("Bærbar 3"), laptop("Bærbar 2")
    one.knows(other)
    other.knows(one)
    one.merges(other.bundle())
    async with running(one.desk, "handover") as pilot:
        await pilot.press("tab", "r")
        await wait(pilot)
        assert "Kun en koordinator kan spærre en computer." in lines(pilot.app)[22]


async def test_what_waits_for_an_unknown_key_is_thrown_away(laptop: Callable[..., Laptop], tmp_path: Path) -> None:
    one, true = laptop("Bærbar 2"), laptop("Bærbar 3")
    told(one, true, tmp_path)
    async with running(one.desk, "handover") as pilot:
        await pilot.press("d")
        await asked(pilot)
        check_golden(pilot.app, "handover-discard")
        await pilot.press("enter")
        await gone(pilot, Dialog)
        assert len(waiting_cards(one.desk.store.connection)) == 1
        await pilot.press("d")
        await answered(pilot, "k")
        assert waiting_cards(one.desk.store.connection) == []
        assert lines(pilot.app)[22] == " 3 ændringer er kasseret."
        assert "kasseret" in screen_text(pilot.app).split("Hentet ind")[1].split("└")[0]
        await pilot.press("d")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Her venter intet på en ukendt nøgle."
