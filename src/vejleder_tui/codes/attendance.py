"""The built-in attendance codes and reasons for absence, with the letters that set them.

from typing import NamedTuple
A municipality may add codes of its own as records; these are what every laptop starts with.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from vejleder_tui.i18n import language

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ABSENCE_REASONS",
    "ATTENDANCE_KINDS",
    "AbsenceReason",
    "AttendanceClass",
    "AttendanceKind",
    "absence_reason",
    "attendance_kind",
    "attendance_kinds",
    "is_built_in",
    "use_own_kinds",
]


class AttendanceClass(StrEnum):
    """What an attendance code counts as. Not registered is no class: it is the absence of a code."""

    ATTENDED = "attended"
    ABSENT = "absent"
    NOT_EXPECTED = "not_expected"


class AttendanceKind(NamedTuple):
    """One attendance code: its sign on the screen (also the key that sets it, "" = no key), word and class."""

    code: str
    letter: str
    word_da: str
    word_en: str
    klass: AttendanceClass
    active: bool = True

    @property
    def word(self) -> str:
        """The word in the language in use."""
        return self.word_en if language() == "en" else self.word_da


class AbsenceReason(NamedTuple):
    """One reason for an absence; `letters` are the keys that choose it, the first is shown."""

    code: str
    letters: tuple[str, ...]
    word_da: str
    word_en: str

    @property
    def word(self) -> str:
        """The word in the language in use."""
        return self.word_en if language() == "en" else self.word_da


ATTENDANCE_KINDS = (
    AttendanceKind("present", "F", "fremmødt", "attended", AttendanceClass.ATTENDED),
    AttendanceKind("partial", "D", "delvist", "in part", AttendanceClass.ATTENDED),
    AttendanceKind("online", "O", "online", "online", AttendanceClass.ATTENDED),
    AttendanceKind("absent_notified", "A", "afbud", "with notice", AttendanceClass.ABSENT),
    AttendanceKind("absent_unnotified", "U", "udeblevet", "no-show", AttendanceClass.ABSENT),
    AttendanceKind("excused_system", "", "aflyst af tilbuddet", "cancelled by us", AttendanceClass.NOT_EXPECTED),
    AttendanceKind("not_enrolled", "", "ikke indskrevet", "not enrolled", AttendanceClass.NOT_EXPECTED),
)
"""In the order of the keys under the roster."""

ABSENCE_REASONS = (
    AbsenceReason("illness", ("s",), "sygdom", "illness"),
    AbsenceReason("anxiety", ("p",), "psykisk belastning/angst", "mental strain or anxiety"),
    AbsenceReason("transport_logistics", ("t",), "transport – logistik", "transport: logistics"),
    AbsenceReason("transport_cost", ("ø", "k"), "transport – økonomi", "transport: cost"),
    AbsenceReason("job_education", ("j",), "job eller uddannelse", "job or education"),
    AbsenceReason("admission", ("i",), "indlæggelse", "hospital admission"),
    AbsenceReason("group_dynamics", ("g",), "forhold i gruppen", "group circumstances"),
    AbsenceReason("moved", ("f",), "flyttet", "moved"),
    AbsenceReason("other", ("a",), "andet", "other"),
    AbsenceReason("unknown", ("u",), "ukendt", "unknown"),
)
"""In the order of the bar that asks for them; `k` stands in for `ø` on other keyboards."""

_BUILT_IN = {kind.code: kind for kind in ATTENDANCE_KINDS}
_kinds = dict(_BUILT_IN)
_REASONS = {reason.code: reason for reason in ABSENCE_REASONS}


def attendance_kind(code: str | None) -> AttendanceKind | None:
    """Return an attendance code, built-in or the municipality's own, or None for an unknown one and "not registered"."""
    return None if code is None else _kinds.get(code)


def attendance_kinds() -> tuple[AttendanceKind, ...]:
    """Return every attendance code that can be chosen, the built-in ones first."""
    return tuple(kind for kind in _kinds.values() if kind.active)


def is_built_in(code: str) -> bool:
    """Return whether a code is the program's own; its class is fixed."""
    return code in _BUILT_IN


def use_own_kinds(own: Iterable[AttendanceKind]) -> None:
    """Take into use what the open store says of attendance codes: other words, codes put away, own codes."""
    _kinds.clear()
    _kinds.update(_BUILT_IN)
    _kinds.update({kind.code: kind for kind in own})


def absence_reason(code: str | None) -> AbsenceReason | None:
    """Return a built-in reason for absence, or None."""
    return None if code is None else _REASONS.get(code)
