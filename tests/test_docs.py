"""What the pages say of the program is so: every link leads somewhere, every command and exit code is told of."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from vejleder_tui.cli.parser import build
from vejleder_tui.errors import ExitCode

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link]
    assert [link for link in inner if not (ROOT / page).parent.joinpath(link).exists()] == []


def _names(parser: argparse.ArgumentParser, before: str = "") -> list[str]:
    """Return every command by its words, those of a group in place of the group."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                found += _names(inner, f"{before} {name}".strip()) or [f"{before} {name}".strip()]
    return found


def test_every_command_is_told_of() -> None:
    assert [name for name in _names(build()) if f"`{name}" not in COMMANDS] == []


def test_every_option_that_is_told_of_is_there() -> None:
    known: set[str] = set()

    def collect(parser: argparse.ArgumentParser) -> None:
        for action in parser._actions:
            known.update(action.option_strings)
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    collect(inner)

    collect(build())
    assert set(re.findall(r"--[a-z][a-z-]+", COMMANDS)) <= known


def test_every_exit_code_is_told_of() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMANDS, re.MULTILINE)}
    assert told == {int(code) for code in ExitCode}
