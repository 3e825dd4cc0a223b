"""Does the store hold together? SQLCipher's, SQLite's and whoever else's checks, as a list of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.store.failures import is_database_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlcipher3.dbapi2 import Connection

__all__ = ["Problem", "check"]

_LIMIT = 100


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: which check found it, and where (pages, tables and row numbers, never a value)."""

    check: str
    detail: str


def check(connection: Connection, extra: Iterable[Callable[[Connection], Iterable[Problem]]] = ()) -> list[Problem]:
    """Return what is wrong with the database, at most 100 lines a check; an empty list means that it is sound.

    Every page's authentication code, SQLite's own structure, foreign keys, then each of `extra` (of the log, of the
    fold), which are left out when the file itself is damaged.
    """
    problems: list[Problem] = []
    for name in ("cipher_integrity_check", "integrity_check", "foreign_key_check"):
        try:
            rows = connection.execute(f"PRAGMA {name}").fetchmany(_LIMIT)
        except Exception as error:
            if not is_database_error(error):
                raise
            problems.append(Problem(name, type(error).__name__))
            continue
        if name == "foreign_key_check":
            problems += [Problem(name, f"{table} rowid {row} -> {parent}") for table, row, parent, _number in rows]
        else:
            problems += [Problem(name, str(row[0])) for row in rows if row[0] != "ok"]
    if problems:
        return problems
    for one in extra:
        problems += one(connection)
    return problems
