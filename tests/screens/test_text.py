"""User text on the screen: shown whole, never as markup, measured in cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tests.screens.desk import Today, make, rows
from tests.screens.golden import lines, screen_text, wait
from vejleder_tui.screens.dialog import Answer, Dialog
from vejleder_tui.screens.form import FormScreen
from vejleder_tui.widgets.form import BoxField, CheckField, Choice, Field, PickField, RadioField, TextField
from vejleder_tui.widgets.panels import Panel, PanelGroup
from vejleder_tui.widgets.text import columns, fit, initials, line, plain, width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

HOSTILE = [
    "Jens [/b] slut", "[se bilag 3]", "=HYPERLINK(1)", "👩‍💻🏽 Åse 🇩🇰", "שלום עולם", "x" * 200, "日本語の名前",
    "a\u202egnp.exe\x1b[31m\x07", "e\u0301\u0301\u0301 z\u0308", "to\nlinjer", "[bold red]$x[/]", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_fills_exactly_its_cells(text: str) -> None:
    for cells in (1, 5, 20, 80, 300):
        for align in ("left", "right", "center"):
            assert cell_len(fit(text, cells, align)) == cells
        assert cell_len(columns(cells, (text, 0), (text, 4, "right"))) == cells
        assert cell_len(line(text, text, cells)) == cells
        assert all(cell_len(one) <= max(2, cells) for one in wrap(text, cells))
    assert "\x1b" not in plain(text)
    assert "\u202e" not in plain(text)
    plain(text).encode()


def test_square_brackets_and_words_stay() -> None:
    assert plain("Jens [/b] slut") == "Jens [/b] slut"
    assert plain("[se bilag 3]") == "[se bilag 3]"
    assert plain("a\u202eb\x1bc") == "a·b·c"
    assert plain("x" * 200, 5) == "xxxx…"
    assert fit("日本語", 4) == "日… "
    assert width("日本") == 4
    assert initials("Einer M.") == "E.M."
    assert wrap("en to tre", 5) == ["en to", "tre"]


class Hostile(FormScreen):
    SCREEN_ID = "peer_form"
    text = ""

    def title_left(self) -> str:
        return self.text

    def context(self) -> str:
        return self.text

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        one = self.text
        return [
            TextField("a", one, text=one.replace("\n", " "), after=one, help_line=one, required=True),
            PickField("b", "Vælg", [Choice("1", one)], chosen=[Choice("1", one)]),
            PickField("c", "Flere", [Choice("1", one)], chosen=[Choice("1", one)], several=True),
            BoxField("d", "Boks", text=one, rows=2),
            CheckField("e", "Kryds", one[:30]),
            RadioField("f", "Valg", [("1", one[:30]), ("2", "nej")]),
            one,
        ]

    def buttons(self) -> Sequence[tuple[str, str]]:
        return (("save", self.text[:20]),)

    async def save(self, values: dict[str, object]) -> None:
        self.done(f"{self.text}{len(values)}")


@pytest.mark.parametrize("text", HOSTILE[:-1])
async def test_no_widget_breaks_on_hostile_text(text: str) -> None:
    class Panels(Today):
        SCREEN_ID = "today"

        def body(self) -> ComposeResult:
            yield PanelGroup(
                [
                    [
                        [Panel("a", text, rows(text, "b"), header=(text,), mark_title=True)],
                        [Panel("b", text, empty=text)],
                    ]
                ],
                identity="body",
            )

    app = make(Panels)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        app.status(text)
        app.notify(text)
        await pilot.press("f7")
        await wait(pilot)
        assert all(cell_len(one) <= 80 for one in lines(app))
        app.status(text, error=True)
        await wait(pilot)
        if text.isascii() and text.isprintable() and len(text) < 30:
            assert screen_text(app).count(text) >= 4
        Hostile.text = text
        app.push_screen(Hostile())
        await wait(pilot)
        await wait(pilot)
        await pilot.press("tab", "down", "down", "tab", "down", "f7")
        await wait(pilot)
        if text.isascii() and text.isprintable() and len(text) < 30:
            assert screen_text(app).count(text) >= 6
        assert app.screen.form.raw()["a"] == text.replace("\n", " ")  # type: ignore[attr-defined]
        assert app.screen.form.raw()["d"] == text  # type: ignore[attr-defined]
        await pilot.press("escape")
        app.push_screen(Dialog(text, Answer("stay", text[:20]), Answer("go", "Gå", "g"), must_type=text))
        await wait(pilot)
        assert all(cell_len(one) <= 80 for one in lines(app))
        await pilot.press("escape")


ENGLISH = (
    "search", "save", "cancel", "help", "quit", "palette", "loading", "select", "focus", "command", "close", "next",
    "back", "error", "nothing", "no matches", "ok", "yes", "toggle", "screenshot", "theme", "keys",
)  # fmt: skip


@pytest.mark.parametrize("key", ["", "question_mark", "ctrl+p", "8", "q", "ctrl+o"])
async def test_no_english_on_a_danish_screen(key: str) -> None:
    app = make()
    async with app.run_test(size=(120, 40)) as pilot:
        if key:
            await pilot.press(key)
        for _page in range(8):
            await pilot.pause()
            words = {
                word.strip(".,:;·()[]►!?»«").casefold() for word in screen_text(app).replace("English", "").split()
            }
            assert not words & set(ENGLISH)
            await pilot.press("pagedown")
