"""Opening the store for the program on the screen: what the unlock screen, first start and the sandbox share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.screens.link import Seat
    from vejleder_tui.store.keyfile import KeyFile, Unlocked

__all__ = ["Who", "folder_warning", "key_file", "seat_for", "unlock", "who_can_unlock"]

_PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind of slot


def key_file(paths: StorePaths, clock: Clock) -> KeyFile:
    """Return the key file of a store."""
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.store.keyfile import KeyFile  # noqa: PLC0415

    return KeyFile(paths.keys, clock=clock, randomness=SystemRandomness())


class Who(NamedTuple):
    """Who can unlock with a passphrase: the slot's id, the worker's id and initials."""

    id: str
    worker: str
    label: str


def who_can_unlock(paths: StorePaths) -> list[Who]:
    """Return who has a passphrase here, as the key file says it; nobody where it cannot be read.

    The unlock screen asks before it is painted, so the file is only looked at; `key_file(…).slots()` checks it.
    """
    try:
        slots = json.loads(paths.keys.read_text(encoding="utf-8"))["slots"]
        found = [one for one in slots if one["kind"] == _PASSPHRASE and one["worker"]]
        return [Who(str(one["id"]), str(one["worker"]), str(one["label"])) for one in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def unlock(paths: StorePaths, worker: str | None, passphrase: str, *, clock: Clock) -> Seat:
    """Unlock and open the store for writing; raises PassphraseError, StoreError, BusyError, NotSavedError."""
    return seat_for(paths, key_file(paths, clock).unlock_with_passphrase(worker, passphrase), clock=clock)


def seat_for(paths: StorePaths, unlocked: Unlocked, *, clock: Clock, write: bool = True, worker: str = "") -> Seat:
    """Open the store under an unlocked key and seat its worker (or `worker`); raises StoreError, BusyError, NotSavedError."""
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.migrations import LAPTOP_EARLIER, LAPTOP_HEADS  # noqa: PLC0415
    from vejleder_tui.screens.link import Seat  # noqa: PLC0415
    from vejleder_tui.services.identity import settle  # noqa: PLC0415
    from vejleder_tui.store.store import Store  # noqa: PLC0415

    store = Store.open(
        paths,
        unlocked,
        clock=clock,
        write=write,
        migrate=_migrate,
        heads=LAPTOP_HEADS,
        earlier=LAPTOP_EARLIER,
        take_out=_take_out,
    )
    try:
        settle(store, worker or unlocked.slot.worker, clock=clock, randomness=SystemRandomness())
        return Seat(store, worker or unlocked.slot.worker, clock=clock, randomness=SystemRandomness())
    except BaseException:
        store.close()
        raise


def folder_warning(paths: StorePaths) -> str:
    """Return what to say of a folder that is synchronised or on the network, or nothing."""
    from vejleder_tui.store.files import unsafe_folder  # noqa: PLC0415

    where = unsafe_folder(paths.folder)
    if where is None:
        return ""
    return _(
        "Mappen ligger på {where}, og dér kan registreringer gå i stykker. Flyt den til computerens egen disk: --store."
    ).format(where=_(where))


def _migrate(connection: Any) -> None:  # noqa: ANN401 - the driver's connection
    from vejleder_tui.services.setup import migrate  # noqa: PLC0415

    migrate(connection)


def _take_out(connection: Any, tokens: Any) -> None:  # noqa: ANN401 - the driver's connection
    from vejleder_tui.services.erasing import take_out  # noqa: PLC0415

    take_out(connection, tokens)
