from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.errors import RuleError
from vejleder_tui.rules import dates, formats
from vejleder_tui.rules.dates import Lean

TODAY = date(2026, 11, 24)  # a Tuesday
days = st.dates(date(1930, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("24-11", "2026-11-24"),
        ("24/11 2026", "2026-11-24"),
        ("24.11.26", "2026-11-24"),
        ("24.11.", "2026-11-24"),
        ("24 - 11 - 2025", "2025-11-24"),
        ("24 11 2025", "2025-11-24"),
        ("1-2", "2026-02-01"),
        ("02-01-60", "1960-01-02"),
        ("2026-11-24", "2026-11-24"),
        ("241126", "2026-11-24"),
        ("24112025", "2025-11-24"),
        ("24. november", "2026-11-24"),
        ("3 okt 2025", "2025-10-03"),
        ("i dag", "2026-11-24"),
        ("I  GÅR", "2026-11-23"),
        ("i morgen", "2026-11-25"),
        ("i overmorgen", "2026-11-26"),
        ("yesterday", "2026-11-23"),
        ("+1u", "2026-12-01"),
        ("+1 uge", "2026-12-01"),
        ("-3d", "2026-11-21"),
        ("+3", "2026-11-27"),
        ("+3m", "2027-02-24"),
        ("+1å", "2027-11-24"),
        ("man", "2026-11-30"),
        ("ma", "2026-11-30"),
        ("mandag", "2026-11-30"),
        ("tir", "2026-11-24"),
        ("to.", "2026-11-26"),
        ("lø", "2026-11-28"),
        ("monday", "2026-11-30"),
        ("uge 49", "2026-11-30"),
        ("uge 1 2027", "2027-01-04"),
    ],
)
def test_dates_as_typed(typed: str, expected: str) -> None:
    assert dates.parse_date(typed, TODAY).isoformat() == expected


def test_a_date_can_lean() -> None:
    assert dates.parse_date("24-12", TODAY, lean=Lean.PAST) == date(2025, 12, 24)
    assert dates.parse_date("1-3", TODAY, lean=Lean.FUTURE) == date(2027, 3, 1)
    assert dates.parse_date("24-11", TODAY, lean=Lean.PAST) == TODAY
    assert dates.parse_date("24-11", TODAY, lean=Lean.FUTURE) == TODAY
    assert dates.parse_date("man", TODAY, lean=Lean.PAST) == date(2026, 11, 23)
    assert dates.parse_date("1-1-30", TODAY, lean=Lean.PAST) == date(1930, 1, 1)
    assert dates.parse_date("1-1-30", TODAY) == date(2030, 1, 1)
    assert dates.parse_date("29-2", date(2027, 5, 1), lean=Lean.FUTURE) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("31-11", "»31-11« findes ikke: november har 30 dage. Skriv fx 30-11, i går eller +1u."),
        ("29-02-2027", "»29-02-2027« findes ikke: februar har 28 dage. Skriv fx 28-02, i går eller +1u."),
        ("0-11", "»0-11« findes ikke: november har 30 dage. Skriv fx 01-11, i går eller +1u."),
        ("24-13", "»24-13« findes ikke: året har 12 måneder. Skriv fx 24-12, i går eller +1u."),
        ("i fjor", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("+1x", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("+99999å", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("-99999u", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("uge 54", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("24-11-0026", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
        ("24 xyz", "Det kan ikke læses som en dato. Skriv fx 24-11, i går eller +1u."),
    ],
)
def test_dates_that_do_not_exist(typed: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        dates.parse_date(typed, TODAY, field="due")
    assert (str(caught.value), caught.value.field) == (message, "due")


@given(days, days)
def test_every_date_shown_is_read_back(day: date, today: date) -> None:
    for shown in (formats.whole_date(day), formats.short_date(day, today), day.isoformat()):
        assert dates.parse_date(shown, today) == day
    if abs(day.year - today.year) < 20:
        assert dates.parse_date(f"{day.day}.{day.month}.{day.year % 100:02d}", today) == day


@given(st.text(max_size=20), days)
def test_any_text_is_a_date_or_a_rule_error(typed: str, today: date) -> None:
    for lean in Lean:
        try:
            found = dates.parse_date(typed, today, lean=lean)
        except RuleError:
            continue
        assert 1800 <= found.year < 2200


@given(days, st.integers(-1200, 800))
def test_months_keep_the_day_where_they_can(day: date, months: int) -> None:
    moved = dates.add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and dates.add_months(moved, 0) == moved)


@pytest.mark.parametrize(
    ("typed", "minute"),
    [
        ("10:00", 600),
        ("10.30", 630),
        ("9", 540),
        ("0930", 570),
        ("930", 570),
        ("kl. 9", 540),
        ("klokken 13", 780),
        ("0", 0),
        ("23:59", 1439),
    ],
)
def test_times(typed: str, minute: int) -> None:
    assert dates.parse_time(typed) == minute


@pytest.mark.parametrize("typed", ["24:00", "10:60", "10:5", "", "ti", "-1", "10000"])
def test_times_that_do_not_exist(typed: str) -> None:
    with pytest.raises(RuleError):
        dates.parse_time(typed)


@given(st.integers(0, 1438), st.integers(1, 1439))
def test_time_ranges_are_read_back(start: int, end: int) -> None:
    if start < end:
        assert dates.parse_time_range(formats.time_range(start, end)) == (start, end)
    else:
        with pytest.raises(RuleError):
            dates.parse_time_range(formats.time_range(start, end))


def test_time_ranges_as_typed() -> None:
    assert dates.parse_time_range("10-12") == (600, 720)
    assert dates.parse_time_range("10 til 12.30") == (600, 750)
    with pytest.raises(RuleError):
        dates.parse_time_range("10")


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("90", 90),
        ("90 min", 90),
        ("1:30", 90),
        ("1,5 t", 90),
        ("2 timer", 120),
        ("1,33t", 80),
        ("0", 0),
        ("24 t", 1440),
    ],
)
def test_durations(typed: str, minutes: int) -> None:
    assert dates.parse_duration(typed) == minutes


@pytest.mark.parametrize("typed", ["", "halvanden", "1441", "-5", "1:75", "25 t"])
def test_durations_that_are_refused(typed: str) -> None:
    with pytest.raises(RuleError):
        dates.parse_duration(typed)


def test_dates_as_shown() -> None:
    assert formats.line_date(TODAY) == "tir 24-11-2026"
    assert formats.short_date(TODAY, date(2027, 1, 1)) == "24-11-2026"
    assert formats.short_date(TODAY, date(2026, 1, 1)) == "24-11"
    near = [date(2026, 11, 24), date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 25), date(2026, 11, 26)]
    assert [formats.near_date(day, TODAY) for day in near] == ["i dag", "i går", "8 dage siden", "i morgen", "26-11"]
    assert formats.near_date(date(2026, 10, 1), TODAY) == "01-10"
    assert formats.days_ago(date(2026, 11, 23), TODAY) == "1 dag siden"
    assert formats.spoken_date(TODAY) == "tirsdag den 24. november 2026"
    assert formats.week(TODAY) == "uge 48"
    assert formats.period(date(2026, 10, 6), date(2027, 3, 2)) == "06-10-2026–02-03-2027"
    assert formats.period(date(2026, 10, 6), None) == "06-10-2026–"


def test_times_and_numbers_as_shown() -> None:
    assert formats.time_range(600, 720) == "10:00–12:00"
    assert formats.spoken_time_range(780, 870) == "klokken 13 til 14.30"
    assert formats.clock_time(datetime(2026, 11, 24, 10, 42, 7, tzinfo=UTC)) == "10:42:07"
    assert formats.minutes(120) == "120 min"
    assert (formats.hours(600), formats.hours(90), formats.hours(80)) == ("10 t", "1,5 t", "1,3 t")
    assert formats.number(1234567) == "1.234.567"
    assert formats.decimal_number(Decimal("1234.55"), 1) == "1.234,6"
    assert formats.percent(Fraction(1, 8)) == "12,5 %"
    assert formats.percent(Fraction(4, 5)) == "80 %"
    assert formats.percent(Fraction(0)) == "0 %"
    assert formats.kroner(Fraction(100, 3)) == "0,33 kr."
    assert formats.kroner(None) == "–"


def test_english_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "language", lambda: "en")
    assert formats.number(1234) == "1,234"
    assert formats.percent(Fraction(1, 8)) == "12.5%"
    assert formats.decimal_number(Decimal("1234.55"), 2) == "1,234.55"
