"""Group against individual support, serviceudvidelse, length of support, and negative side effects."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from vejleder_tui.rules.figures import Summary, summarise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

__all__ = [
    "GroupAgainstIndividual",
    "ServiceExpansion",
    "SupportLengths",
    "adverse_events_per_thousand",
    "adverse_participants_per_hundred",
    "baseline_minutes",
    "group_against_individual",
    "group_minutes_per_citizen",
    "merged_spells",
    "minutes_while_enrolled",
    "service_expansion",
    "support_lengths",
]

_BASELINE_WEEKS = 8
_FIRST_WEEK = 3
_LEAST_WEEKS = 4
_KEPT_SHARE = Fraction(9, 10)
_LONGEST_GAP = 28


@dataclass(frozen=True)
class GroupAgainstIndividual:
    """Staff minutes per citizen contact in the group, their ratio to an individual visit, and the break-even number."""

    minutes_per_contact: Fraction
    ratio: Fraction
    break_even: int


def group_against_individual(
    group_staff_minutes: int, attended: int, individual_minutes: int
) -> GroupAgainstIndividual | None:
    """Compare a group session with one individual visit (its transport and notes included), in staff minutes.

    The break-even number of participants is rounded up. None where nobody attended or a visit takes no time.
    """
    if attended < 1 or individual_minutes < 1:
        return None
    per_contact = Fraction(group_staff_minutes, attended)
    return GroupAgainstIndividual(
        minutes_per_contact=per_contact,
        ratio=per_contact / individual_minutes,
        break_even=-(-group_staff_minutes // individual_minutes),
    )


@dataclass(frozen=True)
class ServiceExpansion:
    """The index (D+G)/B (None for a newly granted citizen, B = 0), and whether it is a possible serviceudvidelse."""

    index: Fraction | None
    flag: bool


def baseline_minutes(weekly: Sequence[int]) -> Fraction:
    """Return B: individual minutes a week, the mean of the 8 weeks before enrolment; weeks not given are 0."""
    return Fraction(sum(weekly[-_BASELINE_WEEKS:]), _BASELINE_WEEKS)


def minutes_while_enrolled(weekly: Sequence[int]) -> Fraction | None:
    """Return D: individual minutes a week from week 3 of the enrolment on; None before that."""
    counted = weekly[_FIRST_WEEK - 1 :]
    return Fraction(sum(counted), len(counted)) if counted else None


def group_minutes_per_citizen(staff_minutes_a_week: int | Fraction, attending: int) -> Fraction | None:
    """Return G: group staff minutes a week / attending citizens; None where nobody attends."""
    return Fraction(staff_minutes_a_week) / attending if attending else None


def service_expansion(
    before: int | Fraction,
    during: int | Fraction,
    group: int | Fraction,
    *,
    weeks_enrolled: int,
    has_reason: bool = False,
) -> ServiceExpansion:
    """Judge whether the group came on top of individual support: B, D and G in minutes a week.

    Flagged when B > 0, enrolled at least 4 weeks and D ≥ 0.9·B, without a written reason. It is shown to leaders in
    aggregate and never blocks anything.
    """
    if before <= 0:
        return ServiceExpansion(None, flag=False)
    kept = during >= _KEPT_SHARE * Fraction(before)
    return ServiceExpansion(
        Fraction(during + group) / Fraction(before),
        flag=kept and weeks_enrolled >= _LEAST_WEEKS and not has_reason,
    )


@dataclass(frozen=True)
class SupportLengths:
    """Days of the ended periods of support, summed up; the open ones with their days so far, apart."""

    ended: Summary
    open_days: tuple[int, ...]


def merged_spells(spells: Iterable[tuple[date, date | None]]) -> list[tuple[date, date | None]]:
    """Join one citizen's periods of support where at most 28 days without support lie between; None is still open."""
    joined: list[tuple[date, date | None]] = []
    for start, end in sorted(spells, key=lambda spell: (spell[0], spell[1] is None, spell[1] or spell[0])):
        if joined:
            first, last = joined[-1]
            if last is None:
                continue
            if (start - last).days - 1 <= _LONGEST_GAP:
                joined[-1] = (first, None if end is None else max(last, end))
                continue
        joined.append((start, end))
    return joined


def support_lengths(citizens: Iterable[Iterable[tuple[date, date | None]]], today: date) -> SupportLengths:
    """Return borgerforløbets længde: days from start to end of support, each citizen's gaps up to 28 days merged."""
    spells = [spell for one in citizens for spell in merged_spells(one)]
    return SupportLengths(
        ended=summarise([(end - start).days for start, end in spells if end is not None]),
        open_days=tuple((today - start).days for start, end in spells if end is None),
    )


def adverse_participants_per_hundred(with_event: int, participants: int) -> Fraction | None:
    """Return participants with at least one event per 100 participants; None without participants."""
    return Fraction(100 * with_event, participants) if participants else None


def adverse_events_per_thousand(events: int, attended_seats: int) -> Fraction | None:
    """Return events per 1,000 attended seats; None without seats."""
    return Fraction(1000 * events, attended_seats) if attended_seats else None
