"""A goal as a row, cut to the cells there are, and as the sentence under the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import near_date, short_date
from vejleder_tui.rules.goals import GoalType, summary, type_name, verdict_word
from vejleder_tui.screens.conflict_words import differing_words
from vejleder_tui.widgets.panels import Row
from vejleder_tui.widgets.text import columns, initials, width

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from vejleder_tui.queries.goals import GoalRow

__all__ = ["due_width", "goal_header", "goal_line", "goal_row", "goal_sentence", "is_rateable", "status_word"]

_WIDE = 100
"""Cells from which the condition is seen whole and verdicts are not cut."""


def status_word(row: GoalRow) -> str:
    """Return how it stands: the verdict in words, *afklares* while laptops disagree, *afsluttet* once ended."""
    if row.contested:
        return _("afklares")
    if row.status == "ended":
        return _("afsluttet")
    return "" if row.goal_type is None else verdict_word(row.verdict)


def _kind(row: GoalRow) -> str:
    if row.goal_type is None:
        return _("ønske") if row.kind == "wish" else ""
    return type_name(row.goal_type)


def _due(row: GoalRow, today: date) -> str:
    if row.due is None:
        return ""
    shown = _("i dag") if row.due == today else short_date(row.due, today)
    return f"! {shown}" if row.overdue(today) else shown


def _columns(cells: int, parts: tuple[str, ...], due_cells: int) -> str:
    due, name, term, kind, start, now, target, status = parts
    wide = cells >= _WIDE
    return columns(
        cells, (due, max(8, due_cells)), (name, 14 if wide else 10), (term, 0), (kind, 12), (start, 5, "right"),
        (now, 3, "right"), (target, max(4, len(_("mål"))), "right"), (f" {status}", 22 if wide else 14), gap=1,
    )  # fmt: skip


def due_width(rows: Iterable[GoalRow], today: date) -> int:
    """Return how many cells the days on a list need: other years are longer, and an overdue day has a sign."""
    return max((len(_due(row, today)) for row in rows), default=0)


def goal_header(cells: int, *, due_cells: int = 0) -> str:
    """Return the heading of the columns, in as many cells as a row has."""
    return _columns(
        cells,
        (
            _("Vurderes"), _("Navn"), _("Tilstand"), _("Måltype"), _("Start"), _("Nu"), _("mål").capitalize(), _("Vurdering"),
        ),
        due_cells,
    )  # fmt: skip


def goal_line(row: GoalRow, today: date, *, privacy: bool = False, due_cells: int = 0, cells: int = 77) -> str:
    """Return one goal in exactly `cells`; the condition gives way first."""
    levels = ("–" if level is None else str(level) for level in (row.baseline, row.now, row.target))
    start, now, target = levels if row.goal_type is not None else ("", "", "")
    name = initials(row.name) if privacy else row.name
    parts = (_due(row, today), name, row.term, _kind(row), start, now, target, status_word(row))
    return _columns(cells, parts, due_cells)


def goal_sentence(row: GoalRow, today: date, *, privacy: bool = False, cells: int = 78) -> tuple[str, str]:
    """Return the row uncut in two lines: whose and for what, and how it stands."""
    name = initials(row.name) if privacy else row.name
    first = f"{name} · {row.term or _('ønske')}"
    if row.goal_type is None or row.baseline is None or row.target is None:
        return first, differing_words(row.open) or _("Et ønske. r gør det til et mål.")
    parts = [summary(row.goal_type, row.baseline, row.now, row.target).rstrip(".")]
    if row.contested:
        parts = [f"{parts[0].rpartition(':')[0]}: {differing_words(row.open) or _('afklares')}"]
    due = []
    if row.due is not None:
        said = _("skulle vurderes {date}") if row.overdue(today) else _("vurderes {date}")
        due.append(said.format(date=near_date(row.due, today)))
    rated = []
    if row.rated_on is not None:
        rated.append(_("vurderet {date}").format(date=short_date(row.rated_on, today)))
    whole = " · ".join([*parts, *rated, *due])
    return first, whole if width(whole) <= cells else " · ".join([*parts, *due])


def goal_row(row: GoalRow, today: date, *, privacy: bool = False, due_cells: int = 0) -> Row:
    """Return one goal as a row of a list."""
    return Row(
        row.id,
        lambda cells: goal_line(row, today, privacy=privacy, due_cells=due_cells, cells=cells),
        say=". ".join(goal_sentence(row, today, privacy=privacy)),
    )


def is_rateable(row: GoalRow) -> bool:
    """Say whether a goal has a type and a start, so that a level means something."""
    return isinstance(row.goal_type, GoalType) and row.baseline is not None and row.status != "ended"
