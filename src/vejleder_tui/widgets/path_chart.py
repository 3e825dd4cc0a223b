"""A goal's path: level 0 at the top, the ratings in order of days, the target as a dashed line named by direction.

Pure lines of text, so that a panel, the rating screen and a printed page can show the same. No colour says better or worse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.i18n import _
from vejleder_tui.rules.formats import short_date
from vejleder_tui.rules.goals import LEVELS, GoalType, level_word, target_words
from vejleder_tui.widgets.text import fit, width

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


__all__ = ["HEIGHT", "Path", "path_lines"]

HEIGHT = len(LEVELS) + 1
"""Lines of a chart: one a level, and the days under them."""
STEP = 12
"""Cells from one rating to the next."""
_NAMES = 21
_DAY = 5
_LONG_DAY = 10


class Path(NamedTuple):
    """What is drawn: days with levels in order (None is *not assessed*), the target, and its day (*frist*)."""

    points: Sequence[tuple[date, int | None]]
    goal_type: GoalType | None = None
    target: int | None = None
    due: date | None = None


def path_lines(path: Path, cells: int, today: date) -> tuple[str, ...]:
    """Return the HEIGHT lines of a path, each exactly `cells` wide; the newest ratings, as many as there is room for.

    A day in brackets was *not assessed*. Below 40 cells the levels have their numbers only.
    """
    names = _NAMES if cells >= 2 * _NAMES else 2
    room = max(0, cells - names - 1)
    shown, label = _fitting(path, room, today)
    rows = [[" "] * room for _level in LEVELS]
    if path.target in LEVELS and path.goal_type is not None:
        rows[path.target] = list(("- " * room)[: max(0, room - width(label) - 2)].ljust(room))
        if label:
            start = room - width(label) - 1
            rows[path.target][start:] = [*label, " "]
    for index, (at, _text, level) in enumerate(shown):
        if level is None:
            continue
        following = shown[index + 1] if index + 1 < len(shown) else None
        if following is not None and following[2] == level:
            rows[level][at : following[0]] = ["─"] * (following[0] - at)
        rows[level][at] = "●"
    lines = [
        f"{fit(f'{level} {level_word(level)}' if names == _NAMES else str(level), names)}│{''.join(row)}"
        for level, row in zip(LEVELS, rows, strict=True)
    ]
    days = [" "] * room
    for at, text, _level in shown:
        days[at : at + len(text)] = text[: max(0, room - at)]
    return (*(fit(line, cells) for line in lines), fit(" " * (names + 1) + "".join(days), cells))


def _fitting(path: Path, room: int, today: date) -> tuple[list[tuple[int, str, int | None]], str]:
    """Return the points as (cell, day, level) and the target's label, so that none stands on the other."""
    texts = [_day(day, level, today) for day, level in path.points]
    step = max(STEP, 2 + max(map(len, texts), default=0)) if any(len(text) > _LONG_DAY for text in texts) else STEP
    most = max(0, (room - max(map(len, texts), default=0)) // step + 1) if room > _DAY else 0
    labels = _labels(path, today)
    for count in range(min(most, len(texts)), -1, -1):
        first = len(texts) - count
        shown = [(index * step, texts[first + index], path.points[first + index][1]) for index in range(count)]
        for label in labels:
            free = room - width(label) - 3
            if free >= 0 and all(at < free for at, _text, level in shown if level == path.target):
                return shown, label
    return [], ""


def _labels(path: Path, today: date) -> list[str]:
    """Return what may stand at the end of the dashed line, the longest first."""
    if path.target is None or path.goal_type is None:
        return [""]
    words = target_words(path.goal_type, path.target)
    if path.due is None:
        return [words]
    return [_("{target}, frist {date}").format(target=words, date=short_date(path.due, today)), words]


def _day(day: date, level: int | None, today: date) -> str:
    text = short_date(day, today)
    return text if level is not None else f"({text})"
