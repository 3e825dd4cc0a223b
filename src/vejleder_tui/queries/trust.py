"""Whether the tables were folded under the trust that stands now."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from vejleder_tui.queries.keys import roles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.queries.base import Reader

__all__ = ["TRUST", "is_stale", "mark_of"]

TRUST = "trust"
"""The local value that says which trust the tables were folded under."""


def mark_of(trusted: Mapping[str, str]) -> str:
    """Return what stands for keys and their roles."""
    return hashlib.sha256(json.dumps(sorted(trusted.items())).encode()).hexdigest()


def is_stale(reader: Reader) -> bool:
    """Return whether keys were trusted, or no longer are, since the tables were folded."""
    found = reader.execute("SELECT value FROM local_value WHERE name = ?", (TRUST,)).fetchone()
    return (str(found[0]) if found else "") != mark_of(roles(reader))
