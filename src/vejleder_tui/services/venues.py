"""Venues and programmes: where groups meet, and the methods that courses follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Programme, Venue
from vejleder_tui.services.shared import organisation_of, required, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["VENUE_KINDS", "change_venue", "new_programme", "new_venue"]

VENUE_KINDS = ("centre", "library", "housing", "school", "drop_in", "other")


def new_venue(
    desk: Desk,
    name: str,
    *,
    kind: str = "other",
    address: str = "",
    municipality: str | None = None,
    capacity: int | None = None,
    centre: str | None = None,
) -> Saved:
    """Register a place where groups meet; raises RuleError (`name`, `kind`, `municipality`, `capacity`)."""
    values = _checked(name, kind, address, municipality, capacity)
    with desk.transaction(N_("nyt sted: {what}"), what=str(values["name"])) as work:
        key = {"organisation": organisation_of(work)}
        return work.saved(work.create(Venue, work.new_id(), key, centre=centre, **values))


def change_venue(
    desk: Desk,
    venue: str,
    name: str,
    *,
    kind: str,
    address: str = "",
    municipality: str | None = None,
    capacity: int | None = None,
) -> Saved:
    """Change a place; raises as `new_venue`, and NotFoundError."""
    values = _checked(name, kind, address, municipality, capacity)
    with desk.transaction(N_("sted: {what}"), what=str(values["name"])) as work:
        work.change(Venue, venue, **values)
        return work.saved(venue)


def _checked(name: str, kind: str, address: str, municipality: str | None, capacity: int | None) -> dict[str, Any]:
    called = required(name, "name", N_("Stedets navn mangler."), N_("Skriv fx Biblioteket."))
    if kind not in VENUE_KINDS:
        raise RuleError(_("Vælg, hvad det er for et sted."), field="kind")
    if municipality is not None and codes.lookup("kommunekoder", municipality) is None:
        raise RuleError(_("Kommunen kendes ikke."), _("Vælg den på listen."), field="municipality")
    if capacity is not None and capacity < 1:
        raise RuleError(
            _("Antal pladser skal være mindst 1."), _("Skriv et tal, eller lad feltet stå tomt."), field="capacity"
        )
    return {
        "name": called, "kind": kind, "address": tidy(address), "municipality": municipality, "capacity": capacity,
    }  # fmt: skip


def new_programme(
    desk: Desk,
    name: str,
    *,
    method: str | None = None,
    version: int = 1,
    core_elements: str = "",
    common_elements: Iterable[str] = (),
    service: str | None = None,
    legal_bases: Iterable[str] = (),
    target_groups: Iterable[str] = (),
    expected_sessions: int | None = None,
    expected_minutes: int | None = None,
) -> Saved:
    """Register a method that courses follow; minutes are of the whole course.

    Raises RuleError (`name`, `legal_bases`, `service`).
    """
    called = required(name, "name", N_("Indsatsens navn mangler."), N_("Skriv fx Social færdighedstræning."))
    bases = list(legal_bases)
    if any(codes.lookup("local_lovgrundlag", basis) is None for basis in bases):
        raise RuleError(_("Lovgrundlaget kendes ikke."), _("Vælg det på listen."), field="legal_bases")
    if service is not None and codes.lookup("ffb_ydelse", service) is None:
        raise RuleError(_("Ydelsen kendes ikke."), _("Vælg den på listen."), field="service")
    with desk.transaction(N_("ny indsats: {what}"), what=called) as work:
        key = {"organisation": organisation_of(work)}
        return work.saved(
            work.create(
                Programme, work.new_id(), key, name=called, version=version, method=method,
                core_elements=tidy(core_elements), common_elements=" ".join(common_elements) or None, service=service,
                legal_bases=" ".join(bases) or None, target_groups=" ".join(target_groups) or None,
                expected_sessions=expected_sessions, expected_minutes=expected_minutes,
            )
        )  # fmt: skip
