"""The parser: common options before or after every command, each group of commands in a module of its own."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from vejleder_tui import __version__
from vejleder_tui.cli.danish import speak_danish
from vejleder_tui.cli.output import fail, prepare_streams
from vejleder_tui.clock import SystemClock
from vejleder_tui.errors import ExitCode, VejlederError
from vejleder_tui.i18n import LANGUAGES, _, set_language

if TYPE_CHECKING:
    from vejleder_tui.clock import Clock

__all__ = ["GROUPS", "build", "run"]

GROUPS = ("screen", "main_tasks", "attend", "peer", "goal", "bundles", "keys", "keeping", "workers", "sandbox")
"""The modules of commands; each has `register(commands, common)` and imports what is heavy inside its functions."""


def build() -> argparse.ArgumentParser:
    """Return the parser with every command."""
    common = _common()
    parser = argparse.ArgumentParser(
        prog="vejleder",
        parents=[common],
        description=_("Registrering af gruppebostøtte. Uden kommando åbnes programmet."),
    )
    parser.add_argument(
        "--version", action="version", version=f"vejleder {__version__}", help=_("vis programmets version")
    )
    commands = parser.add_subparsers(dest="command", metavar=_("KOMMANDO"))
    for group in GROUPS:
        import_module(f"vejleder_tui.cli.{group}").register(commands, common)
    return parser


def run(argv: list[str] | None = None, *, clock: Clock | None = None) -> int:
    """Run one command line; returns its exit code and never shows a traceback for what a person can mend."""
    prepare_streams()
    given = sys.argv[1:] if argv is None else argv
    set_language(_language_of(given))
    speak_danish()
    arguments = build().parse_args(given)
    arguments.clock = clock or SystemClock()
    if arguments.command is None:
        arguments.run = import_module("vejleder_tui.cli.screen").open_app
    try:
        return int(arguments.run(arguments))
    except VejlederError as error:
        return fail(error)
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\n")
        return int(ExitCode.CANCELLED)


def _language_of(given: list[str]) -> str:
    """Return the language of `--lang`, before the parser is made, since its help is in that language; else the setting."""
    for place, one in enumerate(given):
        name, _equals, value = one.partition("=")
        if name == "--lang":
            value = value or "".join(given[place + 1 : place + 2])
            if value in LANGUAGES:
                return value
    from vejleder_tui import paths, settings  # noqa: PLC0415 - platformdirs only where --lang does not say

    return settings.load(paths.settings_file()).language


def _common() -> argparse.ArgumentParser:
    """Return the options that stand before or after any command; what is not given leaves no trace."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--store", metavar="DIR", help=_("mappen med registreringer"))
    common.add_argument("--lang", choices=("da", "en"), help=_("sprog"))
    common.add_argument("--json", action="store_true", help=_("skriv resultatet som JSON"))
    common.add_argument("--passphrase-file", metavar="FILE", help=_("fil med adgangssætningen på første linje"))
    common.add_argument("--worker", metavar="INITIALS", help=_("hvem der låser op, når der er flere"))
    return common
