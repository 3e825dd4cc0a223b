"""What *Efter mødet* shows: the form as it stands, filled in from last time where it is empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.codes import code_list
from vejleder_tui.queries.base import all_rows, one_row
from vejleder_tui.queries.roster import expected_citizens
from vejleder_tui.queries.sessions import session_view
from vejleder_tui.rules.text import fold, short_name

if TYPE_CHECKING:
    from datetime import date, datetime

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.sessions import SessionRef, SessionView

__all__ = [
    "AfterForm",
    "Element",
    "EventLine",
    "NamedGuest",
    "StaffLine",
    "after_form",
    "element_code",
    "last_staff_minutes",
    "names_in",
]

FORM_KINDS = ("delivery", "preparation", "documentation", "transport", "followup")
"""The kinds of staff time that a session's form asks for."""


@dataclass(frozen=True)
class StaffLine:
    """Minutes of one kind: what is saved, or else what it was last time (`suggested`)."""

    kind: str
    name: str
    minutes: int | None
    suggested: int | None


@dataclass(frozen=True)
class Element:
    """A core element of the programme, and whether the session used it."""

    code: str
    name: str
    used: bool


@dataclass(frozen=True)
class EventLine:
    """A negative side effect that was told, and the short name of the citizen it was about, if any."""

    id: str
    kind: str
    severity: int | None
    name: str = ""


@dataclass(frozen=True)
class NamedGuest:
    """A guest with a name who is no citizen yet."""

    id: str
    label: str


@dataclass(frozen=True)
class AfterForm:
    """The form of one session."""

    view: SessionView
    theme: str
    theme_planned: str
    unnamed_guests: int
    named_guests: int
    note: str
    incidents: str
    staff: tuple[StaffLine, ...]
    elements: tuple[Element, ...]
    events: tuple[EventLine, ...]
    guests: tuple[NamedGuest, ...]
    participants: tuple[tuple[str, str], ...]


def after_form(reader: Reader, ref: SessionRef, worker: str, now: datetime) -> AfterForm | None:
    """Return the form as one worker sees it; None when the session is gone."""
    view = session_view(reader, ref, now)
    if view is None:
        return None
    session = one_row(
        reader,
        "SELECT theme, theme_planned, unnamed_guests, note, incidents, elements FROM session WHERE id = ? AND void = 0",
        ref.id,
    )
    theme, planned, unnamed, note, incidents, elements = session or (None,) * 6
    saved = dict(
        all_rows(
            reader,
            "SELECT kind, minutes FROM session_staff WHERE session = ? AND worker = ? AND void = 0",
            ref.id,
            worker,
        )
    )
    last = last_staff_minutes(reader, ref.course, worker, view.date)
    names = {code.code: code.display for code in code_list("local_tidsforbrug")}
    events = all_rows(
        reader,
        "SELECT e.id, e.kind, e.severity, coalesce(c.name, c.alias, ''), coalesce(c.call_name, '') FROM adverse_event e"
        " LEFT JOIN citizen c ON c.id = e.citizen AND c.void = 0 WHERE e.session = ? AND e.void = 0 ORDER BY e.id",
        ref.id,
    )
    guests = all_rows(
        reader, "SELECT id, label FROM guest WHERE session = ? AND void = 0 AND citizen IS NULL ORDER BY id", ref.id
    )
    used = set((elements or "").split())
    return AfterForm(
        view=view,
        theme=theme or "",
        theme_planned=planned or "",
        unnamed_guests=unnamed or 0,
        named_guests=len(guests),
        note=note or "",
        incidents=incidents or "",
        staff=tuple(StaffLine(kind, names[kind], saved.get(kind), last.get(kind)) for kind in FORM_KINDS),
        elements=tuple(Element(code, name, code in used) for code, name in _elements(reader, ref.course)),
        events=tuple(
            EventLine(one, kind, severity, short_name(name, call_name) if name else "")
            for one, kind, severity, name, call_name in events
        ),
        guests=tuple(NamedGuest(one, label or "–") for one, label in guests),
        participants=_participants(reader, ref, view.date),
    )


def last_staff_minutes(reader: Reader, course: str | None, worker: str, before: date) -> dict[str, int]:
    """Return a worker's minutes by kind at the course's latest earlier session where any were written."""
    found = one_row(
        reader,
        "SELECT s.id FROM session s JOIN session_staff t ON t.session = s.id WHERE s.course = ? AND s.void = 0"
        " AND t.worker = ? AND t.void = 0 AND coalesce(s.date, s.planned_date) < ?"
        " ORDER BY coalesce(s.date, s.planned_date) DESC, s.number DESC LIMIT 1",
        course,
        worker,
        before.isoformat(),
    )
    if found is None:
        return {}
    return dict(
        all_rows(
            reader,
            "SELECT kind, minutes FROM session_staff WHERE session = ? AND worker = ? AND void = 0 AND minutes > 0",
            found[0],
            worker,
        )
    )


def element_code(name: str) -> str:
    """Return the code under which a session names one of the programme's elements: its folded name, words joined by `-`."""
    return fold(name).replace(" ", "-")


def _elements(reader: Reader, course: str | None) -> list[tuple[str, str]]:
    found = one_row(
        reader,
        "SELECT p.core_elements, p.common_elements FROM course c JOIN programme p ON p.id = c.programme"
        " WHERE c.id = ? AND p.void = 0",
        course,
    )
    if found is None:
        return []
    names = [line.strip() for line in (found[0] or "").replace(";", "\n").split("\n") if line.strip()]
    listed = [(element_code(name), name) for name in names]
    listed += [(code, code.replace("_", " ").replace("-", " ").capitalize()) for code in (found[1] or "").split()]
    return [one for one in dict(listed).items() if one[0]]


def _participants(reader: Reader, ref: SessionRef, day: date) -> tuple[tuple[str, str], ...]:
    ids = _there(reader, ref, day)
    marks = ",".join("?" for _one in ids)
    return tuple(
        (citizen, short_name(name or "", call_name or "") or alias or "–")
        for citizen, name, call_name, alias in all_rows(
            reader,
            f"SELECT id, name, call_name, alias FROM citizen WHERE void = 0 AND id IN ({marks}) ORDER BY name",
            *ids,
        )
    )


def _there(reader: Reader, ref: SessionRef, day: date) -> list[str]:
    """Return who was expected, and who came without a place."""
    marked = all_rows(reader, "SELECT citizen FROM attendance WHERE session = ? AND void = 0", ref.id)
    return list(dict.fromkeys([*expected_citizens(reader, ref.course, day), *(row[0] for row in marked)]))


def names_in(reader: Reader, ref: SessionRef, day: date, text: str) -> tuple[str, ...]:
    """Return the short names of participants whose call, first or last name stands as a word in the text."""
    words = set(fold(text).split())
    if not words:
        return ()
    ids = _there(reader, ref, day)
    marks = ",".join("?" for _one in ids)
    found = []
    for name, call_name in all_rows(
        reader, f"SELECT name, call_name FROM citizen WHERE void = 0 AND id IN ({marks}) ORDER BY name", *ids
    ):
        parts = fold(name or "").split()
        told = {*parts[:1], *(part for part in parts[1:] if len(part) > 2), *fold(call_name or "").split()}
        if told & words:
            found.append(short_name(name or "", call_name or ""))
    return tuple(found)
