"""`vejleder today` and `vejleder sessions`: the day and the plan as plain text, a sentence a line."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from datetime import date, datetime

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.sessions import SessionView

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    today = commands.add_parser("today", parents=[common], help=_("dagens mødegange, og hvad der mangler registrering"))
    today.set_defaults(run=_today)
    sessions = commands.add_parser("sessions", parents=[common], help=_("mødegange i en periode"))
    sessions.add_argument("--from", dest="first", metavar="D", help=_("første dag, fx 24-11 (ellers i dag)"))
    sessions.add_argument("--until", dest="last", metavar="D", help=_("sidste dag (ellers to uger frem)"))
    sessions.set_defaults(run=_sessions)


def _today(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_store  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.sessions import sessions_between, unregistered_sessions  # noqa: PLC0415
    from vejleder_tui.rules.formats import days_ago, spoken_date, whole_date  # noqa: PLC0415

    now = arguments.clock.now()
    day = local_date(now)
    store, unlocked = open_store(arguments, write=False)
    try:
        reader = store.reader()
        who, laptop = _seat(reader, unlocked.slot.worker)
        here = sessions_between(reader, day, day, now)
        missing = unregistered_sessions(reader, now)
        titles = _titles(reader)
        store.release(reader)
    finally:
        store.close()
    if wants_json(arguments):
        print_json(
            {
                "date": day.isoformat(), "worker": who, "laptop": laptop,
                "sessions": [_as_json(one, titles) for one in here], "missing": [_as_json(one, titles) for one in missing],
            }
        )  # fmt: skip
        return 0
    spoken = spoken_date(day)
    spoken = f"{spoken[:1].upper()}{spoken[1:]}"
    say(_("{day}. Du er {who} på {laptop}.").format(day=spoken, who=who, laptop=laptop))
    say(_counted(len(here), len(missing)))
    for number, one in enumerate(here, 1):
        say(f"{number}: {_sentence(one, day)}")
    for one in missing:
        say(
            _("Mangler: {title}, {day}, {ago}. {left} ikke registreret.").format(
                title=one.title,
                day=whole_date(one.date),
                ago=days_ago(one.date, day),
                left=one.expected - one.registered,
            )
        )
    return 0


def _sessions(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_store  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.errors import RuleError  # noqa: PLC0415
    from vejleder_tui.queries.sessions import sessions_between  # noqa: PLC0415
    from vejleder_tui.rules.dates import parse_date  # noqa: PLC0415

    now: datetime = arguments.clock.now()
    day = local_date(now)
    first = parse_date(arguments.first, day, field="from") if arguments.first else None
    last = parse_date(arguments.last, day, field="until") if arguments.last else None
    first = first or min(day, last or day)
    last = last or first + timedelta(days=14)
    if last < first:
        raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="until")
    store, _unlocked = open_store(arguments, write=False)
    try:
        reader = store.reader()
        found = sessions_between(reader, first, last, now)
        titles = _titles(reader)
        store.release(reader)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one, titles) for one in found])
        return 0
    if not found:
        say(_("Ingen mødegange i perioden."))
    shown = _shown_length([one.ref.id for one in found])
    for one in found:
        say(f"{one.ref.id[:shown]}: {_sentence(one, None)}")
    return 0


def _shown_length(ids: list[str]) -> int:
    """Return how much of each id tells it from the others, at least 8; sessions made in the same minute begin alike."""
    return next(length for length in range(8, 37) if len({one[:length] for one in ids}) == len(ids) or length == 36)


def _counted(here: int, missing: int) -> str:
    from vejleder_tui.i18n import ngettext  # noqa: PLC0415

    sessions = ngettext("{count} mødegang i dag.", "{count} mødegange i dag.", here).format(count=here)
    if not missing:
        return sessions
    past = ngettext("{count} tidligere mangler registrering.", "{count} tidligere mangler registrering.", missing)
    return f"{sessions} {past.format(count=missing)}"


def _sentence(one: SessionView, today: date | None) -> str:
    """Return "ABC-gruppe, efterår, klokken 10 til 12. 0 af 12 registreret."; with its day unless that is today."""
    from vejleder_tui.rules.formats import spoken_time_range, whole_date  # noqa: PLC0415

    parts = [one.title, "" if one.date == today else whole_date(one.date)]
    parts += [spoken_time_range(one.start_minute, one.end_minute), one.venue_name, one.status.word]
    said = ", ".join(part for part in parts if part)
    if one.status.value == "cancelled":
        return _("{said}: {reason}.").format(said=said, reason=one.reason) if one.reason else f"{said}."
    return _("{said}. {registered} af {expected} registreret.").format(
        said=said, registered=one.registered, expected=one.expected
    ) + _settling(one)


def _settling(one: SessionView) -> str:
    """Return what laptops disagree about, as a sentence; empty where they agree."""
    from vejleder_tui.screens.conflict_words import count_words, differing_words  # noqa: PLC0415

    if not one.contested:
        return ""
    said = " ".join(part for part in (differing_words(one.open) or _("afklares"), count_words(one.to_settle)) if part)
    return f" {said[:1].upper()}{said[1:]}."


def _as_json(one: SessionView, titles: dict[str, str]) -> dict[str, Any]:
    from vejleder_tui.rules.formats import time_of  # noqa: PLC0415

    return {
        "id": one.ref.id,
        "course": one.ref.course,
        "course_title": titles.get(one.ref.course or "", ""),
        "title": one.title,
        "date": one.date.isoformat(),
        "start": time_of(one.start_minute),
        "end": time_of(one.end_minute),
        "status": one.status.value,
        "expected": one.expected,
        "registered": one.registered,
        "contested": one.contested,
        "to_settle": one.to_settle,
    }


def _titles(reader: Reader) -> dict[str, str]:
    from vejleder_tui.queries.base import all_rows  # noqa: PLC0415

    return {row[0]: row[1] or "" for row in all_rows(reader, "SELECT id, title FROM course WHERE void = 0")}


def _seat(reader: Reader, worker: str) -> tuple[str, str]:
    from vejleder_tui.queries.base import one_row  # noqa: PLC0415
    from vejleder_tui.queries.joining import seated  # noqa: PLC0415

    row = one_row(
        reader,
        "SELECT coalesce(w.initials, ''), coalesce(d.name, '') FROM worker w LEFT JOIN local_value l ON l.name = 'device'"
        " LEFT JOIN device d ON d.id = l.value WHERE w.id = ?",
        seated(reader, worker),
    )
    return (row[0], row[1]) if row else ("", "")
