"""`worker`: who works in this store and can unlock it, a changed passphrase, a new recovery code."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_store, store_paths
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode, PassphraseError, RuleError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.store.keyfile import KeyFile

__all__ = ["register"]

ROLES = ("worker", "coordinator", "exporter", "peer")
_WITHOUT_KEY = frozenset({"peer"})
"""Roles that only stand in the registrations: a peer does not unlock."""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    worker = commands.add_parser("worker", parents=[common], help=_("medarbejdere: tilføj, vis, ny adgangssætning"))
    acts = worker.add_subparsers(dest="act", metavar=_("HANDLING"), required=True)
    add = acts.add_parser("add", parents=[common], help=_("tilføj en medarbejder med egen adgangssætning"))
    for name, text in (("name", N_("medarbejderens navn")), ("initials", N_("medarbejderens initialer"))):
        add.add_argument(f"--{name}", default="", help=_(text))
    add.add_argument("--role", choices=ROLES, default="worker", help=_("medarbejderens rolle; peer låser ikke op"))
    add.add_argument("--new-passphrase-file", metavar="FILE", default="", help=_("fil med den nye adgangssætning"))
    add.set_defaults(run=_add)
    shown = acts.add_parser("list", parents=[common], help=_("vis, hvem der kan låse op"))
    shown.set_defaults(run=_list)
    change = acts.add_parser("passphrase", parents=[common], help=_("skift din adgangssætning"))
    change.add_argument("--new-passphrase-file", metavar="FILE", default="", help=_("fil med den nye adgangssætning"))
    change.set_defaults(run=_passphrase)
    renew = acts.add_parser(
        "recovery", parents=[common], help=_("lav en ny gendannelseskode; den gamle virker ikke mere")
    )
    renew.set_defaults(run=_recovery)


def _add(arguments: argparse.Namespace) -> int:
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.services.setup import take_seat  # noqa: PLC0415
    from vejleder_tui.services.workers import new_worker  # noqa: PLC0415
    from vejleder_tui.store.passphrase import check_passphrase  # noqa: PLC0415

    store, unlocked = open_store(arguments, write=True)
    try:
        name, initials = _asked(arguments.name, _("Navn")), _asked(arguments.initials, _("Initialer"))
        own = "" if arguments.role in _WITHOUT_KEY else _new_passphrase(arguments)
        if own:
            check_passphrase(own)
        desk = take_seat(store, unlocked.slot.worker, clock=arguments.clock, randomness=SystemRandomness())
        saved = new_worker(desk, name, initials, role=arguments.role)
        if own:
            _keys(arguments).add_passphrase(unlocked, own, worker=saved.row, label=initials.strip())
    finally:
        store.close()
    if wants_json(arguments):
        print_json({"worker": saved.row, "initials": initials.strip(), "unlocks": bool(own)})
    elif own:
        say(_("Tilføjet: {who}. Lås op som {who} med den nye adgangssætning.").format(who=initials.strip()))
    else:
        say(_("Tilføjet: {who}. En peer låser ikke op.").format(who=initials.strip()))
    return int(ExitCode.DONE)


def _list(arguments: argparse.Namespace) -> int:
    from vejleder_tui.queries.joining import seated  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        rows = store.connection.execute(
            "SELECT id, initials, name, role FROM worker WHERE void = 0 ORDER BY initials, id"
        ).fetchall()
        unlocking = {seated(store.connection, slot.worker) for slot in _keys(arguments).slots()}
    finally:
        store.close()
    if wants_json(arguments):
        print_json(
            [
                {"worker": row[0], "initials": row[1], "name": row[2], "role": row[3], "unlocks": row[0] in unlocking}
                for row in rows
            ]
        )
    else:
        for row in rows:
            can = _("låser op") if row[0] in unlocking else _("låser ikke op")
            say(f"{row[1] or ''}: {row[2] or ''}, {_(_ROLE_WORDS.get(row[3] or '', row[3] or ''))}, {can}")
    return int(ExitCode.DONE)


_ROLE_WORDS = {
    "worker": N_("vejleder"), "coordinator": N_("koordinator"), "exporter": N_("administration"), "peer": N_("peer"),
}  # fmt: skip


def _passphrase(arguments: argparse.Namespace) -> int:
    store, unlocked = open_store(arguments, write=True)
    try:
        _keys(arguments).change_passphrase(unlocked, unlocked.slot.id, _new_passphrase(arguments))
    finally:
        store.close()
    if wants_json(arguments):
        print_json({"changed": True})
    else:
        say(_("Adgangssætningen er skiftet. Den gamle virker ikke mere."))
    return int(ExitCode.DONE)


def _recovery(arguments: argparse.Namespace) -> int:
    store, unlocked = open_store(arguments, write=True)
    try:
        code = _keys(arguments).renew_recovery(unlocked)
    finally:
        store.close()
    if wants_json(arguments):
        print_json({"recovery_code": code})
        return int(ExitCode.DONE)
    say(_("Gendannelseskode, som kun vises nu. Skriv den ned, og gem den et andet sted end computeren:"))
    say(code)
    return int(ExitCode.DONE)


def _keys(arguments: argparse.Namespace) -> KeyFile:
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.store.keyfile import KeyFile  # noqa: PLC0415

    return KeyFile(store_paths(arguments).keys, clock=arguments.clock, randomness=SystemRandomness())


def _asked(given: str, question: str) -> str:
    return given if given or not sys.stdin.isatty() else input(f"{question}: ").strip()


def _new_passphrase(arguments: argparse.Namespace) -> str:
    """Return the new passphrase from its file, or asked for twice; never the one that unlocked."""
    if arguments.new_passphrase_file:
        try:
            text = Path(arguments.new_passphrase_file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PassphraseError(_("Filen med adgangssætningen kan ikke læses."), _("Kontrollér stien.")) from error
        return text.split("\n")[0].rstrip("\r")
    if not sys.stdin.isatty():
        raise PassphraseError(_("Den nye adgangssætning mangler."), _("Angiv --new-passphrase-file."))
    typed = getpass.getpass(_("Ny adgangssætning (der vises ingen tegn, mens du skriver):") + " ")
    if typed != getpass.getpass(_("Skriv den igen") + ": "):
        raise RuleError(_("De to adgangssætninger er ikke ens."), _("Skriv den nye igen."))
    return typed
