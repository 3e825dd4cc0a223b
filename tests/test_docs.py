"""What the pages say is so: every link leads somewhere, and no page names an option that is not there."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from vejleder_tui.cli.parser import build

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    inner = [link for link in links if "://" not in link]
    assert [link for link in inner if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_every_option_that_the_page_of_commands_tells_of_is_there() -> None:
    known: set[str] = set()

    def collect(parser: argparse.ArgumentParser) -> None:
        for action in parser._actions:
            known.update(action.option_strings)
            if isinstance(action, argparse._SubParsersAction):
                for inner in action.choices.values():
                    collect(inner)

    collect(build())
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)) <= known
