"""How many were to come to sessions, and how many are registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.codes.attendance import AttendanceClass, attendance_kind
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.queries.persons import persons_of, weight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from vejleder_tui.queries.base import Reader

__all__ = ["ON_ROSTER", "SessionCount", "counts_of"]

ON_ROSTER = "void = 0 AND enrolled_from IS NOT NULL AND status NOT IN ('waiting', 'offered')"
"""An enrolment with a place, then or now; who only waits or was offered one is on no roster."""


class SessionCount(NamedTuple):
    """Who was enrolled that day, how many have a code, how many gave notice, named guests, and whether laptops disagree.

    `came`: somebody did, so the session was held, whatever else was written of it. `to_settle` counts the attendances on
    which laptops disagree, `open` is what they disagree about in the session's own row.
    """

    expected: int
    registered: int
    notified: int
    guests: int
    contested: bool
    came: bool = False
    to_settle: int = 0
    open: tuple[Differing, ...] = ()


def counts_of(reader: Reader, sessions: list[tuple[str, str | None, date, bool]]) -> dict[str, SessionCount]:
    """Return the counts of sessions, each given as id, course, day and whether it has a row; a person counts once."""
    ids = [one for one, _course, _day, exists in sessions if exists]
    marks: dict[str, dict[str, str]] = {}
    guests: dict[str, int] = {}
    unsettled: dict[str, int] = {}
    opened = differing(reader, "session", ids)
    for part, places in _parts(ids):
        for session, citizen, code in all_rows(
            reader,
            f"SELECT session, citizen, code FROM attendance WHERE void = 0 AND code IS NOT NULL AND session IN ({places})",
            *part,
        ):
            marks.setdefault(session, {})[citizen] = code
        # A guest who turned out to be a citizen stands on the roster, and is counted there.
        counting = (
            "SELECT session, count(*) FROM guest WHERE void = 0 AND citizen IS NULL"
            f" AND session IN ({places}) GROUP BY session"
        )
        guests |= dict(all_rows(reader, counting, *part))
        unsettled |= dict(
            all_rows(
                reader,
                "SELECT a.session, count(DISTINCT a.id) FROM contested c JOIN attendance a ON a.id = c.row AND a.void = 0"
                f" WHERE c.table_name = 'attendance' AND a.session IN ({places}) GROUP BY a.session",
                *part,
            )
        )
    enrolled = _enrolled(reader, sessions)
    persons = persons_of(
        reader,
        {place[0] for places in enrolled.values() for place in places} | {who for own in marks.values() for who in own},
    )
    found = {}
    for one, course, day, _exists in sessions:
        marked: dict[str, str] = {}
        for citizen, code in marks.get(one, {}).items():
            who = persons[citizen]
            marked[who] = max(marked.get(who, ""), code, key=weight)
        on = day.isoformat()
        expected = {
            persons[place[0]] for place in enrolled.get(course or "", []) if _on_roster(place, on)
        } | marked.keys()
        found[one] = SessionCount(
            expected=len(expected),
            registered=len(marked),
            notified=sum(1 for code in marked.values() if code == "absent_notified"),
            guests=guests.get(one, 0),
            contested=one in unsettled or one in opened,
            came=any(_came(code) for code in marked.values()),
            to_settle=unsettled.get(one, 0),
            open=opened.get(one, ()),
        )
    return found


def _came(code: str) -> bool:
    kind = attendance_kind(code)
    return kind is not None and kind.klass is AttendanceClass.ATTENDED


def _on_roster(place: tuple[str, ...], day: str) -> bool:
    _citizen, start, end, paused_from, paused_to = place
    return start <= day <= end and not paused_from <= day <= paused_to


def _enrolled(reader: Reader, sessions: list[tuple[str, str | None, date, bool]]) -> dict[str, list[tuple[str, ...]]]:
    """Return (citizen, first day, last day, first and last day paused) of who had a place while the sessions were."""
    found: dict[str, list[tuple[str, ...]]] = {}
    if not sessions:
        return found
    days = [day for _one, _course, day, _exists in sessions]
    for part, places in _parts(sorted({course for _one, course, _day, _exists in sessions if course})):
        for course, *place in all_rows(
            reader,
            "SELECT course, citizen, enrolled_from, coalesce(to_date, '9999-12-31'), coalesce(paused_from, '9999-12-31'),"
            f" coalesce(paused_to, '9999-12-31') FROM enrolment e WHERE {ON_ROSTER} AND course IN ({places})"
            " AND EXISTS (SELECT 1 FROM citizen c WHERE c.id = e.citizen AND c.void = 0)"
            " AND enrolled_from <= ? AND coalesce(to_date, '9999-12-31') >= ?",
            *part,
            max(days).isoformat(),
            min(days).isoformat(),
        ):
            found.setdefault(course, []).append(tuple(place))
    return found


def _parts(ids: list[str]) -> Iterator[tuple[list[Any], str]]:
    """Yield ids in parts that one statement can hold, each with its placeholders."""
    for at in range(0, len(ids), 500):
        part = ids[at : at + 500]
        yield part, ",".join("?" for _one in part)
