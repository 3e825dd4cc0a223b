"""Any history of the real services leaves rows that are the fold of a whole chain, and every step can be taken back."""

from __future__ import annotations

import os
import tempfile
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.attend.group import NAMES, TODAY, make_group
from tests.conftest import START, MadeStore, desk_at
from vejleder_tui.clock import FixedClock
from vejleder_tui.codes import ABSENCE_REASONS, code_list
from vejleder_tui.errors import UndoError, VejlederError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.services import after_session, attendance, enrolments, goals, guests, peer, ratings
from vejleder_tui.services.after_session import AfterSession, EventTold
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.setup import take_seat
from vejleder_tui.services.undo import redo, undo
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = ("kom sent", "Jens [/b] slut", "=HYPERLINK(…)", "\u202eabc", "😀", "x" * 200)
DAYS = (date(2026, 11, 3), date(2026, 11, 17), date(2026, 11, 24), date(2026, 12, 1))
CODES = ("present", "partial", "online", "absent_notified", "absent_unnotified", "away")
PEOPLE = 5
HISTORIES = int(os.environ.get("HISTORIES", "12"))
"""Many more with HISTORIES, where there is time."""
SHOP = "01770afa-cd17-41fe-a966-b8895e4d55d8"
person = st.integers(0, PEOPLE)
day = st.sampled_from(DAYS)
text = st.sampled_from(TEXTS)
why = st.sampled_from([None, "forkert navn"])


def _one_of(*acts: Callable[..., Any]) -> st.SearchStrategy[Callable[..., Any]]:
    return st.sampled_from(acts)


class Services(RuleBasedStateMachine):
    """A worker at a group of five, who does whatever the screens can ask of the services."""

    made: MadeStore

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FixedClock(START, timedelta(milliseconds=1))
        self.desk = desk_at(self.made, Path(self.folder.name) / "store", self.clock)
        self.group = make_group(self.desk, NAMES[:PEOPLE])
        self.citizens = [*self.group.citizens.values(), new_citizen(self.desk, name="Hjalte Vind").citizen]
        self.goals: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.store.close()
            self.folder.cleanup()

    @property
    def digest(self) -> str:
        return state_digest(self.desk.store.connection).digest

    def rows(self, table: str) -> list[str]:
        found = self.desk.store.connection.execute(f'SELECT id FROM "{table}" WHERE void = 0 ORDER BY id')
        return [row[0] for row in found]

    def written(self) -> int:
        found = self.desk.store.connection.execute("SELECT coalesce(max(txn), 0) FROM step").fetchone()
        return int(found[0])

    def step(self, act: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """Do a service. Refused, it left nothing; done, undo gives the digest back and redo the one after."""
        before, steps = self.digest, self.written()
        try:
            done = act(self.desk, *values, **named)
        except VejlederError:
            assert self.digest == before
            return None
        after = self.digest
        if self.written() == steps:
            assert after == before, "a change that z cannot take back"
            return done
        undo(self.desk)
        assert self.digest == before
        redo(self.desk)
        assert self.digest == after
        return done

    # Fremmøde

    @rule(day=day, who=person, code=st.sampled_from(CODES), why=why)
    def mark(self, day: date, who: int, code: str, why: str | None) -> None:
        self.step(attendance.mark, self.group.ref(day), self.citizens[who], code, correction=why)

    @rule(day=day, code=st.sampled_from(CODES[:5]), why=why)
    def mark_rest(self, day: date, code: str, why: str | None) -> None:
        self.step(attendance.mark_rest, self.group.ref(day), code, correction=why)

    @rule(day=day, who=st.lists(person, max_size=4, unique=True), code=st.sampled_from([None, *CODES[:5]]), why=why)
    def mark_or_clear_many(self, day: date, who: list[int], code: str | None, why: str | None) -> None:
        people = [self.citizens[one] for one in who]
        if code is None:
            self.step(attendance.clear, self.group.ref(day), people, correction=why)
        else:
            self.step(attendance.marks_many, self.group.ref(day), people, code, correction=why)

    @rule(day=day, who=person, minutes=st.sampled_from([None, 0, 60, 120, 1440, 1441]), why=why)
    def minutes(self, day: date, who: int, minutes: int | None, why: str | None) -> None:
        self.step(attendance.set_minutes, self.group.ref(day), self.citizens[who], minutes, correction=why)

    @rule(
        day=day, who=person, reason=st.sampled_from([None, *(one.code for one in ABSENCE_REASONS[:3]), "rain"]), why=why
    )
    def reason(self, day: date, who: int, reason: str | None, why: str | None) -> None:
        self.step(attendance.set_reason, self.group.ref(day), self.citizens[who], reason, correction=why)

    @rule(day=day, who=person, text=st.sampled_from(["", *TEXTS]), why=why)
    def note(self, day: date, who: int, text: str, why: str | None) -> None:
        self.step(attendance.set_note, self.group.ref(day), self.citizens[who], text, correction=why)

    # Gæster and Efter mødet

    @rule(day=day, text=st.sampled_from(["", "0", "3", "501", *TEXTS]), why=why)
    def guest(self, day: date, text: str, why: str | None) -> None:
        self.step(guests.add_guest, self.group.ref(day), text, correction=why)

    @rule(data=st.data(), day=day, who=person, away=st.booleans(), why=why)
    def guest_again(self, data: st.DataObject, day: date, who: int, why: str | None, *, away: bool) -> None:
        if found := self.rows("guest"):
            one = data.draw(st.sampled_from(found))
            if away:
                self.step(guests.remove_guest, self.group.ref(day), one, correction=why)
            else:
                self.step(guests.promote_guest, self.group.ref(day), one, self.citizens[who], correction=why)

    @rule(
        data=st.data(), day=day, who=st.none() | person, note=st.none() | text, heads=st.sampled_from([None, 0, 2, 501]),
        minutes=st.sampled_from([{}, {"delivery": 120, "transport": None}, {"delivery": 0}, {"delivery": 1441}]),
        incidents=st.sampled_from([None, "none", "some"]), told=st.booleans(), sign=st.booleans(), why=why,
    )  # fmt: skip
    def after_session(
        self, data: st.DataObject, *, day: date, who: int | None, note: str | None, heads: int | None,
        minutes: dict[str, int | None], incidents: str | None, why: str | None, told: bool, sign: bool,
    ) -> None:  # fmt: skip
        event = EventTold("conflict", 2, note or "", None if who is None else self.citizens[who]) if told else None
        gone = (
            tuple(data.draw(st.lists(st.sampled_from(found), max_size=1)))
            if (found := self.rows("adverse_event"))
            else ()
        )
        form = AfterSession(
            theme=note, note=note, unnamed_guests=heads, elements=("rollespil",) if told else None, staff=minutes,
            incidents=incidents, event=event, without=gone,
        )  # fmt: skip
        self.step(after_session.save_after_session, self.group.ref(day), form, sign=sign, correction=why)

    @rule(day=day, why=st.sampled_from(["", "forkert"]), back=st.booleans())
    def sign(self, day: date, why: str, *, back: bool) -> None:
        if back:
            self.step(after_session.un_sign, self.group.ref(day), why)
        else:
            self.step(after_session.sign_off, self.group.ref(day))

    @rule(day=st.sampled_from(DAYS[:3]))
    def finish(self, day: date) -> None:
        """A session that is over, so that corrections come often enough."""
        ref = self.group.ref(day)
        self.step(attendance.mark_rest, ref)
        self.step(after_session.save_after_session, ref, AfterSession(incidents="none"), sign=True)

    # Enrolments

    @rule(who=person, day=day, wait=st.booleans(), assessment=st.sampled_from(["", "kan deltage"]))
    def enrol(self, who: int, day: date, assessment: str, *, wait: bool) -> None:
        act = enrolments.put_on_waiting_list if wait else enrolments.enrol
        course, citizen = self.group.course, self.citizens[who]
        self.step(act, course, citizen, "SEL-82a", from_date=day, assessment=assessment)

    @rule(
        data=st.data(), day=day, later=st.sampled_from([None, *DAYS]), reason=st.sampled_from(["moved", "other", "no"])
    )
    def enrolment(self, data: st.DataObject, day: date, later: date | None, reason: str) -> None:
        reasons = [one.code for one in code_list("local_afslutning")]
        ends = {"moved": reasons[1], "other": reasons[-1]}
        one = data.draw(st.sampled_from(self.rows("enrolment") or [""]))
        act = data.draw(
            _one_of(
                enrolments.offer_place, partial(enrolments.take_place, on=day, assessment="kan deltage"),
                partial(enrolments.pause, from_date=day, to_date=later), partial(enrolments.resume, on=day),
                partial(enrolments.complete, last_day=day), enrolments.void_enrolment,
                partial(enrolments.end_enrolment, reason=ends.get(reason, reason), last_day=later),
                partial(enrolments.change_enrolment, legal_basis="SEL-82a", to_date=later, assessment="kan deltage"),
            )
        )  # fmt: skip
        self.step(act, one)

    # Goals, ratings, peer support

    @rule(
        who=person, text=text, kind=st.sampled_from(["develop", "maintain", "limit_loss"]), start=st.integers(0, 4),
        end=st.integers(0, 4), due=st.sampled_from([None, *DAYS]),
    )  # fmt: skip
    def goal(self, *, who: int, text: str, kind: str, start: int, end: int, due: date | None) -> None:
        done = self.step(
            goals.new_goal, self.citizens[who], text=text, condition=SHOP, goal_type=kind, baseline=start, target=end,
            next_rating=due,
        )  # fmt: skip
        if done is not None:
            self.goals.append(done.row)

    @rule(data=st.data(), due=st.sampled_from([None, *DAYS]), text=text)
    def change_goal(self, data: st.DataObject, due: date | None, text: str) -> None:
        if self.goals:
            one = data.draw(st.sampled_from(self.goals))
            act = data.draw(
                _one_of(
                    goals.void_goal, goals.restore_goal, goals.reopen_goal, partial(goals.plan_rating, due=due),
                    partial(goals.end_goal, reason=code_list("local_afslutning")[0].code),
                    partial(goals.change_goal, text=text, next_rating=due),
                )
            )  # fmt: skip
            self.step(act, one)

    @rule(
        data=st.data(), level=st.sampled_from([None, 0, 2, 4, 5]), day=st.sampled_from([None, *DAYS]), comment=text,
        self_rating=st.sampled_from([None, 0, 10, 11]), no=st.booleans(),
    )  # fmt: skip
    def rate(
        self,
        data: st.DataObject,
        level: int | None,
        day: date | None,
        comment: str,
        self_rating: int | None,
        *,
        no: bool,
    ) -> None:
        if self.goals:
            one = data.draw(st.sampled_from(self.goals))
            ref = self.group.ref(day) if day else None
            self.step(
                ratings.rate_goal, one, level, date=day, session_ref=ref, self_rating=self_rating, comment=comment,
                not_assessed=no,
            )  # fmt: skip

    @rule(data=st.data(), level=st.sampled_from([None, 1, 3]), comment=text)
    def change_rating(self, data: st.DataObject, level: int | None, comment: str) -> None:
        if found := self.rows("goal_rating"):
            one = data.draw(st.sampled_from(found))
            act = data.draw(
                _one_of(
                    ratings.void_rating, ratings.restore_rating,
                    partial(ratings.correct_rating, level=level, comment=comment),
                )
            )  # fmt: skip
            self.step(act, one)

    @rule(
        who=st.lists(person, max_size=2, unique=True), count=st.sampled_from([None, 0, 5]), text=text,
        linked=st.sampled_from([None, *DAYS]), shared=st.sampled_from(["", "yes", "no"]),
    )  # fmt: skip
    def peer_activity(self, who: list[int], count: int | None, text: str, linked: date | None, shared: str) -> None:
        self.step(
            peer.new_peer_activity, date=TODAY, minutes=60, form="drop_in", purposes=["community"],
            givers=[peer.PeerPerson(worker=self.desk.actor.worker)], count=count, summary=text, shared=shared,
            receivers=[peer.PeerPerson(citizen=self.citizens[one]) for one in who],
            session=self.group.ref(linked) if linked else None,
        )  # fmt: skip

    @rule(data=st.data())
    def peer_again(self, data: st.DataObject) -> None:
        found = [row[0] for row in self.desk.store.connection.execute("SELECT id FROM peer_activity ORDER BY id")]
        if found:
            one = data.draw(st.sampled_from(found))
            act = data.draw(
                _one_of(
                    peer.void_peer_activity, peer.restore_peer_activity,
                    lambda desk, activity: peer.repeat_last(desk, activity=activity),
                )
            )  # fmt: skip
            self.step(act, one)

    # Undo, redo, restarts

    @rule(times=st.integers(1, 5))
    def undo_some_and_redo_them(self, times: int) -> None:
        digests = [self.digest]
        for _turn in range(times):
            try:
                undo(self.desk)
            except UndoError as error:
                assert str(error)  # noqa: PT017 - what stands in the way is always told
                break
            digests.append(self.digest)
        for expected in reversed(digests[:-1]):
            redo(self.desk)
            assert self.digest == expected

    @rule()
    def undo_one(self) -> None:
        before = self.digest
        try:
            undo(self.desk)
        except UndoError:
            assert self.digest == before

    @rule()
    def restart(self) -> None:
        before, paths, worker = self.digest, self.desk.store.paths, self.desk.actor.worker
        self.desk.store.close()
        store = Store.open(paths, self.made.data_key, clock=self.clock)
        self.desk = take_seat(store, worker, clock=self.clock, randomness=SeededRandomness(len(self.goals) + 3))
        assert self.digest == before

    @invariant()
    def rows_are_the_fold_of_a_whole_chain(self) -> None:
        if hasattr(self, "desk"):
            assert list(fold_faults(self.desk.store.connection)) == []
            assert list(chain_faults(self.desk.store.connection)) == []


def test_any_history_of_the_services(made_store: MadeStore) -> None:
    Services.made = made_store
    machine = Services.TestCase
    machine.settings = settings(max_examples=HISTORIES, stateful_step_count=40, deadline=None)
    machine("runTest").runTest()
