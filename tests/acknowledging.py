"""A receipt of somebody, put into a store without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.bundle.slices import Head, Receipt, have, keep_receipt
from vejleder_tui.services.bookkeeping import bookkeeping

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vejleder_tui.store.store import Store


def acknowledge(
    store: Store, recipient: str, heads: Sequence[Head] | None = None, at: str = "2026-11-20T14:12:00Z"
) -> None:
    """Keep a receipt of `recipient` for `heads`, or for all that is here; later than any before."""
    held = have(store.connection) if heads is None else heads
    number = store.connection.execute("SELECT coalesce(max(number), 0) + 1 FROM receipt").fetchone()[0]
    with bookkeeping(store) as connection:
        assert keep_receipt(connection, recipient, Receipt(at, tuple(held), 0, number))
