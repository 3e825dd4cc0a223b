"""Only the parsers that a command line needs are made; what is misspelt sees them all."""

from __future__ import annotations

import argparse

import pytest

from vejleder_tui.cli import parser


def commands_of(made: argparse.ArgumentParser) -> set[str]:
    return {
        name for action in made._actions if isinstance(action, argparse._SubParsersAction) for name in action.choices
    }


@pytest.mark.parametrize("group", parser.GROUPS)
def test_a_group_registers_the_commands_that_it_is_found_by(group: str) -> None:
    assert commands_of(parser.build([group])) == set(parser.GROUPS[group])


@pytest.mark.parametrize(
    ("given", "groups"),
    [
        ([], []),
        (["--store", "demo"], []),
        (["--store=demo", "--json", "--worker", "MJ"], []),
        (["--store", "today", "demo", "--date", "2026-11-24"], ["sandbox"]),
        (["--lang=en", "key", "show"], ["keys"]),
        (["--help"], [*parser.GROUPS]),
        (["--version"], [*parser.GROUPS]),
        (["--stor", "x", "demo"], [*parser.GROUPS]),
        (["demoo"], [*parser.GROUPS]),
    ],
)
def test_the_group_of_the_command_is_found(given: list[str], groups: list[str]) -> None:
    assert list(parser.groups_for(given)) == groups


def test_an_unknown_command_hears_of_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser.run(["--store", "today", "demoo"])
    told = capsys.readouterr().err
    assert all(command in told for commands in parser.GROUPS.values() for command in commands)
