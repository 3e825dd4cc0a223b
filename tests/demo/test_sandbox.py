"""The sandbox: the same for the same seed and day, whole, believable, and nobody's real number in it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo.conftest import DAY, make
from vejleder_tui.clock import as_utc, from_stamp, local_date
from vejleder_tui.demo.sizes import OPENS, parse_size
from vejleder_tui.errors import RuleError
from vejleder_tui.oplog import chain_faults, fold_faults, state_digest
from vejleder_tui.queries.goals import citizen_goals, goals_due
from vejleder_tui.queries.handover import handover_page
from vejleder_tui.queries.keys import recipients_in_force
from vejleder_tui.queries.roster import roster
from vejleder_tui.queries.sessions import SessionStatus, course_sessions
from vejleder_tui.queries.today import today_view
from vejleder_tui.rules import cpr
from vejleder_tui.rules.goals import GoalType, Verdict

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

MEDCOM = Path(__file__).parents[1] / "data" / "test_cpr_medcom.csv"
NOW = as_utc(DAY, OPENS)


def rows(desk: Desk, sql: str, *parameters: object) -> list[Any]:
    return [tuple(row) for row in desk.store.connection.execute(sql, parameters)]


def test_same_seed_and_day_give_the_same_store(sandbox: Desk, tmp_path: Path) -> None:
    again = make(tmp_path / "again")
    try:
        assert state_digest(again.store.connection) == state_digest(sandbox.store.connection)
        last = "SELECT device, seq, hash FROM operation ORDER BY seq DESC LIMIT 1"
        assert rows(again, last) == rows(sandbox, last)
        assert again.device == sandbox.device
    finally:
        again.store.close()


def test_another_seed_gives_another_store(sandbox: Desk, tmp_path: Path) -> None:
    other = make(tmp_path / "other", seed=8)
    try:
        assert state_digest(other.store.connection).digest != state_digest(sandbox.store.connection).digest
        assert other.device != sandbox.device
    finally:
        other.store.close()


def test_rows_are_the_fold_and_the_chain_holds(sandbox: Desk) -> None:
    assert list(chain_faults(sandbox.store.connection)) == []
    assert list(fold_faults(sandbox.store.connection)) == []


def test_every_number_is_medcoms_or_a_substitute(sandbox: Desk) -> None:
    with MEDCOM.open(encoding="utf-8", newline="") as readable:
        published = {row["code"] for row in csv.DictReader(readable) if row["adult_2026"] == "yes"}
    people = rows(sandbox, "SELECT cpr, substitute_number, name, alias FROM citizen WHERE void = 0")
    assert len(people) == 60
    for number, substitute, name, alias in people:
        assert number or substitute or (alias and not name)
        if number:
            assert number in published
            assert cpr.modulus_11_hint(number) is not None, "a number that passes modulus 11"
        if substitute:
            assert cpr.parse(substitute).kind is cpr.NumberKind.X_ECPR
    assert all(person[0] is None or person[1] is None for person in people)


def test_no_text_holds_a_number_of_ten_digits(sandbox: Desk) -> None:
    for (line,) in rows(sandbox, "SELECT line FROM operation WHERE table_name <> 'citizen'"):
        for value in json.loads(line).get("values", {}).values():
            digits = "".join(sign for sign in str(value) if sign.isdigit())
            assert not (isinstance(value, str) and value.isdigit() and len(digits) == 10)


def test_everybody_is_an_adult_when_enrolled(sandbox: Desk) -> None:
    for born, day in rows(
        sandbox, "SELECT c.birth_date, e.from_date FROM enrolment e JOIN citizen c ON c.id = e.citizen"
        " WHERE c.birth_date IS NOT NULL",
    ):  # fmt: skip
        assert cpr.age(date.fromisoformat(born), date.fromisoformat(day)) >= cpr.ADULT_AGE


def test_twelve_wait_on_the_open_roster(sandbox: Desk) -> None:
    today = today_view(sandbox.store.connection, NOW, sandbox.actor.worker)
    first, second = today.sessions
    assert (first.title, first.expected, first.registered, first.ordinal, first.total) == (
        "ABC-gruppe, efterår", 12, 0, 7, 20,
    )  # fmt: skip
    assert first.status is SessionStatus.ONGOING
    assert (second.expected, second.registered, second.status) == (9, 0, SessionStatus.PLANNED)
    found = roster(sandbox.store.connection, first.ref, NOW)
    assert found is not None
    assert len(found.rows) == 12
    assert {row.code for row in found.rows} == {None}
    assert {row.legal_basis.replace("\u00a0", " ") for row in found.rows} == {"§ 82 a", "§ 85"}


def test_today_has_what_the_picture_shows(sandbox: Desk) -> None:
    today = today_view(sandbox.store.connection, NOW, sandbox.actor.worker)
    assert [(one.title, one.date) for one in today.missing] == [
        ("Kreativt værksted", DAY - timedelta(days=8)), ("Mindfulness hold 2", DAY - timedelta(days=5)),
    ]  # fmt: skip
    assert [(one.form, one.took_part) for one in today.peer] == [("accompaniment", 2), ("drop_in", 6)]
    assert [one.title for one in today.drafts] == ["Peer-aktivitet 23-11"]
    told = {(one.name, one.cause, one.times) for one in today.follow_ups if one.cause != "goal"}
    assert told == {("Max B.", "absences", 2), ("Torre M.", "grant", 0)}
    assert [one.name for one in goals_due(sandbox.store.connection, DAY)] == ["Einer M.", "Lonni B.", "Max B."]


def test_the_course_of_the_picture(sandbox: Desk) -> None:
    course = rows(sandbox, "SELECT id FROM course WHERE title = 'ABC-gruppe, efterår'")[0][0]
    views = course_sessions(sandbox.store.connection, course, NOW)
    assert [one.status for one in views if one.date < DAY].count(SessionStatus.SIGNED_OFF) == 6
    assert Counter(one.status for one in views)[SessionStatus.SKIPPED] == 2
    assert {one.status for one in views} >= {SessionStatus.MOVED, SessionStatus.CANCELLED, SessionStatus.PLANNED}
    assert [one.notified for one in views if one.date == DAY + timedelta(days=7)] == [1]
    waiting = rows(
        sandbox, "SELECT c.name FROM enrolment e JOIN citizen c ON c.id = e.citizen WHERE e.course = ?"
        " AND e.status = 'waiting' ORDER BY e.queue_place", course,
    )  # fmt: skip
    assert [name.split()[0] for (name,) in waiting] == ["Hjalte", "Inge", "Jonna"]


def test_goals_in_every_direction_with_verdicts(sandbox: Desk) -> None:
    verdicts: dict[GoalType | None, set[Verdict]] = {}
    for (citizen,) in rows(sandbox, "SELECT DISTINCT citizen FROM goal WHERE void = 0"):
        for goal in citizen_goals(sandbox.store.connection, citizen):
            verdicts.setdefault(goal.goal_type, set()).add(goal.verdict)
    assert verdicts[GoalType.DEVELOP] >= {Verdict.ACHIEVED, Verdict.ON_THE_WAY, Verdict.UNCHANGED}
    assert verdicts[GoalType.MAINTAIN] >= {Verdict.MAINTAINED, Verdict.WORSENED}
    assert verdicts[GoalType.LIMIT_LOSS] >= {Verdict.ACHIEVED, Verdict.NOT_ACHIEVED}


def test_courses_of_each_kind_in_both_municipalities(sandbox: Desk) -> None:
    assert {kind for (kind,) in rows(sandbox, "SELECT kind FROM course")} == {"closed", "rolling", "open"}
    methods = {
        name for (name,) in rows(sandbox, "SELECT p.method FROM course c JOIN programme p ON p.id = c.programme")
    }
    assert methods >= {"abc", "sft", "mindfulness", "open_workshop", "cti"}
    assert {phase for (phase,) in rows(sandbox, "SELECT phase FROM course WHERE phase IS NOT NULL")} == {"1", "2", "3"}
    assert {place for (place,) in rows(sandbox, "SELECT municipality FROM venue")} == {"0183", "0187"}
    assert len(rows(sandbox, "SELECT 1 FROM centre")) == 3
    bases = {basis for (basis,) in rows(sandbox, "SELECT legal_basis FROM enrolment")}
    assert bases >= {"SEL-82a", "SEL-85", "SEL-85a"}


def test_attendance_of_every_sort(sandbox: Desk) -> None:
    assert {code for (code,) in rows(sandbox, "SELECT code FROM attendance")} >= {
        "present", "partial", "online", "absent_notified", "absent_unnotified",
    }  # fmt: skip
    assert rows(sandbox, "SELECT count(DISTINCT reason) FROM attendance")[0][0] >= 5
    assert rows(sandbox, "SELECT count(*) FROM attendance WHERE late_reason IS NOT NULL")[0][0] > 0
    assert rows(sandbox, "SELECT count(*) FROM attendance WHERE note IS NOT NULL")[0][0] > 0
    assert rows(sandbox, "SELECT count(*) FROM guest")[0][0] == 2
    assert rows(sandbox, "SELECT count(*) FROM adverse_event")[0][0] == 1
    assert rows(sandbox, "SELECT count(DISTINCT incidents) FROM session")[0][0] == 2
    assert rows(sandbox, "SELECT count(DISTINCT kind) FROM session_staff")[0][0] >= 3
    assert len(rows(sandbox, "SELECT DISTINCT form FROM peer_activity")) >= 6


def test_operations_lie_at_believable_times(sandbox: Desk) -> None:
    moments = [
        from_stamp(json.loads(line)["at"]) for (line,) in rows(sandbox, "SELECT line FROM operation ORDER BY seq")
    ]
    assert moments == sorted(moments)
    assert moments[-1] < NOW
    assert len({local_date(one) for one in moments}) > 60
    actors = {json.loads(line)["actor"] for (line,) in rows(sandbox, "SELECT line FROM operation")}
    assert len(actors) >= 4


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2028, 2, 27)])
def test_any_day_has_its_roster(tmp_path: Path, day: date) -> None:
    desk = make(tmp_path / "store", day=day, seed=day.toordinal())
    try:
        today = today_view(desk.store.connection, as_utc(day, OPENS), desk.actor.worker)
        assert [(one.expected, one.registered) for one in today.sessions] == [(12, 0), (9, 0)]
        assert len(today.missing) == 2
        assert sum(one.took_part for one in today.peer) == 8
        assert {one.name for one in today.follow_ups if one.cause != "goal"} == {"Max B.", "Torre M."}
    finally:
        desk.store.close()


def test_a_larger_one_is_whole_too(tmp_path: Path) -> None:
    desk = make(tmp_path / "store", size="240")
    try:
        found = state_digest(desk.store.connection)
        assert 1_080 <= found.rows["attendance"] <= 1_200
        assert list(fold_faults(desk.store.connection)) == []
        assert len(today_view(desk.store.connection, NOW, desk.actor.worker).missing) == 2
    finally:
        desk.store.close()


@pytest.mark.parametrize("text", ["", "huge", "-5", "0", "1,5", "9999999999"])
def test_unknown_sizes_are_refused(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_size(text)
    assert refused.value.field == "size"


def test_too_early_a_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as refused:
        make(tmp_path / "store", day=date(2019, 1, 1))
    assert refused.value.field == "date"


def test_a_bundle_is_three_keys_away_and_earlier_ones_stand_in_the_history(sandbox: Desk) -> None:
    connection = sandbox.store.connection
    (one,) = recipients_in_force(connection, DAY)
    assert (one.name, one.valid_until) == ("Ishøj Kommune, administrationen", "2027-12-31")
    page = handover_page(connection, sandbox.actor.worker, NOW)
    assert [bundle.status for bundle in page.written] == ["handed"] * 4
    assert [local_date(bundle.created_at) for bundle in page.written] == [
        DAY - timedelta(days=days) for days in (4, 8, 11, 14)
    ]
    for bundle in page.written:
        assert bundle.handed_at is not None
        assert bundle.verified_at is not None
        assert (Path(bundle.folder) / bundle.file_name).is_file()
        assert one.recipient in bundle.recipients
    assert page.waiting.changes == state_digest(connection).operations
