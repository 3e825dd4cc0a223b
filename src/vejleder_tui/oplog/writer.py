"""The one writer: a row and its operations, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.oplog.enforce import enforce, orphaned, take_line
from vejleder_tui.oplog.erasure import Erasures, field_token, row_token
from vejleder_tui.oplog.fold import VOID
from vejleder_tui.oplog.following import woken
from vejleder_tui.oplog.form import ERASURE
from vejleder_tui.oplog.leaves import CREATED, Leaves, format_leaves, parse_leaves
from vejleder_tui.oplog.line import ERASE, GENESIS, WRITE, OperationLine, hash_of
from vejleder_tui.oplog.settle import settle_rows
from vejleder_tui.oplog.tables import RowState, filled, read_row, sql_of
from vejleder_tui.oplog.values import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from vejleder_tui.ids import IdSource
    from vejleder_tui.oplog.door import Door
    from vejleder_tui.oplog.line import Value
    from vejleder_tui.oplog.tables import Database, TableSql

__all__ = ["RowMissingError", "Writer", "tail_of"]

_INSERT = "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES (?, ?, ?, ?, ?, ?, ?)"
_TAIL = "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1"


class RowMissingError(LookupError):
    """A change was asked for a row that is not there, or is void. Names the table only."""


def tail_of(database: Database, device: str) -> tuple[int, str]:
    """Return the number and hash of a device's newest operation here; 0 and the first hash when it has none."""
    found = database.execute(_TAIL, (device,)).fetchone()
    return (0, GENESIS) if found is None else (int(found[0]), str(found[1]))


class Writer:
    """Writes rows through the log for the length of one transaction.

    `actor` is the worker's id. `after` is told (table, row) of every row written, for what is derived from rows.
    The number and hash that come next are read inside the transaction, so that a rollback leaves no gap.
    """

    def __init__(
        self,
        database: Database,
        *,
        device: str,
        actor: str,
        ids: IdSource,
        door: Door,
        after: Callable[[str, str], None] | None = None,
    ) -> None:
        self._database = database
        self._device = device
        self._actor = actor
        self._ids = ids
        self._door = door
        self._after = after
        self._seq, self._hash = tail_of(database, device)
        self._erasures = Erasures.load(database)
        self.txn = self._seq + 1
        self.count = 0

    def create(
        self,
        table: str,
        row: str,
        key: Mapping[str, object],
        values: Mapping[str, object] | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Write a new row; one that is there already is changed instead.

        One that is void comes back with `values` alone: what it held before it was taken away, or undone, stays gone.
        Raises ValueFormError for a value of the wrong form and KeyError for an unknown field.
        """
        sql = sql_of(table)
        given = _canonical(sql, values or {})
        standing = read_row(self._database, table, row)
        if standing is not None:
            anew: dict[str, Value] = {VOID: False, **dict.fromkeys(sql.data)} if standing.void else {}
            self._write(sql, standing, {**anew, **given}, reason)
            return
        parents = {name: canonical(sql.fields[name], value) for name, value in key.items()}
        kept = {name: value for name, value in given.items() if value is not None}
        together = {name: value for name, value in kept.items() if not sql.fields[name].alone}
        one = self._log(
            table, row, key={name: value for name, value in parents.items() if value is not None},
            values=together, reason=reason,
        )  # fmt: skip
        leaves: Leaves = {CREATED: (one,), **dict.fromkeys(together, (one,))}
        for name, value in kept.items():
            if sql.fields[name].alone:
                leaves[name] = (self._log(table, row, values={name: value}, reason=reason),)
        whole = {name: {**parents, **kept}.get(name) for name in sql.fields}
        with self._door.opened():
            self._database.execute(sql.insert, (row, False, format_leaves(leaves, filled(sql, whole)), *whole.values()))
        self._told(table, row)
        self._let_go(table, row)

    def _let_go(self, table: str, row: str) -> None:
        """Fold what others wrote of a row, or of rows that refer to it, and what waited for somebody to create it."""
        waits = self._database.execute(
            "SELECT 1 FROM held WHERE row = ? OR (why = 'parent' AND need = ?) LIMIT 1", (row, f"{table}/{row}")
        ).fetchone()
        todo = set() if waits is None else {(table, row)} | woken(self._database, [(table, row)])
        with self._door.opened():
            while todo:
                done = settle_rows(self._database, todo, self._erasures)
                for place in done.new | done.changed | done.gone:
                    self._told(*place)
                todo = woken(self._database, done.new) | orphaned(self._database, done.gone)

    def change(self, table: str, row: str, values: Mapping[str, object], *, reason: str | None = None) -> bool:
        """Write the fields that differ from what stands; returns whether any did.

        A contested field is always written: giving a value settles it. Raises RowMissingError, ValueFormError, KeyError.
        """
        sql = sql_of(table)
        return self._write(sql, self._standing(table, row), _canonical(sql, values), reason)

    def void(self, table: str, row: str, *, reason: str | None = None) -> None:
        """Take a row away; it can be restored. Raises RowMissingError."""
        self._write(sql_of(table), self._standing(table, row), {VOID: True}, reason)

    def restore(self, table: str, row: str, *, reason: str | None = None) -> None:
        """Bring a void row back; raises RowMissingError when there is none."""
        standing = read_row(self._database, table, row)
        if standing is None or not standing.void:
            raise RowMissingError(table)
        self._write(sql_of(table), standing, {VOID: False}, reason)

    def put_back(self, table: str, row: str, values: Mapping[str, Value], *, reason: str | None = None) -> None:
        """Write exactly `values`, `void` among them, equal or not: the writing half of an undo."""
        standing = read_row(self._database, table, row)
        if standing is None:
            raise RowMissingError(table)
        self._write(sql_of(table), standing, dict(values), reason, all_of_them=True)

    def erase(self, rows: Iterable[str], fields: Iterable[tuple[str, str]] = (), *, reason: str | None = None) -> str:
        """Delete for ever (docs/decisions/0008): these rows, and these (row, field) of rows that stay; returns the hash.

        `rows` are the person's id and every row whose key leads to it. It takes effect at once and can never be undone.
        """
        values = {
            "rows": " ".join(sorted(row_token(row) for row in rows)),
            "fields": " ".join(sorted(field_token(row, name) for row, name in fields)),
        }
        one = self._log(
            ERASURE,
            self._ids.new(),
            values={name: text for name, text in values.items() if text},
            reason=reason,
            kind=ERASE,
        )
        with self._door.opened():
            todo = enforce(self._database, [one], self._erasures, take_line)
            while todo:
                done = settle_rows(self._database, todo, self._erasures)
                for place in done.new | done.changed | done.gone:
                    self._told(*place)
                todo = orphaned(self._database, done.gone)
        return one

    def _standing(self, table: str, row: str) -> RowState:
        standing = read_row(self._database, table, row)
        if standing is None or standing.void:
            raise RowMissingError(table)
        return standing

    def _write(
        self,
        sql: TableSql,
        standing: RowState,
        given: dict[str, Value],
        reason: str | None,
        *,
        all_of_them: bool = False,
    ) -> bool:
        leaves = parse_leaves(standing.leaves, filled(sql, standing.values))
        before: dict[str, Value] = {**standing.values, VOID: standing.void}
        fresh = {
            name: value
            for name, value in given.items()
            if all_of_them or value != before[name] or type(value) is not type(before[name]) or _open(leaves, name)
        }
        if not fresh:
            return False
        # One laptop's void beside another's change is contested with a single leaf of its own.
        contested = [name for name in fresh if _open(leaves, name) or name == VOID]
        for group in _groups(sql, fresh):
            replaces = self._naming_erases(standing.id, group, _seen(leaves, group))
            one = self._log(sql.table, standing.id, values=group, replaces=replaces, reason=reason)
            leaves.update(dict.fromkeys(group, (one,)))
        after = {**standing.values, **fresh}
        void = bool(after.pop(VOID, standing.void))
        names = [name for name in fresh if name != VOID]
        assigned = "".join(f'"{name}" = ?, ' for name in names)
        with self._door.opened():
            self._database.execute(
                f'UPDATE "{sql.table}" SET {assigned}void = ?, leaves = ? WHERE id = ?',
                (*(after[name] for name in names), void, format_leaves(leaves, filled(sql, after)), standing.id),
            )
            self._settle(sql.table, standing.id, contested)
        self._told(sql.table, standing.id)
        return True

    def _naming_erases(
        self, row: str, group: Mapping[str, Value], replaces: dict[str, list[str]]
    ) -> dict[str, list[str]]:
        """Name the erases of each field that is written: what does not would be taken by them."""
        if self._erasures.fields:
            for name in group:
                erases = self._erasures.of_field(row, name)
                if erases:
                    replaces[name] = sorted({*replaces.get(name, ()), *erases})
        return replaces

    def _settle(self, table: str, row: str, fields: Iterable[str]) -> None:
        for name in fields:
            self._database.execute(
                "DELETE FROM contested WHERE table_name = ? AND row = ? AND field = ?", (table, row, name)
            )

    def _log(
        self,
        table: str,
        row: str,
        *,
        key: dict[str, Value] | None = None,
        values: Mapping[str, Value],
        replaces: dict[str, list[str]] | None = None,
        reason: str | None = None,
        kind: str = WRITE,
    ) -> str:
        self._seq += 1
        now = self._ids.clock.now()
        line = OperationLine(
            device=self._device, seq=self._seq, schema=SCHEMA, at=f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
            actor=self._actor, txn=self.txn, table=table, row=row, salt=self._ids.randomness.take(16).hex(),
            key=key, values=dict(values), replaces=replaces or {}, reason=reason, kind=kind,
        ).encode()  # fmt: skip
        self._hash = hash_of(self._hash, line)
        with self._door.opened():
            self._database.execute(_INSERT, (self._hash, self._device, self._seq, self.txn, table, row, line))
        self.count += 1
        return self._hash

    def _told(self, table: str, row: str) -> None:
        if self._after is not None:
            self._after(table, row)


def _canonical(sql: TableSql, values: Mapping[str, object]) -> dict[str, Value]:
    given: dict[str, Value] = {}
    for name, value in values.items():
        info = sql.fields[name]
        if info.key:
            raise KeyError(f"{sql.table}.{name} is part of the key")
        given[name] = canonical(info, value)
    return given


def _open(leaves: Leaves, name: str) -> bool:
    return len(leaves.get(name, ())) > 1


def _groups(sql: TableSql, fresh: dict[str, Value]) -> list[dict[str, Value]]:
    """Return what goes into one operation each: everything together, but each text that can name others by itself.

    A void comes last, since it has to have seen every other value of the row.
    """
    alone = [name for name in fresh if name != VOID and sql.fields[name].alone]
    together = {name: value for name, value in fresh.items() if name not in alone}
    apart = [{name: fresh[name]} for name in alone]
    if not together:
        return apart
    return [*apart, together] if together.get(VOID) else [together, *apart]


def _seen(leaves: Leaves, group: Mapping[str, Value]) -> dict[str, list[str]]:
    """Return the leaves that an operation names: of its own fields, and for a void of every field of the row."""
    names = sorted(leaves) if group.get(VOID) else sorted(group)
    return {name: list(leaves[name]) for name in names if leaves.get(name)}
