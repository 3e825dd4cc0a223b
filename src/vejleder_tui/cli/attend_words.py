"""The sentences of the attendance dialogue; each starts with what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.codes import ABSENCE_REASONS
from vejleder_tui.i18n import N_, _, ngettext
from vejleder_tui.rules.formats import month_name, spoken_time_range

if TYPE_CHECKING:
    from datetime import date

    from vejleder_tui.queries.roster_rows import Roster, RosterRow
    from vejleder_tui.queries.sessions import SessionView

__all__ = [
    "choice_sentence",
    "finished_sentence",
    "help_lines",
    "in_a_row_sentence",
    "question_of",
    "row_sentence",
    "session_heading",
]

_ORDINALS = (N_("Anden"), N_("Tredje"), N_("Fjerde"), N_("Femte"), N_("Sjette"), N_("Syvende"), N_("Ottende"))
_HELP = {
    "session": (N_("Skriv tallet foran mødegangen. slut lukker."),),
    "row": (
        N_("f fremmødt. d delvist. o online. a afbud. u udeblevet."),
        N_("Enter springer over. r markerer resten fremmødt. z fortryder det sidste."),
        N_("Et tal går til den række. liste læser alle rækker. slut lukker; det, du har svaret, er gemt."),
    ),
    "minutes": (N_("Skriv, hvor mange minutter deltageren var der. Enter, hvis du ikke ved det."),),
    "guests": (N_("Skriv et navn, initialer, eller hvor mange gæster der var. Enter går videre."),),
    "incidents": (N_("i: der skete intet. b: beskriv en negativ bi-effekt. Enter: svar senere."),),
    "signoff": (N_("g godkender mødegangen. Derefter kræver en rettelse en grund. Enter venter."),),
    "text": (N_("Skriv svaret, og tryk Enter. slut lukker."),),
}


def choice_sentence(index: int, view: SessionView, today: date) -> str:
    """Return "1: ABC-gruppe, efterår, klokken 10 til 12. 0 af 12 registreret."."""
    times = spoken_time_range(view.start_minute, view.end_minute)
    when = times if view.date == today else f"{_spoken_day(view.date)} {times}"
    return _("{number}: {title}, {when}. {count} af {total} registreret.").format(
        number=index, title=_line(view.title), when=when, count=view.registered, total=view.expected
    )


def session_heading(found: Roster) -> str:
    """Return "ABC-gruppe, efterår, 7. mødegang af 20. 12 deltagere."."""
    view = found.view
    title = _line(view.title)
    if view.ordinal is not None and view.total is not None:
        title = _("{title}, {number}. mødegang af {total}").format(title=title, number=view.ordinal, total=view.total)
    elif view.ordinal is not None:
        title = _("{title}, {number}. mødegang").format(title=title, number=view.ordinal)
    people = ngettext("{count} deltager.", "{count} deltagere.", len(found.rows)).format(count=len(found.rows))
    if found.view.signed_off_at is not None:
        people += " " + _("Mødegangen er godkendt.")
    return f"{title}. {people}"


def question_of(row: RosterRow, total: int) -> str:
    """Return "5 af 12, Torre M. Bevillingen udløb 20. november.:"."""
    asked = _("{number} af {total}, {who}").format(number=row.number, total=total, who=_line(row.name))
    said = []
    if row.grant_end is not None:
        said.append(_("Bevillingen udløb {day}.").format(day=_spoken_day(row.grant_end)))
    if any(goal.due for goal in row.goals):
        said.append(_("Mål vurderes i dag."))
    if row.contested:
        said.append(_("Afklares: {values}.").format(values=" / ".join(row.contested)))
    if row.code is not None:
        said.append(_("Nu {word}.").format(word=row.word.replace(":", ",")))
    return " ".join([asked, *said]) + ":"


def row_sentence(row: RosterRow) -> str:
    """Return a row with its state, for `liste`."""
    said = ", ".join(part for part in (row.word.replace(":", ","), row.time) if part)
    return f"{row.number}: {_line(row.name)}, {said}."


def in_a_row_sentence(count: int) -> str:
    """Return "Anden gang i træk."."""
    if count - 2 < len(_ORDINALS):
        return _("{ordinal} gang i træk.").format(ordinal=_(_ORDINALS[count - 2]))
    return _("{count}. gang i træk.").format(count=count)


def finished_sentence(found: Roster, time: str) -> str:
    """Return "Færdig. 12 af 12 registreret, 11 kom, 1 udeblevet. Alt er gemt 12.06."."""
    parts = [
        _("{count} af {total} registreret").format(count=found.registered, total=len(found.rows)),
        _("{count} kom").format(count=found.attended),
    ]
    for code, text in (("absent_notified", _("{count} afbud")), ("absent_unnotified", _("{count} udeblevet"))):
        count = sum(row.code == code for row in found.rows)
        if count:
            parts.append(text.format(count=count))
    return _("Færdig. {counts}. Alt er gemt {time}.").format(counts=", ".join(parts), time=time)


def help_lines(topic: str) -> list[str]:
    """Return what `?` says at a question."""
    if topic == "reason":
        reasons = ", ".join(f"{one.letters[0]} {one.word}" for one in ABSENCE_REASONS)
        return [f"{reasons}.", _("Enter markerer afbud uden årsag.")]
    return [_(line) for line in _HELP[topic]]


def _spoken_day(day: date) -> str:
    return _("{day}. {month}").format(day=day.day, month=month_name(day.month))


def _line(text: str) -> str:
    """Return user text on one line, without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
