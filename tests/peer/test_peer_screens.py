"""Peer-støtte: keys in, screen out, on a real store."""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import vejleder_tui
from tests.peer.link import app_of
from tests.peer.people import HOSTILE, citizen, goal, usual
from tests.screens.golden import check_golden, lines, screen_text, wait
from vejleder_tui.queries.drafts import drafts
from vejleder_tui.queries.peer import PeerPerson, peer_activities, peer_activity
from vejleder_tui.screens.peer_form import PeerForm
from vejleder_tui.services.peer import new_peer_activity, void_peer_activity
from vejleder_tui.settings import Settings

if TYPE_CHECKING:
    from vejleder_tui.app import VejlederApp
    from vejleder_tui.queries.peer import PeerView
    from vejleder_tui.services.desk import Desk


def last_week(desk: Desk) -> None:
    """Follow what the picture shows: Sverre went along with Lonni on 17-11."""
    sverre, lonni = citizen(desk, "Sverre Madsen"), citizen(desk, "Lonni Berg")
    new_peer_activity(desk, **usual(date="2026-11-10", form="drop_in", minutes=120, count=6, purposes=["wellbeing"]))
    new_peer_activity(
        desk,
        **usual(
            date="2026-11-17", givers=[PeerPerson(citizen=sverre.citizen, peer_role="peer_volunteer")],
            receivers=[lonni], place="Ishøj Bibliotek", goal=goal(desk, lonni, "Købe ind"),
            purposes=["community", "wellbeing"],
        ),
    )  # fmt: skip


def many(desk: Desk) -> None:
    people = [citizen(desk, f"{name} Andersen-Østergaard") for name in ("Asta", "Bodil", "Carlo", "Dagny", "Ebbe")]
    for number in range(40):
        new_peer_activity(
            desk,
            **usual(
                date=f"2026-{10 + number % 2}-{1 + number % 23:02d}", form="own_story", minutes=1440,
                givers=people[:3], receivers=people[3:], place="Vejledningscentret i Vallensbæk " * 3,
                purposes=["community", "wellbeing", "coping", "navigation"], summary="Det var godt. " * 30,
            ),
        )  # fmt: skip


def hostile(desk: Desk) -> None:
    people = [citizen(desk, name) for name in HOSTILE]
    for person, name in zip(people, HOSTILE, strict=True):
        new_peer_activity(
            desk,
            **usual(givers=[person], receivers=[one for one in people if one != person][:2], place=name, summary=name),
        )


def views(desk: Desk) -> list[PeerView]:
    return peer_activities(desk.store.connection)


def form_of(app: VejlederApp) -> PeerForm:
    assert isinstance(app.screen, PeerForm)
    return app.screen


def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the English texts from where they are written, as the catalogue has them after the build."""
    from vejleder_tui import i18n

    texts: dict[str, tuple[str, str]] = {}
    for path in Path(vejleder_tui.__file__).parent.glob("locale/en/parts/*.tsv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            parts = line.split("\t")
            texts[parts[0]] = (parts[1], parts[3] if len(parts) == 4 else parts[1])

    class Parts(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return texts.get(message, (message, ""))[0]

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return texts.get(msgid1, (msgid1, msgid2))[n != 1]

    def choose(_code: str) -> None:
        monkeypatch.setitem(i18n._state, "texts", Parts())
        monkeypatch.setitem(i18n._current, "language", "en")

    monkeypatch.setattr("vejleder_tui.app.set_language", choose)


FILLS = {"empty": lambda _desk: None, "normal": last_week, "overfull": many, "hostile": hostile}


@pytest.mark.parametrize(
    ("state", "size"),
    [("empty", (80, 24)), ("normal", (80, 24)), ("overfull", (80, 24)), ("hostile", (80, 24)), ("normal", (120, 40))],
)
async def test_the_list_in_each_state(desk: Desk, state: str, size: tuple[int, int]) -> None:
    FILLS[state](desk)
    app = app_of(desk, start="peer")
    async with app.run_test(size=size) as pilot:
        await wait(pilot)
        check_golden(app, f"peer-{state}")


@pytest.mark.parametrize(
    ("state", "size"),
    [("empty", (80, 24)), ("normal", (80, 24)), ("overfull", (80, 24)), ("hostile", (80, 24)), ("normal", (120, 40))],
)
async def test_the_form_in_each_state(desk: Desk, state: str, size: tuple[int, int]) -> None:
    FILLS[state](desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        if state == "normal":
            await pilot.press(*["tab"] * 6)
            await wait(pilot)
        check_golden(app, f"peer-form-{state}")


async def test_in_english(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    english(monkeypatch)
    last_week(desk)
    app = app_of(desk, start="peer", settings=Settings(language="en"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        check_golden(app, "peer-english")
        await pilot.press("p")
        await wait(pilot)
        await pilot.press("enter", *["tab"] * 6)
        await wait(pilot)
        check_golden(app, "peer-form-english")


async def test_three_keys_repeat_last_week(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        keys = ["p", "enter", "ctrl+g"]
        await pilot.press(*keys)
        await wait(pilot)
        assert len(keys) == 3
        new, old = views(desk)[:2]
        assert (new.date.day, old.date.day) == (24, 17)
        assert [new.form, new.minutes, new.purposes, new.place, new.people, new.goal] == [
            old.form, old.minutes, old.purposes, old.place, old.people, old.goal,
        ]  # fmt: skip
        assert lines(app)[22].startswith(" Peer-aktivitet: følgeskab 24-11 · gemt 10:42:0")
        assert drafts(desk.store.connection, desk.actor.worker) == []


async def test_a_form_is_filled_in_by_keys(desk: Desk) -> None:
    sverre, lonni = citizen(desk, "Sverre Madsen"), citizen(desk, "Lonni Berg")
    aim = goal(desk, lonni, "Købe ind")
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press(*"1:30", "enter", *"følge", "enter")
        await pilot.press(*"tilk", "enter", *"udvik", "enter", "enter", *"Biblioteket", "enter")
        await pilot.press(*"sver")
        await wait(pilot)
        await pilot.press("down", "down", "down", "enter", "enter", *"lonni")
        await wait(pilot)
        await pilot.press("enter", "enter", "enter", "tab", "tab")
        await wait(pilot)
        assert "►Mål" in screen_text(app)
        await pilot.press("down")
        await wait(pilot)
        await pilot.press(
            "enter", *"Godt", "enter", *"Igen", "enter", "left", "left", "enter", *"15", "enter", *"le", "enter"
        )
        await pilot.press("ctrl+g")
        await wait(pilot)
    (view,) = views(desk)
    assert (view.minutes, view.form, view.purposes, view.place) == (
        90,
        "accompaniment",
        ("community", "wellbeing"),
        "Biblioteket",
    )
    assert [(one.person.id, one.role) for one in view.people] == [(sverre.id, "giver"), (lonni.id, "receiver")]
    assert view.givers[0].person.peer_role
    assert (view.goal, view.summary, view.next_step, view.shared) == (aim, "Godt", "Igen", "yes")
    assert (view.guidance_minutes, view.load) == (15, "light")


async def test_what_is_missing_stands_under_its_field_and_nothing_is_lost(desk: Desk) -> None:
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press(*"90", "ctrl+g")
        await wait(pilot)
        assert "Feltet skal udfyldes." in screen_text(app)
        assert lines(app)[22] == " Ikke gemt: der er felter, der skal rettes."
        form_of(app).form.set_raw(
            {"form": {"picked": [["group", "Peer-gruppe"]]}, "purposes": {"picked": [["coping", "Mestring"]]}}
        )
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Skriv, hvem der gav eller fik støtte." in screen_text(app)
        assert views(desk) == []
        (draft,) = drafts(desk.store.connection, desk.actor.worker)
        assert draft.title == "Peer-aktivitet 24-11"


async def test_escape_keeps_the_draft_and_i_dag_opens_it_again(desk: Desk) -> None:
    from vejleder_tui.queries.today import today_view

    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press(*"90", "tab")
        await wait(pilot)
        assert lines(app)[0].endswith("kladde 10:42 · ikke registreret endnu")
        (draft,) = drafts(desk.store.connection, desk.actor.worker)
        assert (draft.title, draft.screen) == ("Peer-aktivitet 24-11", "peer_form")
        await pilot.press(*"peer-g", "enter", "escape")
        await wait(pilot)
        assert lines(app)[22] == " Kladden ligger på I dag. Den er ikke registreret endnu."
        (line,) = today_view(desk.store.connection, desk.clock.now(), desk.actor.worker).drafts
        app.goto(line.screen, draft=line.values, draft_id=line.id)
        await wait(pilot)
        text = screen_text(app)
        assert "[ 90 " in text
        assert "[ Peer-gruppe " in text
        assert lines(app)[0].endswith("kladde 10:42 · ikke registreret endnu")
        await pilot.press("escape")
        await wait(pilot)
        assert [one.id for one in drafts(desk.store.connection, desk.actor.worker)] == [line.id]


async def test_an_untouched_form_leaves_no_draft(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press("tab", "tab", "escape")
        await wait(pilot)
        assert drafts(desk.store.connection, desk.actor.worker) == []
        app.goto("peer_form", activity=views(desk)[0].id)
        await wait(pilot)
        assert lines(app)[0].startswith(" Ret peer-aktivitet")
        await pilot.press("tab", "escape")
        await wait(pilot)
        assert drafts(desk.store.connection, desk.actor.worker) == []


@pytest.mark.parametrize(("answer", "kept"), [("enter", 1), ("escape", 1), ("k", 0)])
async def test_discarding_asks_and_the_safe_answer_comes_first(desk: Desk, answer: str, kept: int) -> None:
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press(*"90", "shift+tab", "shift+tab", "shift+tab")
        await wait(pilot)
        assert "►[ Kassér kladde ]" in screen_text(app)
        await pilot.press("enter")
        for _turn in range(3):
            await pilot.pause()
        words = " ".join(screen_text(app).split())
        assert "Kassér kladden »Peer-aktivitet 24-11«?" in words
        await pilot.press(answer)
        await wait(pilot)
        assert len(drafts(desk.store.connection, desk.actor.worker)) == kept
        assert isinstance(app.screen, PeerForm) == bool(kept)


async def test_a_change_is_made_in_the_same_form_and_its_draft_knows_of_what(desk: Desk) -> None:
    last_week(desk)
    one = views(desk)[0]
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        await pilot.press("r")
        await wait(pilot)
        await pilot.press("tab", "backspace", "backspace", *"45", "escape")
        await wait(pilot)
        assert views(desk)[0] == one
        (draft,) = drafts(desk.store.connection, desk.actor.worker)
        from vejleder_tui.queries.drafts import find_draft

        opened = find_draft(desk.store.connection, draft.id, desk.actor.worker)
        assert opened is not None
        app.goto(draft.screen, draft=opened.values, draft_id=draft.id)
        await wait(pilot)
        assert lines(app)[0].startswith(" Ret peer-aktivitet")
        await pilot.press("ctrl+g")
        await wait(pilot)
        changed = peer_activity(desk.store.connection, one.id)
        assert changed is not None
        assert (changed.minutes, changed.people, changed.place) == (45, one.people, one.place)
        assert drafts(desk.store.connection, desk.actor.worker) == []


async def test_the_lists_commands(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        await pilot.press("s")
        await wait(pilot)
        assert lines(app)[22].startswith(" Peer-aktivitet som sidst: Følgeskab 24-11 · gemt")
        assert len(views(desk)) == 3
        await pilot.press("x")
        await wait(pilot)
        assert lines(app)[22].startswith(" Fjernet: Følgeskab 24-11 · gemt")
        assert len(views(desk)) == 2
        await pilot.press("d")
        await wait(pilot)
        assert "Fjernede peer-aktiviteter (1)" in lines(app)[2]
        await pilot.press("x", "d")
        await wait(pilot)
        assert len(views(desk)) == 3
        await pilot.press("z")
        await wait(pilot)
        assert len(views(desk)) == 2
        await pilot.press("f")
        await wait(pilot)
        assert "Ingen af den slags." in screen_text(app)
        await pilot.press("f", "f")
        await wait(pilot)
        assert "Peer-aktiviteter · Følgeskab (1)" in lines(app)[2]
        await pilot.press("f8")
        await wait(pilot)
        assert "S.M. → L.B." in screen_text(app)


async def test_removed_ones_are_told_from_none(desk: Desk) -> None:
    void_peer_activity(desk, new_peer_activity(desk, **usual(count=2)).row)
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert "Ingen peer-aktiviteter endnu. p opretter en." in screen_text(app)
        await pilot.press("s")
        await wait(pilot)
        assert "Der er ingen tidligere peer-aktivitet." in lines(app)[22]


async def test_the_form_begins_with_whom_one_came_from(desk: Desk) -> None:
    lonni = citizen(desk, "Lonni Berg")
    app = app_of(desk, citizen=lonni.id)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        assert "Lonni B." in screen_text(app)
        await pilot.press("escape")
        await wait(pilot)
        assert drafts(desk.store.connection, desk.actor.worker) == []


async def test_leaving_while_it_saves_loses_and_doubles_nothing(desk: Desk) -> None:
    last_week(desk)
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("escape", "ctrl+l"):
            before = len(views(desk))
            await pilot.press("p")
            await wait(pilot)
            await pilot.press("enter", "ctrl+g", key)
            await wait(pilot)
            assert len(views(desk)) == before + 1
            assert drafts(desk.store.connection, desk.actor.worker) == []
        if len(app.screen_stack) > 1:
            app.pop_screen()
        await wait(pilot)
        assert not isinstance(app.screen, PeerForm)
        assert len(views(desk)) == before + 1


async def test_locking_keeps_the_draft(desk: Desk) -> None:
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        await pilot.press(*"90", "ctrl+l")
        await wait(pilot)
        assert len(drafts(desk.store.connection, desk.actor.worker)) == 1


async def test_a_save_that_fails_leaves_form_and_draft(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from vejleder_tui.errors import NotSavedError
    from vejleder_tui.services import peer

    def refuse(*_given: object, **_named: object) -> None:
        raise NotSavedError("Ikke gemt: disken er fuld.", "Gør plads, og tryk på tasten igen.")

    last_week(desk)
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        await wait(pilot)
        monkeypatch.setattr(peer, "new_peer_activity", refuse)
        await pilot.press("enter", "ctrl+g")
        await wait(pilot)
        assert "Ikke gemt: disken er fuld." in lines(app)[22]
        assert len(drafts(desk.store.connection, desk.actor.worker)) == 1
        monkeypatch.undo()
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert drafts(desk.store.connection, desk.actor.worker) == []
        assert len(views(desk)) == 3


async def test_what_two_laptops_disagree_on_is_marked(desk: Desk) -> None:
    last_week(desk)
    one = views(desk)[0]
    with desk.transaction(), desk._door.opened():
        desk.store.connection.execute(
            "INSERT INTO contested (table_name, row, field, hash, value) VALUES ('peer_activity', ?, 'minutes', 'x', '90')",
            (one.id,),
        )
    app = app_of(desk, start="peer")
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        assert lines(app)[4].endswith("afklares│")
        assert "afklares" not in lines(app)[6]
