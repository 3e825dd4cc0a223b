"""What remnants tell of rows that no erase names itself, and how far that is believed.

A remnant (what is left of an operation that an erase took elsewhere) names a row by its token. Whoever relays can make one
up, so its word counts only while the erase is in force here and no create of the row is here with its line. All of it is
reckoned anew from what is here, so that the order in which things came cannot matter; nothing of a row that somebody
wrote, and whose create is here, is ever taken by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.oplog.erasure import HINT, ROW, Erasures, Taken, row_token
from vejleder_tui.oplog.line import OperationLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.oplog.settle import Place
    from vejleder_tui.oplog.tables import Database

    Take = Callable[[Database, str, str, Taken], None]

__all__ = ["follow_remnants", "keep_hint", "row_goes"]

_CREATES = "line LIKE '%\"key\":{%'"


def follow_remnants(database: Database, erasures: Erasures, take: Take) -> set[Place]:
    """Take what the erases in force, and remnants that count, take of what waits; return the rows to be settled."""
    before = dict(erasures.hints)
    claims = _claims(database, erasures)
    created = _created(database, claims)
    erasures.hints.clear()
    erasures.hints.update({token: erase for token, erase in claims.items() if token not in created})
    touched: set[Place] = set()
    waiting = _waiting(database)
    while True:
        count = len(erasures.hints)
        left = []
        for one, row, line, refused in waiting:
            said = None if refused else OperationLine.decode(line)
            taken = erasures.takes_unread(line) if said is None else erasures.takes(said, by_hints=True)
            if taken is None:
                left.append((one, row, line, refused))
                continue
            take(database, one, row, taken)
            if said is not None:
                touched.add((said.table, said.row))
                if said.key is not None and taken.kind == ROW and taken.token not in erasures.rows:
                    erase = row_goes(database, erasures, said.row)
                    if erase is not None:
                        erasures.add(taken.token, erase, HINT)
        waiting = left
        if len(erasures.hints) == count:
            break
    _keep(database, erasures, before)
    return touched | _referring(database, erasures, before, created)


def _claims(database: Database, erasures: Erasures) -> dict[str, str]:
    """Return every token that a remnant of an erase in force names as a row, and no erase itself, with the smallest erase."""
    found = dict(erasures.hints)
    for token, taken in database.execute(
        "SELECT DISTINCT row, taken FROM operation WHERE taken IS NOT NULL AND taken LIKE 'row %'"
    ).fetchall():
        erase = str(taken).split(" ")[1]
        if erase in erasures.in_force:
            found[str(token)] = min(erase, found.get(str(token), erase))
    return {token: erase for token, erase in found.items() if token not in erasures.rows}


def _created(database: Database, claims: dict[str, str]) -> dict[str, str]:
    """Return the rows of `claims`, by token, whose create is here with its line."""
    if not claims:
        return {}
    rows = database.execute(f"SELECT DISTINCT row FROM operation WHERE line IS NOT NULL AND {_CREATES}")
    return {token: str(row) for (row,) in rows if (token := row_token(str(row))) in claims}


def _waiting(database: Database) -> list[tuple[str, str, str, bool]]:
    rows = database.execute(
        "SELECT DISTINCT o.hash, o.row, o.line, (SELECT 1 FROM held r WHERE r.hash = o.hash AND r.why = 'refused')"
        " FROM held h JOIN operation o ON o.device = h.device AND o.seq = h.seq AND o.hash = h.hash"
        " WHERE o.line IS NOT NULL AND o.table_name <> 'erasure' ORDER BY o.hash"
    ).fetchall()
    return [(str(one), str(row), str(line), bool(refused)) for one, row, line, refused in rows]


def row_goes(database: Database, erasures: Erasures, row: str) -> str | None:
    """Return the erase with which a row goes whose creates are all taken; None while one is here with its line."""
    token = row_token(row)
    found = database.execute(f"SELECT 1 FROM operation WHERE row = ? AND line IS NOT NULL AND {_CREATES}", (row,))
    if found.fetchone() is not None:
        return None
    left = database.execute("SELECT taken FROM operation WHERE row = ? AND taken LIKE 'row %'", (token,)).fetchall()
    erases = [erase for (taken,) in left if (erase := str(taken).split(" ")[1]) in erasures.in_force]
    return min(erases, default=None)


def keep_hint(database: Database, erasures: Erasures, token: str, erase: str) -> None:
    """Let a remnant's word about a row count."""
    erasures.add(token, erase, HINT)
    database.execute(
        "INSERT INTO erased (token, erase, kind) VALUES (?, ?, 'hint') ON CONFLICT DO NOTHING", (token, erase)
    )


def _keep(database: Database, erasures: Erasures, before: dict[str, str]) -> None:
    for token in before.keys() - erasures.hints.keys():
        database.execute("DELETE FROM erased WHERE token = ? AND kind = 'hint'", (token,))
    for token, erase in erasures.hints.items():
        if before.get(token) != erase:
            database.execute("DELETE FROM erased WHERE token = ? AND kind = 'hint'", (token,))
            database.execute(
                "INSERT INTO erased (token, erase, kind) VALUES (?, ?, 'hint') ON CONFLICT DO NOTHING", (token, erase)
            )


def _referring(database: Database, erasures: Erasures, before: dict[str, str], created: dict[str, str]) -> set[Place]:
    """Return the rows that refer to a row which reads otherwise now: those that wait for one, those that read it as empty."""
    touched: set[Place] = set()
    if erasures.hints.keys() - before.keys():
        for table, row, need in database.execute(
            "SELECT DISTINCT o.table_name, o.row, h.need FROM held h JOIN operation o ON o.device = h.device"
            " AND o.seq = h.seq AND o.hash = h.hash WHERE h.why = 'parent'"
        ).fetchall():
            if row_token(str(need).split("/")[1]) in erasures.hints:
                touched.add((str(table), str(row)))
    for token in sorted(before.keys() - erasures.hints.keys()):
        if token in created:
            rows = database.execute(
                "SELECT DISTINCT table_name, row FROM operation WHERE line LIKE ? AND table_name NOT IN ('', 'erasure')",
                (f'%"{created[token]}"%',),
            ).fetchall()
            touched.update((str(table), str(row)) for table, row in rows)
    return touched
