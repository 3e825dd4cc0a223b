"""Everything that happened with one citizen, in order of days. Part of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.codes import absence_reason, attendance_kind
from vejleder_tui.i18n import N_, _
from vejleder_tui.queries.base import all_rows
from vejleder_tui.queries.conflict_marks import Differing, differing
from vejleder_tui.queries.persons import marks
from vejleder_tui.rules.formats import minutes as minutes_text
from vejleder_tui.rules.legal import short_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vejleder_tui.queries.base import Reader

__all__ = ["EVENT_KINDS", "TimelineEvent", "kind_word", "scope_word", "timeline"]

EVENT_KINDS = {
    "session": N_("mødegang"),
    "rating": N_("vurdering"),
    "peer": N_("peer-støtte"),
    "goal": N_("aftalt mål"),
    "enrolment": N_("forløb"),
    "grant": N_("bevilling"),
    "consent": N_("samtykke"),
}
"""What an event is about, by its word."""

_PEER_ROLES = {"giver": N_("gav støtte"), "receiver": N_("fik støtte"), "both": N_("gav og fik støtte")}
_SCOPES = {"sharing": N_("deling med andre"), "measurements": N_("målinger"), "photos": N_("billeder")}


@dataclass(frozen=True, repr=False)
class TimelineEvent:
    """One event: its day, what it is about, a short sentence, a note in somebody's own words, and the row behind it."""

    day: date
    kind: str
    text: str
    note: str
    row: str
    contested: bool = False
    open: tuple[Differing, ...] = ()

    def __repr__(self) -> str:
        """Name the event without its words."""
        return f"<TimelineEvent {self.kind} {self.row}>"


def kind_word(kind: str) -> str:
    """Return what an event is about in the language in use."""
    return _(EVENT_KINDS[kind])


def scope_word(scope: str | None) -> str:
    """Return what a consent is to, in words."""
    return _(_SCOPES[scope]) if scope in _SCOPES else scope or ""


def timeline(reader: Reader, citizens: Sequence[str]) -> tuple[TimelineEvent, ...]:
    """Return every event of a citizen, given by every id the person has, the newest first."""
    contested = dict(all_rows(reader, "SELECT DISTINCT row, table_name FROM contested"))
    events = [
        *_sessions(reader, citizens), *_ratings(reader, citizens), *_peer(reader, citizens), *_goals(reader, citizens),
        *_places(reader, citizens), *_grants(reader, citizens), *_consents(reader, citizens),
    ]  # fmt: skip
    opened: dict[str, tuple[Differing, ...]] = {}
    for row in {event[4] for event in events} & contested.keys():
        opened |= differing(reader, contested[row], [row])
    found = [
        TimelineEvent(date.fromisoformat(day), kind, text, note or "", row, row in contested, opened.get(row, ()))
        for day, kind, text, note, row in events
        if day
    ]
    return tuple(sorted(found, key=lambda event: (event.day, event.row), reverse=True))


_Event = tuple[str | None, str, str, str | None, str]


def _sessions(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, day, title, code, reason, minutes, note in all_rows(
        reader,
        "SELECT a.id, coalesce(s.date, s.planned_date), coalesce(s.title, k.title, ''), a.code, a.reason, a.minutes,"
        " a.note FROM attendance a JOIN session s ON s.id = a.session AND s.void = 0 LEFT JOIN course k ON k.id = s.course"
        f" WHERE a.citizen IN ({marks(citizens)}) AND a.void = 0 AND (a.code IS NOT NULL OR a.note IS NOT NULL)",
        *citizens,
    ):
        kind, why = attendance_kind(code), absence_reason(reason)
        word = kind.word if kind else code or _("ikke registreret")
        if why:
            word = f"{word}: {why.word}"
        text = _("{title}: {mark}").format(title=title, mark=word)
        yield day, "session", f"{text}, {minutes_text(minutes)}" if minutes is not None else text, note, row


def _ratings(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, day, condition, level, not_assessed, own, comment in all_rows(
        reader,
        "SELECT r.id, r.date, g.condition, r.level, r.not_assessed, r.self_rating, r.comment FROM goal_rating r"
        f" JOIN goal g ON g.id = r.goal AND g.void = 0 WHERE r.citizen IN ({marks(citizens)}) AND r.void = 0",
        *citizens,
    ):
        if level is not None:
            said = _("vurderet til {level}").format(level=level)
        elif not_assessed:
            said = _("ikke vurderet")
        else:
            said = _("egenvurdering {score} af 10").format(score=own) if own is not None else _("vurderet")
        # What came of it stands first: the condition's long name is what may be cut.
        term = codes.display("ffb_undertema", condition)
        yield day, "rating", f"{said}: {term}" if term else said, comment, row


def _peer(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, day, form, minutes, role, summary in all_rows(
        reader,
        "SELECT p.id, p.date, p.form, p.minutes, d.role, p.summary FROM peer_participant d"
        f" JOIN peer_activity p ON p.id = d.activity AND p.void = 0 WHERE d.citizen IN ({marks(citizens)}) AND d.void = 0",
        *citizens,
    ):
        took = _(_PEER_ROLES[role]) if role in _PEER_ROLES else ""
        parts = [codes.display("local_peer_aktivitet", form), minutes_text(minutes or 0), took]
        yield day, "peer", ", ".join(part for part in parts if part), summary, row


def _goals(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, day, condition, kind, text in all_rows(
        reader,
        f"SELECT id, baseline_date, condition, kind, text FROM goal WHERE citizen IN ({marks(citizens)}) AND void = 0",
        *citizens,
    ):
        title = codes.display("ffb_undertema", condition)
        said = _("nyt ønske") if kind == "wish" else _("nyt mål: {goal}").format(goal=title)
        yield day, "goal", said, text, row


def _places(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, title, basis, assessment, put_down, start, end, reason in all_rows(
        reader,
        "SELECT e.id, coalesce(k.title, ''), e.legal_basis, e.assessment, e.from_date, e.enrolled_from, e.to_date,"
        f" e.end_reason FROM enrolment e JOIN course k ON k.id = e.course WHERE e.citizen IN ({marks(citizens)}) AND e.void = 0",
        *citizens,
    ):
        if put_down and put_down != start:
            yield put_down, "enrolment", _("på venteliste: {course}").format(course=title), None, row
        if start:
            said = _("indskrevet: {course}").format(course=title)
            yield start, "enrolment", f"{said} ({short_form(basis)})" if basis else said, assessment, row
        if end and reason:
            why = codes.display("local_afslutning", reason)
            yield end, "enrolment", _("afsluttet: {course}, {reason}").format(course=title, reason=why), None, row


def _grants(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, basis, service, start, end in all_rows(
        reader,
        f'SELECT id, legal_basis, service, from_date, to_date FROM "grant" WHERE citizen IN ({marks(citizens)}) AND void = 0',
        *citizens,
    ):
        what = ", ".join(one for one in (short_form(basis or ""), codes.display("ffb_ydelse", service)) if one)
        yield start, "grant", _("bevilling fra denne dag: {what}").format(what=what), None, row
        yield end, "grant", _("bevilling til denne dag: {what}").format(what=what), None, row


def _consents(reader: Reader, citizens: Sequence[str]) -> Iterator[_Event]:
    for row, scope, given, withdrawn in all_rows(
        reader,
        f"SELECT id, scope, given_on, withdrawn_on FROM consent WHERE citizen IN ({marks(citizens)}) AND void = 0",
        *citizens,
    ):
        what = scope_word(scope)
        yield given, "consent", _("samtykke givet: {what}").format(what=what), None, row
        yield withdrawn, "consent", _("samtykke trukket tilbage: {what}").format(what=what), None, row
