"""Lists of any length: read page by page, by key, never by number."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from vejleder_tui.widgets.background import Background
from vejleder_tui.widgets.panels import Row, RowList

__all__ = ["Page", "PagedList", "Pager"]


class Page(NamedTuple):
    """A run of rows in order, and whether there are others before and after it."""

    rows: list[Row]
    before: bool
    after: bool


class Pager(Protocol):
    """Where a huge list comes from: read by key, never by number."""

    async def page(self, *, after: str | None = None, before: str | None = None, limit: int = 100) -> Page:
        """Return the rows after (or before) the row with a key; with neither, the first ones."""
        ...


class PagedList(Background, RowList):
    """A list of any length: at most three pages are held, more are read when the cursor comes near an end."""

    LIMIT = 100

    def __init__(
        self,
        pager: Pager,
        *,
        title: str = "",
        empty: str = "",
        header: tuple[str, ...] = (),
        framed: bool = True,
        identity: str | None = None,
    ) -> None:
        super().__init__(title=title, empty=empty, header=header, framed=framed, identity=identity)
        self._pager = pager
        self._before = self._after = False
        self._reading = False

    async def load(self) -> None:
        """Read the first page."""
        page = await self._pager.page(limit=self.LIMIT)
        self._before, self._after = page.before, page.after
        self.show(page.rows)

    def _tell(self) -> None:
        super()._tell()
        near = self.list.cursor
        if self.is_attached and not self._reading:
            if self._after and near > len(self.list.rows) - 30:
                self._reading = True
                self.run_worker(self._extend(forward=True), exclusive=True, group="pages")
            elif self._before and near < 30:
                self._reading = True
                self.run_worker(self._extend(forward=False), exclusive=True, group="pages")

    async def _extend(self, *, forward: bool) -> None:
        rows = self.list.rows
        try:
            if forward:
                page = await self._pager.page(after=rows[-1].key, limit=self.LIMIT)
                kept = [*rows, *page.rows]
                self._after = page.after
                if len(kept) > 3 * self.LIMIT:
                    kept, self._before = kept[-3 * self.LIMIT :], True
            else:
                page = await self._pager.page(before=rows[0].key, limit=self.LIMIT)
                kept = [*page.rows, *rows]
                self._before = page.before
                if len(kept) > 3 * self.LIMIT:
                    kept, self._after = kept[: 3 * self.LIMIT], True
            self.show(kept)
        finally:
            self._reading = False
