"""How a command opens the store: where it is, whose passphrase, reading or writing."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.errors import PassphraseError, StoreError
from vejleder_tui.i18n import _
from vejleder_tui.paths import StorePaths, default_store

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.services.desk import Desk
    from vejleder_tui.store.keyfile import KeyFile, Unlocked
    from vejleder_tui.store.store import Store

__all__ = ["new_passphrase_for", "open_desk", "open_store", "passphrase_for", "store_paths", "worker_named"]

_LONGEST = 4096
"""So many bytes of a passphrase file are looked at: a device or a picture must not keep the program reading."""


def store_paths(arguments: argparse.Namespace) -> StorePaths:
    """Return the store that `--store` names, else the platform's own."""
    folder = getattr(arguments, "store", None)
    return StorePaths(Path(folder)) if folder else default_store()


def passphrase_for(arguments: argparse.Namespace) -> str:
    """Return the passphrase from `--passphrase-file`, VEJLEDER_PASSPHRASE or a prompt, in that order."""
    file = getattr(arguments, "passphrase_file", None)
    if file:
        try:
            with Path(file).open("rb") as readable:
                return readable.read(_LONGEST).decode("utf-8-sig").split("\n")[0].rstrip("\r")
        except (OSError, ValueError) as error:
            raise PassphraseError(_("Filen med adgangssætningen kan ikke læses."), _("Kontrollér stien.")) from error
    if "VEJLEDER_PASSPHRASE" in os.environ:
        return os.environ["VEJLEDER_PASSPHRASE"]
    if not sys.stdin.isatty():
        raise PassphraseError(
            _("Adgangssætningen mangler."), _("Angiv --passphrase-file, eller sæt VEJLEDER_PASSPHRASE.")
        )
    return getpass.getpass(_("Adgangssætning (der vises ingen tegn, mens du skriver):") + " ")


def new_passphrase_for(arguments: argparse.Namespace) -> str:
    """Return a passphrase for a new store: from the same places, but typed twice where it is asked for."""
    given = getattr(arguments, "passphrase_file", None) or "VEJLEDER_PASSPHRASE" in os.environ
    first = passphrase_for(arguments)
    if not given and getpass.getpass(_("Den samme adgangssætning igen:") + " ") != first:
        raise PassphraseError(_("De to adgangssætninger er ikke ens. Intet er oprettet."), _("Prøv igen."))
    return first


def open_store(arguments: argparse.Namespace, *, write: bool) -> tuple[Store, Unlocked]:
    """Unlock and open the store; raises StoreError, PassphraseError, BusyError."""
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.migrations import LAPTOP_EARLIER, LAPTOP_HEADS  # noqa: PLC0415
    from vejleder_tui.store.keyfile import KeyFile  # noqa: PLC0415
    from vejleder_tui.store.store import Store, StoreStatus, store_status  # noqa: PLC0415

    paths = store_paths(arguments)
    if store_status(paths) in {StoreStatus.MISSING, StoreStatus.UNFINISHED}:
        raise StoreError(
            _("Her er ingen registreringer endnu."), _("Opret dem med vejleder init, eller angiv mappen med --store.")
        )
    keys = KeyFile(paths.keys, clock=arguments.clock, randomness=SystemRandomness())
    unlocked = keys.unlock_with_passphrase(
        worker_named(keys, getattr(arguments, "worker", "")), passphrase_for(arguments)
    )
    store = Store.open(
        paths,
        unlocked,
        clock=arguments.clock,
        write=write,
        migrate=_migrate,
        heads=LAPTOP_HEADS,
        earlier=LAPTOP_EARLIER,
        take_out=_take_out,
    )
    try:
        _settle(store, unlocked, arguments)
    except BaseException:
        store.close()
        raise
    return store, unlocked


def _settle(store: Store, unlocked: Unlocked, arguments: argparse.Namespace) -> None:
    """Let a store that was restored or copied take a new device number, and say so beside the output."""
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.services.identity import settle  # noqa: PLC0415

    why = settle(store, unlocked.slot.worker, clock=arguments.clock, randomness=SystemRandomness())
    if why is not None:
        from vejleder_tui.cli.output import complain  # noqa: PLC0415
        from vejleder_tui.queries.identity_words import identity_sentence  # noqa: PLC0415

        complain(identity_sentence("identity", {"why": why}))


def open_desk(arguments: argparse.Namespace) -> Desk:
    """Open the store for writing, as the worker whose passphrase it was."""
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.services.setup import take_seat  # noqa: PLC0415

    store, unlocked = open_store(arguments, write=True)
    return take_seat(store, unlocked.slot.worker, clock=arguments.clock, randomness=SystemRandomness())


def worker_named(keys: KeyFile, initials: str) -> str | None:
    """Return the id of the worker whose slot has these initials; without initials anybody's slot will do."""
    if not initials:
        return None
    for slot in keys.slots():
        if slot.worker and slot.label.casefold() == initials.casefold():
            return slot.worker
    raise PassphraseError(_("Ingen med de initialer kan låse op her."), _("Kontrollér --worker."))


def _migrate(connection: object) -> None:
    from vejleder_tui.services.setup import migrate  # noqa: PLC0415

    migrate(connection)


def _take_out(connection: Any, tokens: Any) -> None:  # noqa: ANN401 - the driver's connection
    from vejleder_tui.services.erasing import take_out  # noqa: PLC0415

    take_out(connection, tokens)
