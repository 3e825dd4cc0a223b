"""Til afklaring: what laptops wrote differently, as a list; then the values of one row side by side, settled by a digit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.conflicts import CANCELLED, Conflict, conflicts, count_conflicts
from vejleder_tui.rules.formats import number
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.conflict_sides import ValueSides
from vejleder_tui.screens.conflict_words import field_word, fields_words, headline, newest_words, value_word
from vejleder_tui.screens.record import at_the_door
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.entry import EntryBar
from vejleder_tui.widgets.panels import PanelGroup, Row, RowList
from vejleder_tui.widgets.text import columns, fit, initials, wrap

if TYPE_CHECKING:
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.queries.conflict_values import ConflictDetail
    from vejleder_tui.screens.own_value import OwnAnswer

__all__ = ["ConflictsScreen"]

REASON = N_("Afgjort: to bærbare var uenige")
"""What is proposed as the reason where a session is signed off."""


class ConflictsScreen(TaskScreen):
    """The list, and over it the values of one row. Takes `table` and `row` to begin with that one."""

    SCREEN_ID = "conflicts"

    def __init__(self, *, table: str = "", row: str = "", **values: object) -> None:
        super().__init__(**values)
        self._first = (table, row)
        self.rows: dict[str, Conflict] = {}
        self.count = 0
        self.typed = ""
        self.loaded = False
        self._settled: list[tuple[ConflictDetail, str]] = []
        self._waiting: tuple[str, Any] | None = None
        self._written: dict[tuple[str, str], Any] = {}

    # What stands on it

    @property
    def list(self) -> RowList:
        """The list."""
        return self.query_one("#body", RowList)

    @property
    def sides(self) -> ValueSides:
        """The values side by side."""
        return self.query_one(ValueSides)

    @property
    def opened(self) -> ConflictDetail | None:
        """The row whose values are shown, None while the list is."""
        found = self.query(ValueSides)
        return found.first().detail if found and found.first().display else None

    @property
    def conflict(self) -> Conflict | None:
        """The row in focus."""
        if self.opened is not None:
            return self.opened.conflict
        row = self.list.row
        return self.rows.get(row.key) if row is not None and row.key else None

    def body(self) -> ComposeResult:
        """Yield the list, the values, the bar that asks, and the lines for what is in focus."""
        yield RowList(title=_("Til afklaring"), empty=_("Henter …"), identity="body")
        yield ValueSides()
        yield EntryBar(limit=200)
        yield Block("", "", height=2, identity="detail")

    def context(self) -> str:
        """Return which row it is, or what the list is."""
        if self.opened is None:
            return _("Skrevet forskelligt på to bærbare. Det nyeste står øverst.")
        keys = list(self.rows)
        key = _key(self.opened.conflict)
        said = self._headline(self.opened.conflict)
        if key not in keys:
            return said
        return _("{number} af {count} · {what}").format(number=keys.index(key) + 1, count=len(keys), what=said)

    def _today(self) -> date:
        return local_date(self.desk.clock.now())

    def _headline(self, one: Conflict) -> str:
        return headline(one, self._today(), who=initials(one.name) if self.desk.privacy else None)

    def can(self, identity: str) -> bool:
        """Values are taken where they stand; the list is filtered where it stands."""
        if identity in {"conflict.take", "conflict.own"} and self.opened is None:
            return False
        if identity == "list.filter" and self.opened is not None:
            return False
        return super().can(identity)

    # Reading

    def on_mount(self) -> None:
        """Read the list."""
        super().on_mount()
        self.reload()

    def on_screen_resume(self) -> None:
        """Read again: something may have been settled elsewhere."""
        super().on_screen_resume()
        if self.loaded:
            self.reload()

    def privacy_changed(self) -> None:
        """Draw names anew."""
        self._show()

    def reload(self) -> None:
        """Read the list in a thread."""
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        try:
            found, count = await self.desk.read(lambda reader: (conflicts(reader), count_conflicts(reader)))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self.count = count
        self.rows = {_key(one): one for one in found}
        self.loaded = True
        self._show()
        table, row = self._first
        if row:
            self._first = ("", "")
            await self._open(table, row)

    def _show(self) -> None:
        shown = [one for one in self.rows.values() if self._fits(one)]
        title = _("Til afklaring ({count})").format(count=number(self.count))
        if self.typed:
            title = f"{title} · »{self.typed}«"
        empty = _("Intet passer til »{typed}«. f ændrer filtret.").format(typed=self.typed) if self.typed else ""
        self.list.show(
            [self._row(one) for one in shown], title=title,
            empty=empty or _("Intet at afklare. Alle bærbare siger det samme."),
        )  # fmt: skip
        if self.focused is None and self.list.display:
            self.list.focus()
        self._tell()

    def _fits(self, one: Conflict) -> bool:
        said = f"{headline(one, self._today())} {fields_words(one)}".casefold()
        return all(word in said for word in self.typed.casefold().split())

    def _row(self, one: Conflict) -> Row:
        said, fields, when = self._headline(one), fields_words(one), newest_words(one, self._today())
        return Row(
            _key(one),
            lambda cells: columns(cells, (said, 0), (fields, 22 if cells < 100 else 40), (when, 11)),
            say=_("{what}. Forskelligt: {fields}. Senest skrevet {when}.").format(
                what=said.removesuffix("."), fields=fields, when=when
            ),
        )

    def on_panel_group_focused(self, message: PanelGroup.Focused) -> None:
        """Say the row uncut."""
        message.stop()
        self._tell()

    def _tell(self) -> None:
        self.refresh_lines()
        if self.opened is not None:
            return
        row = self.list.row
        said = f"{row.say} {_('Enter viser værdierne.')}" if row is not None else ""
        lines = wrap(said, max(20, self.size.width - 2))[:2]
        self.query_one("#detail", Block).show(*(f" {line}" for line in [*lines, "", ""][:2]))

    # One row

    async def _open(self, table: str, row: str) -> None:
        try:
            detail = await at_the_door(self.desk, lambda door: door.conflict(table, row))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self._open_detail(detail)

    def _open_detail(self, detail: ConflictDetail, field: str = "") -> None:
        self.sides.display, self.list.display = True, False
        self.sides.show(detail, self._today(), field)
        self.sides.focus()
        more = _("↑/↓ skifter felt.") if len(detail.fields) > 1 else ""
        self.query_one("#detail", Block).show(
            f" {_('Et tal tager værdien ved siden af. ←/→ og Enter gør det samme.')}",
            f" {more} {_('Esc går til listen.')}".replace("  ", " "),
        )
        self.refresh_lines()

    def _close_detail(self) -> None:
        self.sides.display, self.list.display = False, True
        self.sides.detail = None
        self.list.focus()
        self._tell()

    def command_app_back(self) -> None:
        """Go from the values to the list, and from the list back."""
        if self.opened is not None and self.focused is self.sides:
            self._close_detail()
        else:
            super().command_app_back()

    def command_conflict_open(self) -> object:
        """Show the values of the row in focus; among the values, take the one with the sign."""
        if self.opened is not None:
            return self._take(self.sides.value_at)
        one = self.conflict
        if one is None:
            self.say(_("Intet at afklare. Alle bærbare siger det samme."))
            return None
        return self._open(one.table, one.row)

    def command_conflict_take(self, key: str) -> object:
        """Take the value beside the digit, and save it."""
        return self._take(int(key) - 1) if key.isdigit() else None

    async def _take(self, at: int) -> None:
        field = self.sides.field
        if field is None or not 0 <= at < len(field.values):
            self.say(_("Der står ingen værdi ved det tal."))
            return
        await self._settle(field.field, field.values[at].value)

    async def command_conflict_own(self) -> None:
        """Write a third value."""
        detail, field = self.opened, self.sides.field
        if detail is None or field is None:
            return
        table, name = detail.conflict.table, field.field
        entry = await self.desk.read(lambda reader: self.desk.services.conflict_entry.entry_of(reader, table, name))
        if entry.kind == "fixed" or detail.conflict.kind == CANCELLED:
            self.say(_("Feltet kan ikke få en tredje værdi her. Vælg en af værdierne."))
            return
        from vejleder_tui.screens.own_value import Own, OwnValue  # noqa: PLC0415 - when first asked for

        today, place = self._today(), (detail.conflict.row, name)

        def word(value: object) -> str:
            return value_word(table, name, value)

        def read(text: str) -> Any:  # noqa: ANN401 - a field's value
            return self.desk.services.conflict_entry.read_entry(entry, text, today, word)

        asked = Own(field_word(table, name), entry, read, word, today)
        answer: OwnAnswer = await self.app.push_screen_wait(OwnValue(asked, self._written.get(place)))
        self._written[place] = answer.raw
        if answer.taken:
            await self._settle(name, answer.value)

    # Writing

    async def _settle(self, field: str, value: Any, reason: str | None = None) -> None:  # noqa: ANN401 - a field's value
        detail = self.opened
        if detail is None:
            return
        if detail.signed_off and reason is None:
            self._waiting = (field, value)
            self.query_one(EntryBar).ask("reason", _("Begrundelse:"), _(REASON))
            return
        one = detail.conflict
        try:
            saved = await self.desk.write(
                lambda desk: self.desk.services.conflicts.settle(
                    desk, one.table, one.row, {field: value}, reason=reason
                )
            )
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self._settled.append((detail, field))
        said = value_word(one.table, field, await self._named(field, value))
        left = (
            tuple(other for other in detail.fields if other.field != field)
            if value is not True or field != "void"
            else ()
        )
        await self._load()
        if left and _key(one) in self.rows:
            self._open_detail(replace(detail, fields=left))
        else:
            self._close_detail()
        self.say(
            _("Afgjort: {field}: {value} · gemt {time} · z fortryder").format(
                field=field_word(one.table, field), value=fit(said, 30).rstrip(), time=saved.at
            )
        )

    async def _named(self, field: str, value: Any) -> Any:  # noqa: ANN401 - a field's value, or its name
        from vejleder_tui.queries.history import named  # noqa: PLC0415 - loaded with the values

        return await self.desk.read(lambda reader: named(reader, field, value))

    def on_entry_bar_typed(self, message: EntryBar.Typed) -> None:
        """Filter at each letter."""
        message.stop()
        if message.question == "filter" and message.text.strip() != self.typed:
            self.typed = message.text.strip()
            self._show()

    async def on_entry_bar_answered(self, message: EntryBar.Answered) -> None:
        """Take the reason and save, or go back to the list."""
        message.stop()
        if message.question == "filter":
            self.list.focus()
            return
        waiting, self._waiting = self._waiting, None
        self.sides.focus()
        if waiting is None or not message.entered:
            self.say(_("Intet er ændret."))
        elif not message.text.strip():
            self.say(_("Mødegangen er godkendt. Skriv, hvorfor den rettes."), error=True)
        else:
            self.run_worker(self._settle(*waiting, message.text.strip()), group="commands")

    # The rest of the keys

    def command_conflict_skip(self) -> object:
        """Go to the next row: among the values to its values, in the list to its line."""
        one = self.conflict
        keys = list(self.rows)
        if one is None or not keys:
            self.say(_("Intet at afklare. Alle bærbare siger det samme."))
            return None
        at = keys.index(_key(one)) + 1 if _key(one) in keys else 0
        if at >= len(keys):
            self.say(_("Det var den sidste."))
            return None
        self.list.go("list", keys[at])
        if self.opened is None:
            return None
        return self._open(self.rows[keys[at]].table, self.rows[keys[at]].row)

    def command_citizen_open(self) -> None:
        """Open whose row it is."""
        one = self.conflict
        if one is not None and one.citizen:
            self.desk.goto("citizen", citizen=one.citizen)
        else:
            self.say(_("Linjen handler ikke om én borger."))

    def command_row_history(self) -> None:
        """Show who wrote what about the row."""
        one = self.conflict
        if one is None:
            self.say(_("Linjen har ingen historik."))
            return
        self.desk.goto("history", table=one.table, row=one.row, what=self._headline(one))

    def command_list_filter(self) -> None:
        """Filter by what stands in the list."""
        self.query_one(EntryBar).ask("filter", _("Filter (navn, forløb eller felt):"), self.typed)

    def command_app_undo(self) -> object:
        """Show again what was settled last: it is settled anew, since nothing of either laptop's may be lost."""
        if not self._settled or self._settled[-1][0].conflict.kind == CANCELLED:
            if self._settled:
                self._settled.pop()
            return super().command_app_undo()
        detail, field = self._settled.pop()
        self._open_detail(detail, field)
        self.say(_("Vælg igen: det, der er afgjort, afgøres på ny."))
        return None


def _key(one: Conflict) -> str:
    return f"{one.table}/{one.row}"
