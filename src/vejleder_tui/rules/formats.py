"""How dates, times and numbers stand on the screen, in the language in use."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from vejleder_tui.i18n import N_, _, language, ngettext
from vejleder_tui.rules.rounding import as_decimal

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

__all__ = [
    "NO_FIGURE",
    "clock_time",
    "days_ago",
    "decimal_number",
    "hours",
    "iso_week",
    "kroner",
    "line_date",
    "minutes",
    "month_name",
    "near_date",
    "number",
    "percent",
    "period",
    "short_date",
    "spoken_date",
    "spoken_time_range",
    "time_of",
    "time_range",
    "week",
    "weekday_name",
    "weekday_short",
    "weekdays_name",
    "whole_date",
]

NO_FIGURE = "–"
"""Stands where there is no figure, and means nothing else."""

_SHORT_WEEKDAYS = (N_("man"), N_("tir"), N_("ons"), N_("tor"), N_("fre"), N_("lør"), N_("søn"))
_LONG_WEEKDAYS = (
    N_("mandag"),
    N_("tirsdag"),
    N_("onsdag"),
    N_("torsdag"),
    N_("fredag"),
    N_("lørdag"),
    N_("søndag"),
)
_WEEKLY = (
    N_("mandage"),
    N_("tirsdage"),
    N_("onsdage"),
    N_("torsdage"),
    N_("fredage"),
    N_("lørdage"),
    N_("søndage"),
)
_MONTHS = (
    N_("januar"),
    N_("februar"),
    N_("marts"),
    N_("april"),
    N_("maj"),
    N_("juni"),
    N_("juli"),
    N_("august"),
    N_("september"),
    N_("oktober"),
    N_("november"),
    N_("december"),
)
_NEAR_DAYS = 30
"""So many days back a day is named by its distance; before that by its date."""


def month_name(month: int) -> str:
    """Return the name of a month (1–12)."""
    return _(_MONTHS[month - 1])


def weekday_short(day: date) -> str:
    """Return "tir"."""
    return _(_SHORT_WEEKDAYS[day.weekday()])


def weekday_name(day: date) -> str:
    """Return "tirsdag"."""
    return _(_LONG_WEEKDAYS[day.weekday()])


def weekdays_name(weekday: int) -> str:
    """Return "tirsdage", for a weekday 0 (Monday) to 6."""
    return _(_WEEKLY[weekday])


def whole_date(day: date) -> str:
    """Return "24-11-2026"."""
    return f"{day.day:02d}-{day.month:02d}-{day.year:04d}"


def line_date(day: date) -> str:
    """Return "tir 24-11-2026", as line 1 has it."""
    return f"{weekday_short(day)} {whole_date(day)}"


def short_date(day: date, today: date) -> str:
    """Return "24-11", and "24-11-2025" for other years than today's."""
    return f"{day.day:02d}-{day.month:02d}" if day.year == today.year else whole_date(day)


def days_ago(day: date, today: date) -> str:
    """Return "8 dage siden" for a day before today."""
    count = (today - day).days
    return ngettext("{count} dag siden", "{count} dage siden", count).format(count=number(count))


def near_date(day: date, today: date) -> str:
    """Return a near day in words, "i dag", "i går", "i morgen", "8 dage siden", and any other as `short_date`."""
    distance = (today - day).days
    if distance == 0:
        return _("i dag")
    if distance == 1:
        return _("i går")
    if distance == -1:
        return _("i morgen")
    return days_ago(day, today) if 1 < distance <= _NEAR_DAYS else short_date(day, today)


def spoken_date(day: date) -> str:
    """Return "tirsdag den 24. november 2026", as it is heard."""
    return _("{weekday} den {day}. {month} {year}").format(
        weekday=weekday_name(day), day=day.day, month=month_name(day.month), year=day.year
    )


def period(start: date, end: date | None) -> str:
    """Return "06-10-2026–02-03-2027", and "06-10-2026–" without an end."""
    return f"{whole_date(start)}–{'' if end is None else whole_date(end)}"


def week(day: date) -> str:
    """Return "uge 48" (ISO 8601, Monday first)."""
    return _("uge {week}").format(week=day.isocalendar().week)


def iso_week(day: date) -> str:
    """Return "2026-W48"; the year is that of the week."""
    year, number_of_week, _weekday = day.isocalendar()
    return f"{year:04d}-W{number_of_week:02d}"


def time_of(minute_of_day: int) -> str:
    """Return "10:00" for minutes since midnight."""
    return f"{minute_of_day // 60:02d}:{minute_of_day % 60:02d}"


def time_range(start_minute: int, end_minute: int) -> str:
    """Return "10:00–12:00"."""
    return f"{time_of(start_minute)}–{time_of(end_minute)}"


def clock_time(moment: datetime) -> str:
    """Return "10:42:07" of a moment that is already in local time."""
    return f"{moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"


def spoken_time_range(start_minute: int, end_minute: int) -> str:
    """Return "klokken 13 til 14.30", as it is heard."""
    return _("klokken {start} til {end}").format(start=_spoken_time(start_minute), end=_spoken_time(end_minute))


def _spoken_time(minute_of_day: int) -> str:
    hour, minute = divmod(minute_of_day, 60)
    if not minute:
        return str(hour)
    return f"{hour}:{minute:02d}" if language() == "en" else f"{hour}.{minute:02d}"


def number(value: int) -> str:
    """Return "1.234" ("1,234" in English)."""
    grouped = f"{value:,}"
    return grouped if language() == "en" else grouped.replace(",", ".")


def decimal_number(value: int | Decimal | Fraction, places: int) -> str:
    """Return "1.234,5", rounded half up to `places` decimals."""
    grouped = f"{as_decimal(value, places):,.{places}f}"
    return grouped if language() == "en" else grouped.translate(str.maketrans(",.", ".,"))


def percent(share: int | Decimal | Fraction | None, places: int = 1) -> str:
    """Return "12,5 %" for a share of 1 (Fraction(1, 8)); whole percentages without decimals; "–" for None."""
    if share is None:
        return NO_FIGURE
    shown = decimal_number(share * 100, places)
    mark = "." if language() == "en" else ","
    whole, _mark, rest = shown.partition(mark)
    if not rest.strip("0"):
        shown = whole
    return f"{shown}%" if language() == "en" else f"{shown} %"


def minutes(count: int) -> str:
    """Return "120 min"."""
    return f"{number(count)} min"


def hours(count_of_minutes: int) -> str:
    """Return "10 t" for minutes, with one decimal where they are not whole hours."""
    whole = count_of_minutes % 60 == 0
    shown = number(count_of_minutes // 60) if whole else decimal_number(Fraction(count_of_minutes, 60), 1)
    return _("{hours} t").format(hours=shown)


def kroner(ore: int | Fraction | None) -> str:
    """Return "3.150,00 kr." for an amount in øre; "–" for None."""
    if ore is None:
        return NO_FIGURE
    return f"{decimal_number(as_decimal(ore, 0) / 100, 2)} kr."
