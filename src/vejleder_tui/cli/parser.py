"""The parser: common options before or after every command, each group of commands in a module of its own."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from vejleder_tui import __version__
from vejleder_tui.cli.output import fail, prepare_streams
from vejleder_tui.clock import SystemClock
from vejleder_tui.errors import ExitCode, VejlederError
from vejleder_tui.i18n import set_language

if TYPE_CHECKING:
    from vejleder_tui.clock import Clock

__all__ = ["GROUPS", "build", "run"]

GROUPS = ("screen", "main_tasks", "attend", "peer", "goal", "bundles", "keys", "keeping", "sandbox")
"""The modules of commands; each has `register(commands, common)` and imports what is heavy inside its functions."""


def build() -> argparse.ArgumentParser:
    """Return the parser with every command."""
    common = _common()
    parser = argparse.ArgumentParser(prog="vejleder", parents=[common], description="Vejleder")
    parser.add_argument("--version", action="version", version=f"vejleder {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for group in GROUPS:
        import_module(f"vejleder_tui.cli.{group}").register(commands, common)
    return parser


def run(argv: list[str] | None = None, *, clock: Clock | None = None) -> int:
    """Run one command line; returns its exit code and never shows a traceback for what a person can mend."""
    prepare_streams()
    arguments = build().parse_args(argv)
    arguments.clock = clock or SystemClock()
    set_language(getattr(arguments, "lang", "") or _chosen_language())
    if arguments.command is None:
        arguments.run = import_module("vejleder_tui.cli.screen").open_app
    try:
        return int(arguments.run(arguments))
    except VejlederError as error:
        return fail(error)
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\n")
        return int(ExitCode.CANCELLED)


def _chosen_language() -> str:
    from vejleder_tui import paths, settings  # noqa: PLC0415 - platformdirs only where --lang does not say

    return settings.load(paths.settings_file()).language


def _common() -> argparse.ArgumentParser:
    """Return the options that stand before or after any command; what is not given leaves no trace."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--store", metavar="DIR", help="mappen med registreringer")
    common.add_argument("--lang", choices=("da", "en"), help="sprog")
    common.add_argument("--json", action="store_true", help="skriv resultatet som JSON")
    common.add_argument("--passphrase-file", metavar="FILE", help="fil med adgangssætningen på første linje")
    common.add_argument("--worker", metavar="INITIALS", help="hvem der låser op, når der er flere")
    return common
