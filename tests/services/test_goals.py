"""Goals and their ratings: what is refused, what a rating means, and that undo gives the same state back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vejleder_tui.errors import RuleError
from vejleder_tui.model import Citizen, FollowUpTask, Goal, GoalRating
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.rules.conditions import goal_conditions, search_conditions
from vejleder_tui.rules.goals import GoalType, Verdict, achievement_code, verdict
from vejleder_tui.services import goals
from vejleder_tui.services.setup import organisation_id
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

CONDITION = search_conditions("købe ind")[0].code
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "test_vectors.json").read_text(encoding="utf-8"))["goal"]


def add_citizen(desk: Desk, name: str = "Einer Madsen") -> str:
    with desk.transaction("ny borger") as work:
        return work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name=name)


def add_goal(desk: Desk, citizen: str, **fields: object) -> str:
    values: dict[str, Any] = {
        "text": "Jeg vil selv købe ind.",
        "condition": CONDITION,
        "goal_type": "develop",
        "baseline": 3,
        "target": 1,
    }
    return goals.new_goal(desk, citizen, **{**values, **fields}).row


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: f"{one['type']}-{one['start']}-{one['end']}")
def test_vectors_through_the_services(desk: Desk, vector: dict[str, object]) -> None:
    goal = add_goal(
        desk, add_citizen(desk), goal_type=vector["type"], baseline=vector["start"], target=vector["target"]
    )
    rating = goals.rate_goal(desk, goal, int(str(vector["end"])), informant="together").row
    with desk.transaction() as work:
        kept, rated = work.get(Goal, goal), work.get(GoalRating, rating)
    assert kept.goal_type
    outcome = verdict(GoalType(kept.goal_type), kept.baseline, rated.level, kept.target)
    assert achievement_code(outcome) == vector["result"]


def test_a_fall_can_be_a_success(desk: Desk) -> None:
    goal = add_goal(desk, add_citizen(desk), goal_type="limit_loss", baseline=2, target=3)
    goals.rate_goal(desk, goal, 3)
    with desk.transaction() as work:
        kept = work.get(Goal, goal)
    assert verdict(GoalType(str(kept.goal_type)), kept.baseline, 3, kept.target) is Verdict.ACHIEVED


@pytest.mark.parametrize(
    ("goal_type", "target", "message"),
    [
        (
            "develop", 3,
            ("Målet passer ikke til måltypen: Udvikle kræver et lavere tal end start (3). "
            "Vælg 0, 1 eller 2, eller skift måltype."),
        ),
        (
            "maintain", 2,
            "Målet passer ikke til måltypen: Fastholde kræver det samme tal som start (3). Vælg 3, eller skift måltype.",
        ),
        (
            "limit_loss", 2,
            ("Målet passer ikke til måltypen: Begrænse tab kræver det samme tal som start (3) eller et højere. "
            "Vælg 3 eller 4, eller skift måltype."),
        ),
    ],
)  # fmt: skip
def test_a_target_on_the_wrong_side_is_refused(desk: Desk, goal_type: str, target: int, message: str) -> None:
    before = state_digest(desk.store.connection)
    citizen = add_citizen(desk)
    after = state_digest(desk.store.connection)
    with pytest.raises(RuleError) as refused:
        add_goal(desk, citizen, goal_type=goal_type, target=target)
    assert (str(refused.value), refused.value.field) == (message, "target")
    assert before != after == state_digest(desk.store.connection)


def test_a_change_of_type_is_checked_against_the_target(desk: Desk) -> None:
    goal = add_goal(desk, add_citizen(desk))
    with pytest.raises(RuleError) as refused:
        goals.change_goal(desk, goal, goal_type="maintain")
    assert refused.value.field == "target"
    goals.change_goal(desk, goal, goal_type=GoalType.MAINTAIN, target=3)
    with desk.transaction() as work:
        assert (work.get(Goal, goal).goal_type, work.get(Goal, goal).target) == ("maintain", 3)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " "}, "text"),
        ({"condition": None}, "condition"),
        ({"condition": "17c35058-eb88-4a7a-8727-74cd12be42c7"}, "condition"),
        ({"condition": "noget"}, "condition"),
        ({"secondary": [CONDITION]}, "secondary"),
        ({"goal_type": None}, "goal_type"),
        ({"goal_type": "forbedre"}, "goal_type"),
        ({"baseline": None}, "baseline"),
        ({"baseline": 5}, "baseline"),
        ({"target": None}, "target"),
        ({"target": 7}, "target"),
        ({"weight": "meget"}, "weight"),
        ({"weight": "-1"}, "weight"),
        ({"kind": "subgoal"}, "parent"),
        ({"kind": "drøm"}, "kind"),
        ({"baseline_date": date(2026, 11, 25)}, "baseline_date"),
        ({"enrolment": "00000000-0000-7000-8000-000000000000"}, "enrolment"),
        ({"gas_expected": "x" * 2001}, "gas_expected"),
    ],
)
def test_what_a_goal_cannot_hold(desk: Desk, fields: dict[str, object], field: str) -> None:
    with pytest.raises(RuleError) as refused:
        add_goal(desk, add_citizen(desk), **fields)
    assert refused.value.field == field


def test_all_of_a_goal_is_kept(desk: Desk) -> None:
    other = goal_conditions()[-1].code
    goal = add_goal(
        desk, add_citizen(desk), secondary=[other], weight="1,50", gas_expected="Køber selv ind hver uge",
        follow_up_date=date(2026, 12, 15), next_rating=date(2026, 11, 24),
    )  # fmt: skip
    with desk.transaction() as work:
        kept = work.get(Goal, goal)
        (task,) = work.rows("SELECT id FROM follow_up_task WHERE about = ?", (goal,))
        assert work.get(FollowUpTask, task[0]).due == "2026-11-24"
    assert (kept.secondary, kept.weight, kept.follow_up_date) == (other, "1.5", "2026-12-15")
    assert (kept.baseline_date, kept.kind, kept.status) == ("2026-11-24", "goal", "active")


def test_parents_are_the_citizens_own_and_never_loop(desk: Desk) -> None:
    citizen, another = add_citizen(desk), add_citizen(desk, "Lonni Bro")
    wish = goals.new_goal(desk, citizen, kind="wish", text="Jeg vil ud.").row
    goal = add_goal(desk, citizen, parent=wish)
    step = add_goal(desk, citizen, kind="subgoal", parent=goal)
    below = add_goal(desk, citizen, kind="subgoal", parent=step)
    for row, parent in ((goal, below), (goal, goal), (step, wish), (goal, add_goal(desk, another)), (wish, goal)):
        with pytest.raises(RuleError) as refused:
            goals.change_goal(desk, row, parent=parent)
        assert refused.value.field == "parent"
    with pytest.raises(RuleError):
        goals.void_goal(desk, goal)
    with pytest.raises(RuleError) as refused:
        goals.rate_goal(desk, wish, 2)
    assert refused.value.field == "goal"


def test_a_second_number_corrects_the_same_rating(desk: Desk) -> None:
    goal = add_goal(desk, add_citizen(desk), next_rating=date(2026, 11, 24))
    rating = goals.rate_goal(desk, goal, 2).row
    goals.correct_rating(desk, rating, level=1, self_rating=7)
    goals.correct_rating(desk, rating, not_assessed=True)
    with desk.transaction() as work:
        rows = work.rows("SELECT id, level, not_assessed, self_rating FROM goal_rating WHERE void = 0")
        assert rows == [(rating, None, 1, 7)]
        assert work.rows("SELECT done_on FROM follow_up_task") == [("2026-11-24",)]
    goals.correct_rating(desk, rating, level=0)
    with desk.transaction() as work:
        assert work.get(GoalRating, rating).not_assessed is None


def test_an_old_rating_stays_as_it_was_said(desk: Desk) -> None:
    from datetime import timedelta

    goal = add_goal(desk, add_citizen(desk))
    rating = goals.rate_goal(desk, goal, 2).row
    desk.clock.moment += timedelta(days=1)  # type: ignore[attr-defined]  # the fixture's own clock
    with pytest.raises(RuleError, match="kan ikke rettes mere"):
        goals.correct_rating(desk, rating, level=1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "level"),
        ({"comment": "gik fint"}, "level"),
        ({"level": 5}, "level"),
        ({"level": 1, "not_assessed": True}, "level"),
        ({"level": 1, "gas": 3}, "gas"),
        ({"level": 1, "self_rating": 11}, "self_rating"),
        ({"level": 1, "informant": "naboen"}, "informant"),
        ({"level": 1, "date": date(2026, 11, 25)}, "date"),
        ({"level": 1, "comment": "x" * 2001}, "comment"),
    ],
)
def test_what_a_rating_cannot_hold(desk: Desk, fields: dict[str, object], field: str) -> None:
    goal = add_goal(desk, add_citizen(desk))
    with pytest.raises(RuleError) as refused:
        goals.rate_goal(desk, goal, **fields)  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.field == field


def test_undo_of_each_step_gives_the_digest_back(desk: Desk) -> None:
    citizen = add_citizen(desk)
    states = [state_digest(desk.store.connection).digest]
    made: list[str] = []
    for step in (
        lambda: made.append(add_goal(desk, citizen, next_rating=date(2026, 11, 24))),
        lambda: goals.change_goal(
            desk, made[0], text="Jeg vil købe ind med min søster.", next_rating=date(2026, 11, 23)
        ),
        lambda: made.append(goals.rate_goal(desk, made[0], 2, informant="citizen", comment="godt").row),
        lambda: goals.correct_rating(desk, made[1], level=1),
        lambda: goals.plan_rating(desk, made[0], date(2026, 12, 8)),
        lambda: goals.end_goal(desk, made[0], "completed"),
        lambda: goals.reopen_goal(desk, made[0]),
        lambda: goals.void_rating(desk, made[1]),
        lambda: goals.restore_rating(desk, made[1]),
        lambda: goals.void_goal(desk, made[0]),
        lambda: goals.restore_goal(desk, made[0]),
    ):
        step()
        states.append(state_digest(desk.store.connection).digest)
    for expected in reversed(states[:-1]):
        undone = undo(desk)
        assert undone.what.endswith("Einer M.")
        assert state_digest(desk.store.connection).digest == expected
    for expected in states[1:]:
        redo(desk)
        assert state_digest(desk.store.connection).digest == expected
    assert list(fold_faults(desk.store.connection)) == []
    assert list(chain_faults(desk.store.connection)) == []
