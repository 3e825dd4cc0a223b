"""What the first paint may import, and what locking keeps."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from textual.widgets import Input

from tests.screens.desk import Link, Today, make
from tests.screens.golden import lines, screen_text, wait
from vejleder_tui.screens.base import BaseScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import PanelGroup

if TYPE_CHECKING:
    from textual.app import ComposeResult


def test_the_first_paint_imports_no_models() -> None:
    code = (
        "import sys, vejleder_tui.app, vejleder_tui.screens.base\n"
        "late = {'sqlmodel', 'sqlalchemy', 'pydantic', 'alembic', 'sqlcipher3', 'holidays', 'cryptography',"
        " 'textual.widgets._text_area', 'textual.widgets._data_table', 'concurrent.futures.thread',"
        " 'vejleder_tui.widgets.panels', 'vejleder_tui.widgets.form'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_registry_imports_no_textual() -> None:
    code = "import sys, vejleder_tui.commands; print('textual' in sys.modules, 'rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


class Unlock(BaseScreen):
    SCREEN_ID = "unlock"
    AUTO_FOCUS = "Input"

    def body(self) -> ComposeResult:
        yield Block("Adgangssætning", height=19, identity="body")
        yield Input(password=True, compact=True)

    def command_unlock_open(self) -> None:
        self.desk.link(Link())

    def on_input_submitted(self) -> None:
        self.command_unlock_open()


async def test_locking_hides_everything_and_unlocking_brings_it_back() -> None:
    app = make(factories={"unlock": Unlock})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "down", "ctrl+l")
        await wait(pilot)
        text = screen_text(app)
        assert "Max B." not in text
        assert "Adgangssætning" in text
        await pilot.press("escape", "q", "1", "ctrl+l")
        await wait(pilot)
        assert "Max B." not in screen_text(app)
        await pilot.click(offset=(2, 0))
        await pilot.press("f9", "ctrl+p", "escape", "f1", "escape")
        app.goto("today")
        await wait(pilot)
        assert "Max B." not in screen_text(app)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert "Luk Vejleder?" in screen_text(app)
        assert "Max B." not in screen_text(app)
        await pilot.press("escape")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        group = app.screen.query_one(PanelGroup)
        assert group.has_focus
        assert group.panel.id == "missing"
        assert group.panel.cursor == 1
        assert lines(app)[0].startswith(" Vejleder · I dag")


async def test_the_program_starts_locked_and_opens_on_the_home_of_the_role() -> None:
    app = make(Unlock, start="unlock", factories={"today": Today})
    app._store = None
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert lines(app)[1].strip() == ""
        await pilot.press("enter")
        await wait(pilot)
        assert app.current_mode == "today"
        await pilot.press("escape")
        await wait(pilot)
        assert lines(app)[0].startswith(" Vejleder · I dag")
