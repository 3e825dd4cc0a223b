"""The last line of a list in a form: what is not there yet is made from here, and the form goes on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.widgets.pick import Choice, PickField
from vejleder_tui.widgets.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.screens.form import FormScreen

__all__ = ["offer_new_citizen", "offer_new_grant", "offer_new_place", "offer_new_programme"]


def offer_new_place(form: FormScreen, field: str = "venue") -> None:
    """Let a list of places make the one whose name is typed; after the form `z` takes it away like anything else."""

    def words(typed: str) -> str:
        return _("+ Nyt sted »{name}«").format(name=typed) if typed else _("+ Nyt sted: skriv navnet i feltet")

    def act(desk: Any, name: str) -> Any:  # noqa: ANN401 - the desk, and what it wrote
        return form.desk.services.venues.new_venue(desk, name)

    _offer(form, field, words, act, lambda name: _("Nyt sted: {name}").format(name=name))


def offer_new_programme(form: FormScreen, field: str = "programme") -> None:
    """Let a list of methods make the one whose name is typed."""

    def words(typed: str) -> str:
        return _("+ Ny indsats »{name}«").format(name=typed) if typed else _("+ Ny indsats: skriv navnet i feltet")

    def act(desk: Any, name: str) -> Any:  # noqa: ANN401 - the desk, and what it wrote
        return form.desk.services.venues.new_programme(desk, name)

    _offer(form, field, words, act, lambda name: _("Ny indsats: {name}").format(name=name))


def offer_new_citizen(form: FormScreen, field: str, value: Callable[[str], str] = str) -> None:
    """Let a list of citizens open the form of a new one; who was saved there is picked. `value` is what the list keeps."""

    def words(typed: str) -> str:
        return _("+ Ny borger »{name}«").format(name=typed) if typed else _("+ Ny borger")

    def make(typed: str) -> None:
        from vejleder_tui.screens.citizen_form import CitizenForm  # noqa: PLC0415 - when first opened

        def made(citizen: str | None) -> None:
            if citizen:
                form.run_worker(pick(citizen), group="made")

        form.app.push_screen(CitizenForm(name=typed, stay=True), made)

    async def pick(citizen: str) -> None:
        from vejleder_tui.queries.planning_forms import short_name_of  # noqa: PLC0415

        name = await form.desk.read(lambda reader: short_name_of(reader, citizen))
        _take(form, field, Choice(value(citizen), plain(name)))

    _list(form, field).offer_new(words, make)


def offer_new_grant(form: FormScreen, field: str, citizen: Callable[[], str]) -> None:
    """Let a list of grants open the form of a new one for the citizen who is picked; it is picked afterwards."""

    def make(_typed: str) -> None:
        from vejleder_tui.screens.grant_form import GrantForm  # noqa: PLC0415 - when first opened

        whose = citizen()
        if not whose:
            form.say(_("Vælg borgeren først."), error=True)
            return

        def made(grant: str | None) -> None:
            if grant:
                form.run_worker(pick(whose, grant), group="made")

        form.app.push_screen(GrantForm(citizen=whose), made)

    async def pick(whose: str, grant: str) -> None:
        from vejleder_tui.queries.planning_forms import grants_of  # noqa: PLC0415

        now = form.desk.clock.now()
        found = await form.desk.read(lambda reader: grants_of(reader, whose, now))
        for one in found:
            if one.id == grant:
                _take(form, field, Choice(one.id, one.label))

    _list(form, field).offer_new(lambda _typed: _("+ Ny bevilling"), make)


def _offer(
    form: FormScreen,
    field: str,
    words: Callable[[str], str],
    act: Callable[[Any, str], Any],
    said: Callable[[str], str],
) -> None:
    async def write(name: str) -> None:
        try:
            saved = await form.desk.write(lambda desk: act(desk, name))
        except VejlederError as error:
            form.say(str(error), error=True)
            return
        choice = Choice(saved.row, plain(name))
        _list(form, field).choices.append(choice)
        _take(form, field, choice)
        form.say(_("{what} · gemt {time}").format(what=said(name), time=saved.at))

    def make(typed: str) -> None:
        if typed:
            form.run_worker(write(typed), group="made")
        else:
            form.say(_("Skriv navnet i feltet, og tryk Enter."))

    _list(form, field).offer_new(words, make)


def _take(form: FormScreen, field: str, choice: Choice) -> None:
    found = _list(form, field)
    found.take(choice)
    if found.line.has_focus and not found.several:
        form.focus_next()


def _list(form: FormScreen, field: str) -> PickField:
    found = form.form.field(field)
    if not isinstance(found, PickField):
        raise TypeError(field)
    return found
