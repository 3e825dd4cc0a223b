"""Goals are judged by their own direction: udvikle, fastholde or begrænse tab.

Levels are 0 (no reduced functioning) to 4 (complete), so **lower is better**; "not assessed" is None. Types and
levels are those of Fælles Faglige Begreber; the verdicts are this program's own (there is no national list).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from vejleder_tui.codes import Code, code_list
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "LEVELS",
    "GoalType",
    "Verdict",
    "achievement_code",
    "allowed_targets",
    "check_level",
    "check_target",
    "direction",
    "level_code",
    "level_name",
    "level_word",
    "rating_sentence",
    "summary",
    "target_hint",
    "target_words",
    "type_label",
    "type_name",
    "verdict",
    "verdict_word",
]

LEVELS = (0, 1, 2, 3, 4)


class GoalType(StrEnum):
    """The direction of a goal; the value is what is stored."""

    DEVELOP = "develop"
    MAINTAIN = "maintain"
    LIMIT_LOSS = "limit_loss"

    @property
    def ffb_code(self) -> str:
        """The code of this type in Fælles Faglige Begreber."""
        return _FFB_TYPES[self]


class Verdict(StrEnum):
    """How a goal stands; the value is what is stored and exported."""

    ACHIEVED = "achieved"
    ON_THE_WAY = "on_the_way"
    UNCHANGED = "unchanged"
    WORSENED = "worsened"
    MAINTAINED = "maintained"
    NOT_ACHIEVED = "not_achieved"
    NOT_ASSESSED = "not_assessed"


_FFB_TYPES = {
    GoalType.DEVELOP: "d41c8072-52f8-42b5-9375-ddbea454d27f",
    GoalType.MAINTAIN: "10752a63-00b4-4958-b7f4-9f3a18f74266",
    GoalType.LIMIT_LOSS: "e47c22bd-d88d-48ab-882b-419923e1f44e",
}
_ACHIEVEMENT = {
    Verdict.ACHIEVED: "achieved",
    Verdict.ON_THE_WAY: "improving",
    Verdict.UNCHANGED: "no-change",
    Verdict.WORSENED: "worsening",
    Verdict.MAINTAINED: "sustaining",
    Verdict.NOT_ACHIEVED: "not-achieved",
}
_VERDICT_WORDS = {
    Verdict.ACHIEVED: N_("opfyldt"),
    Verdict.ON_THE_WAY: N_("på vej"),
    Verdict.UNCHANGED: N_("uændret"),
    Verdict.WORSENED: N_("forværret"),
    Verdict.MAINTAINED: N_("fastholdt"),
    Verdict.NOT_ACHIEVED: N_("større tab end aftalt"),
    Verdict.NOT_ASSESSED: N_("ikke vurderet"),
}
_TYPE_NAMES = {
    GoalType.DEVELOP: N_("Udvikle"),
    GoalType.MAINTAIN: N_("Fastholde"),
    GoalType.LIMIT_LOSS: N_("Begrænse tab"),
}
_TYPE_LABELS = {
    GoalType.DEVELOP: N_("Udvikle (progression)"),
    GoalType.MAINTAIN: N_("Fastholde (vedligehold)"),
    GoalType.LIMIT_LOSS: N_("Begrænse tab (mindske tab)"),
}
_LEVEL_WORDS = (
    N_("ingen nedsat"),
    N_("let nedsat"),
    N_("moderat nedsat"),
    N_("svært nedsat"),
    N_("fuldstændig nedsat"),
)
_TARGET_WORDS = {
    GoalType.DEVELOP: N_("mål {level}"),
    GoalType.MAINTAIN: N_("hold {level}"),
    GoalType.LIMIT_LOSS: N_("grænse {level}"),
}
_HINTS = {
    GoalType.DEVELOP: N_("Udvikle kræver et lavere tal end start ({start})."),
    GoalType.MAINTAIN: N_("Fastholde kræver det samme tal som start ({start})."),
    GoalType.LIMIT_LOSS: N_("Begrænse tab kræver det samme tal som start ({start}) eller et højere."),
}
_WRONG_SIDE = {
    GoalType.DEVELOP: N_("Målet passer ikke til måltypen: Udvikle kræver et lavere tal end start ({start})."),
    GoalType.MAINTAIN: N_("Målet passer ikke til måltypen: Fastholde kræver det samme tal som start ({start})."),
    GoalType.LIMIT_LOSS: N_(
        "Målet passer ikke til måltypen: Begrænse tab kræver det samme tal som start ({start}) eller et højere."
    ),
}


def verdict(goal_type: GoalType, start: int | None, now: int | None, target: int | None) -> Verdict:
    """Judge a goal by its direction, on levels 0–4.

    Not assessed where any level is missing, or where the target stands on the wrong side of the start: that is
    refused at entry, and can only come from two laptops that changed one half each.
    """
    if start is None or now is None or target is None or target not in allowed_targets(goal_type, start):
        return Verdict.NOT_ASSESSED
    if goal_type is GoalType.MAINTAIN:
        return Verdict.MAINTAINED if now <= start else Verdict.WORSENED
    if now <= target:
        return Verdict.ACHIEVED
    if goal_type is GoalType.LIMIT_LOSS:
        return Verdict.NOT_ACHIEVED
    if now < start:
        return Verdict.ON_THE_WAY
    return Verdict.UNCHANGED if now == start else Verdict.WORSENED


def achievement_code(outcome: Verdict) -> str | None:
    """Return the code of HL7's goal-achievement that a verdict is exported as; None for not assessed."""
    return _ACHIEVEMENT.get(outcome)


def allowed_targets(goal_type: GoalType, start: int) -> tuple[int, ...]:
    """Return the target levels that a type allows from a start level; none for *udvikle* from 0."""
    if goal_type is GoalType.DEVELOP:
        return tuple(level for level in LEVELS if level < start)
    if goal_type is GoalType.MAINTAIN:
        return tuple(level for level in LEVELS if level == start)
    return tuple(level for level in LEVELS if level >= start)


def check_level(level: int, field: str = "level") -> None:
    """Refuse a level outside 0–4 (`RuleError`)."""
    if level not in LEVELS:
        raise RuleError(_("Niveauet skal være et tal fra 0 til 4."), _("Vælg 0, 1, 2, 3 eller 4."), field=field)


def check_target(goal_type: GoalType, start: int, target: int, field: str = "target") -> None:
    """Refuse a target on the wrong side of the start, naming the levels that fit (`RuleError`)."""
    check_level(start, "baseline")
    check_level(target, field)
    allowed = allowed_targets(goal_type, start)
    if target in allowed:
        return
    message = _(_WRONG_SIDE[goal_type]).format(start=start)
    if not allowed:
        raise RuleError(message, _("Skift måltype."), field=field)
    raise RuleError(message, _("Vælg {levels}, eller skift måltype.").format(levels=_either(allowed)), field=field)


def _either(levels: Sequence[int]) -> str:
    if len(levels) == 1:
        return str(levels[0])
    return _("{first} eller {last}").format(first=", ".join(map(str, levels[:-1])), last=levels[-1])


def target_hint(goal_type: GoalType, start: int) -> str:
    """Return the sentence under the target field that says why only some levels are offered."""
    return _(_HINTS[goal_type]).format(start=start)


def verdict_word(outcome: Verdict) -> str:
    """Return a verdict in words: "på vej"; *ikke opfyldt* reads "større tab end aftalt"."""
    return _(_VERDICT_WORDS[outcome])


def type_name(goal_type: GoalType) -> str:
    """Return the short name of a type: "Udvikle"."""
    return _(_TYPE_NAMES[goal_type])


def type_label(goal_type: GoalType) -> str:
    """Return the whole name of a type: "Udvikle (progression)"."""
    return _(_TYPE_LABELS[goal_type])


def level_name(level: int | None) -> str:
    """Return the official term of a level: "Let nedsat funktionsevne"; "Ikke vurderet" for None."""
    return _level(level).display


def level_code(level: int | None) -> str:
    """Return the code of a level in Fælles Faglige Begreber."""
    return _level(level).code


def _level(level: int | None) -> Code:
    wanted = "" if level is None else str(level)
    return next(code for code in code_list("ffb_funktionsevneniveau") if code.extra["value_0_4"] == wanted)


def level_word(level: int) -> str:
    """Return a level's short word beside the path chart: "let nedsat"."""
    return _(_LEVEL_WORDS[level])


def target_words(goal_type: GoalType, target: int) -> str:
    """Return the target named by direction: "mål 1", "hold 2", "grænse 3"."""
    return _(_TARGET_WORDS[goal_type]).format(level=target)


def direction(goal_type: GoalType, start: int, target: int) -> str:
    """Return type and way in one line: "Udvikle (progression): fra 3 mod 1"."""
    label = type_label(goal_type)
    if goal_type is GoalType.DEVELOP:
        return _("{type}: fra {start} mod {target}").format(type=label, start=start, target=target)
    if goal_type is GoalType.MAINTAIN:
        return _("{type}: hold {target}").format(type=label, target=target)
    return _("{type}: fra {start}, grænse {target}").format(type=label, start=start, target=target)


def summary(goal_type: GoalType, start: int | None, now: int | None, target: int | None) -> str:
    """Return the one sentence under the path: "Start 3, nu 2, mål 1: på vej."."""
    word = verdict_word(verdict(goal_type, start, now, target))
    parts = []
    if start is not None:
        parts.append(_("start {level}").format(level=start))
    if now is not None:
        parts.append(_("nu {level}").format(level=now))
    if target is not None:
        parts.append(target_words(goal_type, target))
    sentence = f"{', '.join(parts)}: {word}." if parts else f"{word}."
    return sentence[0].upper() + sentence[1:]


def rating_sentence(goal_type: GoalType, start: int, now: int | None, target: int, last: int | None = None) -> str:
    """Return what a rating means while it is chosen: "1 = mål 1: opfyldt (start 3, sidst 2)"."""
    word = verdict_word(verdict(goal_type, start, now, target))
    ground = _("start {level}").format(level=start)
    if last is not None:
        ground += ", " + _("sidst {level}").format(level=last)
    if now is None:
        return f"{word} ({ground})"
    sign = "=" if now == target else "<" if now < target else ">"
    return f"{now} {sign} {target_words(goal_type, target)}: {word} ({ground})"
