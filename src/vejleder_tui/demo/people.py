"""Who takes part: citizens with their target group, consent and grant.

CPR numbers are MedCom's published test numbers (hl7dk/dk-core, TestPatienter.fsh) of adults, and no others; the names
are invented. Everybody else has a substitute number (X-eCPR) or an alias only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.demo.scene import read_rows
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.consents import give_consent
from vejleder_tui.services.grants import new_grant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.demo.scene import Scene
    from vejleder_tui.services.desk import Desk

__all__ = ["ASSESSMENTS", "PEOPLE", "basis_of", "target_group", "welcome"]

ASSESSMENTS = (
    "Gruppen kan forebygge, at isolationen bliver værre.",
    "Tilbuddet kan styrke hverdagen, så der ikke bliver brug for mere støtte.",
    "Kan øve det sociale i trygge rammer; forventes at klare sig uden støtte bagefter.",
    "Fællesskabet kan bedre søvn og døgnrytme.",
)
"""The line that § 82 a asks for in place of a grant."""
PEOPLE = {row["key"]: row for row in read_rows("people")}


def basis_of(person: str) -> str:
    """Return the legal basis on which somebody of the data takes part."""
    return PEOPLE[person]["legal_basis"]


def target_group(term: str) -> tuple[str, ...]:
    """Return the FFB code of a target group by its term, or nothing."""
    return tuple(one.code for one in codes.code_list("ffb_maalgruppe") if one.display_da == term)


def welcome(desk: Desk, scene: Scene, person: str) -> None:
    """Register one citizen of the data, with the grant and the consents that go with it."""
    row: Mapping[str, str] = PEOPLE[person]
    # As long as MedCom's youngest are not yet adults, nobody is enrolled: see `sizes.FIRST_DAY`.
    citizen = new_citizen(
        desk, name=row["name"], alias=row["alias"], number=row["number"], municipality=row["municipality"],
        protected=bool(row["protected"]), interpreter=row["interpreter"], note=row["note"],
        target_groups=target_group(row["target_group"]),
    ).citizen  # fmt: skip
    scene.citizens[person] = citizen
    if row["grant_from"]:
        start = int(row["grant_from"])
        scene.grants[person] = new_grant(
            desk, citizen, legal_basis=row["legal_basis"], from_date=scene.on(start),
            to_date=scene.on(int(row["grant_to"])), minutes_a_week=120,
            case_number=f"{scene.on(start):%Y}-{1000 + len(scene.grants)}", source="letter",
            follow_up_date=scene.on(int(row["grant_to"]) - 30),
        ).row  # fmt: skip
    if (row["name"] and scene.chance.random() < 0.7) or person == "einer":
        give_consent(desk, citizen, "sharing")
