"""Lås op: right, wrong, forgotten, damaged, busy; lock and return; a close that waits for every write."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSPHRASE
from tests.screens.day import the_day
from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import app_on, fill, live, running, seat_of
from tests.settling import Gate
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen, Worker
from vejleder_tui.screens.link import Seat
from vejleder_tui.services.setup import FirstStart, first_start, organisation_id
from vejleder_tui.settings import Settings
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.slots import Cost
from vejleder_tui.store.store import Store
from vejleder_tui.widgets.panels import PanelGroup

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

CHEAP = Cost(8, 1, 1)


@pytest.fixture
def closed(desk: Desk) -> StorePaths:
    """A store with one worker, that nobody has open."""
    desk.store.close()
    return desk.store.paths


async def typed(pilot: Pilot[int], text: str) -> None:
    await fill(pilot, text)
    await pilot.press("enter")
    await wait(pilot)


def here(pilot: Pilot[int]) -> str:
    return lines(pilot.app)[0].split("·")[-1] and str(getattr(pilot.app.screen, "SCREEN_ID", ""))


def status(pilot: Pilot[int]) -> str:
    return " ".join(" ".join(lines(pilot.app)[20:23]).split())


def colleague(desk: Desk, initials: str, passphrase: str) -> str:
    """Add another worker with a passphrase of their own."""
    with desk.transaction() as work:
        worker = work.create(
            Worker,
            work.new_id(),
            {"organisation": organisation_id("0183")},
            name="Søren Krog",
            initials=initials,
            role="worker",
        )
    keys = KeyFile(desk.store.paths.keys, clock=desk.clock, randomness=SeededRandomness(3), cost=CHEAP)
    keys.add_passphrase(keys.unlock_with_passphrase(None, PASSPHRASE), passphrase, worker=worker, label=initials)
    return worker


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_drawn(closed: StorePaths, clock: FixedClock, size: tuple[int, int]) -> None:
    async with live(app_on(closed, clock), size) as pilot:
        check_golden(pilot.app, "unlock")


async def test_in_english(closed: StorePaths, clock: FixedClock) -> None:
    async with live(app_on(closed, clock, settings=Settings(language="en"))) as pilot:
        check_golden(pilot.app, "unlock-english")


async def test_f4_changes_the_language_and_keeps_what_was_typed(closed: StorePaths, clock: FixedClock) -> None:
    async with live(app_on(closed, clock)) as pilot:
        await pilot.press("h", "e", "j", "f4")
        await wait(pilot)
        assert "Passphrase" in screen_text(pilot.app)
        await pilot.press("f4", "f2")
        await wait(pilot)
        assert "hej" in screen_text(pilot.app)


async def test_the_passphrase_opens_i_dag(closed: StorePaths, clock: FixedClock) -> None:
    async with live(app_on(closed, clock)) as pilot:
        assert "hest" not in screen_text(pilot.app)
        await typed(pilot, PASSPHRASE)
        assert here(pilot) == "today"
        assert "MJ · Bærbar 2" in lines(pilot.app)[0]


async def test_a_wrong_one_is_told_and_the_next_try_waits_longer(closed: StorePaths, clock: FixedClock) -> None:
    async with live(app_on(closed, clock)) as pilot:
        await typed(pilot, "forkert")
        check_golden(pilot.app, "unlock-wrong")
        for _turn in range(4):
            await typed(pilot, "forkert")
        assert "sekunder, eller vælg Glemt?" in status(pilot)
        await typed(pilot, PASSPHRASE)
        assert here(pilot) == "unlock"
        clock.moment += timedelta(minutes=6)
        await typed(pilot, PASSPHRASE)
        assert here(pilot) == "today"


async def test_nothing_typed_opens_nothing(closed: StorePaths, clock: FixedClock) -> None:
    async with live(app_on(closed, clock)) as pilot:
        await pilot.press("enter", "escape")
        await wait(pilot)
        assert here(pilot) == "unlock"


async def test_several_workers_choose_who_they_are(desk: Desk) -> None:
    colleague(desk, "SK", "en helt anden vej")
    desk.store.close()
    async with live(app_on(desk.store.paths, desk.clock)) as pilot:
        check_golden(pilot.app, "unlock-workers")
        await pilot.press("down", "enter")
        await typed(pilot, "en helt anden vej")
        assert "SK · Bærbar 2" in lines(pilot.app)[0]


async def test_forgotten_the_recovery_code_gives_a_new_passphrase(paths: StorePaths, clock: FixedClock) -> None:
    answers = FirstStart("0183", "Centret", "Bærbar 2", "Mette Jensen", "MJ", "worker", PASSPHRASE)
    desk, code = first_start(paths, answers, clock=clock, randomness=SeededRandomness(1), cost=CHEAP)
    desk.store.close()
    async with live(app_on(paths, clock)) as pilot:
        await pilot.press("f3")
        await wait(pilot)
        check_golden(pilot.app, "unlock-forgotten")
        await typed(pilot, "1234")
        await typed(pilot, "kort")
        await typed(pilot, "kort")
        assert "Gendannelseskoden er ikke skrevet rigtigt" in status(pilot)
        await pilot.press("escape", "f3")
        await wait(pilot)
        for text in (code.lower(), "fire nye ord nu", "fire nye ord nu"):
            await typed(pilot, text)
        assert here(pilot) == "today"
    KeyFile(paths.keys, clock=clock, randomness=SeededRandomness(2)).unlock_with_passphrase(None, "fire nye ord nu")


async def test_damaged_is_told_from_wrong(closed: StorePaths, clock: FixedClock) -> None:
    closed.database.write_bytes(b"x" * 8192)
    async with live(app_on(closed, clock)) as pilot:
        await typed(pilot, PASSPHRASE)
        assert "Filen med registreringer er beskadiget. Adgangssætningen er rigtig" in status(pilot)


async def test_a_damaged_key_file_is_told_at_once(closed: StorePaths, clock: FixedClock) -> None:
    closed.keys.write_text("{}", encoding="utf-8")
    async with live(app_on(closed, clock)) as pilot:
        assert "Nøglefilen er beskadiget" in status(pilot)
        await typed(pilot, PASSPHRASE)
        assert here(pilot) == "unlock"


async def test_another_window_writes_here_one_reads(desk: Desk) -> None:
    desk.store.close()
    paths, clock = desk.store.paths, desk.clock
    other = Store.open(paths, desk.store._data_key, clock=clock, initials="SK")
    async with live(app_on(paths, clock)) as pilot:
        await typed(pilot, PASSPHRASE)
        check_golden(pilot.app, "unlock-busy")
        await pilot.press("enter")
        await wait(pilot)
        assert "SK siden" in " ".join(screen_text(pilot.app).split())
        await pilot.press("k")
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" KUN LÆSNING · Vejleder · I dag")
        await pilot.press("z")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Kun læsning: SK skriver i et andet vindue."
    other.close()


async def test_lock_and_return(desk: Desk) -> None:
    the_day(desk)
    async with running(desk) as pilot:
        pilot.app.screen.query_one(PanelGroup).go("due")
        await wait(pilot)
        before = screen_text(pilot.app)
        await pilot.press("ctrl+l")
        await wait(pilot)
        assert "Einer" not in screen_text(pilot.app)
        check_golden(pilot.app, "unlock-locked")
        for key in ("escape", "f9", "1", "ctrl+o", "escape"):
            await pilot.press(key)
            await wait(pilot)
        await typed(pilot, "forkert")
        assert "Einer" not in screen_text(pilot.app)
        await typed(pilot, PASSPHRASE)
        assert screen_text(pilot.app) == before


async def test_another_worker_after_a_lock_starts_at_i_dag_as_themselves(desk: Desk) -> None:
    worker = colleague(desk, "SK", "en helt anden vej")
    async with running(desk) as pilot:
        await pilot.press("ctrl+l")
        await wait(pilot)
        await pilot.press("down", "enter")
        await typed(pilot, "en helt anden vej")
        assert "SK · Bærbar 2" in lines(pilot.app)[0]
        assert await pilot.app.write(lambda writing: writing.actor.worker) == worker  # type: ignore[attr-defined] # the program


async def test_closing_waits_for_every_write(desk: Desk) -> None:
    gate = Gate()
    count = 40

    def write(writing: Desk) -> None:
        gate.wait()
        with writing.transaction() as work:
            work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name="Max B.")

    app = app_on(desk.store.paths, desk.clock, start="today", seat=seat_of(desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        for _turn in range(count):
            app.write_within(write, seconds=0)
        await pilot.press("q")
        await pilot.pause()
        assert "Luk Vejleder? Alt er gemt." not in screen_text(app) or app.pending_count == count
        await pilot.press("l")
        await pilot.pause()
        gate.set()
        await wait(pilot)
    store = Store.open(desk.store.paths, desk.store._data_key, clock=desk.clock)
    assert store.connection.execute("SELECT count(*) FROM citizen").fetchone() == (count,)
    store.close()


async def test_local_tables_are_written_beside_a_window_that_writes(desk: Desk) -> None:
    reading = Store.open(desk.store.paths, desk.store._data_key, clock=desk.clock, write=False)
    seat = Seat(reading, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(4))
    insert = "INSERT INTO access_log (at, actor, citizen, what) VALUES ('2026-11-24T09:42:00Z', 'w', 'c', 'record')"
    seat.local(lambda connection: connection.execute(insert))
    assert desk.store.connection.execute("SELECT count(*) FROM access_log").fetchone() == (1,)
    with pytest.raises(Exception, match="Ikke gemt"):
        seat.local(lambda connection: connection.execute("DELETE FROM worker"))
    reading.close()
