"""A list of a million rows: read by key, a few pages held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.screens.desk import Today, make
from tests.screens.golden import lines, wait
from vejleder_tui.widgets.paged import Page, PagedList
from vejleder_tui.widgets.panels import Row

if TYPE_CHECKING:
    from textual.app import ComposeResult

COUNT = 1_000_000


class Numbers:
    async def page(self, *, after: str | None = None, before: str | None = None, limit: int = 100) -> Page:
        start = int(after) + 1 if after is not None else max(0, int(before) - limit) if before is not None else 0
        end = int(before) if before is not None else min(COUNT, start + limit)
        return Page([Row(str(one), f"borger {one}") for one in range(start, end)], start > 0, end < COUNT)


class Citizens(Today):
    SCREEN_ID = "today"

    def body(self) -> ComposeResult:
        yield PagedList(Numbers(), title="Borgere", identity="body")


async def test_the_cursor_walks_through_pages_and_back() -> None:
    app = make(Citizens)
    async with app.run_test(size=(80, 24)) as pilot:
        found = app.screen.query_one(PagedList)
        await found.load()
        await wait(pilot)
        assert lines(app)[3].startswith("│►borger 0 ")
        for _page in range(60):
            await pilot.press("pagedown")
            await wait(pilot)
        assert len(found.list.rows) <= 300
        assert found.row is not None
        reached = int(found.row.key or 0)
        assert reached == 60 * (found.list.room - 1)
        assert any(f"►borger {reached} " in line for line in lines(app))
        for _page in range(60):
            await pilot.press("pageup")
            await wait(pilot)
        assert found.row.key == "0"
        assert lines(app)[3].startswith("│►borger 0 ")
