"""Single values that the centre keeps by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vejleder_tui.central.database import Centre

__all__ = ["get", "put"]


def get(centre: Centre, name: str) -> str | None:
    """Return a value, or None."""
    found = centre.execute("SELECT value FROM central_value WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def put(centre: Centre, name: str, value: str) -> None:
    """Keep a value in place of the one before."""
    centre.execute(
        "INSERT INTO central_value (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
