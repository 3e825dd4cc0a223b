"""Overdragelse on a real store: keys in, screen out."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.acknowledging import acknowledge
from tests.screens.golden import check_golden, lines, screen_text
from tests.screens.live import running, wait
from tests.settling import Gate
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.i18n import set_language
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen, Course
from vejleder_tui.screens.asking import AskLine
from vejleder_tui.screens.base import ModalBase
from vejleder_tui.screens.long_task import LongTask
from vejleder_tui.services.bookkeeping import bookkeeping
from vejleder_tui.services.handover import export, hand_over
from vejleder_tui.services.keyring import add_recipients
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from textual.pilot import Pilot

    from vejleder_tui.app import VejlederApp
    from vejleder_tui.services.desk import Desk

CENTRE = generate_age_identity(SeededRandomness(99))
HOSTILE = "Jens [/b] slut [se bilag 3] =HYPERLINK(1) \u202egib\u202c 👩‍👩‍👧 " + "x" * 200


async def asked(pilot: Pilot[int]) -> None:
    """Wait until a question stands over the screen."""
    await wait(pilot)
    assert isinstance(pilot.app.screen, ModalBase), screen_text(pilot.app)


async def gone(pilot: Pilot[int], kind: type[ModalBase]) -> None:
    """Wait until a question of this kind was answered."""
    await wait(pilot)
    assert not isinstance(pilot.app.screen, kind), screen_text(pilot.app)


def with_recipient(desk: Desk, name: str = "Ishøj Kommune, administrationen", until: date | None = None) -> None:
    add_recipients(desk.store, age_recipient_of(CENTRE), clock=desk.clock, name=name, valid_until=until)


def some_work(desk: Desk, count: int = 3) -> None:
    for number in range(count):
        with desk.transaction() as work:
            work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name=f"Borger {number}")
            work.create(Course, work.new_id(), {"organisation": organisation_id("0183")}, title="ABC")


def a_bundle(desk: Desk) -> str:
    return export(desk.store, clock=desk.clock, randomness=desk.ids.randomness).bundle_id


def told(desk: Desk, rows: list[tuple[object, ...]]) -> None:
    """Write history as it would stand after years: (id, direction, created, first, last, handed, received, status)."""
    with bookkeeping(desk.store) as connection:
        for bundle, direction, created, first, last, handed, received, status in rows:
            assert isinstance(first, int)
            assert isinstance(last, int)
            connection.execute(
                "INSERT INTO bundle_history (bundle_id, direction, file_name, folder, sha256, created_at, first, last,"
                " operations, covers, recipients, handed_at, received_at, verified_at, status)"
                " VALUES (?, ?, ?, 'D:\\Vejleder\\', '', ?, ?, ?, ?, ?, '[]', ?, ?, ?, ?)",
                (
                    bundle, direction, f"vejleder-0183-a1b2c3d4-{first}-{last}.tar.zst.age", created, first, last,
                    last - first + 1, json.dumps([{"device": "d3", "first": first, "last": last}]), handed, received,
                    created if direction == "out" else None, status,
                ),
            )  # fmt: skip


def acknowledged(desk: Desk) -> None:
    """Put a receipt of the centre for everything so far."""
    acknowledge(desk.store, age_recipient_of(CENTRE))


def years(desk: Desk) -> None:
    told(desk, [
        ("b1", "out", "2026-11-10T11:20:00Z", 4655, 4700, None, None, "refused:not_for_us"),
        ("b2", "out", "2026-11-13T14:02:00Z", 4655, 4800, "2026-11-13T14:05:00Z", "2026-11-18T08:01:00Z", "received"),
        ("b3", "out", "2026-11-16T13:47:00Z", 4801, 5000, "2026-11-16T13:50:00Z", "2026-11-18T08:01:00Z", "received"),
        ("b4", "out", "2026-11-20T14:04:00Z", 5001, 5212, "2026-11-20T14:06:00Z", "2026-11-20T14:12:00Z", "received"),
        ("b5", "in", "2026-11-23T07:30:00Z", 2140, 2311, None, None, "merged"),
    ])  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("language", ["da", "en"])
async def test_the_screen_is_drawn_as_in_the_picture(desk: Desk, size: tuple[int, int], language: str) -> None:
    from datetime import date

    if language == "en" and size != (80, 24):
        pytest.skip("one size of English is enough")
    with_recipient(desk, until=date(2027, 12, 31))
    years(desk)
    acknowledged(desk)
    some_work(desk)
    set_language(language)
    async with running(desk, "handover", size=size, settings=Settings(language=language)) as pilot:
        check_golden(pilot.app, f"handover-{language}")


async def test_nothing_yet(desk: Desk) -> None:
    async with running(desk, "handover") as pilot:
        check_golden(pilot.app, "handover-empty")
        await pilot.press("s")
        await wait(pilot)
        assert "Pakken er ikke skrevet: der er ingen modtager" in screen_text(pilot.app)


async def test_all_sent(desk: Desk) -> None:
    acknowledged(desk)
    async with running(desk, "handover") as pilot:
        assert "│ Alt er sendt og modtaget 20-11 15:12." in screen_text(pilot.app)


async def test_hostile_and_overfull(desk: Desk) -> None:
    with_recipient(desk, HOSTILE)
    for number in range(30):
        told(desk, [(f"x{number}", "out", f"2026-10-{number + 1:02}T10:00:00Z", 1, 10**6, None, None, "written")])
        told(desk, [(f"y{number}", "in", f"2026-10-{number + 1:02}T10:00:00Z", 1, 10**6, None, None, "merged")])
    async with running(desk, "handover") as pilot:
        check_golden(pilot.app, "handover-hostile")


async def test_a_bundle_is_three_keys(desk: Desk) -> None:
    with_recipient(desk)
    some_work(desk)
    async with running(desk) as pilot:
        await pilot.press("7")
        await wait(pilot)
        await pilot.press("s")
        await asked(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Pakken er skrevet: 10 ændringer. Aflevér den, og tryk a."
        files = list(desk.store.paths.outbox.iterdir())
        assert len(files) == 1
        assert verify_bundle(files[0], [CENTRE]).ok
        await pilot.press("a")
        await wait(pilot)
        assert "24-11 10:42 afleveret" in screen_text(pilot.app)
        await pilot.press("c")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Kontrolleret: pakken er hel og rigtigt underskrevet."
        assert "hel og rigtigt underskrevet" in lines(pilot.app)[21]
        assert "vejleder-0183-" in lines(pilot.app)[20]


async def test_the_key_pressed_twice_writes_one_bundle(desk: Desk) -> None:
    with_recipient(desk)
    async with running(desk, "handover") as pilot:
        await pilot.press("s", "s")
        await asked(pilot)
        await pilot.press("enter")
        await gone(pilot, AskLine)
        await wait(pilot)
        assert desk.store.connection.execute("SELECT count(*) FROM bundle_history").fetchone() == (1,)


async def test_what_does_not_come_along_is_told(desk: Desk) -> None:
    with bookkeeping(desk.store) as connection:
        connection.execute(
            "INSERT INTO draft VALUES ('d1', ?, 'peer_form', 'Peer-aktivitet', '{}', '2026-11-24', '2026-11-24')",
            (desk.actor.worker,),
        )
        connection.execute(
            "INSERT INTO draft VALUES ('d2', 'other', 'peer_form', 'x', '{}', '2026-11-24', '2026-11-24')"
        )
    async with running(desk, "handover") as pilot:
        assert "│ Kommer ikke med: 1 kladde." in screen_text(pilot.app)


async def test_escape_leaves_no_bundle(desk: Desk) -> None:
    with_recipient(desk)
    async with running(desk, "handover") as pilot:
        await pilot.press("s")
        await asked(pilot)
        await pilot.press("escape")
        await wait(pilot)
        assert not desk.store.paths.outbox.exists()
        assert desk.store.connection.execute("SELECT count(*) FROM bundle_history").fetchone() == (0,)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Long work that stands still at its first look: (it is there, it may go on)."""
    there, go_on = threading.Event(), Gate()
    look = LongTask.look

    def waiting(self: LongTask, done: int, total: int) -> None:
        there.set()
        assert go_on.wait()
        look(self, done, total)

    monkeypatch.setattr(LongTask, "look", waiting)
    yield there, go_on
    go_on.set()


async def reached(pilot: Pilot[int], event: threading.Event) -> None:
    """Wait until long work stands at the gate."""
    await wait(pilot)
    assert event.is_set(), screen_text(pilot.app)


async def test_a_writing_that_is_stopped_leaves_nothing(
    desk: Desk, slow: tuple[threading.Event, threading.Event]
) -> None:
    with_recipient(desk)
    async with running(desk, "handover") as pilot:
        await pilot.press("s")
        await asked(pilot)
        await pilot.press("enter")
        await reached(pilot, slow[0])
        assert lines(pilot.app)[22] == " Skriver pakken: 0 %. Esc afbryder."
        await pilot.press("c", "escape")
        slow[1].set()
        await wait(pilot)
        assert lines(pilot.app)[22] == " Afbrudt. Ingen pakke er skrevet."
        assert not desk.store.paths.outbox.exists()


async def test_a_mark_made_while_a_bundle_is_written_is_saved_meanwhile(
    desk: Desk, slow: tuple[threading.Event, threading.Event]
) -> None:
    with_recipient(desk)
    before = desk.store.connection.execute("SELECT count(*) FROM operation").fetchone()[0]
    async with running(desk, "handover") as pilot:
        await pilot.press("s")
        await asked(pilot)
        await pilot.press("enter")
        await reached(pilot, slow[0])
        app = cast("VejlederApp", pilot.app)
        done = app.write_within(lambda one: some_work(one, 2), seconds=60)
        assert done.done
        assert done.error is None
        assert not list(desk.store.paths.outbox.glob("*.age"))
        slow[1].set()
        await wait(pilot)
        assert "Pakken er skrevet" in lines(pilot.app)[22]
        path = next(desk.store.paths.outbox.iterdir())
        assert verify_bundle(path, [CENTRE]).operations == before  # the log as it stood when the writing began
        assert len(desk.store._others) <= 2  # the two readers' own


async def test_a_check_can_be_stopped(desk: Desk, slow: tuple[threading.Event, threading.Event]) -> None:
    with_recipient(desk)
    some_work(desk, 300)
    a_bundle(desk)
    async with running(desk, "handover") as pilot:
        for key in ("c", "enter"):
            slow[0].clear()
            slow[1].clear()
            await pilot.press(key)
            await reached(pilot, slow[0])
            assert lines(pilot.app)[22] == " Kontrollerer pakken: 0 %. Esc afbryder."
            await pilot.press("escape")
            slow[1].set()
            await wait(pilot)
            assert lines(pilot.app)[22] == " Afbrudt. Pakken er ikke kontrolleret."
        assert desk.store.connection.execute("SELECT verified_at FROM bundle_history").fetchone() == (None,)


async def test_a_damaged_file_is_told_and_a_missing_one_too(desk: Desk) -> None:
    with_recipient(desk)
    a_bundle(desk)
    path = next(desk.store.paths.outbox.iterdir())
    whole = bytearray(path.read_bytes())
    whole[-5] ^= 1
    path.write_bytes(whole)
    async with running(desk, "handover") as pilot:
        await pilot.press("c")
        await wait(pilot)
        assert "Pakken er ændret eller beskadiget." in screen_text(pilot.app)
        path.unlink()
        await pilot.press("enter")
        await wait(pilot)
        assert "Filen kan ikke åbnes" in screen_text(pilot.app)


async def test_what_is_in_a_bundle_is_shown(desk: Desk) -> None:
    with_recipient(desk)
    a_bundle(desk)
    async with running(desk, "handover") as pilot:
        await pilot.press("enter")
        await asked(pilot)
        shown = " ".join(screen_text(pilot.app).replace("│", " ").split())
        assert "Bærbar 2: ændring 1–4." in shown
        await pilot.press("enter")


async def test_a_recipient_comes_and_goes(desk: Desk, tmp_path: Path) -> None:
    async with running(desk, "handover") as pilot:
        await pilot.press("n")
        await asked(pilot)
        await pilot.press(*age_recipient_of(CENTRE), "enter")
        await gone(pilot, AskLine)
        await asked(pilot)
        assert "har de samme ord" in " ".join(screen_text(pilot.app).replace("│", " ").split())
        await pilot.press("t")
        await wait(pilot)
        assert "Kan åbnes af (1)" in screen_text(pilot.app)
        await pilot.press("x")
        await asked(pilot)
        assert "Nye pakker" in screen_text(pilot.app)
        await pilot.press("enter")
        await wait(pilot)
        assert "Kan åbnes af (1)" in screen_text(pilot.app)
        await pilot.press("x")
        await asked(pilot)
        await pilot.press("f")
        await wait(pilot)
        assert "Kan åbnes af (0)" in screen_text(pilot.app)
        await pilot.press("k")
        await asked(pilot)
        await pilot.press(*["backspace"] * 3, *str(tmp_path), "enter")
        await wait(pilot)
        card = tmp_path / f"vejleder-nøglefil-{desk.device[:8]}.json"
        assert json.loads(card.read_text(encoding="utf-8"))["device"] == desk.device
        await pilot.press("l")
        await asked(pilot)
        await pilot.press(*str(card), "enter")
        await gone(pilot, AskLine)
        await asked(pilot)
        await pilot.press("t")
        await wait(pilot)
        assert "tros fra nu af" in lines(pilot.app)[22]


async def test_a_bundle_is_written_again(desk: Desk) -> None:
    with_recipient(desk)
    first = a_bundle(desk)
    hand_over(desk.store, first, clock=desk.clock)
    some_work(desk)
    async with running(desk, "handover") as pilot:
        await pilot.press("g")
        await asked(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert "Pakken er skrevet: 4 ændringer." in lines(pilot.app)[22]
        assert len(list(desk.store.paths.outbox.iterdir())) == 2
