"""One goal: the citizen's own words, the path of its ratings, and the dose beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.clock import local_date
from vejleder_tui.codes.informants import informant_word
from vejleder_tui.errors import VejlederError
from vejleder_tui.i18n import _, one_of
from vejleder_tui.rules.formats import short_date, whole_date
from vejleder_tui.rules.gas import SCORES, score_word
from vejleder_tui.rules.goals import direction, level_word
from vejleder_tui.screens.base import DetailScreen
from vejleder_tui.screens.conflict_words import count_words, differing_words
from vejleder_tui.screens.goal_rows import is_rateable
from vejleder_tui.widgets.panels import Panel, PanelGroup, Row
from vejleder_tui.widgets.path_chart import HEIGHT, Path, path_lines
from vejleder_tui.widgets.text import columns, initials, wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.app import ComposeResult

    from vejleder_tui.queries.goals import GoalDetail, RatingRow

__all__ = ["GoalScreen"]


class GoalScreen(DetailScreen):
    """A goal with all that is written about it; the keys are those of the list. Takes `goal`, its id."""

    SCREEN_ID = "goals"
    MENU = "goals"

    def __init__(self, *, goal: str) -> None:
        super().__init__()
        self.goal = goal
        self.detail: GoalDetail | None = None

    def title_left(self) -> str:
        """Return whose goal it is."""
        if self.detail is None:
            return one_of("Mål")
        name = self.detail.row.name
        return _("Mål · {who}").format(who=initials(name) if self.desk.privacy else name)

    def body(self) -> ComposeResult:
        """Yield the goal, its ratings, and what stands beside them."""
        yield PanelGroup(
            [
                [[Panel("goal", one_of("Mål"))]],
                [[Panel("path", _("Vej"), height=HEIGHT)]],
                [[Panel("ratings", _("Vurderinger"), grow=True, empty=_("Ikke vurderet endnu. m vurderer."))]],
                [[Panel("facts", _("Aftalt"))]],
            ],
            order=("ratings",),
            identity="body",
        )

    def on_mount(self) -> None:
        """Read the goal."""
        super().on_mount()
        self.reload()

    def on_screen_resume(self) -> None:
        """Read again: it may have been rated or changed."""
        super().on_screen_resume()
        if self.detail is not None:
            self.reload()

    def reload(self) -> None:
        """Read the goal; of two at once the newer counts."""
        self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        goal, now, known = self.goal, self.desk.clock.now(), self.detail is not None

        def query(reader: Any) -> GoalDetail | None:  # noqa: ANN401 - the program's reader
            from vejleder_tui.queries import goals  # noqa: PLC0415

            return goals.goal_detail(reader, goal, now)

        read: Callable[[Any], GoalDetail | None] = lambda desk: self.desk.services.goals.read_goal(  # noqa: E731
            desk, goal
        )
        try:
            # The first reading goes through the service that logs it.
            self.detail = await (self.desk.read(query) if known else self.desk.write(read))
        except VejlederError as error:
            self.say(str(error), error=True)
            return
        self._show()

    def on_resize(self) -> None:
        """Break the words anew."""
        super().on_resize()
        self._show()

    def _show(self) -> None:
        detail = self.detail
        if detail is None:
            return
        today, cells = local_date(self.desk.clock.now()), max(20, self.size.width - 4)
        group = self.query_one(PanelGroup)
        group.set_rows("goal", _words(detail, cells), title=detail.row.term or _("Ønske"))
        path = Path(detail.path, detail.row.goal_type, detail.row.target, detail.follow_up_date)
        group.set_rows("path", [Row(None, line) for line in path_lines(path, cells, today)])
        group.set_rows("ratings", [_rating(one, today) for one in reversed(detail.ratings)])
        group.set_rows("facts", [Row(None, one) for one in _facts(detail)])
        self.refresh_lines()
        dose = detail.dose
        attended, planned = dose.hours
        said = [detail.sentence]
        if dose.planned_minutes:
            said.append(_("Deltog i {attended} af {planned} timer.").format(attended=attended, planned=planned))
            said.append(count_words(dose.to_settle))
        self.say(" ".join(one for one in said if one))

    def command_goal_rate(self) -> None:
        """Rate it."""
        if self.detail is None or not is_rateable(self.detail.row):
            self.say(_("Et ønske kan ikke vurderes. r gør det til et mål."))
        else:
            self.desk.goto("rating", citizen=self.detail.row.citizen, goal=self.goal)

    def command_goal_new(self) -> None:
        """Agree another goal with the same citizen."""
        self.desk.goto("goal_form", citizen=self.detail.row.citizen if self.detail else "")

    def command_goal_proposal(self) -> None:
        """Show it as plain text."""
        self.desk.goto("proposal", goal=self.goal)

    def command_row_edit(self) -> None:
        """Change it."""
        self.desk.goto("goal_form", goal=self.goal)

    def command_row_history(self) -> None:
        """Show who wrote what about it."""
        if self.detail is not None:
            row = self.detail.row
            self.desk.goto("history", table="goal", row=self.goal, what=f"{row.name}, {row.term}")

    def command_citizen_open(self) -> None:
        """Open whose it is."""
        if self.detail is not None:
            self.desk.goto("citizen", citizen=self.detail.row.citizen)


def _words(detail: GoalDetail, cells: int) -> list[Row]:
    row = detail.row
    lines = wrap(f"»{detail.text}«", cells)[:6]
    if row.goal_type is not None and row.baseline is not None and row.target is not None:
        parts = [direction(row.goal_type, row.baseline, row.target)]
        if row.contested:
            parts.append(differing_words(row.open) or _("afklares"))
        lines.append(" · ".join(parts))
    return [Row(None, line) for line in lines]


def _rating(one: RatingRow, today: date) -> Row:
    level = _("ikke vurderet") if one.level is None else f"{one.level} {level_word(one.level)}"
    own = "" if one.self_rating is None else _("egen {value}").format(value=one.self_rating)
    gas = "" if one.gas is None else f"GAS {one.gas:+d}"
    beside = " · ".join(part for part in (own, gas, one.comment) if part)
    source = informant_word(one.informant)
    return Row(
        one.id,
        lambda cells: columns(cells, (short_date(one.date, today), 10), (level, 20), (source, 27), (beside, 0), gap=1),
        say=f"{whole_date(one.date)}: {level}. {source}. {beside}",
    )


def _facts(detail: GoalDetail) -> list[str]:
    lines = []
    if detail.baseline_date is not None:
        lines.append(_("Start: {date}").format(date=whole_date(detail.baseline_date)))
    if detail.follow_up_date is not None:
        lines.append(_("Frist: {date}").format(date=whole_date(detail.follow_up_date)))
    if detail.next_rating is not None:
        lines.append(_("Vurderes: {date}").format(date=whole_date(detail.next_rating)))
    shown = ["  ".join(lines)] if lines else []
    if detail.secondary:
        also = ", ".join(codes.display("ffb_undertema", one) for one in detail.secondary)
        shown.append(_("Også: {conditions}").format(conditions=also))
    shown += [
        f"GAS {score:+d} {score_word(score)}: {text}" for score, text in zip(SCORES, detail.gas, strict=False) if text
    ]
    return shown or ["–"]
