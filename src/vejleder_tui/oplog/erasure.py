"""Legal deletion: which operations an erase takes, now and whenever they arrive, and what is left of them.

A *token* is the first 32 hex digits of SHA-256 of a row's id, or of `row field`. Ids are random, so that no token can be
guessed back by somebody who has not the id already.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vejleder_tui.model.base import fields_of
from vejleder_tui.oplog.line import ERASE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vejleder_tui.oplog.line import OperationLine
    from vejleder_tui.oplog.tables import Database

__all__ = ["FIELD", "HINT", "ROW", "Erasures", "Taken", "field_token", "row_token", "tokens_of"]

ROW = "row"
FIELD = "field"
HINT = "hint"

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def row_token(row: str) -> str:
    """Return the token of a row's id."""
    return hashlib.sha256(row.encode()).hexdigest()[:32]


def field_token(row: str, name: str) -> str:
    """Return the token of one field of a row."""
    return hashlib.sha256(f"{row} {name}".encode()).hexdigest()[:32]


def tokens_of(operation: OperationLine, name: str) -> list[str]:
    """Return the tokens that an erase names as `rows` or `fields`."""
    return str(operation.values.get(name) or "").split()


@dataclass(frozen=True)
class Taken:
    """What is left of an operation: the token of its row (or field), which erase took it, and which kind of taking."""

    token: str
    erase: str
    kind: str

    @property
    def text(self) -> str:
        """What the column `taken` holds."""
        return f"{self.kind} {self.erase}"


@dataclass
class Erasures:
    """The erases in force here, by token: for each the smallest hash of an erase that names it.

    `rows` are named by an erase itself, `hints` only by what is left of an operation (those that count: oplog.remnants),
    `fields` are all erases of a field, `in_force` all erases.
    """

    rows: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    fields: dict[str, set[str]] = field(default_factory=dict)
    in_force: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.rows or self.hints or self.fields)

    @classmethod
    def load(cls, database: Database) -> Erasures:
        """Return what the table `erased` holds."""
        found = cls()
        for token, erase, kind in database.execute("SELECT token, erase, kind FROM erased").fetchall():
            found.add(token, erase, kind)
        return found

    def add(self, token: str, erase: str, kind: str) -> None:
        """Take note of one token."""
        if kind != HINT:
            self.in_force.add(erase)
        if kind == FIELD:
            self.fields.setdefault(token, set()).add(erase)
            return
        into = self.rows if kind == ROW else self.hints
        into[token] = min(erase, into.get(token, erase))

    def of_field(self, row: str, name: str) -> set[str]:
        """Return the erases that took a field of a row."""
        return self.fields.get(field_token(row, name), set())

    def takes(self, operation: OperationLine, *, by_hints: bool = False) -> Taken | None:
        """Return what is left of `operation` when an erase takes it, or None; with `by_hints` also when a remnant's word does.

        An erase is never taken.
        """
        if operation.kind == ERASE:
            return None
        token = row_token(operation.row)
        if token in self.rows:
            return Taken(token, self.rows[token], ROW)
        if named := self._first((operation.key or {}).values(), hints=by_hints):
            return Taken(token, named, ROW)
        if by_hints and operation.key is None and token in self.hints:
            return Taken(token, self.hints[token], ROW)
        for name in operation.values:
            missed = self.of_field(operation.row, name) - set(operation.replaces.get(name, ()))
            if missed:
                return Taken(field_token(operation.row, name), min(missed), FIELD)
        return self._only_refers(operation, hints=by_hints)

    def takes_unread(self, line: str) -> Taken | None:
        """Return what is left of an operation that is refused when anything in it names an erased row, or None."""
        for found in _UUID.findall(line):
            token = row_token(found)
            if erase := self.rows.get(token):
                return Taken(token, erase, ROW)
        return None

    def reads_empty(self, operation: OperationLine, *, hints: bool = True) -> list[str]:
        """Return the fields of `operation` that refer to rows which an erase took."""
        fields = fields_of(operation.table)
        return [
            name
            for name, value in operation.values.items()
            if value is not None and name in fields and fields[name].references and self._first((value,), hints=hints)
        ]

    def _only_refers(self, operation: OperationLine, *, hints: bool) -> Taken | None:
        if operation.key is not None or not operation.values:
            return None
        empty = self.reads_empty(operation, hints=hints)
        if not empty or any(value is not None and name not in empty for name, value in operation.values.items()):
            return None
        erase = self._first((operation.values[name] for name in empty), hints=hints)
        return Taken(field_token(operation.row, empty[0]), str(erase), FIELD)

    def _first(self, values: Iterable[object], *, hints: bool) -> str | None:
        """Return the smallest erase that took a row which one of `values` names, or None."""
        tokens = [row_token(value) for value in values if isinstance(value, str) and _UUID.fullmatch(value)]
        found = [self.rows.get(token) or (self.hints.get(token) if hints else None) for token in tokens]
        named = [one for one in found if one]
        return min(named) if named else None
