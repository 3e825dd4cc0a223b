"""What people at this laptop are told when somebody elsewhere deleted a person for ever."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import whole_date

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["erased_notice"]


def erased_notice(about: Mapping[str, str]) -> str:
    """Return the sentences of a notice: `withdrawn` bundles, whether one was `written` again, `until` when copies live."""
    told = [_("En koordinator har slettet en borger for altid. Kladder, der nævnte borgeren, er slettet med.")]
    withdrawn = int(about.get("withdrawn") or 0)
    if withdrawn:
        told.append(
            ngettext(
                "{count} pakke, som ingen havde kvitteret for, er slettet.",
                "{count} pakker, som ingen havde kvitteret for, er slettet.",
                withdrawn,
            ).format(count=withdrawn)
        )
        told.append(_("En ny er skrevet: aflevér den.") if about.get("written") else _("Skriv en ny i Overdragelse."))
    if about.get("until"):
        day = whole_date(date.fromisoformat(about["until"]))
        told.append(_("Kopier fra før sletningen er væk senest {date}.").format(date=day))
    if about.get("trouble"):
        told.append(_("Filerne er ikke færdige; det prøves igen ved næste start."))
    return " ".join(told)
