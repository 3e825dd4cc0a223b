"""Samme borger?: two registrations side by side that may be one person, and what somebody answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.persons import Pair, Registration, Why, open_proposals, pairs_of
from vejleder_tui.rules.formats import NO_FIGURE, whole_date
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import PanelGroup, Row, RowList
from vejleder_tui.widgets.text import columns, initials, plain

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from vejleder_tui.queries.base import Reader

__all__ = ["PersonsScreen"]

_WORDS = {
    Why.SIMILAR: N_("ligner hinanden"), Why.SAME_NUMBER: N_("! samme nummer"), Why.ROUNDABOUT: N_("! modstrid"),
    Why.OTHER_NUMBER: N_("! to numre"), Why.NUMBER: N_("samme nummer"), Why.ANSWERED: N_("svaret: samme"),
    Why.THROUGH: N_("gennem andre"),
}  # fmt: skip
_SENTENCES = {
    Why.SIMILAR: N_("Samme fødselsdag og næsten samme navn. Er det den samme borger? s ja, i nej."),
    Why.SAME_NUMBER: N_("Svaret er to borgere, men nummeret er ens. Ret det hos den ene, eller svar s."),
    Why.ROUNDABOUT: N_("Svaret er to, men andre svar gør dem til én. Svar s her, eller i ved de andre."),
    Why.OTHER_NUMBER: N_("Svaret er én borger, men de har to CPR-numre. Ret det ene, eller svar i."),
    Why.NUMBER: N_("Vises som én borger, fordi nummeret er det samme. i skiller dem ad."),
    Why.ANSWERED: N_("Vises som én borger, fordi nogen har svaret det. i skiller dem ad."),
    Why.THROUGH: N_("Vises som én borger, fordi begge er den samme som en tredje."),
}
LABEL, LINES = 14, 6


class PersonsScreen(TaskScreen):
    """What somebody is to look at; with `citizen`, the registrations that are shown as that citizen."""

    SCREEN_ID = "persons"

    def __init__(self, *, citizen: str = "", **values: object) -> None:
        super().__init__(**values)
        self.citizen = citizen
        self.pairs: dict[str, Pair] = {}

    def title_left(self) -> str:
        """Return what is asked."""
        return _("Registreringer af én borger") if self.citizen else _("Samme borger?")

    def context(self) -> str:
        """Return line 2."""
        return _("Et svar huskes, og der spørges ikke igen. Intet bliver slettet eller flyttet.")

    def body(self) -> ComposeResult:
        """Yield the list, and the two registrations side by side."""
        yield RowList(title=self.title_left(), empty=_("Henter …"), identity="body")
        yield Block(*[""] * LINES, height=LINES, identity="beside")
        yield Block("", height=1, identity="detail")

    def on_mount(self) -> None:
        """Ask the store."""
        super().on_mount()
        self.reload()

    def on_screen_resume(self) -> None:
        """Look again: a number may have been put right."""
        super().on_screen_resume()
        if self.is_mounted:
            self.reload()

    def privacy_changed(self) -> None:
        """Draw names anew."""
        self._show()

    def reload(self) -> None:
        """Read everything anew; the cursor keeps its row."""
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        citizen = self.citizen

        def query(reader: Reader) -> tuple[Pair, ...]:
            return pairs_of(reader, citizen) if citizen else open_proposals(reader)

        try:
            found = await self.desk.read(query)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self.pairs = {one.id: one for one in found}
        self._show()

    def _show(self) -> None:
        listed = self.query_one(RowList)
        nobody = (
            _("Borgeren har kun én registrering.") if self.citizen else _("Ingen ligner hinanden. Intet at svare på.")
        )
        listed.show(
            [self._row(one) for one in self.pairs.values()],
            title=f"{self.title_left()} ({len(self.pairs)})",
            empty=nobody,
        )
        if self.focused is None:
            listed.focus()
        self._beside()

    # Words

    def _who(self, text: str) -> str:
        return initials(text) if self.desk.privacy else text

    def _row(self, pair: Pair) -> Row:
        word = _("afklares") if pair.contested else _(_WORDS[pair.why])
        first, second = self._who(pair.first.whole_name), self._who(pair.second.whole_name)
        said = _("{first} og {second}: {word}. {sentence}").format(
            first=first, second=second, word=word.removeprefix("! "), sentence=_(_SENTENCES[pair.why])
        )

        def made(cells: int) -> str:
            half = (cells - 30) // 2
            return columns(cells, (first, half), (second, half), (_day(pair.first), 10), (word, 0))

        return Row(pair.id, made, said)

    def _beside(self) -> None:
        pair = self._pair()
        detail = _(_SENTENCES[pair.why]) if pair is not None else ""
        self.query_one("#detail", Block).show(f" {detail}" if detail else "")
        self.query_one("#beside", Block).show(*(self._compared(pair) if pair is not None else [""] * LINES))
        self.refresh_lines()

    def _compared(self, pair: Pair) -> list[str]:
        cells = max(40, self.size.width)
        half = (cells - LABEL - 3) // 2
        both = (pair.first, pair.second)
        parts = (
            ("", (_("1. (Enter åbner)"), _("2. (o åbner)"))),
            (_("Navn"), tuple(self._who(one.whole_name) for one in both)),
            (_("Kaldenavn"), tuple(self._who(one.call_name) or NO_FIGURE for one in both)),
            (_("Født"), tuple(_day(one) for one in both)),
            (_("Nummer"), tuple(_("har et nummer") if one.has_number else _("intet nummer") for one in both)),
            (_("Forløb"), tuple(", ".join(one.courses) or NO_FIGURE for one in both)),
        )
        return [
            columns(cells, (f" {label}", LABEL), (plain(left), half), (plain(right), 0))
            for label, (left, right) in parts
        ]

    def _pair(self) -> Pair | None:
        row = self.query_one(RowList).row
        return self.pairs.get(row.key) if row is not None and row.key is not None else None

    def on_panel_group_focused(self, message: PanelGroup.Focused) -> None:
        """Show the two side by side."""
        message.stop()
        self._beside()

    def on_resize(self) -> None:
        """Fit what is as wide as the screen."""
        super().on_resize()
        self._beside()

    # Commands

    def command_person_open(self) -> None:
        """Open the first of the two."""
        self._open(second=False)

    def command_person_other(self) -> None:
        """Open the second of the two."""
        self._open(second=True)

    def _open(self, *, second: bool) -> None:
        pair = self._pair()
        if pair is None:
            self.say(_("Der er ingen række at åbne."))
        else:
            self.desk.goto("citizen", citizen=(pair.second if second else pair.first).citizen)

    async def command_person_same(self) -> None:
        """Write that the two are one person."""
        await self._answer(same=True)

    async def command_person_different(self) -> None:
        """Write that the two are two persons."""
        await self._answer(same=False)

    async def _answer(self, *, same: bool) -> None:
        pair = self._pair()
        if pair is None:
            self.say(_("Vælg {what} først.").format(what=_("en række")))
            return
        persons, first, second = self.desk.services.persons, pair.first.citizen, pair.second.citizen
        try:
            saved = await self.desk.write(lambda desk: persons.answer(desk, first, second, same=same))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        who = self._who(pair.first.name)
        if not saved.txn:
            self.say(_(_SENTENCES[pair.why]))
            return
        words = (
            _("Samme borger: {who} · gemt {at} · z fortryder")
            if same
            else _("To borgere: {who} · gemt {at} · z fortryder")
        )
        self.say(words.format(who=who, at=saved.at))
        self.reload()

    def command_row_history(self) -> None:
        """Show who answered what, and when."""
        pair = self._pair()
        if pair is None or not pair.answer:
            self.say(_("Ingen har svaret endnu."))
        else:
            self.desk.goto("history", table="same_person", row=pair.answer, what=self._who(pair.first.name))


def _day(one: Registration) -> str:
    return whole_date(one.birth_date) if one.birth_date else NO_FIGURE
