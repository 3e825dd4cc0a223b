"""The roster of one session: who was enrolled that day, how each of them stands, and what is worth a remark."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.codes import AttendanceClass, attendance_kind, display
from vejleder_tui.i18n import _
from vejleder_tui.ids import natural_id
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.persons import persons_of, rows_of, weight
from vejleder_tui.queries.roster_rows import GoalLine, GuestLine, Roster, RosterRow
from vejleder_tui.queries.sessions import ON_ROSTER, session_view
from vejleder_tui.rules.attendance import NO_SHOWS_IN_A_ROW, no_shows_in_a_row
from vejleder_tui.rules.goals import GoalType
from vejleder_tui.rules.legal import grant_has_ended, short_form
from vejleder_tui.rules.text import initials, short_name, shorten_together, sort_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.sessions import SessionRef, SessionView

__all__ = [
    "GoalLine",
    "GuestLine",
    "Roster",
    "RosterRow",
    "absences_limit",
    "attendance_note",
    "expected_citizens",
    "rest_uses",
    "roster",
    "unmarked",
]


_EXPECTED_SQL = (
    "SELECT e.citizen, e.legal_basis, e.grant_id FROM enrolment e JOIN citizen c ON c.id = e.citizen WHERE c.void = 0"
    f" AND e.id IN (SELECT id FROM enrolment WHERE course = ? AND {ON_ROSTER})"
    " AND e.enrolled_from <= ? AND coalesce(e.to_date, '9999-12-31') >= ?"
    " AND NOT (coalesce(e.paused_from, '9999-12-31') <= ? AND coalesce(e.paused_to, '9999-12-31') >= ?)"
)


def expected_citizens(reader: Reader, course: str | None, day: date, *, only: str | None = None) -> list[str]:
    """Return the citizens with a place on the course that day, each person once; `only` asks about one of them.

    Who has a place under two registrations (queries.persons) stands here with the older place; `only` finds either.
    """
    on = day.isoformat()
    sql, values = _EXPECTED_SQL, (course, on, on, on, on)
    if only is not None:
        ids = rows_of(reader, (only,))[only]
        return [only] if all_rows(reader, f"{sql} AND e.citizen IN ({_marks(ids)}) LIMIT 1", *values, *ids) else []
    found = [row[0] for row in all_rows(reader, f"{sql} ORDER BY e.enrolled_from, e.id", *values)]
    persons = persons_of(reader, found)
    first: dict[str, str] = {}
    for one in found:
        first.setdefault(persons[one], one)
    return list(first.values())


def unmarked(reader: Reader, session: str, citizens: Sequence[str]) -> list[str]:
    """Return those of `citizens` who have no mark at a session, under any registration."""
    marked = [
        row[0]
        for row in all_rows(
            reader, "SELECT citizen FROM attendance WHERE session = ? AND void = 0 AND code IS NOT NULL", session
        )
    ]
    persons = persons_of(reader, [*citizens, *marked])
    done = {persons[one] for one in marked}
    return [one for one in citizens if persons[one] not in done]


def absences_limit(reader: Reader) -> int:
    """Return how many absences without notice in a row make a follow-up task: a shared setting, 2 unless it says else."""
    found = one_row(
        reader, "SELECT value FROM setting WHERE name = 'absences_in_a_row' AND void = 0 ORDER BY id LIMIT 1"
    )
    value = str(found[0] or "") if found else ""
    return int(value) if value.isascii() and value.isdigit() and int(value) > 0 else NO_SHOWS_IN_A_ROW


def rest_uses(reader: Reader) -> int:
    """Return how often "the rest" was marked on this laptop."""
    found = one_row(reader, "SELECT value FROM local_value WHERE name = 'attend_rest_uses'")
    return int(found[0]) if found and str(found[0]).isdigit() else 0


def attendance_note(reader: Reader, ref: SessionRef, citizen: str) -> str:
    """Return the note about one citizen at one session, empty when there is none; its reading is to be logged."""
    row = natural_id("attendance", ref.id, citizen)
    found = one_row(reader, "SELECT note FROM attendance WHERE id = ? AND void = 0", row)
    return str(found[0] or "") if found else ""


def roster(reader: Reader, ref: SessionRef, now: datetime) -> Roster | None:
    """Return the roster of a session's date, in the order of the names shown; None when the session is gone."""
    view = session_view(reader, ref, now)
    if view is None:
        return None
    today = local(now).date()
    people = _people(reader, view)
    rows = _rows(reader, view, people, today)
    guests = tuple(
        GuestLine(*row)
        for row in all_rows(
            reader,
            "SELECT id, coalesce(label, ''), citizen FROM guest WHERE session = ? AND void = 0 ORDER BY id",
            ref.id,
        )
    )
    session = one_row(
        reader, "SELECT unnamed_guests, incidents, theme, elements FROM session WHERE id = ? AND void = 0", ref.id
    )
    staff = one_row(
        reader, "SELECT coalesce(sum(minutes), 0) FROM session_staff WHERE session = ? AND void = 0", ref.id
    )
    unnamed, incidents, theme, elements = session or (0, "", "", "")
    return Roster(
        view=view, rows=tuple(rows), guests=guests, unnamed_guests=unnamed or 0, incidents=incidents or "",
        theme=theme or "", staff_minutes=int(staff[0]) if staff else 0, today=today,
        elements=tuple((elements or "").split()),
    )  # fmt: skip


@dataclass
class _Person:
    """What is known of a citizen before the marks are laid over; `ids` are all registrations of the person."""

    citizen: str
    ids: tuple[str, ...]
    name: str
    call_name: str
    legal_basis: str
    grant_end: date | None
    walk_in: bool


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" for _one in items)


def _people(reader: Reader, view: SessionView) -> list[_Person]:
    on = view.date.isoformat()
    sql = f"{_EXPECTED_SQL} ORDER BY e.enrolled_from DESC, e.id DESC"
    places = all_rows(reader, sql, view.ref.course, on, on, on, on) if view.ref.course else []
    marked = dict(
        all_rows(
            reader,
            "SELECT citizen, code FROM attendance WHERE session = ? AND void = 0 AND code IS NOT NULL ORDER BY citizen",
            view.ref.id,
        )
    )
    rows = rows_of(reader, [*marked, *(place[0] for place in reversed(places))])
    # One row a person: the registration whose mark weighs most, or else the one with the oldest place.
    chosen: dict[tuple[str, ...], str] = {}
    for one, ids in rows.items():
        standing = chosen.setdefault(ids, one)
        if weight(marked.get(one)) > weight(marked.get(standing)):
            chosen[ids] = one
    basis = {chosen[rows[citizen]]: legal or "" for citizen, legal, _grant in places}
    grants = {chosen[rows[citizen]]: grant for citizen, _legal, grant in places if grant}
    everyone = list(chosen.values())
    ends = dict(
        all_rows(
            reader,
            f'SELECT id, to_date FROM "grant" WHERE void = 0 AND id IN ({_marks(list(grants))})',
            *grants.values(),
        )
    )
    found = []
    for citizen, name, call_name, alias in all_rows(
        reader,
        f"SELECT id, name, call_name, alias FROM citizen WHERE void = 0 AND id IN ({_marks(everyone)})",
        *everyone,
    ):
        end = ends.get(grants.get(citizen, ""))
        grant_end = date.fromisoformat(end) if end else None
        found.append(
            _Person(
                citizen,
                rows[citizen],
                name or alias or "–",
                call_name or "",
                basis.get(citizen, ""),
                grant_end if grant_has_ended(grant_end, view.date) else None,
                citizen not in basis,
            )
        )
    return sorted(
        found, key=lambda one: (sort_key(short_name(one.name, one.call_name)), sort_key(one.name), one.citizen)
    )


def _rows(reader: Reader, view: SessionView, people: list[_Person], today: date) -> list[RosterRow]:
    rows = {one.citizen: natural_id("attendance", view.ref.id, one.citizen) for one in people}
    whose = {row: one.citizen for one in people for row in one.ids}
    attendance = {
        row[0]: row[1:]
        for row in all_rows(
            reader,
            "SELECT citizen, code, reason, minutes, notified_at, note IS NOT NULL FROM attendance"
            " WHERE session = ? AND void = 0",
            view.ref.id,
        )
    }
    before = _history(reader, view, whose)
    entered = _entries(reader, list(rows.values())) if attendance and (view.date < today or view.signed_off_at) else {}
    contested = _contested(reader, list(rows.values()))
    goals = _goals(reader, whose, view.date)
    names = shorten_together([(one.name, one.call_name) for one in people])
    made = []
    for number, (person, name) in enumerate(zip(people, names, strict=True), 1):
        code, reason, minutes, notified, noted = attendance.get(person.citizen, (None, None, None, None, 0))
        past = before.get(person.citizen, [])
        row = RosterRow(
            number=number, citizen=person.citizen, attendance=rows[person.citizen], name=name,
            initials=initials(person.name), planned_minutes=view.minutes,
            legal_basis=short_form(person.legal_basis) if person.legal_basis else "", code=code, reason=reason,
            minutes=minutes, notified_at=from_stamp(notified) if notified else None, has_note=bool(noted),
            grant_end=person.grant_end, walk_in=person.walk_in, contested=contested.get(rows[person.citizen], ()),
            attended_before=sum(klass is AttendanceClass.ATTENDED for _code, klass in past),
            registered_before=sum(klass is not AttendanceClass.NOT_EXPECTED for _code, klass in past),
            goals=tuple(goals.get(person.citizen, ())), others=_others(person, attendance, code),
        )  # fmt: skip
        if code == "absent_unnotified":
            row = replace(row, in_a_row=no_shows_in_a_row([*past, (code, AttendanceClass.ABSENT)]))
        first, corrected = entered.get(row.attendance, (None, False))
        if code is not None and first is not None:
            row = replace(row, late_days=max((first - view.date).days, 0), corrected=corrected)
        made.append(row)
    return made


def _others(person: _Person, attendance: dict[str, tuple[Any, ...]], code: str | None) -> tuple[str, ...]:
    """Return the other marks of a person who was marked differently under another registration."""
    codes = (attendance[one][0] for one in person.ids if one != person.citizen and one in attendance)
    return tuple(dict.fromkeys(one for one in codes if one and one != code))


def _history(
    reader: Reader, view: SessionView, whose: Mapping[str, str]
) -> dict[str, list[tuple[str, AttendanceClass]]]:
    """Return each person's marks at the course's sessions before this one, in order; one a session, the weightiest."""
    by_session: dict[str, dict[str, str]] = {}
    if view.ref.course is None or not whose:
        return {}
    ids = list(whose)
    on = view.date.isoformat()
    for citizen, code, session in all_rows(
        reader,
        "SELECT a.citizen, a.code, s.id FROM attendance a JOIN session s ON s.id = a.session"
        f" WHERE a.citizen IN ({_marks(ids)}) AND s.course = ? AND a.void = 0 AND s.void = 0 AND a.code IS NOT NULL"
        " AND s.id <> ? AND (coalesce(s.date, s.planned_date) < ?"
        " OR (coalesce(s.date, s.planned_date) = ? AND s.number < ?))"
        " ORDER BY coalesce(s.date, s.planned_date), s.start_at, s.number, s.id",
        *ids, view.ref.course, view.ref.id, on, on, view.ref.number or 0,
    ):  # fmt: skip
        own = by_session.setdefault(whose[citizen], {})
        if weight(code) > weight(own.get(session)):
            own[session] = code
    return {
        citizen: [
            (code, kind.klass if (kind := attendance_kind(code)) else AttendanceClass.NOT_EXPECTED)
            for code in own.values()
        ]
        for citizen, own in by_session.items()
    }


def _entries(reader: Reader, rows: list[str]) -> dict[str, tuple[date, bool]]:
    """Return for each attendance the day on which a mark was first entered, and whether it was corrected since."""
    found: dict[str, tuple[date, bool]] = {}
    for row, line in all_rows(
        reader,
        f"SELECT row, line FROM operation WHERE row IN ({_marks(rows)}) AND table_name = 'attendance'"
        " AND line IS NOT NULL AND line <> '' ORDER BY device, seq",
        *rows,
    ):
        said: dict[str, Any] = json.loads(line)
        if not (said.get("values") or {}).get("code"):
            continue
        day = local(from_stamp(said["at"])).date()
        first, corrected = found.get(row, (day, False))
        found[row] = (min(first, day), corrected or bool(said.get("reason")))
    return found


def _contested(reader: Reader, rows: list[str]) -> dict[str, tuple[str, ...]]:
    """Return the words of the values that differ, for each attendance on which two laptops disagree."""
    found: dict[str, list[str]] = {}
    for row, name, value in all_rows(
        reader,
        "SELECT row, field, value FROM contested WHERE table_name = 'attendance'"
        f" AND row IN ({_marks(rows)}) ORDER BY field, hash",
        *rows,
    ):
        said = json.loads(value) if value else None
        kind = attendance_kind(said) if name == "code" and isinstance(said, str) else None
        words = found.setdefault(row, [])
        if name == "note":
            words += [] if _("note") in words else [_("note")]
        else:
            words.append(kind.word if kind else _("ikke registreret") if said is None else str(said))
    return {row: tuple(dict.fromkeys(words)) or (_("note"),) for row, words in found.items()}


def _goals(reader: Reader, whose: Mapping[str, str], day: date) -> dict[str, list[GoalLine]]:
    """Return each person's goals that are being worked on, what is due first."""
    ids = list(whose)
    goals = all_rows(
        reader,
        "SELECT id, citizen, condition, goal_type, baseline, target, follow_up_date FROM goal WHERE void = 0"
        f" AND citizen IN ({_marks(ids)}) AND goal_type IS NOT NULL AND coalesce(status, 'active') = 'active'"
        " AND coalesce(kind, 'goal') <> 'wish' ORDER BY coalesce(follow_up_date, '9999-12-31'), id",
        *ids,
    )
    latest: dict[str, tuple[str, int | None]] = {}
    wanted = [row[0] for row in goals]
    for goal, rated, level in all_rows(
        reader,
        f"SELECT goal, date, level FROM goal_rating WHERE void = 0 AND goal IN ({_marks(wanted)}) ORDER BY date, id",
        *wanted,
    ):
        latest[goal] = (rated, level)
    found: dict[str, list[GoalLine]] = {}
    for goal, citizen, condition, goal_type, start, target, follow_up in goals:
        rated, level = latest.get(goal, (None, start))
        due = bool(follow_up) and follow_up <= day.isoformat() and (rated is None or rated < day.isoformat())
        found.setdefault(whose[citizen], []).append(
            GoalLine(
                id=goal,
                what=display("ffb_undertema", condition),
                goal_type=GoalType(goal_type),
                start=start,
                now=level,
                target=target,
                rated_on=date.fromisoformat(rated) if rated else None,
                due=due,
            )
        )
    return found
