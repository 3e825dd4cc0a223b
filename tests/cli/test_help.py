"""Every command's help, in both languages, for every command and option."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vejleder_tui.cli.danish import speak_danish
from vejleder_tui.cli.parser import build, run
from vejleder_tui.errors import ExitCode
from vejleder_tui.i18n import set_language

if TYPE_CHECKING:
    from collections.abc import Iterator

SAME = frozenset({"GAS"})


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action.choices.values():
                yield from parsers(one)


def texts(language: str) -> dict[tuple[str, str], str]:
    set_language(language)
    speak_danish()
    found: dict[tuple[str, str], str] = {}
    for parser in parsers(build()):
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for one in action._choices_actions:
                    assert one.help, (parser.prog, one.dest)
                    found[parser.prog, one.dest] = one.help
                continue
            name = "/".join(action.option_strings) or action.dest
            assert action.help, (parser.prog, name)
            found[parser.prog, name] = action.help
    return found


def commands() -> list[list[str]]:
    return [parser.prog.split()[1:] for parser in parsers(build())]


def test_every_command_and_option_is_told_in_both_languages() -> None:
    danish, english = texts("da"), texts("en")
    assert danish.keys() == english.keys()
    assert {key: text for key, text in english.items() if danish[key] == text and text.split(",")[0] not in SAME} == {}


@pytest.mark.parametrize("language", ["da", "en"])
def test_help_of_every_command_ends_well(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands():
        for given in ([*words, "--help", "--lang", language], ["--lang", language, *words, "--help"]):
            with pytest.raises(SystemExit) as ended:
                run(given)
            assert ended.value.code == 0, given
            out, err = capsys.readouterr()
            assert err == ""
            assert out.startswith({"da": "brug: vejleder", "en": "usage: vejleder"}[language]), given


def test_the_page_of_commands_names_every_command_option_and_exit_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    for parser in parsers(build()):
        command = " ".join(parser.prog.split()[1:])
        assert command in page, command
        for action in parser._actions:
            for option in action.option_strings:
                assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", page), (command, option)
    for code in ExitCode:
        assert f"| {code.value} |" in page, code
