"""What is to be settled, in words: for the list, the values side by side, I dag and the command line (no Textual here)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.clock import local, local_date
from vejleder_tui.codes.attendance import absence_reason, attendance_kind
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.conflicts import CANCELLED
from vejleder_tui.rules.formats import short_date, whole_date
from vejleder_tui.screens.history_words import label, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from vejleder_tui.queries.conflict_marks import Differing
    from vejleder_tui.queries.conflict_values import ConflictField, ConflictValue, Written
    from vejleder_tui.queries.conflicts import Conflict

__all__ = [
    "count_words",
    "differing_words",
    "field_word",
    "fields_words",
    "headline",
    "saw_words",
    "table_word",
    "value_word",
    "when_words",
    "written_words",
]

_TABLES = {
    "session": N_("Mødegang"), "attendance": N_("Fremmøde"), "citizen": N_("Borger"), "goal": N_("Mål"),
    "goal_rating": N_("Vurdering"), "enrolment": N_("Indskrivning"), "grant": N_("Bevilling"), "course": N_("Forløb"),
    "peer_activity": N_("Peer-aktivitet"), "peer_participant": N_("Peer-deltager"), "guest": N_("Gæst"),
    "session_staff": N_("Tidsforbrug"), "adverse_event": N_("Bi-effekt"), "venue": N_("Sted"),
    "worker": N_("Medarbejder"), "device": N_("Computer"), "consent": N_("Samtykke"), "programme": N_("Indsats"),
    "follow_up_task": N_("Opfølgning"), "course_facilitator": N_("Tovholder"), "course_exception": N_("Dag uden møde"),
    "citizen_target_group": N_("Målgruppe"), "attendance_code": N_("Fremmødekode"), "setting": N_("Indstilling"),
    "same_person": N_("Samme borger"), "organisation": N_("Kommune"), "centre": N_("Center"),
}  # fmt: skip
_TIMES = frozenset({"start_at", "end_at", "date"})
_OPEN = frozenset({"cpr", "substitute_number"})
"""Masked everywhere else; here they are compared, and that is logged."""


def table_word(table: str, fields: tuple[str, ...] = ()) -> str:
    """Return what a record is called; a session of which only the times differ is "Mødetid"."""
    if table == "session" and fields and set(fields) <= _TIMES:
        return _("Mødetid")
    return _(_TABLES[table]) if table in _TABLES else _("Oplysning")


def headline(one: Conflict, today: date, *, who: str | None = None) -> str:
    """Return "Fremmøde: Einer M., 24-11, ABC-gruppe"; `who` stands in for the citizen's name."""
    name = one.name if who is None else who
    day = short_date(one.day, today) if one.day else ""
    about = ", ".join(part for part in (name, day, one.group, one.what if one.what != one.group else "") if part)
    word = table_word(one.table, one.fields)
    return f"{word}: {about}" if about else word


def fields_words(one: Conflict) -> str:
    """Return which fields differ: "kode, minutter"; of a cancelled session that somebody came to, that."""
    if one.kind == CANCELLED:
        return _("aflyst, men registreret")
    return ", ".join(field_word(one.table, field) for field in one.fields)


def field_word(table: str, field: str) -> str:
    """Return what a field is called, as it stands before its values."""
    if field == "void":
        return _("fjernet eller ej")
    if (table, field) == ("attendance", "code"):
        return _("fremmøde")
    return label(field)


def value_word(table: str, field: str, one: ConflictValue | object) -> str:
    """Return a value as people say it, "–" for an empty one."""
    value = getattr(one, "name", one)
    said = shown(field, value)
    if field == "void":
        said = _("fjern") if value else _("behold")
    elif (table, field) == ("attendance", "code"):
        kind = attendance_kind(str(value)) if value else None
        said = _("ikke registreret") if not value else kind.word if kind else said
    elif (table, field) == ("attendance", "reason") and value:
        reason = absence_reason(str(value))
        said = reason.word if reason else said
    elif field in _OPEN and value:
        text = str(value)
        said = f"{text[:6]}-{text[6:]}"
    elif field == "address" and value:
        said = str(value)
    return said


def when_words(at: datetime | None, today: date) -> str:
    """Return "24-11 10:42", by that laptop's clock; "–" where it told no time."""
    if at is None:
        return "–"
    here = local(at)
    return f"{short_date(here.date(), today)} {here:%H:%M}"


def written_words(one: Written, today: date) -> str:
    """Return "MJ på Bærbar 2, 24-11 10:42"."""
    return _("{who} på {laptop}, {when}").format(who=one.who or "–", laptop=one.laptop, when=when_words(one.at, today))


def saw_words(table: str, field: ConflictField, one: Written) -> str:
    """Return what stood there when a value was written: "havde set: afbud", "havde intet set"."""
    if one.field and field.field == "void":
        return _("ændrede: {field}").format(field=field_word(table, one.field))
    if one.field:
        return _("registrerede fremmøde")
    if not one.saw:
        return _("så intet før")
    return _("så før: {values}").format(values=" / ".join(value_word(table, field.field, value) for value in one.saw))


def differing_words(found: Sequence[Differing]) -> str:
    """Return "afklares: minutter 60 / 45, note" for the detail line, nothing where nothing is open."""
    said = []
    for one in found:
        word = field_word(one.table, one.field)
        values = " / ".join(_values_words(one))
        said.append(f"{word} {values}" if values else word)
    return _("afklares: {values}").format(values=", ".join(said)) if said else ""


def _values_words(one: Differing) -> list[str]:
    """Return the values; of moments on one day only the times, since a line has little room."""
    words = [value_word(one.table, one.field, value) for value in one.values]
    days = {word.partition(" ")[0] for word in words}
    if one.field in {"start_at", "end_at"} and len(days) == 1 and all(" " in word for word in words):
        return [word.partition(" ")[2] for word in words]
    return words


def count_words(count: int) -> str:
    """Return "(1 til afklaring)" for beside a figure, nothing where nothing is open."""
    return _("({count} til afklaring)").format(count=count) if count else ""


def newest_words(one: Conflict, today: date) -> str:
    """Return when the newest of the values was written: "i dag 10:42", "24-11 10:42"."""
    if one.at is None:
        return "–"
    day = local_date(one.at)
    return f"{local(one.at):%H:%M}" if day == today else f"{short_date(day, today)} {local(one.at):%H:%M}"


def whole_when(at: datetime | None) -> str:
    """Return a moment with its whole date, for the command line."""
    return "–" if at is None else f"{whole_date(local_date(at))} {local(at):%H:%M}"
