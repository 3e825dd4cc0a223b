"""Framed panels as lines of text: pure layout, no Textual; `panels` paints what stands here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.widgets.text import fit, plain, width

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Bands", "Drawn", "Panel", "Row", "Span", "draw"]

_SIGNS = {
    0: " ", 1: "─", 2: "─", 3: "─", 4: "│", 8: "│", 12: "│", 10: "┌", 9: "┐", 6: "└", 5: "┘",
    14: "├", 13: "┤", 11: "┬", 7: "┴", 15: "┼",
}  # fmt: skip
"""From the sides on which a line goes on (1 left, 2 right, 4 up, 8 down) to the sign that joins them."""
_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8


class Row(NamedTuple):
    """One row: `key` names it for the cursor (None: the cursor passes it by); `text` is made for the cells there are.

    `say` is the row uncut, as a sentence, for the detail line and F7.
    """

    key: str | None
    text: str | Callable[[int], str]
    say: str = ""

    def made(self, cells: int) -> str:
        """Return the row in exactly `cells`."""
        return fit(self.text if isinstance(self.text, str) else self.text(cells), cells)


@dataclass
class Panel:
    """A panel: its heading stands in the frame; `header` lines stay at the top; `empty` is shown without rows.

    `height` is its number of lines below the heading (None: as many as it has); `grow` takes what is left over.
    """

    id: str
    title: str = ""
    rows: list[Row] = field(default_factory=list)
    empty: str = ""
    header: tuple[str, ...] = ()
    height: int | None = None
    grow: bool = False
    mark_title: bool = False
    cursor: int = 0
    offset: int = 0
    room: int = 1

    @property
    def natural(self) -> int:
        """How many lines it would like to have."""
        if self.height is not None:
            return self.height
        return max(1, len(self.rows)) + len(self.header)

    def stops(self) -> list[int]:
        """Return the indexes of the rows where the cursor can stand."""
        return [index for index, row in enumerate(self.rows) if row.key is not None]

    def current(self) -> Row | None:
        """Return the row with the cursor."""
        if 0 <= self.cursor < len(self.rows) and self.rows[self.cursor].key is not None:
            return self.rows[self.cursor]
        return None

    def reveal(self) -> None:
        """Scroll so that the cursor is seen."""
        if self.cursor < self.offset:
            self.offset = self.cursor
        elif self.cursor >= self.offset + self.room:
            self.offset = self.cursor - self.room + 1
        if self.stops()[:1] == [self.cursor]:
            self.offset = max(0, self.cursor - self.room + 1)
        self.offset = max(0, min(self.offset, len(self.rows) - self.room))


Bands = list[list[list[Panel]]]
"""Bands from top to bottom, each of columns from left to right, each of panels from top to bottom."""


@dataclass(frozen=True)
class Span:
    """Where a row (or, with index -1, a heading) is drawn."""

    x: int
    end: int
    panel: Panel
    index: int


@dataclass
class Drawn:
    """The lines, and what stands where in each."""

    lines: list[str]
    spans: list[list[Span]]


def _heights(bands: Bands, room: int, shown: Callable[[Panel], bool]) -> list[list[list[int]]]:
    """Return the lines of each panel; `room` is what all bands may take, without their borders."""
    wish = [[[panel.natural if shown(panel) else 0 for panel in column] for column in band] for band in bands]
    totals = [max(sum(column) + len(column) - 1 for column in band) for band in wish]
    spare = room - sum(totals)
    growing = [i for i, band in enumerate(bands) if any(p.grow and shown(p) for column in band for p in column)]
    if spare > 0 and growing:
        for turn in range(spare):
            totals[growing[turn % len(growing)]] += 1
    while spare < 0:
        tallest = max(range(len(totals)), key=totals.__getitem__)
        if totals[tallest] <= 1:
            break
        totals[tallest] -= 1
        spare += 1
    for band, lines, total in zip(bands, wish, totals, strict=True):
        for column, heights in zip(band, lines, strict=True):
            missing = total - (sum(heights) + len(heights) - 1)
            taker = next((i for i, p in enumerate(column) if p.grow and shown(p)), len(column) - 1)
            while missing < 0:
                tallest = max(range(len(heights)), key=heights.__getitem__)
                if heights[tallest] <= 0:
                    break
                heights[tallest] -= 1
                missing += 1
            heights[taker] += max(0, missing)
    return wish


def draw(
    bands: Bands,
    cells: int,
    room: int,
    *,
    left: int | None = None,
    framed: bool = True,
    active: Panel | None = None,
    more: Callable[[int], str] = str,
    shown: Callable[[Panel], bool] = lambda _panel: True,
) -> Drawn:
    """Lay the panels out in `cells` × `room`.

    `left` is the inside width of a left column of two; `active` is the panel whose cursor is shown;
    `more` makes the note for rows that are below the edge.
    """
    edge = 1 if framed else 0
    # Without a frame there is a line for each heading that is not empty, and no bottom line.
    heights = _heights(bands, room - (len(bands) + edge if framed else sum(1 for b in bands if b[0][0].title)), shown)
    canvas = _Canvas(cells)
    spans: dict[int, list[Span]] = {}
    y = 0
    for band, lines in zip(bands, heights, strict=True):
        titled = framed or bool(band[0][0].title)
        total = max(sum(column) + len(column) - 1 for column in lines)
        starts = _starts(cells, len(band), left, edge)
        if framed:
            canvas.across(y, 0, cells - 1)
            for x in {0, cells - 1, *(start - 1 for start, _end in starts)}:
                canvas.down(x, y, y + total + 1)
        for (x, end), column, sizes in zip(starts, band, lines, strict=True):
            top = y
            for panel, size in zip(column, sizes, strict=True):
                if framed and top != y:
                    canvas.across(top, x - 1, end)
                if titled or top != y:
                    mark = "►" if panel is active and panel.mark_title else ""
                    canvas.write(
                        top,
                        x,
                        fit(f" {mark}{plain(panel.title)} ", min(end - x, width(panel.title) + len(mark) + 2))
                        if panel.title
                        else "",
                    )
                    spans.setdefault(top, []).append(Span(x, end, panel, -1))
                    top += 1
                _body(canvas, spans, panel, (x, end, top, size), active)
                below = len(panel.rows) - panel.offset - panel.room
                if framed and below > 0 and band is bands[-1] and panel is column[-1] and size > 0:
                    canvas.notes.append((top + size, x, f" {more(below)} "))
                top += size
        y += total + (1 if titled else 0)
    if framed:
        canvas.across(y, 0, cells - 1)
        y += 1
    made = canvas.lines(y)
    return Drawn(made, [spans.get(index, []) for index in range(len(made))])


def _starts(cells: int, count: int, left: int | None, edge: int) -> list[tuple[int, int]]:
    inner = cells - 2 * edge
    if count == 1:
        return [(edge, edge + inner)]
    gap = 1
    first = left if left is not None and count == 2 else (inner - gap * (count - 1)) // count
    made: list[tuple[int, int]] = []
    x = edge
    for index in range(count):
        end = edge + inner if index == count - 1 else x + first
        made.append((x, end))
        x = end + gap
    return made


def _body(
    canvas: _Canvas,
    spans: dict[int, list[Span]],
    panel: Panel,
    box: tuple[int, int, int, int],
    active: Panel | None,
) -> None:
    x, end, top, size = box
    cells = end - x
    for index, text in enumerate(panel.header[:size]):
        canvas.write(top + index, x, " " + fit(text, cells - 1))
    top += len(panel.header)
    panel.room = max(0, size - len(panel.header))
    panel.offset = max(0, min(panel.offset, len(panel.rows) - panel.room))
    if not panel.rows and panel.room:
        canvas.write(top, x, fit(f" {panel.empty}", cells))
    for index in range(panel.offset, min(len(panel.rows), panel.offset + panel.room)):
        row = panel.rows[index]
        mark = "►" if panel is active and index == panel.cursor and row.key is not None else " "
        at = top + index - panel.offset
        canvas.write(at, x, mark + row.made(cells - 1))
        spans.setdefault(at, []).append(Span(x, end, panel, index))


class _Canvas:
    """Frame lines that join by themselves, and text over them."""

    def __init__(self, cells: int) -> None:
        self.cells = cells
        self.joints: dict[tuple[int, int], int] = {}
        self.texts: dict[int, list[tuple[int, str]]] = {}
        self.notes: list[tuple[int, int, str]] = []

    def _join(self, x: int, y: int, side: int) -> None:
        self.joints[x, y] = self.joints.get((x, y), 0) | side

    def across(self, y: int, x: int, end: int) -> None:
        for at in range(x, end):
            self._join(at, y, _RIGHT)
            self._join(at + 1, y, _LEFT)

    def down(self, x: int, y: int, end: int) -> None:
        for at in range(y, end):
            self._join(x, at, _DOWN)
            self._join(x, at + 1, _UP)

    def write(self, y: int, x: int, text: str) -> None:
        if text:
            self.texts.setdefault(y, []).append((x, text))

    def lines(self, count: int) -> list[str]:
        for y, x, text in self.notes:
            self.write(y, x, text)
        made: list[str] = []
        for y in range(count):
            parts: list[str] = []
            at = 0
            for x, text in sorted(self.texts.get(y, [])):
                parts.append(self._frame(at, x, y))
                parts.append(text)
                at = x + width(text)
            parts.append(self._frame(at, self.cells, y))
            made.append("".join(parts))
        return made

    def _frame(self, start: int, end: int, y: int) -> str:
        return "".join(_SIGNS[self.joints.get((x, y), 0)] for x in range(start, end))
