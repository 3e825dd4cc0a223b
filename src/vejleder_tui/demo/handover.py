"""Whom the sandbox's bundles are sealed for, and those that were written and handed over before its day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.clock import FixedClock
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.services.handover import check_bundle, export, hand_over
from vejleder_tui.services.keyring import add_recipients

if TYPE_CHECKING:
    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.demo.sizes import Size
    from vejleder_tui.services.desk import Desk

__all__ = ["ADMINISTRATION", "schedule_handover"]

ADMINISTRATION = "Ishøj Kommune, administrationen"
MOST_ROWS = 20_000
"""Larger sandboxes have no bundles: each holds everything so far, since no receipt has come."""
_WRITTEN = ((-14, 740), (-11, 902), (-8, 887), (-4, 904))
"""Days before the sandbox's own, and the minute."""
_HANDED_AFTER = 3
_KEYS = 0x5EA1
"""Keeps the chance of keys apart from that of the rows, whose ids and salts stay as they are."""


def schedule_handover(scene: Scene, size: Size, seed: int) -> None:
    """Put the recipient and the bundles into the timeline; nobody holds the recipient's private key."""
    chance = SeededRandomness(seed ^ _KEYS)
    scene.timeline.at(scene.on(-60), 540, "MJ", _recipient, scene, chance, apart=True)
    if size.rows > MOST_ROWS:
        return
    for offset, minute in _WRITTEN:
        scene.timeline.at(scene.on(offset), minute, "MJ", _bundle, chance, apart=True)


def _recipient(desk: Desk, scene: Scene, chance: SeededRandomness) -> None:
    key = age_recipient_of(generate_age_identity(chance))
    last_day = date(scene.day.year + 1, 12, 31)
    add_recipients(desk.store, key, clock=_own(desk), valid_until=last_day, name=ADMINISTRATION)


def _bundle(desk: Desk, chance: SeededRandomness) -> None:
    clock = _own(desk)
    made = export(desk.store, clock=clock, randomness=chance)
    check_bundle(desk.store, made.path, clock=clock)
    clock.moment = clock.moment.replace(minute=clock.moment.minute + _HANDED_AFTER)
    hand_over(desk.store, made.bundle_id, clock=clock)


def _own(desk: Desk) -> FixedClock:
    """Return a clock that stands at the timeline's moment and does not move it on."""
    clock = desk.clock
    assert isinstance(clock, FixedClock)  # noqa: S101 - the sandbox is built on one
    return FixedClock(clock.moment)
