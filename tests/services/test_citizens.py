"""Citizens and grants: what is accepted, what is refused, and that every step can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from vejleder_tui.codes import code_list
from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.model import Citizen, CitizenTargetGroup, Grant
from vejleder_tui.oplog import fold_faults, state_digest
from vejleder_tui.services import citizens, consents, grants
from vejleder_tui.services.undo import redo, undo

if TYPE_CHECKING:
    from vejleder_tui.services.desk import Desk

EINER = "020160-9995"
GROUPS = [code.code for code in code_list("ffb_maalgruppe")[:3]]
HOSTILE = (
    "Jens [/b] slut",
    "[se bilag 3]",
    "👩‍👩‍👧 Æøå",
    '=HYPERLINK("http://x")',
    "\u202eטסט\u202c",
    "A" * 200,
    "O'Neill; DROP TABLE citizen;--",
    "%_*",
)


def add(desk: Desk, name: str = "Einer Test Lauridsen", number: str = EINER) -> str:
    return citizens.new_citizen(desk, name=name, number=number).citizen


def row(desk: Desk, citizen: str) -> Citizen:
    with desk.transaction() as work:
        return work.get(Citizen, citizen)


def test_birth_date_and_municipality_are_filled_in(desk: Desk) -> None:
    made = citizens.new_citizen(desk, name="  Einer Test Lauridsen ", number=EINER)
    einer = row(desk, made.citizen)
    assert (einer.name, einer.cpr, einer.birth_date, einer.municipality) == (
        "Einer Test Lauridsen", "0201609995", "1960-01-02", "0183",
    )  # fmt: skip
    assert made.same_number is None
    assert made.hint is not None
    assert "Kontrolcifrene" in made.hint


def test_same_number_warns_and_names_the_row(desk: Desk) -> None:
    first = add(desk)
    second = citizens.new_citizen(desk, name="Einer L.", number="0201609995")
    assert second.same_number == first
    assert citizens.change_citizen(desk, first, contact="12 34 56 78").same_number is None
    assert citizens.change_citizen(desk, first, number=EINER).same_number == second.citizen


def test_substitute_number_and_alias(desk: Desk) -> None:
    other = row(desk, citizens.new_citizen(desk, name="Lonni B.", number="020160-1AB3").citizen)
    assert (other.cpr, other.substitute_number) == (None, "0201601AB3")
    alias = row(desk, citizens.new_citizen(desk, alias="Bænken ved søen").citizen)
    assert (alias.name, alias.alias, alias.cpr) == (None, "Bænken ved søen", None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "A", "number": "020160"}, "cpr"),
        ({"name": "A", "number": "310260-9995"}, "cpr"),
        ({"name": "A", "number": EINER, "birth_date": date(1961, 1, 2)}, "birth_date"),
        ({"name": "A", "birth_date": date(2027, 1, 1)}, "birth_date"),
        ({"name": "A", "municipality": "9999"}, "municipality"),
        ({"name": "A", "target_groups": ["x"]}, "target_groups"),
        ({"name": "A" * 501}, "name"),
    ],
)
def test_what_is_refused_names_its_field_and_leaves_nothing(desk: Desk, values: dict[str, Any], field: str) -> None:
    before = state_digest(desk.store.connection).digest
    with pytest.raises(RuleError) as caught:
        citizens.new_citizen(desk, **values)
    assert caught.value.field == field
    assert "020160" not in str(caught.value)
    assert state_digest(desk.store.connection).digest == before


def test_changing_the_birth_date_must_fit_the_number_that_stands(desk: Desk) -> None:
    einer = add(desk)
    with pytest.raises(RuleError, match="passer ikke til nummeret"):
        citizens.change_citizen(desk, einer, birth_date=date(1961, 1, 2))
    citizens.change_citizen(desk, einer, number="", birth_date=date(1961, 1, 2))
    with pytest.raises(RuleError, match="passer ikke til nummeret"):
        citizens.change_citizen(desk, einer, number=EINER)
    assert row(desk, einer).cpr is None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back_unchanged(desk: Desk, name: str) -> None:
    assert row(desk, citizens.new_citizen(desk, name=name).citizen).name == name


def test_names_are_stored_composed_and_on_one_line(desk: Desk) -> None:
    assert row(desk, citizens.new_citizen(desk, name="A\u030ase\nBerg\x07").citizen).name == "Åse Berg"


def test_target_groups_are_ranked(desk: Desk) -> None:
    einer = citizens.new_citizen(desk, name="Einer", target_groups=GROUPS[:2]).citizen
    citizens.set_target_groups(desk, einer, [GROUPS[2], GROUPS[1]])
    with desk.transaction() as work:
        standing = work.rows(
            "SELECT code, rank FROM citizen_target_group WHERE citizen = ? AND void = 0 ORDER BY rank", (einer,)
        )
        assert standing == [(GROUPS[2], 1), (GROUPS[1], 2)]
        assert CitizenTargetGroup.__tablename__ == "citizen_target_group"


def test_open_place_keeps_a_citizen(desk: Desk) -> None:
    from vejleder_tui.model import Course, Enrolment

    einer = add(desk)
    with desk.transaction() as work:
        course = work.create(Course, work.new_id(), {}, title="ABC")
        place = work.create(
            Enrolment, work.new_id(), {"course": course, "citizen": einer, "from_date": "2026-10-06"}, status="enrolled"
        )
    with pytest.raises(RuleError, match="stadig på et forløb"):
        citizens.void_citizen(desk, einer)
    assert ended(desk, einer) == 0
    with desk.transaction() as work:
        work.change(Enrolment, place, status="ended")
    assert ended(desk, einer) == 1
    citizens.void_citizen(desk, einer)
    assert ended(desk, einer) is None
    with pytest.raises(NotFoundError):
        citizens.change_citizen(desk, einer, name="B")
    citizens.restore_citizen(desk, einer)
    assert ended(desk, einer) == 1


def ended(desk: Desk, citizen: str) -> int | None:
    found = desk.store.connection.execute("SELECT ended FROM citizen_name WHERE citizen = ?", (citizen,)).fetchone()
    return None if found is None else int(found[0])


def test_a_grant_is_checked(desk: Desk) -> None:
    einer = add(desk)
    start = date(2026, 7, 1)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"legal_basis": "SEL-999"}, "legal_basis"),
        ({"legal_basis": "SEL-82a"}, "legal_basis"),
        ({"to_date": date(2026, 6, 30)}, "to_date"),
        ({"service": "x"}, "service"),
        ({"minutes_a_week": 0}, "minutes_a_week"),
        ({"follow_up_date": date(2026, 1, 1)}, "follow_up_date"),
        ({"source": "rumour"}, "source"),
    )
    for values, field in wrong:
        with pytest.raises(RuleError) as caught:
            grants.new_grant(desk, einer, **{"legal_basis": "SEL-85", "from_date": start, **values})
        assert caught.value.field == field
    made = grants.new_grant(desk, einer, legal_basis="SEL-85", from_date=start, to_date=date(2027, 6, 30)).row
    with pytest.raises(RuleError, match="før startdatoen"):
        grants.change_grant(desk, made, to_date=date(2026, 1, 1))
    grants.change_grant(desk, made, to_date=None)
    with desk.transaction() as work:
        assert work.get(Grant, made).to_date is None


def test_every_step_is_undone_and_done_again(desk: Desk) -> None:
    einer = add(desk)
    consent = consents.give_consent(desk, einer, "sharing").row
    grant = grants.new_grant(desk, einer, legal_basis="SEL-85", from_date=date(2026, 7, 1)).row
    steps: list[Callable[[], object]] = [
        lambda: citizens.new_citizen(desk, name="Max Test Berggren", target_groups=GROUPS, note="kom sent"),
        lambda: citizens.change_citizen(desk, einer, name="Einer T. Lauridsen", note="ny", target_groups=GROUPS[:1]),
        lambda: citizens.set_target_groups(desk, einer, GROUPS[1:]),
        lambda: consents.withdraw_consent(desk, consent),
        lambda: consents.void_consent(desk, consent),
        lambda: grants.change_grant(desk, grant, minutes_a_week=90),
        lambda: grants.void_grant(desk, grant),
        lambda: grants.restore_grant(desk, grant),
        lambda: citizens.void_citizen(desk, einer),
        lambda: citizens.restore_citizen(desk, einer),
    ]
    states = [index_state(desk)]
    for step in steps:
        step()
        states.append(index_state(desk))
    for expected in reversed(states[:-1]):
        undo(desk)
        assert index_state(desk) == expected
    for expected in states[1:]:
        redo(desk)
        assert index_state(desk) == expected
    assert list(fold_faults(desk.store.connection)) == []


def index_state(desk: Desk) -> tuple[Any, ...]:
    execute = desk.store.connection.execute
    return (
        state_digest(desk.store.connection).digest,
        execute("SELECT * FROM citizen_word ORDER BY 1, 2").fetchall(),
        execute("SELECT * FROM citizen_name ORDER BY 1").fetchall(),
    )


def test_consents(desk: Desk) -> None:
    einer = add(desk)
    with pytest.raises(RuleError):
        consents.give_consent(desk, einer, "anything")
    with pytest.raises(RuleError, match="fremtiden"):
        consents.give_consent(desk, einer, "sharing", date(2027, 1, 1))
    consent = consents.give_consent(desk, einer, "sharing", date(2026, 10, 1)).row
    with pytest.raises(RuleError, match="før det blev givet"):
        consents.withdraw_consent(desk, consent, date(2026, 9, 1))
