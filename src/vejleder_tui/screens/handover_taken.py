"""The panel of what was read in: first what wants somebody's attention, then the bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.i18n import _
from vejleder_tui.queries.merge_words import held_sentences, missing_sentence, waiting_key_sentence, why_word
from vejleder_tui.rules.formats import number
from vejleder_tui.screens.handover_lines import said, span_of, status, when_of, widths
from vejleder_tui.widgets.panels import Row
from vejleder_tui.widgets.text import columns, plain, width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from vejleder_tui.queries.handover import HandoverPage, HistoryLine
    from vejleder_tui.services.keyring import WaitingCard

__all__ = ["MOST", "NOTICE", "WAITING_KEY", "attention_rows", "taken_rows"]

MOST = 5
"""So many lines of the panel are shown at once."""
NOTICE = "notice:"
WAITING_KEY = "key:"
"""How the keys of rows begin that stand for a notice, and for a key that operations wait for."""


def attention_rows(page: HandoverPage, waiting: Sequence[WaitingCard]) -> list[Row]:
    """Return a line for each notice, each key that operations wait for, and whatever else does not count yet."""
    told = [(f"{NOTICE}{one.id}", sentence) for one, sentence in page.notices]
    told += [
        (
            f"{WAITING_KEY}{one.key.device} {one.key.public_key}",
            waiting_key_sentence(one.key.name, one.words, one.key.operations),
        )
        for one in waiting
    ]
    told += [(f"missing:{one.device} {one.last}", missing_sentence(one)) for one in page.missing]
    # A gap and a key have lines of their own above.
    others = {why: count for why, count in page.held.items() if why not in {"gap", "unknown"}}
    told += [(f"held:{sentence}", sentence) for sentence in held_sentences(others)]
    return [Row(key, f"! {plain(sentence)}", say=plain(sentence)) for key, sentence in told]


def taken_rows(page: HandoverPage, waiting: Sequence[WaitingCard], today: date) -> list[Row]:
    """Return a line for each bundle that was read in here; a laptop that waits to be trusted is called as it calls itself."""
    known = {**{one.key.device: one.key.name for one in waiting}, **page.device_names}
    span, _five = widths(page.taken_in)
    count = max([4, *(width(number(one.operations)) for one in page.taken_in)])

    def made(one: HistoryLine) -> Callable[[int], str]:
        names = ", ".join(plain(known.get(device) or device[:8]) for device in one.devices)
        return lambda cells: columns(
            cells, (when_of(one.created_at, today), 11), (names, 9 if cells < 100 else 20), (span_of(one), span),
            (number(one.operations), count, "right"), (_state(page, one, today), 0),
        )  # fmt: skip

    return [Row(one.bundle_id, made(one), say=said(one, today)) for one in page.taken_in]


def _state(page: HandoverPage, one: HistoryLine, today: date) -> str:
    why = page.waits.get(one.bundle_id)
    if why is None:
        return status(one, today)
    if why == "gap":
        covered = {device for device, _first, _last in one.covers}
        gaps = [gap for gap in page.missing if gap.device in covered]
        if gaps:
            return _("venter: {first}–{last} mangler").format(first=number(gaps[0].first), last=number(gaps[0].last))
    return f"{_('venter')}: {why_word(why)}" if why not in {"revoked", "refused"} else why_word(why)
