"""The forms of a citizen and of a grant: written, changed, refused under the field, kept as a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.people import einer
from tests.screens.golden import check_golden, lines
from tests.screens.live import running, wait
from vejleder_tui.queries.citizen_record import Door, access_log
from vejleder_tui.queries.drafts import drafts, find_draft

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from vejleder_tui.services.desk import Desk


def top(pilot: Pilot[int]) -> Any:
    return pilot.app.screen


async def test_a_new_citizen_by_the_words_that_found_nobody(desk: Desk) -> None:
    async with running(desk, "citizens") as pilot:
        await pilot.press(*"jens [/b] slut")
        await wait(pilot)
        await pilot.press("ctrl+n")
        await wait(pilot)
        check_golden(pilot.app, "citizen-form")
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Borger · jens S." in lines(pilot.app)[0]
        assert "Ny borger: jens S. · gemt 10:42" in lines(pilot.app)[22]


async def test_a_wrong_number_is_told_under_its_field(desk: Desk) -> None:
    async with running(desk, "citizen_form", name="Max B.") as pilot:
        form = top(pilot).form
        form.set_raw({"cpr": "310260-9995"})
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert any("begynder ikke med en dato" in line for line in lines(pilot.app))
        assert top(pilot).SCREEN_ID == "citizen_form"


async def test_changing_is_logged_and_says_what_it_was(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("r")
        await wait(pilot)
        assert top(pilot).form.field("address").raw == "Prøvevej 9"
        top(pilot).form.field("call_name").set_raw("Ejnar")
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Borger · Ejnar L." in lines(pilot.app)[0]
        assert "form" in [entry.what for entry in access_log(desk.store.connection, citizen)]
        assert Door(desk.store, desk.actor.worker, desk.clock).form(citizen)["note"] == "vil helst ringes op"


async def test_a_grant(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        pilot.app.goto("grant_form", citizen=citizen)  # type: ignore[attr-defined]  # the program's own
        await wait(pilot)
        check_golden(pilot.app, "grant-form")
        form = top(pilot).form
        form.set_raw(
            {"legal_basis": {"picked": [["SEL-85", "§ 85"]]}, "from_date": "1-12-2026", "to_date": "1-11-2026"}
        )
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert any("Slutdatoen ligger før startdatoen" in line for line in lines(pilot.app))
        form.set_raw({"to_date": "1-12-2027"})
        await pilot.press("ctrl+g")
        await wait(pilot)
        record = Door(desk.store, desk.actor.worker, desk.clock).open(citizen)
        assert len(record.grants) == 2


async def test_a_grant_is_kept_as_a_draft_and_opened_again(desk: Desk) -> None:
    citizen = einer(desk)
    async with running(desk, "grant_form", citizen=citizen) as pilot:
        await pilot.press("tab", "tab", *"12-345", "escape")
        await wait(pilot)
        assert "Kladden ligger på I dag" in lines(pilot.app)[22]
        kept = drafts(desk.store.connection, desk.actor.worker)
        assert [one.screen for one in kept] == ["grant_form"]
        opened = find_draft(desk.store.connection, kept[0].id, desk.actor.worker)
        assert opened is not None
        pilot.app.goto("grant_form", draft=opened.values, draft_id=opened.view.id)  # type: ignore[attr-defined]  # the program's own
        await wait(pilot)
        assert top(pilot).form.field("case_number").raw == "12-345"
        top(pilot).form.set_raw({"legal_basis": {"picked": [["SEL-85", "§ 85"]]}, "from_date": "1-12-2026"})
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert drafts(desk.store.connection, desk.actor.worker) == []
        record = Door(desk.store, desk.actor.worker, desk.clock).open(citizen)
        assert [one.case_number for one in record.grants][:1] == ["12-345"]


async def test_consents_are_given_and_withdrawn_in_the_form_and_dated_on_the_timeline(desk: Desk) -> None:
    citizen = einer(desk)
    door = Door(desk.store, desk.actor.worker, desk.clock)
    async with running(desk, "citizen", citizen=citizen) as pilot:
        await pilot.press("r")
        await wait(pilot)
        field = top(pilot).form.field("consents")
        assert field.raw["picked"] == [["sharing", "deling med andre"]]
        field.set_raw({"picked": [["photos", "billeder"]]})
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert door.form(citizen)["consents"] == ("photos",)
        await pilot.press("right", "home")
        await wait(pilot)
        for _turn in range(4):
            if "givet: billeder" not in lines(pilot.app)[21]:
                await pilot.press("down")
                await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Samtykke til billeder")
        top(pilot).form.set_raw({"given_on": "1-12-2027"})
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert any("Datoen ligger i fremtiden" in line for line in lines(pilot.app))
        top(pilot).form.set_raw({"given_on": "1-11", "withdrawn_on": "i går"})
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert "Samtykke til billeder · gemt" in lines(pilot.app)[22]
        assert door.form(citizen)["consents"] == ()
        await pilot.press("z")
        await wait(pilot)
        assert door.form(citizen)["consents"] == ("photos",)


async def test_the_draft_of_a_change_stays_a_change(desk: Desk) -> None:
    citizen = einer(desk)
    before = desk.store.connection.execute("SELECT count(*) FROM citizen").fetchone()[0]
    async with running(desk, "citizen_form", citizen=citizen) as pilot:
        top(pilot).form.field("call_name").target().focus()
        await pilot.press(*"nar", "escape")
        await wait(pilot)
        kept = drafts(desk.store.connection, desk.actor.worker)
        opened = find_draft(desk.store.connection, kept[0].id, desk.actor.worker)
        assert opened is not None
        pilot.app.goto(opened.view.screen, draft=opened.values, draft_id=opened.view.id)  # type: ignore[attr-defined]  # the program's own
        await wait(pilot)
        assert lines(pilot.app)[0].startswith(" Ret borger")
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert desk.store.connection.execute("SELECT count(*) FROM citizen").fetchone()[0] == before
