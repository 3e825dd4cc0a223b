"""Goals: agreed with a citizen, changed, ended, and when they are looked at next. Their ratings: `services.ratings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from vejleder_tui import codes
from vejleder_tui.clock import stamp
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Citizen, FollowUpTask, Goal
from vejleder_tui.queries import goals
from vejleder_tui.rules.text import short_name
from vejleder_tui.services.goal_fields import GAS_FIELDS, KINDS, GoalFields, check, column_values
from vejleder_tui.services.ratings import correct_rating, rate_goal, restore_rating, void_rating

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from vejleder_tui.queries.goals import GoalDetail
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = [
    "GAS_FIELDS",
    "KINDS",
    "GoalFields",
    "change_goal",
    "correct_rating",
    "end_goal",
    "new_goal",
    "plan_rating",
    "rate_goal",
    "read_goal",
    "read_goals",
    "reopen_goal",
    "restore_goal",
    "restore_rating",
    "void_goal",
    "void_rating",
]


def new_goal(desk: Desk, citizen: str, **fields: Unpack[GoalFields]) -> Saved:
    """Agree a wish, goal or sub-goal with a citizen; `saved.row` is its id.

    `kind` is *goal*, the start today and the weight 1 where nothing is said. A goal and a sub-goal need text, one primary
    condition that takes a goal, type, baseline and a target on the right side of it; a wish needs only its text.
    Raises RuleError naming the field.
    """
    with desk.transaction(N_("nyt mål: {who}"), who="") as work:
        who = work.get(Citizen, citizen)
        _name_step(work, who)
        values = {"kind": "goal", "status": "active", **column_values(fields)}
        if values["kind"] != "wish" or values.get("baseline") is not None:
            values["baseline_date"] = values.get("baseline_date") or work.today.isoformat()
            values["weight"] = values.get("weight") or "1"
        goal = work.new_id()
        check(work, Goal.model_validate({"id": goal, "citizen": citizen, **values}))
        work.create(Goal, goal, {"citizen": citizen}, **values)
        _plan(work, citizen, goal, fields)
        return work.saved(goal)


def change_goal(desk: Desk, goal: str, *, correction: str | None = None, **fields: Unpack[GoalFields]) -> Saved:
    """Change the fields given; a new type, start or target is checked against the others again. Raises RuleError."""
    with desk.transaction(N_("mål rettet: {who}"), who="") as work:
        old = work.get(Goal, goal)
        _name_step(work, work.get(Citizen, old.citizen or ""))
        values = column_values(fields)
        check(work, Goal.model_validate({**old.model_dump(), **values}))
        work.change(Goal, goal, correction=correction, **values)
        _plan(work, old.citizen or "", goal, fields)
        return work.saved(goal)


def end_goal(desk: Desk, goal: str, reason: str) -> Saved:
    """End a goal; `reason` is a code of `local_afslutning`. Its open follow-ups are done with it."""
    with desk.transaction(N_("mål afsluttet: {who}"), who="") as work:
        old = work.get(Goal, goal)
        _name_step(work, work.get(Citizen, old.citizen or ""))
        if codes.lookup("local_afslutning", reason) is None:
            raise RuleError(_("Årsagen kendes ikke."), _("Vælg en fra listen."), field="end_reason")
        work.change(Goal, goal, status="ended", end_reason=reason)
        for (task,) in _open_tasks(work, goal):
            work.change(FollowUpTask, task, done_on=work.today.isoformat())
        return work.saved(goal)


def reopen_goal(desk: Desk, goal: str) -> Saved:
    """Take up an ended goal again."""
    with desk.transaction(N_("mål genoptaget: {who}"), who="") as work:
        old = work.get(Goal, goal)
        _name_step(work, work.get(Citizen, old.citizen or ""))
        work.change(Goal, goal, status="active", end_reason=None)
        return work.saved(goal)


def void_goal(desk: Desk, goal: str) -> Saved:
    """Take a goal away; its ratings go out of sight with it and come back with it. Refused while sub-goals hang on it."""
    with desk.transaction(N_("mål fjernet: {who}"), who="") as work:
        old = work.get(Goal, goal)
        _name_step(work, work.get(Citizen, old.citizen or ""))
        if work.rows("SELECT 1 FROM goal WHERE parent = ? AND void = 0 LIMIT 1", (goal,)):
            raise RuleError(_("Målet har delmål."), _("Fjern eller flyt dem først."))
        work.void(Goal, goal)
        return work.saved(goal)


def restore_goal(desk: Desk, goal: str) -> Saved:
    """Bring back a goal that was taken away."""
    with desk.transaction(N_("mål gendannet: {who}"), who="") as work:
        work.restore(Goal, goal)
        _name_step(work, work.get(Citizen, work.get(Goal, goal).citizen or ""))
        return work.saved(goal)


def plan_rating(desk: Desk, goal: str, due: date | None) -> Saved:
    """Set the day on which a goal is to be rated next, in place of the one that was set; None takes it away."""
    with desk.transaction(N_("næste vurdering: {who}"), who="") as work:
        old = work.get(Goal, goal)
        _name_step(work, work.get(Citizen, old.citizen or ""))
        _plan(work, old.citizen or "", goal, {"next_rating": due})
        return work.saved(goal)


def read_goals(desk: Desk, *, citizen: str = "", goal: str = "") -> list[GoalDetail]:
    """Return the goals that can be rated of one citizen, or of the one whose goal it is, and log that they were read."""
    with desk.transaction() as work:
        reader = desk.store.connection
        found = [] if citizen else goals.find_goals(reader, goal)
        whose = found[0].citizen if found else citizen
        if whose:
            _log_reading(work, whose, "rating")
        return goals.goals_for_rating(reader, whose, work.now)


def read_goal(desk: Desk, goal: str) -> GoalDetail | None:
    """Return one goal with all that is written about it, and log that it was read."""
    with desk.transaction() as work:
        detail = goals.goal_detail(desk.store.connection, goal, work.now)
        if detail is not None:
            _log_reading(work, detail.row.citizen, "goal")
        return detail


def _log_reading(work: Work, citizen: str, what: str) -> None:
    work.desk.store.connection.execute(
        "INSERT INTO access_log (at, actor, citizen, what) VALUES (?, ?, ?, ?)",
        (stamp(work.now), work.desk.actor.worker, citizen, what),
    )


def _name_step(work: Work, citizen: Citizen) -> None:
    work.about.setdefault("who", "")
    work.about["who"] = work.about["who"] or short_name(citizen.name or citizen.alias or "", citizen.call_name or "")


def _open_tasks(work: Work, goal: str) -> list[tuple[str]]:
    return [
        (str(row[0]),)
        for row in work.rows(
            "SELECT id FROM follow_up_task WHERE void = 0 AND cause = 'goal' AND about = ? AND done_on IS NULL"
            " ORDER BY due, id",
            (goal,),
        )
    ]


def _plan(work: Work, citizen: str, goal: str, fields: Mapping[str, object]) -> None:
    if "next_rating" not in fields:
        return
    due = fields["next_rating"]
    written = None if due is None else str(due)
    tasks = _open_tasks(work, goal)
    if written is None:
        for (task,) in tasks:
            work.void(FollowUpTask, task)
    elif tasks:
        work.change(FollowUpTask, tasks[0][0], due=written)
    else:
        work.create(FollowUpTask, work.new_id(), {"citizen": citizen, "cause": "goal", "about": goal}, due=written)
