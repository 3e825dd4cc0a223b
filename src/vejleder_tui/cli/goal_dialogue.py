"""The dialogue of `vejleder goal`: one question a line, one answer a line, nothing redrawn."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from vejleder_tui.cli.goal import spoken
from vejleder_tui.cli.output import say, wants_json
from vejleder_tui.clock import local_date
from vejleder_tui.codes.informants import DEFAULT_INFORMANT, INFORMANTS, informant
from vejleder_tui.errors import CancelledError, NotFoundError, RuleError, VejlederError
from vejleder_tui.i18n import _
from vejleder_tui.queries.goal_form import people
from vejleder_tui.queries.goals import GoalDetail, find_goals, goals_due, goals_list
from vejleder_tui.rules.conditions import goal_conditions, search_conditions
from vejleder_tui.rules.dates import Lean, parse_date
from vejleder_tui.rules.formats import short_date, spoken_date
from vejleder_tui.rules.goals import LEVELS, GoalType, allowed_targets, direction, level_word, target_hint, type_name
from vejleder_tui.services.goals import new_goal, rate_goal, read_goal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from datetime import date

    from vejleder_tui.queries.goals import GoalRow
    from vejleder_tui.services.desk import Desk, Saved

__all__ = ["Rated", "add", "rate"]

T = TypeVar("T")
LEAVE = frozenset({"slut", "stop", "quit", "end"})
SHORT_LIST = 9
"""Goals or conditions offered by number at a time."""


@dataclass(frozen=True)
class Rated:
    """What was rated: the goal, the day and the level (None: not assessed)."""

    goal: str
    date: date
    level: int | None
    saved: Saved


class _Ended(Exception):  # noqa: N818 - the end of what is typed is no error
    """Nothing more is typed."""


class _Dialogue:
    def __init__(self, desk: Desk, arguments: argparse.Namespace, again: str) -> None:
        self.desk, self.arguments, self.again = desk, arguments, again
        self.today = local_date(desk.clock.now())
        self.reader = desk.store.connection
        self.asks = not wants_json(arguments)

    def begin(self, what: str) -> None:
        """Say who works here, and what is asked."""
        if not self.asks:
            return
        found = self.reader.execute("SELECT name FROM device WHERE id = ?", (self.desk.device,)).fetchone()
        day = spoken_date(self.today)
        said = _("Låst op. {day}. Du er {who} på {device}.")
        device = found[0] if found else ""
        say(said.format(day=f"{day[:1].upper()}{day[1:]}", who=self.desk.actor.initials, device=device))
        say(what)

    def ask(self, question: str, read: Callable[[str], T], *, hint: str = "", empty: T | None = None) -> T | None:
        """Ask until the answer can be read; an empty answer, and the end of input, give `empty`."""
        while self.asks:
            try:
                text = self._line(question)
            except _Ended:
                self.asks = False
                break
            if text.casefold() in LEAVE:
                raise CancelledError(_("Der er ikke gemt noget."))
            if text == "?":
                say(hint or _("Svar på én linje, og tryk Enter. slut holder op uden at gemme."))
            elif not text:
                return empty
            else:
                try:
                    return read(text)
                except VejlederError as error:
                    say(str(error))
        return empty

    def need(self, question: str, read: Callable[[str], T], *, hint: str = "") -> T:
        """Ask for what cannot be left out; raises CancelledError where nothing more is typed, RuleError with `--json`."""
        if not self.asks and wants_json(self.arguments):
            raise RuleError(_("Svaret mangler: {question}").format(question=question), self.again)
        while True:
            answer = self.ask(question, read, hint=hint)
            if answer is not None:
                return answer
            if not self.asks:
                raise CancelledError(_("Ikke gemt: der mangler svar."), self.again)
            say(_("Svaret mangler."))

    def _line(self, question: str) -> str:
        sys.stdout.write(f"{question} ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            say()
        if not line:
            raise _Ended
        return line.strip()

    def day(self, text: str, lean: Lean) -> date:
        """Return a day as it was written; raises RuleError."""
        return parse_date(text, self.today, lean=lean)


# Rating


def rate(desk: Desk, arguments: argparse.Namespace) -> Rated:
    """Rate the goal that is named, or chosen; ask for what the options leave out."""
    dialogue = _Dialogue(desk, arguments, _("Begynd forfra: vejleder goal rate"))
    dialogue.begin(_("Vurdér et mål. ? er hjælp, slut holder op uden at gemme."))
    goal = _named(dialogue, arguments.goal) if arguments.goal else _choose(dialogue)
    detail = read_goal(desk, goal.id)
    if detail is None:
        raise NotFoundError(_("Målet findes ikke."), _("Se målene med vejleder goal list."))
    day = dialogue.day(arguments.date, Lean.PAST) if arguments.date else dialogue.today
    level, none = _level(dialogue, arguments, detail)
    source = informant(arguments.source) if arguments.source else _source(dialogue)
    if arguments.source and source is None:
        every = ", ".join(one.name for one in INFORMANTS)
        raise RuleError(_("Kilden kendes ikke."), _("Vælg en af {codes}.").format(codes=every), field="informant")
    own = (
        _number(arguments.own, "self_rating")
        if arguments.own is not None
        else dialogue.ask(_("Egenvurdering fra 0 til 10? Enter uden:"), lambda text: _between(text, 0, 10))
    )
    comment = arguments.comment if arguments.comment is not None else dialogue.ask(_("Kommentar? Enter uden:"), str)
    saved = rate_goal(
        desk, goal.id, level, date=day, not_assessed=none, informant=source.code if source else None,
        self_rating=own, gas=_number(arguments.gas, "gas") if arguments.gas is not None else None, comment=comment,
    )  # fmt: skip
    return Rated(goal.id, day, level, saved)


def _named(dialogue: _Dialogue, one: str) -> GoalRow:
    found = find_goals(dialogue.reader, one.strip().lower())
    if len(found) > 1:
        raise RuleError(_("Flere mål begynder sådan."), _("Skriv mere af id'et."), field="goal")
    if not found:
        raise NotFoundError(_("Målet findes ikke."), _("Se målene med vejleder goal list."))
    return found[0]


def _choose(dialogue: _Dialogue) -> GoalRow:
    due = goals_due(dialogue.reader, dialogue.today)
    every = [row for row in goals_list(dialogue.reader) if row.goal_type is not None]
    rows = due or every
    if not rows:
        raise NotFoundError(_("Der er ingen mål at vurdere."), _("Opret et med vejleder goal add."))
    if due and dialogue.asks:
        say(_("{count} mål skal vurderes.").format(count=len(due)))
    while True:
        if dialogue.asks:
            for at, row in enumerate(rows, 1):
                say(f"{at}: {spoken(row, dialogue.today)}")
        question = _("Vælg 1 til {count}, a for alle mål, eller slut:").format(count=len(rows))
        chosen = dialogue.need(question, partial(_pick, rows))
        if chosen != "all":
            return rows[int(chosen)]
        rows = every


def _pick(rows: Sequence[object], text: str) -> str:
    if text.casefold() == "a":
        return "all"
    if text.isdecimal() and 1 <= int(text) <= len(rows):
        return str(int(text) - 1)
    raise RuleError(_("Vælg et af tallene."))


def _level(dialogue: _Dialogue, arguments: argparse.Namespace, detail: GoalDetail) -> tuple[int | None, bool]:
    if arguments.not_assessed:
        if arguments.level is not None:
            raise RuleError(_("Vælg enten et niveau eller ikke vurderet."), field="level")
        return None, True
    if arguments.level is not None:
        return _between(arguments.level, 0, 4), False
    row = detail.row
    if dialogue.asks:
        say(f"{row.name}, {row.term}. »{' '.join(detail.text.split())}«")
        if row.goal_type is not None and row.baseline is not None and row.target is not None:
            said = f"{direction(row.goal_type, row.baseline, row.target)}."
            if row.now is not None and row.rated_on is not None:
                last = _("Sidst {level}, {date}.")
                said += " " + last.format(level=row.now, date=short_date(row.rated_on, dialogue.today))
            say(said)
    answer = dialogue.need(
        _("Hvordan går det nu? {levels}, i ikke vurderet:").format(levels=_levels(LEVELS)),
        lambda text: "i" if text.casefold() == "i" else str(_between(text, 0, 4)),
        hint=_("Svar et tal fra 0 til 4; lavere er bedre. i er ikke vurderet i dag."),
    )
    return (None, True) if answer == "i" else (int(answer), False)


def _levels(levels: Sequence[int]) -> str:
    return ", ".join(f"{level} {level_word(level)}" for level in levels)


def _source(dialogue: _Dialogue) -> Any:  # noqa: ANN401 - an informant or None
    if not dialogue.asks:
        return DEFAULT_INFORMANT
    short = [one for one in INFORMANTS if one.short]

    def read(text: str) -> Any:  # noqa: ANN401
        if text.isdecimal() and 1 <= int(text) <= len(INFORMANTS):
            return INFORMANTS[int(text) - 1]
        raise RuleError(_("Vælg et af tallene."))

    return dialogue.ask(
        _("Kilde? {sources}, ? flere, Enter er 1:").format(sources=_numbered([one.word for one in short])),
        read,
        hint=f"{_numbered([one.word for one in INFORMANTS])}.",
        empty=DEFAULT_INFORMANT,
    )


def _numbered(words: Sequence[str]) -> str:
    return ", ".join(f"{at} {word}" for at, word in enumerate(words, 1))


def _number(text: str, field: str) -> int:
    try:
        return int(text.replace("−", "-"))
    except ValueError:
        raise RuleError(_("Det er ikke et tal."), field=field) from None


def _between(text: str, least: int, most: int) -> int:
    number = int(text) if text.isdecimal() and len(text) < 4 else -1
    if not least <= number <= most:
        raise RuleError(_("Skriv et tal fra {least} til {most}.").format(least=least, most=most), field="level")
    return number


# Adding


def add(desk: Desk, arguments: argparse.Namespace) -> Saved:
    """Agree a goal; ask for what the options leave out, and again for what breaks a rule."""
    dialogue = _Dialogue(desk, arguments, _("Begynd forfra: vejleder goal add"))
    dialogue.begin(_("Nyt mål. ? er hjælp, slut holder op uden at gemme."))
    citizen = (
        _person(dialogue, arguments.citizen)
        if arguments.citizen
        else dialogue.need(_("Hvilken borger? Skriv navnet:"), lambda text: _person(dialogue, text))
    )
    fields: dict[str, Any] = {"kind": arguments.kind or "goal"}
    if arguments.parent:
        fields["parent"] = _named(dialogue, arguments.parent).id
    fields["text"] = arguments.text or dialogue.need(_("Målet med borgerens egne ord:"), str)
    if fields["kind"] != "wish" or arguments.condition or arguments.type:
        fields.update(_direction(dialogue, arguments))
    for name, given, question in (
        ("follow_up_date", arguments.follow_up, _("Frist? Enter uden:")),
        ("next_rating", arguments.next, _("Hvornår vurderes det næste gang? Enter uden:")),
    ):
        fields[name] = (
            dialogue.day(given, Lean.FUTURE)
            if given
            else dialogue.ask(question, lambda text: dialogue.day(text, Lean.FUTURE))
        )
    return new_goal(desk, citizen, **fields)


def _direction(dialogue: _Dialogue, arguments: argparse.Namespace) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "condition": _condition(arguments.condition)
        if arguments.condition
        else dialogue.need(
            _("Tilstand? Skriv de første bogstaver, fx købe:"), _condition,
            hint=", ".join(one.display for one in goal_conditions()) + ".",
        ),
    }  # fmt: skip
    types = list(GoalType)
    fields["goal_type"] = (
        GoalType(arguments.type)
        if arguments.type
        else dialogue.need(
            _("Måltype? {types}:").format(types=_numbered([type_name(one).lower() for one in types])),
            lambda text: types[_between(text, 1, len(types)) - 1],
        )
    )
    fields["baseline"] = (
        _between(arguments.start, 0, 4)
        if arguments.start is not None
        else dialogue.need(_("Start? {levels}:").format(levels=_levels(LEVELS)), lambda text: _between(text, 0, 4))
    )
    if arguments.start_date:
        fields["baseline_date"] = dialogue.day(arguments.start_date, Lean.PAST)
    fields["target"] = (
        _between(arguments.target, 0, 4)
        if arguments.target is not None
        else _target(dialogue, fields["goal_type"], fields["baseline"])
    )
    return fields


def _target(dialogue: _Dialogue, goal_type: GoalType, start: int) -> int:
    from vejleder_tui.rules.goals import check_target  # noqa: PLC0415

    offered = allowed_targets(goal_type, start)

    def read(text: str) -> int:
        level = _between(text, 0, 4)
        check_target(goal_type, start, level)
        return level

    if dialogue.asks:
        say(target_hint(goal_type, start))
    return dialogue.need(_("Mål? {levels}:").format(levels=_levels(offered)), read)


def _condition(text: str) -> str:
    found = [one for one in goal_conditions() if one.code == text.strip().lower()] or list(search_conditions(text))
    same = [one for one in found if text.strip().casefold() in {one.display_da.casefold(), one.display_en.casefold()}]
    if len(same or found) == 1:
        return (same or found)[0].code
    if not found:
        raise RuleError(
            _("Ingen tilstand begynder sådan."), _("Skriv de første bogstaver, fx købe."), field="condition"
        )
    names = ", ".join(one.display for one in found[:SHORT_LIST])
    raise RuleError(_("Flere passer: {names}.").format(names=names), _("Skriv mere af navnet."), field="condition")


def _person(dialogue: _Dialogue, text: str) -> str:
    one = text.strip()
    if len(one) >= 8 and all(letter in "0123456789abcdef-" for letter in one.lower()):
        rows = dialogue.reader.execute(
            "SELECT id FROM citizen WHERE void = 0 AND id LIKE ? LIMIT 2", (f"{one.lower()}%",)
        ).fetchall()
        found = [row[0] for row in rows]
    else:
        found = [citizen for citizen, _name in people(dialogue.reader, one)]
    if len(found) == 1:
        return str(found[0])
    if not found:
        raise NotFoundError(_("Ingen hedder sådan."), _("Skriv hele navnet, eller begyndelsen af id'et (8 tegn)."))
    raise RuleError(
        _("Flere passer på det."), _("Skriv hele navnet, eller begyndelsen af id'et (8 tegn)."), field="citizen"
    )
