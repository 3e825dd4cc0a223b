"""The lines of *Borger, én*: courses with their marks, goals, events and ratings as rows of text. No widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import codes
from vejleder_tui.codes.informants import informant_word
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import NO_FIGURE, hours, near_date, short_date, whole_date
from vejleder_tui.rules.goals import direction, type_name, verdict_word
from vejleder_tui.rules.legal import short_form
from vejleder_tui.screens.conflict_words import count_words, differing_words
from vejleder_tui.widgets.panels import Row
from vejleder_tui.widgets.path_chart import HEIGHT, Path, path_lines
from vejleder_tui.widgets.text import columns, fit, plain, width

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vejleder_tui.queries.citizen_attendance import CoursePart, Mark
    from vejleder_tui.queries.citizen_record import CitizenHeader
    from vejleder_tui.queries.citizen_timeline import TimelineEvent
    from vejleder_tui.queries.goals import GoalDetail
    from vejleder_tui.queries.voided import VoidedRow

__all__ = [
    "course_rows", "event_rows", "events_title", "goal_header", "goal_rows", "goal_sentence", "goals_title",
    "header_line", "path_of", "path_rows", "path_title", "rating_rows", "voided_rows",
]  # fmt: skip

_TITLE = 20
_MARK = 6
_FIGURES = 13
_ATTENTION = "! "


def header_line(header: CitizenHeader, number: str = "", cells: int = 0) -> str:
    """Return line 3: age, number (masked, or `number` when it was asked for), legal basis, municipality, consent.

    In `cells` (0: uncut) the municipality gives way, then the keys: legal basis, consent and what asks for attention stand
    whole.
    """
    for place, keys in ((True, True), (False, True), (False, False)):
        said = " · ".join(_header_parts(header, number, place=place, keys=keys))
        if not cells or width(said) <= cells:
            break
    return said


def _header_parts(header: CitizenHeader, number: str, *, place: bool, keys: bool) -> list[str]:
    parts = []
    if header.age is not None:
        parts.append(_("{age} år").format(age=header.age))
    if not header.number:
        parts.append(_("intet CPR-nummer"))
    elif number or not keys:
        parts.append(_("{kind} {number}").format(kind=_number_word(header), number=number or header.number))
    else:
        parts.append(_("{kind} {number} (c viser)").format(kind=_number_word(header), number=header.number))
    bases = ", ".join(short_form(basis) for basis in header.legal_bases[:1])
    if bases and header.grant_until:
        parts.append(_("{basis} til {date}").format(basis=bases, date=whole_date(header.grant_until)))
    elif bases:
        parts.append(bases)
    if header.municipality and place:
        parts.append(codes.display("kommunekoder", header.municipality))
    parts.append({True: _("samtykke ja"), False: _("samtykke nej"), None: _("samtykke ikke spurgt")}[header.consent])
    registered = _("{count} registreringer (s viser)") if keys else _("{count} registreringer")
    told = (
        (header.protected, _("beskyttet adresse")),
        (header.contested, differing_words(header.open) or _("afklares")),
        (header.others, registered.format(count=len(header.others) + 1)),
        (header.same_number, _ATTENTION + _("samme nummer som en anden")),
    )
    return [*parts, *(words for holds, words in told if holds)]


def _number_word(header: CitizenHeader) -> str:
    return _("CPR") if header.number_kind == "cpr" else _("Erstatningsnr.")


def course_rows(courses: Sequence[CoursePart], today: date, cells: int) -> list[Row]:
    """Return a line of days above a line of marks for a closed course, and one sentence for an open offer."""
    rows: list[Row] = []
    days: list[date] = []
    room = max(1, (cells - 1 - _TITLE - 1 - _FIGURES - 1) // _MARK)
    for part in courses:
        if part.kind == "open" or not part.is_open or not part.marks:
            text = _course_sentence(part, today)
            told = f"{text} {count_words(part.to_settle)}".rstrip()
            said = " · ".join(one for one in (told, differing_words(part.open)) if one)
            rows.append(Row(part.course, f"{_('afklares')} · {text}" if _open(part) else text, say=said))
            continue
        shown = part.marks[-room:]
        if [mark.day for mark in shown] != days:
            days = [mark.day for mark in shown]
            rows.append(Row(None, " " * (_TITLE + 1) + "".join(f"{day:%d-%m} " for day in days)))
        rows.append(Row(part.course, _strip(part, shown, room), say=_course_said(part, today)))
    return rows


def _open(part: CoursePart) -> bool:
    return part.contested or bool(part.to_settle)


def _strip(part: CoursePart, shown: Sequence[Mark], room: int) -> str:
    marks = "".join(fit(f"  {mark.letter}", _MARK) for mark in shown)
    came = _("{came} af {expected}").format(came=part.came, expected=part.figures.expected)
    dose = hours(part.figures.attended_minutes)
    figures = f"{came}  {dose}" if len(came) + len(dose) + 2 <= _FIGURES else f"{came} {dose}"
    title = f"{_('afklares')} · {part.title}" if _open(part) else part.title
    return f"{fit(title, _TITLE)} {fit(marks, room * _MARK)}{fit(figures, _FIGURES, 'right')} "


def _course_said(part: CoursePart, today: date) -> str:
    last = ", ".join(f"{short_date(mark.day, today)} {mark.letter}" for mark in part.marks[-4:])
    said = _("{title} ({basis}): fremmødt {came} af {expected}, {hours}. Senest: {last}").format(
        title=part.title, basis=short_form(part.legal_basis) or NO_FIGURE, came=part.came,
        expected=part.figures.expected, hours=hours(part.figures.attended_minutes), last=last,
    )  # fmt: skip
    return " · ".join(
        one for one in (f"{said} {count_words(part.to_settle)}".rstrip(), differing_words(part.open)) if one
    )


def _course_sentence(part: CoursePart, today: date) -> str:
    if part.status in {"waiting", "offered"} and part.start:
        return _("{title}: på venteliste siden {date}").format(title=part.title, date=short_date(part.start, today))
    title = _("{title} (åbent tilbud)").format(title=part.title) if part.kind == "open" else part.title
    if part.enrolment and not part.is_open:
        ended = short_date(part.end, today) if part.end else NO_FIGURE
        title = _("{title} (afsluttet {date})").format(title=part.title, date=ended)
    if not part.came:
        if part.start:
            return _("{title}: ikke mødt endnu, indskrevet {date}").format(
                title=title, date=short_date(part.start, today)
            )
        return _("{title}: ikke mødt").format(title=title)
    first = part.start or part.marks[0].day
    return ngettext(
        "{title}: kom {count} gang siden {first}, senest {last}",
        "{title}: kom {count} gange siden {first}, senest {last}",
        part.came,
    ).format(
        title=title, count=part.came, first=short_date(first, today),
        last=short_date(part.last_came, today) if part.last_came else NO_FIGURE,
    )  # fmt: skip


def goal_header(goals: Sequence[GoalDetail], cells: int) -> str:
    """Return the heading over the goals, in `cells`."""
    return _goal_line(
        ("", _("Måltype"), _("Start"), _("Nu"), _("mål").capitalize(), _("Vurdering")), cells, _verdict_cells(goals)
    )


def _verdict_cells(goals: Sequence[GoalDetail]) -> int:
    return max([11, *(width(_verdict(goal)) for goal in goals)])


def _goal_line(parts: tuple[str, str, str, str, str, str], cells: int, last: int) -> str:
    title, kind, start, now, target, outcome = parts
    # The heading's words are wider in English: a column is never narrower than its word.
    places = (
        fit(start, max(5, width(_("Start"))), "right")
        + fit(now, max(5, width(_("Nu")) + 1), "right")
        + fit(target, max(6, width(_("mål")) + 1), "right")
    )
    rest = f"  {fit(kind, 14)}{places}  {fit(outcome, last)}"
    return fit(title, max(8, cells - width(rest))) + rest


def _verdict(goal: GoalDetail) -> str:
    if goal.row.contested:
        return _("afklares")
    if goal.row.status == "ended":
        return _("afsluttet: {verdict}").format(verdict=verdict_word(goal.row.verdict))
    return verdict_word(goal.row.verdict)


def _goal_title(goal: GoalDetail) -> str:
    return goal.row.term or goal.text or _("ønske")


def goal_rows(goals: Sequence[GoalDetail]) -> list[Row]:
    """Return a row a goal: condition, type, start, now, target and verdict in words."""
    last = _verdict_cells(goals)
    rows = []
    for goal in goals:
        row = goal.row
        parts = (
            _goal_title(goal), type_name(row.goal_type) if row.goal_type else _("ønske"), _level(row.baseline),
            _level(row.now), _level(row.target), _verdict(goal),
        )  # fmt: skip
        rows.append(Row(row.id, lambda cells, parts=parts: _goal_line(parts, cells, last), say=_said(goal)))  # type: ignore[misc]  # mypy cannot type a lambda's default
    return rows


def _said(goal: GoalDetail) -> str:
    return f"{_goal_title(goal)}. {goal.sentence}".strip()


def _level(level: int | None) -> str:
    return NO_FIGURE if level is None else str(level)


def goal_sentence(goal: GoalDetail, today: date) -> str:
    """Return the sentence under the path: "Start 3, nu 2, mål 1: på vej. Deltog i 10 af 12 timer. Vurderes i dag."."""
    parts = [goal.sentence] if goal.sentence else []
    if goal.dose.planned_minutes:
        attended, planned = goal.dose.hours
        parts.append(_("Deltog i {attended} af {planned} timer.").format(attended=attended, planned=planned))
        parts += [count_words(goal.dose.to_settle)] if goal.dose.to_settle else []
    if goal.row.open:
        parts.append(f"{differing_words(goal.row.open)}.")
    if goal.row.due is not None:
        near = near_date(goal.row.due, today)
        late = goal.row.due < today
        parts.append((_("Skulle vurderes {date}.") if late else _("Vurderes {date}.")).format(date=near))
    return " ".join(parts)


def path_title(goal: GoalDetail) -> str:
    """Return the heading over the path: "Udvikle (progression): fra 3 mod 1"."""
    row = goal.row
    if row.goal_type is None or row.baseline is None or row.target is None:
        return _("Ønske")
    return direction(row.goal_type, row.baseline, row.target)


def path_of(goal: GoalDetail) -> Path:
    """Return what the chart draws of a goal."""
    return Path(goal.path, goal.row.goal_type, goal.row.target, goal.follow_up_date)


def path_rows(goal: GoalDetail | None, today: date) -> list[Row]:
    """Return the chart as rows that the cursor passes by."""
    if goal is None or goal.row.goal_type is None:
        return []
    path = path_of(goal)
    return [
        Row(None, lambda cells, line=line: path_lines(path, cells, today)[line])  # type: ignore[misc]  # mypy cannot type a lambda's default
        for line in range(HEIGHT)
    ]


def rating_rows(goal: GoalDetail, today: date) -> list[Row]:
    """Return the ratings, the newest first: day, level, self-rating, informant and comment."""
    rows = []
    for one in reversed(goal.ratings):
        level = _("ikke vurderet") if one.level is None else _("niveau {level}").format(level=one.level)
        own = _("egen {score} af 10").format(score=one.self_rating) if one.self_rating is not None else ""
        parts = (short_date(one.date, today), level, own, informant_word(one.informant), one.comment)
        rows.append(
            Row(
                one.id,
                lambda cells, p=parts: columns(cells, (p[0], 10), (p[1], 13), (p[2], 12), (p[3], 20), (p[4], 0)),  # type: ignore[misc]  # mypy cannot type a lambda's default
                say=" · ".join(part for part in parts if part),
            )
        )
    return rows


def events_title(count: int, kind: str) -> str:
    """Return the heading of the timeline; with a filter, what it lets through."""
    from vejleder_tui.queries.citizen_timeline import kind_word  # noqa: PLC0415 - not for the first paint

    title = _("Tidslinje ({count})").format(count=count)
    return f"{title} · {kind_word(kind)}" if kind else title


def goals_title(count: int, status: str) -> str:
    """Return the heading over the goals; with a filter, what it lets through."""
    title = _("Mål ({count})").format(count=count)
    return f"{title} · {_('i gang') if status == 'active' else _('afsluttede')}" if status else title


def voided_rows(rows: Sequence[VoidedRow], today: date) -> list[Row]:
    """Return what was taken away."""
    made = []
    for one in rows:
        parts = (short_date(one.day, today) if one.day else NO_FIGURE, plain(one.text))
        made.append(
            Row(
                f"{one.table}:{one.id}",
                lambda cells, p=parts: columns(cells, (p[0], 10), (p[1], 0)),  # type: ignore[misc]  # mypy cannot type a lambda's default
                say=_("{day} {what}, fjernet. x gendanner.").format(day=parts[0], what=one.text),
            )
        )
    return made


def event_rows(events: Sequence[TimelineEvent], today: date) -> list[Row]:
    """Return everything that happened, the newest first; a note in somebody's own words stands behind."""
    from vejleder_tui.queries.citizen_timeline import kind_word  # noqa: PLC0415 - not for the first paint

    rows = []
    for index, event in enumerate(events):
        word = _("afklares") if event.contested else kind_word(event.kind)
        said = f"{event.text} · {event.note}" if event.note else event.text
        said = f"{differing_words(event.open)} · {said}" if event.open else said
        parts = (short_date(event.day, today), word, said)
        rows.append(
            Row(
                f"{event.kind}:{event.row}:{index}",
                lambda cells, p=parts: columns(cells, (p[0], 10), (p[1], 11), (plain(p[2]), 0)),  # type: ignore[misc]  # mypy cannot type a lambda's default
                say=f"{short_date(event.day, today)} {word}: {said}",
            )
        )
    return rows
