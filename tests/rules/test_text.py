from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vejleder_tui.rules import text

anything = st.text(st.characters(exclude_categories=()), max_size=40)


@given(anything)
def test_cleaned_text_can_be_stored(raw: str) -> None:
    stored = text.clean(raw)
    stored.encode("utf-8")
    assert unicodedata.is_normalized("NFC", stored)
    assert not any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in stored)
    assert text.clean(stored) == stored


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("Søren", "Søren"),
        ("A\u030aase", "Åase"),
        ("en\r\nto\rtre\tfire", "en\nto\ntre\tfire"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("a\ud800b", "ab"),
        ("\u202eabc\u202c", "\u202eabc\u202c"),
        ("Jens [/b] slut", "Jens [/b] slut"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_clean(raw: str, stored: str) -> None:
    assert text.clean(raw) == stored


@given(anything)
def test_folding_is_done_once(raw: str) -> None:
    folded = text.fold(raw)
    assert text.fold(folded) == folded
    assert text.fold(raw.upper().lower()) == text.fold(raw.lower()) or not raw.isascii()


@pytest.mark.parametrize("typed", ["soren", "soeren", "Søren", "SØREN", "So\u0308ren", "sor", "sø", "soe", "kjaer"])
def test_soren_is_found(typed: str) -> None:
    words = text.search_words("Søren Kjær-Åberg")
    assert all(any(word.startswith(start) for word in words) for start in text.fold_query(typed))


@pytest.mark.parametrize(
    ("name", "typed"), [("Åse", "ase"), ("Åse", "aase"), ("Aase", "åse"), ("Bodil Ærø", "aeroe"), ("René", "rene")]
)
def test_other_spellings(name: str, typed: str) -> None:
    assert set(text.fold_query(typed)) <= text.search_words(name)


@given(anything)
def test_a_name_is_found_by_itself(name: str) -> None:
    assert set(text.fold_query(name)) <= text.search_words(name)


def test_danish_order() -> None:
    names = ["Åse", "Zoe", "Østen", "Ærling", "anna", "Aage", "Anna", "Bo-Erik", "Bo Aron", "Élise", "Emma"]
    assert sorted(names, key=text.sort_key) == [
        *("Anna", "anna", "Bo Aron", "Bo-Erik", "Élise", "Emma", "Zoe", "Ærling", "Østen", "Aage", "Åse"),
    ]


def test_short_names() -> None:
    assert text.short_name("Einer Test Mosebryggersen") == "Einer M."
    assert text.short_name("Einer Mosebryggersen", "Ejner") == "Ejner M."
    assert text.short_name("Einer") == "Einer"
    assert text.short_name("Einer", "Einer") == "Einer"
    assert text.short_name("") == ""
    assert text.short_name("  Åse   ørsted ") == "Åse Ø."
    assert text.short_name("Ida E\u0301mile") == "Ida E\u0301."


def test_names_alike_grow_a_letter_each() -> None:
    assert text.shorten_together(["Max Berggren", "Einer Lauridsen", "Max Brun"]) == ["Max Be.", "Einer L.", "Max Br."]
    assert text.shorten_together(["Max Berg", "Max Berggren"]) == ["Max Berg", "Max Bergg."]
    assert text.shorten_together(["Max Test Berg", "Max Ole Berg"]) == ["Max Test Berg", "Max Ole Berg"]
    assert text.shorten_together([("Maximilian Brun", "Max"), ("Max Bo", "")]) == ["Max Br.", "Max Bo"]
    assert text.shorten_together([]) == []


@given(st.lists(st.text("ABab ", max_size=8), max_size=6))
def test_different_names_stay_different(names: list[str]) -> None:
    shown = text.shorten_together(names)
    assert len(shown) == len(names)
    whole = {" ".join(name.split()).casefold() for name in names}
    if len(whole) == len(names):
        assert len({one.casefold() for one in shown}) == len(names)


def test_initials() -> None:
    assert text.initials("Einer Test Lauridsen") == "EL"
    assert text.initials("åse") == "Å"
    assert text.initials("") == ""
