"""`vejleder attend`: attendance as plain text, from options or asked line by line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.cli.opening import open_desk
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.clock import local
from vejleder_tui.codes import ABSENCE_REASONS, AttendanceClass, attendance_kind
from vejleder_tui.codes.attendance import attendance_kinds
from vejleder_tui.errors import ExitCode, NotFoundError, RuleError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.queries.roster_rows import Roster, RosterRow
    from vejleder_tui.queries.sessions import SessionView
    from vejleder_tui.services.desk import Desk

__all__ = ["Answer", "find_person", "parse_code", "register"]

SHORTEST_BEGINNING = 8
"""So many characters of an id, if they are unique, stand for it."""


class Answer(NamedTuple):
    """A mark as it was typed: the code, and the reason of an absence or the minutes of an attendance."""

    code: str
    reason: str | None = None
    minutes: int | None = None


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add `attend`."""
    sub = commands.add_parser(
        "attend", parents=[common], help=_("registrér fremmøde, ét svar ad gangen eller med tilvalg")
    )
    sub.add_argument("session", nargs="?", metavar="SESSION", help=_("mødegangens id eller de første 8 tegn af det"))
    sub.add_argument("--rest", metavar="CODE", help=_("markér resten: f, d, o, a, u"))
    sub.add_argument(
        "--mark", metavar="PERSON=CODE", nargs="+", action="extend", default=[],
        help=_("markér én: nummer, navn eller id, fx 3=u, 9=a:s (afbud, sygdom) eller 2=d:60 (60 minutter)"),
    )  # fmt: skip
    sub.add_argument("--reason", metavar="TEXT", help=_("hvorfor en godkendt mødegang rettes"))
    sub.set_defaults(run=attend)


def attend(arguments: argparse.Namespace) -> int:
    """Mark what the options say, or ask line by line."""
    marks, session = _told(arguments)
    parsed = [(who, parse_code(code)) for who, code in marks]
    rest = parse_code(arguments.rest) if arguments.rest else None
    desk = open_desk(arguments)
    try:
        if parsed or rest or wants_json(arguments):
            return _from_options(desk, arguments, session, parsed, rest)
        from vejleder_tui.cli.attend_dialogue import Dialogue  # noqa: PLC0415 - loaded when asked for

        view = _session(desk.store.connection, session, desk.clock.now()) if session else None
        return Dialogue(desk).run(view)
    finally:
        desk.store.close()


def _told(arguments: argparse.Namespace) -> tuple[list[tuple[str, str]], str | None]:
    """Return the marks as (person, code), and the session; a session after `--mark` is the one that has no `=`."""
    marks, session = [], arguments.session
    for one in arguments.mark:
        who, sign, code = one.rpartition("=")
        if sign:
            marks.append((who.strip(), code.strip()))
        elif session is None:
            session = one
        else:
            raise RuleError(_("Markeringen kan ikke læses."), _("Skriv fx --mark 3=u."), field="mark")
    return marks, session


def _from_options(
    desk: Desk, arguments: argparse.Namespace, session: str | None, marks: list[tuple[str, Answer]], rest: Answer | None
) -> int:
    from vejleder_tui.queries.roster import roster  # noqa: PLC0415 - loaded when asked for
    from vejleder_tui.services import attendance  # noqa: PLC0415 - half a second, after the options are read

    connection = desk.store.connection
    view = _session(connection, session, desk.clock.now()) if session else _only_today(connection, desk.clock.now())
    found = roster(connection, view.ref, desk.clock.now())
    if found is None:
        raise NotFoundError(_("Mødegangen findes ikke."))
    people = [(find_person(found, who), answer) for who, answer in marks]
    why = arguments.reason
    said, count = [], 0
    with desk.transaction(N_("fremmøde fra kommandolinjen")) if people or rest else _nothing():
        for row, answer in people:
            done = attendance.mark(
                desk, view.ref, row.citizen, answer.code, reason=answer.reason, minutes=answer.minutes, correction=why
            ).one
            more = f" {_('Opfølgning er oprettet.')}" if done.follow_up else ""
            said.append(_("Gemt: {who} {word}.").format(who=row.name, word=spoken_word(answer)) + more)
        if rest:
            if rest.reason or rest.minutes:
                raise RuleError(_("Resten kan kun få en kode."), _("Skriv f, d, o, a eller u."), field="rest")
            count = attendance.mark_rest(desk, view.ref, rest.code, correction=why).count
    after = roster(connection, view.ref, desk.clock.now()) or found
    if rest:
        said.append(rest_sentence(after, count, rest.code))
    if wants_json(arguments):
        print_json(_as_json(after, len(people), count))
    else:
        for sentence in said:
            say(sentence)
    return int(ExitCode.DONE)


def _nothing() -> Any:  # noqa: ANN401 - a context that does nothing
    from contextlib import nullcontext  # noqa: PLC0415

    return nullcontext()


def _as_json(found: Roster, marked: int, rest: int) -> dict[str, Any]:
    return {
        "session": found.view.ref.id,
        "date": found.view.date.isoformat(),
        "title": found.view.title,
        "marked": marked,
        "rest": rest,
        "registered": found.registered,
        "attended": found.attended,
        "total": len(found.rows),
        "signed_off": found.signed_off,
        "rows": [
            {
                "number": row.number, "citizen": row.citizen, "name": row.name, "code": row.code, "reason": row.reason,
                "minutes": row.minutes,
            }
            for row in found.rows
        ],
    }  # fmt: skip


def _session(reader: Reader, one: str, now: datetime) -> SessionView:
    from vejleder_tui.queries.sessions import find_session  # noqa: PLC0415 - loaded when asked for

    found = find_session(reader, one, now)
    if found is None:
        raise NotFoundError(
            _("Mødegangen findes ikke, eller begyndelsen passer på flere."), _("Se dem med: vejleder sessions")
        )
    return found


def _only_today(reader: Reader, now: datetime) -> SessionView:
    from vejleder_tui.queries.sessions import SessionStatus, sessions_between  # noqa: PLC0415 - loaded when asked for

    day = local(now).date()
    held = [one for one in sessions_between(reader, day, day, now) if one.status is not SessionStatus.CANCELLED]
    if len(held) != 1:
        raise RuleError(_("Hvilken mødegang?"), _("Skriv dens id. Se dem med: vejleder sessions"), field="session")
    return held[0]


def find_person(found: Roster, who: str) -> RosterRow:
    """Return the row of a number, an id, a unique beginning of one (at least 8 characters) or an exact short name.

    Raises NotFoundError, which repeats nothing of what was typed.
    """
    if who.isascii() and who.isdigit() and len(who) < SHORTEST_BEGINNING:
        fitting = [row for row in found.rows if row.number == int(who)]
    else:
        fitting = [row for row in found.rows if row.name.casefold() == who.casefold()]
        if not fitting and len(who) >= SHORTEST_BEGINNING:
            fitting = [row for row in found.rows if row.citizen.startswith(who.lower())]
    if len(fitting) != 1:
        raise NotFoundError(
            _("Deltageren findes ikke på listen."), _("Skriv rækkens nummer, navnet som på listen, eller id.")
        )
    return fitting[0]


def parse_code(text: str) -> Answer:
    """Return what `f`, `present`, `a:s`, `absent_notified:illness` or `d:60` says; raises RuleError (field `code`)."""
    head, _sign, tail = (part.strip().casefold() for part in text.partition(":"))
    kind = next((one for one in attendance_kinds() if head and head in {one.letter.casefold(), one.code}), None)
    if kind is None:
        raise RuleError(_("Koden findes ikke."), _("Svar f, d, o, a eller u."), field="code")
    if not tail:
        return Answer(kind.code)
    if kind.klass is AttendanceClass.ATTENDED and tail.isascii() and tail.isdigit():
        return Answer(kind.code, minutes=int(tail[:6]))
    reason = reason_of(tail)
    if kind.klass is AttendanceClass.ABSENT and reason is not None:
        return Answer(kind.code, reason=reason)
    raise RuleError(_("Koden findes ikke."), _("Skriv fx a:s for afbud, sygdom, eller d:60."), field="code")


def reason_of(text: str) -> str | None:
    """Return the reason for absence that a letter or a code stands for."""
    return next((one.code for one in ABSENCE_REASONS if text in one.letters or text == one.code), None)


def spoken_word(answer: Answer) -> str:
    """Return "afbud, sygdom" or "delvist, 60 minutter"."""
    from vejleder_tui.codes import absence_reason  # noqa: PLC0415

    kind = attendance_kind(answer.code)
    parts = [kind.word if kind else answer.code]
    why = absence_reason(answer.reason)
    if why is not None:
        parts.append(why.word)
    if answer.minutes is not None:
        parts.append(_("{count} minutter").format(count=answer.minutes))
    return ", ".join(parts)


def rest_sentence(found: Roster, count: int, code: str) -> str:
    """Return "Gemt: 8 markeret fremmødt. 12 af 12 registreret."."""
    return _("Gemt: {count} markeret {word}. {registered} af {total} registreret.").format(
        count=count, word=spoken_word(Answer(code)), registered=found.registered, total=len(found.rows)
    )


def read_line() -> str | None:
    """Return one answer without its line end, or None at the end of input."""
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None
