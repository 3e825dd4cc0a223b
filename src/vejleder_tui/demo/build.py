"""Build the sandbox: everything through services, on a clock that walks through the simulated past.

The same size, seed and day give the same store: ids, salts and keys come from the seed, times from the timeline.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vejleder_tui.clock import FixedClock, as_utc
from vejleder_tui.demo.courses import schedule_courses
from vejleder_tui.demo.filler import schedule_filler
from vejleder_tui.demo.outcomes import schedule_goals
from vejleder_tui.demo.peers import schedule_peers
from vejleder_tui.demo.places import COORDINATOR, found, hire
from vejleder_tui.demo.scene import Scene
from vejleder_tui.demo.sessions import schedule_sessions
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.services.setup import FirstStart, first_start

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.store.slots import Cost

__all__ = ["FIRST_DAY", "OPENS", "Size", "build", "parse_size"]

FIRST_DAY = date(2024, 1, 1)
"""Before it MedCom's youngest adults were not yet adults when they were enrolled."""
OPENS = 10 * 60 + 42
"""The minute of the sandbox's day at which it opens: the roster of twelve is under way."""
_BEFORE = timedelta(days=231)
_NAMED = {"small": (0, 0), "year": (12_000, 52), "decade": (120_000, 520)}
MOST_ROWS = 2_000_000


@dataclass(frozen=True)
class Size:
    """How much there is: `rows` of attendance (about) over the past `weeks`, beside what *small* holds."""

    name: str
    rows: int
    weeks: int


def parse_size(text: str) -> Size:
    """Return the size of `small`, `year`, `decade` or a number of attendance rows; raises RuleError (`size`)."""
    named = _NAMED.get(text)
    if named is not None:
        return Size(text, *named)
    rows = int(text.replace(".", "")) if text.replace(".", "").isascii() and text.replace(".", "").isdigit() else 0
    if not 1 <= rows <= MOST_ROWS:
        raise RuleError(
            _("Størrelsen kendes ikke."), _("Skriv small, year, decade eller et antal fremmøder."), field="size"
        )
    return Size(str(rows), rows, min(520, max(52, rows // 230)))


def build(
    paths: StorePaths,
    *,
    size: Size,
    seed: int,
    day: date,
    passphrase: str,
    cost: Cost | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Desk:
    """Make the sandbox in `paths` and return its coordinator's desk, open for writing.

    `day` is its present day; `progress` hears (done, total). Raises RuleError (`date`), StoreError, NotSavedError.
    """
    if day < FIRST_DAY:
        raise RuleError(_("Sandkassen begynder tidligst 01-01-2024."), _("Vælg en senere dato."), field="date")
    begin = day - max(_BEFORE, timedelta(weeks=size.weeks + 2))
    clock = FixedClock(as_utc(begin, 500), timedelta(milliseconds=200))
    answers = FirstStart(
        municipality="0183", centre="Vejledningscentret", device_name="Bærbar 2", worker_name="Mette Juul",
        initials=COORDINATOR, role="coordinator", passphrase=passphrase,
    )  # fmt: skip
    desk, _code = first_start(
        paths, answers, clock=clock, randomness=SeededRandomness(seed), cost=cost, allow_weak=True
    )
    try:
        _fill(desk, clock, size, seed, day, progress)
    except BaseException:
        desk.store.close()
        raise
    return desk


def _fill(
    desk: Desk, clock: FixedClock, size: Size, seed: int, day: date, progress: Callable[[int, int], None] | None
) -> None:
    coordinator = desk.actor
    scene = Scene(day, random.Random(seed))  # noqa: S311 - repeatable on purpose
    # Nobody's work is lost if the power fails half way: it is built anew. So the disk is waited for once, at the end.
    desk.store.connection.execute("PRAGMA synchronous = NORMAL")
    hire(desk, scene)
    found(desk, scene)
    schedule_courses(scene)
    schedule_sessions(scene)
    schedule_goals(scene)
    schedule_peers(scene)
    if size.rows:
        schedule_filler(scene, size.rows, size.weeks)
    scene.timeline.play(desk, clock, scene.actors, progress)
    desk.as_actor(coordinator)
    desk.store.connection.execute("PRAGMA synchronous = FULL")
    desk.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
