"""How a third value is written where laptops disagree: what kind of field it is, what it can be, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.clock import as_utc, stamp
from vejleder_tui.codes.attendance import ABSENCE_REASONS, attendance_kinds
from vejleder_tui.codes.informants import INFORMANTS
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog import VOID
from vejleder_tui.queries.base import all_rows
from vejleder_tui.rules import cpr
from vejleder_tui.rules.dates import parse_date, parse_time
from vejleder_tui.rules.goals import GoalType
from vejleder_tui.services.consents import CONSENT_SCOPES
from vejleder_tui.services.courses import FACILITATOR_ROLES
from vejleder_tui.services.grants import GRANT_SOURCES
from vejleder_tui.services.peer import LOADS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from vejleder_tui.oplog import Value
    from vejleder_tui.queries.base import Reader

__all__ = ["Entry", "entry_of", "read_entry"]

FIXED = "fixed"
"""A field whose third value has a form of its own, or that no person writes: one of the values is chosen."""

_FIXED = frozenset({
    ("course", "plan"), ("device", "sign_key"), ("device", "seal_key"), ("device", "revoked_seq"),
    ("device", "revoked_hash"), ("device", "fork_seen"), ("device", "organisation"), ("session", "signed_off_at"),
    ("session", "signed_off_by"), ("enrolment", "grant_id"), ("goal", "enrolment"), ("goal", "parent"),
    ("peer_activity", "session"), ("peer_activity", "goal"), ("goal_rating", "session"), ("guest", "citizen"),
})  # fmt: skip
_CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("session", "status"): ("planned", "held", "cancelled", "moved"), ("session", "incidents"): ("none", "some"),
    ("course", "status"): ("planned", "running", "ended"), ("course", "kind"): ("closed", "rolling", "open"),
    ("course", "duration"): ("time_limited", "ongoing"),
    ("enrolment", "status"): ("waiting", "offered", "enrolled", "paused", "completed", "ended"),
    ("goal", "status"): ("active", "ended"), ("goal", "kind"): ("goal", "subgoal", "wish"),
    ("goal", "goal_type"): tuple(one.value for one in GoalType), ("grant", "source"): GRANT_SOURCES,
    ("consent", "scope"): CONSENT_SCOPES, ("course_facilitator", "role"): FACILITATOR_ROLES,
    ("peer_activity", "shared"): ("yes", "no"), ("peer_activity", "load"): LOADS,
    ("attendance", "reason"): tuple(one.code for one in ABSENCE_REASONS),
    ("goal_rating", "informant"): tuple(one.code for one in INFORMANTS),
    ("worker", "role"): ("worker", "coordinator", "exporter"),
}  # fmt: skip
_LISTS = {
    ("enrolment", "end_reason"): "local_afslutning", ("goal", "end_reason"): "kl_begrundelse_indsatsophoer",
    ("course", "end_reason"): "local_afslutning", ("goal", "condition"): "ffb_undertema",
    ("goal", "secondary"): "ffb_undertema", ("grant", "service"): "ffb_ydelse", ("programme", "service"): "ffb_ydelse",
    ("citizen", "municipality"): "kommunekoder", ("venue", "municipality"): "kommunekoder",
    ("peer_activity", "form"): "local_peer_aktivitet", ("peer_participant", "peer_role"): "local_peer_rolle",
    ("grant", "legal_basis"): "local_lovgrundlag", ("enrolment", "legal_basis"): "local_lovgrundlag",
    ("citizen_target_group", "code"): "ffb_maalgruppe", ("adverse_event", "kind"): "local_bivirkning",
}  # fmt: skip
_BOUNDS = {
    "baseline": (0, 4), "target": (0, 4), "level": (0, 4), "gas": (-2, 2), "self_rating": (0, 10), "severity": (1, 3),
    "minutes": (1, 1440), "minutes_a_week": (1, 10080), "guidance_minutes": (0, 1440),
}  # fmt: skip
_NAMED = {
    "venue": "SELECT id, name FROM venue WHERE void = 0 ORDER BY name, id",
    "programme": "SELECT id, name FROM programme WHERE void = 0 ORDER BY name, id",
    "centre": "SELECT id, name FROM centre WHERE void = 0 ORDER BY name, id",
}
_MOST = 9999


@dataclass(frozen=True)
class Entry:
    """How a field is written. `kind`: text, box, number, decimal, date, moment, choice or fixed (it is only chosen).

    `choices` are (value, name); the name is empty for a code, whose word is said by whoever shows it. Numbers lie from
    `least` to `most`.
    """

    table: str
    field: str
    kind: str
    choices: tuple[tuple[Value, str], ...] = ()
    least: int = 0
    most: int = _MOST


def entry_of(reader: Reader, table: str, field: str) -> Entry:
    """Return how a field of a record is written; raises RuleError for a field that there is not."""
    if field == VOID:
        return Entry(table, field, FIXED)
    info = fields_of(table).get(field)
    if info is None:
        raise RuleError(_("Feltet findes ikke."), _("Se felterne med: vejleder conflicts show ID."), field=field)
    least, most = _BOUNDS.get(field, (0, _MOST))
    if info.key or (table, field) in _FIXED:
        return Entry(table, field, FIXED)
    if info.kind is Kind.TEXT:
        return Entry(table, field, "box" if info.alone else "text")
    if info.kind is Kind.BOOLEAN:
        return Entry(table, field, "choice", ((True, ""), (False, "")))
    if info.kind in {Kind.CODE, Kind.UUID}:
        found = _named(reader, info.references or "") or _coded(table, field)
        return Entry(table, field, "choice" if found else FIXED, found)
    kind = {Kind.INTEGER: "number", Kind.DECIMAL: "decimal", Kind.DATE: "date", Kind.MOMENT: "moment"}[info.kind]
    return Entry(table, field, kind, least=least, most=most)


def read_entry(entry: Entry, text: str, today: date, word: Callable[[Value], str] = str) -> Value:
    """Return what `text` says for a field; nothing but blanks empties it. `word` names a choice. Raises RuleError."""
    typed = text.strip()
    if entry.kind == FIXED:
        raise RuleError(
            _("Feltet kan ikke få en tredje værdi her."), _("Vælg en af værdierne ved dens nummer."), field=entry.field
        )
    if not typed:
        return None
    readers: dict[str, Callable[[], Value]] = {
        "choice": lambda: _chosen(entry, typed, word),
        "date": lambda: parse_date(typed, today, field=entry.field).isoformat(),
        "moment": lambda: _moment(entry, typed, today),
        "number": lambda: _number(entry, typed),
        "decimal": lambda: _decimal(entry, typed),
    }
    if entry.kind in readers:
        return readers[entry.kind]()
    if entry.table == "citizen" and entry.field in {"cpr", "substitute_number"}:
        return cpr.parse(typed, today).number
    return typed


def _moment(entry: Entry, typed: str, today: date) -> str:
    day, _blank, time = typed.rpartition(" ")
    return stamp(as_utc(parse_date(day, today, field=entry.field), parse_time(time, field=entry.field)))


def _named(reader: Reader, references: str) -> tuple[tuple[Value, str], ...]:
    return (
        tuple((row, name or "–") for row, name in all_rows(reader, _NAMED[references])) if references in _NAMED else ()
    )


def _coded(table: str, field: str) -> tuple[tuple[Value, str], ...]:
    if (table, field) == ("attendance", "code"):
        return tuple((one.code, "") for one in attendance_kinds())
    found: tuple[str, ...] = _CHOICES.get((table, field), ())
    if (table, field) in _LISTS:
        found = tuple(one.code for one in codes.code_list(_LISTS[table, field]))
    return tuple((one, "") for one in found)


def _chosen(entry: Entry, typed: str, word: Callable[[Value], str]) -> Value:
    said = typed.casefold()
    names = [(value, (name or word(value)).casefold()) for value, name in entry.choices]
    fitting = [value for value, name in names if said in {str(value).casefold(), name}]
    fitting = fitting or [value for value, name in names if name.startswith(said)]
    if len(fitting) == 1:
        return fitting[0]
    shown = ", ".join((name or word(value)) for value, name in entry.choices[:12])
    raise RuleError(
        _("Det er ikke en af mulighederne."), _("Vælg: {choices}.").format(choices=shown), field=entry.field
    )


def _number(entry: Entry, typed: str) -> int:
    plain = typed.replace(".", "")
    if plain.removeprefix("-").isdecimal() and len(plain) < 12 and entry.least <= int(plain) <= entry.most:
        return int(plain)
    raise RuleError(
        _("Det skal være et helt tal fra {least} til {most}.").format(least=entry.least, most=entry.most),
        field=entry.field,
    )


def _decimal(entry: Entry, typed: str) -> str:
    try:
        found = Decimal(typed.replace(".", "").replace(",", ".") if "," in typed else typed)
    except InvalidOperation:
        found = Decimal(-1)
    if found.is_finite() and 0 <= found < _MOST + 1:
        return f"{found.normalize():f}"
    raise RuleError(_("Det skal være et tal, fx 1,5."), field=entry.field)
