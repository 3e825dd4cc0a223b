"""Texts in the rows of others that may name a person who is to be deleted, in every wording that the log has of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import N_, _
from vejleder_tui.model import fields_of
from vejleder_tui.rules.text import short_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.oplog import Database
    from vejleder_tui.rules.naming import NameFinder

__all__ = ["NamingText", "naming_texts"]

_WORDS = {
    ("session", "note"): N_("gruppens note"),
    ("attendance", "note"): N_("note om fremmøde"),
    ("guest", "label"): N_("gæst"),
    ("adverse_event", "action"): N_("negativ bi-effekt, hvad der blev gjort"),
    ("follow_up_task", "result"): N_("opfølgning, resultat"),
    ("peer_activity", "summary"): N_("peer-aktivitet, med egne ord"),
    ("peer_activity", "next_step"): N_("peer-aktivitet, aftalt næste skridt"),
    ("goal", "text"): N_("mål med borgerens ord"),
    ("goal_rating", "comment"): N_("kommentar til vurdering"),
    ("enrolment", "assessment"): N_("vurdering ved indskrivning"),
    ("citizen", "note"): N_("note om borger"),
}
"""What each text that travels alone is called."""

_TOGETHER = {
    "session": ("title", "theme_planned", "theme", "status_reason"),
    "attendance": ("late_reason",),
    "peer_activity": ("place",),
    "enrolment": ("over_capacity_reason",),
    "goal": ("gas_much_less", "gas_less", "gas_expected", "gas_more", "gas_much_more"),
    "course": ("title",),
    "course_exception": ("reason",),
    "citizen": ("address", "contact", "interpreter"),
}
"""Texts that travel with other values, so that no erase can take them by themselves."""

_TABLE_WORDS = {
    "session": N_("mødegang"), "attendance": N_("fremmøde"), "peer_activity": N_("peer-aktivitet"), "course": N_("forløb"),
    "enrolment": N_("indskrivning"), "goal": N_("mål"), "course_exception": N_("forløb"), "citizen": N_("borger"),
    "guest": N_("gæst"), "adverse_event": N_("negativ bi-effekt"), "follow_up_task": N_("opfølgning"),
    "goal_rating": N_("vurdering"),
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class NamingText:
    """A text in somebody else's row. `said` is the newest wording that names the person, `when` its day (ISO) or empty.

    `field` is empty for the reason of a correction, which is no field of the row.
    `older`: what stands there now does not name the person, and is written again afterwards. `owner` is the citizen whose
    row it is, or empty. `ticked`: proposed for deletion, since the person took part in the peer activity, or is named in full.
    """

    table: str
    row: str
    field: str
    where: str
    said: str
    when: str
    ticked: bool
    older: bool
    owner: str

    def __repr__(self) -> str:
        """Name the place without what it says."""
        return f"<NamingText {self.table} {self.row} {self.field}>"


def naming_texts(
    database: Database, finder: NameFinder, own: set[str], shared: set[str]
) -> tuple[tuple[NamingText, ...], tuple[NamingText, ...]]:
    """Return the texts of others that can be taken, and those that cannot be taken by themselves; the newest first.

    `own` are the person's rows, `shared` the peer activities in which the person took part.
    """
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line in _lines_with_text(database):
        if not finder.may(line):
            continue
        said = json.loads(line)
        if said["row"] in own:
            continue
        values = {name: text for name, text in said.get("values", {}).items() if _may_name(said["table"], name)}
        for name, text in (*values.items(), ("", said.get("reason"))):
            strength = finder.strength(text) if isinstance(text, str) else 0
            if strength:
                kept = found.setdefault((said["table"], said["row"], name), {"at": "", "said": "", "strength": 0})
                kept["strength"] = max(kept["strength"], strength)
                if said["at"] >= kept["at"]:
                    kept.update(at=said["at"], said=text)
    for activity in shared:
        for name in ("summary", "next_step"):
            if found.get(("peer_activity", activity, name)) is None and _ever_said(database, activity, name):
                found["peer_activity", activity, name] = {"at": "", "said": "", "strength": 0}
    texts = sorted(
        (_text(database, place, kept, shared, finder) for place, kept in found.items()),
        key=lambda one: (one.when, one.row),
        reverse=True,
    )
    return (
        tuple(one for one in texts if (one.table, one.field) in _WORDS),
        tuple(one for one in texts if (one.table, one.field) not in _WORDS),
    )


def _may_name(table: str, name: str) -> bool:
    return (table, name) in _WORDS or name in _TOGETHER.get(table, ())


def _lines_with_text(database: Database) -> Iterator[str]:
    """Yield every line that may hold a text; the log is gone through once, and of marks only those with words in them."""
    tables = sorted(({table for table, _name in _WORDS} | _TOGETHER.keys()) - {"attendance"})
    words = [name for table, name in _WORDS if table == "attendance"] + [*_TOGETHER["attendance"], "reason"]
    marks = ", ".join("?" for _one in tables)
    wanted = " OR ".join("instr(line, ?)" for _one in words)
    for (line,) in database.execute(
        f"SELECT line FROM operation WHERE line IS NOT NULL AND (table_name IN ({marks})"
        f" OR table_name = 'attendance' AND ({wanted}))",
        (*tables, *(f'"{name}":' for name in words)),
    ):
        yield line


def _ever_said(database: Database, row: str, name: str) -> bool:
    return (
        database.execute(
            "SELECT 1 FROM operation WHERE row = ? AND line IS NOT NULL AND instr(line, ?) LIMIT 1", (row, f'"{name}":')
        ).fetchone()
        is not None
    )


def _text(
    database: Database, place: tuple[str, str, str], kept: dict[str, Any], shared: set[str], finder: NameFinder
) -> NamingText:
    table, row, name = place
    day, about = _about(database, table, row)
    what = _(_WORDS[table, name]) if (table, name) in _WORDS else _(_TABLE_WORDS.get(table, table))
    stands = _standing(database, table, row, name) if name else ""
    return NamingText(
        table=table, row=row, field=name, where=f"{what}, {about}" if about else what, said=kept["said"] or stands,
        when=day, ticked=(table == "peer_activity" and row in shared) or kept["strength"] > 1,
        older=bool(stands and kept["strength"] and not finder.strength(stands)), owner=_owner(database, table, row),
    )  # fmt: skip


def _standing(database: Database, table: str, row: str, name: str) -> str:
    found = database.execute(f'SELECT "{name}" FROM "{table}" WHERE id = ?', (row,)).fetchone()
    return str(found[0] or "") if found else ""


def _owner(database: Database, table: str, row: str) -> str:
    if table == "citizen":
        return row
    return _standing(database, table, row, "citizen") if "citizen" in fields_of(table) else ""


_SESSION = (
    "SELECT coalesce(s.date, s.planned_date, ''), coalesce(c.title, s.title, '') FROM session s"
    " LEFT JOIN course c ON c.id = s.course WHERE s.id = "
)
_OF_SESSION = "(SELECT session FROM {table} WHERE id = ?)"
_OF_CITIZEN = (
    "SELECT {day}, coalesce(c.name, c.alias, ''), coalesce(c.call_name, '') FROM {table} t"
    " JOIN citizen c ON c.id = {citizen} WHERE t.id = ?"
)
_ABOUT = {
    "session": _SESSION + "?",
    **{table: _SESSION + _OF_SESSION.format(table=table) for table in ("attendance", "guest", "adverse_event")},
    "peer_activity": "SELECT coalesce(date, ''), '' FROM peer_activity WHERE id = ?",
    "course": "SELECT '', coalesce(title, '') FROM course WHERE id = ?",
    "course_exception": "SELECT coalesce(e.date, ''), coalesce(c.title, '') FROM course_exception e"
    " LEFT JOIN course c ON c.id = e.course WHERE e.id = ?",
    "citizen": _OF_CITIZEN.format(day="''", table="citizen", citizen="t.id"),
    "goal": _OF_CITIZEN.format(day="coalesce(t.baseline_date, '')", table="goal", citizen="t.citizen"),
    "goal_rating": _OF_CITIZEN.format(day="coalesce(t.date, '')", table="goal_rating", citizen="t.citizen"),
    "enrolment": _OF_CITIZEN.format(day="coalesce(t.from_date, '')", table="enrolment", citizen="t.citizen"),
    "follow_up_task": _OF_CITIZEN.format(day="coalesce(t.due, '')", table="follow_up_task", citizen="t.citizen"),
}


def _about(database: Database, table: str, row: str) -> tuple[str, str]:
    """Return the day of a row (ISO or empty), and what or whom it is about."""
    found = database.execute(_ABOUT[table], (row,)).fetchone()
    if found is None:
        return "", ""
    return found[0], short_name(found[1], found[2]) if len(found) > 2 else found[1]
