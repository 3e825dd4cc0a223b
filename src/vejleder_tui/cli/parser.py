"""The parser: common options before or after every command, each group of commands in a module of its own."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from vejleder_tui import __version__
from vejleder_tui.cli.danish import speak_danish
from vejleder_tui.cli.output import complain, fail, let_go, prepare_streams
from vejleder_tui.clock import SystemClock
from vejleder_tui.errors import ExitCode, VejlederError
from vejleder_tui.i18n import LANGUAGES, _, set_language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.clock import Clock

__all__ = ["GROUPS", "build", "groups_for", "run"]

GROUPS = {
    "main_tasks": ("today", "sessions"),
    "attend": ("attend",),
    "peer": ("peer",),
    "goal": ("goal",),
    "conflicts": ("conflicts",),
    "bundles": ("export", "verify", "inspect", "open"),
    "merging": ("merge", "receipt"),
    "keys": ("key",),
    "keeping": ("init", "digest", "check"),
    "copies": ("backup", "restore"),
    "workers": ("worker",),
    "erase": ("erase",),
    "sandbox": ("demo",),
    "central": ("central",),
}
"""The modules of commands with theirs; each has `register(commands, common)` and imports what is heavy inside its functions."""

_WITH_VALUE = frozenset({"--store", "--lang", "--passphrase-file", "--worker"})

NOBODY_READS = 141
"""The exit code when whoever read the output went away (`| head -1`), as other commands have it."""


def build(groups: Iterable[str] = GROUPS) -> argparse.ArgumentParser:
    """Return the parser with the commands of `groups`, by default every one."""
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
    for group in groups:
        import_module(f"vejleder_tui.cli.{group}").register(commands, common)
    return parser


def run(argv: list[str] | None = None, *, clock: Clock | None = None) -> int:
    """Run one command line; returns its exit code and never shows a traceback."""
    prepare_streams()
    given = sys.argv[1:] if argv is None else argv
    set_language(_language_of(given))
    speak_danish()
    arguments = build(groups_for(given)).parse_args(given)
    arguments.clock = clock or SystemClock()
    if arguments.command is None:
        arguments.run = import_module("vejleder_tui.cli.screen").open_app
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except VejlederError as error:
        return fail(error)
    except BrokenPipeError:
        let_go(sys.stdout)
        return NOBODY_READS
    except (KeyboardInterrupt, EOFError):
        complain(f"\n{_('Afbrudt.')}")
        return int(ExitCode.CANCELLED)
    except Exception as error:  # noqa: BLE001 - whatever it is: its text and its traceback may hold names
        return _unforeseen(error, arguments)
    return code


def _unforeseen(error: Exception, arguments: argparse.Namespace) -> int:
    """Tell of a driver's error what a person can do (a page of the file is damaged), of any other its type and place."""
    from vejleder_tui.store.failures import is_database_error, translate_error  # noqa: PLC0415

    if is_database_error(error):
        from vejleder_tui.cli.opening import store_paths  # noqa: PLC0415
        from vejleder_tui.store.backup import newest_backup_time  # noqa: PLC0415

        return fail(translate_error(error, newest_backup=newest_backup_time(store_paths(arguments))))
    from vejleder_tui import crash  # noqa: PLC0415

    complain(crash.report(error))
    return int(ExitCode.UNEXPECTED)


def groups_for(given: list[str]) -> Iterable[str]:
    """Return the group of the command that is given, or none where there is no command; every one in all other cases.

    Making every parser takes longer than drawing the first screen, so it is done for help and for what is misspelt.
    """
    words = iter(given)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not (word == "--json" or word.partition("=")[0] in _WITH_VALUE):
            return [group for group, commands in GROUPS.items() if word in commands] or GROUPS
    return ()


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
