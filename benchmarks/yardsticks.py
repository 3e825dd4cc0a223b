"""The programs we measure ourselves against: `python -m benchmarks.yardsticks empty|table|list`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.app import App
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import DataTable, Static

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


class Empty(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        yield Static("Klar")


class Table(App[None]):
    """A DataTable of twenty rows."""

    def compose(self) -> ComposeResult:
        yield DataTable()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("Nr", "Navn", "Fremmøde", "Tid", "Bemærk")
        for number in range(20):
            table.add_row(str(number), f"Række {number}", "fremmødt", "120 min", "Klar")


class MarkList(ScrollView, can_focus=True):
    """Twelve rows drawn line by line; a key redraws one row and does nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = [0] * 12
        self.virtual_size = Size(80, 12)

    def render_line(self, y: int) -> Strip:
        text = f" {y + 1:2}  Række {y:2}  {'F' if self.marks[y] % 2 else 'U'} {self.marks[y]:6}" if y < 12 else ""
        return Strip([Segment(text.ljust(80))])

    def on_key(self, event: events.Key) -> None:
        if event.key == "f":
            self.marks[2] += 1
            self.refresh(Region(0, 2, 80, 1))


class ListApp(App[None]):
    """The list alone."""

    def compose(self) -> ComposeResult:
        yield MarkList()

    def on_mount(self) -> None:
        self.query_one(MarkList).focus()


if __name__ == "__main__":
    {"empty": Empty, "table": Table, "list": ListApp}[sys.argv[1]]().run()
