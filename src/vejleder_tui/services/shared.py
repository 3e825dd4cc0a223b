"""What several services ask of a transaction: the municipality, a setting, text as it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.rules.text import clean

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Work

__all__ = ["organisation_of", "required", "setting_number", "tidy"]


def organisation_of(work: Work) -> str:
    """Return the municipality of this laptop."""
    found = work.rows("SELECT organisation FROM device WHERE id = ?", (work.desk.device,))
    return str(found[0][0])


def setting_number(work: Work, name: str, default: int) -> int:
    """Return a shared setting that is a whole number; what cannot be read counts as not set."""
    found = work.rows("SELECT value FROM setting WHERE void = 0 AND name = ?", (name,))
    text = str(found[0][0]) if found and found[0][0] is not None else ""
    return int(text) if text.isascii() and text.isdigit() else default


def tidy(text: str) -> str | None:
    """Return text as it is stored, without blanks at its ends; None for nothing."""
    return clean(text).strip() or None


def required(text: str, field: str, message: str, remedy: str) -> str:
    """Return tidy text; raises RuleError where there is none. `message` and `remedy` are marked with `N_`."""
    found = tidy(text)
    if found is None:
        raise RuleError(_(message), _(remedy), field=field)
    return found
