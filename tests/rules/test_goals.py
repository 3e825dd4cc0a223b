from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.codes import lookup
from vejleder_tui.errors import RuleError
from vejleder_tui.rules import conditions, goals
from vejleder_tui.rules.goals import GoalType, Verdict

levels = st.integers(0, 4)
types = st.sampled_from(GoalType)


def test_vectors(vectors: dict[str, Any]) -> None:
    for case in vectors["goal"]:
        outcome = goals.verdict(GoalType(case["type"]), case["start"], case["end"], case["target"])
        assert goals.achievement_code(outcome) == case["result"]
        assert lookup("goal_achievement", case["result"]) is not None


@pytest.mark.parametrize(
    ("goal_type", "start", "now", "target", "expected"),
    [
        ("develop", 3, 2, 1, "på vej"),
        ("develop", 2, 3, 1, "forværret"),
        ("develop", 3, 0, 1, "opfyldt"),
        ("maintain", 2, 1, 2, "fastholdt"),
        ("limit_loss", 2, 3, 3, "opfyldt"),
        ("limit_loss", 2, 4, 3, "større tab end aftalt"),
        ("limit_loss", 2, 2, 2, "opfyldt"),
        ("develop", 3, None, 1, "ikke vurderet"),
        ("develop", None, 3, 1, "ikke vurderet"),
        ("maintain", 2, 2, None, "ikke vurderet"),
        ("develop", 1, 1, 2, "ikke vurderet"),
    ],
)
def test_verdicts(goal_type: str, start: int | None, now: int | None, target: int | None, expected: str) -> None:
    assert goals.verdict_word(goals.verdict(GoalType(goal_type), start, now, target)) == expected


@given(types, levels, levels, levels)
def test_a_target_is_judged_exactly_when_it_is_allowed(goal_type: GoalType, start: int, now: int, target: int) -> None:
    allowed = target in goals.allowed_targets(goal_type, start)
    assert (goals.verdict(goal_type, start, now, target) is not Verdict.NOT_ASSESSED) is allowed
    if allowed:
        goals.check_target(goal_type, start, target)
    else:
        with pytest.raises(RuleError):
            goals.check_target(goal_type, start, target)


@given(types, levels, levels, levels, levels)
def test_a_lower_level_is_never_judged_worse(
    goal_type: GoalType, start: int, target: int, one: int, other: int
) -> None:
    rank = [Verdict.WORSENED, Verdict.NOT_ACHIEVED, Verdict.UNCHANGED, Verdict.ON_THE_WAY]
    rank += [Verdict.MAINTAINED, Verdict.ACHIEVED, Verdict.NOT_ASSESSED]
    low, high = sorted((one, other))
    better, worse = (goals.verdict(goal_type, start, now, target) for now in (low, high))
    assert rank.index(better) >= rank.index(worse)


def test_the_error_of_a_target_on_the_wrong_side() -> None:
    with pytest.raises(RuleError) as caught:
        goals.check_target(GoalType.DEVELOP, 3, 3)
    assert str(caught.value) == (
        "Målet passer ikke til måltypen: Udvikle kræver et lavere tal end start (3). "
        "Vælg 0, 1 eller 2, eller skift måltype."
    )
    assert caught.value.field == "target"


@pytest.mark.parametrize(
    ("goal_type", "start", "target", "remedy"),
    [
        (GoalType.DEVELOP, 0, 0, "Skift måltype."),
        (GoalType.DEVELOP, 1, 1, "Vælg 0, eller skift måltype."),
        (GoalType.MAINTAIN, 2, 1, "Vælg 2, eller skift måltype."),
        (GoalType.LIMIT_LOSS, 3, 2, "Vælg 3 eller 4, eller skift måltype."),
        (GoalType.LIMIT_LOSS, 3, 5, "Vælg 0, 1, 2, 3 eller 4."),
    ],
)
def test_the_remedy_names_what_fits(goal_type: GoalType, start: int, target: int, remedy: str) -> None:
    with pytest.raises(RuleError) as caught:
        goals.check_target(goal_type, start, target)
    assert caught.value.remedy == remedy


def test_words() -> None:
    assert goals.summary(GoalType.DEVELOP, 3, 2, 1) == "Start 3, nu 2, mål 1: på vej."
    assert goals.summary(GoalType.LIMIT_LOSS, 2, None, 3) == "Start 2, grænse 3: ikke vurderet."
    assert goals.summary(GoalType.MAINTAIN, None, None, None) == "Ikke vurderet."
    assert goals.target_words(GoalType.MAINTAIN, 2) == "hold 2"
    assert goals.direction(GoalType.DEVELOP, 3, 1) == "Udvikle (progression): fra 3 mod 1"
    assert goals.direction(GoalType.MAINTAIN, 2, 2) == "Fastholde (vedligehold): hold 2"
    assert goals.rating_sentence(GoalType.DEVELOP, 3, 1, 1, 2) == "1 = mål 1: opfyldt (start 3, sidst 2)"
    assert goals.rating_sentence(GoalType.DEVELOP, 3, 0, 1) == "0 < mål 1: opfyldt (start 3)"
    assert goals.rating_sentence(GoalType.LIMIT_LOSS, 2, None, 3, 3) == "ikke vurderet (start 2, sidst 3)"
    assert goals.level_name(4) == "Fuldstændig nedsat funktionsevne"
    assert goals.level_name(None) == "Ikke vurderet"
    assert goals.level_word(0) == "ingen nedsat"
    assert goals.target_hint(GoalType.DEVELOP, 3) == "Udvikle kræver et lavere tal end start (3)."


def test_codes_of_types_and_levels_are_national_ones() -> None:
    assert {lookup("ffb_maaltype", one.ffb_code) for one in GoalType}.isdisjoint({None})
    for level in (*goals.LEVELS, None):
        assert lookup("ffb_funktionsevneniveau", goals.level_code(level)) is not None


def test_conditions_for_goals() -> None:
    offered = conditions.goal_conditions()
    assert len(offered) == 31
    assert {code.extra["group_da"] for code in offered} == {"Aktivitet og deltagelse"}
    assert conditions.search_conditions("") == offered
    assert [code.display_da for code in conditions.search_conditions("kobe")] == ["Købe ind"]
    assert [code.display_da for code in conditions.search_conditions("KOEBE i")] == ["Købe ind"]
    assert conditions.search_conditions("hukommelse") == ()
    assert conditions.takes_goal(offered[0].code)
    assert not conditions.takes_goal("17c35058-eb88-4a7a-8727-74cd12be42c7")
