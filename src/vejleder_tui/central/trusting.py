"""Keys in and out, and everything that waited for them, in one transaction with all lanes to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.central import pseudonyms
from vejleder_tui.central.keys import believed, remove_key, trust
from vejleder_tui.clock import stamp
from vejleder_tui.oplog import retrust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.keys import Key
    from vejleder_tui.clock import Clock

__all__ = ["distrust", "trust_cards"]


def trust_cards(centre: Centre, cards: Sequence[str], *, clock: Clock, role: str | None = None) -> list[Key]:
    """Believe the key cards in the texts `cards`, and fold what waited for them; returns their keys.

    Raises RuleError for what is no key card.
    """
    with centre.writing(None):
        found = [key for text in cards for key in trust(centre, text, now=stamp(clock.now()), role=role)]
        _reckon(centre)
    return found


def distrust(centre: Centre, words: str, *, clock: Clock) -> Key:
    """Believe a key no longer, and unfold what it wrote; raises NotFoundError."""
    with centre.writing(None):
        key = remove_key(centre, words, now=stamp(clock.now()))
        _reckon(centre)
    return key


def _reckon(centre: Centre) -> None:
    done = retrust(centre, believed(centre), touched=lambda rows: pseudonyms.note(centre, rows))
    if done.erased:
        pseudonyms.forget(centre)
