"""The words of the course screens: rows, headings, sentences; no keys, no reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vejleder_tui import codes
from vejleder_tui.i18n import N_, _, ngettext
from vejleder_tui.queries.sessions import SessionStatus
from vejleder_tui.rules.formats import hours, line_date, period, short_date, time_range, whole_date
from vejleder_tui.rules.recurrence import describe
from vejleder_tui.screens.conflict_words import count_words, differing_words
from vejleder_tui.widgets.panels import Row
from vejleder_tui.widgets.text import columns, fit, plain, width

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from vejleder_tui.queries.course_people import Participant, Waiting
    from vejleder_tui.queries.courses import CourseDetail, CourseLine
    from vejleder_tui.queries.sessions import SessionView
    from vejleder_tui.queries.voided import VoidedRow
    from vejleder_tui.widgets.text import Cell

__all__ = [
    "course_rows",
    "header",
    "people_rows",
    "session_row",
    "session_sentence",
    "status_word",
    "voided_row",
    "waiting_rows",
]

KINDS = {"closed": N_("Lukket hold"), "rolling": N_("Løbende optag"), "open": N_("Åbent tilbud")}
_SHORTEST = 8
"""A place cut shorter than this says nothing, and is left out."""
COURSE_STATUS = {"planned": N_("planlagt"), "running": N_("i gang"), "ended": N_("afsluttet")}
_SAID = {
    "enrolled": N_("indskrevet"),
    "paused": N_("pause"),
    "completed": N_("gennemført"),
    "ended": N_("ophørt"),
}


def kind_word(kind: str) -> str:
    """Return "Lukket hold"."""
    return _(KINDS[kind]) if kind in KINDS else ""


def header(course: CourseDetail, cells: int = 0) -> str:
    """Return what the course is, when and where: line 3 of the screen, in `cells` (0: uncut).

    Where there is no room the leaders go first, then the place is cut; days and times stay whole.
    """
    state = _("FJERNET") if course.void else _("AFSLUTTET") if course.status == "ended" else ""
    state = " · ".join(one for one in (state, differing_words(course.open)) if one)
    kind, plan = kind_word(course.kind), describe(course.plan) if course.plan else _("uden plan")
    days = period(course.first, course.last) if course.first else ""
    place, leaders = plain(course.venue_name), ", ".join(course.leaders)

    def joined(*parts: str) -> str:
        return " · ".join(one for one in parts if one)

    whole = joined(state, kind, plan, place, days, leaders)
    if not cells or width(whole) <= cells:
        return whole
    room = cells - width(joined(state, kind, plan, days)) - 3
    if room >= min(_SHORTEST, width(place)):
        return joined(state, kind, plan, plain(place, room), days)
    short = joined(state, kind, plan, days)
    return short if width(short) <= cells else joined(state, plan, days)


def of(part: int, whole: int) -> str:
    """Return "5 af 6"."""
    return _("{part} af {whole}").format(part=part, whole=whole)


# Sessions


def status_word(view: SessionView, today: date) -> str:
    """Return the status in a word; a moved session says where to, one that laptops disagree about says so."""
    if view.contested:
        return _("afklares")
    if view.status is SessionStatus.MOVED:
        return _("flyttet {day}").format(day=f"{view.date:%d-%m}")
    word = view.status.word
    return f"{word} !" if _missing(view, today) else word


def _missing(view: SessionView, today: date) -> bool:
    waits = {SessionStatus.PLANNED, SessionStatus.HELD, SessionStatus.MOVED}
    return view.status in waits and view.date < today and view.registered < view.expected


def _count(view: SessionView, today: date) -> str:
    if view.status is SessionStatus.SKIPPED:
        return view.reason
    if view.status is SessionStatus.CANCELLED:
        return "–"
    if view.date > today:
        return _("{count} afbud").format(count=view.notified) if view.notified else "–"
    if view.status is SessionStatus.MOVED and not view.registered:
        return "–"
    return fit(of(view.registered, view.expected), 8, "right")


def session_row(view: SessionView, today: date, venue: str | None = None) -> Row:
    """Return the row of one session; a moved one stands at the day that the plan gave it. `venue` is the course's."""
    day = view.ref.planned_date or view.date
    ordinal = f"{view.ordinal}." if view.ordinal else "– "
    status, count = status_word(view, today), _count(view, today)
    text = f"{day:%d-%m}{fit(ordinal, 5, 'right')}  "

    def made(cells: int) -> str:
        extra = view.theme or (view.title if view.ref.planned_date is None else "")
        left = cells - 23
        said = f"{fit(status, 14)}  {extra}" if extra and left > 20 else status
        return f"{text}{fit(count, 9)}  {said}"

    return Row(view.ref.id, made, session_sentence(view, today, venue))


def session_sentence(view: SessionView, today: date, venue: str | None = None) -> str:
    """Return "24-11-2026 10:00–12:00, 7. mødegang, i gang: 10 af 12 registreret"."""
    if view.status is SessionStatus.SKIPPED:
        return _("{day} springes over: {reason}. x tager dagen med igen.").format(
            day=whole_date(view.date), reason=view.reason
        )
    parts = [f"{whole_date(view.date)} {time_range(view.start_minute, view.end_minute)}"]
    if view.contested:
        # Before all else: the line is one, and what is open must not be what is cut.
        parts += [" ".join(one for one in (differing_words(view.open), count_words(view.to_settle)) if one)]
    parts.append(_("{number}. mødegang").format(number=view.ordinal) if view.ordinal else view.title)
    if view.status is SessionStatus.MOVED and view.ref.planned_date and view.ref.planned_date != view.date:
        parts.append(_("flyttet fra {day}").format(day=whole_date(view.ref.planned_date)))
    else:
        parts.append(view.status.word)
    if view.venue_name and view.venue != venue:
        parts.append(view.venue_name)
    said = ", ".join(one for one in parts if one)
    if view.status is SessionStatus.CANCELLED:
        return f"{said}: {view.reason}" if view.reason else said
    if view.date <= today or view.registered:
        said = _("{said}: {count} registreret").format(said=said, count=of(view.registered, view.expected))
    return f"{said} · {view.theme}" if view.theme else said


# People


def _flags(one: Participant) -> str:
    if one.contested or one.to_settle:
        return _("afklares")
    parts = [_("pause") if one.paused else "", "!" if one.attention else "", _("ny") if one.new else ""]
    return " ".join(part for part in parts if part)


def people_rows(course: CourseDetail) -> list[Row]:
    """Return the participants, and under them those who left."""
    rows = [_person(one) for one in course.participants]
    if course.former:
        rows.append(Row(None, _("Tidligere: {count}").format(count=len(course.former))))
        rows += [_gone(one, course.today) for one in course.former]
    return rows


def _person(one: Participant) -> Row:
    share, dose = (of(one.attended, one.expected), hours(one.minutes)) if one.expected else ("–", "")
    dosed = share + fit(dose, max(13 - width(share), width(dose) + 1), "right")

    def made(cells: int) -> str:
        # The word stands whole; hours give way to it.
        figures = fit(share, 11) if one.contested or one.to_settle else dosed
        return f"{fit(one.name, max(10, cells - 29))} {fit(one.legal_basis, 7)} {figures} {_flags(one)}"

    return Row(f"e:{one.enrolment}", made, _sentence(one))


def _sentence(one: Participant) -> str:
    parts = [
        _("{name}, {basis}, indskrevet {since}").format(
            name=one.name, basis=one.legal_basis, since=whole_date(one.enrolled_from)
        ),
        _("fremmødt {share}, {hours}").format(share=of(one.attended, one.expected), hours=hours(one.minutes)),
    ]
    if one.to_settle or one.open:
        # Before all else: the line is one, and what is open must not be what is cut.
        came = f"{one.name}: {of(one.attended, one.expected)} {count_words(one.to_settle)}".rstrip()
        parts = [came, *([differing_words(one.open)] if one.open else []), *parts]
    if one.twice:
        parts.append(_("indskrevet to gange"))
    if one.paused:
        parts.append(_("på pause"))
    if one.no_shows:
        parts.append(_("udeblevet flere gange i træk"))
    if one.grant_ended is not None:
        parts.append(_("bevillingen udløb {day}").format(day=whole_date(one.grant_ended)))
    return " · ".join(parts)


def _gone(one: Participant, today: date) -> Row:
    word = _(_SAID.get(one.status, N_("ophørt")))
    when = short_date(one.to_date, today) if one.to_date else ""
    reason = codes.display("local_afslutning", one.end_reason) if one.end_reason else ""
    said = _("{name}, {word} {day}: {reason}").format(name=one.name, word=word, day=when, reason=reason or "–")
    return Row(
        f"e:{one.enrolment}",
        lambda cells: f"{fit(one.name, max(10, cells - 29))} {fit(one.legal_basis, 7)} {fit(word, 10)} {when}",
        said,
    )


def waiting_rows(course: CourseDetail) -> list[Row]:
    """Return the waiting list in its order."""
    return [_waits(place, one, course.today) for place, one in enumerate(course.waiting, 1)]


def _waits(place: int, one: Waiting, today: date) -> Row:
    since = _("siden {day}").format(day=short_date(one.since, today))
    flag = _("afklares") if one.contested else _("tilbudt") if one.offered else ""

    def made(cells: int) -> str:
        told = flag if one.contested else f"{since} {flag}"
        return f"{place}. {fit(one.name, max(10, cells - 29))} {fit(one.legal_basis, 8)} {told}"

    offered = _(", plads tilbudt") if one.offered else ""
    if one.twice:
        offered += _(", står to gange på forløbet")
    said = _("{place}. på ventelisten: {name}, {basis}, {since}{offered}").format(
        place=place, name=one.name, basis=one.legal_basis or "–", since=since, offered=offered
    )
    said = f"{said} · {differing_words(one.open)}" if one.open else said
    return Row(f"w:{one.enrolment}", made, said)


def voided_row(one: VoidedRow, today: date) -> Row:
    """Return what was taken away, with the day it is about."""
    day = short_date(one.day, today) if one.day else "–"
    said = _("{day} {what}, fjernet. x gendanner.").format(day=day, what=one.text)
    return Row(one.id, lambda cells: columns(cells, (day, 10), (one.text, 0)), said)


# The list


def course_rows(found: Sequence[CourseLine], today: date, missing: Mapping[str, int]) -> list[Row]:
    """Return the list; `missing` is how many past sessions of a course lack registration.

    The columns are as wide as the widest of the list needs: days, times and numbers stand whole, the title gives way.
    """
    cells = [_cells(one, today, missing.get(one.id, 0)) for one in found]
    widths = [max((width(plain(row[column])) for row in cells), default=0) for column in range(_PLACE + 1)]
    return [
        Row(one.id, _made(row, widths), _course_said(one, missing.get(one.id, 0)))
        for one, row in zip(found, cells, strict=True)
    ]


_TITLE, _PLAN, _PLACES, _WAITS, _LAST, _PLACE = range(6)
_LEAST_TITLE = 16


def _cells(one: CourseLine, today: date, missing: int) -> tuple[str, ...]:
    when = ""
    if one.next is not None:
        when = _("i dag") if one.next.date == today else f"{one.next.date:%d-%m}"
    status = (
        _("afklares") if one.contested or one.to_settle else when or _(COURSE_STATUS.get(one.status, N_("planlagt")))
    )
    return (
        one.title, describe(one.plan) if one.plan else "",
        of(one.taken, one.capacity) if one.capacity else str(one.taken),
        _("{count} venter").format(count=one.waiting) if one.waiting else "",
        f"{status} !" if missing else status, one.venue_name,
    )  # fmt: skip


def _made(row: tuple[str, ...], widths: Sequence[int]) -> Callable[[int], str]:
    def made(cells: int) -> str:
        fixed = [
            cell
            for cell in (
                (row[_PLACES], widths[_PLACES], "right"), (row[_WAITS], widths[_WAITS]), (row[_LAST], widths[_LAST]),
            )
            if cell[1]
        ]  # fmt: skip
        left = cells - sum(cell[1] + 2 for cell in fixed)
        if widths[_WAITS] and left < widths[_PLAN] + 2 + _LEAST_TITLE:
            # Who waits is said in the line under the list.
            fixed = [fixed[0], *fixed[2:]]
            left += widths[_WAITS] + 2
        plan = min(widths[_PLAN], max(0, left - 2 - _LEAST_TITLE))
        place = min(widths[_PLACE], max(0, left - plan - widths[_TITLE] - 4))
        middle: list[Cell] = [(row[_PLAN], plan)] if plan else []
        if place >= _SHORTEST:
            middle.append((row[_PLACE], place))
        return columns(cells, (row[_TITLE], 0), *middle, *cast("list[Cell]", fixed))

    return made


def _course_said(one: CourseLine, missing: int) -> str:
    parts = [one.title, kind_word(one.kind), describe(one.plan) if one.plan else "", one.venue_name]
    if one.next is not None:
        parts.append(_("næste {day}").format(day=line_date(one.next.date)))
    places = of(one.taken, one.capacity) if one.capacity else str(one.taken)
    parts.append(f"{_('{places} pladser').format(places=places)} {count_words(one.to_settle)}".rstrip())
    if one.open:
        parts.append(differing_words(one.open))
    if one.waiting:
        parts.append(_("{count} venter").format(count=one.waiting))
    if missing:
        parts.append(
            ngettext("{count} mødegang mangler registrering", "{count} mødegange mangler registrering", missing).format(
                count=missing
            )
        )
    return " · ".join(part for part in parts if part)
