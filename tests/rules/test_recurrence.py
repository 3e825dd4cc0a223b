from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.errors import RuleError
from vejleder_tui.rules import recurrence
from vejleder_tui.rules.recurrence import Plan

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
AUTUMN = Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20)
SKIPPED = {date(2026, 10, 13): "efterårsferie", date(2026, 12, 29): "juleferie"}


@st.composite
def plans(draw: st.DrawFn, *, ended: bool = False) -> Plan:
    first = draw(days)
    start = draw(st.integers(0, 1438))
    until = draw(st.none() | st.integers(0, 400).map(lambda count: first + timedelta(days=count)))
    sessions = draw(st.integers(1, 60) if ended and until is None else st.none() | st.integers(1, 60))
    return Plan(
        weekdays=tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)))),
        every_weeks=draw(st.integers(1, 6)),
        start_minute=start,
        end_minute=draw(st.integers(start + 1, 1440)),
        first=first,
        until=until,
        sessions=sessions,
    )


def test_the_course_of_the_pictures() -> None:
    found = list(recurrence.planned(AUTUMN, SKIPPED))
    assert len(found) == 20
    assert found[6].date == date(2026, 11, 24)
    assert found[6].ordinal == 7
    assert recurrence.last_planned(AUTUMN, SKIPPED) == date(2027, 3, 2)
    window = recurrence.occurrences_between(AUTUMN, date(2026, 12, 22), date(2027, 1, 5), SKIPPED, include_skipped=True)
    assert [(item.date.day, item.ordinal, item.skipped) for item in window] == [
        (22, 11, ""),
        (29, None, "juleferie"),
        (5, 12, ""),
    ]


def test_words() -> None:
    assert recurrence.describe(AUTUMN) == "tirsdage 10:00–12:00"
    twice = Plan((2, 0), 2, 540, 600, date(2026, 10, 5))
    assert twice.weekdays == (0, 2)
    assert recurrence.describe(twice) == "mandage og onsdage 09:00–10:00, hver 2. uge"


@given(plans())
def test_the_stored_text_is_read_back_exactly(plan: Plan) -> None:
    stored = recurrence.format_plan(plan)
    assert recurrence.parse_plan(stored) == plan
    assert recurrence.format_plan(recurrence.parse_plan(stored)) == stored


@given(plans(ended=True), st.sets(st.integers(0, 500), max_size=30))
def test_planned_days(plan: Plan, offsets: set[int]) -> None:
    skipped = {plan.first + timedelta(days=offset): "ferie" for offset in offsets}
    found = list(recurrence.planned(plan, skipped))
    assert [item.ordinal for item in found] == list(range(1, len(found) + 1))
    assert all(one.date < other.date for one, other in pairwise(found))
    monday = plan.first - timedelta(days=plan.first.weekday())
    for item in found:
        assert item.date >= plan.first
        assert plan.until is None or item.date <= plan.until
        assert item.date.weekday() in plan.weekdays
        assert (item.date - monday).days // 7 % plan.every_weeks == 0
        assert item.date not in skipped
    if plan.until is None:
        assert len(found) == plan.sessions


@given(plans(), days, st.integers(0, 200), st.sets(days, max_size=20))
def test_a_window_shows_what_the_whole_plan_holds(plan: Plan, start: date, length: int, free: set[date]) -> None:
    skipped = dict.fromkeys(free, "lukket")
    end = start + timedelta(days=length)
    window = recurrence.occurrences_between(plan, start, end, skipped, include_skipped=True)
    whole = recurrence.planned(plan, skipped, through=end, include_skipped=True)
    assert window == [item for item in whole if start <= item.date <= end]
    assert [item for item in window if not item.skipped] == recurrence.occurrences_between(plan, start, end, skipped)


@given(plans(ended=True), days)
def test_skipping_a_day_never_moves_the_sessions_before_it(plan: Plan, day: date) -> None:
    before = [item for item in recurrence.planned(plan) if item.date < day]
    assert [item for item in recurrence.planned(plan, {day: "lukket"}) if item.date < day] == before


def test_a_plan_without_end_needs_a_window() -> None:
    plan = Plan((0,), 1, 600, 660, date(2026, 1, 5))
    with pytest.raises(ValueError, match="window"):
        next(recurrence.planned(plan))
    assert recurrence.last_planned(plan) is None
    assert len(list(recurrence.planned(plan, through=date(2026, 1, 31)))) == 4


def test_the_end_of_the_calendar() -> None:
    plan = Plan((4,), 1, 600, 660, date(9999, 12, 17), sessions=10)
    assert [item.date.day for item in recurrence.planned(plan)] == [17, 24, 31]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": (7,)}, "weekdays"),
        ({"every_weeks": 0}, "every_weeks"),
        ({"end_minute": 600}, "time"),
        ({"until": date(2026, 10, 5)}, "until"),
        ({"sessions": 0}, "sessions"),
    ],
)
def test_plans_that_hold_nothing_are_refused(change: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {"weekdays": (1,), "every_weeks": 1, "start_minute": 600, "end_minute": 720}
    with pytest.raises(RuleError) as caught:
        Plan(**{**values, "first": date(2026, 10, 6), **change})
    assert caught.value.field == field


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "monthly;every=1",
        "weekly;every=1",
        "weekly;every=1;days=9;start=0;end=1;first=2026-01-01;until=;sessions=",
        "weekly;every=x;days=1;start=0;end=1;first=2026-01-01;until=;sessions=",
    ],
)
def test_other_texts_are_no_plan(stored: str) -> None:
    with pytest.raises(ValueError, match=r"plan|invalid"):
        recurrence.parse_plan(stored)


def test_holidays(holiday_rows: list[dict[str, str]]) -> None:
    expected = {date.fromisoformat(row["code"]) for row in holiday_rows if row["kind"] == "public"}
    found = recurrence.danish_holidays(range(2020, 2031))
    assert set(found) == expected
    assert found[date(2026, 12, 25)] == "Juledag"
