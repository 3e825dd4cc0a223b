"""Fremmøde: keys in, screen out, on a real store."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.attend.group import NAMES, Group, add_goal, make_group
from tests.attend.program import Home, Rating, opened, program
from tests.screens.golden import check_golden, lines, wait
from tests.settling import Gate
from vejleder_tui.queries.roster import roster
from vejleder_tui.services.after_session import answer_incidents, sign_off
from vejleder_tui.services.attendance import mark, mark_rest, set_minutes, set_note, set_reason
from vejleder_tui.services.guests import add_guest

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


def codes(desk: Desk, group: Group) -> str:
    found = roster(desk.store.connection, group.ref(), desk.clock.now())
    assert found is not None
    return "".join(row.letter for row in found.rows)


async def test_a_session_of_twelve_takes_six_keys(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("A", "3", "u", "9", "a", "enter")
        await wait(pilot)
        assert codes(desk, group) == "FFUFFFFFAFFF"
        assert isinstance(app.screen, Home)
        assert "Fremmøde: 12 af 12 registreret · gemt 10:42:00 · z fortryder" in "".join(lines(app))


async def test_keys_typed_before_the_rows_are_there_are_not_lost(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        from textual import events

        for key in ("A", "3", "u", "1", "2", "a", "x", "f", "enter"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait(pilot)
        assert codes(desk, group) == "FFUFFFFFFFFF"


async def test_the_picture(desk: Desk) -> None:
    group = make_group(desk)
    ref = group.ref()
    number = group.number
    for day in ("2026-10-06", "2026-10-20", "2026-10-27", "2026-11-03", "2026-11-10", "2026-11-17"):
        mark_rest(desk, group.ref(date.fromisoformat(day)))
    mark(desk, group.ref(date(2026, 11, 17)), number(10), "absent_unnotified")
    mark(desk, group.ref(date(2026, 11, 10)), number(11), "absent_notified")
    add_goal(desk, number(6), due="2026-11-24", rated="2026-11-17")
    add_goal(desk, number(11))
    for one in (1, 2, 3, 5, 6, 8, 12):
        mark(desk, ref, number(one), "present")
    mark(desk, ref, number(9), "partial")
    set_minutes(desk, ref, number(9), 60)
    mark(desk, ref, number(10), "absent_unnotified")
    mark(desk, ref, number(7), "online")
    set_reason(desk, ref, number(4), "illness")
    set_note(desk, ref, number(2), "kom sent")
    add_guest(desk, ref, "KH")
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        check_golden(app, "roster")
        await pilot.resize_terminal(120, 40)
        await wait(pilot)
        check_golden(app, "roster")
        await pilot.resize_terminal(60, 20)
        await wait(pilot)
        check_golden(app, "roster")


async def test_a_slow_disk_shows_that_it_waits_and_then_that_it_saved(desk: Desk, group: Group) -> None:
    gate = Gate()
    app = program(desk, group, gate=gate)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("f")
        await pilot.pause()
        assert "F fremmødt" in lines(app)[4]
        assert lines(app)[4].rstrip().endswith("…")
        assert "gemt" not in "".join(lines(app))
        await pilot.press("u", "f")
        await pilot.pause()
        gate.set()
        await wait(pilot)
        assert not lines(app)[4].rstrip().endswith("…")
        assert "3 af 12 registreret" in lines(app)[1]
        assert "Fremmødt: Carlo N. · gemt 10:42:" in lines(app)[22]
        assert codes(desk, group) == "FUF·········"


async def test_a_full_disk_is_told_on_the_row_and_the_same_key_saves_later(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        connection = desk.store.connection
        most = connection.execute("PRAGMA max_page_count").fetchone()[0]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        with desk.transaction() as work:
            from vejleder_tui.model import Citizen

            free = connection.execute("PRAGMA freelist_count").fetchone()[0]
            work.create(Citizen, work.new_id(), {}, note="x" * 4096 * (free + 1))
        connection.execute(f"PRAGMA max_page_count = {pages}")
        for _turn in range(40):
            await pilot.press("1", "f")
            await wait(pilot)
            if "IKKE GEMT" in "".join(lines(app)):
                break
            await pilot.press("1", "x")
            await wait(pilot)
        assert "IKKE GEMT" in lines(app)[4]
        assert "Ikke gemt: disken er fuld." in "".join(lines(app)[-4:])
        assert codes(desk, group)[0] == "·"
        await pilot.press("enter")
        await wait(pilot)
        assert "1 markering er ikke gemt" in "".join(lines(app))
        connection.execute(f"PRAGMA max_page_count = {most}")
        await pilot.press("1", "f")
        await wait(pilot)
        assert "IKKE GEMT" not in "".join(lines(app))
        assert codes(desk, group)[0] == "F"


async def test_marking_over_a_mark_says_both_and_undo_names_it(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        assert "Prøv A: resten markeres fremmødt. z fortryder." in lines(app)[22]
        await pilot.press("1", "0", "f", "1", "0", "u")
        await wait(pilot)
        assert "Max B.: fremmødt → udeblevet · gemt 10:42:00 · z fortryder" in lines(app)[22]
        await pilot.press("z")
        await wait(pilot)
        assert "Fortrudt: Max B. er igen fremmødt (var udeblevet) · Z gør igen" in lines(app)[22]
        await pilot.press("z")
        await wait(pilot)
        assert "Fortrudt: Max B. er igen ikke registreret (var fremmødt) · Z gør igen" in lines(app)[22]
        assert lines(app)[13].startswith("►10")
        await pilot.press("Z")
        await wait(pilot)
        assert "Gjort igen: Max B. er fremmødt · z fortryder" in lines(app)[22]
        await pilot.press("A")
        await wait(pilot)
        assert "11 markeret fremmødt · gemt" in lines(app)[22]
        await pilot.press("z")
        await wait(pilot)
        assert "Fortrudt: 11 er igen ikke registreret · Z gør igen" in lines(app)[22]


async def test_row_numbers_join_while_they_exist(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        for keys, row in (("12", 12), ("39", 9), ("01", 1), ("13", 3)):
            await pilot.press(*keys)
            await wait(pilot)
            assert lines(app)[3 + row].startswith(f"►{row:>2}"), keys
            await pilot.press("down", "up")
        await pilot.press("1")
        await wait(pilot)
        assert "Række 1_" in lines(app)[22]
        await pilot.press("f")
        await wait(pilot)
        assert codes(desk, group)[0] == "F"


async def test_reason_time_note_and_guest_in_line_23(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("å")
        await wait(pilot)
        check_golden(app, "roster-reason")
        await pilot.press("s", "d", "2", "t")
        await wait(pilot)
        assert "Minutter for Bodil K., af 120:" in lines(app)[22]
        await pilot.press("6", "0", "enter", "n", *"kom sent 2", "enter", "g", *"KH", "enter", "g", "3", "enter")
        await wait(pilot)
        assert "3 gæster · gemt 10:42:00 · z fortryder" in lines(app)[22]
        assert "Gæster: 4" in lines(app)[19]
        found = roster(desk.store.connection, group.ref(), desk.clock.now())
        assert found is not None
        assert [(row.word, row.time, row.has_note) for row in found.rows[:3]] == [
            ("afbud: sygdom", "", False),
            ("delvist", "60 min", True),
            ("ikke registreret", "", False),
        ]
        await pilot.press("2", "n")
        await wait(pilot)
        assert "Note om Bodil K.: kom sent 2" in lines(app)[22]
        await pilot.press("escape")
        await wait(pilot)
        assert desk.store.connection.execute("SELECT what FROM access_log").fetchall() == [("attendance_note",)]


async def test_space_repeats_and_range_marks_many(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("space")
        await wait(pilot)
        assert "Der er intet at gentage endnu." in lines(app)[22]
        await pilot.press("å", "s", "space", "v", "down", "down")
        await wait(pilot)
        assert "3 valgt." in lines(app)[22]
        await pilot.press("u")
        await wait(pilot)
        assert codes(desk, group) == "AAUUU·······"
        assert "3 markeret udeblevet · gemt" in lines(app)[22]
        await pilot.press("z")
        await wait(pilot)
        assert codes(desk, group) == "AA··········"
        await pilot.press("1", "x")
        await wait(pilot)
        assert codes(desk, group) == "·A··········"


async def test_sign_off_refuses_and_puts_the_cursor_there(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("f", "5", "k")
        await wait(pilot)
        assert "Kan ikke godkendes: 11 er ikke registreret." in "".join(lines(app)[-4:])
        assert lines(app)[5].startswith("► 2")
        await pilot.press("A", "k")
        await wait(pilot)
        assert "Kan ikke godkendes: Hændelser er ikke besvaret." in "".join(lines(app)[-4:])
        await pilot.press("i")
        await wait(pilot)
        assert "Hændelser: ingen" in lines(app)[19]
        await pilot.press("k")
        await wait(pilot)
        assert "godkendt 24-11 MJ" in lines(app)[1]
        await pilot.press("3", "u")
        await wait(pilot)
        assert "Mødegangen er godkendt. Hvorfor rettes den?" in lines(app)[22]
        assert codes(desk, group)[2] == "F"
        await pilot.press(*"Forkert", "enter")
        await wait(pilot)
        assert codes(desk, group)[2] == "U"
        assert "rettet" in lines(app)[6]


async def test_rating_opens_for_the_citizen_in_focus(desk: Desk, group: Group) -> None:
    goal = add_goal(desk, group.number(3))
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("m")
        await wait(pilot)
        assert "Asta L. har ingen aktive mål." in lines(app)[22]
        await pilot.press("3", "m")
        await wait(pilot)
        assert Rating.asked == {
            "citizen": group.number(3), "goal": goal, "session": group.ref(),
            "origin": "Fremmøde, ABC-gruppe, efterår 24-11",
        }  # fmt: skip


async def test_the_mouse_does_what_the_keys_do(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.click(offset=(10, 8))
        await wait(pilot)
        assert lines(app)[8].startswith("► 5")
        await pilot.click(offset=(2, 21))
        await wait(pilot)
        assert codes(desk, group) == "····F·······"
        await pilot.click(offset=(lines(app)[22].index("z fortryder") + 2, 22))
        await wait(pilot)
        assert codes(desk, group) == "·" * 12


async def test_hostile_names_are_text(desk: Desk) -> None:
    names = ("Jens [/b] slut", "[se bilag 3]", "Åse \u202eabc", "Line\nskift Æ", *NAMES[:4])
    group = make_group(desk, names, "Gruppe [bold]fed[/] »x«")
    add_guest(desk, group.ref(), "[/red] gæst")
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("A", "1", "u")
        await wait(pilot)
        text = "\n".join(lines(app))
        assert "[se 3." in text
        assert "Jens" in text
        assert "\u202e" not in text
        assert "Gruppe [bold]fed[/" in text
        assert all(len(line) <= 80 for line in lines(app))


async def test_initials_cover_the_names(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("f8", "f")
        await wait(pilot)
        assert "Asta" not in "\n".join(lines(app))
        assert "A.L." in lines(app)[4]


async def test_a_signed_off_session_opens_as_such(desk: Desk, group: Group) -> None:
    mark_rest(desk, group.ref())
    answer_incidents(desk, group.ref(), "none")
    sign_off(desk, group.ref())
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        check_golden(app, "roster-signed")


async def test_the_mark_letters_fit_in_english_too(desk: Desk, group: Group) -> None:
    from vejleder_tui.commands import SCREENS, bound_on

    assert SCREENS["roster"].kind == "task"
    labels = ("Attended", "In part", "Online", "With notice", "Reason", "No-show", "Time", "Clear")
    from vejleder_tui.widgets.roster_list import MarksLine

    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        keys = [one.display for one in bound_on("roster") if one.id.startswith("attend.")][1:9]
        app.screen.query_one(MarksLine).show(tuple(("x", key, label) for key, label in zip(keys, labels, strict=False)))
        await wait(pilot)
        assert "Clear" in lines(app)[21]


async def test_a_key_without_meaning_is_told(desk: Desk, group: Group) -> None:
    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("w")
        await wait(pilot)
        assert "Tasten w bruges ikke her. ? viser tasterne." in lines(app)[22]
        await pilot.press("F")
        await wait(pilot)
        assert "Er Caps Lock slået til?" in lines(app)[22]
        assert codes(desk, group) == "·" * 12


async def test_pasted_text_is_never_run_as_keys(desk: Desk, group: Group) -> None:
    from textual import events

    app = program(desk, group)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        app.post_message(events.Paste("AAA"))
        await wait(pilot)
        assert codes(desk, group) == "·" * 12
        assert "Indsat tekst kan kun bruges i felter." in lines(app)[22]
        await pilot.press("n")
        app.post_message(events.Paste("fra\ntelefon"))
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert desk.store.connection.execute("SELECT note FROM attendance").fetchall() == [("fra telefon",)]


async def test_read_only_marks_nothing(desk: Desk, group: Group) -> None:
    from tests.attend.program import Home
    from vejleder_tui.app import VejlederApp
    from vejleder_tui.ids import SeededRandomness
    from vejleder_tui.screens.link import Seat
    from vejleder_tui.screens.roster import RosterScreen
    from vejleder_tui.settings import Settings
    from vejleder_tui.store.store import Store

    store = Store.open(desk.store.paths, desk.store._data_key, clock=desk.clock, write=False)
    seat = Seat(store, desk.actor.worker, clock=desk.clock, randomness=SeededRandomness(9))
    app = VejlederApp(
        Settings(), desk.clock, start="today", store=seat, factories={"today": Home, "roster": RosterScreen}
    )
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        for key in ("f", "A", "g", "k", "z"):
            await pilot.press(key)
            await wait(pilot)
            assert "Kun læsning" in "".join(lines(app)[-3:]), key
        assert lines(app)[0].startswith(" KUN LÆSNING · Fremmøde")
    assert codes(desk, group) == "·" * 12
    store.close()


async def test_marks_still_queued_when_the_screen_is_left_are_saved(desk: Desk, group: Group) -> None:
    gate = Gate()
    app = program(desk, group, gate=gate)
    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        await pilot.press("f", "u", "å", "s", "A", "z", "o", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Home)
        assert codes(desk, group) == "·" * 12
        gate.set()
        await wait(pilot)
    assert codes(desk, group) == "FUAO········"


async def test_answers_of_a_slow_disk_are_taken_in_the_order_of_the_keys(desk: Desk, group: Group) -> None:
    """Three acts end together, and the newest is heard of at once: the older answers do not paint over it."""
    app = program(desk, group)
    link = app.store_link
    assert link is not None
    write = link.write

    def after_the_third(act: Any) -> Any:
        assert third.wait()
        return write(act)

    seen = {"acts": 0}
    third = Gate()
    within = app.write_within

    def counted(act: Any, **values: Any) -> Any:
        seen["acts"] += 1
        if seen["acts"] == 3:
            third.set()
        return within(act, **values, seconds=0.01 if seen["acts"] < 3 else 20)

    async with app.run_test(size=(80, 24)) as pilot:
        opened(app, group)
        await wait(pilot)
        link.write = after_the_third  # type: ignore[method-assign] # the disk that waits
        app.write_within = counted  # type: ignore[method-assign] # how long the screen waits for it
        await pilot.press(*"A3u9a")
        await wait(pilot)
        assert codes(desk, group) == "FFUFFFFFAFFF"
        assert "".join(line[19] for line in lines(app)[4:16]) == "FFUFFFFFAFFF"
        assert "Lonni B.: fremmødt → afbud · gemt 10:42:" in lines(app)[22]
