"""What was taken away: of one citizen, and of one course, so that it can be brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.i18n import _
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.citizen_timeline import scope_word
from vejleder_tui.queries.persons import marks
from vejleder_tui.rules.legal import short_form
from vejleder_tui.rules.text import initials, shorten_together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vejleder_tui.queries.base import Reader

__all__ = ["VoidedRow", "voided_of_citizen", "voided_of_course"]


@dataclass(frozen=True, repr=False)
class VoidedRow:
    """One row that was taken away: its table and id, the day it is about, and what it was in words."""

    table: str
    id: str
    day: date | None
    text: str


_Found = tuple[str, str, str | None, str]


def voided_of_citizen(reader: Reader, citizens: Sequence[str]) -> tuple[VoidedRow, ...]:
    """Return what was taken away of a person, given by every id, the newest day first. Part of the record, behind the door."""
    found = [
        VoidedRow(table, row, date.fromisoformat(day) if day else None, text)
        for table, row, day, text in _of_citizen(reader, citizens)
    ]
    return tuple(sorted(found, key=lambda one: (one.day or date.min, one.id), reverse=True))


def _of_citizen(reader: Reader, citizens: Sequence[str]) -> Iterator[_Found]:
    for row, title, day in all_rows(
        reader,
        "SELECT e.id, coalesce(k.title, ''), coalesce(e.enrolled_from, e.from_date) FROM enrolment e"
        f" LEFT JOIN course k ON k.id = e.course WHERE e.citizen IN ({marks(citizens)}) AND e.void = 1",
        *citizens,
    ):
        yield "enrolment", row, day, _("indskrivning: {course}").format(course=title)
    for row, condition, text, day in all_rows(
        reader,
        f"SELECT id, condition, text, baseline_date FROM goal WHERE citizen IN ({marks(citizens)}) AND void = 1",
        *citizens,
    ):
        yield "goal", row, day, _("mål: {goal}").format(goal=codes.display("ffb_undertema", condition) or text or "")
    for row, condition, level, day in all_rows(
        reader,
        "SELECT r.id, g.condition, r.level, r.date FROM goal_rating r JOIN goal g ON g.id = r.goal AND g.void = 0"
        f" WHERE r.citizen IN ({marks(citizens)}) AND r.void = 1",
        *citizens,
    ):
        said = _("vurdering: {goal}").format(goal=codes.display("ffb_undertema", condition))
        yield "goal_rating", row, day, said if level is None else f"{said}, {level}"
    for row, basis, day in all_rows(
        reader,
        f'SELECT id, legal_basis, from_date FROM "grant" WHERE citizen IN ({marks(citizens)}) AND void = 1',
        *citizens,
    ):
        yield "grant", row, day, _("bevilling: {what}").format(what=short_form(basis or ""))
    for row, scope, day in all_rows(
        reader, f"SELECT id, scope, given_on FROM consent WHERE citizen IN ({marks(citizens)}) AND void = 1", *citizens
    ):
        yield "consent", row, day, _("samtykke: {what}").format(what=scope_word(scope))


def voided_of_course(reader: Reader, course: str, *, private: bool = False) -> tuple[VoidedRow, ...]:
    """Return what was taken away of one course: enrolments by the name on a list, then sessions by day."""
    people = all_rows(
        reader,
        "SELECT e.id, coalesce(c.name, c.alias, ''), coalesce(c.call_name, ''), e.legal_basis,"
        " coalesce(e.enrolled_from, e.from_date) FROM enrolment e JOIN citizen c ON c.id = e.citizen AND c.void = 0"
        " WHERE e.course = ? AND e.void = 1 ORDER BY 5 DESC, e.id",
        course,
    )
    names = [(row[1], row[2]) for row in people]
    shown = [initials(name) or "–" for name, _call in names] if private else shorten_together(names)
    rows = [
        VoidedRow(
            "enrolment", row[0], date.fromisoformat(row[4]) if row[4] else None, f"{name}  {short_form(row[3] or '')}"
        )
        for row, name in zip(people, shown, strict=True)
    ]
    for row, title, day in all_rows(
        reader,
        "SELECT id, coalesce(title, ''), coalesce(date, planned_date) FROM session WHERE course = ? AND void = 1"
        " ORDER BY 3 DESC, id",
        course,
    ):
        rows.append(VoidedRow("session", row, date.fromisoformat(day) if day else None, title or _("ekstra mødegang")))
    return tuple(rows)
