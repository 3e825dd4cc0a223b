"""Every screen of the sandbox, and every question, in Danish without an English word and in English without a Danish one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.pofile import read_po

from tests.conftest import MadeStore, desk_at
from tests.demo.conftest import make
from tests.screens.golden import check_golden, screen_text, wait
from tests.screens.live import app_on, live, seat_of
from tests.screens.orders import ORDERS, Order
from tests.screens.test_text import ENGLISH
from tests.test_texts import CATALOGUE
from vejleder_tui import commands
from vejleder_tui.app import FACTORIES
from vejleder_tui.clock import FixedClock
from vejleder_tui.queries.sessions import SessionRef
from vejleder_tui.queries.today import today_view
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk

NOT_HERE = {"unlock", "setup", "jump", "merge", "join"}
"""Screens without records, and one that needs a file; they have pictures in both languages of their own."""

with CATALOGUE.open("rb") as readable:
    DANISH = {
        str(one.id): str(one.string)
        for one in read_po(readable)
        if isinstance(one.id, str) and one.id and "{" not in one.id and one.id != one.string
    }
DANISH_ONLY = {text for text in DANISH if len(text.split()) > 1 and text not in DANISH.values()}
"""Fixed texts of several words: user text does not happen to say the same."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> MadeStore:
    """The small sandbox, built once."""
    desk = make(tmp_path_factory.mktemp("languages") / "store")
    made = MadeStore(desk.store.paths.folder, desk.store._data_key, desk.actor.worker, desk.clock.now())
    desk.store.close()
    return made


@pytest.fixture
def home(built: MadeStore, tmp_path: Path) -> Iterator[Desk]:
    """A copy of it, at 10:42 of its day."""
    desk = desk_at(built, tmp_path / "store", FixedClock(built.moment, timedelta(milliseconds=1)))
    yield desk
    desk.store.close()


def places(desk: Desk) -> dict[str, dict[str, Any]]:
    """Return what each screen is opened with."""
    connection = desk.store.connection
    opened = today_view(connection, desk.clock.now(), desk.actor.worker).sessions[0]
    ref: SessionRef = opened.ref
    goal, whose = connection.execute(
        "SELECT id, citizen FROM goal WHERE void = 0 AND goal_type IS NOT NULL ORDER BY id LIMIT 1"
    ).fetchone()
    course = ref.course or ""
    return {
        "today": {}, "courses": {}, "course": {"course": course}, "course_form": {}, "roster": {"ref": ref},
        "after_session": {"ref": ref}, "session_form": {"course": course}, "citizens": {}, "citizen": {"citizen": whose},
        "citizen_form": {}, "grant_form": {"citizen": whose}, "consent_form": {"citizen": whose},
        "enrolment_form": {"course": course}, "peer": {}, "peer_form": {},
        "goals": {}, "goal_form": {"goal": goal}, "proposal": {"goal": goal},
        "rating": {"citizen": whose, "goal": goal}, "handover": {},
        "history": {"table": "goal", "row": goal, "what": ""}, "erase": {"citizen": whose}, "more": {}, "persons": {},
        "conflicts": {},
        "help": {"origin": "today", "works": {one.id for one in commands.bound_on("today")}},
        "palette": {}, "dialog": {},
    }  # fmt: skip


async def show(pilot: Pilot[int], desk: Desk, screen: str) -> None:
    """Open one screen from I dag."""
    app: Any = pilot.app
    if screen == "palette":
        await pilot.press("colon")
    elif screen == "dialog":
        await pilot.press("q")
    elif screen != "today":
        app.goto(screen, **places(desk)[screen])
    await wait(pilot)


def test_no_screen_is_left_out(home: Desk) -> None:
    assert set(places(home)) - {"dialog"} == set(FACTORIES) - NOT_HERE


@pytest.mark.parametrize("screen", sorted({*FACTORIES, "dialog"} - NOT_HERE))
async def test_danish_has_no_english_word(home: Desk, screen: str) -> None:
    app = app_on(home.store.paths, home.clock, start="today", seat=seat_of(home))
    async with live(app) as pilot:
        await show(pilot, home, screen)
        words = set(re.findall(r"[a-zæøå]+", screen_text(app).lower()))
        assert sorted(words & set(ENGLISH)) == []


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("screen", sorted({*FACTORIES, "dialog"} - NOT_HERE))
async def test_english_has_no_danish_text(home: Desk, screen: str, order: str) -> None:
    """And the picture is the same whether what is read is there before the screen is drawn, or long after."""
    app = app_on(home.store.paths, home.clock, start="today", seat=seat_of(home), settings=Settings(language="en"))
    async with live(app) as pilot:
        await wait(pilot)
        ordered = Order(app, order)
        await show(pilot, home, screen)
        await ordered.settle()
        await ordered.ripen()
        shown = " ".join(screen_text(app).split())
        assert sorted(text for text in DANISH_ONLY if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", shown)) == []
        check_golden(app, f"english-{screen.replace('_', '-')}")
