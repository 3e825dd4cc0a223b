"""What the forms of planning begin with: an enrolment, the grants it may stand on, a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.persons import group_of, marks
from vejleder_tui.queries.sessions import SessionView, session_view
from vejleder_tui.rules.formats import whole_date
from vejleder_tui.rules.legal import short_form
from vejleder_tui.rules.text import short_name

if TYPE_CHECKING:
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.sessions import SessionRef

__all__ = [
    "EnrolmentValues",
    "GrantChoice",
    "SessionValues",
    "enrolment_values",
    "grants_of",
    "session_values",
    "short_name_of",
]


@dataclass(frozen=True)
class GrantChoice:
    """A grant to choose: "§ 85 fra 01-01-2026 til 30-06-2027". `open` says whether it still runs."""

    id: str
    legal_basis: str
    from_date: date | None
    to_date: date | None
    open: bool

    @property
    def label(self) -> str:
        """The grant in words."""
        days = "–".join(whole_date(one) if one else "" for one in (self.from_date, self.to_date))
        return f"{short_form(self.legal_basis)} {days}".strip("– ")


@dataclass(frozen=True)
class EnrolmentValues:
    """What the enrolment form holds; `name` is the short name of the citizen."""

    id: str
    course: str
    course_title: str
    citizen: str
    name: str
    legal_basis: str
    grant: GrantChoice | None
    assessment: str
    status: str
    enrolled_from: date | None
    to_date: date | None
    paused_from: date | None
    paused_to: date | None


@dataclass(frozen=True)
class SessionValues:
    """What the session form holds: the session as it stands, its group note, and what it has apart from its course."""

    view: SessionView
    note: str
    own_title: str
    own_venue: str


def enrolment_values(reader: Reader, enrolment: str, now: datetime) -> EnrolmentValues | None:
    """Return an enrolment as its form shows it, or None."""
    row = one_row(
        reader,
        "SELECT e.course, k.title, e.citizen, coalesce(c.name, c.alias, ''), coalesce(c.call_name, ''), e.legal_basis,"
        " e.grant_id, e.assessment, e.status, e.enrolled_from, e.to_date, e.paused_from, e.paused_to"
        " FROM enrolment e JOIN citizen c ON c.id = e.citizen AND c.void = 0 JOIN course k ON k.id = e.course"
        " WHERE e.id = ? AND e.void = 0",
        enrolment,
    )
    if row is None:
        return None
    grants = {one.id: one for one in grants_of(reader, row[2], now)}
    return EnrolmentValues(
        id=enrolment, course=row[0], course_title=row[1] or "", citizen=row[2], name=short_name(row[3], row[4]),
        legal_basis=row[5] or "", grant=grants.get(row[6]), assessment=row[7] or "", status=row[8] or "",
        enrolled_from=_day(row[9]), to_date=_day(row[10]), paused_from=_day(row[11]), paused_to=_day(row[12]),
    )  # fmt: skip


def grants_of(reader: Reader, citizen: str, now: datetime) -> list[GrantChoice]:
    """Return the grants of a citizen, those of every registration of the person, those that run first."""
    ids = group_of(reader, citizen) or (citizen,)
    today = local(now).date()
    rows = all_rows(
        reader,
        f'SELECT id, legal_basis, from_date, to_date FROM "grant" WHERE void = 0 AND citizen IN ({marks(ids)}) ORDER BY id',
        *ids,
    )
    found = [_grant(row, today) for row in rows]
    return sorted(found, key=lambda one: (not one.open, -(one.from_date or date.min).toordinal(), one.id))


def _grant(row: tuple[Any, ...], today: date) -> GrantChoice:
    since, until = _day(row[2]), _day(row[3])
    return GrantChoice(row[0], row[1] or "", since, until, until is None or until >= today)


def session_values(reader: Reader, ref: SessionRef, now: datetime) -> SessionValues | None:
    """Return a session as its form shows it, or None."""
    view = session_view(reader, ref, now)
    if view is None:
        return None
    row = one_row(reader, "SELECT note, title, venue FROM session WHERE id = ? AND void = 0", ref.id)
    note, title, venue = row or ("", "", "")
    return SessionValues(view, note or "", title or "", venue or "")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def short_name_of(reader: Reader, citizen: str) -> str:
    """Return the short name of a citizen, "" for one that is not there."""
    sql = "SELECT coalesce(name, alias, ''), coalesce(call_name, '') FROM citizen WHERE id = ? AND void = 0"
    row = one_row(reader, sql, citizen)
    return short_name(row[0], row[1]) if row else ""
