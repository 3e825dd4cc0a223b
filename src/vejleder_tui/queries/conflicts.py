"""What is open between laptops: rows with contested fields, and sessions cancelled here but registered there.

A conflict is counted and settled per row. The list says what it is about and never a value; the values of one row stand
in `conflict_values`, which only the door to a citizen's record calls (queries.citizen_record).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp
from vejleder_tui.errors import NotFoundError
from vejleder_tui.i18n import _
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.rules.text import shorten_together

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader

__all__ = [
    "CAME",
    "CANCELLED",
    "Conflict",
    "conflict_of",
    "conflicts",
    "count_conflicts",
    "find_conflict",
    "moment_of",
    "open_rows",
]

CANCELLED = "cancelled"
VALUES = "values"
LIMIT = 500
"""So many are listed at once; the heading counts them all."""

CAME = (
    "(code IN ('present', 'partial', 'online') OR code IN"
    " (SELECT k.code FROM attendance_code k WHERE k.void = 0 AND k.klass = 'attended'))"
)
"""Whether somebody came, by the code of an attendance: then a session was held, whatever else was written of it."""

_OF_CITIZEN = frozenset({
    "grant", "consent", "citizen_target_group", "enrolment", "goal", "goal_rating", "attendance", "guest",
    "session_staff", "adverse_event", "follow_up_task", "peer_participant",
})  # fmt: skip
_OF_SESSION = frozenset({"attendance", "guest", "session_staff", "adverse_event", "goal_rating", "peer_activity"})
_OF_COURSE = frozenset({"enrolment", "course_exception", "course_facilitator"})
_DAYS = {
    "goal_rating": "date", "peer_activity": "date", "course_exception": "date", "enrolment": "enrolled_from",
    "grant": "from_date", "consent": "given_on", "follow_up_task": "due",
}  # fmt: skip
_NAMES = {
    "venue": "name", "worker": "initials", "centre": "name", "organisation": "name", "programme": "name",
    "device": "name", "setting": "name", "attendance_code": "word", "course": "title",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Conflict:
    """One row that waits to be settled. `kind`: `values` (contested `fields`) or `cancelled` (but somebody is registered).

    `at` is when the newest of its values was written, by that laptop's clock. `name` is the citizen's short name, `group`
    the course or session, `what` the row's own name where it has one; all of them may be empty.
    """

    table: str
    row: str
    kind: str
    fields: tuple[str, ...]
    at: datetime | None
    citizen: str = ""
    name: str = ""
    day: date | None = None
    group: str = ""
    what: str = ""
    session: str = ""

    @property
    def id(self) -> str:
        """What names it on the command line: the row's id."""
        return self.row

    def __repr__(self) -> str:
        """Name the row without what it is about."""
        return f"<Conflict {self.table} {self.row}>"


def count_conflicts(reader: Reader) -> int:
    """Return how many rows wait to be settled; rows that were taken away do not."""
    contested = 0
    for table in _tables(reader):
        found = one_row(
            reader,
            f'SELECT count(DISTINCT c.row) FROM contested c JOIN "{table}" t ON t.id = c.row AND t.void = 0'
            " WHERE c.table_name = ?",
            table,
        )
        contested += found[0] if found else 0
    return contested + len(_cancelled(reader))


def open_rows(reader: Reader) -> set[tuple[str, str]]:
    """Return the table and id of every row that waits to be settled."""
    found = {
        (table, row)
        for table in _tables(reader)
        for (row,) in all_rows(
            reader,
            f'SELECT DISTINCT c.row FROM contested c JOIN "{table}" t ON t.id = c.row AND t.void = 0'
            " WHERE c.table_name = ?",
            table,
        )
    }
    return found | {("session", row) for row, _at in _cancelled(reader)}


def conflicts(reader: Reader, *, limit: int = LIMIT) -> list[Conflict]:
    """Return what waits to be settled, the newest first."""
    found: list[tuple[str, str, str, str]] = []
    for table in _tables(reader):
        found += [
            (at or "", table, row, fields)
            for row, fields, at in all_rows(
                reader,
                "SELECT c.row, group_concat(DISTINCT c.field), max(json_extract(o.line, '$.at')) FROM contested c"
                f' JOIN "{table}" t ON t.id = c.row AND t.void = 0'
                " LEFT JOIN operation o ON o.row = c.row AND o.hash = c.hash"
                " WHERE c.table_name = ? GROUP BY c.row",
                table,
            )
        ]
    found += [(at, "session", row, "") for row, at in _cancelled(reader)]
    found.sort(reverse=True)
    return [_described(reader, table, row, fields, at) for at, table, row, fields in found[:limit]]


def conflict_of(reader: Reader, table: str, row: str) -> Conflict | None:
    """Return one row as a conflict, or None where nothing of it is open."""
    if table not in _tables(reader) and table != "session":
        return None
    found = all_rows(
        reader,
        "SELECT group_concat(DISTINCT c.field), max(json_extract(o.line, '$.at')) FROM contested c"
        f' JOIN "{table}" t ON t.id = c.row AND t.void = 0 LEFT JOIN operation o ON o.row = c.row AND o.hash = c.hash'
        " WHERE c.table_name = ? AND c.row = ?",
        table,
        row,
    )
    if found and found[0][0]:
        return _described(reader, table, row, found[0][0], found[0][1] or "")
    for one, at in _cancelled(reader, row) if table == "session" else []:
        return _described(reader, table, one, "", at)
    return None


def find_conflict(reader: Reader, given: str) -> Conflict:
    """Return the open conflict with this id, `table/id`, or unique beginning of at least 8 characters.

    Raises NotFoundError.
    """
    table, _slash, one = given.strip().lower().rpartition("/")
    if len(one) >= 8:
        found = [
            (where, row)
            for where in _tables(reader)
            for (row,) in all_rows(
                reader,
                f'SELECT DISTINCT c.row FROM contested c JOIN "{where}" t ON t.id = c.row AND t.void = 0'
                " WHERE c.table_name = ? AND c.row >= ? AND c.row < ? LIMIT 2",
                where,
                one,
                f"{one}~",
            )
            if table in {"", where}
        ]
        found += [
            ("session", row) for row, _at in _cancelled(reader) if row.startswith(one) and table in {"", "session"}
        ]
        made = conflict_of(reader, *found[0]) if len(found) == 1 else None
        if made is not None:
            return made
    raise NotFoundError(
        _("Intet, der skal afklares, har det id."), _("Se id'erne med: vejleder conflicts. Otte tegn er nok.")
    )


def moment_of(at: str) -> datetime | None:
    """Return when an operation says that it was written; another laptop's clock may say anything."""
    try:
        return from_stamp(at)
    except ValueError:
        return None


def _tables(reader: Reader) -> list[str]:
    return [table for (table,) in all_rows(reader, "SELECT DISTINCT table_name FROM contested ORDER BY table_name")]


def _cancelled(reader: Reader, session: str = "") -> list[tuple[str, str]]:
    """Return (session, moment of the cancelling) of those cancelled where somebody came; contested ones stand elsewhere."""
    only = " AND s.id = ?" if session else ""
    return [
        (row, at or "")
        for row, at in all_rows(
            reader,
            "SELECT s.id, (SELECT max(json_extract(o.line, '$.at')) FROM operation o WHERE o.row = s.id)"
            " FROM session s WHERE s.status = 'cancelled' AND s.void = 0"
            f" AND EXISTS (SELECT 1 FROM attendance a WHERE a.session = s.id AND a.void = 0 AND {CAME}){only}"
            " AND NOT EXISTS (SELECT 1 FROM contested c WHERE c.table_name = 'session' AND c.row = s.id)",
            *([session] if session else []),
        )
    ]


def _described(reader: Reader, table: str, row: str, fields: str, at: str) -> Conflict:
    citizen = _one(reader, table, "citizen", row) if table in _OF_CITIZEN else row if table == "citizen" else ""
    session = row if table == "session" else _one(reader, table, "session", row) if table in _OF_SESSION else ""
    course = row if table == "course" else _one(reader, table, "course", row) if table in _OF_COURSE else ""
    if table == "peer_participant":
        session = _one(reader, "peer_activity", "session", _one(reader, table, "activity", row))
    day = _one(reader, table, _DAYS[table], row) if table in _DAYS else ""
    group = _one(reader, "course", "title", course) if course else ""
    if session:
        held = one_row(
            reader,
            "SELECT coalesce(s.date, s.planned_date, ''), coalesce(s.title, c.title, '') FROM session s"
            " LEFT JOIN course c ON c.id = s.course WHERE s.id = ?",
            session,
        )
        day, group = held or (day, group)
    person = one_row(
        reader, "SELECT coalesce(name, alias, ''), coalesce(call_name, '') FROM citizen WHERE id = ?", citizen
    )
    return Conflict(
        table=table, row=row, kind=VALUES if fields else CANCELLED,
        fields=tuple(sorted(fields.split(","))) if fields else ("status",),
        at=moment_of(at), citizen=citizen,
        name=shorten_together([(person[0], person[1])])[0] if person else "",
        day=date.fromisoformat(day) if day else None, group=group, session=session,
        what=_one(reader, table, _NAMES[table], row) if table in _NAMES else "",
    )  # fmt: skip


def _one(reader: Reader, table: str, field: str, row: str) -> str:
    found = one_row(reader, f'SELECT "{field}" FROM "{table}" WHERE id = ?', row)
    return str(found[0]) if found and found[0] else ""
