"""Forms: drawn as in the picture, moved through with Enter and Tab, saved with Ctrl+G, never thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.screens.desk import make
from tests.screens.golden import check_golden, lines, screen_text, wait
from vejleder_tui.errors import RuleError
from vejleder_tui.screens.form import FormScreen
from vejleder_tui.widgets.form import (
    BoxField,
    CheckField,
    Choice,
    DateField,
    Field,
    NumberField,
    PersonField,
    PickField,
    RadioField,
    TextField,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

PEOPLE = [Choice("c1", "Lonni B."), Choice("c2", "Sverre M."), Choice("c3", "Jens [/b] slut")]


def parse_day(text: str) -> str:
    if text != "24-11-2026":
        raise RuleError(f"»{text}« findes ikke.", "Skriv fx 30-11.")
    return "2026-11-24"


class PeerForm(FormScreen):
    SCREEN_ID = "peer_form"
    saved: dict[str, Any]

    def title_left(self) -> str:
        return "Ny peer-aktivitet"

    def lines(self) -> Sequence[Field | Sequence[Field] | str]:
        async def people(text: str) -> Sequence[Choice]:
            return [one for one in PEOPLE if text.casefold() in one.label.casefold()]

        return [
            DateField("day", "Dato", parse_day, teller=lambda _day: "tirsdag, i dag", text="24-11-2026", required=True),
            NumberField("minutes", "Varighed", required=True, after="min", cells=3),
            PickField("form", "Form", [Choice("f", "Følgeskab"), Choice("d", "Drop-in/café")], required=True, cells=45),
            PickField("purposes", "Formål", [Choice("a", "Alfa"), Choice("b", "Beta")], several=True, cells=45),
            TextField("place", "Sted", cells=45),
            [
                PersonField("receivers", "Får støtte", search=people, several=True, cells=26),
                NumberField("count", "eller antal"),
            ],
            CheckField("mutual", "Gensidig", "støtten gik begge veje"),
            BoxField("words", "Med egne ord", rows=2),
            RadioField(
                "shared", "Delt med borgeren", [("yes", "ja"), ("no", "nej"), ("none", "ikke besvaret")], chosen="none"
            ),
        ]

    async def save(self, values: dict[str, Any]) -> None:
        if values["place"] == "nej":
            raise RuleError("Stedet kendes ikke.", field="place")
        type(self).saved = values
        self.done("Peer-aktivitet 24-11 · gemt 10:42:07 · z fortryder")


async def test_a_form_is_filled_in_and_saved_by_keys() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait(pilot)
        app.push_screen(PeerForm())
        await wait(pilot)
        await wait(pilot)
        assert lines(app)[4].startswith("►Varighed *")
        await pilot.press("9", "0", "enter")
        await pilot.press("f", "ø")
        await wait(pilot)
        assert any("►Følgeskab" in line for line in lines(app))
        await pilot.press("enter")
        await pilot.press("down", "down", "enter", "down", "enter", "tab")
        await wait(pilot)
        await pilot.press(*"nej", "tab")
        await pilot.press(*"lonni")
        await wait(pilot)
        await pilot.press("enter", *"jens")
        await wait(pilot)
        await pilot.press("enter")
        await wait(pilot)
        check_golden(app, "shell-form")
        await pilot.press("ctrl+g")
        await wait(pilot)
        assert any("Stedet kendes ikke." in line for line in lines(app))
        assert any(line.startswith("►Sted") for line in lines(app))
        await pilot.press("ctrl+u", "ctrl+g")
        await wait(pilot)
        assert PeerForm.saved == {
            "day": "2026-11-24", "minutes": 90, "form": "f", "purposes": ["b", "a"], "place": None,
            "receivers": ["c1", "c3"], "count": None, "mutual": None, "words": None, "shared": "none",
        }  # fmt: skip
        assert lines(app)[0].startswith(" Vejleder · I dag")
        assert lines(app)[22] == " Peer-aktivitet 24-11 · gemt 10:42:07 · z fortryder"


async def test_escape_keeps_the_text_as_a_draft_that_comes_back_whole() -> None:
    app = make()
    kept: list[dict[str, Any]] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(PeerForm(on_leave=kept.append))
        await wait(pilot)
        await wait(pilot)
        await pilot.press("4", "5", "tab", *"følg", "enter", "tab", *"Ishøj?")
        await wait(pilot)
        assert "kladde 10:42 · ikke registreret endnu" in lines(app)[0]
        await pilot.press("escape")
        await wait(pilot)
        assert lines(app)[22] == " Kladden ligger på I dag. Den er ikke registreret endnu."
        assert kept[0]["minutes"] == "45"
        assert kept[0]["place"] == "Ishøj?"
        app.push_screen(PeerForm(draft=kept[0]))
        await wait(pilot)
        await wait(pilot)
        assert "Følgeskab" in screen_text(app)
        assert app.screen.query_one("Form").raw() == kept[0]  # type: ignore[attr-defined]


async def test_errors_stand_under_their_fields_in_words() -> None:
    app = make()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(PeerForm())
        await wait(pilot)
        await wait(pilot)
        await pilot.press("x", "ctrl+g")
        await wait(pilot)
        text = screen_text(app)
        assert "Det skal være et helt tal fra 0 til 9999." in text
        assert "Feltet skal udfyldes." in text
        assert "Ikke gemt: der er felter, der skal rettes." in text
        assert lines(app)[4].startswith("►Varighed")
