"""Kommandoer: only what works here and now, each with its key; typing filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from vejleder_tui.i18n import _
from vejleder_tui.screens.base import BaseScreen
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from vejleder_tui import commands

__all__ = ["PaletteScreen"]


class PaletteScreen(BaseScreen):
    """The commands of the screen it was opened on, which is `origin`."""

    SCREEN_ID = "palette"
    CSS_PATH = "palette.tcss"
    AUTO_FOCUS = "#search"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("up", "list_up", show=False)]

    @property
    def origin(self) -> BaseScreen:
        """The screen whose commands these are."""
        found = self.values["origin"]
        if not isinstance(found, BaseScreen):
            raise TypeError
        return found

    def context(self) -> str:
        """Return what one can do here."""
        return _("Skriv noget af navnet, og tryk Enter.")

    def body(self) -> ComposeResult:
        """Yield the field and the list."""
        yield Input(id="search", compact=True)
        found = RowList(self._rows(""), title=_("Kommandoer"), empty=_("Ingen kommando passer."), identity="body")
        found.always_marked = True
        yield found

    def _commands(self) -> list[commands.Bound]:
        return [one for one in self.origin.available() if one.id not in {"app.palette", "roster.row"}]

    def _rows(self, needle: str) -> list[Row]:
        titles = self.origin.titles
        rows: list[Row] = []
        for one in self._commands():
            title = titles.get(one.id, one.title)
            told = _(one.command.help)
            if needle in f"{title} {told}".casefold():
                key = one.display
                rows.append(
                    Row(
                        one.id,
                        lambda cells, title=title, told=told, key=key: columns(cells, (title, 14), (told, 0), (key, 9)),  # type: ignore[misc]
                        say=f"{title}. {told} {key}",
                    )
                )
        return rows

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show only what fits, the first one in focus."""
        self.query_one("#body", RowList).show(self._rows(event.value.strip().casefold()))

    def on_input_submitted(self) -> None:
        """Run the first command that fits."""
        self.command_palette_run()

    def on_key(self, event: events.Key) -> None:
        """Type on in the field from the list."""
        field = self.query_one("#search", Input)
        if event.is_printable and event.character and not field.has_focus:
            event.stop()
            field.focus()
            field.insert_text_at_cursor(event.character)
            return
        super().on_key(event)

    def command_form_down(self) -> None:
        """Go down into the list."""
        self.query_one("#body").focus()

    def action_list_up(self) -> None:
        """Go back to the field."""
        self.query_one("#search").focus()

    def command_palette_run(self) -> None:
        """Run the command in focus, on the screen it belongs to."""
        row = self.query_one("#body", RowList).row
        if row is None or row.key is None:
            return
        identity, origin = row.key, self.origin
        self.desk.back()
        origin.call_after_refresh(origin.action_command, identity)
