"""What a goal may hold: the rules that stand at entry, field by field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypedDict

from vejleder_tui import codes
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import _
from vejleder_tui.model import Enrolment, Goal
from vejleder_tui.queries.persons import group_of
from vejleder_tui.rules.conditions import takes_goal
from vejleder_tui.rules.goals import GoalType, check_level, check_target
from vejleder_tui.rules.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vejleder_tui.services.desk import Work

__all__ = ["GAS_FIELDS", "KINDS", "LONGEST", "GoalFields", "check", "column_values"]

KINDS = ("wish", "goal", "subgoal")
GAS_FIELDS = ("gas_much_less", "gas_less", "gas_expected", "gas_more", "gas_much_more")
LONGEST = 2000
"""Characters of a goal in the citizen's words, of a GAS description and of a comment."""


class GoalFields(TypedDict, total=False):
    """A goal's fields as services take them; what is left out is not touched.

    `kind`: wish, goal, subgoal. `text`: in the citizen's words. `condition`: FFB undertema under *Aktivitet og
    deltagelse*; `secondary`: other undertemaer. `baseline`, `target`: 0–4, lower is better. `weight`: a decimal of 0
    or more, with comma or point. `gas_*`: descriptions of the five steps. `follow_up_date`: the day by which the goal
    is to be followed up (*frist*); `next_rating`: the day on which it is to be rated next.
    """

    kind: str
    text: str
    parent: str | None
    enrolment: str | None
    condition: str | None
    secondary: Iterable[str]
    goal_type: GoalType | str | None
    baseline: int | None
    baseline_date: date | None
    target: int | None
    weight: str | int | Decimal | None
    gas_much_less: str | None
    gas_less: str | None
    gas_expected: str | None
    gas_more: str | None
    gas_much_more: str | None
    follow_up_date: date | None
    next_rating: date | None


def column_values(fields: Mapping[str, object]) -> dict[str, Any]:
    """Return given fields in the form in which they are stored; raises RuleError."""
    values: dict[str, Any] = {}
    for name, given in fields.items():
        if name == "next_rating":
            continue
        value = given
        if isinstance(value, date):
            value = value.isoformat()
        elif name == "weight":
            value = _weight(value)
        elif name == "secondary":
            value = (
                " ".join(dict.fromkeys(value)) if isinstance(value, (list, tuple, set, frozenset)) else value or None
            )
        elif isinstance(value, GoalType):
            value = value.value
        elif isinstance(value, str):
            value = clean(value).strip() or None
        values[name] = value
    return values


def _weight(given: object) -> str | None:
    if given is None or not str(given).strip():
        return None
    try:
        weight = Decimal(str(given).strip().replace(",", "."))
    except InvalidOperation:
        weight = Decimal(-1)
    if not weight.is_finite() or weight < 0 or weight >= 1000:
        raise RuleError(_("Vægten skal være et tal fra 0 og op."), _("Skriv fx 1 eller 1,5."), field="weight")
    text = f"{round(weight, 3):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def check(work: Work, goal: Goal) -> None:
    """Refuse a goal that breaks a rule (`RuleError` with the field); `goal` holds what is to be saved."""
    if goal.kind not in KINDS:
        raise RuleError(_("Vælg, om det er et ønske, et mål eller et delmål."), field="kind")
    if not goal.text:
        raise RuleError(_("Målet mangler."), _("Skriv det med borgerens egne ord."), field="text")
    for name in ("text", *GAS_FIELDS):
        if len(getattr(goal, name) or "") > LONGEST:
            raise RuleError(_("Teksten er for lang."), _("Skriv højst {count} tegn.").format(count=LONGEST), field=name)
    _check_condition(goal)
    _check_levels(work, goal)
    _check_parent(work, goal)
    if goal.enrolment:
        enrolment = work.find(Enrolment, goal.enrolment)
        if enrolment is None or not _own(work, goal, enrolment.citizen):
            raise RuleError(
                _("Indskrivningen hører til en anden borger."), _("Vælg en af borgerens egne."), field="enrolment"
            )


def _check_condition(goal: Goal) -> None:
    if goal.condition is None:
        if goal.kind == "wish":
            return
        raise RuleError(_("Tilstanden mangler."), _("Skriv de første bogstaver, og vælg én."), field="condition")
    if codes.lookup("ffb_undertema", goal.condition) is None:
        raise RuleError(_("Tilstanden kendes ikke."), _("Skriv de første bogstaver, og vælg én."), field="condition")
    if not takes_goal(goal.condition):
        raise RuleError(
            _("Tilstanden kan ikke have et mål."), _("Vælg én under Aktivitet og deltagelse."), field="condition"
        )
    for other in (goal.secondary or "").split():
        if codes.lookup("ffb_undertema", other) is None:
            raise RuleError(_("Tilstanden kendes ikke."), _("Vælg en fra listen."), field="secondary")
        if other == goal.condition:
            raise RuleError(
                _("En tilstand kan ikke være både den primære og en af de øvrige."),
                _("Fjern den ene."),
                field="secondary",
            )


def _check_levels(work: Work, goal: Goal) -> None:
    if goal.kind == "wish" and goal.goal_type is None and goal.baseline is None and goal.target is None:
        return
    if goal.goal_type not in set(GoalType):
        raise RuleError(_("Måltypen mangler."), _("Vælg udvikle, fastholde eller begrænse tab."), field="goal_type")
    if goal.baseline is None:
        raise RuleError(_("Startniveauet mangler."), _("Vælg 0, 1, 2, 3 eller 4."), field="baseline")
    check_level(goal.baseline, "baseline")
    if goal.baseline_date and goal.baseline_date > work.today.isoformat():
        raise RuleError(
            _("Startdatoen ligger ude i fremtiden."), _("Skriv fx i dag eller i går."), field="baseline_date"
        )
    if goal.target is None:
        raise RuleError(_("Målniveauet mangler."), _("Vælg et af de tal, der vises."), field="target")
    check_target(GoalType(goal.goal_type), goal.baseline, goal.target)


def _own(work: Work, goal: Goal, citizen: str | None) -> bool:
    """Say whether a row of `citizen` is of the goal's person, under whatever registration (queries.persons)."""
    return citizen == goal.citizen or citizen in group_of(work.desk.store.connection, goal.citizen or "")


def _check_parent(work: Work, goal: Goal) -> None:
    if goal.parent is None:
        if goal.kind == "subgoal":
            raise RuleError(_("Et delmål hører under et mål."), _("Vælg målet."), field="parent")
        return
    if goal.kind == "wish":
        raise RuleError(_("Et ønske kan ikke høre under et mål."), _("Gør det til et delmål."), field="parent")
    seen = {goal.id}
    above: str | None = goal.parent
    while above is not None:
        if above in seen:
            raise RuleError(_("Et mål kan ikke høre under sig selv."), _("Vælg et andet mål."), field="parent")
        seen.add(above)
        parent = work.find(Goal, above)
        if parent is None or not _own(work, goal, parent.citizen):
            raise RuleError(
                _("Målet, det skulle høre under, er ikke borgerens eget."), _("Vælg et andet mål."), field="parent"
            )
        if goal.kind == "subgoal" and above == goal.parent and parent.kind == "wish":
            raise RuleError(_("Et delmål hører under et mål."), _("Vælg et mål, ikke et ønske."), field="parent")
        above = parent.parent
