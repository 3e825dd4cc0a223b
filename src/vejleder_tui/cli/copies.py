"""`backup` and `restore`: keep a copy of the store, and put one in its place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_store, passphrase_for, store_paths, worker_named
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import CancelledError, ExitCode, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    backup = commands.add_parser("backup", parents=[common], help=_("tag en kontrolleret kopi af registreringerne"))
    backup.add_argument("--to", metavar="DIR", help=_("mappen til kopien; ellers kopier ved siden af registreringerne"))
    backup.set_defaults(run=_backup)
    restore = commands.add_parser("restore", parents=[common], help=_("læg en kopi i stedet for registreringerne"))
    restore.add_argument(
        "copy", metavar="COPY", nargs="?", help=_("kopiens .db-fil eller mappen med kopier; ellers den nyeste her")
    )
    restore.add_argument("--yes", action="store_true", help=_("spørg ikke først"))
    restore.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace) -> int:
    store, _unlocked = open_store(arguments, write=False)
    try:
        made = store.backup(Path(arguments.to) if arguments.to else None)
    finally:
        store.close()
    if wants_json(arguments):
        print_json({"file": str(made.database), "keys": str(made.keys)})
    else:
        say(_("Kopien ligger i {path} sammen med sin nøglefil.").format(path=made.database))
        say(_("Den er låst som registreringerne selv. Gem den et andet sted end computeren."))
    return int(ExitCode.DONE)


def _restore(arguments: argparse.Namespace) -> int:
    from vejleder_tui.clock import local  # noqa: PLC0415
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.services.restoring import find_copy, restore  # noqa: PLC0415
    from vejleder_tui.store.keyfile import KeyFile  # noqa: PLC0415

    paths = store_paths(arguments)
    copy = find_copy(paths, Path(arguments.copy) if arguments.copy else None)
    made = f"{local(copy.made):%d-%m-%Y %H:%M}"
    if not arguments.yes:
        _ask(made)
    keys = KeyFile(copy.keys, clock=arguments.clock, randomness=SystemRandomness())
    worker = worker_named(keys, getattr(arguments, "worker", ""))
    unlocked = keys.unlock_with_passphrase(worker, passphrase_for(arguments))
    done = restore(paths, copy, unlocked, clock=arguments.clock, randomness=SystemRandomness())
    if wants_json(arguments):
        print_json({
            "copy": str(copy.database), "aside": str(done.aside) if done.aside else None, "device": done.device,
        })  # fmt: skip
        return int(ExitCode.DONE)
    say(_("Kopien fra {made} er gendannet.").format(made=made))
    if done.aside:
        say(_("De filer, der stod der før, er ikke slettet. De ligger i {path}.").format(path=done.aside))
    say(_("Computeren har fået et nyt enhedsnummer, fordi ændringer efter kopien kan være sendt allerede."))
    return int(ExitCode.DONE)


def _ask(made: str) -> None:
    if not sys.stdin.isatty():
        raise VejlederError(
            _("Gendannelse skal bekræftes, og her er ingen at spørge."), _("Angiv --yes."), code=ExitCode.USAGE
        )
    say(
        _("Kopien fra {made} lægges i stedet for registreringerne. Det, der er skrevet siden, er ikke med.").format(
            made=made
        )
    )
    if input(_("Skriv ja for at gå videre:") + " ").strip().casefold() not in {"ja", "yes"}:
        raise CancelledError(_("Intet er ændret."))
