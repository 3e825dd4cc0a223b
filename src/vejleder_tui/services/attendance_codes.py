"""The attendance codes that a coordinator words, puts away or adds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vejleder_tui.codes.attendance import AttendanceClass, attendance_kind, is_built_in, use_own_kinds
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.ids import natural_id
from vejleder_tui.model import AttendanceCode
from vejleder_tui.queries.attendance_codes import own_attendance_kinds

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["set_attendance_code"]

_CODE = re.compile(r"[a-z][a-z0-9_]{1,30}")


def set_attendance_code(
    desk: Desk, code: str, *, word: str | None = None, klass: str | None = None, active: bool | None = None
) -> Saved:
    """Word a built-in attendance code anew, put it away (`active` False), or add one of the municipality's own.

    `klass` is attended, absent or not_expected; a new code needs it and a word, a built-in one keeps its own. What was
    registered under a code that was put away keeps it. For coordinators. Raises RuleError with the field.
    """
    if desk.actor.role != "coordinator":
        raise RuleError(_("Kun en koordinator kan ændre koderne for fremmøde."))
    if _CODE.fullmatch(code) is None:
        raise RuleError(
            _("Koden skal være 2–31 små bogstaver a–z, tal eller _."), _("Skriv fx dropped_in."), field="code"
        )
    if klass is not None and (is_built_in(code) or klass not in set(AttendanceClass)):
        raise RuleError(
            _("Den klasse kan koden ikke have."),
            _("Vælg attended, absent eller not_expected for en ny kode."),
            field="klass",
        )
    if attendance_kind(code) is None and not (klass and word and word.strip()):
        raise RuleError(_("En ny kode skal have både et ord og en klasse."), field="word")
    given = {"word": word.strip() if word else None, "klass": klass, "active": active}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    with desk.transaction(N_("kode for fremmøde: {code}"), code=code) as work:
        row = natural_id("attendance_code", code)
        if work.find(AttendanceCode, row) is None:
            work.create(AttendanceCode, row, {"code": code})
        work.change(AttendanceCode, row, **values)
        saved = work.saved(row)
    use_own_kinds(own_attendance_kinds(desk.store.connection))
    return saved
