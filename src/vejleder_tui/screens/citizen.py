"""Borger, én: one citizen's record in five tabs, opened through the one door."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.screens.citizen_acts import GOALS, OVERVIEW, TABS, CitizenActs
from vejleder_tui.screens.citizen_rows import (
    course_rows,
    event_rows,
    events_title,
    goal_header,
    goal_rows,
    goal_sentence,
    goals_title,
    header_line,
    path_rows,
    path_title,
    rating_rows,
    voided_rows,
)
from vejleder_tui.screens.record import at_the_door
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.panels import Panel, PanelGroup, RowList
from vejleder_tui.widgets.text import initials, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from vejleder_tui.queries.citizen_record import CitizenRecord
    from vejleder_tui.queries.goals import GoalDetail
    from vejleder_tui.queries.voided import VoidedRow
    from vejleder_tui.services.undo import Undone

__all__ = ["CitizenScreen"]


class CitizenScreen(CitizenActs):
    """One citizen. Takes `citizen`, the id, and a `receipt` to say; every opening is logged before anything is shown."""

    SCREEN_ID = "citizen"
    MENU = "citizens"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "tab(-1)", show=False),
        Binding("right", "tab(1)", show=False),
    ]

    def __init__(self, *, citizen: str, tab: int = OVERVIEW, receipt: str = "") -> None:
        super().__init__()
        self.citizen = citizen
        self.tab = tab
        self.record: CitizenRecord | None = None
        self.number = ""
        self.voided: Sequence[VoidedRow] | None = None
        self.kind = self.goal_status = ""
        self._receipt = receipt
        self._hiding: Timer | None = None
        self._away = False
        self._drawn = (-1, "")

    def title_left(self) -> str:
        """Return whose record it is."""
        if self.record is None:
            return _("Borger")
        short = self.record.header.short
        return _("Borger · {who}").format(who=initials(short) if self.desk.privacy else short)

    def body(self) -> ComposeResult:
        """Yield the header, the tabs, and what stands in each."""
        yield Block("", identity="header")
        yield Block("", identity="tabs")
        yield PanelGroup(
            [
                [[Panel("courses", _("Forløb og fremmøde"), empty=_("Henter …"))]],
                [[Panel("goals", _("Mål"), grow=True, empty=_("Henter …"))]],
                [[Panel("path", "", height=6, empty="")]],
            ],
            order=("goals", "courses"),
            identity="body",
        )
        yield RowList(title=_("Tidslinje"), empty=_("Der er ikke sket noget endnu."), identity="timeline")
        yield PanelGroup(
            [
                [[Panel("all", _("Mål"), empty="")]],
                [[Panel("line", "", height=6, empty="")]],
                [[Panel("ratings", _("Vurderinger"), grow=True, empty=_("Ikke vurderet endnu. m vurderer."))]],
            ],
            identity="goals",
        )
        yield RowList(title=_("Målinger"), empty=_("Målinger kan ikke registreres endnu."), identity="measures")
        yield RowList(
            title=_("Individuel støtte"),
            empty=_("Individuel støtte kan ikke registreres endnu."),
            identity="support",
        )
        yield Block("", height=1, identity="detail")

    @property
    def panes(self) -> list[PanelGroup]:
        """The tabs' contents in order."""
        return [self.query_one(f"#{name}", PanelGroup) for name in ("body", "timeline", "goals", "measures", "support")]

    @property
    def pane(self) -> PanelGroup:
        """The content that is shown."""
        return self.panes[self.tab]

    # Reading

    def on_mount(self) -> None:
        """Open the record."""
        super().on_mount()
        self._show_tab()
        self.reload()

    def on_screen_suspend(self) -> None:
        """Cover the number: the screen may be locked, or shown to somebody."""
        self._away = True
        self._hide()

    def on_screen_resume(self) -> None:
        """Read again what may have been changed meanwhile."""
        super().on_screen_resume()
        if self._away:
            self._away = False
            self.reload()

    def reload(self) -> None:
        """Read the record; of two at once the newer counts."""
        self.run_worker(self._load(), exclusive=True, group="load")

    async def _load(self) -> None:
        first = self.record is None
        citizen = self.citizen
        try:
            self.record = await at_the_door(self.desk, lambda door: door.open(citizen))
            if self.voided is not None:
                self.voided = await at_the_door(self.desk, lambda door: door.voided(citizen))
        except VejlederError as error:
            self.record = None
            self._show_error(str(error))
            return
        self._show()
        if first:
            self.say(self._receipt or _("Åbningen er noteret i adgangsloggen."))

    def _show_error(self, sentence: str) -> None:
        for pane in self.panes:
            for panel in pane.panels.values():
                panel.empty = ""
                pane.set_rows(panel.id, [])
        self.query_one("#header", Block).show("")
        self.query_one("#detail", Block).show("")
        self.say(sentence, error=True)
        self.refresh_lines()

    def _show(self) -> None:
        record = self.record
        if record is None:
            return
        today = local_date(self.desk.clock.now())
        body, timeline, goals = self.panes[:3]
        active = [goal for goal in record.goals if goal.row.status != "ended"]
        body.panels["courses"].empty = _("Ikke på noget forløb endnu. i indskriver.")
        body.panels["goals"].empty = _("Ingen mål endnu. n opretter et.")
        goals.panels["all"].empty = _("Ingen mål endnu. n opretter et.")
        body.panels["goals"].header = (goal_header(active, self.size.width - 3),) if active else ()
        body.set_rows("courses", course_rows(record.courses, today, self.size.width - 2))
        body.set_rows("goals", goal_rows(active), title=_("Mål ({count})").format(count=len(active)))
        if self.voided is not None:
            timeline.panels["list"].empty = _("Intet er fjernet. d viser tidslinjen igen.")
            timeline.set_rows(
                "list", voided_rows(self.voided, today), title=_("Fjernede ({count})").format(count=len(self.voided))
            )
        else:
            events = self.events()
            timeline.panels["list"].empty = _("Der er ikke sket noget endnu.")
            timeline.set_rows("list", event_rows(events, today), title=events_title(len(events), self.kind))
        chosen = [goal for goal in record.goals if self.goal_status in {"", goal.row.status}]
        goals.panels["all"].header = (goal_header(chosen, self.size.width - 3),) if chosen else ()
        if self.goal_status:
            goals.panels["all"].empty = _("Ingen af den slags. f viser de næste.")
        goals.set_rows("all", goal_rows(chosen), title=goals_title(len(chosen), self.goal_status))
        self._show_goal()
        self._lines()
        self.refresh_lines()

    def _show_goal(self) -> None:
        today = local_date(self.desk.clock.now())
        goal = self.goal
        self._drawn = self._key_of(goal)
        for pane, panel in ((self.panes[OVERVIEW], "path"), (self.panes[GOALS], "line")):
            title = path_title(goal) if goal is not None else ""
            pane.panels[panel].title = title
            pane.set_rows(panel, path_rows(goal, today), title=title)
        if self.tab == GOALS and goal is not None:
            self.panes[GOALS].set_rows("ratings", rating_rows(goal, today))

    def _key_of(self, goal: GoalDetail | None) -> tuple[int, str]:
        return self.tab, goal.row.id if goal is not None else ""

    @property
    def goal(self) -> GoalDetail | None:
        """The goal in focus, or else the first one."""
        if self.record is None or not self.record.goals:
            return None
        pane, panel = (self.panes[GOALS], "all") if self.tab == GOALS else (self.panes[OVERVIEW], "goals")
        row = pane.panels[panel].current()
        found = [goal for goal in self.record.goals if row is not None and goal.row.id == row.key]
        return found[0] if found else self.record.goals[0]

    def _lines(self) -> None:
        """Bring header, tabs and the line above the status up to date."""
        record = self.record
        if record is None:
            return
        self.query_one("#header", Block).show(
            f" {header_line(record.header, self.number, max(59, self.size.width - 1))}"
        )
        row = self.pane.row
        detail = row.say if row is not None else ""
        if (self.tab == OVERVIEW and self.pane.panel.id == "goals") or (
            self.tab == GOALS and self.pane.panel.id == "all"
        ):
            goal = self.goal
            detail = goal_sentence(goal, local_date(self.desk.clock.now())) if goal is not None else ""
        self.query_one("#detail", Block).show(f" {detail}" if detail else "")

    def _show_tab(self) -> None:
        for index, pane in enumerate(self.panes):
            pane.display = index == self.tab
        names = "  ".join(f"{'►' if index == self.tab else ' '}{_(name)}" for index, name in enumerate(TABS))
        self.query_one("#tabs", Block).show(line(names, _("←/→ skifter fane"), max(60, self.size.width)))

    # What happens

    def on_resize(self) -> None:
        """Fit what is as wide as the screen."""
        super().on_resize()
        self._show_tab()
        self._show()

    def privacy_changed(self) -> None:
        """Draw the name anew."""
        self.refresh_lines()

    def on_panel_group_focused(self, message: PanelGroup.Focused) -> None:
        """Draw the path of the goal in focus, and say the row uncut."""
        message.stop()
        if self.record is not None:
            # Changing rows tells of the focus anew: only another goal is drawn again, or it would never end.
            if message.panel_id in {"goals", "all"} and self._key_of(self.goal) != self._drawn:
                self._show_goal()
            self._lines()

    def show_again(self) -> None:
        """Draw anew what was read."""
        self._show()

    def go_tab(self, tab: int, row: str = "") -> None:
        """Show a tab, and stand on a row."""
        self.tab = tab
        self.action_tab(0)
        if row and tab == GOALS:
            self.goal_status = ""
            self._show()
            self.panes[GOALS].go("all", row)

    def action_tab(self, step: int) -> None:
        """Go to the next tab; never round."""
        self.tab = max(0, min(len(TABS) - 1, self.tab + step))
        self._show_tab()
        self.pane.focus()
        self._show_goal()
        self._lines()

    def focus_body(self) -> None:
        """Put the focus back into the tab."""
        self.pane.focus()

    def jump_targets(self) -> list[Widget]:
        """Return the tab that is shown."""
        return [one for one in super().jump_targets() if one.display]

    def undone(self, step: Undone) -> None:  # noqa: ARG002 - whatever it was, the record is read again
        """Read again."""
        self.reload()

    # Commands

    async def command_citizen_cpr(self) -> None:
        """Show the number for half a minute; that is logged too."""
        from vejleder_tui.queries.citizen_record import REVEAL_SECONDS  # noqa: PLC0415 - not for the first paint

        citizen = self.citizen
        try:
            number = await at_the_door(self.desk, lambda door: door.number(citizen))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        if not number:
            self.say(_("Der er intet nummer. r retter borgeren."))
            return
        if not self.is_current:
            return
        self._hide()
        self.number = number
        self._hiding = self.set_timer(REVEAL_SECONDS, self._hide)
        self._lines()
        self.say(_("Nummeret vises i {count} sekunder. Det er noteret i adgangsloggen.").format(count=REVEAL_SECONDS))

    def _hide(self) -> None:
        if self._hiding is not None:
            self._hiding.stop()
            self._hiding = None
        if self.number:
            self.number = ""
            self._lines()
