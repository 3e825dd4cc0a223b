"""The one door to a citizen's record: a reading is written in the access log, then the record is given.

Nothing else in `queries` reads a citizen's number, address, contact or note. Roles will be asked here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import local_date
from vejleder_tui.errors import NotFoundError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.access import log_reading, logged
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.citizen_attendance import CoursePart, course_parts
from vejleder_tui.queries.citizen_timeline import TimelineEvent, timeline
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.queries.conflict_values import ConflictDetail, conflict_detail
from vejleder_tui.queries.conflicts import conflict_of
from vejleder_tui.queries.goals import GoalDetail, citizen_goals, goal_detail
from vejleder_tui.queries.persons import Registration, group_of, marks, registrations_of
from vejleder_tui.queries.voided import VoidedRow, voided_of_citizen
from vejleder_tui.rules import cpr
from vejleder_tui.rules.text import short_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.clock import Clock
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.store.store import Store

__all__ = [
    "REVEAL_SECONDS",
    "AccessEntry",
    "CitizenHeader",
    "CitizenRecord",
    "ConsentPart",
    "Door",
    "GrantPart",
    "access_log",
    "open_citizen",
    "open_form",
    "reveal_number",
]

REVEAL_SECONDS = 30
"""So long a number stands on the screen when it was asked for."""


@dataclass(frozen=True)
class GrantPart:
    """A grant: codes of `local_lovgrundlag` and `ffb_ydelse`, and its days; `current` on the day it was read."""

    id: str
    legal_basis: str
    service: str
    case_number: str
    start: date | None
    end: date | None
    minutes_a_week: int | None
    follow_up: date | None
    source: str
    current: bool


@dataclass(frozen=True)
class ConsentPart:
    """One consent: its scope, and its days; `withdrawn_on` is None while it holds."""

    scope: str
    given_on: date | None
    withdrawn_on: date | None


@dataclass(frozen=True, repr=False)
class CitizenHeader:
    """Who the citizen is. `number` is masked; `consent` is None where nobody asked.

    `legal_bases` are codes that hold now, from grants and open places; `grant_until` is the end of the grant that holds.
    `contested` names the fields on which laptops disagree, `same_number` the ids of rows with the same number of whom
    somebody answered that it is not the same person. `others` are the person's other registrations (queries.persons);
    what this one lacks is theirs.
    """

    id: str
    name: str
    call_name: str
    alias: str
    short: str
    birth_date: date | None
    age: int | None
    number: str
    number_kind: str
    municipality: str
    protected: bool
    address: str
    contact: str
    interpreter: str
    note: str
    legal_bases: tuple[str, ...]
    grant_until: date | None
    consent: bool | None
    target_groups: tuple[str, ...]
    contested: tuple[str, ...]
    open: tuple[Differing, ...]
    same_number: tuple[str, ...]
    others: tuple[Registration, ...] = ()

    def __repr__(self) -> str:
        """Name the record without its values."""
        return f"<CitizenHeader {self.id}>"


@dataclass(frozen=True, repr=False)
class CitizenRecord:
    """All that is known of one citizen. Goals are those not ended first, due ones before; grants the newest first."""

    header: CitizenHeader
    courses: tuple[CoursePart, ...]
    goals: tuple[GoalDetail, ...]
    grants: tuple[GrantPart, ...]
    events: tuple[TimelineEvent, ...]

    def __repr__(self) -> str:
        """Name the record without its values."""
        return f"<CitizenRecord {self.header.id}>"


@dataclass(frozen=True)
class AccessEntry:
    """One reading that was logged: the local moment, the worker's id and what was opened."""

    at: str
    actor: str
    what: str


def open_citizen(connection: Connection, actor: str, citizen: str, what: str, now: datetime) -> CitizenRecord:
    """Log that `actor` (a worker's id) opens a record, and return it.

    `connection` may write the laptop's own tables and is in a transaction: the record may be shown only when that is on
    the disk. `what`: record, rating, export … Raises NotFoundError.
    """
    ids = _logged(connection, actor, citizen, what, now)
    return _record(connection, ids, now)


def open_form(connection: Connection, actor: str, citizen: str, now: datetime) -> dict[str, Any]:
    """Log that a record is opened for editing, and return its fields unmasked by name, `target_groups` as codes."""
    log_reading(connection, actor, citizen, "form", now)
    names = (
        "name", "call_name", "birth_date", "number", "alias", "municipality", "protected", "address", "contact",
        "interpreter", "note",
    )  # fmt: skip
    row = one_row(
        connection,
        "SELECT name, call_name, birth_date, coalesce(cpr, substitute_number), alias, municipality, protected, address,"
        " contact, interpreter, note FROM citizen WHERE id = ? AND void = 0",
        citizen,
    )
    if row is None:
        raise _gone()
    return {
        **{name: value if value is not None else "" for name, value in zip(names, row, strict=True)},
        "birth_date": date.fromisoformat(row[2]) if row[2] else None,
        "protected": bool(row[6]),
        "target_groups": _target_groups(connection, (citizen,)),
        "consents": _open_consents(connection, citizen),
    }


def reveal_number(connection: Connection, actor: str, citizen: str, now: datetime) -> str:
    """Log that the number was asked for, and return it as `020160-9995`; empty where there is none."""
    ids = _own_first(citizen, group_of(connection, citizen))
    sql = f"SELECT id, coalesce(cpr, substitute_number) FROM citizen WHERE id IN ({marks(ids)}) AND void = 0"
    numbers = dict(all_rows(connection, sql, *ids))
    whose = next((one for one in ids if numbers.get(one)), citizen)
    log_reading(connection, actor, whose, "number", now)
    if citizen not in numbers:
        raise _gone()
    number = numbers[whose]
    return f"{number[:6]}-{number[6:]}" if number else ""


def access_log(reader: Reader, citizen: str, limit: int = 100) -> list[AccessEntry]:
    """Return the latest readings of a citizen's record, the newest first."""
    rows = all_rows(
        reader, "SELECT at, actor, what FROM access_log WHERE citizen = ? ORDER BY id DESC LIMIT ?", citizen, limit
    )
    return [AccessEntry(*row) for row in rows]


class Door:
    """The door for whoever holds the store itself: commands, exports, tests.

    Where another window has the right to write, the log is written under SQLite's own lock. What cannot be logged is
    not opened: NotSavedError.
    """

    def __init__(self, store: Store, actor: str, clock: Clock) -> None:
        self._store, self._actor, self._clock = store, actor, clock

    def open(self, citizen: str, what: str = "record") -> CitizenRecord:
        """Return a citizen's record; raises NotFoundError, NotSavedError."""
        with logged(self._store) as connection:
            return open_citizen(connection, self._actor, citizen, what, self._clock.now())

    def form(self, citizen: str) -> dict[str, Any]:
        """Return a citizen's fields for a form."""
        with logged(self._store) as connection:
            return open_form(connection, self._actor, citizen, self._clock.now())

    def consent(self, citizen: str, consent: str) -> ConsentPart:
        """Return one consent of a citizen; raises NotFoundError."""
        with logged(self._store) as connection:
            ids = _own_first(citizen, group_of(connection, citizen))
            sql = (
                "SELECT scope, given_on, withdrawn_on, citizen FROM consent"
                f" WHERE id = ? AND citizen IN ({marks(ids)}) AND void = 0"
            )
            row = one_row(connection, sql, consent, *ids)
            log_reading(connection, self._actor, row[3] if row else citizen, "consent", self._clock.now())
            if row is None:
                raise NotFoundError(_("Samtykket findes ikke længere."), _("Gå tilbage, og prøv igen."))
            return ConsentPart(row[0] or "", _day(row[1]), _day(row[2]))

    def voided(self, citizen: str) -> tuple[VoidedRow, ...]:
        """Return what was taken away of a citizen."""
        with logged(self._store) as connection:
            return voided_of_citizen(connection, _logged(connection, self._actor, citizen, "voided", self._clock.now()))

    def conflict(self, table: str, row: str) -> ConflictDetail:
        """Return the values of one row on which laptops disagree; a citizen's are logged. Raises NotFoundError."""
        with logged(self._store) as connection:
            found = conflict_of(connection, table, row)
            if found is None:
                raise NotFoundError(_("Der er ikke mere at afklare her."), _("Gå tilbage til listen."))
            if found.citizen:
                log_reading(connection, self._actor, found.citizen, "conflict", self._clock.now())
            return conflict_detail(connection, found)

    def number(self, citizen: str) -> str:
        """Return a citizen's number, unmasked."""
        with logged(self._store) as connection:
            return reveal_number(connection, self._actor, citizen, self._clock.now())


def _gone() -> NotFoundError:
    return NotFoundError(_("Borgeren findes ikke længere."), _("Gå tilbage, og søg igen."))


def _own_first(citizen: str, group: Sequence[str]) -> tuple[str, ...]:
    return (citizen, *(one for one in group if one != citizen))


def _logged(connection: Connection, actor: str, citizen: str, what: str, now: datetime) -> tuple[str, ...]:
    """Log that everything of a person is read, and return the person's ids, that of `citizen` first."""
    ids = _own_first(citizen, group_of(connection, citizen))
    for one in ids:
        log_reading(connection, actor, one, what, now)
    return ids


def _record(reader: Reader, ids: tuple[str, ...], now: datetime) -> CitizenRecord:
    today = local_date(now)
    courses = course_parts(reader, ids, now)
    grants = _grants(reader, ids, today)
    header = _header(reader, ids, today, courses, grants)
    rows = sorted(citizen_goals(reader, ids[0]), key=lambda goal: goal.status == "ended")
    goals = tuple(detail for row in rows if (detail := goal_detail(reader, row.id, now)) is not None)
    return CitizenRecord(header, courses, goals, grants, timeline(reader, ids))


_HEADER = (
    "name", "call_name", "alias", "birth_date", "cpr", "substitute_number", "municipality", "protected", "address",
    "contact", "interpreter", "note",
)  # fmt: skip


def _header(
    reader: Reader, ids: tuple[str, ...], today: date, courses: tuple[CoursePart, ...], grants: tuple[GrantPart, ...]
) -> CitizenHeader:
    citizen = ids[0]
    rows = {
        row[0]: dict(zip(_HEADER, row[1:], strict=True))
        for row in all_rows(
            reader, f"SELECT id, {', '.join(_HEADER)} FROM citizen WHERE void = 0 AND id IN ({marks(ids)})", *ids
        )
    }
    if citizen not in rows:
        raise _gone()
    own = rows[citizen]
    # What this registration lacks is taken from the person's others, the oldest first.
    whole = {name: next((rows[one][name] for one in ids if one in rows and rows[one][name]), None) for name in _HEADER}
    birth_date = date.fromisoformat(whole["birth_date"]) if whole["birth_date"] else None
    current = [grant for grant in grants if grant.current]
    open_bases = [part.legal_basis for part in courses if part.is_open and part.legal_basis]
    said = own["cpr"] or own["substitute_number"] or whole["cpr"] or whole["substitute_number"]
    name, call_name, alias = own["name"], own["call_name"], own["alias"]
    opened = tuple(one for fields in differing(reader, "citizen", ids).values() for one in fields)
    return CitizenHeader(
        id=citizen, name=name or "", call_name=call_name or "", alias=alias or "",
        short=short_name(name, call_name or "") if name else alias or "",
        birth_date=birth_date, age=cpr.age(birth_date, today) if birth_date else None,
        number=cpr.masked(said) if said else "", number_kind=_kind(said),
        municipality=whole["municipality"] or "", protected=bool(whole["protected"]), address=whole["address"] or "",
        contact=whole["contact"] or "", interpreter=whole["interpreter"] or "", note=whole["note"] or "",
        legal_bases=tuple(dict.fromkeys([*(grant.legal_basis for grant in current), *open_bases])),
        grant_until=max((grant.end for grant in current if grant.end), default=None),
        consent=_consent(reader, ids), target_groups=_target_groups(reader, ids),
        contested=tuple(sorted({one.field for one in opened})), open=opened,
        same_number=tuple(
            other
            for (other,) in all_rows(
                reader,
                f"SELECT id FROM citizen WHERE void = 0 AND id NOT IN ({marks(ids)})"
                " AND (cpr = ? OR substitute_number = ?) ORDER BY id",
                *ids, own["cpr"], own["substitute_number"],
            )
        ),
        others=registrations_of(reader, ids[1:]),
    )  # fmt: skip


def _kind(number: str | None) -> str:
    if not number:
        return ""
    try:
        return cpr.parse(number).kind.value
    except VejlederError:
        return cpr.NumberKind.REGIONAL.value


def _open_consents(reader: Reader, citizen: str) -> tuple[str, ...]:
    sql = "SELECT DISTINCT scope FROM consent WHERE citizen = ? AND void = 0 AND withdrawn_on IS NULL ORDER BY scope"
    return tuple(scope for (scope,) in all_rows(reader, sql, citizen))


def _consent(reader: Reader, ids: Sequence[str]) -> bool | None:
    sql = f"SELECT withdrawn_on IS NULL FROM consent WHERE citizen IN ({marks(ids)}) AND void = 0"
    rows = all_rows(reader, sql, *ids)
    return any(row[0] for row in rows) if rows else None


def _target_groups(reader: Reader, ids: Sequence[str]) -> tuple[str, ...]:
    sql = f"SELECT code FROM citizen_target_group WHERE citizen IN ({marks(ids)}) AND void = 0 ORDER BY rank, code"
    rows = all_rows(reader, sql, *ids)
    return tuple(dict.fromkeys(code for (code,) in rows if code))


def _grants(reader: Reader, ids: Sequence[str], today: date) -> tuple[GrantPart, ...]:
    day = today.isoformat()
    rows = all_rows(
        reader,
        "SELECT id, legal_basis, service, case_number, from_date, to_date, minutes_a_week, follow_up_date, source"
        f' FROM "grant" WHERE citizen IN ({marks(ids)}) AND void = 0 ORDER BY from_date DESC, id DESC',
        *ids,
    )
    return tuple(
        GrantPart(
            id=grant, legal_basis=basis or "", service=service or "", case_number=case or "",
            start=_day(start), end=_day(end), minutes_a_week=minutes, follow_up=_day(follow_up), source=source or "",
            current=(start or "") <= day <= (end or "9999-12-31"),
        )
        for grant, basis, service, case, start, end, minutes, follow_up, source in rows
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
