"""An erase, written as a coordinator's laptop does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.oplog.erasure import row_token

if TYPE_CHECKING:
    from tests.central.laptop import Laptop


def erase_of(laptop: Laptop, *rows: str) -> str:
    """Write the erase of `rows` and return its hash."""
    return laptop.write("erasure", laptop.new_id(), kind="erase", values={"rows": " ".join(map(row_token, rows))})
