"""The pictures of Fremmøde's states, and what its keys and mouse targets do on a whole program."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import Group, add_goal
from tests.attend.program import opened, program
from tests.screens.day import contest
from tests.screens.golden import check_golden, lines, wait
from tests.screens.live import running
from tests.settling import Gate
from vejleder_tui.services.after_session import answer_incidents, sign_off
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

ENGLISH = Settings(language="en")


async def test_in_english(desk: Desk, group: Group) -> None:
    add_goal(desk, group.number(1), due="2026-11-24", rated="2026-11-17")
    mark(desk, group.ref(date(2026, 11, 17)), group.number(10), "absent_unnotified")
    mark_rest(desk, group.ref())
    mark(desk, group.ref(), group.number(10), "absent_unnotified")
    mark(desk, group.ref(), group.number(3), "absent_notified", reason="illness")
    mark(desk, group.ref(), group.number(4), "partial")
    async with running(desk, "roster", settings=ENGLISH, ref=group.ref()) as pilot:
        await pilot.press("5", "u")
        await wait(pilot)
        check_golden(pilot.app, "roster-english")
        await pilot.press("e")
        await wait(pilot)
        check_golden(pilot.app, "after-session-english")


async def test_pending_and_not_saved(desk: Desk, group: Group) -> None:
    gate = Gate()
    app = program(desk, group, gate=gate)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("f", "u")
        await pilot.pause()
        check_golden(app, "roster-pending")
        gate.set()
        await wait(pilot)
        connection = desk.store.connection
        with desk.transaction() as work:
            from vejleder_tui.model import Citizen

            free = connection.execute("PRAGMA freelist_count").fetchone()[0]
            work.create(Citizen, work.new_id(), {}, note="x" * 4096 * (free + 1))
        connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
        for _turn in range(40):
            await pilot.press("3", "f")
            await wait(pilot)
            if "IKKE GEMT" in "".join(lines(app)):
                break
            await pilot.press("3", "x")
            await wait(pilot)
        check_golden(app, "roster-not-saved")


async def test_to_settle(desk: Desk, group: Group) -> None:
    mark_rest(desk, group.ref())
    row = desk.store.connection.execute("SELECT id FROM attendance WHERE citizen = ?", (group.number(2),)).fetchone()[0]
    contest(desk, "attendance", row, "code", '"present"', '"absent_unnotified"')
    async with running(desk, "roster", ref=group.ref()) as pilot:
        await pilot.press("2")
        await wait(pilot)
        check_golden(pilot.app, "roster-to-settle")


async def test_late_and_corrected(desk: Desk, group: Group) -> None:
    ref = group.ref(date(2026, 11, 17))
    mark_rest(desk, ref)
    answer_incidents(desk, ref, "none")
    sign_off(desk, ref)
    mark(desk, ref, group.number(4), "absent_notified", correction="forkert liste")
    async with running(desk, "roster", ref=ref) as pilot:
        check_golden(pilot.app, "roster-late")


async def test_read_only(desk: Desk, group: Group) -> None:
    from vejleder_tui.app import VejlederApp
    from vejleder_tui.ids import SeededRandomness
    from vejleder_tui.screens.link import Seat
    from vejleder_tui.store.store import Store

    mark_rest(desk, group.ref())
    store = Store.open(desk.store.paths, desk.store._data_key, clock=desk.clock, write=False)
    seat = Seat(store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(9))
    app = VejlederApp(Settings(), desk.clock, start="today", store=seat)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        check_golden(app, "today-read-only")
        for key in ("z", "Z"):
            await pilot.press(key)
            await wait(pilot)
            assert "Kun læsning" in lines(app)[22], key
        await pilot.press("enter")
        await wait(pilot)
        await pilot.press("u")
        await wait(pilot)
        check_golden(app, "roster-read-only")
        await pilot.press("e")
        await wait(pilot)
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Kun læsning" in lines(app)[22]
    store.close()


async def test_read_only_names_who_writes(desk: Desk, group: Group) -> None:
    from vejleder_tui.app import VejlederApp
    from vejleder_tui.ids import SeededRandomness
    from vejleder_tui.screens.link import Seat
    from vejleder_tui.store.store import Store

    mark_rest(desk, group.ref())
    paths, key = desk.store.paths, desk.store._data_key
    desk.store.close()
    writing = Store.open(paths, key, clock=desk.clock, initials="AB")
    store = Store.open(paths, key, clock=desk.clock, write=False)
    seat = Seat(store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(9))
    app = VejlederApp(Settings(), desk.clock, start="today", store=seat)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("u")
        await wait(pilot)
        assert lines(app)[22].rstrip() == " Kun læsning: AB skriver i et andet vindue."
    store.close()
    writing.close()


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("p", "Ny peer-aktivitet"), ("m", "Vurdér mål"), ("b", "Borger · Asta"), ("h", "Historik"), ("e", "Efter mødet"),
        ("question_mark", "Hjælp"), ("f1", "Hjælp"), ("colon", "Kommandoer"), ("ctrl+p", "Kommandoer"),
    ],
)  # fmt: skip
async def test_what_the_letters_open_and_escape_comes_back_from(desk: Desk, group: Group, key: str, seen: str) -> None:
    add_goal(desk, group.number(1))
    mark(desk, group.ref(), group.number(1), "present")
    async with running(desk, "roster", ref=group.ref()) as pilot:
        await pilot.press("up")
        await pilot.press(key)
        await wait(pilot)
        assert seen in "\n".join(lines(pilot.app)[:3]), "\n".join(lines(pilot.app))
        await pilot.press("escape")
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Fremmøde · ABC-gruppe")
        assert lines(pilot.app)[4].startswith("► 1")


async def test_the_footer_and_the_menu_letters_are_mouse_targets(desk: Desk, group: Group) -> None:
    async with running(desk, "roster", ref=group.ref()) as pilot:
        await pilot.click(offset=(lines(pilot.app)[23].index("A Resten"), 23))
        await wait(pilot)
        assert "12 af 12 registreret" in lines(pilot.app)[1]
        await pilot.click(offset=(10, 6))
        await pilot.click(offset=(lines(pilot.app)[21].index("u Udeblevet"), 21))
        await wait(pilot)
        assert lines(pilot.app)[6][19] == "U"
        await pilot.click(offset=(lines(pilot.app)[21].index("å Årsag"), 21))
        await wait(pilot)
        assert "Årsag:" in "".join(lines(pilot.app)[-4:])
        await pilot.press("escape")
        await pilot.click(offset=(lines(pilot.app)[23].index("Færdig"), 23))
        await wait(pilot)
        assert "Vejleder · I dag" in lines(pilot.app)[0]


async def test_a_session_past_the_end_of_a_grant_warns_and_is_marked_all_the_same(desk: Desk, group: Group) -> None:
    async with running(desk, "roster", ref=group.ref()) as pilot:
        await pilot.press("1", "2", "f")
        await wait(pilot)
        assert "! bevilling til 20-11" in lines(pilot.app)[15]
        assert lines(pilot.app)[15][19] == "F"
        assert "! bevilling til 20-11" in lines(pilot.app)[17]
