"""Dates and times as people type them in Denmark. How they are shown: `formats`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import month_name

__all__ = ["Lean", "add_months", "parse_date", "parse_duration", "parse_time", "parse_time_range"]

_WORDS = {
    "i forgårs": -2,
    "forgårs": -2,
    "i går": -1,
    "i gaar": -1,
    "i gar": -1,
    "igår": -1,
    "yesterday": -1,
    "i dag": 0,
    "idag": 0,
    "today": 0,
    "i morgen": 1,
    "imorgen": 1,
    "tomorrow": 1,
    "i overmorgen": 2,
    "overmorgen": 2,
}
_WEEKDAYS = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")
_OTHER_WEEKDAYS = (
    ("monday",),
    ("tuesday",),
    ("wednesday",),
    ("thursday",),
    ("friday",),
    ("saturday", "lordag", "loerdag"),
    ("sunday", "sondag", "soendag"),
)
_MONTHS = (
    ("januar", "january"),
    ("februar", "february"),
    ("marts", "march"),
    ("april",),
    ("maj", "may"),
    ("juni", "june"),
    ("juli", "july"),
    ("august",),
    ("september",),
    ("oktober", "october"),
    ("november",),
    ("december",),
)
_YEARS = range(1800, 2200)
_YEARS_AHEAD = 20
"""A year of two digits is the latest such year at most so many years ahead."""


class Lean(StrEnum):
    """Which day is meant where the year, or the week of a weekday, is left out."""

    THIS_YEAR = "this_year"
    PAST = "past"
    FUTURE = "future"


def parse_date(text: str, today: date, *, lean: Lean = Lean.THIS_YEAR, field: str = "date") -> date:
    """Read a date as typed: `24-11`, `24/11 2026`, `24.11.26`, `24. nov`, `2026-11-24`, `i går`, `+1u`, `-3d`, `man`.

    Without a year the date is in the year of `today`, as lists show it; with `lean` past or future the nearest such
    day on that side, today included. A weekday is the next one from today on, with `lean` past the last one.
    `+` and `-` count days (`d`, or nothing), weeks (`u`), months (`m`) or years (`å`). `uge 48` is that Monday.
    `RuleError` says what is wrong with a date that no calendar has, and how to write one.
    """
    typed = " ".join(text.casefold().split())
    found = _by_word(typed, today, lean) or _by_numbers(typed, today, lean, field)
    if found is None or found.year not in _YEARS:
        raise RuleError(_("Det kan ikke læses som en dato."), _("Skriv fx 24-11, i går eller +1u."), field=field)
    return found


def _by_word(typed: str, today: date, lean: Lean) -> date | None:
    try:
        found = _by_distance(typed, today)
    except (ValueError, OverflowError):  # a week or a year that the calendar does not have
        return None
    weekday = _weekday(typed.rstrip("."))
    if found is not None or weekday is None:
        return found
    if lean is Lean.PAST:
        return today - timedelta(days=(today.weekday() - weekday) % 7)
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _by_distance(typed: str, today: date) -> date | None:
    if typed in _WORDS:
        return today + timedelta(days=_WORDS[typed])
    relative = re.fullmatch(r"([+\-−]) ?([0-9]{1,5})(?: ?(d|u|w|m|å|y)[a-zæøå]*)?", typed)
    if relative:
        return _moved(today, int(relative[2]) * (1 if relative[1] == "+" else -1), relative[3] or "d")
    week = re.fullmatch(r"(?:uge|week) ?([0-9]{1,2})(?:[ /\-]([0-9]{4}))?", typed)
    return date.fromisocalendar(int(week[2] or today.isocalendar().year), int(week[1]), 1) if week else None


def _moved(today: date, count: int, unit: str) -> date:
    if unit == "d":
        return today + timedelta(days=count)
    if unit in "uw":
        return today + timedelta(weeks=count)
    return add_months(today, count if unit == "m" else 12 * count)


def _weekday(typed: str) -> int | None:
    if len(typed) < 2:
        return None
    for number, name in enumerate(_WEEKDAYS):
        if name.startswith(typed):
            return number
    for number, names in enumerate(_OTHER_WEEKDAYS):
        if len(typed) >= 3 and any(name.startswith(typed) for name in names):
            return number
    return None


def _month(typed: str) -> int | None:
    for number, names in enumerate(_MONTHS, 1):
        if len(typed) >= 3 and any(name.startswith(typed) for name in names):
            return number
    return None


def _by_numbers(typed: str, today: date, lean: Lean, field: str) -> date | None:
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed)
    if iso:
        return _existing(typed, int(iso[3]), int(iso[2]), int(iso[1]), field)
    parts = re.fullmatch(
        r"([0-9]{1,2})(?: ?[-–/.] ?| )([0-9]{1,2}|[a-zæøå]{3,})(?:(?: ?[-–/.] ?| )([0-9]{4}|[0-9]{2}))?\.?", typed
    ) or re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{4}|[0-9]{2})", typed)
    if parts is None:
        return None
    named = parts[2].isalpha()
    month = _month(parts[2]) if named else int(parts[2])
    if month is None:
        return None
    day = int(parts[1])
    if parts[3] is None:
        year = today.year
        if lean is Lean.PAST:
            year -= (month, day) > (today.month, today.day)
        elif lean is Lean.FUTURE:
            year += (month, day) < (today.month, today.day)
        return _existing(typed, day, month, year, field)
    year = int(parts[3])
    if len(parts[3]) == 2:
        latest = today.year + (0 if lean is Lean.PAST else _YEARS_AHEAD)
        year = latest - (latest - year) % 100
    return _existing(typed, day, month, year, field)


def _existing(typed: str, day: int, month: int, year: int, field: str) -> date:
    """Return the date, or say which part of it the calendar does not have."""
    if year < 1:
        raise RuleError(_("Det kan ikke læses som en dato."), _("Skriv fx 24-11, i går eller +1u."), field=field)
    if not 1 <= month <= 12:
        example = f"{min(max(day, 1), 28)}-12"
        message = _("»{text}« findes ikke: året har 12 måneder.").format(text=typed)
    else:
        days = monthrange(year, month)[1]
        if 1 <= day <= days:
            return date(year, month, day)
        example = f"{days if day else 1:02d}-{month:02d}"
        message = _("»{text}« findes ikke: {month} har {days} dage.").format(
            text=typed, month=month_name(month), days=days
        )
    raise RuleError(message, _("Skriv fx {example}, i går eller +1u.").format(example=example), field=field)


def add_months(day: date, months: int) -> date:
    """Return the same day of a later (or earlier) month, or its last day where the month is shorter.

    `ValueError` outside the years 1–9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def parse_time(text: str, *, field: str = "time") -> int:
    """Read a time of day as typed, `10:00`, `10.30`, `1030`, `kl. 9`, as minutes since midnight (0–1439)."""
    minute = _minute_of_day(text)
    if minute is None:
        raise RuleError(
            _("Det kan ikke læses som et klokkeslæt mellem 0:00 og 23:59."), _("Skriv fx 10:00 eller 9."), field=field
        )
    return minute


def _minute_of_day(text: str) -> int | None:
    typed = re.sub(r"^(?:klokken|kl\.?)\s*", "", text.casefold().strip())
    parts = re.fullmatch(r"([0-9]{1,2})(?:\s?[:.]\s?([0-9]{2}))?", typed) or re.fullmatch(
        r"([0-9]{1,2})([0-9]{2})", typed
    )
    if parts is None:
        return None
    hours, minutes = int(parts[1]), int(parts[2] or 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None


def parse_time_range(text: str, *, field: str = "time") -> tuple[int, int]:
    """Read `10:00–12:00`, `10-12` or `10 til 12.30` as two minutes of the day, the end after the start."""
    ends = re.split(r"\s*(?:[-–—]|\btil\b|\bto\b)\s*", text.casefold().strip())
    if len(ends) != 2:
        raise RuleError(_("Skriv både start og slut."), _("Skriv fx 10:00–12:00."), field=field)
    start, end = (parse_time(part, field=field) for part in ends)
    if end <= start:
        raise RuleError(_("Slut skal være efter start."), _("Skriv fx 10:00–12:00."), field=field)
    return start, end


def parse_duration(text: str, *, field: str = "minutes") -> int:
    """Read a length of time as typed, `90`, `90 min`, `1:30`, `1,5 t`, `2 timer`, as whole minutes (0–1440)."""
    typed = text.casefold().strip()
    minutes: int | None = None
    if parts := re.fullmatch(r"([0-9]{1,4})\s*(?:m|min\.?|minut|minutter|minutes?)?", typed):
        minutes = int(parts[1])
    elif parts := re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", typed):
        minutes = int(parts[1]) * 60 + int(parts[2])
    elif parts := re.fullmatch(r"([0-9]{1,2})(?:[,.]([0-9]{1,2}))?\s*(?:t\.?|time|timer|h|hours?)", typed):
        hundredths = int((parts[2] or "").ljust(2, "0"))
        minutes = int(parts[1]) * 60 + (hundredths * 60 + 50) // 100
    if minutes is None or minutes > 1440:
        raise RuleError(
            _("Det kan ikke læses som minutter (0 til 1.440)."), _("Skriv fx 90, 1:30 eller 1,5 t."), field=field
        )
    return minutes
