"""Mål: all goals by what is due; rate, open, new, change, filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local_date
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import number
from vejleder_tui.screens.base import ListScreen
from vejleder_tui.screens.goal_rows import due_width, goal_header, goal_row, goal_sentence, is_rateable
from vejleder_tui.widgets.block import Block
from vejleder_tui.widgets.entry import EntryBar
from vejleder_tui.widgets.panels import PanelGroup, RowList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from vejleder_tui.queries.goals import GoalRow

__all__ = ["GoalsScreen"]


class GoalsScreen(ListScreen):
    """The list of goals, the ones that are due first. Takes `typed`, a filter to begin with."""

    SCREEN_ID = "goals"

    def __init__(self, *, typed: str = "") -> None:
        super().__init__()
        self.typed = typed
        self.voided = self.ended = False
        self.rows: dict[str, GoalRow] = {}
        self.count = 0
        self._turn = 0

    def title_left(self) -> str:
        """Return the name of the program and the screen."""
        return _("Vejleder · Mål")

    def body(self) -> ComposeResult:
        """Yield the list, its row in focus uncut, and the filter."""
        yield RowList(title=_("Mål"), empty=_("Henter …"), header=(goal_header(76),), identity="body")
        yield EntryBar(limit=80)
        yield Block("", "", height=2, identity="detail")

    @property
    def list(self) -> RowList:
        """The list."""
        return self.query_one("#body", RowList)

    @property
    def goal(self) -> GoalRow | None:
        """The goal in focus."""
        row = self.list.row
        return None if row is None or row.key is None else self.rows.get(row.key)

    # Reading

    def on_mount(self) -> None:
        """Read the list."""
        super().on_mount()
        self.reload()

    def take(self, *, typed: str = "") -> None:
        """Come here again, with a filter."""
        self.typed = typed
        self.reload()

    def on_screen_resume(self) -> None:
        """Read again: a goal may have been rated or changed meanwhile."""
        super().on_screen_resume()
        if self.is_mounted:
            self.reload()

    def on_resize(self) -> None:
        """Fit the heading."""
        super().on_resize()
        self._head()

    def _head(self) -> None:
        due_cells = due_width(self.rows.values(), local_date(self.desk.clock.now()))
        self.list.list.header = (goal_header(max(20, self.size.width - 3), due_cells=due_cells),)

    def privacy_changed(self) -> None:
        """Draw names anew."""
        self._show()

    def reload(self) -> None:
        """Read the list in a thread; of two at once the newer counts."""
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        typed, voided, ended = self.typed, self.voided, self.ended
        self._turn += 1
        turn = self._turn

        def query(reader: Any) -> tuple[list[GoalRow], int]:  # noqa: ANN401 - the program's reader
            from vejleder_tui.queries import goals  # noqa: PLC0415

            rows = goals.goals_list(reader, typed=typed, void=voided, ended=ended)
            return rows, len(rows) if voided else goals.count_goals(reader, typed=typed, ended=ended)

        rows, count = await self.desk.read(query)
        if turn != self._turn:
            return
        self.count = count
        self.rows = {row.id: row for row in rows}
        self._show()

    def _show(self) -> None:
        today = local_date(self.desk.clock.now())
        due_cells = due_width(self.rows.values(), today)
        rows = [goal_row(row, today, privacy=self.desk.privacy, due_cells=due_cells) for row in self.rows.values()]
        self._head()
        self.list.show(rows, title=self._title(len(rows)), empty=self._empty())
        self._detail()

    def _title(self, shown: int) -> str:
        name = _("Fjernede mål") if self.voided else _("Mål, også afsluttede") if self.ended else _("Mål")
        count = (
            number(shown)
            if shown == self.count
            else _("{shown} af {count}").format(shown=number(shown), count=number(self.count))
        )
        title = f"{name} ({count})"
        return f"{title} · »{self.typed}«" if self.typed else title

    def _empty(self) -> str:
        if self.typed:
            return _("Ingen mål passer til »{typed}«. f ændrer filtret.").format(typed=self.typed)
        return _("Ingen fjernede mål. d viser de andre.") if self.voided else _("Ingen mål endnu. n opretter et.")

    def row_focused(self, message: PanelGroup.Focused) -> None:
        """Show the row uncut."""
        _ = message
        self._detail()

    def _detail(self) -> None:
        goal = self.goal
        lines = ("", "")
        if goal is not None:
            lines = goal_sentence(
                goal, local_date(self.desk.clock.now()), privacy=self.desk.privacy, cells=self.size.width - 2
            )
        self.query_one("#detail", Block).show(*(f" {line}" for line in lines))

    # Commands

    def _nothing(self) -> None:
        """Say why a key that acts on a row does nothing, and which key helps."""
        self.say(self._empty())

    def command_goal_rate(self) -> None:
        """Rate the goal in focus."""
        goal = self.goal
        if goal is None:
            self._nothing()
        elif not is_rateable(goal):
            self.say(_("Et ønske kan ikke vurderes. r gør det til et mål."))
        else:
            self.desk.goto("rating", citizen=goal.citizen, goal=goal.id)

    def command_goal_open(self) -> None:
        """Open the goal in focus."""
        from vejleder_tui.screens.goal import GoalScreen  # noqa: PLC0415 - when first opened

        if self.goal is not None:
            self.app.push_screen(GoalScreen(goal=self.goal.id))
        else:
            self._nothing()

    def command_goal_new(self) -> None:
        """Agree a new goal."""
        self.desk.goto("goal_form")

    def command_goal_proposal(self) -> None:
        """Show what is written of the goal in focus as plain text."""
        if self.goal is not None:
            self.desk.goto("proposal", goal=self.goal.id)
        else:
            self._nothing()

    def command_row_edit(self) -> None:
        """Change the goal in focus."""
        if self.goal is not None:
            self.desk.goto("goal_form", goal=self.goal.id)
        else:
            self._nothing()

    def command_citizen_open(self) -> None:
        """Open whose goal it is."""
        if self.goal is not None:
            self.desk.goto("citizen", citizen=self.goal.citizen)
        else:
            self._nothing()

    def command_row_history(self) -> None:
        """Show who wrote what about the goal in focus."""
        goal = self.goal
        if goal is not None:
            self.desk.goto("history", table="goal", row=goal.id, what=f"{goal.name}, {goal.term}")
        else:
            self._nothing()

    async def command_row_void(self) -> None:
        """Take the goal in focus away, or bring it back where one looks at those taken away."""
        goal, voided = self.goal, self.voided
        if goal is None:
            self._nothing()
            return
        act: Callable[[Any], Any] = lambda desk: getattr(  # noqa: E731 - one call by name
            self.desk.services.goals, "restore_goal" if voided else "void_goal"
        )(desk, goal.id)
        try:
            saved = await self.desk.write(act)
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        await self._load()
        said = (
            _("Mål gendannet: {who} · gemt {time} · z fortryder")
            if voided
            else _("Mål fjernet: {who} · gemt {time} · z fortryder")
        )
        self.say(said.format(who=goal.name, time=saved.at))

    def command_list_voided(self) -> None:
        """Show the goals that were taken away, or the others again."""
        self.voided = not self.voided
        self.reload()

    def command_list_ended(self) -> None:
        """Show the goals that are ended too, or only those that run."""
        self.ended = not self.ended
        self.reload()

    def command_list_filter(self) -> None:
        """Filter by name or condition while typing."""
        self.query_one(EntryBar).ask("filter", _("Filter (navn eller mål):"), self.typed)

    def on_entry_bar_typed(self, message: EntryBar.Typed) -> None:
        """Filter at each letter."""
        message.stop()
        if message.text.strip() != self.typed:
            self.typed = message.text.strip()
            self.reload()

    def on_entry_bar_answered(self, message: EntryBar.Answered) -> None:
        """Go back to the list; the filter stays and stands in the heading."""
        message.stop()
        self.list.focus()
