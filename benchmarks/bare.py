"""The yardsticks of taking in: the same attendance rows by a bare COPY into PostgreSQL, and by plain inserts into SQLite."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Bare"]

COLUMNS = ("id", "void", "leaves", "session", "citizen", "code", "source")
"""Those that hold something in the made rows."""

_PIECE = 1024 * 1024
_BATCH = 10_000


class Bare:
    """The attendance rows of a made bundle, put where nothing else is: into a database at `url`, a file in `folder`."""

    def __init__(self, url: str, folder: Path, rows: Path) -> None:
        self._url = url
        self._folder = folder
        self._text = rows

    def copy(self) -> float:
        """COPY the rows into a table without keys or indexes; return the seconds."""
        columns = ", ".join(f"{name} text" if name != "void" else "void boolean" for name in COLUMNS)
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS bare")
            connection.execute(f"CREATE TABLE bare ({columns})")
            begun = time.perf_counter()
            with self._text.open("rb") as file, connection.cursor().copy("COPY bare FROM STDIN") as copying:
                while piece := file.read(_PIECE):
                    copying.write(piece)
            took = time.perf_counter() - begun
            connection.execute("DROP TABLE bare")
        return took

    def insert(self) -> float:
        """Insert the rows into a new SQLite file with a primary key, in one transaction; return the seconds."""
        path = self._folder / "bare.db"
        path.unlink(missing_ok=True)
        database = sqlite3.connect(path, isolation_level=None)
        database.execute(f"CREATE TABLE bare ({', '.join(COLUMNS)}, PRIMARY KEY (id))")
        marks = ", ".join("?" * len(COLUMNS))
        took = 0.0
        with self._text.open(encoding="utf-8") as file:
            database.execute("BEGIN")
            while rows := [line.rstrip("\n").split("\t") for _number, line in zip(range(_BATCH), file, strict=False)]:
                begun = time.perf_counter()
                database.executemany(f"INSERT INTO bare VALUES ({marks})", rows)
                took += time.perf_counter() - begun
            begun = time.perf_counter()
            database.execute("COMMIT")
            took += time.perf_counter() - begun
        database.close()
        path.unlink()
        return took
