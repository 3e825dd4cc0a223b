"""What an erase does to a log when it comes into force: lines are taken, tokens kept for whatever arrives later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.oplog.erasure import FIELD, ROW, Erasures, Taken, field_token, row_token, tokens_of
from vejleder_tui.oplog.line import OperationLine
from vejleder_tui.oplog.remnants import follow_remnants, keep_hint, row_goes
from vejleder_tui.oplog.tables import children_of, sql_of, table_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vejleder_tui.oplog.settle import Place
    from vejleder_tui.oplog.tables import Database

__all__ = ["enforce", "orphaned", "take_line"]


def enforce(
    database: Database,
    erases: Iterable[str],
    erasures: Erasures,
    take: Callable[[Database, str, str, Taken], None],
) -> set[Place]:
    """Let the erases with these hashes take what they name, and return the rows to be brought up to date.

    It looks through the whole log, once: an erase is rare, and nothing of the person may be missed.
    """
    for erase in sorted(erases):
        _enter(database, erase, erasures)
    touched: set[Place] = set()
    places = _places(database)
    touched |= _closure(database, places, erasures, take)
    touched |= _fields(database, places, erasures, take)
    touched |= _referring(database, erasures, take)
    touched |= follow_remnants(database, erasures, take)
    _rename(database, erasures)
    return touched


def _enter(database: Database, erase: str, erasures: Erasures) -> None:
    found = database.execute("SELECT line FROM operation WHERE hash = ?", (erase,)).fetchone()
    said = OperationLine.decode(found[0])
    for name, kind in (("rows", ROW), ("fields", FIELD)):
        for token in tokens_of(said, name):
            erasures.add(token, erase, kind)
            database.execute(
                "INSERT INTO erased (token, erase, kind) VALUES (?, ?, ?) ON CONFLICT (token, erase) DO UPDATE"
                " SET kind = excluded.kind",
                (token, erase, kind),
            )


def _places(database: Database) -> list[Place]:
    rows = database.execute(
        "SELECT DISTINCT table_name, row FROM operation WHERE line IS NOT NULL AND table_name NOT IN ('', 'erasure')"
    ).fetchall()
    return [(str(table), str(row)) for table, row in rows]


def _closure(
    database: Database, places: list[Place], erasures: Erasures, take: Callable[[Database, str, str, Taken], None]
) -> set[Place]:
    """Take every row that an erase names, and the rows whose creates name one, however far; return them."""
    todo = [place for place in places if row_token(place[1]) in erasures.rows]
    touched: set[Place] = set()
    while todo:
        table, row = todo.pop()
        token = row_token(row)
        erase = erasures.rows.get(token) or erasures.hints[token]
        for one, other in _of_row(database, row):
            touched.add((other, row))
            take(database, one, row, Taken(token, erase, ROW))
        for child, name in children_of(table):
            if not sql_of(child).fields[name].key:
                continue
            for (found,) in database.execute(f'SELECT id FROM "{child}" WHERE "{name}" = ?', (row,)).fetchall():
                place = (child, str(found))
                if place in touched or row_token(place[1]) in erasures.rows:
                    continue
                # Somebody else may have created the same row under a key that names nobody: then that stands.
                touched.add(place)
                _take_lines(database, _lines(database, place[1]), erasures, take, by_hints=True)
                if erase_of_creates := row_goes(database, erasures, place[1]):
                    keep_hint(database, erasures, row_token(place[1]), erase_of_creates)
                    todo.append(place)
    return touched


def _of_row(database: Database, row: str) -> list[tuple[str, str]]:
    """Return hash and table of every operation on a row that has its line; of several tables, where ids are the same."""
    rows = database.execute(
        "SELECT hash, table_name FROM operation WHERE row = ? AND line IS NOT NULL AND table_name NOT IN ('', 'erasure')",
        (row,),
    ).fetchall()
    return [(str(one), str(table)) for one, table in rows]


def _lines(database: Database, row: str) -> list[tuple[str, str]]:
    rows = database.execute("SELECT hash, line FROM operation WHERE row = ? AND line IS NOT NULL", (row,)).fetchall()
    return [(str(one), str(line)) for one, line in rows]


def _fields(
    database: Database,
    places: list[Place],
    erasures: Erasures,
    take: Callable[[Database, str, str, Taken], None],
) -> set[Place]:
    touched: set[Place] = set()
    if not erasures.fields:
        return touched
    names = {table: sql_of(table).data for table in table_names()}
    for table, row in places:
        if any(field_token(row, name) in erasures.fields for name in names.get(table, ())):
            touched.add((table, row))
            _take_lines(database, _lines(database, row), erasures, take)
    return touched


def _referring(database: Database, erasures: Erasures, take: Callable[[Database, str, str, Taken], None]) -> set[Place]:
    """Take edits that only refer to an erased row; what refers to one beside other things reads as empty there."""
    touched: set[Place] = set()
    for table in table_names():
        for name, info in sql_of(table).fields.items():
            if info.key or not info.references:
                continue
            rows = database.execute(f'SELECT id, "{name}" FROM "{table}" WHERE "{name}" IS NOT NULL').fetchall()
            for row, referred in rows:
                if row_token(str(referred)) in erasures.rows:
                    touched.add((table, str(row)))
                    _take_lines(database, _lines(database, str(row)), erasures, take)
    return touched


def _take_lines(
    database: Database,
    lines: list[tuple[str, str]],
    erasures: Erasures,
    take: Callable[[Database, str, str, Taken], None],
    *,
    by_hints: bool = False,
) -> set[Place]:
    touched: set[Place] = set()
    for one, line in lines:
        said = OperationLine.decode(line)
        left = erasures.takes(said, by_hints=by_hints)
        if left is not None:
            take(database, one, said.row, left)
            touched.add((said.table, said.row))
    return touched


def _rename(database: Database, erasures: Erasures) -> None:
    """Let what several erases took name the smallest of them, so that all stores keep the same remains."""
    rows = database.execute(
        "SELECT hash, row, taken FROM operation WHERE line IS NULL AND taken IS NOT NULL"
    ).fetchall()
    for one, token, taken in rows:
        kind, erase = str(taken).split(" ")
        least = erasures.rows.get(token, erase) if kind == ROW else min([erase, *erasures.fields.get(token, ())])
        if least < erase:
            database.execute(
                "UPDATE operation SET taken = ? WHERE hash = ? AND row = ?", (f"{kind} {least}", one, token)
            )


def take_line(database: Database, hash_: str, row: str, left: Taken) -> None:
    """Take the line of one operation on `row`: its device, number and hash stay, and a token of the row."""
    database.execute(
        "UPDATE operation SET line = NULL, table_name = '', txn = 0, row = ?, taken = ? WHERE hash = ? AND row = ?",
        (left.token, left.text, hash_, row),
    )
    # That its path is broken off stays known; that it was on this row does not.
    database.execute("DELETE FROM held WHERE hash = ? AND why <> 'gap'", (hash_,))
    database.execute("UPDATE held SET row = '' WHERE hash = ?", (hash_,))


def orphaned(database: Database, gone: Iterable[Place]) -> set[Place]:
    """Return the rows that refer to a row that is there no longer, and those that wait already and may refer to one."""
    found: set[Place] = set()
    waiting: set[str] = set()
    for table, row in gone:
        for child, name in children_of(table):
            waiting.add(child)
            rows = database.execute(f'SELECT id FROM "{child}" WHERE "{name}" = ?', (row,)).fetchall()
            found.update((child, str(one)) for (one,) in rows)
    for child in sorted(waiting):
        rows = database.execute(
            "SELECT DISTINCT h.row FROM held h JOIN operation o ON o.device = h.device AND o.seq = h.seq AND o.hash = h.hash"
            " WHERE h.why IN ('create', 'named', 'parent') AND o.table_name = ?",
            (child,),
        ).fetchall()
        found.update((child, str(row)) for (row,) in rows)
    return found
