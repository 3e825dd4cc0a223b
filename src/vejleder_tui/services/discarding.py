"""What waits for a key that nobody here believes, thrown away because a person says so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.errors import NotFoundError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.oplog.discard import counts_nowhere, discard_chain, lifted_in_sqlite
from vejleder_tui.queries.keys import roles
from vejleder_tui.services.keyring import names, waiting_cards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.keyring import WaitingCard

__all__ = ["DISCARDED", "Discarded", "discard_waiting", "discardable"]

DISCARDED = "discarded"
"""The status of a bundle that was read in, all of which was thrown away."""


@dataclass(frozen=True)
class Discarded:
    """What was thrown away of one device: how many operations, and what the device called itself ("": it did not say)."""

    device: str
    name: str
    operations: int


def discardable(reader: Reader, named: str) -> list[WaitingCard]:
    """Return the devices whose operations `discard_waiting` would throw away. Raises as it does."""
    found = [one for one in waiting_cards(reader) if names(one, named) or one.key.public_key == named.strip()]
    if not found:
        raise NotFoundError(_("Ingen nøgle, der ventes på, har de ord."), _("Se dem med vejleder key list."))
    if len({one.key.public_key for one in found}) > 1:
        raise RuleError(_("Ordene passer på flere nøgler."), _("Skriv alle otte ord."))
    return found


def discard_waiting(desk: Desk, named: str) -> tuple[Discarded, ...]:
    """Throw away what waits for the key that `named` names: its words (at least four), its device's id, or the key itself.

    Nothing of it counts, so no row changes; the device's id is free for whoever signs for it next. One transaction.
    Raises NotFoundError, and RuleError (several keys, a key that is believed), NotSavedError, BusyError, StoreError.
    """
    connection = desk.store.connection
    done: list[Discarded] = []
    with desk.store.transaction():
        found = discardable(connection, named)
        believed = roles(connection)
        with desk.door.opened(), lifted_in_sqlite(connection):
            for one in found:
                if one.key.public_key in believed or not counts_nowhere(connection, one.key.device):
                    raise RuleError(
                        _("Den nøgle tros her, så det, den har skrevet, kan ikke kasseres."),
                        _("Fjern den først med vejleder key remove."),
                    )
                count = discard_chain(connection, one.key.device)
                done.append(Discarded(one.key.device, one.key.name, count))
        _restate(connection, [one.device for one in done])
    return tuple(done)


def _restate(connection: Connection, devices: Sequence[str]) -> None:
    """Say of every bundle that brought nothing else that it was thrown away."""
    for bundle, covers in connection.execute(
        "SELECT bundle_id, covers FROM bundle_history WHERE direction = 'in'"
    ).fetchall():
        wrote = {cover["device"] for cover in json.loads(covers)}
        if wrote and wrote <= set(devices):
            connection.execute("UPDATE bundle_history SET status = ? WHERE bundle_id = ?", (DISCARDED, bundle))
