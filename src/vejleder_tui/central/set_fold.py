"""The fold of what is plain, by the server: rows of one create each go from the staging table into the log and their own.

A run of staged writes is taken set by set where nothing can hold it up: its place is reached, its key trusted and not
revoked, none of its numbers here. Of its operations those that are alone on their row, with all parents there, give that row as
they stand; every other row goes the general way (oplog.settle), after those that it may refer to. Whatever is not of
such a run is for `Applying` alone. What becomes of a bundle is the same either way.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from vejleder_tui.central.pseudonyms import linked_tables
from vejleder_tui.model.base import Kind, fields_of
from vejleder_tui.oplog import Applying, Rows
from vejleder_tui.oplog.tables import references_of, table_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vejleder_tui.central.database import Postgres
    from vejleder_tui.oplog import Erasures

__all__ = ["AT_ONCE", "CREATE", "WRITE", "LostStagingError", "SetFold"]

AT_ONCE = 20_000
"""Operations that are taken with one set of statements."""

CREATE = "create:"
"""How `what` of a staged create begins that gives its row as it stands; the table's name follows."""

WRITE = "write"
"""`what` of any other staged write that the log can read and the erases leave alone."""

_RANGE = "device = ? AND seq BETWEEN ? AND ?"


class LostStagingError(Exception):
    """What was staged is not all there: the server was restarted, which empties an unlogged table. To be done again."""


class SetFold(Applying):
    """`Applying` on PostgreSQL that also takes runs of staged writes; ends with `finish` like it.

    `judged_under` are the erases that the staged marks were set under. `touched` hears of new rows by the set only where
    they are of tables that pseudonyms are kept of.
    """

    def __init__(
        self,
        centre: Postgres,
        roles: Mapping[str, str],
        *,
        judged_under: Erasures,
        touched: Callable[[Rows], None] | None = None,
    ) -> None:
        super().__init__(centre, roles, touched=touched)
        self._centre = centre
        self._holds = _covers(judged_under, self._erasures)
        # Statistics are those of before the bundle: a plan that reads a whole table would be made for a small one.
        for what in ("seqscan", "hashjoin", "mergejoin"):
            centre.execute(f"SET LOCAL enable_{what} = off")

    def known(self, count: int) -> int:
        """Return how many of the next `count` numbers of the path lie before or at one that is here."""
        path = self._path
        if path is None:
            return 0
        found = self._centre.execute(
            f"SELECT max(seq) FROM operation WHERE {_RANGE}", (path.device, path.seq + 1, path.seq + count)
        ).fetchone()[0]
        return 0 if found is None else int(found) - path.seq

    def staged(self, run: str, first: int, last: int) -> bool:
        """Take the staged writes at places `first` to `last`, the next ones of the path; False: none of them was taken.

        Raises LostStagingError.
        """
        path = self._path
        if path is None or path.need is not None or path.role is None or path.limit is not None or not self._holds:
            return False
        self._flush()
        low, high = path.seq + 1, path.seq + 1 + last - first
        if not self._nothing_here(run, first, last, low, high):
            return False
        place = (path.device, low, high)
        self._insert_staged(run, first, last, place)
        path.seq, path.hash = high, self._last_hash(place)
        self.done.applied += high - low + 1
        self.done.devices.add(path.device)
        counts: dict[str, int] = dict(
            self._centre.execute(
                f"SELECT table_name, count(*) FROM operation WHERE {_RANGE} GROUP BY table_name", place
            ).fetchall()
        )
        for table in table_order():
            if table in counts:
                self._fold_table(table, counts[table], run, first, last, place)
        return True

    def _nothing_here(self, run: str, first: int, last: int, low: int, high: int) -> bool:
        """Tell whether the chain goes on from one known operation, with none of these numbers, and no lie of their hashes."""
        path = self._path
        assert path is not None  # noqa: S101 - asked for by `staged`, which has looked
        before = self._centre.execute(
            f"SELECT seq, hash FROM operation WHERE {_RANGE} LIMIT 2", (path.device, low - 1, high)
        ).fetchall()
        if [tuple(row) for row in before] != ([(low - 1, path.hash)] if low > 1 else []):
            return False
        if self._centre.execute("SELECT 1 FROM held WHERE why = 'gap' LIMIT 1").fetchone() is None:
            return True
        lie = self._centre.execute(
            "SELECT 1 FROM central_staging s JOIN held h ON h.hash = s.hash AND h.why = 'gap'"
            " WHERE s.run = ? AND s.place BETWEEN ? AND ? LIMIT 1",
            (run, first, last),
        ).fetchone()
        return lie is None

    def _insert_staged(self, run: str, first: int, last: int, place: tuple[str, int, int]) -> None:
        count = self._centre.connection.execute(
            "INSERT INTO operation (device, seq, hash, txn, table_name, row, line)"
            " SELECT %s, first, hash, (said->>'txn')::bigint, said->>'table', said->>'row', content FROM"
            # OFFSET 0: read as JSON once, not once a column.
            " (SELECT first, hash, content, content::jsonb AS said FROM central_staging WHERE run = %s"
            " AND place BETWEEN %s AND %s AND first BETWEEN %s AND %s ORDER BY place OFFSET 0) staged",
            (place[0], run, first, last, *place[1:]),
        ).rowcount
        if count != last - first + 1:
            raise LostStagingError

    def _last_hash(self, place: tuple[str, int, int]) -> str:
        device, _low, high = place
        found = self._centre.execute("SELECT hash FROM operation WHERE device = ? AND seq = ?", (device, high))
        return str(found.fetchone()[0])

    def _fold_table(  # noqa: PLR0917 - one run, told in two ways
        self, table: str, count: int, run: str, first: int, last: int, place: tuple[str, int, int]
    ) -> None:
        """Fold the run's operations on one table, the plain ones by the server."""
        listed = self._touched is not None and table in linked_tables()
        done = self._centre.connection.execute(
            _insert_of(table) + (" RETURNING id" if listed else ""), (run, first, last, f"{CREATE}{table}")
        )
        if listed and self._touched is not None:
            self._touched(Rows(new={(table, str(row)) for (row,) in done.fetchall()}))
        todo = set()
        if done.rowcount < count:
            todo = _places(
                self._centre.execute(
                    f"SELECT DISTINCT o.table_name, o.row FROM operation o WHERE {_RANGE} AND o.table_name = ?"
                    f' AND NOT EXISTS (SELECT 1 FROM "{table}" t WHERE t.id = o.row AND t.leaves = o.hash)',
                    (*place, table),
                ).fetchall()
            )
        if self._centre.execute("SELECT 1 FROM held WHERE why = 'parent' LIMIT 1").fetchone() is not None:
            todo |= _places(
                self._centre.execute(
                    "SELECT DISTINCT w.table_name, w.row FROM (SELECT row FROM operation"
                    f" WHERE {_RANGE} AND table_name = ?) n JOIN held h ON h.need = ? || n.row AND h.why = 'parent'"
                    " JOIN operation w ON w.device = h.device AND w.seq = h.seq AND w.hash = h.hash",
                    (*place, table, f"{table}/"),
                ).fetchall()
            )
        self._settle(todo)


def _places(rows: list[Any]) -> set[tuple[str, str]]:
    return {(str(table), str(row)) for table, row in rows}


def _covers(judged: Erasures, now: Erasures) -> bool:
    """Tell whether nothing is erased now that was not when the staged writes were judged."""
    return (
        now.rows.keys() <= judged.rows.keys()
        and now.hints.keys() <= judged.hints.keys() | judged.rows.keys()
        and all(taken <= judged.fields.get(token, set()) for token, taken in now.fields.items())
    )


_CASTS = {Kind.INTEGER: "::bigint", Kind.BOOLEAN: "::boolean"}


@cache
def _insert_of(table: str) -> str:
    """Return the statement (psycopg's marks) that gives the plain rows of a table: of a run, two places, and a `what`."""
    cells = {name: f"{'key' if info.key else 'data'}->>'{name}'" for name, info in fields_of(table).items()}
    values = ", ".join(f"({cells[name]}){_CASTS.get(info.kind, '')}" for name, info in fields_of(table).items())
    parents = "".join(
        f' AND ({cells[name]} IS NULL OR EXISTS (SELECT 1 FROM "{parent}" WHERE id = {cells[name]}))'
        for name, parent, _of_key in references_of(table)
    )
    named = ", ".join(f'"{name}"' for name in ("id", "void", "leaves", *fields_of(table)))
    return (
        f'INSERT INTO "{table}" ({named}) SELECT row, false, hash, {values} FROM'
        " (SELECT hash, said->>'row' AS row, said->'key' AS key, said->'values' AS data FROM"
        " (SELECT hash, content::jsonb AS said FROM central_staging WHERE run = %s AND place BETWEEN %s AND %s"
        " AND what = %s OFFSET 0) parsed OFFSET 0) one"
        " WHERE (SELECT count(*) FROM (SELECT 1 FROM operation p WHERE p.row = one.row LIMIT 2) found) = 1" + parents
    )
