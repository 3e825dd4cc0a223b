"""The forms of a citizen and of a grant: written, changed, refused under the field, kept as a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.people import einer
from tests.screens.golden import check_golden, lines
from tests.screens.live import running, wait
from vejleder_tui.queries.citizen_record import Door, access_log

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
    from vejleder_tui.screens.grant_form import GrantForm

    async with running(desk, "citizen", citizen=citizen) as pilot:
        pilot.app.push_screen(GrantForm(citizen=citizen))
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
