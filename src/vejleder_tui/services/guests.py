"""Guests (gæster) at a session: by name, by initials, or as a number of heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Attendance, Citizen, GroupSession, Guest
from vejleder_tui.rules.text import clean
from vejleder_tui.services.attendance import attendance_id, mark, refuse_signed_off
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["MOST_GUESTS", "GuestSaved", "add_guest", "promote_guest", "remove_guest", "set_unnamed_guests"]

MOST_GUESTS = 500
"""More heads than that is a typing error."""


@dataclass(frozen=True)
class GuestSaved:
    """The receipt; `label` of a named guest or `heads` of unnamed ones that were added."""

    saved: Saved
    label: str = ""
    heads: int = 0


def add_guest(desk: Desk, ref: SessionRef, text: str, *, correction: str | None = None) -> GuestSaved:
    """Add what was typed in one line: a whole number is so many unnamed guests more, anything else is a name or initials.

    Raises RuleError with the field `guest`, or `reason` when the session is signed off.
    """
    line = " ".join(clean(text).split())
    if not line:
        raise RuleError(_("Gæsten mangler."), _("Skriv et navn, initialer eller et antal."), field="guest")
    with desk.transaction(N_("gæst: {what}"), what=line) as work:
        refuse_signed_off(work, ref.id, correction)
        ensure_session(work, ref)
        if line.isascii() and line.isdigit():
            already = work.get(GroupSession, ref.id).unnamed_guests or 0
            heads = int(line)
            _check_heads(heads + already)
            if heads == 0:
                raise RuleError(_("Gæsten mangler."), _("Skriv et navn, initialer eller et antal."), field="guest")
            work.change(GroupSession, ref.id, correction=correction, unnamed_guests=already + heads)
            done = GuestSaved(work.saved(ref.id), heads=heads)
        else:
            guest = work.new_id()
            work.create(Guest, guest, {"session": ref.id}, correction=correction, label=line)
            done = GuestSaved(work.saved(guest), label=line)
    return done


def set_unnamed_guests(desk: Desk, ref: SessionRef, heads: int, *, correction: str | None = None) -> Saved:
    """Say how many unnamed guests there were in all; raises RuleError with the field `guests`."""
    with desk.transaction(N_("antal gæster")) as work:
        refuse_signed_off(work, ref.id, correction)
        _check_heads(heads)
        ensure_session(work, ref)
        work.change(GroupSession, ref.id, correction=correction, unnamed_guests=heads or None)
        return work.saved(ref.id)


def promote_guest(desk: Desk, ref: SessionRef, guest: str, citizen: str, *, correction: str | None = None) -> Saved:
    """Say which citizen a guest is; who has no mark at the session yet is registered as having come."""
    with desk.transaction(N_("gæst er nu borger")) as work:
        refuse_signed_off(work, ref.id, correction)
        work.get(Guest, guest)
        work.get(Citizen, citizen)
        work.change(Guest, guest, correction=correction, citizen=citizen)
        known = work.find(Attendance, attendance_id(ref.id, citizen))
        if known is None or known.code is None:
            mark(desk, ref, citizen, "present", source="walk_in", correction=correction)
        return work.saved(guest)


def remove_guest(desk: Desk, ref: SessionRef, guest: str, *, correction: str | None = None) -> Saved:
    """Take a named guest away."""
    with desk.transaction(N_("gæst fjernet")) as work:
        refuse_signed_off(work, ref.id, correction)
        work.get(Guest, guest)
        work.void(Guest, guest, correction=correction)
        return work.saved(guest)


def _check_heads(heads: int) -> None:
    if not 0 <= heads <= MOST_GUESTS:
        raise RuleError(
            _("Så mange gæster kan der ikke være."),
            _("Skriv et tal fra 0 til {most}.").format(most=MOST_GUESTS),
            field="guests",
        )
