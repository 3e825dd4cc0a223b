"""Hjælp: made from the registry; first the screen one came from, then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from vejleder_tui import commands
from vejleder_tui.i18n import _
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns

if TYPE_CHECKING:
    from textual.app import ComposeResult

__all__ = ["HelpScreen"]


def _row(screen_id: str, one: commands.Bound) -> Row:
    keys = one.display
    if not one.shown:
        keys = " ".join(dict.fromkeys(commands.key_display(key) for key in one.keys)) or "–"
    text = _(one.command.help)
    return Row(
        f"{screen_id}/{one.id}",
        lambda cells: columns(cells, (keys, 12), (one.title, 14), (text, 0)),
        say=f"{keys}: {one.title}. {text}",
    )


class HelpScreen(TaskScreen):
    """Every key of the screen one came from, then those of the other screens; `/` searches."""

    SCREEN_ID = "help"
    CSS_PATH = "help.tcss"

    def context(self) -> str:
        """Return what one can do here."""
        return _("Tasterne på skærmen, du kom fra, står først. Esc går tilbage.")

    def body(self) -> ComposeResult:
        """Yield a search field and the list."""
        yield Input(id="search", compact=True, placeholder=_("Søg"))
        yield RowList(self._rows(""), title=_("Taster"), empty=_("Ingen kommando passer."), identity="body")

    def on_mount(self) -> None:
        """Start in the list; the field shows when asked for."""
        super().on_mount()
        self.query_one("#search").display = False
        self.query_one("#body").focus()

    def _rows(self, needle: str) -> list[Row]:
        works = self.values.get("works")
        origin = str(self.values.get("origin", ""))
        order = [origin, *(one for one in commands.SCREENS if one != origin and one in commands.BUILT)]
        rows: list[Row] = []
        for screen_id in order:
            if screen_id not in commands.SCREENS:
                continue
            bound = commands.bound_on(screen_id, self.desk.settings.keymap)
            own = bound if screen_id == origin else [one for one in bound if one.where != "global"]
            if screen_id == origin and isinstance(works, set):
                own = [one for one in own if one.id in works]
            found = [one for one in own if needle in f"{one.title} {_(one.command.help)}".casefold()]
            if found:
                rows.append(Row(None, _(commands.SCREENS[screen_id].title).upper()))
                rows.extend(_row(screen_id, one) for one in found)
        return rows

    def command_app_search(self) -> None:
        """Show the search field."""
        field = self.query_one("#search", Input)
        field.display = True
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show only what fits."""
        self.query_one("#body", RowList).show(self._rows(event.value.strip().casefold()))

    def on_input_submitted(self) -> None:
        """Go down into the list."""
        self.query_one("#body").focus()
