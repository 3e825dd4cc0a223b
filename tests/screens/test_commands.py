"""The rules that every screen's keys keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from vejleder_tui import commands
from vejleder_tui.commands import COMMANDS, FORBIDDEN_KEYS, SCREENS, bound_on, check_keymap, footer, footer_text

CATALOGUE = Path(commands.__file__).parents[1] / "locale" / "en" / "LC_MESSAGES" / "vejleder.po"
with CATALOGUE.open("rb") as readable:
    ENGLISH = {str(one.id): str(one.string) for one in read_po(readable) if isinstance(one.id, str)}


@pytest.mark.parametrize("screen_id", SCREENS)
def test_no_key_stands_twice_on_a_screen(screen_id: str) -> None:
    seen: dict[str, str] = {}
    for one in bound_on(screen_id):
        for key in one.keys:
            assert key not in seen, f"{screen_id}: {key} is {seen.get(key)} and {one.id}"
            seen[key] = one.id


@pytest.mark.parametrize("identity", COMMANDS)
def test_labels_are_short_and_have_english(identity: str) -> None:
    command = COMMANDS[identity]
    assert len(command.title) <= 14
    assert len(ENGLISH[command.title]) <= 14
    assert ENGLISH[command.help]
    assert command.keys


@pytest.mark.parametrize("screen_id", SCREENS)
def test_the_footer_fits(screen_id: str) -> None:
    entries = footer(screen_id)
    assert len(entries) <= 6
    assert len(footer_text(entries)) <= 80
    english = [(one, key, ENGLISH[title]) for one, key, title in entries]
    assert len(footer_text(english)) <= 80


def test_one_label_and_one_id() -> None:
    assert len({one.id for one in COMMANDS.values()}) == len(COMMANDS)
    assert all(identity == one.id for identity, one in COMMANDS.items())


@pytest.mark.parametrize("screen_id", SCREENS)
def test_nothing_on_keys_that_are_kept_free(screen_id: str) -> None:
    for one in bound_on(screen_id):
        assert not FORBIDDEN_KEYS & set(one.keys)


@pytest.mark.parametrize("screen_id", [one for one in SCREENS if SCREENS[one].kind in {"form", "dialog", "search"}])
def test_no_letter_or_digit_is_a_command_where_text_is_written(screen_id: str) -> None:
    for one in bound_on(screen_id):
        assert not [key for key in one.keys if len(key) == 1], one.id


def test_every_command_is_on_some_screen() -> None:
    used = {one.id for screen_id in SCREENS for one in bound_on(screen_id)}
    assert used == set(COMMANDS)


@pytest.mark.parametrize("screen_id", SCREENS)
def test_escape_is_never_the_only_way(screen_id: str) -> None:
    """Whatever Esc does is a mouse target too: the start of line 1 (app.back) or the footer."""
    for one in bound_on(screen_id):
        if one.keys == ("escape",):
            assert one.id == "app.back" or one.where == "footer"


@pytest.mark.parametrize("identity", COMMANDS)
def test_a_key_is_written_in_words(identity: str) -> None:
    for key in COMMANDS[identity].keys:
        shown = commands.key_display(key)
        assert shown
        assert "⏎" not in shown
        assert "^" not in shown
        assert not re.search(r"_|escape|enter\b|\bspace", shown)


def test_key_display() -> None:
    assert [
        commands.key_display(one) for one in ("enter", "escape", "tab", "space", "ctrl+p", "f9", "question_mark")
    ] == [
        "Enter",
        "Esc",
        "Tab",
        "Mellemrum",
        "Ctrl+P",
        "F9",
        "?",
    ]


@pytest.mark.parametrize(
    ("screen_id", "picture"),
    [
        ("today", " Enter Registrér  n Ny mødegang  p Peer-støtte  m Vurdér mål  z Fortryd  ? Hjælp"),
        ("roster", " Enter Færdig  A Resten fremm.  n Note  g Gæst  e Efter mødet  ? Hjælp"),
        ("course", " Enter Registrér  i Indskriv  n Ny mødegang  a Aflys  v Flyt  ? Hjælp"),
        ("citizen", " m Vurdér mål  n Nyt mål  r Ret  p Peer-støtte  c Vis CPR  ? Hjælp"),
        ("peer_form", " Ctrl+G Gem  Tab Næste felt  Esc Tilbage  F1 Hjælp"),
        ("rating", " 0–4 Niveau  i Ikke vurderet  k Kilde  t Kommentar  Enter Færdig  ? Hjælp"),
        ("handover", " s Skriv pakke  i Indlæs fil  a Afleveret  c Kontrollér  n Ny modtager  ? Hjælp"),
        ("setup", " Enter Vælg  Tab Næste felt  Esc Tilbage  F4 English  F1 Hjælp"),
    ],
)
def test_footers_are_those_of_the_pictures(screen_id: str, picture: str) -> None:
    assert footer_text(footer(screen_id)) == picture


def test_a_narrow_footer_keeps_four_with_help_last() -> None:
    assert [one for one, _key, _title in footer("today", narrow=True)] == [
        "today.open",
        "session.new",
        "peer.new",
        "app.help",
    ]


def test_the_menu_leaves_gaps_and_never_moves_a_digit() -> None:
    worker = commands.menu("worker")
    assert [one.digit for one in worker] == list("12345678")
    assert [one.digit for one in worker if not one.available] == ["6"]
    everything = {one.screen_id for one in worker}
    assert [one.digit for one in commands.menu("exporter", everything) if one.available] == ["1", "7", "8"]
    assert all(one.available for one in commands.menu("coordinator", everything))


def test_a_keymap_that_clashes_is_named_and_the_default_kept() -> None:
    result = check_keymap(
        {"session.new": "w", "goal.rate": "w", "app.undo": "backslash", "nope": "y", "app.lock": "f5"}
    )
    assert result.accepted == {"session.new": "w", "app.lock": "f5"}
    assert len(result.complaints) == 3
    assert "Ny mødegang" in result.complaints[0]
    assert "Vurdér mål" in result.complaints[0]


def test_a_keymap_changes_footer_and_keys() -> None:
    assert ("session.new", "w", "Ny mødegang") in footer("today", keymap={"session.new": "w"})
