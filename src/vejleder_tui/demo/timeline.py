"""The simulated past: what was done, when and by whom, played in order on a clock that moves with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.clock import as_utc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Actor, Desk

    Act = Callable[[Desk], object]

__all__ = ["Timeline"]


@dataclass(frozen=True)
class _Event:
    moment: datetime
    who: str
    act: Act


class Timeline:
    """Acts to come, put in at any order and played by time; those of one moment in the order they were put in."""

    def __init__(self) -> None:
        self._events: list[_Event] = []

    def __len__(self) -> int:
        return len(self._events)

    def at(self, day: date, minute: int, who: str, act: Act) -> None:
        """Let the worker with these initials do `act` on a Danish day at a minute (0–1439) of it."""
        self._events.append(_Event(as_utc(day, minute), who, act))

    def play(
        self,
        desk: Desk,
        clock: FixedClock,
        actors: Mapping[str, Actor],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Do everything in order; each act is one transaction of whoever does it. `progress` hears (done, total)."""
        total = len(self._events)
        for done, event in enumerate(sorted(self._events, key=lambda event: event.moment)):
            # Two acts of one hour must not run backwards in the log: the second waits for the first.
            clock.moment = max(clock.moment, event.moment)
            desk.as_actor(actors[event.who])
            with desk.transaction():
                event.act(desk)
            if progress is not None:
                progress(done + 1, total)
