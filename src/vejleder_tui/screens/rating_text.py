"""The lines of *Vurdér mål*: what is asked, the five levels, and what a choice means by the goal's own direction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vejleder_tui.codes.informants import DEFAULT_INFORMANT, informant_word
from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import short_date, whole_date
from vejleder_tui.rules.gas import score_word
from vejleder_tui.rules.goals import LEVELS, GoalType, direction, level_name, rating_sentence, summary
from vejleder_tui.screens.conflict_words import count_words, differing_words
from vejleder_tui.widgets.text import plain, width, wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from vejleder_tui.queries.goals import GoalDetail, RatingRow

__all__ = ["Slot", "rating_lines", "verdict_line"]

_TAG = 42
_CHOSEN = 59
_VALUE = 22


@dataclass
class Slot:
    """What is rated of one goal now. `rating` is its row once it is written; `last` the row that undo took away.

    `answered`: a level, or *not assessed*, is chosen. `pending` while the disk has not answered.
    """

    detail: GoalDetail
    rating: str | None = None
    last: str | None = None
    level: int | None = None
    not_assessed: bool = False
    informant: str = DEFAULT_INFORMANT.code
    self_rating: int | None = None
    gas: int | None = None
    comment: str = ""
    pending: int = 0
    failed: bool = False
    earlier: tuple[RatingRow, ...] = field(default=())

    def __post_init__(self) -> None:
        self.take(self.detail)

    @property
    def answered(self) -> bool:
        """Whether something was chosen in this visit."""
        return self.level is not None or self.not_assessed

    @property
    def unsaved_comment(self) -> bool:
        """Whether a comment stands here that no rating carries yet."""
        return bool(self.comment) and self.rating is None and not self.pending

    @property
    def previous(self) -> RatingRow | None:
        """The latest earlier rating that has a level."""
        return next((one for one in reversed(self.earlier) if one.level is not None), None)

    @property
    def shows_gas(self) -> bool:
        """Whether the goal has a scale, or a score."""
        return self.gas is not None or any(self.detail.gas)

    def take(self, detail: GoalDetail) -> None:
        """Take the goal as it was read anew: after undo the row may be gone, after redo it is there again."""
        self.detail = detail
        there = {one.id: one for one in detail.ratings}
        known = next((one for one in (self.rating, self.last) if one in there), None)
        self.last = self.rating or self.last
        self.rating = known
        self.earlier = tuple(one for one in detail.ratings if one.id != known)
        if known is not None:
            row = there[known]
            self.level, self.not_assessed, self.gas = row.level, row.not_assessed, row.gas
            self.self_rating, self.comment = row.self_rating, row.comment
            self.informant = row.informant or self.informant
        elif self.last is not None:
            self.level, self.not_assessed, self.gas, self.self_rating = None, False, None, None


def verdict_line(slot: Slot) -> str:
    """Return what the choice means, "1 = mål 1: opfyldt (start 3, sidst 2)", or where the goal stands without one."""
    row = slot.detail.row
    if row.goal_type is None or row.baseline is None or row.target is None:
        return ""
    last = slot.previous.level if slot.previous else None
    if slot.answered:
        return rating_sentence(row.goal_type, row.baseline, slot.level, row.target, last)
    return summary(row.goal_type, row.baseline, last, row.target)


def rating_lines(slot: Slot, today: date, cells: int, room: int, shown: Callable[[str], str] = plain) -> list[str]:
    """Return the screen's lines between the rules; a long text in the citizen's words takes the lines that are over."""
    above = [f" {row.term}" if (row := slot.detail.row).term else ""]
    below = [_direction(slot), ""]
    levels = [_("Hvordan går det nu? Tryk et tal."), *_levels(slot, today)]
    facts = _facts(slot, today, cells)
    used = len(above) + len(below) + len(levels) + len(facts) + 1
    words = [shown(line) for line in wrap(f"»{slot.detail.text}«", cells - 2)]
    spare = max(1, room - used)
    if len(words) > spare:
        words = [*words[: spare - 1], _cut_last(words[spare - 1], cells - 2)]
    gap = [""] if used + len(words) <= room else []
    return [
        *above, *(f" {line}" for line in words), *below, f" {levels[0]}", *levels[1:], *gap, *facts,
    ]  # fmt: skip


def _cut_last(text: str, cells: int) -> str:
    """Return a line that says that more follows."""
    return plain(text, cells - 2).rstrip("… ") + " …"


def _direction(slot: Slot) -> str:
    row = slot.detail.row
    if row.goal_type is None or row.baseline is None or row.target is None:
        return ""
    parts = [direction(row.goal_type, row.baseline, row.target)]
    if slot.detail.follow_up_date is not None:
        parts.append(_("frist {date}").format(date=whole_date(slot.detail.follow_up_date)))
    if row.contested:
        parts.append(differing_words(row.open) or _("afklares"))
    return f" {' · '.join(parts)}"


def _levels(slot: Slot, today: date) -> list[str]:
    previous = slot.previous
    held = previous.level if previous else slot.detail.row.baseline
    marked = slot.level if slot.answered else held
    lines = []
    for level in LEVELS:
        at = not slot.not_assessed and level == marked
        chosen = slot.level == level
        lines.append(_level_line(str(level), level_name(level), _tag(slot, level, today), at=at, chosen=chosen))
    lines.append(_level_line("i", _("Ikke vurderet i dag"), "", at=slot.not_assessed, chosen=slot.not_assessed))
    return lines


def _tag(slot: Slot, level: int, today: date) -> str:
    """Return what a level has been or is to be; with several, the dates stand under *Tidligere* only."""
    row, previous = slot.detail.row, slot.previous
    words = {GoalType.DEVELOP: _("mål"), GoalType.MAINTAIN: _("hold"), GoalType.LIMIT_LOSS: _("grænse")}
    tags: list[tuple[str, date | None]] = []
    if level == row.target and row.goal_type is not None:
        tags.append((words[row.goal_type], None))
    if previous is not None and level == previous.level:
        tags.append((_("sidst"), previous.date))
    if level == row.baseline:
        tags.append((_("start"), slot.detail.baseline_date))
    if len(tags) == 1 and tags[0][1] is not None:
        return f"{tags[0][0]}, {short_date(tags[0][1], today)}"
    return ", ".join(word for word, _day in tags)


def _level_line(key: str, name: str, tag: str, *, at: bool, chosen: bool) -> str:
    text = f" {'►' if at else ' '}{key}  {name}"
    if tag or chosen:
        text = f"{text:<{_TAG}}{tag}"
    if chosen:
        text = f"{text:<{_CHOSEN - 2}}  ● {_('valgt nu')}"
    return text


def _fact(label: str, key: str, value: str) -> str:
    return f" {label:<16}{key:<{_VALUE - 17}}{value}"


def _facts(slot: Slot, today: date, cells: int) -> list[str]:
    dose = slot.detail.dose
    attended, planned = dose.hours
    taken = _("{attended} af {planned} timer siden start").format(attended=attended, planned=planned)
    if dose.to_settle:
        taken += f" {count_words(dose.to_settle)}"
    if dose.not_registered:
        taken += " · " + _("{count} ikke registreret").format(count=dose.not_registered)
    lines = [
        _fact(_("Vurdering"), "", _waiting(slot) or verdict_line(slot)),
        _fact(_("Kilde"), "k", informant_word(slot.informant)),
        _fact(
            _("Egenvurdering"), "e",
            "–" if slot.self_rating is None else _("{value} af 10").format(value=slot.self_rating),
        ),
    ]  # fmt: skip
    if slot.shows_gas:
        lines.append(_fact(_("GAS"), "g", "–" if slot.gas is None else _gas(slot, slot.gas)))
    comment = plain(slot.comment, cells - _VALUE - 1) or "–"
    if slot.unsaved_comment:
        comment = plain(_("{text} (gemmes med vurderingen)").format(text=comment), cells - _VALUE - 1)
    lines += [
        _fact(_("Kommentar"), "t", comment),
        _fact(_("Tidligere"), "", _earlier(slot, today, cells - _VALUE - 1)),
        _fact(_("Deltagelse"), "", taken if dose.planned_minutes or dose.not_registered else "–"),
    ]
    return lines


def _waiting(slot: Slot) -> str:
    if slot.failed:
        return _("IKKE GEMT")
    return "…" if slot.pending else ""


def _gas(slot: Slot, score: int) -> str:
    description = slot.detail.gas[score + 2] if score + 2 < len(slot.detail.gas) else ""
    return f"{score:+d}: {description or score_word(score)}" if score else f"0: {description or score_word(0)}"


def _earlier(slot: Slot, today: date, cells: int) -> str:
    """Return the earlier ratings, the newest ones where not all fit."""
    parts = [
        f"{short_date(one.date, today)}: {'–' if one.level is None else one.level}"
        for one in slot.earlier
        if one.level is not None or one.not_assessed
    ]
    if not parts:
        return "–"
    shown = " · ".join(parts)
    while width(shown) > cells and len(parts) > 1:
        parts = parts[1:]
        shown = "… · " + " · ".join(parts)
    return shown
