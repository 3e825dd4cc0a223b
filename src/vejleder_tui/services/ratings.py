"""Goal ratings: each one a row of its own. Only a slip of the finger is corrected in place, on the day it was made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from vejleder_tui.clock import from_stamp, local_date
from vejleder_tui.codes.informants import informant
from vejleder_tui.errors import RuleError
from vejleder_tui.i18n import N_, _
from vejleder_tui.model import Citizen, FollowUpTask, Goal, GoalRating
from vejleder_tui.rules.gas import SCORES
from vejleder_tui.rules.goals import check_level
from vejleder_tui.rules.text import clean, short_name
from vejleder_tui.services.sessions import ensure_session

if TYPE_CHECKING:
    import datetime as dt

    from vejleder_tui.queries.sessions import SessionRef
    from vejleder_tui.services.desk import Desk, Saved, Work

__all__ = ["RatingFields", "correct_rating", "rate_goal", "restore_rating", "void_rating"]

LONGEST_COMMENT = 2000
SELF_RATINGS = range(11)


class RatingFields(TypedDict, total=False):
    """What a rating holds; what is left out is not touched.

    `level` 0–4, lower is better; `not_assessed` is an answer of its own and excludes a level. `gas` −2 to +2,
    `self_rating` 0–10. `informant`: a code of KL's *kilde*, or its name in `codes.informants`.
    """

    date: dt.date | None
    level: int | None
    not_assessed: bool
    gas: int | None
    self_rating: int | None
    informant: str | None
    comment: str | None


def rate_goal(
    desk: Desk,
    goal: str,
    level: int | None = None,
    *,
    date: dt.date | None = None,
    informant: str | None = None,
    session_ref: SessionRef | None = None,
    self_rating: int | None = None,
    gas: int | None = None,
    comment: str | None = None,
    not_assessed: bool = False,
) -> Saved:
    """Rate a goal, today where no date is given; `saved.row` is the rating's id.

    Needs a level, *not assessed*, a GAS score or a self-rating. A level also completes the follow-ups that were due
    by then. Raises RuleError naming the field.
    """
    with desk.transaction(N_("vurdering: {who}"), who="") as work:
        about = work.get(Goal, goal)
        _name_step(work, about)
        if about.goal_type is None or about.baseline is None:
            raise RuleError(
                _("Et ønske kan ikke vurderes."), _("Gør det til et mål først, og vælg startniveau."), field="goal"
            )
        values = _values(
            work,
            {
                "date": date or work.today, "level": level, "not_assessed": not_assessed, "gas": gas,
                "self_rating": self_rating, "informant": informant, "comment": comment,
            },
        )  # fmt: skip
        _check_answered(values)
        if session_ref is not None:
            values["session"] = ensure_session(work, session_ref)
        rating = work.new_id()
        work.create(GoalRating, rating, {"goal": goal, "citizen": about.citizen}, **values)
        if level is not None:
            _complete_follow_ups(work, goal, str(values["date"]))
        return work.saved(rating)


def correct_rating(desk: Desk, rating: str, **fields: Unpack[RatingFields]) -> Saved:
    """Correct a rating in its own row: only by who made it, on the day it was made; a level takes *not assessed* away.

    Anything later is a rating of its own. Raises RuleError.
    """
    with desk.transaction(N_("vurdering rettet: {who}"), who="") as work:
        old = work.get(GoalRating, rating)
        _name_step(work, work.get(Goal, old.goal or ""))
        _refuse_late(work, rating)
        if fields.get("level") is not None:
            fields.setdefault("not_assessed", False)
        if fields.get("not_assessed"):
            fields.setdefault("level", None)
        values = _values(work, dict(fields))
        _check_answered({**old.model_dump(), **values})
        work.change(GoalRating, rating, **values)
        if values.get("level") is not None:
            _complete_follow_ups(work, old.goal or "", str(values.get("date") or old.date))
        return work.saved(rating)


def void_rating(desk: Desk, rating: str) -> Saved:
    """Take away a rating that should not be there."""
    with desk.transaction(N_("vurdering fjernet: {who}"), who="") as work:
        _name_step(work, work.get(Goal, work.get(GoalRating, rating).goal or ""))
        work.void(GoalRating, rating)
        return work.saved(rating)


def restore_rating(desk: Desk, rating: str) -> Saved:
    """Bring back a rating that was taken away."""
    with desk.transaction(N_("vurdering gendannet: {who}"), who="") as work:
        work.restore(GoalRating, rating)
        _name_step(work, work.get(Goal, work.get(GoalRating, rating).goal or ""))
        return work.saved(rating)


def _name_step(work: Work, goal: Goal) -> None:
    citizen = work.get(Citizen, goal.citizen or "")
    work.about["who"] = work.about.get("who") or short_name(
        citizen.name or citizen.alias or "", citizen.call_name or ""
    )


def _values(work: Work, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields in the form in which they are stored; raises RuleError."""
    values: dict[str, Any] = dict(fields)
    if "date" in values:
        values["date"] = _day(work, values["date"])
    _check_scores(values)
    if "not_assessed" in values:
        values["not_assessed"] = bool(values["not_assessed"]) or None
    if values.get("informant") is not None:
        source = informant(str(values["informant"]))
        if source is None:
            raise RuleError(_("Kilden kendes ikke."), _("Vælg en fra listen."), field="informant")
        values["informant"] = source.code
    if "comment" in values:
        comment = clean(str(values["comment"] or "")).strip()
        if len(comment) > LONGEST_COMMENT:
            raise RuleError(
                _("Teksten er for lang."), _("Skriv højst {count} tegn.").format(count=LONGEST_COMMENT), field="comment"
            )
        values["comment"] = comment or None
    return values


def _day(work: Work, day: dt.date | None) -> str:
    if day is None:
        raise RuleError(_("Datoen mangler."), _("Skriv fx i dag eller i går."), field="date")
    if day > work.today:
        raise RuleError(_("Datoen ligger ude i fremtiden."), _("Skriv fx i dag eller i går."), field="date")
    return day.isoformat()


def _check_scores(values: dict[str, Any]) -> None:
    level, gas, self_rating = values.get("level"), values.get("gas"), values.get("self_rating")
    if level is not None:
        check_level(level)
        if values.get("not_assessed"):
            raise RuleError(_("Vælg enten et niveau eller ikke vurderet."), field="level")
    if gas is not None and gas not in SCORES:
        raise RuleError(_("GAS skal være et tal fra -2 til 2."), _("Skriv fx 0: som forventet."), field="gas")
    if self_rating is not None and self_rating not in SELF_RATINGS:
        raise RuleError(_("Egenvurderingen skal være et tal fra 0 til 10."), _("Skriv fx 7."), field="self_rating")


def _check_answered(values: dict[str, object]) -> None:
    answers = (values.get("level"), values.get("gas"), values.get("self_rating"), values.get("not_assessed") or None)
    if all(one is None for one in answers):
        raise RuleError(
            _("Vurderingen er tom."), _("Tryk et tal fra 0 til 4, eller i for ikke vurderet."), field="level"
        )


def _refuse_late(work: Work, rating: str) -> None:
    """Refuse to correct what another wrote, or what was written before today: that stays as it was said."""
    found = work.rows("SELECT line FROM operation WHERE row = ? ORDER BY device, seq LIMIT 1", (rating,))
    line = json.loads(found[0][0]) if found and found[0][0] else {}
    mine = line.get("actor") == work.desk.actor.worker
    if not mine or local_date(from_stamp(line["at"])) != work.today:
        raise RuleError(_("Vurderingen kan ikke rettes mere."), _("Skriv en ny vurdering i stedet."))


def _complete_follow_ups(work: Work, goal: str, day: str) -> None:
    for (task,) in work.rows(
        "SELECT id FROM follow_up_task WHERE void = 0 AND cause = 'goal' AND about = ? AND done_on IS NULL AND due <= ?",
        (goal, day),
    ):
        work.change(FollowUpTask, task, done_on=day)
