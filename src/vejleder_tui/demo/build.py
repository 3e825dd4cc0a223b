"""Build the sandbox: everything through services, on a clock that walks through the simulated past.

The same size, seed and day give the same store: ids, salts and keys come from the seed, times from the timeline.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from vejleder_tui.clock import FixedClock, as_utc
from vejleder_tui.demo.courses import schedule_courses
from vejleder_tui.demo.filler import schedule_filler
from vejleder_tui.demo.handover import schedule_handover
from vejleder_tui.demo.outcomes import schedule_goals
from vejleder_tui.demo.peers import schedule_peers
from vejleder_tui.demo.places import COORDINATOR, found, hire
from vejleder_tui.demo.scene import Scene
from vejleder_tui.demo.sessions import schedule_sessions
from vejleder_tui.demo.sizes import FIRST_DAY, LAST_DAY
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.services.setup import FirstStart, first_start

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from vejleder_tui.demo.sizes import Size
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.store.slots import Cost

__all__ = ["build"]

_BEFORE = timedelta(days=231)


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
    if day > LAST_DAY:
        raise RuleError(_("Sandkassen går højst til 31-12-2099."), _("Vælg en tidligere dato."), field="date")
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
        scene = Scene(day, random.Random(seed))  # noqa: S311 - repeatable on purpose
        schedule_handover(scene, size, seed)
        _fill(desk, clock, size, scene, progress)
    except BaseException:
        desk.store.close()
        raise
    return desk


def _fill(desk: Desk, clock: FixedClock, size: Size, scene: Scene, progress: Callable[[int, int], None] | None) -> None:
    coordinator = desk.actor
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
