"""I dag: drawn as in the picture, empty, too full, hostile; what its keys do."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.attend.group import make_group
from tests.screens.day import COOK, TODAY, goal, one_session, place, the_day
from tests.screens.golden import check_golden, lines, screen_text, wait
from tests.screens.live import running
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.courses import new_course
from vejleder_tui.services.drafts import save_draft
from vejleder_tui.settings import Settings
from vejleder_tui.widgets.panels import PanelGroup

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ENGLISH = Settings(language="en")
HOSTILE = ("Jens [/b] slut", "[se bilag 3] Bo", "=HYPERLINK(1) Si", "\u202egnal\u202c Mi", "🎉🎉 Fest", "M" * 200)


class Opened(TaskScreen):
    """Stands in for whatever a line opens."""

    SCREEN_ID = "roster"
    seen: list[dict[str, object]]

    def __init__(self, **values: object) -> None:
        super().__init__()
        Opened.seen.append(values)


@pytest.fixture
def opened() -> dict[str, Any]:
    Opened.seen = []
    names = ("roster", "rating", "citizen", "session_form", "peer_form", "peer", "goals", "handover", "conflicts")
    return dict.fromkeys(names, Opened)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20)])
async def test_the_day_of_the_picture(desk: Desk, size: tuple[int, int]) -> None:
    the_day(desk)
    async with running(desk, size=size) as pilot:
        check_golden(pilot.app, "today")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_first_day_is_empty_and_says_how_to_begin(desk: Desk, size: tuple[int, int]) -> None:
    async with running(desk, size=size) as pilot:
        check_golden(pilot.app, "today-empty")


async def test_in_english(desk: Desk) -> None:
    the_day(desk)
    async with running(desk, settings=ENGLISH) as pilot:
        check_golden(pilot.app, "today-english")


async def test_too_much_of_everything(desk: Desk) -> None:
    people = [new_citizen(desk, name=f"Borger{index} Nummer").citizen for index in range(14)]
    for index in range(9):
        title = f"Gruppe {index} med en titel, der er for lang til linjen"
        course = one_session(desk, title, TODAY, 480 + 60 * index)
        place(desk, course, people[0], TODAY)
    for index in range(9):
        course = one_session(desk, f"Tidligere {index}", TODAY.replace(day=10 + index), 600)
        place(desk, course, people[1], TODAY.replace(day=10 + index))
    for one in people:
        goal(desk, one, COOK, TODAY)
    for index in range(6):
        save_draft(desk, "peer_form", f"Peer-aktivitet {index}", {})
    async with running(desk) as pilot:
        check_golden(pilot.app, "today-overfull")
        await pilot.press("end")
        await wait(pilot)
        assert any(line.startswith("│►16:00–17:00") for line in lines(pilot.app))


async def test_hostile_names_do_no_harm(desk: Desk) -> None:
    course = new_course(desk, "[/b] {x} gruppe \u202e", one_plan()).row
    for name in HOSTILE:
        citizen = new_citizen(desk, name=name).citizen
        place(desk, course, citizen, TODAY)
        goal(desk, citizen, COOK, TODAY)
    save_draft(desk, "peer_form", "Kladde [bold]", {})
    async with running(desk) as pilot:
        check_golden(pilot.app, "today-hostile")


def one_plan() -> Any:
    from vejleder_tui.rules.recurrence import Plan

    return Plan((1,), 1, 600, 660, TODAY, sessions=1)


async def test_enter_does_the_main_act_of_the_line(desk: Desk, opened: dict[str, Any]) -> None:
    day = the_day(desk)
    async with running(desk, factories=opened) as pilot:
        for panel, word in (
            ("sessions", "Registrér"), ("missing", "Registrér"), ("due", "Vurdér"), ("follow_ups", "Åbn"),
            ("peer", "Åbn"), ("drafts", "Åbn"), ("to_settle", "Åbn"), ("handover", "Åbn"),
        ):  # fmt: skip
            assert pilot.app.screen.query_one(PanelGroup).panel.id == panel
            assert lines(pilot.app)[23].startswith(f" Enter {word} ")
            await pilot.press("tab")
            await wait(pilot)
        await pilot.press("escape")
        pilot.app.screen.query_one(PanelGroup).go("sessions")
        await pilot.press("enter")
        await wait(pilot)
        assert Opened.seen == [{"ref": day.ref}]


async def test_the_letters_open_what_they_say(desk: Desk, opened: dict[str, Any]) -> None:
    day = the_day(desk)
    async with running(desk, factories=opened) as pilot:
        group = pilot.app.screen.query_one(PanelGroup)
        await pilot.press("b")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Linjen handler ikke om én borger."
        group.go("due")
        await pilot.press("m")
        await wait(pilot)
        assert set(Opened.seen[-1]) == {"citizen", "goal"}
        await pilot.press("escape")
        await wait(pilot)
        group.go("follow_ups")
        await pilot.press("b")
        await wait(pilot)
        assert Opened.seen[-1] == {"citizen": day.citizens[2]}


async def test_coming_back_looks_again_and_keeps_the_cursor(desk: Desk, opened: dict[str, Any]) -> None:
    day = the_day(desk)
    async with running(desk, factories=opened) as pilot:
        await pilot.press("enter")
        await wait(pilot)
        await pilot.app.write(lambda writing: mark(writing, day.ref, day.citizens[10], "present"))  # type: ignore[attr-defined] # the program
        await pilot.press("escape")
        await wait(pilot)
        assert "11 af 12" in lines(pilot.app)[3]
        assert lines(pilot.app)[3].startswith("│►10:00")


async def test_undo_and_redo_say_what(desk: Desk) -> None:
    day = the_day(desk)
    mark(desk, day.ref, day.citizens[10], "present")
    async with running(desk) as pilot:
        assert "11 af 12" in lines(pilot.app)[3]
        await pilot.press("z")
        await wait(pilot)
        assert "10 af 12" in lines(pilot.app)[3]
        assert lines(pilot.app)[22] == " Fortrudt: fremmøde: Frida S. · Z gør igen"
        await pilot.press("Z")
        await wait(pilot)
        assert "11 af 12" in lines(pilot.app)[3]
        assert lines(pilot.app)[22] == " Gjort igen: fremmøde: Frida S. · z fortryder"


async def test_nothing_left_to_undo(desk: Desk) -> None:
    async with running(desk) as pilot:
        await pilot.press("z")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Der er ikke mere at fortryde."


async def test_initials_in_place_of_names(desk: Desk) -> None:
    the_day(desk)
    async with running(desk) as pilot:
        await pilot.press("f8")
        await wait(pilot)
        assert "Einer" not in screen_text(pilot.app)
        assert "E.M." in screen_text(pilot.app)


async def test_signs_in_ascii(desk: Desk) -> None:
    the_day(desk)
    async with running(desk, settings=Settings(ascii_only=True)) as pilot:
        check_golden(pilot.app, "today-ascii")


async def test_too_small_and_back(desk: Desk) -> None:
    the_day(desk)
    async with running(desk) as pilot:
        before = screen_text(pilot.app)
        await pilot.resize_terminal(52, 16)
        await wait(pilot)
        assert "Vinduet er 52 × 16. Gør det mindst 60 × 20. Intet er gået tabt." in " ".join(
            screen_text(pilot.app).split()
        )
        await pilot.resize_terminal(80, 24)
        await wait(pilot)
        assert screen_text(pilot.app) == before


async def test_another_workers_drafts_are_not_listed(desk: Desk) -> None:
    save_draft(desk, "peer_form", "Min kladde", {})
    connection = desk.store.connection
    connection.execute("UPDATE draft SET actor = 'en-anden'")
    async with running(desk) as pilot:
        assert "Min kladde" not in screen_text(pilot.app)


async def test_a_draft_opens_in_its_form(desk: Desk, opened: dict[str, Any]) -> None:
    saved = save_draft(desk, "peer_form", "Peer-aktivitet 23-11", {"minutes": "60"})
    async with running(desk, factories=opened) as pilot:
        pilot.app.screen.query_one(PanelGroup).go("drafts")
        await pilot.press("enter")
        await wait(pilot)
        assert Opened.seen == [{"draft": {"minutes": "60"}, "draft_id": saved.id}]


async def test_a_follow_up_of_absences_keeps_what_it_is_about(desk: Desk) -> None:
    """Who comes again is still to be asked why they stayed away: the row that made the task is told, and the coming."""
    group = make_group(desk)
    for day in (10, 17):
        mark(desk, group.ref(date(2026, 11, day)), group.number(10), "absent_unnotified")
    mark_rest(desk, group.ref())
    async with running(desk) as pilot:
        pilot.app.screen.query_one(PanelGroup).go("follow_ups")
        await wait(pilot)
        assert "Max B.    udeblevet 2 gange i træk" in screen_text(pilot.app)
        said = " Max B.: udeblevet 2 gange i træk. Kom igen i dag. Følges op senest 01-12."
        assert lines(pilot.app)[21].rstrip() == said
