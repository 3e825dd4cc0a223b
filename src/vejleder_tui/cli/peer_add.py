"""The dialogue of `vejleder peer add`: one question a line, one answer a line, nothing redrawn."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from vejleder_tui import codes
from vejleder_tui.cli.output import say, wants_json
from vejleder_tui.clock import local_date
from vejleder_tui.errors import CancelledError, NotFoundError, RuleError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.peer import PeerPerson, PeerTemplate, peer_templates
from vejleder_tui.queries.peer_people import match_people
from vejleder_tui.rules.dates import Lean, parse_date, parse_duration
from vejleder_tui.rules.formats import short_date, spoken_date
from vejleder_tui.services.peer import new_peer_activity

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["add"]

FORMS, PURPOSES = "local_peer_aktivitet", "local_peer_formaal"
LEAVE = frozenset({"slut", "stop", "quit", "end"})


class _Ended(Exception):  # noqa: N818 - the end of what is typed is no error
    """Nothing more is typed."""


def add(desk: Desk, arguments: argparse.Namespace) -> Saved:
    """Register what the options say and, without `--json` and `--like-last`, ask for what they leave out.

    At the end of input what is not asked yet is left empty. Raises RuleError, NotFoundError, CancelledError (on "slut").
    """
    dialogue = _Dialogue(desk, arguments)
    given = dialogue.from_options()
    if arguments.like_last:
        given = {**dialogue.from_last(), **given}
    elif not wants_json(arguments):
        dialogue.ask_for(given)
    given.setdefault("date", dialogue.today)
    for name, empty in (("minutes", None), ("form", ""), ("purposes", ())):
        given.setdefault(name, empty)
    while True:
        try:
            return new_peer_activity(desk, **given)
        except RuleError as error:
            if error.field not in dialogue.asked:
                raise
            say(_("Ikke gemt: {why}").format(why=error))
            given.pop(error.field)
            dialogue.ask_for(given, only=error.field)


class _Dialogue:
    def __init__(self, desk: Desk, arguments: argparse.Namespace) -> None:
        self.desk = desk
        self.arguments = arguments
        self.today = local_date(desk.clock.now())
        self.asked: set[str] = set()
        self._ended = False

    # Options

    def from_options(self) -> dict[str, Any]:
        """Return what the options say, by the names of the service; raises RuleError and NotFoundError."""
        options = self.arguments
        given: dict[str, Any] = {}
        if options.date is not None:
            given["date"] = self._day(options.date)
        if options.minutes is not None:
            given["minutes"] = parse_duration(options.minutes)
        if options.form is not None:
            given["form"] = _code(FORMS, options.form, "form")
        if options.purpose is not None:
            given["purposes"] = [_code(PURPOSES, one, "purposes") for one in options.purpose]
        if options.giver is not None:
            given["givers"] = [self._giver(one) for one in options.giver]
        if options.receiver is not None:
            given["receivers"] = [self._person(one) for one in options.receiver]
        rest = {
            "count": options.count, "place": options.place, "summary": options.summary,
            "next_step": options.next, "shared": options.shared, "mutual": options.mutual or None,
        }  # fmt: skip
        given.update({name: value for name, value in rest.items() if value is not None})
        return given

    def from_last(self) -> dict[str, Any]:
        """Return what the worker's last activity has in common with the next; raises NotFoundError."""
        last = next(iter(peer_templates(self.desk.store.connection, self.desk.actor.worker)), None)
        if last is None:
            raise NotFoundError(
                _("Der er ingen tidligere peer-aktivitet."), _("Registrér den første uden --like-last.")
            )
        return _from(last)

    # Questions

    def ask_for(self, given: dict[str, Any], *, only: str = "") -> None:
        """Ask for each field that `given` does not have; at the end of input the rest is left empty."""
        if not only:
            self._begin()
            if not given.keys() - {"date"}:
                self._offer_last(given)
        steps: tuple[tuple[str, Callable[[], str], Callable[[str], Any], bool], ...] = (
            ("date", lambda: _("Hvilken dag? Enter er i dag:"), lambda text: self._day(text) if text else self.today, True),
            ("minutes", lambda: _("Hvor mange minutter varede det?"), parse_duration, False),
            ("form", lambda: _numbered(_("Form?"), FORMS), lambda text: _chosen(FORMS, text, "form"), False),
            ("purposes", lambda: _numbered(_("Formål? Flere tal med mellemrum."), PURPOSES), _several, False),
            ("place", lambda: _("Sted? Enter uden sted:"), str, True),
            ("givers", lambda: _("Hvem gav støtte? Navne med komma, Enter for ingen:"), self._givers, True),
            ("receivers", lambda: _("Hvem fik støtte? Navne med komma, eller et antal:"), self._receivers, True),
            ("summary", lambda: _("Med egne ord? Skriv ikke om peerens egen historie eller helbred. Enter uden:"), str, True),
            ("next_step", lambda: _("Aftalt næste skridt? Enter uden:"), str, True),
            ("shared", lambda: _("Delt med borgeren? j ja, n nej, Enter ikke besvaret:"), _yes_or_no, True),
        )  # fmt: skip
        for name, question, read, may_be_empty in steps:
            if name in given or (only and name != only) or (name == "receivers" and "count" in given and not only):
                continue
            try:
                answer = self._answer(question(), read, may_be_empty=may_be_empty)
            except _Ended:
                if may_be_empty:
                    continue
                raise CancelledError(_("Ikke gemt: der mangler svar."), _("Begynd forfra: vejleder peer add")) from None
            self.asked.add(name)
            if name == "receivers" and isinstance(answer, int):
                given["count"] = answer
                self.asked.add("count")
            else:
                given[name] = answer

    def _begin(self) -> None:
        found = self.desk.store.connection.execute(
            "SELECT name FROM device WHERE id = ?", (self.desk.device,)
        ).fetchone()
        day = spoken_date(self.today)
        say(
            _("Låst op. {day}. Du er {who} på {device}.").format(
                day=f"{day[:1].upper()}{day[1:]}", who=self.desk.actor.initials, device=found[0] if found else ""
            )
        )
        say(_("Ny peer-aktivitet. ? er hjælp, slut holder op uden at gemme."))

    def _offer_last(self, given: dict[str, Any]) -> None:
        last = next(iter(peer_templates(self.desk.store.connection, self.desk.actor.worker)), None)
        if last is None:
            return
        form = codes.display(FORMS, last.form)
        people = ", ".join(one.name for one in (*last.givers, *last.receivers))
        what = f"{short_date(last.date, self.today)}, {form[:1].lower()}{form[1:]}" + (f", {people}" if people else "")
        say(_("Sidst: {what}.").format(what=what.rstrip(".")))
        try:
            answer = self._answer(_("Som sidst? s som sidst, Enter svarer selv:"), _like_last, may_be_empty=True)
        except _Ended:
            return
        if answer:
            given.update({**_from(last), **given})

    def _answer(self, question: str, read: Callable[[str], Any], *, may_be_empty: bool) -> Any:  # noqa: ANN401
        while True:
            text = self._line(question)
            if text.casefold() in LEAVE:
                raise CancelledError(_("Der er ikke gemt noget."))
            if text == "?":
                say(_("Svar på én linje, og tryk Enter. slut holder op uden at gemme."))
                continue
            if not text and not may_be_empty:
                say(_("Svaret mangler."))
                continue
            try:
                return read(text)
            except VejlederError as error:
                say(str(error))

    def _line(self, question: str) -> str:
        if self._ended:
            raise _Ended
        sys.stdout.write(f"{question} ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            say()
        if not line:
            self._ended = True
            raise _Ended
        return line.strip()

    # Answers

    def _day(self, text: str) -> Any:  # noqa: ANN401 - a date
        return parse_date(text, self.today, lean=Lean.PAST)

    def _person(self, text: str) -> PeerPerson:
        found = match_people(self.desk.store.connection, text)
        if not found:
            raise NotFoundError(_("Ingen hedder sådan."), _("Skriv hele navnet, eller begyndelsen af id'et (8 tegn)."))
        if len(found) > 1:
            raise RuleError(_("Flere passer på det."), _("Skriv hele navnet, eller begyndelsen af id'et (8 tegn)."))
        one = found[0].person
        return PeerPerson(one.citizen, one.worker)

    def _giver(self, text: str) -> PeerPerson:
        person = self._person(text)
        return match_people(self.desk.store.connection, person.id)[0].person

    def _givers(self, text: str) -> list[PeerPerson]:
        return [self._giver(one) for one in _parts(text)]

    def _receivers(self, text: str) -> list[PeerPerson] | int:
        if text.isdecimal() and len(text) < 5:
            return int(text)
        return [self._person(one) for one in _parts(text)]


def _parts(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _from(last: PeerTemplate) -> dict[str, Any]:
    return {
        "minutes": last.minutes, "form": last.form, "purposes": last.purposes, "place": last.place,
        "givers": [one.person for one in last.givers], "receivers": [one.person for one in last.receivers],
        "count": last.count, "mutual": last.mutual, "goal": last.goal, "summary": "", "next_step": "", "shared": "",
    }  # fmt: skip


def _numbered(question: str, name: str) -> str:
    terms = [f"{at} {one.display[:1].lower()}{one.display[1:]}" for at, one in enumerate(codes.code_list(name), 1)]
    return f"{question} {', '.join(terms)}:"


def _chosen(name: str, text: str, field: str) -> str:
    every = codes.code_list(name)
    if text.isdecimal() and 1 <= int(text) <= len(every):
        return every[int(text) - 1].code
    return _code(name, text, field)


def _several(text: str) -> Sequence[str]:
    numbers = text.replace(",", " ").split()
    if all(one.isdecimal() for one in numbers):
        return [_chosen(PURPOSES, one, "purposes") for one in numbers]
    return [_code(PURPOSES, text, "purposes")]


def _code(name: str, text: str, field: str) -> str:
    wanted = text.strip().casefold()
    for one in codes.code_list(name):
        if wanted in {one.code, one.display_da.casefold(), one.display_en.casefold()}:
            return one.code
    every = ", ".join(one.code for one in codes.code_list(name))
    raise RuleError(_("Koden kendes ikke."), _("Vælg en af {codes}.").format(codes=every), field=field)


def _yes_or_no(text: str) -> str:
    answers = {"": "", "j": "yes", "ja": "yes", "y": "yes", "yes": "yes", "n": "no", "nej": "no", "no": "no"}
    if text.casefold() not in answers:
        raise RuleError(_("Svar j, n eller Enter."), field="shared")
    return answers[text.casefold()]


def _like_last(text: str) -> bool:
    if text.casefold() not in {"", "s"}:
        raise RuleError(_("Svar s eller Enter."))
    return text.casefold() == "s"
