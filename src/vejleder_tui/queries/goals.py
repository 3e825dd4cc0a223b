"""Goals as lists and as one goal: where they stand, which way they are to go, and when they are looked at next."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui import codes
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.queries.goal_dose import NO_DOSE, Dose, dose_since
from vejleder_tui.queries.persons import group_of, marks, persons_of
from vejleder_tui.rules.conditions import search_conditions
from vejleder_tui.rules.goals import GoalType, Verdict, summary, verdict
from vejleder_tui.rules.text import fold_query, shorten_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.queries.base import Reader

__all__ = [
    "LIST_LENGTH",
    "GoalDetail",
    "GoalRow",
    "RatingRow",
    "citizen_goals",
    "count_goals",
    "find_goals",
    "goal_detail",
    "goals_due",
    "goals_for_rating",
    "goals_list",
    "goals_of",
]

LIST_LENGTH = 500
"""Goals on one list at most; the filter finds the others."""
SHORTEST_ID = 8
"""Characters of an id's beginning that name a goal."""


class GoalRow(NamedTuple):
    """One goal on a list: whose, for which condition, and how it stands; never the citizen's own words.

    `now` is the level of the latest rating that has one. `due` is the day on which it is to be looked at next: the
    open follow-up, or the goal's own date where no level was given on or after it. `contested`: laptops disagree.
    """

    id: str
    citizen: str
    name: str
    kind: str
    condition: str | None
    goal_type: GoalType | None
    baseline: int | None
    now: int | None
    target: int | None
    due: date | None
    rated_on: date | None
    status: str
    contested: bool = False
    void: bool = False
    open: tuple[Differing, ...] = ()

    @property
    def term(self) -> str:
        """The condition's official term; empty for a wish without one."""
        return codes.display("ffb_undertema", self.condition)

    @property
    def verdict(self) -> Verdict:
        """How the goal stands, by its own direction."""
        if self.goal_type is None:
            return Verdict.NOT_ASSESSED
        return verdict(self.goal_type, self.baseline, self.now, self.target)

    def overdue(self, today: date) -> bool:
        """Say whether the day on which it was to be looked at has passed."""
        return self.due is not None and self.due < today


class RatingRow(NamedTuple):
    """One rating: a level, or *not assessed*, or a GAS score or self-rating alone."""

    id: str
    date: date
    level: int | None
    not_assessed: bool
    gas: int | None
    self_rating: int | None
    informant: str | None
    session: str | None
    comment: str


class GoalDetail(NamedTuple):
    """One goal with all that is written about it: part of a citizen's record.

    `ratings` by date, oldest first; `gas` the five descriptions from much less to much more than expected;
    `dose` what the citizen took part in since the start.
    """

    row: GoalRow
    text: str
    enrolment: str | None
    parent: str | None
    secondary: tuple[str, ...]
    baseline_date: date | None
    weight: str | None
    gas: tuple[str, ...]
    follow_up_date: date | None
    next_rating: date | None
    end_reason: str | None
    ratings: tuple[RatingRow, ...]
    dose: Dose

    @property
    def path(self) -> tuple[tuple[date, int | None], ...]:
        """Start and ratings by date, for the path chart; None is *not assessed*."""
        rated = [(one.date, one.level) for one in self.ratings if one.level is not None or one.not_assessed]
        if self.baseline_date is None or (rated and rated[0][0] == self.baseline_date):
            return tuple(rated)
        return ((self.baseline_date, self.row.baseline), *rated)

    @property
    def sentence(self) -> str:
        """Where it stands in one sentence, such as "Start 3, nu 2, mål 1: på vej."; empty for a wish."""
        row = self.row
        return "" if row.goal_type is None else summary(row.goal_type, row.baseline, row.now, row.target)


_LEVELLED = "SELECT {what} FROM goal_rating r WHERE r.goal = g.id AND r.void = 0 AND r.level IS NOT NULL"
_NEWEST = "ORDER BY r.date DESC, r.id DESC LIMIT 1"
_TASK = (
    "(SELECT min(t.due) FROM follow_up_task t WHERE t.citizen = g.citizen AND t.void = 0 AND t.cause = 'goal'"
    " AND t.about = g.id AND t.done_on IS NULL)"
)
"""Found by the citizen's own tasks: they have an index, what a task is about has none."""
_OWN_DATE = (
    "CASE WHEN EXISTS (SELECT 1 FROM goal_rating r WHERE r.goal = g.id AND r.void = 0 AND r.level IS NOT NULL"
    " AND r.date >= g.follow_up_date) THEN NULL ELSE g.follow_up_date END"
)
_DUE = f"min(coalesce({_TASK}, '9999'), coalesce({_OWN_DATE}, '9999'))"
_RATEABLE = "g.goal_type IS NOT NULL AND g.baseline IS NOT NULL AND coalesce(g.status, 'active') != 'ended'"
_LIST = (
    "SELECT g.id, g.citizen, c.name, c.call_name, c.alias, g.kind, g.condition, g.goal_type, g.baseline,"
    f" ({_LEVELLED.format(what='r.level')} {_NEWEST}), g.target, d.due,"
    f" ({_LEVELLED.format(what='r.date')} {_NEWEST}), coalesce(g.status, 'active'), g.void,"
    " EXISTS (SELECT 1 FROM contested k WHERE k.table_name = 'goal' AND k.row = g.id)"
    " OR EXISTS (SELECT 1 FROM contested k JOIN goal_rating r ON r.id = k.row"
    " WHERE k.table_name = 'goal_rating' AND r.goal = g.id)"
    " FROM ({chosen}) d JOIN goal g ON g.id = d.id JOIN citizen c ON c.id = g.citizen ORDER BY d.place"
)
# SQLite's `min` of several values is a scalar; a year of 9999 stands for "no date" and sorts last.
_CHOSEN = (
    f"SELECT g.id, {_DUE} AS due, row_number() OVER (ORDER BY {_DUE}, n.name, g.id) AS place"
    " FROM goal g JOIN citizen n ON n.id = g.citizen AND n.void = 0"
)


def goals_list(
    reader: Reader, *, typed: str = "", ended: bool = False, void: bool = False, limit: int = LIST_LENGTH
) -> list[GoalRow]:
    """Return goals by what is due: overdue first, then by date, those without a date last.

    `typed` keeps those where each word begins a name of the citizen or a word of the condition. `ended` adds those that
    are ended; `void` gives only those that were taken away.
    """
    where, values = _filter(typed)
    where.append("g.void = 1" if void else "g.void = 0")
    if not ended and not void:
        where.append("coalesce(g.status, 'active') != 'ended'")
    return _rows(reader, f"{_CHOSEN} WHERE {' AND '.join(where)} ORDER BY place LIMIT {int(limit)}", *values)


def count_goals(reader: Reader, *, typed: str = "", ended: bool = False) -> int:
    """Return how many goals `goals_list` would find without its limit."""
    where, values = _filter(typed)
    if not ended:
        where.append("coalesce(g.status, 'active') != 'ended'")
    sql = "SELECT count(*) FROM goal g JOIN citizen n ON n.id = g.citizen AND n.void = 0 WHERE g.void = 0"
    return int(all_rows(reader, " AND ".join([sql, *where]), *values)[0][0])


def goals_due(reader: Reader, today: date, days_ahead: int = 7) -> list[GoalRow]:
    """Return active goals that are to be rated by `today` + `days_ahead`, overdue ones first."""
    last = (today + timedelta(days=days_ahead)).isoformat()
    return _rows(
        reader, f"{_CHOSEN} WHERE g.void = 0 AND {_RATEABLE} AND {_DUE} <= ? ORDER BY place LIMIT {LIST_LENGTH}", last
    )


def citizen_goals(reader: Reader, citizen: str, *, ended: bool = True) -> list[GoalRow]:
    """Return one citizen's goals, those of every registration of the person, due ones first."""
    ids = group_of(reader, citizen) or (citizen,)
    active = "" if ended else " AND coalesce(g.status, 'active') != 'ended'"
    return _rows(reader, f"{_CHOSEN} WHERE g.void = 0 AND g.citizen IN ({marks(ids)}){active} ORDER BY place", *ids)


def goals_of(reader: Reader, citizens: Sequence[str]) -> dict[str, list[GoalRow]]:
    """Return the goals that can be rated of several citizens, due ones first: for a roster."""
    found: dict[str, list[GoalRow]] = {citizen: [] for citizen in citizens}
    for part in (citizens[at : at + 500] for at in range(0, len(citizens), 500)):
        marks = ",".join("?" for _ in part)
        for row in _rows(
            reader, f"{_CHOSEN} WHERE g.void = 0 AND {_RATEABLE} AND g.citizen IN ({marks}) ORDER BY place", *part
        ):
            found[row.citizen].append(row)
    return found


def find_goals(reader: Reader, one: str) -> list[GoalRow]:
    """Return the goals whose id is, or begins with, `one` (at least SHORTEST_ID characters)."""
    if len(one) < SHORTEST_ID:
        return []
    end = f"{one[:-1]}{chr(ord(one[-1]) + 1)}"
    return _rows(reader, f"{_CHOSEN} WHERE g.void = 0 AND g.id >= ? AND g.id < ? ORDER BY place LIMIT 3", one, end)


def goals_for_rating(reader: Reader, citizen: str, now: datetime) -> list[GoalDetail]:
    """Return one citizen's goals that can be rated, due ones first, with their ratings. Part of the citizen's record."""
    ids = group_of(reader, citizen) or (citizen,)
    rows = _rows(
        reader, f"{_CHOSEN} WHERE g.void = 0 AND {_RATEABLE} AND g.citizen IN ({marks(ids)}) ORDER BY place", *ids
    )
    return [_detail(reader, row, now) for row in rows]


def goal_detail(reader: Reader, goal: str, now: datetime) -> GoalDetail | None:
    """Return one goal with all that is written about it, or None. Part of the citizen's record."""
    rows = _rows(reader, f"{_CHOSEN} WHERE g.id = ?", goal)
    return _detail(reader, rows[0], now) if rows else None


def _filter(typed: str) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []
    for word in fold_query(typed):
        fitting = [code.code for code in search_conditions(word)]
        marks = ",".join("?" for _ in fitting)
        where.append(
            "(g.citizen IN (SELECT citizen FROM citizen_word WHERE word >= ? AND word < ?)"
            f" OR g.condition IN ({marks}))"
        )
        values += [word, f"{word}\U0010ffff", *fitting]
    return where, values


def _rows(reader: Reader, chosen: str, *parameters: object) -> list[GoalRow]:
    found = all_rows(reader, _LIST.format(chosen=chosen), *parameters)
    # Who is registered twice is one person: the name grows no letter to tell the two apart.
    persons = persons_of(reader, [values[1] for values in found])
    people: dict[tuple[str, str, str], tuple[str, str]] = {}
    for _goal, citizen, name, call_name, alias, *_rest in found:
        shown = (name or alias or "", call_name or "")
        people[persons[citizen], *shown] = shown
    names = dict(zip(people, shorten_together(list(people.values())), strict=True))
    rows = [_row(values, names[persons[values[1]], values[2] or values[4] or "", values[3] or ""]) for values in found]
    opened = _differing(reader, [row.id for row in rows if row.contested])
    return [row._replace(open=opened.get(row.id, ())) if row.contested else row for row in rows]


def _differing(reader: Reader, goals: list[str]) -> dict[str, tuple[Differing, ...]]:
    """Return by goal what laptops disagree about in it and in its ratings."""
    found = differing(reader, "goal", goals)
    marks = ",".join("?" for _ in goals)
    whose = dict(
        all_rows(
            reader,
            "SELECT DISTINCT r.id, r.goal FROM contested k JOIN goal_rating r ON r.id = k.row"
            f" WHERE k.table_name = 'goal_rating' AND r.goal IN ({marks})",
            *goals,
        )
    )
    for rating, fields in differing(reader, "goal_rating", whose).items():
        found[whose[rating]] = (*found.get(whose[rating], ()), *fields)
    return found


def _row(values: tuple[Any, ...], name: str) -> GoalRow:
    (goal, citizen, _name, _call, _alias, kind, condition, goal_type, baseline, now, target, due, rated_on, status,
     void, contested) = values  # fmt: skip
    return GoalRow(
        id=goal, citizen=citizen, name=name, kind=kind or "goal", condition=condition,
        goal_type=GoalType(goal_type) if goal_type in set(GoalType) else None,
        baseline=baseline, now=now, target=target,
        due=None if due is None or due >= "9999" or status == "ended" else date.fromisoformat(due),
        rated_on=_day(rated_on), status=status, contested=bool(contested), void=bool(void),
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _detail(reader: Reader, row: GoalRow, now: datetime) -> GoalDetail:
    (found,) = all_rows(
        reader,
        "SELECT text, enrolment, parent, secondary, baseline_date, weight, gas_much_less, gas_less, gas_expected,"
        " gas_more, gas_much_more, follow_up_date, end_reason, (SELECT min(due) FROM follow_up_task t WHERE t.void = 0"
        " AND t.citizen = goal.citizen AND t.cause = 'goal' AND t.about = goal.id AND t.done_on IS NULL)"
        " FROM goal WHERE id = ?",
        row.id,
    )
    text, enrolment, parent, secondary, start, weight, *gas, follow_up, end_reason, next_rating = found
    ratings = tuple(
        RatingRow(one, date.fromisoformat(day), level, bool(none), gas_score, own, source, session, comment or "")
        for one, day, level, none, gas_score, own, source, session, comment in all_rows(
            reader,
            "SELECT id, coalesce(date, '0001-01-01'), level, not_assessed, gas, self_rating, informant, session, comment"
            " FROM goal_rating WHERE goal = ? AND void = 0 ORDER BY date, id",
            row.id,
        )
    )
    begun = _day(start)
    return GoalDetail(
        row=row, text=text or "", enrolment=enrolment, parent=parent, secondary=tuple((secondary or "").split()),
        baseline_date=begun, weight=weight, gas=tuple(one or "" for one in gas), follow_up_date=_day(follow_up),
        next_rating=_day(next_rating), end_reason=end_reason, ratings=ratings,
        dose=NO_DOSE if begun is None else dose_since(reader, row.citizen, begun, now, enrolment=enrolment),
    )  # fmt: skip
