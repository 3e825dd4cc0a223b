"""A window on a plan gives what walking the whole plan gives."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.rules.plan_window import PlanWindow, plan_names
from vejleder_tui.rules.recurrence import Plan, planned

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    first = draw(st.dates(date(2025, 1, 1), date(2026, 12, 31)))
    ends = draw(st.sampled_from(["none", "until", "sessions", "both"]))
    return Plan(
        weekdays=tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1, max_size=4)))),
        every_weeks=draw(st.integers(1, 5)), start_minute=600, end_minute=720, first=first,
        until=first + timedelta(days=draw(st.integers(0, 400))) if ends in {"until", "both"} else None,
        sessions=draw(st.integers(1, 60)) if ends in {"sessions", "both"} else None,
    )  # fmt: skip


@given(plans(), st.dictionaries(DAYS, st.just("ferie"), max_size=12), DAYS, st.integers(0, 200), st.data())
def test_a_window_is_a_part_of_the_whole_plan(
    plan: Plan, skipped: dict[date, str], start: date, days: int, data: st.DataObject
) -> None:
    end = start + timedelta(days=days)
    named = [
        plan.first + timedelta(days=count)
        for count in range(300)
        if plan_names(plan, plan.first + timedelta(days=count))
    ]
    if named:
        skipped |= dict.fromkeys(data.draw(st.lists(st.sampled_from(named), max_size=8)), "juleferie")
    every = [one for one in planned(plan, skipped, through=end, include_skipped=True) if one.date >= start]
    window = PlanWindow(plan, skipped)
    assert window.between(start, end) == every
    if plan.is_open_ended:
        assert window.total is None
    else:
        assert window.total == sum(1 for _one in planned(plan, skipped))


def test_a_window_far_ahead_of_an_old_plan_has_the_right_number() -> None:
    plan = Plan((1,), 1, 600, 720, date(1990, 1, 2))
    assert PlanWindow(plan).between(date(2026, 11, 24), date(2026, 11, 24))[0].ordinal == 1926
