"""Drafts of a form: kept on leaving, locking and failing, gone when saved or discarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peer.link import app_of
from tests.peer.states import form_of, last_week, views
from tests.screens.golden import lines, screen_text, wait
from vejleder_tui.queries.drafts import drafts, find_draft
from vejleder_tui.queries.peer import peer_activity
from vejleder_tui.screens.peer_form import PeerForm

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk


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
        opened = find_draft(desk.store.connection, line.id, desk.actor.worker)
        assert opened is not None
        app.goto(line.screen, draft=opened.values, draft_id=line.id)
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
        await wait(pilot)
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
