"""`init`, `digest` and `check`: make a store, compare it, prove that it is whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.digests import print_digest
from vejleder_tui.cli.opening import new_passphrase_for, open_store, store_paths
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode, RuleError, StoreError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.services.desk import Desk

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    init = commands.add_parser(
        "init", parents=[common], help=_("opret registreringer: første medarbejder og adgangssætning")
    )
    for name, text in (
        ("municipality", N_("kommunens navn eller kode")),
        ("centre", N_("centerets navn")),
        ("device", N_("computerens navn")),
        ("name", N_("dit navn")),
        ("initials", N_("dine initialer")),
    ):
        init.add_argument(f"--{name}", default="", help=_(text))
    init.add_argument("--role", choices=("worker", "coordinator", "exporter"), default="worker", help=_("din rolle"))
    init.add_argument(
        "--join",
        nargs="?",
        const="",
        metavar="FILE",
        help=_("hent registreringerne fra en anden bærbar; først uden FILE"),
    )
    init.add_argument("--to", metavar="DIR", default=".", help=_("mappen til nøglefilen (med --join)"))
    init.add_argument(
        "--trust",
        metavar="CARD",
        action="append",
        default=[],
        help=_("tro kun de bærbare, hvis nøglefil gives (kan gentages)"),
    )
    init.add_argument(
        "--as", dest="namesake", metavar="INITIALS", default="", help=_("du står der allerede med dine initialer")
    )
    init.add_argument("--yes", action="store_true", help=_("spørg ikke: tro alle bærbare i pakken"))
    init.set_defaults(run=_init)
    digest = commands.add_parser("digest", parents=[common], help=_("fingeraftryk af alt, der er registreret"))
    digest.set_defaults(run=_digest)
    check = commands.add_parser("check", parents=[common], help=_("kontrollér fil, kæde og tabeller"))
    check.set_defaults(run=_check)


def _init(arguments: argparse.Namespace) -> int:
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.services.setup import FirstStart, first_start  # noqa: PLC0415
    from vejleder_tui.store.store import StoreStatus, store_status  # noqa: PLC0415

    if arguments.join:
        from vejleder_tui.cli.joining import take_in  # noqa: PLC0415

        return take_in(arguments)
    joins = arguments.join is not None
    paths = store_paths(arguments)
    if store_status(paths) not in {StoreStatus.MISSING, StoreStatus.UNFINISHED}:  # before all the questions
        raise StoreError(_("Her er allerede registreringer."), _("Vælg en anden mappe, eller lås op i stedet."))
    answers = FirstStart(
        municipality=_municipality(_asked(arguments.municipality, _("Kommune"))),
        centre="" if joins else _asked(arguments.centre, _("Center")),
        device_name=_asked(arguments.device, _("Computerens navn")),
        worker_name=_asked(arguments.name, _("Dit navn")),
        initials=_asked(arguments.initials, _("Dine initialer")),
        role=arguments.role,
        passphrase=new_passphrase_for(arguments),
        joins=joins,
    )
    desk, recovery_code = first_start(paths, answers, clock=arguments.clock, randomness=SystemRandomness())
    told: dict[str, object] = {"store": str(paths.folder), "recovery_code": recovery_code, "device": desk.device}
    try:
        card, words = _own_card(desk, Path(arguments.to)) if joins else ("", "")
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json({**told, "key_card": card, "words": words} if joins else told)
        return int(ExitCode.DONE)
    say(_("Registreringerne er oprettet i {folder}.").format(folder=paths.folder))
    say(_("Gendannelseskode, som kun vises nu. Skriv den ned, og gem den et andet sted end computeren:"))
    say(recovery_code)
    if joins:
        say(_("Nøglefilen ligger i {path}.").format(path=card))
        say(_("Giv den til en koordinator, og læs ordene op: {words}").format(words=words))
        say(
            _(
                "Der tilføjes den som modtager, og der skrives en pakke med alt: vejleder export --all --recipient NØGLEFIL"
            )
        )
        say(_("Hent så pakken her: vejleder init --join PAKKE"))
    return int(ExitCode.DONE)


def _own_card(desk: Desk, folder: Path) -> tuple[str, str]:
    """Save the key card of the laptop that was just made; return where, and its words."""
    from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415
    from vejleder_tui.bundle.key_file import save_key_card  # noqa: PLC0415

    card = own_keys(desk.store.connection).card
    return str(save_key_card(card, folder).resolve()), card.words()


def _asked(given: str, question: str) -> str:
    """Return what an option gave, else ask for it on one line."""
    if given or not sys.stdin.isatty():
        return given
    return input(f"{question}: ").strip()


def _municipality(typed: str) -> str:
    """Return the municipality code of a code or a name; raises RuleError."""
    from vejleder_tui import codes  # noqa: PLC0415

    wanted = typed.strip().casefold()
    for one in codes.code_list("kommunekoder"):
        if wanted in {one.code, one.display_da.casefold()}:
            return one.code
    raise RuleError(
        _("Kommunen kendes ikke."), _("Skriv navnet, fx Ishøj, eller koden, fx 0183."), field="municipality"
    )


def _digest(arguments: argparse.Namespace) -> int:
    store, _unlocked = open_store(arguments, write=False)
    try:
        return print_digest(store.connection, arguments)
    finally:
        store.close()


def _check(arguments: argparse.Namespace) -> int:
    from vejleder_tui.oplog import chain_faults, fold_faults  # noqa: PLC0415
    from vejleder_tui.store.check import check  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        # What stands in a damaged file tells nothing of the chain.
        file = [f"{one.check}: {one.detail}" for one in check(store.connection)]
        chain = [
            _("ændring {seq} fra enhed {device}: {why}").format(seq=one.seq, device=one.device[:8], why=one.why)
            for one in (() if file else chain_faults(store.connection))
        ]
        fold = [
            _("{table} {row}: {why}").format(table=one.table, row=one.row, why=one.why)
            for one in (() if file else fold_faults(store.connection))
        ]
    finally:
        store.close()
    errors = [*file, *chain, *fold]
    if wants_json(arguments):
        print_json({"ok": not errors, "file": file, "chain": chain, "tables": fold})
    elif errors:
        say(_("Der er fejl. Gendan den nyeste kopi: vejleder restore"))
        for one in errors:
            say(one)
    else:
        say(_("Filen er hel, kæden holder, og tabellerne svarer til den."))
    return int(ExitCode.STORE if errors else ExitCode.DONE)
