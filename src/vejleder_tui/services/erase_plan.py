"""What a legal deletion would take: a person's own rows, and texts in the rows of others that may name the person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import NotFoundError
from vejleder_tui.i18n import N_, _, ngettext
from vejleder_tui.model import RECORDS, Kind, fields_of
from vejleder_tui.oplog.erasure import row_token
from vejleder_tui.oplog.tables import children_of
from vejleder_tui.rules.formats import number
from vejleder_tui.rules.naming import NameFinder
from vejleder_tui.rules.text import short_name
from vejleder_tui.store.forgetting import naming_drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vejleder_tui.oplog import Database

__all__ = ["ErasePlan", "NamingText", "finder_of", "kinds_sentence", "plan", "rows_of"]

_CHUNK = 500

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
    `ticked`: proposed for deletion, since the person took part in the peer activity, or is named in full.
    """

    table: str
    row: str
    field: str
    where: str
    said: str
    when: str
    ticked: bool

    def __repr__(self) -> str:
        """Name the place without what it says."""
        return f"<NamingText {self.table} {self.row} {self.field}>"


@dataclass(frozen=True, repr=False)
class ErasePlan:
    """What an erase would take.

    `citizens` are all registrations of the person, `name` what has to be written to go on. `rows` are the ids by table,
    void ones too; `counts` leaves the void ones out. `texts` can be taken one by one. `left` cannot be taken by
    themselves: somebody has to write them anew. `drafts` name the person and go with it.
    """

    citizens: tuple[str, ...]
    name: str
    rows: dict[str, tuple[str, ...]]
    counts: dict[str, int]
    texts: tuple[NamingText, ...]
    left: tuple[NamingText, ...]
    drafts: int

    @property
    def ids(self) -> list[str]:
        """Every row of the person, by id."""
        return [one for ids in self.rows.values() for one in ids]

    def __repr__(self) -> str:
        """Name the person by id."""
        return f"<ErasePlan {self.citizens[0]}>"


def plan(database: Database, citizen: str) -> ErasePlan:
    """Return what an erase of a person would take; reads only. Raises NotFoundError.

    Looks through every text in the log, older wordings too: some seconds with a million operations.
    """
    found = database.execute("SELECT name, call_name, alias FROM citizen WHERE id = ?", (citizen,)).fetchone()
    if found is None:
        raise NotFoundError(_("Borgeren findes ikke længere."), _("Gå tilbage, og søg igen."))
    name, call_name, alias = (one or "" for one in found)
    citizens = _registrations(database, citizen)
    rows = rows_of(database, citizens)
    finder = finder_of(database, citizens)
    own = {one for ids in rows.values() for one in ids}
    texts, left = _naming(database, finder, own, _shared_activities(database, citizens))
    return ErasePlan(
        citizens=citizens,
        name=(short_name(name, call_name) if name else alias) or citizen[:8],
        rows={table: tuple(ids) for table, ids in rows.items()},
        counts={table: count for table, ids in rows.items() if (count := _standing(database, table, ids))},
        texts=texts,
        left=left,
        drafts=sum(1 for _one in naming_drafts(database, map(row_token, own), finder)),
    )


def kinds_sentence(found: ErasePlan) -> str:
    """Return "2 forløb, 6 fremmøder og 3 mål": what stands in the lists, those of one person."""
    parts = [text.format(count=number(count)) for text, count in _counted(found.counts) if count]
    if len(parts) < 2:
        return "".join(parts) or _("Borgeren")
    return _("{several} og {last}").format(several=", ".join(parts[:-1]), last=parts[-1])


def _counted(counts: dict[str, int]) -> Iterator[tuple[str, int]]:
    def of(table: str) -> int:
        return counts.get(table, 0)

    if of("citizen") > 1:
        yield ngettext("{count} registrering", "{count} registreringer", of("citizen")), of("citizen")
    yield ngettext("{count} forløb", "{count} forløb", of("enrolment")), of("enrolment")
    yield ngettext("{count} fremmøde", "{count} fremmøder", of("attendance")), of("attendance")
    yield ngettext("{count} mål", "{count} mål", of("goal")), of("goal")
    yield ngettext("{count} vurdering", "{count} vurderinger", of("goal_rating")), of("goal_rating")
    yield ngettext("{count} bevilling", "{count} bevillinger", of("grant")), of("grant")
    yield ngettext("{count} samtykke", "{count} samtykker", of("consent")), of("consent")
    yield (
        ngettext("{count} peer-deltagelse", "{count} peer-deltagelser", of("peer_participant")),
        of("peer_participant"),
    )
    named = {"citizen", "enrolment", "attendance", "goal", "goal_rating", "grant", "consent", "peer_participant"}
    others = sum(count for table, count in counts.items() if table not in named)
    yield ngettext("{count} andet", "{count} andre", others), others


def _registrations(database: Database, citizen: str) -> tuple[str, ...]:
    """Return the person's citizens: this one, those with the same number, and those that somebody said are the same."""
    found, waiting = {citizen: None}, [citizen]
    while waiting:
        one = waiting.pop()
        others = database.execute(
            "SELECT other.id FROM citizen c JOIN citizen other ON other.cpr = c.cpr OR"
            " other.substitute_number = c.substitute_number WHERE c.id = ?1"
            " UNION SELECT second FROM same_person WHERE first = ?1 AND same = 1 AND void = 0"
            " UNION SELECT first FROM same_person WHERE second = ?1 AND same = 1 AND void = 0",
            (one,),
        ).fetchall()
        fresh = sorted({str(other) for (other,) in others if other} - found.keys())
        found.update(dict.fromkeys(fresh))
        waiting += fresh
    return tuple(found)


@cache
def _loose_keys() -> tuple[tuple[str, str], ...]:
    """Return (table, field) of key fields that hold an id of a row of any table."""
    return tuple(
        (table, name)
        for table in sorted(RECORDS)
        for name, info in fields_of(table).items()
        if info.key and info.kind is Kind.UUID and not info.references
    )


def rows_of(database: Database, citizens: Iterable[str]) -> dict[str, list[str]]:
    """Return the rows of a person by table, void ones too: every row whose key names the person, or such a row.

    A guest who became this citizen is the same person, though the key of a guest is the session.
    """
    found: dict[str, dict[str, None]] = {"citizen": dict.fromkeys(citizens)}
    waiting = {"citizen": list(found["citizen"])}
    while waiting:
        table, ids = waiting.popitem()
        places = [(child, name) for child, name in children_of(table) if fields_of(child)[name].key]
        places += [("guest", "citizen")] if table == "citizen" else []
        for child, name in (*places, *_loose_keys()):
            known = found.setdefault(child, {})
            fresh = [one for one in _referring(database, child, name, ids) if one not in known]
            if fresh:
                known.update(dict.fromkeys(fresh))
                waiting.setdefault(child, []).extend(fresh)
    return {table: list(ids) for table, ids in found.items() if ids}


def _referring(database: Database, table: str, name: str, ids: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(ids), _CHUNK):
        chunk = tuple(ids[start : start + _CHUNK])
        marks = ", ".join("?" for _one in chunk)
        for (row,) in database.execute(
            f'SELECT id FROM "{table}" WHERE "{name}" IN ({marks}) ORDER BY id', chunk
        ).fetchall():
            yield str(row)


def _standing(database: Database, table: str, ids: Sequence[str]) -> int:
    count = 0
    for start in range(0, len(ids), _CHUNK):
        chunk = tuple(ids[start : start + _CHUNK])
        marks = ", ".join("?" for _one in chunk)
        found = database.execute(f'SELECT count(*) FROM "{table}" WHERE void = 0 AND id IN ({marks})', chunk).fetchone()
        count += int(found[0])
    return count


def finder_of(database: Database, citizens: Iterable[str]) -> NameFinder:
    """Return what finds a person in texts: by every name and number that the log has of the citizens, old ones too."""
    said: dict[str, set[str]] = {}
    for citizen in citizens:
        for (line,) in database.execute(
            "SELECT line FROM operation WHERE row = ? AND line IS NOT NULL", (citizen,)
        ).fetchall():
            for name, value in json.loads(line).get("values", {}).items():
                if isinstance(value, str):
                    said.setdefault(name, set()).add(value)
    empty: set[str] = set()
    return NameFinder(
        [*said.get("name", empty), *said.get("call_name", empty)],
        said.get("alias", empty),
        [*said.get("cpr", empty), *said.get("substitute_number", empty)],
    )


def _shared_activities(database: Database, citizens: Sequence[str]) -> set[str]:
    return {
        str(activity)
        for citizen in citizens
        for (activity,) in database.execute(
            "SELECT activity FROM peer_participant WHERE citizen = ?", (citizen,)
        ).fetchall()
    }


def _naming(
    database: Database, finder: NameFinder, own: set[str], shared: set[str]
) -> tuple[tuple[NamingText, ...], tuple[NamingText, ...]]:
    """Return the texts of others that can be taken, and those that cannot be taken by themselves; the newest first."""
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
        (_text(database, place, kept, shared) for place, kept in found.items()),
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
    names: dict[str, list[str]] = {table: list(several) for table, several in _TOGETHER.items()}
    for table, name in _WORDS:
        names.setdefault(table, []).append(name)
    for table, several in names.items():
        wanted = " OR ".join("instr(line, ?)" for _one in (*several, "reason"))
        for (line,) in database.execute(
            f"SELECT line FROM operation WHERE table_name = ? AND line IS NOT NULL AND ({wanted})",
            (table, *(f'"{name}":' for name in (*several, "reason"))),
        ):
            yield line


def _ever_said(database: Database, row: str, name: str) -> bool:
    return (
        database.execute(
            "SELECT 1 FROM operation WHERE row = ? AND line IS NOT NULL AND instr(line, ?) LIMIT 1", (row, f'"{name}":')
        ).fetchone()
        is not None
    )


def _text(database: Database, place: tuple[str, str, str], kept: dict[str, Any], shared: set[str]) -> NamingText:
    table, row, name = place
    about = _about(database, table, row)
    what = _(_WORDS[table, name]) if (table, name) in _WORDS else _(_TABLE_WORDS.get(table, table))
    said = kept["said"] or _stands(database, table, row, name)
    return NamingText(
        table=table, row=row, field=name, where=f"{what}, {about[1]}" if about[1] else what, said=said, when=about[0],
        ticked=(table == "peer_activity" and row in shared) or kept["strength"] > 1,
    )  # fmt: skip


def _stands(database: Database, table: str, row: str, name: str) -> str:
    found = database.execute(f'SELECT "{name}" FROM "{table}" WHERE id = ?', (row,)).fetchone()
    return str(found[0] or "") if found else ""


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
