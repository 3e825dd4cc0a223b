"""While two laptops disagree, every screen, command and export says so: the word, both values, and the count beside figures."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.attend.group import TODAY, Group, add_goal
from tests.conftest import PASSPHRASE
from tests.other_laptop import bring
from tests.screens.golden import lines, wait
from tests.screens.live import running
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.package import open_to
from vejleder_tui.cli.parser import run
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Course, Enrolment, PeerActivity
from vejleder_tui.queries.sessions import session_view
from vejleder_tui.screens.conflict_words import differing_words
from vejleder_tui.services.attendance import mark, mark_rest, set_note
from vejleder_tui.services.citizens import change_citizen
from vejleder_tui.services.goals import change_goal
from vejleder_tui.services.handover import export
from vejleder_tui.services.peer import PeerPerson, new_peer_activity
from vejleder_tui.services.sessions import move_session

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

BEFORE = date(2026, 11, 17)


def disagree(desk: Desk, other: Desk, group: Group) -> None:
    """Let both write of one citizen's attendance, of a session's time, and of the citizen."""
    before = group.ref(BEFORE)
    mark_rest(desk, before)
    bring(desk, other)
    mark(desk, before, group.number(1), "partial", minutes=60)
    mark(other, before, group.number(1), "absent_unnotified")
    set_note(desk, before, group.number(2), "kom med bussen")
    set_note(other, before, group.number(2), "kom til fods")
    move_session(desk, before, BEFORE, 630, 720)
    move_session(other, before, BEFORE, 615, 720)
    change_citizen(desk, group.number(1), call_name="Asta", contact="12 34 56 78")
    change_citizen(other, group.number(1), call_name="Astrid", contact="87 65 43 21")
    bring(other, desk)


def _settled(line: str) -> list[str]:
    return [part.strip() for part in line.partition("afklares: ")[2].split("·")]


async def test_the_roster(desk: Desk, other: Desk, group: Group) -> None:
    disagree(desk, other, group)
    async with running(desk, "roster", ref=group.ref(BEFORE)) as pilot:
        assert "(2 til afklaring)" in lines(pilot.app)[1]
        await pilot.press("1")
        await wait(pilot)
        assert any(
            "afklares: delvist / udeblevet" in line or "afklares: udeblevet / delvist" in line
            for line in lines(pilot.app)
        )
        assert any("afklares: start 10:" in line for line in lines(pilot.app))
        await pilot.press("down")
        await wait(pilot)
        assert any("afklares: note" in line for line in lines(pilot.app))
        assert not any("bussen" in line for line in lines(pilot.app))


async def test_the_course_its_sessions_and_its_people(desk: Desk, other: Desk, group: Group) -> None:
    disagree(desk, other, group)
    enrolment = desk.store.connection.execute(
        "SELECT id FROM enrolment WHERE citizen = ?", (group.number(3),)
    ).fetchone()[0]
    for laptop, title, basis in ((desk, "ABC, efterår", "SEL-82a"), (other, "ABC-holdet", "SEL-104")):
        with laptop.transaction() as work:
            work.change(Course, group.course, title=title)
            work.change(Enrolment, enrolment, legal_basis=basis)
    bring(other, desk)
    async with running(desk, "course", course=group.course) as pilot:
        assert any("afklares: titel ABC" in line for line in lines(pilot.app)[:4])
        await pilot.press("up")
        await wait(pilot)
        text = "\n".join(lines(pilot.app))
        assert "afklares: start 10:" in text
        assert "(2 til afklaring)" in text
        await pilot.press("tab")
        await wait(pilot)
        await pilot.press("home")
        await wait(pilot)
        text = "\n".join(lines(pilot.app))
        assert "(1 til afklaring)" in text
        assert sum(" afklares│" in line for line in lines(pilot.app)) == 3


async def test_the_list_of_courses(desk: Desk, other: Desk, group: Group) -> None:
    for laptop, title in ((desk, "ABC, efterår"), (other, "ABC-holdet")):
        with laptop.transaction() as work:
            work.change(Course, group.course, title=title)
    bring(other, desk)
    async with running(desk, "courses") as pilot:
        assert any("ABC" in line and "afklares" in line for line in lines(pilot.app)[3:8])
        assert any("afklares: titel ABC" in line for line in lines(pilot.app)[18:])


async def test_a_citizen(desk: Desk, other: Desk, group: Group) -> None:
    disagree(desk, other, group)
    async with running(desk, "citizen", citizen=group.number(1)) as pilot:
        text = "\n".join(lines(pilot.app))
        assert "afklares" in text
        assert "12 34 56 78" not in text.partition("Overblik")[0]
    view = session_view(desk.store.reader(), group.ref(BEFORE), desk.clock.now())
    assert view is not None
    assert (view.contested, view.to_settle) == (True, 2)
    assert differing_words(view.open).startswith("afklares: start 10:")


async def test_a_goal_and_the_dose_beside_it(desk: Desk, other: Desk, group: Group) -> None:
    goal = add_goal(desk, group.number(1))
    with desk.transaction() as work:
        from vejleder_tui.model import Goal

        work.change(Goal, goal, baseline_date="2026-10-01")
    bring(desk, other)
    disagree(desk, other, group)
    change_goal(desk, goal, weight="2")
    change_goal(other, goal, weight="3")
    bring(other, desk)
    async with running(desk, "goals") as pilot:
        assert any("afklares: vægt 2 / 3" in line for line in lines(pilot.app)[18:])
        await pilot.press("enter")
        await wait(pilot)
        assert any("afklares: vægt 2 / 3" in line for line in lines(pilot.app))
        assert "(1 til afklaring)" in lines(pilot.app)[22]
        await pilot.press("m")
        await wait(pilot)
        assert any("(1 til afklaring)" in line for line in lines(pilot.app))


async def test_a_peer_activity(desk: Desk, other: Desk, group: Group) -> None:
    assert group.course
    activity = new_peer_activity(
        desk, date="2026-11-23", form="drop_in", minutes=60, purposes=["community"], place="Biblioteket", count=3,
        shared="yes", givers=[PeerPerson(worker=desk.actor.worker)],
    ).row  # fmt: skip
    bring(desk, other)
    for laptop, minutes in ((desk, 70), (other, 80)):
        with laptop.transaction() as work:
            work.change(PeerActivity, activity, minutes=minutes)
    bring(other, desk)
    async with running(desk, "peer") as pilot:
        assert "afklares: minutter 70 / 80" in " ".join(" ".join(lines(pilot.app)).split())


async def test_a_form_says_what_differs_and_that_saving_settles_it(desk: Desk, other: Desk, group: Group) -> None:
    disagree(desk, other, group)
    async with running(desk, "citizen_form", citizen=group.number(1)) as pilot:
        text = " ".join(" ".join(lines(pilot.app)).split())
        assert "Afklares: kaldenavn Asta / Astrid. Gemmer du, gælder det, der står her." in text


async def test_the_history(desk: Desk, other: Desk, group: Group) -> None:
    disagree(desk, other, group)
    async with running(desk, "history", table="session", row=group.ref(BEFORE).id) as pilot:
        assert sum("afklares · start" in line for line in lines(pilot.app)) == 2


@pytest.fixture
def disagreeing(desk: Desk, other: Desk, group: Group) -> Desk:
    mark(desk, group.ref(), group.number(1), "partial")
    mark(other, group.ref(), group.number(1), "absent_unnotified")
    bring(other, desk)
    return desk


@pytest.mark.parametrize("command", ["today", "sessions"])
def test_the_command_line(
    disagreeing: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    desk = disagreeing
    desk.store.close()
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)
    where = ["--store", str(desk.store.paths.folder)]
    assert run([command, *where], clock=desk.clock) == 0
    assert "Afklares (1 til afklaring)." in capsys.readouterr().out
    assert run([command, "--json", *where], clock=desk.clock) == 0
    said = json.loads(capsys.readouterr().out)
    found = said["sessions"] if command == "today" else said
    (view,) = [one for one in found if one["date"] == TODAY.isoformat()]
    assert (view["contested"], view["to_settle"]) == (True, 1)


def test_the_export_names_the_fields_of_a_row_that_wait(desk: Desk, other: Desk, group: Group, tmp_path: Path) -> None:
    disagree(desk, other, group)
    identity = generate_age_identity(SeededRandomness(5))
    made = export(
        desk.store, clock=desk.clock, randomness=desk.ids.randomness, folder=tmp_path / "out",
        recipients=[age_recipient_of(identity)], everything=True,
    )  # fmt: skip
    open_to(made.path, tmp_path / "rows", "csv", [identity])
    with (tmp_path / "rows" / "citizen.csv").open(encoding="utf-8-sig", newline="") as readable:
        marked = {row["id"]: row["contested"] for row in csv.DictReader(readable)}
    assert marked.pop(group.number(1)) == "call_name contact"
    assert set(marked.values()) == {""}
