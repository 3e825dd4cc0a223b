"""What a plan implies inside a window of days, without walking through the years before it."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vejleder_tui.rules.recurrence import Plan, Planned

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PlanWindow", "plan_names"]


def plan_names(plan: Plan, day: date) -> bool:
    """Say whether a plan's rhythm falls on a day, whatever ends the plan or is left out of it."""
    if day < plan.first or day.weekday() not in plan.weekdays:
        return False
    return ((day - timedelta(days=day.weekday())) - _monday(plan)).days // 7 % plan.every_weeks == 0


def _monday(plan: Plan) -> date:
    return plan.first - timedelta(days=plan.first.weekday())


class PlanWindow:
    """A plan with its left-out days, asked about any window in time that does not grow with the plan's age.

    Gives exactly what `rules.recurrence.planned` gives for the same days.
    """

    def __init__(self, plan: Plan, skipped: Mapping[date, str] | None = None) -> None:
        self.plan = plan
        self.skipped = skipped or {}
        self._left_out = sorted(day for day in self.skipped if plan_names(plan, day))
        self._before_first = sum(1 for weekday in plan.weekdays if weekday < plan.first.weekday())
        self.last = self._last()

    @property
    def total(self) -> int | None:
        """The number of sessions in the whole plan; None for one without an end."""
        if self.last is None:
            return None
        return self._named_before(self.last + timedelta(days=1)) - len(
            [day for day in self._left_out if day <= self.last]
        )

    def between(self, start: date, end: date) -> list[Planned]:
        """Return the sessions and left-out days from `start` to `end`, both included, in order of date."""
        plan = self.plan
        first = max(start, plan.first)
        stop = end if self.last is None else min(end, self.last)
        if stop < first:
            return []
        ordinal = self._named_before(first) - bisect_left(self._left_out, first)
        found: list[Planned] = []
        index = self._named_before(first)
        while (day := self._named(index)) <= stop:
            index += 1
            if day in self.skipped:
                found.append(Planned(day, 1, None, plan.start_minute, plan.end_minute, self.skipped[day]))
                continue
            ordinal += 1
            found.append(Planned(day, 1, ordinal, plan.start_minute, plan.end_minute))
        return found

    def _named_before(self, day: date) -> int:
        """Return how many days the rhythm names from the first one up to the day before `day`."""
        if day <= self.plan.first:
            return 0
        weeks, into_week = divmod((day - _monday(self.plan)).days, 7)
        blocks, week_of_block = divmod(weeks, self.plan.every_weeks)
        whole = blocks * len(self.plan.weekdays)
        if week_of_block:
            whole += len(self.plan.weekdays)
        else:
            whole += sum(1 for weekday in self.plan.weekdays if weekday < into_week)
        return whole - self._before_first

    def _named(self, index: int) -> date:
        """Return the day that the rhythm names at a place, from 0."""
        block, place = divmod(index + self._before_first, len(self.plan.weekdays))
        monday = _monday(self.plan).toordinal() + block * 7 * self.plan.every_weeks
        return date.fromordinal(min(monday + self.plan.weekdays[place], date.max.toordinal()))

    def _last(self) -> date | None:
        """Return the day after which the plan implies nothing; None for one without an end."""
        plan = self.plan
        ends = [plan.until] if plan.until is not None else []
        if plan.sessions is not None:
            index = plan.sessions - 1
            while True:
                day = self._named(index)
                needed = plan.sessions - 1 + bisect_left(self._left_out, day + timedelta(days=1))
                if needed == index:
                    break
                index = needed
            ends.append(day)
        return min(ends) if ends else None
