from __future__ import annotations

from datetime import date

import pytest

from vejleder_tui.codes import code_list
from vejleder_tui.errors import RuleError
from vejleder_tui.rules import legal

START = date(2026, 8, 31)


def test_which_bases_ask_for_a_grant() -> None:
    asking = {code.code for code in code_list("local_lovgrundlag") if legal.needs_grant(code.code)}
    assert asking == {"SEL-85", "SEL-85a", "SEL-104", "SEL-107", "SEL-108"}


@pytest.mark.parametrize("basis", ["SEL-85", "SEL-85a", "SEL-104", "SEL-107", "SEL-108"])
def test_a_grant_is_asked_for(basis: str) -> None:
    legal.check_enrolment(basis, START, has_grant=True)
    with pytest.raises(RuleError) as caught:
        legal.check_enrolment(basis, START)
    assert caught.value.field == "grant"


def test_82a_asks_for_one_line_and_nothing_else() -> None:
    legal.check_enrolment("SEL-82a", START, assessment="Kan forebygge isolation")
    with pytest.raises(RuleError) as caught:
        legal.check_enrolment("SEL-82a", START, assessment="  ")
    assert caught.value.field == "assessment"
    assert not legal.asks_for_cpr("SEL-82a")


def test_82b_ends_within_six_months() -> None:
    legal.check_enrolment("SEL-82b", START, date(2027, 2, 28))
    for end in (None, date(2027, 3, 1)):
        with pytest.raises(RuleError) as caught:
            legal.check_enrolment("SEL-82b", START, end)
        assert caught.value.field == "to"
        assert "28-02-2027" in caught.value.remedy
    legal.check_enrolment("SEL-82b", START, date(2027, 8, 31), months=12)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(RuleError):
        legal.check_enrolment("SEL-99", START, date(2026, 8, 30))


def test_a_session_past_a_grant_is_only_told() -> None:
    assert legal.grant_has_ended(date(2026, 11, 20), date(2026, 11, 24))
    assert not legal.grant_has_ended(date(2026, 11, 24), date(2026, 11, 24))
    assert not legal.grant_has_ended(None, date(2026, 11, 24))


def test_short_forms_do_not_break() -> None:
    assert legal.short_form("SEL-82a") == "§\u00a082\u00a0a"
    assert legal.short_form("SEL-85") == "§\u00a085"
    assert legal.short_form("egen") == "egen"
