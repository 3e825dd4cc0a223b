"""Time is passed in: the clock of this laptop, or one that stands still in tests and in the sandbox.

Times are stored in UTC; days are those of Europe/Copenhagen.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = [
    "Clock",
    "FixedClock",
    "OffsetClock",
    "SystemClock",
    "as_utc",
    "copenhagen",
    "from_stamp",
    "local",
    "local_date",
    "stamp",
]


class Clock(Protocol):
    """Whoever needs the time asks one of these."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The laptop's own clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when told to; each reading may add `step`."""

    def __init__(self, moment: datetime, step: timedelta = timedelta(0)) -> None:
        self.moment = moment.astimezone(UTC)
        self.step = step

    def now(self) -> datetime:
        """Return the set moment, then move on by `step`."""
        moment = self.moment
        self.moment += self.step
        return moment


class OffsetClock:
    """A running clock that shows another time: `shown` at the moment it is made, and then on as `running` does."""

    def __init__(self, shown: datetime, running: Clock) -> None:
        self._running = running
        self._ahead = shown.astimezone(UTC) - running.now()

    def now(self) -> datetime:
        """Return the shown moment in UTC."""
        return self._running.now() + self._ahead


@cache
def copenhagen() -> ZoneInfo:
    """Return the zone Europe/Copenhagen."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - 8 ms that no command line without dates should pay

    return ZoneInfo("Europe/Copenhagen")


def local(moment: datetime) -> datetime:
    """Return `moment` in Danish local time."""
    return moment.astimezone(copenhagen())


def local_date(moment: datetime) -> date:
    """Return the Danish calendar day of `moment`."""
    return local(moment).date()


def as_utc(day: date, minute_of_day: int) -> datetime:
    """Return the UTC moment of a Danish local day and minute (0–1439) of it."""
    hours, minutes = divmod(minute_of_day, 60)
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=copenhagen()).astimezone(UTC)


def stamp(moment: datetime) -> str:
    """Return `YYYY-MM-DDTHH:MM:SSZ`, the form in which times are stored and digested."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_stamp(text: str) -> datetime:
    """Return the aware moment of a stored time (with or without a fraction of a second)."""
    return datetime.fromisoformat(text).astimezone(UTC)
