"""What stands on the screen first needs no models: half a second that nobody waits for."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import PASSPHRASE
from tests.screens.day import the_day

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

PROGRAM = """
import argparse, asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from vejleder_tui.cli.screen import make_app
from vejleder_tui.clock import FixedClock
from vejleder_tui.paths import StorePaths

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "alembic")

def loaded(when):
    print(when, sorted(one for one in HEAVY if one in sys.modules))

async def main(folder, passphrase):
    paths, clock = StorePaths(Path(folder)), FixedClock(datetime(2026, 11, 24, 9, 42, tzinfo=UTC))
    app = make_app(argparse.Namespace(), paths, clock, start="unlock")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = "".join(s.text for strip in app.screen._compositor.render_strips() for s in strip)
        assert "Lås op" in text
        loaded("unlock")
        from vejleder_tui.screens import opening
        from vejleder_tui.screens.today import TodayScreen
        painted = asyncio.Event()
        warm_up = TodayScreen._warm_up

        def after_paint(screen):
            text = "".join(s.text for strip in screen._compositor.render_strips() for s in strip)
            assert "10 af 12" in text
            loaded("today")
            painted.set()
            warm_up(screen)

        TodayScreen._warm_up = after_paint
        app.link(await asyncio.to_thread(opening.unlock, paths, None, passphrase, clock=clock))
        await asyncio.wait_for(painted.wait(), 30)
        await app.settled()
        print("write", "sqlmodel" in sys.modules)
        await app.close_store()

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


def test_neither_the_unlock_screen_nor_i_dag_waits_for_the_models(desk: Desk, tmp_path: object) -> None:
    the_day(desk)
    desk.store.close()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(desk.store.paths.folder), PASSPHRASE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["unlock []", "today []", "write True"], done.stderr
