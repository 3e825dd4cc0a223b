"""Efter mødet: the form, filled in from last time, saved in one step."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.attend.group import Group
from tests.attend.program import opened, program
from tests.screens.golden import check_golden, lines, wait
from vejleder_tui.queries.after_session import AfterForm, after_form
from vejleder_tui.services.after_session import set_staff_minutes
from vejleder_tui.services.attendance import mark_rest
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def form(desk: Desk, group: Group) -> AfterForm:
    found = after_form(desk.store.connection, group.ref(), desk.actor.worker, desk.clock.now())
    assert found is not None
    return found


async def test_the_form_opens_from_the_roster_filled_in_from_last_time(desk: Desk, group: Group) -> None:
    set_staff_minutes(desk, group.ref(date(2026, 11, 17)), {"delivery": 120, "preparation": 30})
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("e")
        await wait(pilot)
        check_golden(app, "after-session")
        await pilot.press(*"Venskaber", "enter", "2", "ctrl+g")
        await wait(pilot)
        assert "Efter mødet · gemt 10:42:00 · z fortryder" in lines(app)[22]
        assert "Gæster: 2 · Hændelser: ikke besvaret (i) · Tema: Venskaber" in lines(app)[19]
        found = form(desk, group)
        assert (found.theme, found.unnamed_guests, found.staff[0].minutes, found.incidents) == ("Venskaber", 2, 120, "")
        await pilot.press("z")
        await wait(pilot)
        assert form(desk, group).theme == ""


async def test_a_side_effect_is_told_from_the_bar(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("i", "b")
        await wait(pilot)
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Ikke gemt: der er felter, der skal rettes." in lines(app)[22]
        await pilot.press(*"Konf")
        await wait(pilot)
        await pilot.press("enter", "right", "space")
        await wait(pilot)
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Hændelser: beskrevet" in lines(app)[19], "\n".join(lines(app))
        found = form(desk, group)
        assert found.incidents == "some"
        assert found.events[0].kind == "conflict"


async def test_save_and_sign_off(desk: Desk, group: Group) -> None:
    mark_rest(desk, group.ref())
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("i", "i", "e")
        await wait(pilot)
        from vejleder_tui.screens.after_session import AfterSessionScreen

        assert isinstance(app.screen, AfterSessionScreen)
        app.screen.button_sign()
        await wait(pilot)
        assert "godkendt 24-11 MJ" in lines(app)[1]
        assert form(desk, group).view.signed_off_by == "MJ"
        undo(desk)
        assert form(desk, group).view.signed_off_by == ""
