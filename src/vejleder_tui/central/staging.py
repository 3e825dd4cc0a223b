"""A bundle's pieces on their way in: read and checked outside the fold lane, folded inside it.

On PostgreSQL they wait in an unlogged table, so that many are read at once while one is folded. On SQLite, which has one
writer for everything, they come straight from the file.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from vejleder_tui.bundle.chain import Absent, Line, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vejleder_tui.bundle.chain import Piece
    from vejleder_tui.central.database import Centre
    from vejleder_tui.oplog import Applying

__all__ = ["LostStagingError", "Stage", "apply_pieces", "sweep", "unstage"]

_COLUMNS = ("run", "place", "what", "device", "first", "last", "hash", "content")
_SELECT = "SELECT what, first, last, hash, content FROM central_staging WHERE run = ? ORDER BY place"
_AT = re.compile(rb'"at":"([0-9TZ:.-]{19,32})"')

StagedRow = tuple[str, int, str, str | None, int | None, int | None, str | None, str | None]


class LostStagingError(Exception):
    """What was staged is not all there: the server was restarted, which empties an unlogged table. To be done again."""


class Stage:
    """Counts and notes what goes by while a bundle is staged: how many pieces, and the latest moment of an operation."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.pieces = 0
        self.latest = b""

    def rows(self, pieces: Iterable[Piece]) -> Iterator[StagedRow]:
        """Yield the rows of the staging table."""
        for piece in self.seen(pieces):
            yield (self.run, self.pieces, *_row(piece))

    def seen(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield the pieces as they are."""
        for piece in pieces:
            self.pieces += 1
            if isinstance(piece, Line):
                # The first "at" of a line is the operation's own, as our programs write it; it only ever warns.
                found = _AT.search(piece.line)
                if found is not None and found[1] > self.latest:
                    self.latest = found[1]
            yield piece

    def copy(self, centre: Centre, pieces: Iterable[Piece]) -> None:
        """Put the pieces into the staging table, in place of what a run that was cut short left there."""
        unstage(centre, self.run)
        centre.copy("central_staging", _COLUMNS, self.rows(pieces))

    def apply(self, centre: Centre, applying: Applying, told: Callable[[Iterator[Any]], Iterator[Any]] = iter) -> None:
        """Give what was staged to `applying`, inside a transaction; `told` hears of each row. Raises LostStagingError."""
        count = 0
        for what, first, last, one, content in told(centre.stream(_SELECT, (self.run,))):
            count += 1
            if what == "line":
                applying.operation(first, one, content)
            elif what == "absent":
                applying.absent(first, last, one, content)
            elif what == "taken":
                token, erase, kind = content.split(" ")
                applying.taken(first, one, token, erase, kind)
            else:
                applying.path(*json.loads(content))
        if count != self.pieces:
            raise LostStagingError


def apply_pieces(pieces: Iterable[Piece], applying: Applying) -> None:
    """Give pieces to `applying` as they come."""
    for piece in pieces:
        if isinstance(piece, Line):
            applying.operation(piece.seq, piece.hash, piece.line)
        elif isinstance(piece, Started):
            applying.path(*piece.cover.path)
        elif isinstance(piece, Absent):
            applying.absent(piece.first, piece.last, piece.end, piece.tree)
        else:
            applying.taken(piece.seq, piece.hash, piece.token, piece.erase, piece.kind)


def unstage(centre: Centre, run: str) -> None:
    """Take away what is staged of a run."""
    centre.execute("DELETE FROM central_staging WHERE run = ?", (run,))


def sweep(centre: Centre) -> None:
    """Take away what runs that were killed left; a run that somebody is at is claimed by its name."""
    if centre.kind == "sqlite":
        return
    for (run,) in centre.execute("SELECT DISTINCT run FROM central_staging").fetchall():
        if centre.claim(str(run)):
            unstage(centre, str(run))
            centre.release(str(run))


def _row(piece: Piece) -> tuple[str, str | None, int | None, int | None, str | None, str | None]:
    if isinstance(piece, Line):
        return ("line", None, piece.seq, None, piece.hash, piece.line.decode("utf-8"))
    if isinstance(piece, Started):
        return ("path", None, None, None, None, json.dumps(piece.cover.path))
    if isinstance(piece, Absent):
        return ("absent", None, piece.first, piece.last, piece.end, piece.tree)
    return ("taken", None, piece.seq, None, piece.hash, f"{piece.token} {piece.erase} {piece.kind}")
