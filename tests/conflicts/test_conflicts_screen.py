"""Til afklaring as it is used: the list, the values side by side, a digit, a third value, a reason, and z."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import Group
from tests.other_laptop import bring
from tests.screens.golden import check_golden, lines, wait
from tests.screens.live import fill, running
from tests.services.test_desk_faults import sound
from vejleder_tui.oplog import read_row
from vejleder_tui.queries.conflicts import count_conflicts
from vejleder_tui.services.after_session import answer_incidents, sign_off
from vejleder_tui.services.attendance import attendance_id, mark, mark_rest, set_note
from vejleder_tui.services.citizens import change_citizen
from vejleder_tui.services.sessions import cancel_session, move_session
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

BEFORE = date(2026, 11, 17)
HOSTILE = "Jens [/b] slut [se bilag 3] \u202eabc\u0007 😀"


def some(desk: Desk, other: Desk, group: Group) -> str:
    """Let both laptops write of the same: a time, two citizens' attendance, a note; and one cancel what the other held."""
    ref, before, first = group.ref(), group.ref(BEFORE), group.ref(date(2026, 11, 10))
    mark(desk, first, group.number(1), "absent_notified")
    bring(desk, other)
    move_session(desk, before, BEFORE, 630, 720)
    move_session(other, before, BEFORE, 615, 720)
    mark(desk, ref, group.number(2), "present")
    mark(other, ref, group.number(2), "absent_notified", reason="illness")
    mark(desk, ref, group.number(1), "partial", minutes=60)
    mark(other, ref, group.number(1), "partial", minutes=45)
    set_note(desk, ref, group.number(1), "kom med bussen")
    set_note(other, ref, group.number(1), "kom til fods, gik igen klokken elleve, men ville gerne komme på tirsdag")
    cancel_session(desk, first, "sygdom hos vejleder")
    mark(other, first, group.number(2), "present")
    bring(other, desk)
    return attendance_id(ref.id, group.number(1))


def code_of(desk: Desk, row: str) -> object:
    found = read_row(desk.store.connection, "attendance", row)
    return found.values["code"] if found else None


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_and_the_values_side_by_side(
    desk: Desk, other: Desk, group: Group, size: tuple[int, int]
) -> None:
    row = some(desk, other, group)
    async with running(desk, "conflicts", size=size) as pilot:
        check_golden(pilot.app, "conflicts-list")
        await pilot.press("down", "enter")
        await wait(pilot)
        check_golden(pilot.app, "conflicts-sides")
    assert row


async def test_in_english(desk: Desk, other: Desk, group: Group) -> None:
    some(desk, other, group)
    async with running(desk, "conflicts", settings=Settings(language="en")) as pilot:
        check_golden(pilot.app, "conflicts-list-en")
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, "conflicts-sides-en")


async def test_nothing_to_settle(desk: Desk) -> None:
    async with running(desk, "conflicts") as pilot:
        check_golden(pilot.app, "conflicts-empty")
        await pilot.press("enter")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Intet at afklare. Alle bærbare siger det samme."
        await pilot.press("1")
        await wait(pilot)
        assert "bruges ikke her" in lines(pilot.app)[22]


async def test_more_than_fit(desk: Desk, other: Desk, group: Group) -> None:
    for number in range(1, 13):
        for day in (BEFORE, date(2026, 11, 24)):
            mark(desk, group.ref(day), group.number(number), "present")
            mark(other, group.ref(day), group.number(number), "absent_unnotified")
    change_citizen(desk, group.number(1), note="det ene " * 200, contact="a", address="b", interpreter="c")
    change_citizen(other, group.number(1), note="det andet " * 200, contact="d", address="e", interpreter="f")
    bring(other, desk)
    async with running(desk, "conflicts") as pilot:
        check_golden(pilot.app, "conflicts-overfull")
        await pilot.press("enter")
        await wait(pilot)
        await pilot.press(*["down"] * 6)
        await wait(pilot)
        check_golden(pilot.app, "conflicts-sides-overfull")


async def test_hostile_text(desk: Desk, other: Desk, group: Group) -> None:
    change_citizen(desk, group.number(1), name=HOSTILE, contact="[b]")
    change_citizen(other, group.number(1), name=HOSTILE + "!", contact="\x1b[31m")
    bring(other, desk)
    async with running(desk, "conflicts") as pilot:
        check_golden(pilot.app, "conflicts-hostile")
        await pilot.press("enter")
        await wait(pilot)
        check_golden(pilot.app, "conflicts-sides-hostile")


async def test_three_keys_settle_and_z_settles_anew(desk: Desk, other: Desk, group: Group) -> None:
    citizen = group.number(1)
    mark(desk, group.ref(), citizen, "partial")
    mark(other, group.ref(), citizen, "absent_unnotified")
    bring(other, desk)
    row = attendance_id(group.ref().id, citizen)
    async with running(desk) as pilot:
        await pilot.press("a")
        await wait(pilot)
        await pilot.press("enter", "2")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Afgjort: fremmøde: udeblevet · gemt 10:")
        assert code_of(desk, row) == "absent_unnotified"
        await pilot.press("z")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Vælg igen: det, der er afgjort, afgøres på ny."
        await pilot.press("1")
        await wait(pilot)
        assert code_of(desk, row) == "partial"
        assert count_conflicts(desk.store.connection) == 0
        sound(desk)


async def test_a_digit_without_a_value_and_the_arrows(desk: Desk, other: Desk, group: Group) -> None:
    row = some(desk, other, group)
    async with running(desk, "conflicts", table="attendance", row=row) as pilot:
        await pilot.press("7")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Der står ingen værdi ved det tal."
        await pilot.press("down", "right", "left", "right", "enter")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Afgjort: note: kom til fods, gik")
        assert lines(pilot.app)[0].startswith(" Til afklaring")
        await pilot.press("escape")
        await wait(pilot)
        assert any("Til afklaring (4)" in line for line in lines(pilot.app))


async def test_a_third_value_of_the_right_kind(desk: Desk, other: Desk, group: Group) -> None:
    row = some(desk, other, group)
    async with running(desk, "conflicts", table="attendance", row=row) as pilot:
        await pilot.press("e")
        await pilot.pause()
        check_golden(pilot.app, "conflicts-own")
        await fill(pilot, "2000")
        await pilot.press("enter")
        await pilot.pause()
        assert any("Det skal være et helt tal fra 1 til 1440." in line for line in lines(pilot.app))
        await pilot.press("escape")
        await wait(pilot)
        await pilot.press("e")
        await pilot.pause()
        assert any("[ 2000 " in line for line in lines(pilot.app))
        await pilot.press("ctrl+u", "5", "0", "enter")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Afgjort: minutter: 50 · gemt ")
        found = read_row(desk.store.connection, "attendance", row)
        assert found is not None
        assert found.values["minutes"] == 50


async def test_a_choice_of_codes(desk: Desk, other: Desk, group: Group) -> None:
    some(desk, other, group)
    row = attendance_id(group.ref().id, group.number(2))
    async with running(desk, "conflicts", table="attendance", row=row) as pilot:
        await pilot.press("e")
        await pilot.pause()
        await pilot.press(*"online", "enter", "ctrl+g")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Afgjort: fremmøde: online · gemt ")
        assert code_of(desk, row) == "online"


async def test_a_signed_off_session_asks_why(desk: Desk, other: Desk, group: Group) -> None:
    mark_rest(other, group.ref())
    mark_rest(desk, group.ref())
    mark(other, group.ref(), group.number(2), "absent_unnotified")
    answer_incidents(desk, group.ref(), "none")
    sign_off(desk, group.ref())
    bring(other, desk)
    row = attendance_id(group.ref().id, group.number(2))
    async with running(desk, "conflicts", table="attendance", row=row) as pilot:
        check_golden(pilot.app, "conflicts-signed-off")
        await pilot.press("enter")
        await wait(pilot)
        assert any("Begrundelse: Afgjort: to bærbare var uenige" in line for line in lines(pilot.app))
        await pilot.press("escape")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Intet er ændret."
        await pilot.press("enter")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Afgjort: fremmøde: fremmødt · gemt ")
        assert code_of(desk, row) == "present"
        assert count_conflicts(desk.store.connection) == 0


async def test_skip_filter_history_and_whose_it_is(desk: Desk, other: Desk, group: Group) -> None:
    some(desk, other, group)
    async with running(desk, "conflicts") as pilot:
        await pilot.press("s", "s", "s", "s")
        await wait(pilot)
        assert lines(pilot.app)[22] == " Det var den sidste."
        await pilot.press("f", *"asta", "enter")
        await wait(pilot)
        shown = [line for line in lines(pilot.app) if "Fremmøde:" in line and line.startswith("│")]
        assert len(shown) == 1
        await pilot.press("h")
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Historik · Fremmøde: Asta L.")
        await pilot.press("escape", "b")
        await wait(pilot)
        assert "Asta L" in lines(pilot.app)[0]


async def test_initials_in_place_of_names(desk: Desk, other: Desk, group: Group) -> None:
    some(desk, other, group)
    async with running(desk, "conflicts") as pilot:
        await pilot.press("f8")
        await wait(pilot)
        assert not any("Asta" in line or "Bodil" in line for line in lines(pilot.app))


async def test_held_or_cancelled(desk: Desk, other: Desk, group: Group) -> None:
    some(desk, other, group)
    session = group.ref(date(2026, 11, 10)).id
    async with running(desk, "conflicts", table="session", row=session) as pilot:
        check_golden(pilot.app, "conflicts-cancelled")
        await pilot.press("1")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Afgjort: status: afholdt · gemt ")
        await pilot.press("z")
        await wait(pilot)
        assert lines(pilot.app)[22].startswith(" Fortrudt: afgjort: ABC-gruppe, efterår")
        assert any("Til afklaring (4)" in line for line in lines(pilot.app))
