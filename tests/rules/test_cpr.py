from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.errors import RuleError
from vejleder_tui.rules import cpr
from vejleder_tui.rules.cpr import NumberKind


def test_vectors(vectors: dict[str, Any]) -> None:
    for case in vectors["cpr"]:
        if case["valid"]:
            found = cpr.parse(case["input"])
            assert (str(found.birth_date), found.sex) == (case["birthdate"], case["sex"])
        else:
            with pytest.raises(RuleError):
                cpr.parse(case["input"])


def test_every_published_test_person(test_people: list[dict[str, str]]) -> None:
    assert len(test_people) >= 30
    for person in test_people:
        found = cpr.parse(person["code"], date(2026, 11, 24))
        assert found.birth_date is not None
        assert found.birth_date.isoformat() == person["birthdate"]
        assert found.sex == person["gender"][0]
        assert cpr.modulus_11_hint(found.number) is not None
        assert (cpr.age(found.birth_date, date(2026, 12, 31)) >= 18) is (person["adult_2026"] == "yes")


@pytest.mark.parametrize("typed", ["020160-9995", " 020160 9995 ", "020160–9995", "02 01 60 99 95"])
def test_as_people_write_it(typed: str) -> None:
    assert cpr.parse(typed).number == "0201609995"


@pytest.mark.parametrize(
    ("seventh", "two", "year"),
    [
        (0, 0, 1900),
        (3, 99, 1999),
        (4, 36, 2036),
        (4, 37, 1937),
        (9, 36, 2036),
        (9, 37, 1937),
        (5, 57, 2057),
        (5, 58, 1858),
        (8, 0, 2000),
        (8, 99, 1899),
    ],
)
def test_the_century_follows_digit_seven(seventh: int, two: int, year: int) -> None:
    assert cpr.parse(f"0203{two:02d}{seventh}000").birth_date == date(year, 3, 2)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("020160-1AB3", NumberKind.X_ECPR),
        ("020160-7ab3", NumberKind.X_ECPR),
        ("020160-0AB3", NumberKind.D_ECPR),
        ("020160-6AB3", NumberKind.D_ECPR),
        ("020160-RKA1", NumberKind.REGIONAL),
        ("020160-4AB3", NumberKind.REGIONAL),
        ("290200-KP01", NumberKind.REGIONAL),
    ],
)
def test_substitutes(number: str, kind: NumberKind) -> None:
    found = cpr.parse(number)
    assert (found.kind, found.sex) == (kind, None)


@pytest.mark.parametrize(
    "typed", ["", "020160", "02016099951", "ABCDEF1234", "3113001234", "311300-AB12", "2902231000", "٠٢٠١٦٠٩٩٩٥"]
)
def test_refused(typed: str) -> None:
    with pytest.raises(RuleError) as caught:
        cpr.parse(typed)
    assert caught.value.field == "cpr"
    assert not typed or typed not in str(caught.value)


def test_a_birth_date_to_come_is_refused() -> None:
    with pytest.raises(RuleError):
        cpr.parse("0203364000", date(2026, 11, 24))


def test_masked_and_never_shown_by_accident() -> None:
    found = cpr.parse("0201609995")
    assert cpr.masked(found.number) == "020160-••••"
    assert "9995" not in repr(found)


def test_no_hint_for_those_born_on_1_january() -> None:
    assert cpr.modulus_11_hint("0101650000") is None
    assert cpr.modulus_11_hint("020160AB12") is None


def test_adults_only() -> None:
    cpr.check_adult(date(2008, 11, 24), date(2026, 11, 24))
    with pytest.raises(RuleError):
        cpr.check_adult(date(2008, 11, 25), date(2026, 11, 24))


def test_born_on_29_february() -> None:
    born = date(2008, 2, 29)
    assert (cpr.age(born, date(2026, 2, 28)), cpr.age(born, date(2026, 3, 1))) == (17, 18)


@given(st.text(max_size=14))
def test_any_text_is_read_or_refused(typed: str) -> None:
    try:
        found = cpr.parse(typed)
    except RuleError:
        return
    assert len(found.number) == 10
