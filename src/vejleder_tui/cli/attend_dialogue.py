"""Attendance as it is heard: one question a line, one answer a line, nothing redrawn."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from vejleder_tui.cli.attend import Answer, parse_code, read_line, reason_of, rest_sentence, spoken_word
from vejleder_tui.cli.attend_words import (
    choice_sentence,
    finished_sentence,
    help_lines,
    in_a_row_sentence,
    question_of,
    row_sentence,
    session_heading,
)
from vejleder_tui.cli.output import say
from vejleder_tui.clock import local
from vejleder_tui.codes import ABSENCE_REASONS, code_list
from vejleder_tui.errors import ExitCode, RuleError, UndoError, VejlederError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.handover import waiting
from vejleder_tui.queries.roster import roster
from vejleder_tui.queries.sessions import SessionStatus, sessions_between, unregistered_sessions
from vejleder_tui.rules.formats import number, spoken_date
from vejleder_tui.services import after_session, attendance, guests
from vejleder_tui.services.undo import undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.queries.roster_rows import Roster, RosterRow
    from vejleder_tui.queries.sessions import SessionRef, SessionView
    from vejleder_tui.services.desk import Desk

__all__ = ["Dialogue"]

_SEVERITIES = frozenset({"1", "2", "3"})


class _LeaveError(Exception):
    """The person said `slut`, or the input ended."""


class Dialogue:
    """The whole conversation at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.found: Roster | None = None
        self.at = 0
        self.skipped: set[str] = set()

    def run(self, view: SessionView | None) -> int:
        """Choose a session if none was named, register it, and say how it ended."""
        day = local(self.desk.clock.now()).date()
        who = _("Du er {who} på {device}.").format(who=self.desk.actor.initials, device=self._device())
        date = spoken_date(day)
        say(_("Låst op. {date}. {who}").format(date=date[:1].upper() + date[1:], who=who))
        try:
            chosen = view or self._choose()
            if chosen is not None:
                self._register(chosen)
        except _LeaveError:
            pass
        self._end()
        return int(ExitCode.DONE)

    def _device(self) -> str:
        row = self.desk.store.connection.execute("SELECT name FROM device WHERE id = ?", (self.desk.device,)).fetchone()
        return str(row[0] or "") if row else ""

    # Asking

    def ask(self, prompt: str, *, topic: str = "row") -> str:
        """Return the answer to a question; `?` is answered here, `slut` and the end of input leave."""
        while True:
            sys.stdout.write(f"{prompt} ")
            sys.stdout.flush()
            answer = read_line()
            if not sys.stdin.isatty():
                say(answer or "")
            if answer is None or answer.strip().casefold() in {"slut", "end", "quit"}:
                raise _LeaveError
            if answer.strip() != "?":
                return answer.strip()
            for line in help_lines(topic):
                say(line)

    def saved(self, act: Callable[[str | None], str]) -> bool:
        """Do an act and say what was saved, asking why first at a signed-off session; an error is one sentence."""
        why = None
        try:
            if self.found is not None and self.found.signed_off:
                why = self.ask(_("Mødegangen er godkendt. Hvorfor rettes den?"), topic="text")
            sentence = act(why)
        except VejlederError as error:
            told = str(error)
            say(told if told.startswith(_("Ikke gemt:")) else _("Ikke gemt: {why}").format(why=told))
            return False
        self._look()
        say(sentence)
        return True

    def _look(self) -> None:
        if self.found is not None:
            self.found = roster(self.desk.store.connection, self.found.view.ref, self.desk.clock.now()) or self.found

    # Choosing a session

    def _choose(self) -> SessionView | None:
        now = self.desk.clock.now()
        reader, day = self.desk.store.connection, local(now).date()
        today = [one for one in sessions_between(reader, day, day, now) if one.status is not SessionStatus.CANCELLED]
        missing = unregistered_sessions(reader, now)
        first = (
            ngettext("{count} mødegang i dag.", "{count} mødegange i dag.", len(today)).format(count=len(today))
            if today
            else _("Ingen mødegange i dag.")
        )
        second = ngettext(
            "{count} tidligere mangler registrering.", "{count} tidligere mangler registrering.", len(missing)
        ).format(count=len(missing))
        say(f"{first} {second}")
        listed = today
        while listed or missing:
            for index, one in enumerate(listed, 1):
                say(choice_sentence(index, one, day))
            answer = self.ask(self._choice_prompt(len(listed), bool(missing)), topic="session").casefold()
            if answer == "m" and missing:
                listed = missing
            elif answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(listed):
                return listed[int(answer) - 1]
            else:
                say(_("Svaret kan ikke bruges her."))
        return None

    @staticmethod
    def _choice_prompt(count: int, missing: bool) -> str:
        numbers = {0: "", 1: _("1")}.get(count, _("1 til {count}").format(count=count))
        if numbers and missing:
            return _("Vælg {numbers}, m for dem der mangler, eller slut:").format(numbers=numbers)
        if numbers:
            return _("Vælg {numbers}, eller slut:").format(numbers=numbers)
        return _("Vælg m for dem der mangler, eller slut:")

    # The rows

    def _register(self, view: SessionView) -> None:
        self.found = roster(self.desk.store.connection, view.ref, self.desk.clock.now())
        if self.found is None:
            say(_("Mødegangen findes ikke længere."))
            return
        say(session_heading(self.found))
        if self.found.rows:
            say(_("Svar f fremmødt, d delvist, o online, a afbud, u udeblevet."))
            say(_("Enter springer over. r er resten fremmødt. z fortryder. ? er hjælp."))
        self.at = self._next(-1)
        unknown = ""
        while self.at < len(self.found.rows):
            row = self.found.rows[self.at]
            prompt = unknown or question_of(row, len(self.found.rows))
            unknown = self._row(row, self.ask(prompt))
        self._after()

    def _next(self, after: int) -> int:
        """Return the next row without a mark, from the start again when rows were jumped over; past the end if none."""
        rows = self.found.rows if self.found else ()
        order: list[int] = [*range(after + 1, len(rows)), *range(min(after, len(rows)))]
        for index in order:
            if rows[index].code is None and rows[index].citizen not in self.skipped:
                return index
        return len(rows)

    def _row(self, row: RosterRow, answer: str) -> str:
        """Do what was answered to one row; returns the question to ask instead when the answer has no meaning."""
        low = answer.casefold()
        if not low:
            self.skipped.add(row.citizen)
            self.at = self._next(self.at)
        elif low == "z":
            self._undo()
        elif low == "r":
            self._rest()
        elif low in {"liste", "list"}:
            for one in self.found.rows if self.found else ():
                say(row_sentence(one))
        elif low.isascii() and low.isdigit():
            self._jump(low)
        else:
            return self._mark(row, answer)
        return ""

    def _jump(self, typed: str) -> None:
        count = len(self.found.rows) if self.found else 0
        if 1 <= int(typed[:6]) <= count:
            self.at = int(typed) - 1
        else:
            say(_("Række {number} findes ikke. Der er {count}.").format(number=typed, count=count))

    def _mark(self, row: RosterRow, answer: str) -> str:
        try:
            told = parse_code(answer)
        except RuleError:
            return _("{answer} kan ikke bruges her. Svar f, d, o, a, u, eller ? for hjælp:").format(answer=answer)
        if told.code == "partial" and told.minutes is None:
            told = self._minutes(row)
        elif told.code == "absent_notified" and told.reason is None:
            told = Answer(told.code, reason=self._reason())

        def act(why: str | None) -> str:
            done = attendance.mark(
                self.desk, self._ref(), row.citizen, told.code, reason=told.reason, minutes=told.minutes, correction=why
            ).one
            sentence = _("Gemt: {who} {word}.").format(who=row.name, word=spoken_word(told))
            if done.code == "absent_unnotified" and done.in_a_row > 1:
                sentence += f" {in_a_row_sentence(done.in_a_row)}"
            return f"{sentence} {_('Opfølgning er oprettet.')}" if done.follow_up else sentence

        if self.saved(act):
            self.skipped.discard(row.citizen)
            self.at = self._next(self.at)
        return ""

    def _ref(self) -> SessionRef:
        assert self.found is not None  # noqa: S101 - a roster stands while it is asked about
        return self.found.view.ref

    def _minutes(self, row: RosterRow) -> Answer:
        prompt = _("Hvor mange minutter af {minutes}? Enter, hvis du ikke ved det:").format(minutes=row.planned_minutes)
        while True:
            answer = self.ask(prompt, topic="minutes")
            if not answer:
                return Answer("partial")
            if answer.isascii() and answer.isdigit() and 1 <= int(answer[:6]) <= attendance.LONGEST_MINUTES:
                return Answer("partial", minutes=int(answer))
            say(_("Skriv et helt tal, eller Enter."))

    def _reason(self) -> str | None:
        prompt = _("Årsag? s sygdom, p psykisk belastning, j job, ? flere, Enter uden årsag:")
        while True:
            answer = self.ask(prompt, topic="reason").casefold()
            if not answer:
                return None
            reason = reason_of(answer)
            if reason is not None:
                return reason
            letters = ", ".join(one.letters[0] for one in ABSENCE_REASONS)
            say(_("Svaret kan ikke bruges her. Svar {letters}, eller Enter.").format(letters=letters))

    def _rest(self) -> None:
        def act(why: str | None) -> str:
            count = attendance.mark_rest(self.desk, self._ref(), "present", correction=why).count
            self._look()
            assert self.found is not None  # noqa: S101 - a roster stands while rows are asked about
            return rest_sentence(self.found, count, "present")

        if self.saved(act):
            self.at = len(self.found.rows) if self.found else 0

    def _undo(self) -> None:
        before = self.found
        try:
            step = undo(self.desk)
        except UndoError as error:
            say(str(error))
            return
        self._look()
        rows = {row for _table, row in step.rows}
        changed = [
            (index, row)
            for index, row in enumerate(self.found.rows if self.found else ())
            if row.attendance in rows and before is not None and before.rows[index] != row
        ]
        if len(changed) == 1:
            self.at, row = changed[0]
            say(_("Fortrudt: {who} er igen {word}.").format(who=row.name, word=row.word))
        else:
            say(_("Fortrudt: {what}.").format(what=step.what))
            self.at = changed[0][0] if changed else self.at
        for _index, row in changed:
            self.skipped.discard(row.citizen)

    # After the rows

    def _after(self) -> None:
        self._guests()
        if self.found is not None and not self.found.incidents:
            self._incidents()
        if self.found is not None and not self.found.signed_off:
            while True:
                answer = self.ask(_("Godkend mødegangen nu? g godkend, Enter venter:"), topic="signoff").casefold()
                if not answer:
                    return
                if answer == "g":
                    self.saved(self._sign)
                    return
                say(_("Svaret kan ikke bruges her."))

    def _sign(self, _why: str | None) -> str:
        after_session.sign_off(self.desk, self._ref())
        return _("Gemt: mødegangen er godkendt.")

    def _guests(self) -> None:
        prompt = _("Gæster? Skriv et navn eller et antal, Enter for ingen:")
        while True:
            answer = self.ask(prompt, topic="guests")
            if not answer:
                return

            def act(why: str | None, text: str = answer) -> str:
                done = guests.add_guest(self.desk, self._ref(), text, correction=why)
                if done.heads:
                    return ngettext("Gemt: {count} gæst.", "Gemt: {count} gæster.", done.heads).format(count=done.heads)
                return _("Gemt: gæst {who}.").format(who=done.label)

            self.saved(act)
            prompt = _("Flere gæster? Enter for nej:")

    def _incidents(self) -> None:
        while True:
            answer = self.ask(_("Hændelser? i ingen, b beskriv, Enter svarer senere:"), topic="incidents").casefold()
            if not answer:
                return
            if answer == "i":

                def act(why: str | None) -> str:
                    after_session.answer_incidents(self.desk, self._ref(), "none", correction=why)
                    return _("Gemt: ingen hændelser.")

                if self.saved(act):
                    return
            elif answer == "b":
                if self._describe():
                    return
            else:
                say(_("Svaret kan ikke bruges her."))

    def _describe(self) -> bool:
        kinds = code_list("local_bivirkning")
        for index, one in enumerate(kinds, 1):
            say(f"{index}: {one.display}.")
        answer = self.ask(_("Hvad skete der? Skriv tallet, Enter fortryder:"), topic="text")
        if not (answer.isascii() and answer.isdigit() and 1 <= int(answer[:4]) <= len(kinds)):
            return False
        kind = kinds[int(answer) - 1]
        severity = ""
        while severity not in _SEVERITIES:
            severity = self.ask(_("Hvor alvorligt? 1 let, 2 moderat, 3 alvorligt:"), topic="text")
        action = self.ask(_("Hvad blev gjort? Enter, hvis intet endnu:"), topic="text")

        def act(why: str | None) -> str:
            told = after_session.EventTold(kind.code, int(severity), action)
            after_session.add_adverse_event(self.desk, self._ref(), told, correction=why)
            return _("Gemt: bi-effekt, {what}.").format(what=kind.display)

        return self.saved(act)

    def _end(self) -> None:
        if self.found is not None:
            say(finished_sentence(self.found, f"{local(self.desk.clock.now()):%H.%M}"))
        else:
            say(_("Færdig."))
        count = waiting(self.desk.store.connection).changes
        told = ngettext(
            "{count} ændring venter på at blive sendt.", "{count} ændringer venter på at blive sendt.", count
        ).format(count=number(count))
        say(f"{told} {_('Åbn igen: vejleder attend')}")
