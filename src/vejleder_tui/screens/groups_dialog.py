"""The question whether the recovery code was written down: two of its groups are typed."""

from __future__ import annotations

from textual.widgets import Input

from vejleder_tui.i18n import _
from vejleder_tui.screens.dialog import Dialog

__all__ = ["GroupsDialog"]


class GroupsDialog(Dialog):
    """The question after the recovery code; how the groups are typed does not matter, only what they say."""

    def on_mount(self) -> None:
        """Stand in the field: the safe answer is one Esc away, and nothing can be lost here."""
        self.call_after_refresh(self.query_one("#typed", Input).focus)

    def on_input_submitted(self) -> None:
        """Go on when the groups fit."""
        self._give(self._choices[1])

    def refusal(self) -> str:
        """Return what is said of groups that do not fit."""
        return _("Det passer ikke med koden. Skriv 3. og 6. gruppe igen, eller se koden med Esc.")

    def fits(self, typed: str) -> bool:
        """Return whether the two groups were typed, in any case and with anything between them."""
        return _bare(typed) == _bare(self._must_type)


def _bare(text: str) -> str:
    return "".join(sign for sign in text.upper() if sign.isalnum()).translate(str.maketrans("OILU", "011V"))
