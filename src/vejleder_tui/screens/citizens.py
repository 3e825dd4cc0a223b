"""Borgere: search as one types, everybody in Danish order, and a new citizen by the words that found nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.containers import Horizontal

from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import number
from vejleder_tui.rules.legal import short_form
from vejleder_tui.screens.base import SearchScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.fields import Line
from vejleder_tui.widgets.paged import Page, PagedList
from vejleder_tui.widgets.panels import PanelGroup, Row
from vejleder_tui.widgets.text import columns, initials

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import Input

    from vejleder_tui.queries.citizens import CitizenLine, CitizenPage

__all__ = ["CitizensScreen"]

NEW = "+"
"""Key of the last line; no citizen has such an id."""


class CitizensScreen(SearchScreen):
    """The search screen. Takes `typed`, what is searched for to begin with."""

    CSS_PATH = "citizens.tcss"
    SCREEN_ID = "citizens"
    AUTO_FOCUS = "#search"

    def __init__(self, *, typed: str = "") -> None:
        super().__init__()
        self.typed = typed
        self.ended = False
        self.count = 0
        self.more = False
        self.lines: dict[str, CitizenLine] = {}

    def title_left(self) -> str:
        """Return the name of the program and the screen."""
        return _("Vejleder · Borgere")

    def body(self) -> ComposeResult:
        """Yield the search field, the list, and the row in focus uncut."""
        with Horizontal(id="searching"):
            before = Block(f" {_('Søg')}  [ ", identity="before")
            before.styles.width = len(before.lines[0])
            yield before
            search = Line(self.typed, cells=40)
            search.id = "search"
            yield search
            yield Block(" ]", identity="behind")
        yield PagedList(self, title=_("Borgere"), empty=_("Henter …"), identity="body")
        yield Block("", height=1, identity="detail")

    @property
    def list(self) -> PagedList:
        """The list."""
        return self.query_one("#body", PagedList)

    @property
    def field(self) -> Input:
        """The search field."""
        return self.query_one("#search", Line)

    # Reading

    def on_mount(self) -> None:
        """Read the first page."""
        super().on_mount()
        self.reload()

    def take(self, *, typed: str = "") -> None:
        """Come here again, with something to search for."""
        self.field.value = typed
        self.reload()

    def on_screen_resume(self) -> None:
        """Read again: somebody may have been added or changed."""
        super().on_screen_resume()
        if self.is_mounted and self.lines:
            self.reload()

    def reload(self) -> None:
        """Search for what is typed; of two at once the newer counts."""
        self.run_worker(self._load(), exclusive=True, group="pages")

    async def _load(self) -> None:
        held = self.list.row
        self.lines = {}
        await self.list.load()
        ended = self.ended

        def counted(reader: Any) -> int:  # noqa: ANN401 - the program's reader
            from vejleder_tui.queries.citizens import count_citizens  # noqa: PLC0415

            return count_citizens(reader, ended=ended)

        self.count = await self.desk.read(counted)
        self.list.set_rows("list", self.list.list.rows, title=self._title())
        if held is None or held.key not in self.lines:
            first = next(iter(self.lines), None)
            self.list.go("list", first)
        self._detail()

    async def page(self, *, after: str | None = None, before: str | None = None, limit: int = 100) -> Page:
        """Return a page of rows: the pager of the list."""
        typed, ended = self.typed, self.ended
        start, end = self._place(after), self._place(before)

        def query(reader: Any) -> CitizenPage:  # noqa: ANN401 - the program's reader
            from vejleder_tui.queries.citizens import search  # noqa: PLC0415

            return search(reader, typed, ended=ended, after=start, before=end, size=limit)

        found = await self.desk.read(query)
        self.more = found.after
        self.lines |= {line.id: line for line in found.lines}
        rows = [self._row(line) for line in found.lines]
        if not found.after:
            if not rows and start is None:
                rows.append(Row(None, self._nobody()))
            if typed.strip():
                rows.append(Row(NEW, self._new_line(), say=self._new_line()))
        return Page(rows, found.before, found.after)

    def _place(self, key: str | None) -> tuple[str, str] | None:
        return (self.lines[key].sort_key, key) if key in self.lines and key is not None else None

    # Words

    def _title(self) -> str:
        name = _("Afsluttede borgere") if self.ended else _("Borgere")
        if not self.typed.strip():
            return f"{name} ({number(self.count)})"
        found = number(len(self.lines))
        shown = _("over {count}").format(count=found) if self.more else found
        return _("{list} med »{text}« ({count})").format(list=name, text=self.typed.strip(), count=shown)

    def _nobody(self) -> str:
        if self.typed.strip():
            return _("Ingen passer til »{text}«. Ctrl+N opretter.").format(text=self.typed.strip())
        if self.ended:
            return _("Ingen borgere er afsluttet. F6 viser de andre.")
        return _("Ingen borgere endnu. Ctrl+N opretter.")

    def _new_line(self) -> str:
        return _("+ Ny borger »{text}«").format(text=self.typed.strip())

    def _row(self, line: CitizenLine) -> Row:
        name, born, bases, courses = self._parts(line)
        twice = _("{count} registreringer").format(count=line.registrations) if line.registrations > 1 else ""
        return Row(
            line.id,
            lambda cells: columns(cells, (name, 24 if cells < 98 else 42), (born, 7), (bases, 15), (courses, 0)),
            say=" · ".join(part for part in (name, born, twice, bases, courses) if part),
        )

    def _parts(self, line: CitizenLine) -> tuple[str, str, str, str]:
        name = initials(line.name) if self.desk.privacy else line.name
        born = _("f. {year}").format(year=line.birth_year) if line.birth_year else ""
        bases = ", ".join(short_form(basis) for basis in line.legal_bases)
        courses = ", ".join(line.courses) or (_("afsluttet") if line.ended else "")
        return name, born, bases, _("afklares · {rest}").format(rest=courses) if line.contested else courses

    def _detail(self) -> None:
        row = self.list.row
        here = row is not None and not (row.key == NEW and self.field.has_focus)
        self.query_one("#detail", Block).show(f" {row.say}" if row is not None and here else "")

    def privacy_changed(self) -> None:
        """Draw names anew."""
        for line in self.lines.values():
            self.list.set_row("list", self._row(line))
        self._detail()

    # What happens

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search at every key."""
        event.stop()
        if event.value != self.typed:
            self.typed = event.value
            # What line 23 said was about other words.
            self.say("")
            self.reload()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Open the first who fits; Enter never creates."""
        event.stop()
        self.command_citizen_open()

    def on_panel_group_focused(self, message: PanelGroup.Focused) -> None:
        """Show the row uncut."""
        message.stop()
        self._detail()

    # Commands

    def command_citizen_open(self) -> None:
        """Open the citizen in focus; on the last line, the form for a new one."""
        row = self.list.row
        if row is None or row.key is None:
            self.say(self._nobody())
        elif row.key != NEW:
            self.desk.goto("citizen", citizen=row.key)
        elif self.field.has_focus:
            self.say(self._nobody())
        else:
            self.command_citizen_new()

    def command_citizen_new(self) -> None:
        """Write down a new citizen, with what was typed as the name."""
        self.desk.goto("citizen_form", name=" ".join(self.typed.split()))

    def command_form_down(self) -> None:
        """Go from the field to the list."""
        if self.field.has_focus:
            self.list.focus()

    def command_list_ended(self) -> None:
        """Show those without an open place, or the others."""
        self.ended = not self.ended
        self.list.list.offset = self.list.list.cursor = 0
        self.reload()
        self.say(_("Afsluttede borgere. F6 viser de andre.") if self.ended else _("Borgere, der ikke er afsluttet."))
