"""Forløb on the screen: the list, one course, its forms; keys in, screen out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.screens.golden import check_golden, lines, screen_text
from tests.screens.live import running, wait
from tests.services.planning import FIRST, TUESDAYS, citizen, course, grant
from vejleder_tui.codes.names import known_fields
from vejleder_tui.model import RECORDS, Enrolment
from vejleder_tui.model.base import fields_of
from vejleder_tui.oplog import state_digest
from vejleder_tui.queries.drafts import drafts, find_draft
from vejleder_tui.queries.sessions import SessionView, course_sessions, sessions_between
from vejleder_tui.services.attendance import mark, mark_rest
from vejleder_tui.services.courses import change_course
from vejleder_tui.services.enrolments import enrol, put_on_waiting_list
from vejleder_tui.services.sessions import cancel_session, move_session
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Desk

PEOPLE = (
    ("Einer Mortensen", "SEL-85"), ("Lonni Berg", "SEL-85"), ("Max Bertelsen", "SEL-82a"), ("Sverre Mikkelsen", "SEL-82a"),
    ("Torre Madsen", "SEL-85"), ("Asta Lind", "SEL-82a"), ("Bodil Krog", "SEL-82a"), ("Carlo Nielsen", "SEL-85"),
    ("Dagny Poulsen", "SEL-82a"), ("Ebbe Ravn", "SEL-85"), ("Frida Sand", "SEL-82a"),
)  # fmt: skip


def on(desk: Desk, day: date) -> SessionView:
    return sessions_between(desk.store.connection, day, day, desk.clock.now())[0]


def place(desk: Desk, where: str, name: str, basis: str, day: date = FIRST, *, until: str | None = None) -> str:
    who = citizen(desk, name, birth_date="1960-01-02")
    if basis == "SEL-85":
        enrol(desk, where, who, basis, from_date=day, grant=grant(desk, who, to_date=until))
    else:
        enrol(desk, where, who, basis, from_date=day, assessment="kan forebygge")
    return who


def put_on_waiting_list_as_adult(desk: Desk, where: str, who: str) -> None:
    """Put somebody on the list as a merge may bring it in: without the rules of entry."""
    with desk.transaction() as work:
        work.create(
            Enrolment, work.new_id(), {"course": where, "citizen": who, "from_date": "2026-11-01"}, status="waiting",
            queue_place=1, legal_basis="SEL-82a", assessment="kan forebygge",
        )  # fmt: skip


@pytest.fixture
def planned(desk: Desk, clock: FixedClock) -> str:
    """The course of the picture, six sessions held, the seventh going on."""
    where = course(desk)
    ids = [
        place(desk, where, name, basis, until="2026-11-20" if name.startswith("Torre") else None)
        for name, basis in PEOPLE
    ]
    place(desk, where, "Gunner Toft", "SEL-85", date(2026, 11, 17))
    for name, basis, day in (
        ("Hjalte Vang", "SEL-82a", "02-11"), ("Inge Dahl", "SEL-85", "05-11"), ("Jonna Falk", "SEL-82a", "19-11")
    ):  # fmt: skip
        who = citizen(desk, name, birth_date="1970-03-04")
        put_on_waiting_list(
            desk, where, who, basis, from_date=date(2026, 11, int(day[:2])), assessment="kan forebygge",
            grant=grant(desk, who) if basis == "SEL-85" else None,
        )  # fmt: skip
    for count, view in enumerate(course_sessions(desk.store.connection, where, desk.clock.now())[:7]):
        mark(desk, view.ref, ids[2], "absent_unnotified" if count in {5, 6} else "present")
        if count % 3 == 1:
            mark(desk, view.ref, ids[6], "absent_notified")
        if count < 7:
            mark_rest(desk, view.ref, "present")
    move_session(desk, on(desk, date(2027, 1, 12)).ref, date(2027, 1, 13), 600, 720)
    cancel_session(desk, on(desk, date(2027, 1, 26)).ref, "sygdom hos vejleder")
    return where


async def open_course(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await wait(pilot)


@pytest.mark.parametrize(("size", "language"), [((80, 24), "da"), ((120, 40), "da"), ((80, 24), "en")])
async def test_one_course_as_in_the_picture(desk: Desk, planned: str, size: tuple[int, int], language: str) -> None:
    async with running(desk, "course", course=planned, size=size, settings=Settings(language=language)) as pilot:
        assert pilot.app.focused is not None
        check_golden(pilot.app, f"course-{language}")
        await open_course(pilot, "tab", "down", "down")
        assert "►" in lines(pilot.app)[6]
        check_golden(pilot.app, f"course-people-{language}")


async def test_the_first_who_waits_is_enrolled_by_two_keys(desk: Desk) -> None:
    where = course(desk, capacity=2)
    who = citizen(desk, "Hjalte Vang", birth_date="1970-03-04")
    put_on_waiting_list(desk, where, who, "SEL-82a", assessment="kan forebygge")
    before = state_digest(desk.store.connection).digest
    async with running(desk, "course", course=where) as pilot:
        await open_course(pilot, "i", "ctrl+g")
        assert lines(pilot.app)[22] == " Hjalte V. er indskrevet fra 24-11-2026 · gemt 10:42:00 · z fortryder"
        assert "Deltagere 1 af 2" in lines(pilot.app)[3]
        row = desk.store.connection.execute("SELECT enrolled_from, queue_place FROM enrolment").fetchone()
        assert tuple(row) == ("2026-11-24", None)
        await open_course(pilot, "z")
        assert "Deltagere 0 af 2" in lines(pilot.app)[3]
        assert lines(pilot.app)[22].startswith(" Fortrudt: ")
        assert state_digest(desk.store.connection).digest == before


async def test_a_full_course_asks_for_a_reason_under_its_field(desk: Desk, planned: str) -> None:
    async with running(desk, "course", course=planned) as pilot:
        await open_course(pilot, "i", "ctrl+g")
        check_golden(pilot.app, "enrolment-full")
        await open_course(pilot, *"søskende", "ctrl+g")
        assert "Deltagere 13 af 12" in lines(pilot.app)[3]


async def test_a_citizen_is_found_by_typing_and_a_lone_grant_is_suggested(desk: Desk) -> None:
    where = course(desk)
    who = citizen(desk, "Søren Åkær", birth_date="1960-01-02")
    grant(desk, who)
    citizen(desk, "Sonja Dahl", birth_date="1961-01-02")
    async with running(desk, "course", course=where) as pilot:
        await open_course(pilot, "i", *"soren")
        assert any("►Søren Å. (1960)" in line for line in lines(pilot.app))
        await open_course(pilot, "enter")
        text = screen_text(pilot.app)
        assert "§ 85 Socialpædagogisk støtte" in text
        assert "01-01-2026" in text
        await open_course(pilot, "ctrl+g")
        assert lines(pilot.app)[22].startswith(" Søren Å. er indskrevet fra 24-11-2026 · gemt")


async def test_under_eighteen_is_refused_under_the_day(desk: Desk) -> None:
    where = course(desk)
    who = citizen(desk, "Ung Person", birth_date="2010-05-01")
    put_on_waiting_list_as_adult(desk, where, who)
    async with running(desk, "course", course=where) as pilot:
        await open_course(pilot, "i", "ctrl+g")
        assert any("under 18" in line for line in lines(pilot.app))
        assert (
            desk.store.connection.execute("SELECT count(*) FROM enrolment WHERE enrolled_from IS NOT NULL").fetchone()[
                0
            ]
            == 0
        )


async def test_cancel_move_and_hold_after_all(desk: Desk, planned: str) -> None:
    async with running(desk, "course", course=planned) as pilot:
        await open_course(pilot, "down", "a")
        check_golden(pilot.app, "session-cancel")
        await open_course(pilot, *"sygdom", "ctrl+g")
        assert "aflyst" in lines(pilot.app)[12]
        assert lines(pilot.app)[22].startswith(" Aflyst: ABC-gruppe, efterår 01-12-2026 · gemt")
        await open_course(pilot, "a")
        assert "planlagt" in lines(pilot.app)[12]
        await open_course(pilot, "v")
        check_golden(pilot.app, "session-move")
        await open_course(pilot, "ctrl+u", *"2-12", "tab", "ctrl+u", *"13-14.30", "ctrl+g")
        assert "flyttet 02-12" in lines(pilot.app)[12]
        await open_course(pilot, "z")
        assert "planlagt" in lines(pilot.app)[12]


async def test_the_status_of_a_participant_is_changed(desk: Desk, planned: str) -> None:
    async with running(desk, "course", course=planned) as pilot:
        await open_course(pilot, "tab", "s")
        check_golden(pilot.app, "enrolment-status")
        await open_course(pilot, *"oph", "enter", "ctrl+g")
        assert any("Årsagen mangler. Vælg den på listen." in line for line in lines(pilot.app))
        await open_course(pilot, *"aktivt", "enter", "ctrl+g")
        assert lines(pilot.app)[22].startswith(" Asta L.: ophørt · gemt")


async def test_a_new_session_and_a_new_course_by_keys(desk: Desk, planned: str) -> None:
    async with running(desk, "course", course=planned) as pilot:
        await open_course(pilot, "n")
        check_golden(pilot.app, "session-new")
        await open_course(pilot, "ctrl+g")
        assert lines(pilot.app)[22].startswith(" Ny mødegang 24-11-2026 · gemt")
        await open_course(pilot, "2", "n")
        await open_course(pilot, *"Café", "tab", "tab", *"ons", "enter", "tab", *"13-15", "ctrl+g")
        assert lines(pilot.app)[22].startswith(" Nyt forløb: Café")
        check_golden(pilot.app, "courses")


async def test_a_plan_that_cannot_be_says_so_under_its_field(desk: Desk) -> None:
    async with running(desk, "courses") as pilot:
        assert "Ingen forløb endnu. n opretter et." in screen_text(pilot.app)
        await open_course(pilot, "n")
        check_golden(pilot.app, "course-form")
        await open_course(pilot, "ctrl+g")
        assert sum("Feltet skal udfyldes." in line for line in lines(pilot.app)) >= 3


async def test_filters_search_and_removed_courses(desk: Desk) -> None:
    course(desk, "ABC-gruppe")
    course(desk, "Kreativt værksted")
    async with running(desk, "courses") as pilot:
        await open_course(pilot, "slash", *"kre")
        assert "Kreativt" in screen_text(pilot.app)
        assert "ABC-gruppe" not in screen_text(pilot.app)
        await open_course(pilot, "escape")
        assert "ABC-gruppe" in screen_text(pilot.app)
        await open_course(pilot, "home", "x")
        assert lines(pilot.app)[22].startswith(" Forløb fjernet: ABC-gruppe · gemt")
        await open_course(pilot, "d")
        assert "Fjernede forløb (1)" in screen_text(pilot.app)
        await open_course(pilot, "x")
        assert lines(pilot.app)[22].startswith(" Forløb gendannet: ABC-gruppe · gemt")
        await open_course(pilot, "d", "f")
        assert "Mine forløb (0)" in screen_text(pilot.app)


async def test_history_of_a_course_says_who_when_from_and_to(desk: Desk, planned: str) -> None:
    change_course(desk, planned, "ABC-gruppe, vinter", TUESDAYS, kind="rolling", capacity=14)
    async with running(desk, "courses") as pilot:
        await open_course(pilot, "h")
        check_golden(pilot.app, "history")
        assert "ABC-gruppe, efterår → ABC-gruppe,\n vinter" in screen_text(pilot.app)


async def test_hostile_names_and_an_empty_course(desk: Desk) -> None:
    where = course(desk, "[b]Jens [/b] slut", venue=None)
    async with running(desk, "course", course=where) as pilot:
        check_golden(pilot.app, "course-empty")


async def test_names_that_are_markup_stand_as_they_are(desk: Desk) -> None:
    where = course(desk, "Note [se bilag 3]", capacity=None)
    for name in ("Jens [/b] slut", "Max Berg", "Max Bruun", "Ali\u202eben", "Æ"):
        place(desk, where, name, "SEL-82a")
    async with running(desk, "course", course=where) as pilot:
        check_golden(pilot.app, "course-hostile")
        await open_course(pilot, "f8")
        assert "Jens" not in screen_text(pilot.app)


async def test_the_list_is_in_focus_and_digits_switch_the_screen(desk: Desk, planned: str) -> None:
    course(desk, title="Aftengruppe")
    async with running(desk) as pilot:
        await open_course(pilot, "2")
        marked = [line for line in lines(pilot.app) if line.startswith("│►")]
        assert len(marked) == 1
        assert "ABC-gruppe, efterår" in marked[0]
        assert not pilot.app.screen.query_one("#searching").display
        await open_course(pilot, "3")
        assert lines(pilot.app)[0].startswith(" Vejleder · Borgere")
        await open_course(pilot, "f9", "2", "slash", "a", "b")
        assert lines(pilot.app)[2].startswith(" Søg  [ ab")
        await open_course(pilot, "f9", "3", "f9", "2", "f9", "3", "e", "i")
        assert lines(pilot.app)[2].startswith(" Søg  [ ei")


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_days_and_times_stand_whole_in_the_list(desk: Desk, planned: str, size: tuple[int, int]) -> None:
    course(desk, title="Et forløb med et meget langt navn, der ikke kan stå på linjen")
    async with running(desk, "courses", size=size) as pilot:
        assert all("tirsdage 10:00–12:00" in line for line in lines(pilot.app)[3:5])
        assert "12 af 12" in lines(pilot.app)[3]


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 40)])
async def test_the_days_of_a_course_stand_whole(desk: Desk, planned: str, size: tuple[int, int]) -> None:
    async with running(desk, "course", course=planned, size=size) as pilot:
        assert "06-10-2026–23-02-2027" in lines(pilot.app)[2]
        assert "tirsdage 10:00–12:00" in lines(pilot.app)[2]
        await pilot.resize_terminal(60, 20)
        await wait(pilot)
        assert "06-10-2026–23-02-2027" in lines(pilot.app)[2]


async def test_an_enrolment_taken_away_is_shown_and_brought_back(desk: Desk) -> None:
    where = course(desk, capacity=1)
    who = place(desk, where, "Hjalte Vang", "SEL-82a", date(2026, 11, 24))
    async with running(desk, "course", course=where) as pilot:
        await open_course(pilot, "tab", "x")
        assert "Indskrivning fjernet: Hjalte V." in lines(pilot.app)[22]
        await open_course(pilot, "d")
        assert "Fjernede deltagere 1" in lines(pilot.app)[3]
        assert "Hjalte V." in lines(pilot.app)[4]
        await open_course(pilot, "x")
        assert "Gendannet: Hjalte V." in lines(pilot.app)[22]
        assert "Fjernede deltagere 0" in lines(pilot.app)[3]
        await open_course(pilot, "d")
        assert "Deltagere 1 af 1" in lines(pilot.app)[3]
        row = desk.store.connection.execute("SELECT count(*) FROM enrolment WHERE void = 0 AND citizen = ?", (who,))
        assert row.fetchone()[0] == 1


async def test_peer_support_begins_with_the_row_in_focus(desk: Desk, planned: str) -> None:
    async with running(desk, "course", course=planned) as pilot:
        await open_course(pilot, "tab", "p")
        assert any("Får støtte" in line and "Asta L." in line for line in lines(pilot.app))
        await open_course(pilot, "escape", "escape", "2", "p")
        assert lines(pilot.app)[0].startswith(" Ny peer-aktivitet")


async def test_the_course_form_lists_the_days_that_are_left_out(desk: Desk, planned: str) -> None:
    async with running(desk, "course_form", course=planned) as pilot:
        assert "Springes over nu: 29-12 juleferie" in screen_text(pilot.app)


def test_every_field_of_every_record_has_a_danish_name() -> None:
    names = {name for table in RECORDS for name in fields_of(table)}
    assert names - known_fields() == set()


@pytest.mark.parametrize(
    ("screen", "field", "title"),
    [
        ("course_form", "title", "Ret forløb · ABC-gruppe, efterår"),
        ("enrolment_form", "assessment", "Ret indskrivning · Asta L."),
        ("session_form", "theme", "Ret mødegang · ABC-gruppe"),
    ],
)
async def test_the_draft_of_a_change_stays_a_change(
    desk: Desk, planned: str, screen: str, field: str, title: str
) -> None:
    who = desk.store.connection.execute(
        "SELECT e.id FROM enrolment e JOIN citizen c ON c.id = e.citizen WHERE c.name LIKE 'Asta%'"
    ).fetchone()[0]
    values: dict[str, Any] = {
        "course_form": {"course": planned},
        "enrolment_form": {"course": planned, "enrolment": who, "act": "edit"},
        "session_form": {"ref": on(desk, date(2026, 12, 1)).ref},
    }[screen]
    async with running(desk, screen, **values) as pilot:
        form = pilot.app.screen
        form.form.field(field).target().focus()  # type: ignore[attr-defined]  # the program's own
        await open_course(pilot, *"xy", "escape")
        kept = drafts(desk.store.connection, desk.actor.worker)
        opened = find_draft(desk.store.connection, kept[0].id, desk.actor.worker)
        assert opened is not None
        pilot.app.goto(screen, draft=opened.values, draft_id=opened.view.id)  # type: ignore[attr-defined]  # the program's own
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(f" {title}")
        await open_course(pilot, "ctrl+g")
        assert "· gemt 10:42:00 · z fortryder" in lines(pilot.app)[22]
        assert desk.store.connection.execute("SELECT count(*) FROM course").fetchone()[0] == 1


async def test_a_date_that_stands_there_is_replaced_by_typing(desk: Desk) -> None:
    where = course(desk)
    async with running(desk, "session_form", course=where) as pilot:
        await open_course(pilot, "tab", "tab", *"31-11", "ctrl+g")
        assert "»31-11« findes ikke: november har 30 dage." in screen_text(pilot.app)
        await open_course(pilot, "home", "shift+end", *"i morgen", "tab", *"13-14", "ctrl+g")
        assert "Ny mødegang 25-11-2026 · gemt" in lines(pilot.app)[22]


async def test_fields_stay_inside_a_narrow_screen(desk: Desk) -> None:
    async with running(desk, "citizen_form", size=(60, 20)) as pilot:
        assert [line.rstrip()[-1] for line in lines(pilot.app)[3:6]] == ["]", "]", "]"]
        await pilot.resize_terminal(80, 24)
        await wait(pilot)
        assert lines(pilot.app)[3].rstrip().endswith(" " * 45 + " ]")
