"""What the municipality's own records say of attendance codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.codes.attendance import ATTENDANCE_KINDS, AttendanceClass, AttendanceKind
from vejleder_tui.queries.base import all_rows

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = ["own_attendance_kinds"]


def own_attendance_kinds(reader: Reader) -> list[AttendanceKind]:
    """Return built-in codes as the municipality words them, then its own codes; what is missing is as built in.

    A built-in code keeps its class and its key whatever the record says.
    """
    built_in = {kind.code: kind for kind in ATTENDANCE_KINDS}
    found = []
    for code, klass, word, letter, active in all_rows(
        reader, "SELECT code, klass, word, letter, active FROM attendance_code WHERE void = 0 ORDER BY code"
    ):
        known = built_in.get(code)
        if known is None and klass not in set(AttendanceClass):
            continue
        found.append(
            AttendanceKind(
                code=code,
                letter=known.letter if known else (letter or ""),
                word_da=word or (known.word_da if known else code),
                word_en=word or (known.word_en if known else code),
                klass=known.klass if known else AttendanceClass(klass),
                active=active is None or bool(active),
            )
        )
    return found
