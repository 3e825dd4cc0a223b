"""What Fremmøde says: its lines 1 and 2, the rows, the details under them, and the receipts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.codes import absence_reason, attendance_kind
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import line_date, time_range
from vejleder_tui.screens.conflict_words import differing_words
from vejleder_tui.widgets.roster_list import NARROW, RowState, RowText
from vejleder_tui.widgets.text import initials, line, plain, width

if TYPE_CHECKING:
    from vejleder_tui.queries.roster_rows import Roster, RosterRow
    from vejleder_tui.services.attendance import Mark, Marked

__all__ = [
    "counts",
    "detail_lines",
    "left_receipt",
    "marked_row",
    "name_on_screen",
    "receipt",
    "row_text",
    "side_texts",
    "title_right",
    "undone_sentence",
    "word_of",
]


_LONGEST_NAME = 20
"""A longer name is cut in a receipt, so that "z fortryder" stands within 80 columns."""


def word_of(code: str | None, reason: str | None = None) -> str:
    """Return a mark in words, with its reason."""
    if code is None:
        return _("ikke registreret")
    kind = attendance_kind(code)
    why = absence_reason(reason)
    word = kind.word if kind else code
    return f"{word}: {why.word}" if why else word


def name_on_screen(row: RosterRow, privacy: bool) -> str:
    """Return the short name, or the initials while F8 is on."""
    return (initials(row.name) or row.initials) if privacy else row.name


def title_right(found: Roster, cells: int) -> str:
    """Return "7. mødegang af 20 · tir 24-11-2026 10:00–12:00"; a narrow window has the time only."""
    view = found.view
    when = f"{line_date(view.date)} {time_range(view.start_minute, view.end_minute)}"
    if view.ordinal is None or cells < NARROW:
        return when
    if view.total is None:
        return _("{number}. mødegang · {when}").format(number=view.ordinal, when=when)
    return _("{number}. mødegang af {total} · {when}").format(number=view.ordinal, total=view.total, when=when)


def counts(found: Roster, saved_at: str, cells: int) -> str:
    """Return line 2 without its first space: the place at the left, the counts at the right."""
    said = [_("{count} af {total} registreret").format(count=found.registered, total=len(found.rows))]
    view = found.view
    if view.signed_off_at is not None:
        day = f"{local(view.signed_off_at):%d-%m}"
        said.append(_("godkendt {day} {who}").format(day=day, who=view.signed_off_by).strip())
    elif found.missing:
        said.append(ngettext("{count} mangler", "{count} mangler", found.missing).format(count=found.missing))
    settle = sum(bool(row.contested) for row in found.rows)
    if settle:
        said.append(_("({count} til afklaring)").format(count=settle))
    if saved_at:
        said.append(_("gemt {time}").format(time=saved_at))
    right = " · ".join(said)
    if cells < width(right) + 12:
        right = " · ".join(said[:2])
    return line(view.venue_name, right, cells)[1:]


def row_text(row: RosterRow, state: RowState, *, chosen: bool = False, privacy: bool = False) -> RowText:
    """Return a row as the list shows it."""
    return RowText(
        number=row.number, name=name_on_screen(row, privacy), letter=row.letter, word=row.word, time=row.time,
        basis=row.legal_basis, remark=" · ".join(row.remarks), missing=row.code is None, state=state, chosen=chosen,
    )  # fmt: skip


def detail_lines(found: Roster, row: RosterRow | None, cells: int, *, privacy: bool = False) -> tuple[str, ...]:
    """Return lines 18–20: the row in focus uncut, its goals, and what is missing of the session."""
    first = second = ""
    if row is not None:
        parts = [f"{row.number} {name_on_screen(row, privacy)}", row.word, row.time, row.history]
        if row.contested:
            parts.append(_("afklares: {values}").format(values=" / ".join(row.contested)))
        parts += [one for one in row.remarks if one != _("afklares")]
        first = " " + " · ".join(part for part in parts if part)
        second = goals_line(found, row, cells)
    return first, second, session_line(found)


def goals_line(found: Roster, row: RosterRow, cells: int) -> str:
    """Return "Mål: Købe ind (fastholde) · start 2, nu 2, hold 2 · vurderet 03-11 · m Vurdér", the goal's name cut first."""
    if not row.goals:
        return " " + _("Mål: ingen aktive mål · m Vurdér")
    goal = row.goals[0]
    text = _("Mål: {goal} · m Vurdér") if len(row.goals) == 1 else _("Mål 1 af {count}: {goal} · m Vurdér")
    made = text.format(count=len(row.goals), goal=goal.line(found.today))
    over = width(plain(made)) + 2 - cells
    if over > 0:
        shorter = replace(goal, what=plain(goal.what, max(4, width(plain(goal.what)) - over)))
        made = text.format(count=len(row.goals), goal=shorter.line(found.today))
    return f" {made}"


def session_line(found: Roster) -> str:
    """Return "Gæster: 1 · Hændelser: ikke besvaret (i) · Tema og tidsforbrug: mangler (e)"."""
    answered = {"none": _("ingen"), "some": _("beskrevet")}.get(found.incidents, _("ikke besvaret (i)"))
    parts = [
        *([differing_words(found.view.open)] if found.view.open else []),
        _("Gæster: {count}").format(count=found.guest_count),
        _("Hændelser: {answer}").format(answer=answered),
    ]
    if not found.theme and not found.staff_minutes:
        parts.append(_("Tema og tidsforbrug: mangler (e)"))
    elif not found.theme:
        parts.append(_("Tema: mangler (e)"))
    elif not found.staff_minutes:
        parts.append(_("Tidsforbrug: mangler (e)"))
    else:
        parts.append(_("Tema: {theme}").format(theme=found.theme))
    return " " + " · ".join(parts)


def side_texts(found: Roster, row: RosterRow | None, *, privacy: bool = False) -> tuple[str, ...]:
    """Return what stands at the side of a wide window: every goal of the citizen in focus."""
    if row is None:
        return ()
    texts = [_("Mål · {who}").format(who=name_on_screen(row, privacy)), ""]
    if not row.goals:
        return (*texts, _("Ingen aktive mål."))
    for goal in row.goals:
        texts += [goal.line(found.today).replace(" · ", "\n"), ""]
    return (*texts, _("m Vurdér"))


def marked_row(row: RosterRow, mark: Mark, found: Roster) -> RosterRow:
    """Return a row as it stands after a mark that was saved."""
    late = 0
    if mark.code is not None:
        late = row.late_days if row.code is not None else max((found.today - found.view.date).days, 0)
    return replace(
        row, code=mark.code, reason=mark.reason, minutes=mark.minutes, has_note=mark.has_note, late_days=late,
        notified_at=from_stamp(mark.notified_at) if mark.notified_at else None, in_a_row=mark.in_a_row,
        corrected=row.corrected or (found.signed_off and mark.code is not None), contested=(),
    )  # fmt: skip


def receipt(marked: Marked, names: dict[str, str]) -> str:
    """Return "Fremmødt: Ebbe R. · gemt 10:42:07 · z fortryder", both words where one mark took another's place."""
    if marked.count != 1:
        code = marked.marks[0].code if marked.marks else None
        words = word_of(code, marked.marks[0].reason if marked.marks else None)
        what = _("{count} markeret {word}").format(count=marked.count, word=words)
        if code is None:
            what = _("{count} ryddet").format(count=marked.count)
    else:
        one = marked.one
        who = plain(names.get(one.citizen, ""), _LONGEST_NAME)
        word = word_of(one.code, one.reason)
        if one.follow_up:
            what = _("{who}: {word}, opfølgning oprettet").format(who=who, word=word)
        elif one.was is not None and one.was != one.code:
            what = _("{who}: {before} → {after}").format(who=who, before=word_of(one.was), after=word)
        else:
            what = _("{what}: {who}").format(what=word[:1].upper() + word[1:], who=who)
    if marked.count > 1 and any(one.follow_up for one in marked.marks):
        what += " · " + _("opfølgning oprettet")
    return saved_sentence(what, marked.saved.at)


def saved_sentence(what: str, at: str) -> str:
    """Return a receipt: "WHAT · gemt 10:42:07 · z fortryder"."""
    return _("{what} · gemt {time} · z fortryder").format(what=what, time=at)


def left_receipt(found: Roster, saved_at: str) -> str:
    """Return what I dag says after Fremmøde."""
    what = _("Fremmøde: {count} af {total} registreret").format(count=found.registered, total=len(found.rows))
    return saved_sentence(what, saved_at)


def undone_sentence(
    before: Roster, after: Roster, what: str, done_at: str, *, here: bool, redo: bool, names: dict[str, str]
) -> str:  # fmt: skip
    """Return what was undone, by name where it was one mark; from another screen with its day."""
    old = {row.citizen: row for row in before.rows}
    changed = [row for row in after.rows if row.citizen in old and _mark(old[row.citizen]) != _mark(row)]
    if len(changed) == 1 and here:
        row = changed[0]
        who = names.get(row.citizen, row.name)
        if redo:
            said = _("{who} er {word}").format(who=who, word=row.word)
        else:
            said = _("{who} er igen {word} (var {before})").format(who=who, word=row.word, before=old[row.citizen].word)
    elif changed and here and len({row.word for row in changed}) == 1:
        count, word = len(changed), changed[0].word
        text = _("{count} er {word}") if redo else _("{count} er igen {word}")
        said = text.format(count=count, word=word)
    else:
        said = what if here else f"{what}, {done_at}"
    sentence = _("Gjort igen: {what} · z fortryder") if redo else _("Fortrudt: {what} · Z gør igen")
    return sentence.format(what=said)


def _mark(row: RosterRow) -> tuple[object, ...]:
    return (row.code, row.reason, row.minutes, row.has_note)
