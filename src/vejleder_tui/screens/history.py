"""Historik: who wrote what about one row, when, on which laptop; the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.clock import local
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.history import HistoryChange, HistoryLine, row_history
from vejleder_tui.screens.base import TaskScreen
from vejleder_tui.screens.history_words import label, shown
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Row, RowList
from vejleder_tui.widgets.text import columns, wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

__all__ = ["HistoryScreen"]


class HistoryScreen(TaskScreen):
    """The history of the row `row` of `table`; `what` is what it is called in line 1."""

    SCREEN_ID = "history"

    def __init__(self, *, table: str, row: str, what: str = "", **values: object) -> None:
        super().__init__(**values)
        self.table, self.row, self.what = table, row, what
        self.lines: list[HistoryLine] | None = None

    def title_left(self) -> str:
        """Return whose history it is."""
        return _("Historik · {what}").format(what=self.what) if self.what else _("Historik")

    def context(self) -> str:
        """Return line 2."""
        return _("Den nyeste ændring står øverst.")

    def body(self) -> ComposeResult:
        """Yield the list and the line for the row in focus."""
        yield RowList(title=_("Ændringer"), empty=_("Ingen har skrevet noget om det endnu."), identity="body")
        yield Block("", "", "", height=3, identity="detail")

    def on_mount(self) -> None:
        """Read the log."""
        super().on_mount()
        self.reload()

    def reload(self) -> None:
        """Read the log anew."""
        self.run_worker(self._read(), group="read", exclusive=True)

    async def _read(self) -> None:
        table, row = self.table, self.row
        try:
            self.lines = await self.desk.read(lambda reader: row_history(reader, table, row))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        rows = [made for line in self.lines for made in _rows(line)]
        listed = self.query_one(RowList)
        listed.show(rows, title=_("Ændringer ({count})").format(count=len(rows)))
        if self.focused is None:
            listed.focus()

    def on_panel_group_focused(self, message: RowList.Focused) -> None:
        """Say the change uncut."""
        said = wrap(message.row.say, max(20, self.size.width - 2))[:3] if message.row else []
        self.query_one("#detail", Block).show(*(f" {line}" for line in ["", "", *said][-3:]))


def _rows(line: HistoryLine) -> list[Row]:
    if line.taken or line.at is None:
        return [
            Row(line.hash, _("slettet eller ikke modtaget endnu"), _("Indholdet er slettet eller ikke modtaget endnu."))
        ]
    when = f"{local(line.at):%d-%m-%Y %H:%M}"
    changes = line.changes or ((HistoryChange("", None, None),) if line.created else ())
    return [_row(line, when, place, change) for place, change in enumerate(changes)]


def _row(line: HistoryLine, when: str, place: int, change: HistoryChange) -> Row:
    named = label(change.field)
    before, after = shown(change.field, change.before), shown(change.field, change.after)
    if change.field == "void":
        what = _("fjernet") if change.after else _("gendannet")
    elif line.created:
        what = f"{named}: {after}" if named else _("oprettet")
    else:
        what = f"{named}: {before} → {after}"
    if change.field in line.contested:
        what = f"{_('afklares')} · {what}"
    said = _("{when} {who} på {laptop}: {what}").format(when=when, who=line.who, laptop=line.laptop, what=what)
    if line.reason:
        said = _("{said}. Begrundelse: {reason}").format(said=said, reason=line.reason)
    return Row(
        f"{line.hash}:{place}",
        lambda cells: columns(cells, (when, 16), (line.who, 4), (line.laptop, 10), (what, 0)),
        said,
    )
