"""Mere: the screens that have no digit; a letter or Enter opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import commands
from vejleder_tui.i18n import _
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns

if TYPE_CHECKING:
    from textual.app import ComposeResult

__all__ = ["MoreScreen"]


class MoreScreen(TaskScreen):
    """A short list; what is not built yet is left out."""

    SCREEN_ID = "more"

    def context(self) -> str:
        """Return what one can do here."""
        return _("Tryk bogstavet, eller vælg med pilene og Enter.")

    def body(self) -> ComposeResult:
        """Yield the list."""
        rows = [
            Row(
                one.id,
                lambda cells, one=one: columns(cells, (one.display, 3), (one.title, 16), (_(one.command.help), 0)),  # type: ignore[misc]
                say=f"{one.display}: {one.title}. {_(one.command.help)}",
            )
            for one in commands.bound_on(self.SCREEN_ID, self.desk.settings.keymap)
            if one.where == "also" and self.can(one.id)
        ]
        yield RowList(rows, title=_("Mere"), identity="body")

    def command_more_open(self) -> None:
        """Open the line in focus."""
        row = self.query_one("#body", RowList).row
        if row is not None and row.key is not None:
            self.action_command(row.key)
