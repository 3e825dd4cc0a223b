"""Keys in, screen out, for what every screen has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from textual import events

from tests.screens.desk import Link, Today, make, rows
from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.settling import Gate
from vejleder_tui.i18n import set_language
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.protocol import Pending
from vejleder_tui.settings import Settings
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import PanelGroup

if TYPE_CHECKING:
    from textual.app import ComposeResult


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20)])
async def test_i_dag_is_drawn_as_in_the_picture(size: tuple[int, int]) -> None:
    app = make()
    async with app.run_test(size=size) as pilot:
        await wait(pilot)
        check_golden(app, "shell-today")


async def test_tab_goes_from_panel_to_panel_and_the_menu_is_last() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        group = app.screen.query_one(PanelGroup)
        seen = []
        for _turn in range(8):
            seen.append(group.panel.id)
            await pilot.press("tab")
        assert seen == ["sessions", "missing", "due", "tasks", "peer", "drafts", "settle", "handover"]
        assert not group.has_focus
        await pilot.press("tab")
        assert group.has_focus
        assert group.panel.id == "sessions"
        await pilot.press("down", "down", "enter")
        assert lines(app)[22] == " åbner 1 i sessions"
        await pilot.press("shift+tab", "shift+tab")
        assert group.has_focus is False or group.panel.id == "handover"


async def test_rows_change_by_key_and_the_cursor_keeps_its_place() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        group = app.screen.query_one(PanelGroup)
        await pilot.press("tab", "tab", "down")
        assert group.row is not None
        assert group.row.key == "1"
        group.set_rows("due", list(reversed(rows("a", "b", "c", "d"))))
        await wait(pilot)
        assert group.row is not None
        assert group.row.key == "1"
        assert any("│►b" in line for line in lines(app))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("w", " Tasten w bruges ikke her. ? viser tasterne."),
        ("N", " Er Caps Lock slået til?"),
        ("f5", " Tasten F5 bruges ikke her. ? viser tasterne."),
        ("n", " ny mødegang"),
        ("h", " Tasten h bruges ikke her. ? viser tasterne."),
        ("ctrl+c", " Ctrl+C lukker ikke Vejleder. Brug q eller menuen."),
        ("f7", " 10:00–12:00  ABC-gruppe, efterår       Vejledningscentret  10 af 12   i gang"),
        ("f8", " Navne vises som initialer. F8 viser dem igen."),
    ],
)
async def test_every_key_has_an_answer(key: str, said: str) -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await wait(pilot)
        assert lines(app)[22] == said


async def test_pasted_text_is_never_run_as_keys() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(events.Paste("nq"))
        await wait(pilot)
        assert lines(app)[22] == " Indsat tekst kan kun bruges i felter."


async def test_a_click_focuses_a_second_click_acts_and_the_wheel_moves_no_focus() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        group = app.screen.query_one(PanelGroup)
        await pilot.click(offset=(45, 7))
        assert group.panel.id == "due"
        assert lines(app)[7].startswith("│ 19-11")
        assert "│►26-11" in lines(app)[7]
        await pilot.click(offset=(45, 7))
        await wait(pilot)
        assert lines(app)[22] == " åbner 1 i due"
        await pilot.click(offset=(20, 23))
        await wait(pilot)
        assert lines(app)[22] == " ny mødegang"
        app.screen.say("Gemt · z fortryder")  # type: ignore[attr-defined]
        await pilot.click(offset=(10, 22))
        await wait(pilot)
        assert lines(app)[22] == " Fortrudt · Z gør igen"


async def test_f9_and_the_menu_by_digits_and_mouse() -> None:
    app = make(factories={"courses": lambda **_values: Today()})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f9", "right")
        await wait(pilot)
        assert "►2 Forløb" in lines(app)[1]
        await pilot.press("escape")
        assert app.screen.query_one(PanelGroup).has_focus
        await pilot.press("2")
        await wait(pilot)
        assert app.current_mode == "courses"
        await pilot.click(offset=(3, 1))
        await wait(pilot)
        assert app.current_mode == "today"


async def test_help_starts_with_the_screen_one_came_from() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await wait(pilot)
        check_golden(app, "shell-help")
        await pilot.press("slash", *"aflys")
        await wait(pilot)
        assert "Aflyser mødegangen." in screen_text(app)
        await pilot.press("escape")
        await wait(pilot)
        assert lines(app)[0].startswith(" Vejleder · I dag")


async def test_the_palette_has_only_what_works_here_and_runs_it_here() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await wait(pilot)
        check_golden(app, "shell-palette")
        text = screen_text(app)
        assert "Kalender" not in text
        await pilot.press(*"ny møde", "enter")
        await wait(pilot)
        assert lines(app)[22] == " ny mødegang"


async def test_more_opens_by_letter() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await wait(pilot)
        check_golden(app, "shell-more")
        await pilot.press("escape")
        await wait(pilot)
        assert lines(app)[0].startswith(" Vejleder · I dag")


async def test_jump_mode_puts_a_letter_at_each_panel() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+o")
        await wait(pilot)
        check_golden(app, "shell-jump")
        await pilot.press("f")
        await wait(pilot)
        assert app.screen.query_one(PanelGroup).panel.id == "due"


async def test_a_window_that_is_too_small_says_so_and_nothing_is_lost() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "down")
        await pilot.resize_terminal(52, 16)
        await wait(pilot)
        assert screen_text(app).strip().replace("\n", " ").replace("  ", " ") == (
            "Vinduet er 52 × 16. Gør det mindst 60 × 20. Intet er gået tabt."
        )
        await pilot.resize_terminal(80, 24)
        await wait(pilot)
        group = app.screen.query_one(PanelGroup)
        assert group.has_focus
        assert group.panel.id == "missing"


async def test_closing_asks_stands_on_the_safe_answer_and_waits_for_every_write() -> None:
    link = Link()
    app = make(link=link)
    gate = Gate()
    app.waiting_to_send = 128
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        await pilot.pause()
        check_golden(app, "shell-quit")
        await pilot.press("enter")
        await wait(pilot)
        assert app.is_running
        for number in range(200):
            app.write_within(lambda store, number=number: (gate.wait(), store.written.append(number)), seconds=0)  # type: ignore[misc]
        assert app.pending_count == 200
        await pilot.press("ctrl+q")
        await pilot.pause()
        await pilot.press("l")
        gate.set()
        await app.settled()
        await app.workers.wait_for_complete()
    assert link.written == list(range(200))
    assert link.threads == {"write_0"}
    assert link.closed
    assert app.return_code == 0


async def test_a_write_is_acknowledged_at_once_or_later_and_an_error_is_told() -> None:
    app = make()
    gate = Gate()
    heard: list[Pending] = []
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.write_within(lambda _store: 7, seconds=5) == Pending(done=True, result=7)
        assert app.write_within(lambda _store: gate.wait(), seconds=0.001, then=heard.append) == Pending(done=False)
        gate.set()
        await wait(pilot)
        await wait(pilot)
        assert heard == [Pending(done=True, result=True)]

        def fail(_store: object) -> None:
            raise ValueError

        failed = app.write_within(fail, seconds=5)
        assert failed.done
        assert isinstance(failed.error, ValueError)
        assert await app.write(lambda store: store.actor.initials) == "MJ"
        assert await app.read(lambda store: store.actor.role) == "worker"


async def test_read_only_and_errors_over_four_lines() -> None:
    app = make(link=Link(read_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert lines(app)[0].startswith(" KUN LÆSNING · Vejleder")
        app.status("Ikke gemt: " + "disken er fuld, og der er ikke plads. " * 20, error=True)
        await wait(pilot)
        assert lines(app)[19].startswith(" Ikke gemt:")
        assert lines(app)[22].endswith("…")
        await pilot.press("n")
        await wait(pilot)
        assert lines(app)[22] == " ny mødegang"
        assert not lines(app)[21].strip()


async def test_the_ascii_set() -> None:
    app = make(settings=Settings(ascii_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert not set("►┌─│…–·●") & set(screen_text(app))
        assert lines(app)[3].startswith("|>10:00-12:00")
    make()


async def test_a_keymap_works_and_a_clash_is_told() -> None:
    app = make(settings=Settings(keymap={"session.new": "w", "goal.rate": "p"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert "w Ny mødegang" in lines(app)[23]
        assert "Vurdér mål beholder sin egen tast." in screen_text(app)
        await pilot.press("w")
        await wait(pilot)
        assert lines(app)[22] == " ny mødegang"


async def test_digits_reach_a_task() -> None:
    class Rating(TaskScreen):
        SCREEN_ID = "rating"

        def body(self) -> ComposeResult:
            yield Block("Hvordan går det nu?", height=20, identity="body")

        def command_rating_level(self, key: str) -> None:
            self.say(f"niveau {key}")

    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Rating())
        await wait(pilot)
        await pilot.press("3")
        await wait(pilot)
        assert lines(app)[22] == " niveau 3"
        await pilot.press("7")
        await wait(pilot)
        assert lines(app)[22].startswith(" Tasten 7 bruges ikke her.")


@pytest.fixture(autouse=True)
def _danish() -> Any:
    yield
    set_language("da")
