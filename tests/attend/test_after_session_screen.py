"""Efter mødet: the form, filled in from last time, saved in one step."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.attend.group import Group
from tests.attend.program import opened, program
from tests.screens.golden import check_golden, lines, wait
from tests.screens.live import running
from vejleder_tui.queries.after_session import AfterForm, after_form
from vejleder_tui.queries.roster import roster
from vejleder_tui.services.after_session import set_staff_minutes
from vejleder_tui.services.attendance import mark_rest
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.guests import add_guest
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk


def form(desk: Desk, group: Group) -> AfterForm:
    found = after_form(desk.store.connection, group.ref(), desk.actor.worker, desk.clock.now())
    assert found is not None
    return found


async def type_in(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(*(key if key[:1].isupper() else (key,)))
        await wait(pilot)


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
        assert "Hændelser: beskrevet" in lines(app)[19]
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


async def test_what_is_typed_before_the_form_is_read_stands(desk: Desk, group: Group) -> None:
    from textual import events

    set_staff_minutes(desk, group.ref(date(2026, 11, 17)), {"delivery": 120})
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("e")
        for letter in "Mad":
            app.post_message(events.Key(letter, letter))
        await wait(pilot)
        await pilot.press("ctrl+g")
        await wait(pilot)
        found = form(desk, group)
        assert (found.theme, found.staff[0].minutes) == ("Mad", 120)


async def test_a_side_effect_names_whom_it_concerned_a_second_is_told_and_one_is_taken_away(
    desk: Desk, group: Group
) -> None:
    async with running(desk, "after_session", ref=group.ref(), field="kind") as pilot:
        app = pilot.app
        await type_in(pilot, "Konf", "enter", "space", "tab")
        await type_in(pilot, "Max", "enter", "ctrl+g")
        assert [(one.kind, one.severity, one.name) for one in form(desk, group).events] == [("conflict", 1, "Max B.")]
        app.goto("after_session", ref=group.ref(), field="kind")  # type: ignore[attr-defined] # the program
        await wait(pilot)
        check_golden(app, "after-session-told")
        await type_in(pilot, "Andet", "enter", "ctrl+g")
        assert "Alvor mangler." in "\n".join(lines(app))
        await type_in(pilot, "right", "space", "ctrl+g")
        assert sorted((one.severity, one.name) for one in form(desk, group).events) == [(1, "Max B."), (2, "")]
        app.goto("after_session", ref=group.ref(), field="told")  # type: ignore[attr-defined] # as above
        await wait(pilot)
        await type_in(pilot, "Konf", "enter", "ctrl+g")
        assert [(one.severity, one.name) for one in form(desk, group).events] == [(2, "")]
        await pilot.press("z")
        await wait(pilot)
        assert len(form(desk, group).events) == 2


async def test_a_guest_who_became_a_citizen_is_told_in_the_form(desk: Desk, group: Group) -> None:
    new = new_citizen(desk, name="Hjalte Vind").citizen
    add_guest(desk, group.ref(), "Hjalte, på besøg")
    add_guest(desk, group.ref(), "KH")
    async with running(desk, "after_session", ref=group.ref(), field="guest") as pilot:
        await type_in(pilot, "Hjal", "enter", "ctrl+g")
        assert "Vælg både gæsten og borgeren." in "\n".join(lines(pilot.app))
        await type_in(pilot, "Vind")
        await type_in(pilot, "enter")
        check_golden(pilot.app, "after-session-guest")
        await type_in(pilot, "ctrl+g")
        found = roster(desk.store.connection, group.ref(), desk.clock.now())
        assert found is not None
        assert [(row.name, row.walk_in, row.letter) for row in found.rows if row.citizen == new] == [
            ("Hjalte V.", True, "F")
        ]
        assert found.guest_count == 1
