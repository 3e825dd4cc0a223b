"""How large a sandbox is, and when it plays; light enough for a command that only opens one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _

__all__ = ["FIRST_DAY", "LAST_DAY", "OPENS", "Size", "parse_size"]

FIRST_DAY = date(2024, 1, 1)
"""Before it MedCom's youngest adults were not yet adults when they were enrolled."""
LAST_DAY = date(2099, 12, 31)
"""The holidays are known so far."""
OPENS = 10 * 60 + 42
"""The minute of the sandbox's day at which it opens: the roster of twelve is under way."""
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
