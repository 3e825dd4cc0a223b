"""What people do in a whole history, through the services that the screens use."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from tests.people import TAKE_PART
from vejleder_tui.queries.conflicts import CANCELLED, conflicts
from vejleder_tui.queries.sessions import SessionRef, session_id
from vejleder_tui.rules.recurrence import Plan
from vejleder_tui.services import after_session, attendance, goals, guests, sessions
from vejleder_tui.services.citizens import change_citizen, new_citizen, restore_citizen, void_citizen
from vejleder_tui.services.conflicts import settle as settle_conflict
from vejleder_tui.services.courses import new_course
from vejleder_tui.services.enrolments import enrol
from vejleder_tui.services.erasing import erase, plan
from vejleder_tui.services.peer import PeerPerson, new_peer_activity
from vejleder_tui.services.persons import answer
from vejleder_tui.services.ratings import rate_goal
from vejleder_tui.services.revoking import revoke
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.histories import History, Member

DAYS = [date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 17)]


def begin(history: History, one: Member) -> None:
    """Two courses and two people."""
    history.at(one)
    weekly = Plan((1,), 1, 600, 720, date(2026, 10, 6), sessions=20)
    history.courses = [new_course(one.desk, title, weekly, kind="open").row for title in ("ABC-gruppe", "Værksted")]
    for _ in range(2):
        _citizen(history, one)


def _word(history: History, citizen: str = "") -> str:
    history.number += 1
    made = f"Ord{history.number:05d}slut"
    if citizen:
        history.words.setdefault(citizen, set()).add(made)
    return made


def _someone(history: History, one: Member) -> str:
    """Return a person of this laptop; who is void is sometimes meant all the same."""
    found = [str(row) for (row,) in one.rows("SELECT id FROM citizen ORDER BY id")]
    return history.random.choice(found) if found else _citizen(history, one)


def _ref(history: History) -> SessionRef:
    course, day = history.random.choice(history.courses), history.random.choice(DAYS)
    return SessionRef(session_id(course, day, 1), course, day, 1)


def _row(history: History, one: Member, sql: str) -> str:
    found = [str(row) for (row,) in one.rows(f"{sql} ORDER BY 1")]
    return history.random.choice(found) if found else ""


def _why(history: History) -> str | None:
    return history.random.choice([None, "fejl"])


def _citizen(history: History, one: Member) -> str:
    words = [_word(history), _word(history)]
    made = new_citizen(one.desk, name=f"{words[0]} Madsen", note=words[1]).citizen
    history.words[made] = set(words)
    return made


def _change(history: History, one: Member) -> None:
    citizen = _someone(history, one)
    match history.random.randint(0, 3):
        case 0:
            change_citizen(one.desk, citizen, name=f"{_word(history, citizen)} Berg")
        case 1:
            change_citizen(one.desk, citizen, note=_word(history, citizen))
        case 2:
            change_citizen(one.desk, citizen, note="")
        case _:
            change_citizen(one.desk, citizen, protected=history.random.random() < 0.5)


def _enrol(history: History, one: Member) -> None:
    day = history.random.choice([date(2026, 10, 6), date(2026, 11, 3)])
    enrol(
        one.desk,
        history.random.choice(history.courses),
        _someone(history, one),
        "SEL-82a",
        from_date=day,
        assessment="kan bedres",
    )


def _mark(history: History, one: Member) -> None:
    code = history.random.choice(["present", "present", "absent_notified", "absent_unnotified"])
    attendance.mark(one.desk, _ref(history), _someone(history, one), code, correction=_why(history))


def _clear(history: History, one: Member) -> None:
    attendance.clear(one.desk, _ref(history), [_someone(history, one)], correction=_why(history))


def _note(history: History, one: Member) -> None:
    citizen = _someone(history, one)
    attendance.set_note(one.desk, _ref(history), citizen, _word(history, citizen), correction=_why(history))


def _minutes(history: History, one: Member) -> None:
    minutes = history.random.choice([None, 30, 60])
    attendance.set_minutes(one.desk, _ref(history), _someone(history, one), minutes, correction=_why(history))


def _group_note(history: History, one: Member) -> None:
    after_session.set_group_note(one.desk, _ref(history), _word(history), correction=_why(history))


def _sign(history: History, one: Member) -> None:
    form = after_session.AfterSession(incidents="none", theme=_word(history))
    after_session.save_after_session(one.desk, _ref(history), form, sign=True)


def _unsign(history: History, one: Member) -> None:
    after_session.un_sign(one.desk, _ref(history), "fejl")


def _cancel(history: History, one: Member) -> None:
    if history.random.random() < 0.6:
        sessions.cancel_session(one.desk, _ref(history), "sygdom")
    else:
        sessions.hold_after_all(one.desk, _ref(history))


def _move(history: History, one: Member) -> None:
    sessions.move_session(one.desk, _ref(history), date(2026, 11, history.random.randint(18, 22)), 600, 720)


def _goal(history: History, one: Member) -> None:
    citizen = _someone(history, one)
    goals.new_goal(
        one.desk, citizen, condition=TAKE_PART, goal_type="develop", baseline=3, target=1, baseline_date=DAYS[0],
        text=_word(history, citizen),
    )  # fmt: skip


def _change_goal(history: History, one: Member) -> None:
    goal = _row(history, one, "SELECT id FROM goal")
    for (citizen,) in one.rows("SELECT citizen FROM goal WHERE id = ?", goal):
        goals.change_goal(one.desk, goal, text=_word(history, str(citizen)))


def _rate(history: History, one: Member) -> None:
    goal = _row(history, one, "SELECT id FROM goal")
    for (citizen,) in one.rows("SELECT citizen FROM goal WHERE id = ?", goal):
        level, day = history.random.randint(0, 4), history.random.choice(DAYS)
        rate_goal(one.desk, goal, level, date=day, comment=_word(history, str(citizen)))


def _peer(history: History, one: Member) -> None:
    new_peer_activity(
        one.desk, date=history.random.choice(DAYS), minutes=30, form="accompaniment", purposes=["wellbeing"],
        givers=[PeerPerson(worker=one.desk.actor.worker)], receivers=[PeerPerson(citizen=_someone(history, one))],
        shared="yes", summary=_word(history),
    )  # fmt: skip


def _guest(history: History, one: Member) -> None:
    ref = _ref(history)
    made = guests.add_guest(one.desk, ref, f"gæst {history.random.randint(1, 3)}")
    if history.random.random() < 0.5:
        guests.promote_guest(one.desk, ref, made.saved.row, _someone(history, one))


def _away(history: History, one: Member) -> None:
    citizen, goal = _someone(history, one), _row(history, one, "SELECT id FROM goal")
    match history.random.randint(0, 3):
        case 0:
            void_citizen(one.desk, citizen)
        case 1:
            restore_citizen(one.desk, citizen)
        case 2:
            goals.void_goal(one.desk, goal)
        case _:
            goals.restore_goal(one.desk, goal)


def _undo(_history: History, one: Member) -> None:
    undo(one.desk)


def _redo(_history: History, one: Member) -> None:
    redo(one.desk)


def _settle(history: History, one: Member) -> None:
    found = conflicts(one.connection)
    if not found:
        return
    open_one = history.random.choice(found)
    values: dict[str, str | int | bool | None] = {}
    if open_one.kind == CANCELLED:
        values["status"] = history.random.choice(["held", "cancelled"])
    for name in open_one.fields if open_one.kind != CANCELLED else ():
        offered = one.rows("SELECT value FROM contested WHERE row = ? AND field = ? ORDER BY 1", open_one.row, name)
        values[name] = json.loads(str(history.random.choice(offered)[0]))
        values[name] = bool(values[name]) if name == "void" else values[name]
    settle_conflict(one.desk, open_one.table, open_one.row, values, reason=_why(history))
    history.told["settled"] += 1


def _same(history: History, one: Member) -> None:
    answer(one.desk, _someone(history, one), _someone(history, one), same=history.random.random() < 0.3)


def _erase(history: History, one: Member) -> None:
    if history.random.random() < 0.6:
        return
    found = plan(one.connection, _someone(history, one))
    erase(one.desk, found.citizens[0], [(text.row, text.field) for text in found.texts])
    history.named.update(found.citizens)
    history.told["erased"] += 1


def _revoke(history: History, one: Member) -> None:
    other = history.random.choice(history.members)
    if history.random.random() < 0.1:
        revoke(one.desk, other.desk.device)
        history.told["revoked"] += 1


ACTS: list[tuple[str, Callable[[History, Member], object]]] = [
    (act.__name__.strip("_"), act)
    for act in (
        _citizen, _change, _change, _change, _enrol, _enrol, _mark, _mark, _mark, _mark, _clear, _note, _note, _minutes,
        _group_note, _sign, _sign, _unsign, _cancel, _move, _goal, _goal, _change_goal, _rate, _rate, _peer, _guest, _away,
        _away, _undo, _undo, _redo, _settle, _settle, _settle, _same, _erase, _erase, _revoke,
    )
]  # fmt: skip
