"""One row that waits to be settled: each field's values, who wrote them, when, on which laptop, and what they had seen."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.conflicts import CAME, CANCELLED, moment_of
from vejleder_tui.queries.history import named

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.conflicts import Conflict

__all__ = ["ConflictDetail", "ConflictField", "ConflictValue", "Written", "conflict_detail"]

Value = str | int | bool | None

VOID = "void"
SIGNED = frozenset({"attendance", "guest", "session_staff", "adverse_event"})
"""What belongs to a session, and asks for a reason once that is signed off."""


@dataclass(frozen=True, repr=False)
class Written:
    """One laptop's word: who, when (by that laptop's clock), where, why; and what stood there when it was written.

    `saw` is empty where nothing stood there. `field` is another field, where a change of that one keeps the row.
    """

    who: str
    at: datetime | None
    laptop: str
    reason: str = ""
    saw: tuple[Value, ...] = ()
    field: str = ""


@dataclass(frozen=True, repr=False)
class ConflictValue:
    """One of the values: as the log has it, as people name it (references by name), and all who wrote it, the oldest first.

    `shown`: it stands on the screens meanwhile. `proposed`: it is a correction, or was signed off.
    """

    value: Value
    name: Value
    written: tuple[Written, ...]
    shown: bool = False
    proposed: bool = False


@dataclass(frozen=True, repr=False)
class ConflictField:
    """One contested field; its values stand in the order they were first written. A key can only be looked at."""

    field: str
    values: tuple[ConflictValue, ...]
    key: bool = False

    @property
    def proposal(self) -> int:
        """The place of the value that is proposed, from 0; without one, of the value that is shown."""
        places = [at for at, one in enumerate(self.values) if one.proposed]
        return (places or [at for at, one in enumerate(self.values) if one.shown] or [0])[0]


@dataclass(frozen=True, repr=False)
class ConflictDetail:
    """One row that waits to be settled, with all its contested fields. `signed_off`: settling asks for a reason."""

    conflict: Conflict
    fields: tuple[ConflictField, ...]
    signed_off: bool = False


class _Log:
    """What was written of one row, folded or not waiting, by hash."""

    def __init__(self, reader: Reader, table: str, row: str) -> None:
        self.reader = reader
        found = all_rows(
            reader,
            "SELECT o.hash, o.seq, o.line, coalesce(d.name, substr(o.device, 1, 8)) FROM operation o"
            " LEFT JOIN device d ON d.id = o.device WHERE o.row = ? AND o.table_name = ? AND o.line IS NOT NULL"
            " AND o.hash NOT IN (SELECT hash FROM held) ORDER BY o.device, o.seq, o.hash",
            row,
            table,
        )
        self.said: dict[str, dict[str, Any]] = {one: json.loads(line) for one, _seq, line, _laptop in found}
        self.laptops = {one: laptop for one, _seq, _line, laptop in found}

    def value(self, one: str, field: str) -> Value:
        parts = self.said.get(one, {})
        value: Value = (parts.get("values") or {}).get(field, (parts.get("key") or {}).get(field))
        return value

    def leaves(self, field: str) -> list[str]:
        """Return the operations whose word on a field nobody has replaced."""
        wrote = [one for one, parts in self.said.items() if field in (parts.get("values") or {})]
        replaced = {seen for one in wrote for seen in (self.said[one].get("replaces") or {}).get(field, ())}
        return [one for one in wrote if one not in replaced]

    def fields(self) -> set[str]:
        return {field for parts in self.said.values() for field in parts.get("values") or {}}

    def written(self, one: str, field: str, *, about: str = "") -> Written:
        parts = self.said.get(one, {})
        seen = (parts.get("replaces") or {}).get(field) or []
        who = one_row(self.reader, "SELECT coalesce(initials, name, '') FROM worker WHERE id = ?", parts.get("actor"))
        return Written(
            who=who[0] if who else "", at=moment_of(parts.get("at") or ""), laptop=self.laptops.get(one, ""),
            reason=parts.get("reason") or "", field=about,
            saw=tuple(dict.fromkeys(named(self.reader, field, self.value(other, field)) for other in seen if other in self.said)),
        )  # fmt: skip

    def order(self, one: str) -> tuple[str, str]:
        return (self.said.get(one, {}).get("at") or "", one)


def conflict_detail(reader: Reader, conflict: Conflict) -> ConflictDetail:
    """Return the values of one row that is open; only the door to a citizen's record calls it, once that is logged."""
    log = _Log(reader, conflict.table, conflict.row)
    signed = _signed_off(reader, conflict)
    if conflict.kind == CANCELLED:
        return ConflictDetail(conflict, (_cancelled(reader, log, conflict.row),), signed_off=bool(signed))
    fields = []
    for field in conflict.fields:
        leaves = dict(
            all_rows(
                reader,
                "SELECT hash, value FROM contested WHERE table_name = ? AND row = ? AND field = ?",
                conflict.table,
                conflict.row,
                field,
            )
        )
        hashes = list(leaves)
        made = _void(log, hashes) if field == VOID else _values(log, field, leaves)
        shown = _shown(reader, conflict, field)
        values = tuple(replace(one, shown=_same(one.value, shown)) for one in made)
        key = any(field in (log.said.get(one, {}).get("key") or {}) for one in hashes)
        fields.append(ConflictField(field, _proposed(log, field, values, hashes, signed), key=key))
    return ConflictDetail(conflict, tuple(fields), signed_off=bool(signed))


def _same(one: Value, other: Value) -> bool:
    return one == other or (isinstance(one, bool) and isinstance(other, int) and bool(other) is one)


def _values(log: _Log, field: str, leaves: dict[str, str]) -> list[ConflictValue]:
    """Return the different values as the fold took them: a reference to a row that was erased reads as empty."""
    grouped: dict[str, list[str]] = {}
    for one in sorted(leaves, key=log.order):
        grouped.setdefault(leaves[one], []).append(one)
    return [
        ConflictValue(
            json.loads(value), named(log.reader, field, json.loads(value)),
            tuple(log.written(one, field) for one in group),
        )
        for value, group in grouped.items()
    ]  # fmt: skip


def _void(log: _Log, hashes: list[str]) -> list[ConflictValue]:
    """Return "keep" and "take away": for keeping speak those who said so, and those whose change was not seen."""
    away = [one for one in hashes if log.value(one, VOID)]
    seen = {
        other for one in away for fields in (log.said[one].get("replaces") or {}).values() for other in fields
    }  # fmt: skip
    keep = [log.written(one, VOID) for one in sorted(hashes, key=log.order) if not log.value(one, VOID)]
    keep += [
        log.written(one, field, about=field)
        for field in sorted(log.fields() - {VOID})
        for one in log.leaves(field)
        if one not in seen
    ]
    gone = tuple(log.written(one, VOID) for one in sorted(away, key=log.order))
    return [ConflictValue(False, False, tuple(keep)), ConflictValue(True, True, gone)]


def _cancelled(reader: Reader, log: _Log, session: str) -> ConflictField:
    """Return "held" and "cancelled" of a session where somebody is registered all the same."""
    came = all_rows(
        reader,
        "SELECT DISTINCT coalesce(w.initials, w.name, ''), coalesce(d.name, substr(o.device, 1, 8)),"
        " max(json_extract(o.line, '$.at')) FROM attendance a JOIN operation o ON o.row = a.id AND o.line IS NOT NULL"
        " LEFT JOIN device d ON d.id = o.device LEFT JOIN worker w ON w.id = json_extract(o.line, '$.actor')"
        f" WHERE a.session = ? AND a.void = 0 AND {CAME} GROUP BY 1, 2 ORDER BY 3",
        session,
    )
    held = tuple(Written(who, moment_of(at or ""), laptop, field="code") for who, laptop, at in came)
    said = tuple(log.written(one, "status") for one in log.leaves("status"))
    return ConflictField(
        "status", (ConflictValue("held", "held", held, shown=True), ConflictValue("cancelled", "cancelled", said))
    )


def _shown(reader: Reader, conflict: Conflict, field: str) -> Value:
    found = one_row(reader, f'SELECT "{field}" FROM "{conflict.table}" WHERE id = ?', conflict.row)
    value: Value = found[0] if found else None
    return value


def _signed_off(reader: Reader, conflict: Conflict) -> list[tuple[str, int]]:
    """Return the places (device, number) at which the session of the row was signed off."""
    if conflict.table != "session" and conflict.table not in SIGNED:
        return []
    if one_row(reader, "SELECT 1 FROM session WHERE id = ? AND signed_off_at IS NOT NULL", conflict.session) is None:
        return []
    found = all_rows(
        reader,
        "SELECT device, seq FROM operation WHERE row = ? AND table_name = 'session' AND line IS NOT NULL"
        " AND json_extract(line, '$.values.signed_off_at') IS NOT NULL",
        conflict.session,
    )
    return [(device, int(seq)) for device, seq in found]


def _proposed(
    log: _Log, field: str, values: tuple[ConflictValue, ...], hashes: list[str], signed: list[tuple[str, int]]
) -> tuple[ConflictValue, ...]:
    """Return the values with at most one proposed: the newest correction, else the newest that was signed off."""
    corrected = [one for one in hashes if log.said.get(one, {}).get("reason")]
    approved = [
        one
        for one in hashes
        if any(log.said.get(one, {}).get("device") == device and log.said[one]["seq"] < seq for device, seq in signed)
    ]
    chosen = max(corrected or approved, key=log.order, default=None)
    if chosen is None:
        return values
    right = log.value(chosen, field)
    return tuple(replace(one, proposed=type(one.value) is type(right) and one.value == right) for one in values)
