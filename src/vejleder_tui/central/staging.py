"""A bundle's pieces on their way in: read, checked and judged outside the fold lane, folded inside it.

On PostgreSQL they wait in an unlogged table, so that many are read at once while one is folded. On SQLite, which has one
writer for everything, they come straight from the file.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vejleder_tui.bundle.chain import Absent, Line, Started
from vejleder_tui.central.set_fold import AT_ONCE, CREATE, WRITE, LostStagingError
from vejleder_tui.oplog import VOID, Erasures, row_token
from vejleder_tui.oplog.form import judge_parts
from vejleder_tui.oplog.line import ERASE, PARTS
from vejleder_tui.oplog.tables import sql_of
from vejleder_tui.oplog.trust import revokes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vejleder_tui.bundle.chain import Piece, Taken
    from vejleder_tui.bundle.verify import Heard
    from vejleder_tui.central.database import Centre, Postgres
    from vejleder_tui.central.set_fold import SetFold
    from vejleder_tui.oplog import Applying, OperationLine

__all__ = ["LostStagingError", "Stage", "apply_pieces", "sweep", "unstage"]

_COLUMNS = ("run", "place", "what", "device", "first", "last", "hash", "content")
_OTHERS = ("path", "absent", "taken", "line")
"""What is not a write that a set may take: pieces that are given to the log one by one."""
_FEW = 300
"""Writes in a row from which on they are taken as a set: for fewer its statements cost more than one by one."""
_AT = re.compile(r"[0-9TZ:.-]{19,32}")
_AT_OF_LINE = re.compile(rb'"at":"([0-9TZ:.-]{19,32})"')

StagedRow = tuple[str, int, str, None, int | None, int | None, str | None, str | None]


class Stage:
    """One bundle's staging: how many pieces there are, and the latest moment of an operation.

    `staged`: whether all of them lie there. `erasures`: what was erased when the pieces were judged. `few`: writes in a row
    from which on they are taken as a set.
    """

    def __init__(self, run: str, erasures: Erasures | None = None, *, few: int = _FEW) -> None:
        self.run = run
        self.erasures = erasures or Erasures()
        self.staged = False
        self.pieces = 0
        self.latest = ""
        self._few = few

    @contextmanager
    def copying(self, centre: Postgres) -> Iterator[Heard]:
        """Put what is given to the block into the staging table, in place of what a run that was cut short left there."""
        unstage(centre, self.run)
        self.pieces, self.latest = 0, ""
        with centre.copying("central_staging", _COLUMNS) as write:
            writes: list[StagedRow] = []  # in a row, while they are few
            many = False

            def few() -> None:
                for run, place, _what, *rest in writes:
                    write((run, place, "line", *rest))
                writes.clear()

            def heard(piece: Piece, said: dict[str, object] | None) -> None:
                nonlocal many
                row = self._row(piece, said)
                if row[2] in _OTHERS:
                    few()
                    many = False
                elif not many:
                    writes.append(row)
                    if len(writes) < self._few:
                        return
                    many = True
                    for one in writes:
                        write(one)
                    writes.clear()
                    return
                write(row)

            yield heard
            few()
        self.staged = True

    def _row(self, piece: Piece, said: dict[str, object] | None) -> StagedRow:
        self.pieces += 1
        if isinstance(piece, Line):
            given = said or {}
            at = given.get("at")
            if isinstance(at, str) and at > self.latest and _AT.fullmatch(at):
                self.latest = at
            what = _what(piece.line, given, self.erasures)
            return (self.run, self.pieces, what, None, piece.seq, None, piece.hash, piece.line.decode("utf-8"))
        return (self.run, self.pieces, *_row_of_other(piece))

    def seen(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield the pieces as they are, and note the latest moment."""
        for piece in pieces:
            if isinstance(piece, Line):
                # The first "at" of a line is the operation's own, as our programs write it; it only ever warns.
                found = _AT_OF_LINE.search(piece.line)
                if found is not None and (at := found[1].decode("ascii")) > self.latest:
                    self.latest = at
            yield piece

    def apply(self, centre: Postgres, applying: SetFold, told: Callable[[int], None] = lambda _done: None) -> None:
        """Give what was staged to `applying`, inside a transaction; `told` hears how many pieces are done.

        Raises LostStagingError.
        """
        done = 0
        marks = ", ".join(f"'{what}'" for what in _OTHERS)
        for place, *piece in centre.stream(
            f"SELECT place, what, first, last, hash, content FROM central_staging WHERE run = ? AND what IN ({marks})"
            " ORDER BY place",
            (self.run,),
        ):
            self._writes(centre, applying, done + 1, place - 1, told)
            _give(applying, *piece)
            done = place
            told(done)
        if not self.staged or (self.pieces and not done):  # what a bundle has begins with a path
            raise LostStagingError
        self._writes(centre, applying, done + 1, self.pieces, told)

    def _writes(self, centre: Postgres, applying: SetFold, first: int, last: int, told: Callable[[int], None]) -> None:
        """Give the writes at places `first` to `last`, set by set; one by one what is known already or not plain."""
        while first <= last:
            until = min(last, first + AT_ONCE - 1)
            known = applying.known(until - first + 1)
            if known:  # sent before, and not acknowledged when it was sent again
                until = first + known - 1
            if known or not applying.staged(self.run, first, until):
                rows = centre.stream(
                    "SELECT first, last, hash, content FROM central_staging WHERE run = ? AND place BETWEEN ? AND ?"
                    " ORDER BY place",
                    (self.run, first, until),
                )
                count = 0
                for piece in rows:
                    _give(applying, "line", *piece)
                    told(first + count)
                    count += 1
                if count != until - first + 1:
                    raise LostStagingError
            told(until)
            first = until + 1


def _give(applying: Applying, what: str, first: int, last: int, one: str, content: str) -> None:  # noqa: PLR0917
    """Give a staged row to the log."""
    if what == "line":
        applying.operation(first, one, content)
    elif what == "absent":
        applying.absent(first, last, one, content)
    elif what == "taken":
        token, erase, kind = content.split(" ")
        applying.taken(first, one, token, erase, kind)
    else:
        applying.path(*json.loads(content))


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


def _what(line: bytes, said: dict[str, object], erasures: Erasures) -> str:
    """Return what a line is staged as: `create:TABLE`, `write`, or `line` when it is to be looked at by itself."""
    # The server reads the line once more: nothing that its JSON and ours could take differently comes that far.
    if b"\\u" in line or not said.keys() <= PARTS:
        return "line"
    judged = judge_parts(said)
    if isinstance(judged, str) or judged.kind == ERASE or revokes(judged) or (erasures and _erased(judged, erasures)):
        return "line"
    values = judged.values
    if judged.key is None or judged.replaces or VOID in values or None in values.values():
        return WRITE
    return CREATE + judged.table


def _erased(said: OperationLine, erasures: Erasures) -> bool:
    """Tell whether any erase, or a hint of one, has to do with the operation or its row."""
    return (
        row_token(said.row) in erasures.hints
        or erasures.takes(said, by_hints=True) is not None
        or bool(erasures.reads_empty(said))
        or (bool(erasures.fields) and any(erasures.of_field(said.row, name) for name in sql_of(said.table).data))
    )


def _row_of_other(piece: Started | Absent | Taken) -> tuple[str, None, int | None, int | None, str | None, str | None]:
    if isinstance(piece, Started):
        return ("path", None, None, None, None, json.dumps(piece.cover.path))
    if isinstance(piece, Absent):
        return ("absent", None, piece.first, piece.last, piece.end, piece.tree)
    return ("taken", None, piece.seq, None, piece.hash, f"{piece.token} {piece.erase} {piece.kind}")
