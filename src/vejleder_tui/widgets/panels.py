"""Panels with rows under one frame, and lists: one widget, painted line by line, the cursor held by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vejleder_tui.i18n import ngettext
from vejleder_tui.widgets.panel_layout import Bands, Drawn, Panel, Row, draw
from vejleder_tui.widgets.text import paint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual import events

__all__ = ["Panel", "PanelGroup", "Row", "RowList"]

_BOLD = Style(bold=True)


def _more(count: int) -> str:
    return ngettext("{count} flere nedenfor", "{count} flere nedenfor", count).format(count=count)


class PanelGroup(Widget):
    """Framed panels side by side and on top of each other; Tab goes from panel to panel, the arrows inside one.

    Screens change rows by `set_rows`; the cursor keeps its row by key. `order` is the Tab order, if another than
    top to bottom, left to right. Below 80 columns there is one column, and only the panel in focus is open.
    """

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("tab", "panel(1)", show=False),
        Binding("shift+tab", "panel(-1)", show=False),
    ]

    class Focused(Message):
        """The cursor went to another row."""

        def __init__(self, panel_id: str, row: Row | None) -> None:
            super().__init__()
            self.panel_id, self.row = panel_id, row

    class Chosen(Message):
        """A row that had the cursor was clicked, or clicked twice: the same as Enter."""

        def __init__(self, panel_id: str, row: Row) -> None:
            super().__init__()
            self.panel_id, self.row = panel_id, row

    def __init__(
        self,
        bands: Bands,
        *,
        left: int | None = None,
        framed: bool = True,
        order: Sequence[str] = (),
        identity: str | None = None,
    ) -> None:
        super().__init__(id=identity)
        self._bands = bands
        self.left, self._framed = left, framed
        found = {panel.id: panel for band in bands for column in band for panel in column}
        self.panels: dict[str, Panel] = {one: found[one] for one in (*order, *found)}
        for panel in self.panels.values():
            panel.cursor = self._nearest(panel, panel.cursor)
        self._active = next(iter(self.panels.values()))
        self._drawn: Drawn | None = None
        self._settled = False
        self.always_marked = False
        """Show the sign also while a search field has the focus."""

    # What screens use

    @property
    def panel(self) -> Panel:
        """The panel with the cursor."""
        return self._active

    @property
    def row(self) -> Row | None:
        """The row with the cursor."""
        return self._active.current()

    def say_line(self) -> str:
        """Return the row with the cursor as a sentence, for F7."""
        row = self.row
        return "" if row is None else row.say or " ".join(row.made(self.size.width).split())

    def set_rows(self, panel_id: str, rows: Sequence[Row], *, title: str | None = None) -> None:
        """Change the rows of a panel; the cursor keeps its key, or else its place."""
        panel = self.panels[panel_id]
        held = panel.current()
        panel.rows = list(rows)
        if title is not None:
            panel.title = title
        index = next((i for i, row in enumerate(rows) if held is not None and row.key == held.key), None)
        if index is not None:
            panel.offset += index - panel.cursor
        panel.cursor = self._nearest(panel, panel.cursor if index is None else index)
        panel.offset = max(0, panel.offset)
        self._redraw()
        if panel is self._active and not panel.stops() and not self._settled:
            first = next((one for one in self.panels.values() if one.stops()), None)
            self._active = first or self._active
        self._tell()

    def set_row(self, panel_id: str, row: Row) -> None:
        """Change one row, found by its key; an unknown key is passed over."""
        panel = self.panels[panel_id]
        for index, one in enumerate(panel.rows):
            if one.key == row.key:
                panel.rows[index] = row
                self._redraw()
                return

    def go(self, panel_id: str, key: str | None = None) -> None:
        """Put the cursor in a panel, and on the row with `key` if it is there."""
        panel = self.panels[panel_id]
        self._active, self._settled = panel, True
        index = next((i for i, row in enumerate(panel.rows) if key is not None and row.key == key), panel.cursor)
        panel.cursor = self._nearest(panel, index)
        if self.size.width:
            # Before it is laid out no panel knows its room; then `on_resize` brings the cursor into sight.
            panel.reveal()
        self._redraw()
        self._tell()

    def places(self) -> list[tuple[int, int, str]]:
        """Return where each panel with rows starts on the screen: x, y, panel id."""
        found: dict[str, tuple[int, int]] = {}
        for y, spans in enumerate(self._draw().spans):
            for span in spans:
                if span.panel.stops():
                    found.setdefault(span.panel.id, (self.region.x + span.x, self.region.y + y))
        return [(x, y, panel_id) for panel_id, (x, y) in found.items()]

    # How it works

    @staticmethod
    def _nearest(panel: Panel, index: int) -> int:
        stops = panel.stops()
        if not stops:
            return 0
        return min(stops, key=lambda one: (abs(one - index), one < index))

    def _tell(self) -> None:
        if self.is_attached:
            self.post_message(self.Focused(self._active.id, self.row))

    def _draw(self) -> Drawn:
        simple = bool(getattr(getattr(self.app, "settings", None), "single_view", False))
        one_column = self._framed and (self.size.width < 80 or simple)
        bands: Bands = [[[panel]] for panel in self.panels.values()] if one_column else self._bands
        return draw(
            bands,
            self.size.width,
            self.size.height,
            left=self.left,
            framed=self._framed and not simple,
            active=self._active if self.has_focus or self.always_marked else None,
            more=_more,
            shown=(lambda panel: panel is self._active) if one_column else (lambda _panel: True),
        )

    def _redraw(self) -> None:
        """Paint again only the lines that changed."""
        if self._drawn is None or not self.size.width:
            self.refresh()
            return
        before, self._drawn = self._drawn, self._draw()
        if len(before.lines) != len(self._drawn.lines):
            self.refresh()
            return
        changed = [y for y, made in enumerate(self._drawn.lines) if made != before.lines[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return the lines that all panels would like to have."""
        bands = self._bands
        total = sum(max(sum(p.natural for p in column) + len(column) - 1 for column in band) for band in bands)
        return total + (len(bands) + 1 if self._framed else sum(1 for band in bands if band[0][0].title))

    def render_line(self, y: int) -> Strip:
        """Paint one line; the row in focus is bold beside its sign."""
        if self._drawn is None or len(self._drawn.lines) == 0:
            self._drawn = self._draw()
        cells = self.size.width
        base = self.rich_style
        if y >= len(self._drawn.lines):
            return paint("", cells, base)
        made = paint(self._drawn.lines[y], cells, base)
        if not self.has_focus:
            return made
        for span in self._drawn.spans[y]:
            if span.panel is self._active and span.index == self._active.cursor and self.row is not None:
                before, middle, after = (
                    made.crop(0, span.x), made.crop(span.x, span.end), made.crop(span.end, cells),
                )  # fmt: skip
                return Strip.join([before, middle.apply_style(_BOLD), after])
        return made

    def on_resize(self) -> None:
        """Lay out anew; the cursor stays in sight."""
        self._drawn = self._draw()
        self._active.reveal()
        self._drawn = self._draw()
        self.refresh()

    def on_focus(self) -> None:
        """Show the cursor."""
        if not self._active.stops():
            self._active = next((one for one in self.panels.values() if one.stops()), self._active)
        self._redraw()
        self._tell()

    def on_blur(self) -> None:
        """Hide the cursor: only one place on the screen has the sign."""
        self._redraw()

    def _stop_at(self, step: int, *, far: bool = False) -> None:
        panel = self._active
        stops = panel.stops()
        if not stops:
            return
        self._settled = True
        here = stops.index(self._nearest(panel, panel.cursor))
        panel.cursor = stops[-1 if step > 0 else 0] if far else stops[max(0, min(len(stops) - 1, here + step))]
        panel.reveal()
        self._redraw()
        self._tell()

    def action_move(self, step: int) -> None:
        """Go a row up or down; never round."""
        self._stop_at(step)

    def action_page(self, step: int) -> None:
        """Go a page up or down."""
        self._stop_at(step * max(1, self._active.room - 1))

    def action_end(self, step: int) -> None:
        """Go to the first or the last row."""
        self._stop_at(step, far=True)

    def action_panel(self, step: int) -> None:
        """Go to the next panel with rows, and after the last one on to the menu."""
        self._settled = True
        stops = [one for one in self.panels.values() if one.stops()]
        at = stops.index(self._active) + step if self._active in stops else 0
        if 0 <= at < len(stops):
            self._active = stops[at]
            self._active.reveal()
            self._redraw()
            self._tell()
            return
        if stops:
            self._active = stops[0 if step > 0 else -1]
        if step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def _span(self, x: int, y: int) -> tuple[Panel, int] | None:
        if self._drawn is None or not 0 <= y < len(self._drawn.spans):
            return None
        return next(((one.panel, one.index) for one in self._drawn.spans[y] if one.x <= x < one.end), None)

    def on_click(self, event: events.Click) -> None:
        """Focus the row; a click on the row in focus, or a double click, does what Enter does."""
        found = self._span(event.x, event.y)
        if found is None:
            return
        event.stop()
        panel, index = found
        again = panel is self._active and index == panel.cursor and (self._settled or event.chain > 1)
        self._settled = True
        self._active = panel
        if index >= 0 and panel.rows[index].key is not None:
            panel.cursor = index
            row = panel.rows[index]
            if again:
                self.post_message(self.Chosen(panel.id, row))
        self._redraw()
        self._tell()

    def _wheel(self, event: events.MouseEvent, step: int) -> None:
        found = self._span(event.x, event.y)
        panel = found[0] if found else self._active
        panel.offset = max(0, min(panel.offset + step, len(panel.rows) - panel.room))
        self._redraw()
        event.stop()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the panel under the pointer; the focus stays."""
        self._wheel(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the panel under the pointer; the focus stays."""
        self._wheel(event, -3)


class RowList(PanelGroup):
    """One list over the whole width, for up to 1,000 rows; framed with its heading, or without."""

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        title: str = "",
        empty: str = "",
        header: tuple[str, ...] = (),
        framed: bool = True,
        identity: str | None = None,
    ) -> None:
        self.list = Panel("list", title, list(rows), empty=empty, header=header, grow=True)
        super().__init__([[[self.list]]], framed=framed, identity=identity)

    def show(self, rows: Sequence[Row], *, title: str | None = None, empty: str | None = None) -> None:
        """Change the rows; the cursor keeps its key."""
        if empty is not None:
            self.list.empty = empty
        self.set_rows("list", rows, title=title)
