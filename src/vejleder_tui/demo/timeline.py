"""The simulated past: what was done, when and by whom, played in order on a clock that moves with it."""

from __future__ import annotations

import heapq
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.clock import as_utc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from vejleder_tui.clock import FixedClock
    from vejleder_tui.services.desk import Actor, Desk

    Act = Callable[..., object]

__all__ = ["Timeline"]


@dataclass(frozen=True)
class _Event:
    who: str
    act: Act
    about: tuple[object, ...]
    apart: bool = False


class Timeline:
    """Acts to come, put in at any order, also by an act that is under way; those of one moment in the order put in."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, _Event]] = []
        self._places = 0

    def at(self, day: date, minute: int, who: str, act: Act, *about: object, apart: bool = False) -> None:
        """Let the worker with these initials do `act(desk, *about)` on a Danish day at a minute (0–1439) of it.

        `apart`: outside a transaction, for what opens connections of its own.
        """
        self._places += 1
        heapq.heappush(self._heap, (as_utc(day, minute), self._places, _Event(who, act, about, apart)))

    def play(
        self,
        desk: Desk,
        clock: FixedClock,
        actors: Mapping[str, Actor],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Do everything in order; each act is one transaction of whoever does it. `progress` hears (done, total)."""
        done = 0
        while self._heap:
            moment, _place, event = heapq.heappop(self._heap)
            # Two acts of one hour must not run backwards in the log: the second waits for the first.
            clock.moment = max(clock.moment, moment)
            desk.as_actor(actors[event.who])
            with nullcontext() if event.apart else desk.transaction():
                event.act(desk, *event.about)
            done += 1
            if progress is not None:
                progress(done, self._places)
