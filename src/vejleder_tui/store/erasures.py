"""What was deleted for ever, kept as tokens in a file beside the key file: a copy that is put back must not bring it back.

The file holds hashes only, so it is no secret. It grows and is never shortened.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _
from vejleder_tui.store.files import write_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sqlcipher3.dbapi2 import Connection

    Tokens = Iterable[tuple[str, str, str]]
    TakeOut = Callable[[Connection, Tokens], None]

__all__ = [
    "COPIES_LIVE",
    "ErasureFile",
    "copies_before",
    "hold_against",
    "note_applied",
    "read_erasures",
    "record",
    "rewrite",
]

FORMAT: Final = "vejleder-erasures/1"
COPIES_LIVE: Final = timedelta(days=30)
"""So long copies that were taken before a deletion are kept."""

_MARK: Final = "erasures"
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class ErasureFile:
    """Tokens as the table `erased` has them (token, hash of the erase, kind), and when deletions came to this laptop (UTC)."""

    tokens: frozenset[tuple[str, str, str]] = frozenset()
    moments: tuple[datetime, ...] = ()


def read_erasures(path: Path) -> ErasureFile:
    """Return what the file holds; nothing where there is none, or where it cannot be read."""
    try:
        found = json.loads(path.read_bytes())
        return ErasureFile(
            frozenset((str(token), str(erase), str(kind)) for token, erase, kind in found["erased"]),
            tuple(datetime.strptime(one, _MOMENT).replace(tzinfo=UTC) for one in found["moments"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ErasureFile()


def record(path: Path, tokens: Tokens, now: datetime) -> ErasureFile:
    """Add tokens to the file, and the moment if any of them is new; raises OSError."""
    before = read_erasures(path)
    together = before.tokens | frozenset(tokens)
    if together == before.tokens:
        return before
    moments = (*before.moments, now.astimezone(UTC).replace(microsecond=0))
    content = {
        "format": FORMAT,
        "moments": [f"{one:{_MOMENT}}" for one in moments],
        "erased": sorted(together),
    }
    write_private(path, json.dumps(content, indent=0).encode())
    return ErasureFile(together, moments)


def copies_before(path: Path, now: datetime) -> datetime | None:
    """Return the moment before which no copy may have been taken any more, or None."""
    due = [one for one in read_erasures(path).moments if now - one >= COPIES_LIVE]
    return max(due, default=None)


def hold_against(connection: Connection, path: Path, take_out: TakeOut | None) -> None:
    """Take from a database that was just opened what the file names: it may be an older copy that was put back.

    `take_out` does it, in a transaction of its own, and the pages are written anew. Without it (nothing is to be written,
    or the models are not to be loaded) a database that still holds anything of it is not opened: StoreError. A database
    that was held against the file as it stands is not looked at again.
    """
    print_of_file = _fingerprint(path)
    if not print_of_file or _noted(connection) == print_of_file:
        return
    known = {tuple(row) for row in connection.execute("SELECT token, erase, kind FROM erased").fetchall()}
    missing = read_erasures(path).tokens - known
    if take_out is None:
        if missing:
            raise StoreError(
                _("Registreringerne er en ældre kopi, og der er slettet noget siden. Det skal tages ud først."),
                _("Åbn Vejleder én gang, så det kan skrive i dem."),
            )
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if missing:
            take_out(connection, missing)
        note_applied(connection, path)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    if missing:
        rewrite(connection)


def rewrite(connection: Connection) -> None:
    """Write the database anew without its free pages, and empty the WAL. Raises the driver's error."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _fingerprint(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _noted(connection: Connection) -> str:
    found = connection.execute("SELECT value FROM local_value WHERE name = ?", (_MARK,)).fetchone()
    return "" if found is None else str(found[0])


def note_applied(connection: Connection, path: Path) -> None:
    """Write down that the database was held against the file as it stands."""
    connection.execute("INSERT OR REPLACE INTO local_value (name, value) VALUES (?, ?)", (_MARK, _fingerprint(path)))
