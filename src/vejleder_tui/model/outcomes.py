"""What came of it: peer support, goals and their ratings."""

from __future__ import annotations

from vejleder_tui.model.base import Kind, Record, column, record, reference

__all__ = ["Goal", "GoalRating", "PeerActivity", "PeerParticipant"]


@record
class PeerActivity(Record, table=True):
    """Support between peers (peer-aktivitet). `participants` counts people when nobody is named. `shared`: yes, no.

    The peer's own history and health are never recorded. `load` on the peer: light, some, heavy.
    """

    __tablename__ = "peer_activity"

    organisation: str | None = reference("organisation", key=True)
    date: str | None = column(Kind.DATE)
    minutes: int | None = column(Kind.INTEGER)
    form: str | None = column(Kind.CODE)
    purposes: str | None = column(Kind.CODE)
    place: str | None = column(Kind.TEXT)
    participants: int | None = column(Kind.INTEGER)
    mutual: bool | None = column(Kind.BOOLEAN)
    session: str | None = reference("session")
    goal: str | None = reference("goal")
    summary: str | None = column(Kind.TEXT, alone=True)
    next_step: str | None = column(Kind.TEXT, alone=True)
    shared: str | None = column(Kind.CODE)
    guidance_minutes: int | None = column(Kind.INTEGER)
    load: str | None = column(Kind.CODE)


@record
class PeerParticipant(Record, table=True):
    """One person in a peer activity; id of (activity, citizen or worker, role). `role`: giver, receiver, both."""

    __tablename__ = "peer_participant"

    activity: str | None = reference("peer_activity", key=True)
    citizen: str | None = reference("citizen", key=True)
    worker: str | None = reference("worker", key=True)
    role: str | None = column(Kind.CODE, key=True)
    peer_role: str | None = column(Kind.CODE)


@record
class Goal(Record, table=True):
    """A goal (indsatsmål), sub-goal (delmål) or a citizen's wish, judged by its own direction.

    `kind`: wish, goal, subgoal. `goal_type`: develop, maintain, limit_loss. Levels 0 (none) to 4 (complete); lower is better.
    `weight` is a decimal as text. `gas_*` describe the five steps from much less (−2) to much more (+2) than expected.
    """

    citizen: str | None = reference("citizen", key=True)
    enrolment: str | None = reference("enrolment")
    parent: str | None = reference("goal")
    kind: str | None = column(Kind.CODE)
    text: str | None = column(Kind.TEXT, alone=True)
    condition: str | None = column(Kind.CODE)
    secondary: str | None = column(Kind.CODE)
    goal_type: str | None = column(Kind.CODE)
    baseline: int | None = column(Kind.INTEGER)
    baseline_date: str | None = column(Kind.DATE)
    target: int | None = column(Kind.INTEGER)
    weight: str | None = column(Kind.DECIMAL)
    gas_much_less: str | None = column(Kind.TEXT)
    gas_less: str | None = column(Kind.TEXT)
    gas_expected: str | None = column(Kind.TEXT)
    gas_more: str | None = column(Kind.TEXT)
    gas_much_more: str | None = column(Kind.TEXT)
    follow_up_date: str | None = column(Kind.DATE)
    status: str | None = column(Kind.CODE, order=("active", "ended"))
    end_reason: str | None = column(Kind.CODE)


@record
class GoalRating(Record, table=True):
    """One rating of a goal (målvurdering): level 0–4, GAS −2…+2, self-rating 0–10. `not_assessed` is an answer of its own."""

    __tablename__ = "goal_rating"

    goal: str | None = reference("goal", key=True)
    citizen: str | None = reference("citizen", key=True)
    date: str | None = column(Kind.DATE)
    level: int | None = column(Kind.INTEGER)
    not_assessed: bool | None = column(Kind.BOOLEAN)
    gas: int | None = column(Kind.INTEGER)
    self_rating: int | None = column(Kind.INTEGER)
    informant: str | None = column(Kind.CODE)
    session: str | None = reference("session")
    comment: str | None = column(Kind.TEXT, alone=True)
