"""What the builders share: the day, the chance, the timeline, and under which id each thing came to be."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from vejleder_tui.demo.timeline import Timeline
from vejleder_tui.queries.sessions import SessionRef, session_id

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from vejleder_tui.services.desk import Actor

__all__ = ["Scene", "read_rows", "season"]


@dataclass
class Scene:
    """The sandbox in the making. `day` is its present day; days are written as offsets from it.

    The dictionaries fill while the timeline is played: key of the data → id of the row.
    """

    day: date
    chance: random.Random
    timeline: Timeline = field(default_factory=Timeline)
    actors: dict[str, Actor] = field(default_factory=dict)
    centres: dict[str, str] = field(default_factory=dict)
    venues: dict[str, str] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)
    citizens: dict[str, str] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    courses: dict[str, str] = field(default_factory=dict)
    goals: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    def on(self, offset: int) -> date:
        """Return the day so many days after the sandbox's own."""
        return self.day + timedelta(days=offset)

    def at(self, offset: int, minute: int, who: str, act: Callable[..., object], *about: object) -> None:
        """Put an act into the timeline; see `Timeline.at`."""
        self.timeline.at(self.on(offset), minute, who, act, *about)

    def ref(self, course: str, day: date) -> SessionRef:
        """Return the planned session of a course (by its key) on a day."""
        row = self.courses[course]
        return SessionRef(session_id(row, day, 1), row, day, 1)


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a data file of the sandbox."""
    with (Path(__file__).with_name("data") / f"{name}.csv").open(encoding="utf-8", newline="") as readable:
        return list(csv.DictReader(readable))


def season(day: date) -> str:
    """Return the Danish name of a day's season."""
    return ("vinter", "forår", "sommer", "efterår")[day.month % 12 // 3]
