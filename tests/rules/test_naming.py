"""Whether a text names a person: no spelling of a name slips through, and everyday words name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vejleder_tui.rules.naming import NameFinder
from vejleder_tui.rules.text import search_words

if TYPE_CHECKING:
    from collections.abc import Callable

SOREN = NameFinder(["Søren Åge Lauridsen", "Søren"], numbers=["0201609995"])


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("Soren kom for sent", 1),
        ("SØREN", 1),
        ("Sørens bror", 1),
        ("mødte Soeren og Aage", 2),
        ("Åge, ikke S\u00f8ren", 2),
        ("lauridsen", 1),
        ("020160-9995", 2),
        ("020160 9995 ringede", 2),
        ("sørensen", 0),
        ("Agerbæk", 0),
        ("en deltager kom for sent", 0),
        ("", 0),
    ],
)
def test_words_of_a_name(text: str, strength: int) -> None:
    assert SOREN.strength(text) == strength


def test_accents_are_no_hiding_place() -> None:
    assert NameFinder(["Hélène Ngô"]).strength("Helene Ngo") == 2
    assert NameFinder(["Helene"]).strength("He\u0301le\u0300ne") == 1
    assert NameFinder(["Łukasz"]).strength("lukasz") == 1


def test_an_alias_of_everyday_words_is_meant_as_a_whole() -> None:
    bench = NameFinder([], ["Bænken ved søen"])
    assert bench.strength("sad på bænken nede ved søen") == 2
    assert bench.strength("gik en tur ved søen") == 0


def test_an_initial_alone_names_nobody() -> None:
    assert not NameFinder(["E."])
    assert NameFinder(["E. Madsen"]).strength("plan E") == 0


# Dotless ı, ŉ and long ſ become other letters when they are written large or small.
NAMES = st.text(
    st.characters(min_codepoint=0x41, max_codepoint=0x17E, categories=["L"], exclude_characters="ıŉ"),
    min_size=2,
    max_size=12,
)


@given(NAMES, st.text(max_size=30), st.text(max_size=30), st.sampled_from([str, str.upper, str.lower, str.title]))
@example("ßa", "", "", str.upper)
@example("Ærø", "Aerø", "", str.upper)
def test_a_name_between_blanks_is_found_however_it_is_written(
    name: str, before: str, after: str, form: Callable[[str], str]
) -> None:
    assert NameFinder([name]).strength(f"{before} {form(name)} {after}") >= 1


@given(st.text(max_size=60), NAMES, st.text(max_size=20))
def test_the_quick_look_misses_no_word_of_the_name(before: str, name: str, after: str) -> None:
    text = f"{before} {name}{after}"
    if search_words(text) & search_words(name):
        assert NameFinder([name]).may(text)
