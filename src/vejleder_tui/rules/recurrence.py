"""A course's plan, and the sessions that it implies.

What a plan implies is computed, never stored: a planned session becomes a row when a person touches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _, language
from vejleder_tui.rules.formats import time_range, weekdays_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "Plan",
    "Planned",
    "danish_holidays",
    "describe",
    "format_plan",
    "last_planned",
    "occurrences_between",
    "parse_plan",
    "planned",
]


@dataclass(frozen=True)
class Plan:
    """A weekly plan: weekdays 0 (Monday) to 6, each `every_weeks` counted from the week of `first`.

    Times are minutes of the Danish day (0–1439, the end at most 1440). It ends on `until`, or after a number of
    `sessions` (skipped days do not count), or not at all. `RuleError` for one that can hold no session.
    """

    weekdays: tuple[int, ...]
    every_weeks: int
    start_minute: int
    end_minute: int
    first: date
    until: date | None = None
    sessions: int | None = None

    def __post_init__(self) -> None:
        if not self.weekdays or any(day not in range(7) for day in self.weekdays):
            raise RuleError(_("Planen mangler en ugedag."), _("Vælg mindst én ugedag."), field="weekdays")
        if tuple(sorted(set(self.weekdays))) != self.weekdays:
            object.__setattr__(self, "weekdays", tuple(sorted(set(self.weekdays))))
        if not 1 <= self.every_weeks <= 52:
            raise RuleError(
                _("Der skal være 1 til 52 uger mellem mødegangene."), _("Skriv 1 for hver uge."), field="every_weeks"
            )
        if not 0 <= self.start_minute < self.end_minute <= 1440:
            raise RuleError(_("Slut skal være efter start."), _("Skriv fx 10:00–12:00."), field="time")
        if self.until is not None and self.until < self.first:
            raise RuleError(
                _("Slutdatoen ligger før den første mødegang."), _("Ret en af de to datoer."), field="until"
            )
        if self.sessions is not None and self.sessions < 1:
            raise RuleError(
                _("Antallet af mødegange skal være mindst 1."),
                _("Skriv et tal, eller lad feltet stå tomt."),
                field="sessions",
            )

    @property
    def is_open_ended(self) -> bool:
        """Whether nothing in the plan ends it."""
        return self.until is None and self.sessions is None


class Planned(NamedTuple):
    """One planned session. A skipped day has no ordinal, but the reason why it is skipped."""

    date: date
    number_that_day: int
    ordinal: int | None
    start_minute: int
    end_minute: int
    skipped: str = ""


def format_plan(plan: Plan) -> str:
    """Return the text under which a plan is stored; `parse_plan` reads it back exactly."""
    return ";".join(
        (
            "weekly",
            f"every={plan.every_weeks}",
            f"days={','.join(map(str, plan.weekdays))}",
            f"start={plan.start_minute}",
            f"end={plan.end_minute}",
            f"first={plan.first.isoformat()}",
            f"until={'' if plan.until is None else plan.until.isoformat()}",
            f"sessions={'' if plan.sessions is None else plan.sessions}",
        )
    )


def parse_plan(text: str) -> Plan:
    """Read a stored plan. `ValueError` for a text that `format_plan` does not write."""
    kind, *parts = text.split(";")
    values = dict(part.split("=", 1) for part in parts if "=" in part)
    if kind != "weekly" or not {"every", "days", "start", "end", "first", "until", "sessions"} <= values.keys():
        raise ValueError("not a stored plan")
    try:
        return Plan(
            weekdays=tuple(int(day) for day in values["days"].split(",")),
            every_weeks=int(values["every"]),
            start_minute=int(values["start"]),
            end_minute=int(values["end"]),
            first=date.fromisoformat(values["first"]),
            until=date.fromisoformat(values["until"]) if values["until"] else None,
            sessions=int(values["sessions"]) if values["sessions"] else None,
        )
    except RuleError as error:
        raise ValueError("a stored plan that can hold no session") from error


def planned(
    plan: Plan,
    skipped: Mapping[date, str] | None = None,
    *,
    through: date | None = None,
    include_skipped: bool = False,
) -> Iterator[Planned]:
    """Yield a plan's sessions in order of date, up to and including `through`.

    `skipped` gives the days left out and why; they take no ordinal and do not count towards `sessions`, and are
    yielded only with `include_skipped`. A plan without an end needs `through` (`ValueError`).
    """
    if plan.is_open_ended and through is None:
        raise ValueError("a plan without an end needs a window")
    left_out = skipped or {}
    ordinal = 0
    for day in _days(plan, min(limit for limit in (plan.until, through, date.max) if limit is not None)):
        if day in left_out:
            if include_skipped:
                yield Planned(day, 1, None, plan.start_minute, plan.end_minute, left_out[day])
            continue
        ordinal += 1
        yield Planned(day, 1, ordinal, plan.start_minute, plan.end_minute)
        if ordinal == plan.sessions:
            return


def _days(plan: Plan, last: date) -> Iterator[date]:
    """Yield every day that the plan names, from its first, without regard to what is skipped."""
    monday = plan.first.toordinal() - plan.first.weekday()
    while monday <= last.toordinal():
        for weekday in plan.weekdays:
            day = monday + weekday
            if plan.first.toordinal() <= day <= last.toordinal():
                yield date.fromordinal(day)
        monday += 7 * plan.every_weeks


def occurrences_between(
    plan: Plan,
    start: date,
    end: date,
    skipped: Mapping[date, str] | None = None,
    *,
    include_skipped: bool = False,
) -> list[Planned]:
    """Return a plan's sessions from `start` to `end`, both included, with their ordinals in the whole plan."""
    return [item for item in planned(plan, skipped, through=end, include_skipped=include_skipped) if item.date >= start]


def last_planned(plan: Plan, skipped: Mapping[date, str] | None = None) -> date | None:
    """Return the day of a plan's last session; None for a plan without an end, or with every day skipped."""
    if plan.is_open_ended:
        return None
    last = None
    for item in planned(plan, skipped):
        last = item.date
    return last


def describe(plan: Plan) -> str:
    """Return the plan in words: "tirsdage 10:00–12:00", "mandage og onsdage 9:00–10:00, hver 2. uge"."""
    names = [weekdays_name(day) for day in plan.weekdays]
    days = names[-1]
    if len(names) > 1:
        days = _("{first} og {last}").format(first=", ".join(names[:-1]), last=days)
    when = f"{days} {time_range(plan.start_minute, plan.end_minute)}"
    if plan.every_weeks == 1:
        return when
    return _("{when}, hver {count}. uge").format(when=when, count=plan.every_weeks)


def danish_holidays(years: Iterable[int]) -> dict[date, str]:
    """Return the Danish public holidays of some years with their names in the language in use, by date.

    Source: the package `holidays`. Store bededag is among them through 2023 only.
    """
    import holidays  # noqa: PLC0415 - only planning pays for it

    found = holidays.country_holidays("DK", years=sorted(set(years)), language="en_US" if language() == "en" else "da")
    return {day: str(name) for day, name in sorted(found.items())}
