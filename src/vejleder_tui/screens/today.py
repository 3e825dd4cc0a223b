"""I dag: the day's sessions, what is missing, what falls due; Enter does the main act of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.drafts import find_draft
from vejleder_tui.queries.today import TodayView, today_view
from vejleder_tui.rules.formats import week
from vejleder_tui.screens import today_lines as words
from vejleder_tui.screens.base import MainScreen
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Panel, PanelGroup
from vejleder_tui.widgets.text import wrap

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from vejleder_tui.queries.base import Reader

__all__ = ["TodayScreen"]

_SESSIONS = frozenset({"sessions", "missing"})


class TodayScreen(MainScreen):
    """Where the program starts for a worker and a coordinator."""

    SCREEN_ID = "today"

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.view: TodayView | None = None
        self._warm = False

    def title_left(self) -> str:
        """Return the name of the program, and where one is."""
        return f"Vejleder · {_('I dag')}"

    def title_right(self) -> str:
        """Return who, where, which day, and the week."""
        return f"{super().title_right()} · {week(words.today_of(self.desk.clock))}"

    def body(self) -> ComposeResult:
        """Yield the panels, empty until the store has answered, and the line for the row in focus."""
        panels = {one: Panel(one, words.heading(one, 0)) for one in words.PANELS}
        bands = [[[panels[one]] for one in band] for band in words.BANDS]
        yield PanelGroup(bands, left=40 if self.app.size.width < 100 else None, identity="body")
        yield Block("", identity="detail")

    def on_mount(self) -> None:
        """Ask the store; say so if it takes a while."""
        super().on_mount()
        self.reload()
        self.set_timer(0.2, self._waiting)

    def on_screen_resume(self) -> None:
        """Look again: something was done on the screen that one comes from."""
        super().on_screen_resume()
        if self.view is not None:
            self.reload()

    def reload(self) -> None:
        """Read everything anew."""
        self.run_worker(self._read(), group="read", exclusive=True)

    def _waiting(self) -> None:
        if self.view is None:
            self.say(_("Henter …"))

    async def _read(self) -> None:
        now, worker = self.desk.clock.now(), self.desk.actor.worker_id

        def query(reader: Reader) -> TodayView:
            return today_view(reader, now, worker)

        try:
            view = await self.desk.read(query)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        first = self.view is None
        self.view = view
        cast("Any", self.app).waiting_to_send = view.waiting.changes
        self.show_view()
        if first:
            self.say("")
            self._begin(view)
        if not self._warm and not self.desk.read_only:
            # The models take half a second to load: now that the day is on the screen, before the first write.
            self._warm = True
            self.call_after_refresh(self._warm_up)

    def _begin(self, view: TodayView) -> None:
        group = self.query_one(PanelGroup)
        start = words.first_row(view)
        if start is not None:
            group.go(*start)
        elif not group.panel.stops():
            group.go(next((one.id for one in group.panels.values() if one.stops()), "sessions"))
        self._show_detail()

    def _warm_up(self) -> None:
        self.run_worker(self.desk.write(lambda _desk: None), group="forever", exit_on_error=False)

    def show_view(self) -> None:
        """Draw what was read; the cursor keeps its row."""
        view = self.view
        if view is None:
            return
        group = self.query_one(PanelGroup)
        calendar = self.can("go.calendar")
        found = words.rows(view, private=self.desk.privacy)
        # Without the frame: a line above each band, and one at the end.
        heights = words.heights(found, group.size.height - len(words.BANDS) - 1)
        for panel_id, (rows, count) in found.items():
            group.panels[panel_id].height = heights[panel_id]
            group.panels[panel_id].empty = words.empty(panel_id, calendar=calendar)
            group.set_rows(panel_id, rows, title=words.heading(panel_id, count, view.day))
        if isinstance(self.focused, PanelGroup) or self.focused is None:
            group.focus()
        self._show_detail()

    def privacy_changed(self) -> None:
        """Draw names anew."""
        self.show_view()

    def on_resize(self) -> None:
        """Give the columns the same width where there is room."""
        super().on_resize()
        for group in self.query(PanelGroup):
            group.left = 40 if self.size.width < 100 else None
        self.call_after_refresh(self.show_view)

    def on_panel_group_focused(self, _message: PanelGroup.Focused) -> None:
        """Say the row uncut in line 22, and in the footer what Enter does with it."""
        self._show_detail()

    def _show_detail(self) -> None:
        group = self.query_one(PanelGroup)
        panel_id = group.panel.id
        titles = {"sessions": _("Registrér"), "missing": _("Registrér"), "due": _("Vurdér")}
        self.titles = {"today.open": titles.get(panel_id, _("Åbn"))}
        said = words.first_steps(self.view) or (group.row.say if group.row is not None else "")
        self.query_one("#detail", Block).show(*(f" {line}" for line in wrap(said, max(20, self.size.width - 2))[:3]))
        self.refresh_lines()

    # What a line stands for

    def _item(self) -> Any:  # noqa: ANN401 - what the query returned for the row: a session, a goal, a draft
        group = self.query_one(PanelGroup)
        row = group.row
        if self.view is None or row is None or row.key is None:
            return None
        return words.item(self.view, group.panel.id, row.key)

    def command_today_open(self) -> None:
        """Do the main act of the line."""
        panel_id, one = self.query_one(PanelGroup).panel.id, self._item()
        if one is None:
            return
        row = self.query_one(PanelGroup).row
        if row is not None and row.key == words.ALIKE:
            self.desk.goto("persons")
            return
        if panel_id in _SESSIONS:
            self.desk.goto("roster", ref=one.ref)
        elif panel_id == "due":
            self.desk.goto("rating", citizen=one.citizen, goal=one.id)
        elif panel_id == "follow_ups":
            self.desk.goto("citizen", citizen=one.citizen)
        elif panel_id == "peer":
            self.desk.goto("peer", activity=one.id)
        elif panel_id == "drafts":
            self.run_worker(self._open_draft(one.id), group="commands")
        else:
            self.desk.goto("conflicts" if panel_id == "to_settle" else "handover")

    async def _open_draft(self, draft: str) -> None:
        worker = self.desk.actor.worker_id
        opened = await self.desk.read(lambda reader: find_draft(reader, draft, worker))
        if opened is None:
            self.say(_("Kladden findes ikke længere."))
            return
        about: dict[str, object] = dict(getattr(opened, "about", None) or {})
        self.desk.goto(opened.view.screen, **about, draft=opened.values, draft_id=opened.view.id)

    def command_session_new(self) -> None:
        """Open the form for a session."""
        self.desk.goto("session_form")

    def command_goal_rate(self) -> None:
        """Rate the goal of the line; from any other line go to the goals."""
        if self.query_one(PanelGroup).panel.id == "due" and self._item() is not None:
            self.command_today_open()
        else:
            self.desk.goto("goals")

    def command_citizen_open(self) -> None:
        """Open the citizen that the line is about."""
        one = self._item()
        citizen = getattr(one, "citizen", "")
        if citizen:
            self.desk.goto("citizen", citizen=citizen)
        else:
            self.say(_("Linjen handler ikke om én borger."))

    def command_row_history(self) -> None:
        """Show who wrote what about the line."""
        panel_id, one = self.query_one(PanelGroup).panel.id, self._item()
        if one is not None and panel_id in _SESSIONS:
            self.desk.goto("history", table="session", row=one.ref.id, what=one.title)
        elif one is not None and panel_id in {"due", "peer"}:
            table, what = ("goal", one.term) if panel_id == "due" else ("peer_activity", one.form_name)
            self.desk.goto("history", table=table, row=one.id, what=what)
        else:
            self.say(_("Linjen har ingen historik."))
