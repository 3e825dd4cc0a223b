"""Code lists as data, and their loader.

Each list is a CSV file in `data/`, named as the list: national codes with their official term and the source
they were taken from, and local ones. Definition texts are never carried.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from vejleder_tui.codes.attendance import (
    ABSENCE_REASONS,
    ATTENDANCE_KINDS,
    AbsenceReason,
    AttendanceClass,
    AttendanceKind,
    absence_reason,
    attendance_kind,
)
from vejleder_tui.i18n import language

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ABSENCE_REASONS",
    "ATTENDANCE_KINDS",
    "LISTS",
    "SOURCES",
    "AbsenceReason",
    "AttendanceClass",
    "AttendanceKind",
    "Code",
    "absence_reason",
    "attendance_kind",
    "code_list",
    "display",
    "lookup",
]

SOURCES = MappingProxyType(
    {
        "dst_": "Danmarks Statistik",
        "ffb_": "KL, Fælles Faglige Begreber (urn:oid:1.2.208.176.2.22)",
        "goal_": "HL7 FHIR R4 goal-achievement",
        "kl_": "KL, CareSocialCodes (http://fhir.kl.dk/term/CodeSystem/CareSocialCodes)",
        "kommunekoder": "HL7 Danmark, dk-core",
        "local_": "Lokal liste",
        "tils_": "T-ILS",
        "who5_": "WHO-5 (KL, KL-dk-tools)",
    }
)
"""Who answers for a list, by the beginning of its name; each code also names its own source."""

LISTS = (
    "dst_ydelsestype",
    "ffb_funktionsevneniveau",
    "ffb_maalgruppe",
    "ffb_maaltype",
    "ffb_opfoelgning_status",
    "ffb_stoettebehov",
    "ffb_tema",
    "ffb_tilbud",
    "ffb_undertema",
    "ffb_ydelse",
    "goal_achievement",
    "kl_begrundelse_indsatsophoer",
    "kl_kilde",
    "kl_kontaktklasse",
    "kl_kontakttype",
    "kl_leveringstype",
    "kl_maalfokus",
    "kl_maalkategori",
    "kl_vurderingstype",
    "kommunekoder",
    "local_afslutning",
    "local_bivirkning",
    "local_forloebstype",
    "local_fravaersaarsag",
    "local_fremmoede",
    "local_lovgrundlag",
    "local_peer_aktivitet",
    "local_peer_formaal",
    "local_peer_rolle",
    "local_tidsforbrug",
    "tils_answers",
    "who5_answers",
)
"""Every list that ships."""

_COLUMNS = ("code", "display_da", "display_en", "source")


@dataclass(frozen=True)
class Code:
    """One code of a list; `extra` holds the list's own columns (e.g. `theme_code`, `value_0_4`) as text."""

    list: str
    code: str
    display_da: str
    display_en: str
    source: str
    extra: Mapping[str, str] = field(hash=False)

    @property
    def display(self) -> str:
        """The term in the language in use."""
        return self.display_en if language() == "en" and self.display_en else self.display_da


@cache
def code_list(name: str) -> tuple[Code, ...]:
    """Return a list's codes in the order of its source.

    Read from disk at the first call. `KeyError` for a name that is not in `LISTS`.
    """
    return tuple(_by_code(name).values())


@cache
def _by_code(name: str) -> dict[str, Code]:
    if name not in LISTS:
        raise KeyError(name)
    path = Path(__file__).with_name("data") / f"{name}.csv"
    codes: dict[str, Code] = {}
    with path.open(encoding="utf-8", newline="") as readable:
        for row in csv.DictReader(readable):
            extra = {column: value for column, value in row.items() if column not in _COLUMNS}
            codes[row["code"]] = Code(
                list=name,
                code=row["code"],
                display_da=row["display_da"],
                display_en=row["display_en"],
                source=row["source"],
                extra=MappingProxyType(extra),
            )
    return codes


def lookup(name: str, code: str | None) -> Code | None:
    """Return one code of a list, or None where the list does not hold it."""
    return None if code is None else _by_code(name).get(code)


def display(name: str, code: str | None) -> str:
    """Return a code's term in the language in use; an unknown code stands for itself, None is empty."""
    if code is None:
        return ""
    found = lookup(name, code)
    return code if found is None else found.display
