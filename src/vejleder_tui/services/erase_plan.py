"""What a legal deletion would take: a person's own rows, and texts in the rows of others that may name the person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from vejleder_tui.errors import NotFoundError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.model import RECORDS, Kind, fields_of
from vejleder_tui.oplog.erasure import row_token
from vejleder_tui.oplog.tables import children_of
from vejleder_tui.queries.persons import registered
from vejleder_tui.rules.formats import number
from vejleder_tui.rules.naming import NameFinder
from vejleder_tui.rules.text import short_name
from vejleder_tui.services.erase_texts import NamingText, naming_texts
from vejleder_tui.store.forgetting import naming_drafts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vejleder_tui.oplog import Database

__all__ = ["ErasePlan", "NamingText", "finder_of", "kinds_sentence", "plan", "rows_of"]

_CHUNK = 500


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
    citizens = registered(database, citizen)
    rows = rows_of(database, citizens)
    finder = finder_of(database, citizens)
    own = {one for ids in rows.values() for one in ids}
    texts, left = naming_texts(database, finder, own, _shared_activities(database, citizens))
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
