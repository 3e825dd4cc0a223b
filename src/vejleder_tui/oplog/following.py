"""What follows from operations that came, or from keys that are trusted anew: what waited is let go, rows are settled."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vejleder_tui.oplog.enforce import enforce, orphaned, take_line
from vejleder_tui.oplog.erasure import Erasures
from vejleder_tui.oplog.line import GENESIS, OperationLine
from vejleder_tui.oplog.places import GAP, need_of, outstanding
from vejleder_tui.oplog.remnants import follow_remnants
from vejleder_tui.oplog.settle import Place, Rows, settle_rows
from vejleder_tui.oplog.tables import marks_of
from vejleder_tui.oplog.trust import ROLE, STRONG, UNKNOWN, asks_for_role, devices_of, key_of, limit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from vejleder_tui.oplog.discard import GivesWay
    from vejleder_tui.oplog.tables import Database

__all__ = ["AT_ONCE", "Applied", "Following", "drop_filled_runs", "retrust", "woken"]

AT_ONCE = 2_000
"""Operations that are held in memory before they are written."""


@dataclass
class Applied:
    """What became of what was taken in.

    `applied`: operations that were not here before; `known`: that were; `taken`: that an erase took as they came.
    `held`: new operations by why they wait (by the operation's own reasons). `rows`: what the tables show of it,
    unless somebody was told as it came.
    `erased`: erases that came into force; `devices`: whose operations were new.
    """

    applied: int = 0
    known: int = 0
    taken: int = 0
    held: Counter[str] = field(default_factory=Counter)
    rows: Rows = field(default_factory=Rows)
    erased: list[str] = field(default_factory=list)
    devices: set[str] = field(default_factory=set)


class Following:
    """Keeps up to date what depends on the whole set: what waits, what counts, what was erased; in the caller's transaction.

    `roles` are the trusted public keys with their roles, this device's own among them. `opened` gives the context in which
    replicated rows may be written (the store's door). `touched` is told of every row that came, changed or went.
    `gives_way` says what goes when a trusted key signs for a device that an unknown one wrote under; without it, nothing.
    """

    gives_way: GivesWay | None = None

    def __init__(
        self,
        database: Database,
        roles: Mapping[str, str],
        *,
        opened: Callable[[], AbstractContextManager[object]] = nullcontext,
        touched: Callable[[Rows], None] | None = None,
    ) -> None:
        self._database = database
        self._roles = roles
        self._opened = opened
        self._touched = touched
        self._erasures = Erasures.load(database)
        self._erases: set[str] = set()
        self._doubt = False
        self._revoked: set[str] = set()
        self._released: list[str] = []
        self.done = Applied()

    def _settle(
        self, places: Iterable[Place], fresh: Mapping[Place, Mapping[str, OperationLine]] | None = None
    ) -> None:
        """Bring rows up to date, and whatever waited for a row that came or stood on one that went."""
        todo = set(places)
        while todo:
            rows = settle_rows(self._database, todo, self._erasures, fresh)
            if self._touched is None:
                self.done.rows.add(rows)
            else:  # somebody hears of them as they come, so that memory does not grow with them
                self._touched(rows)
            fresh = None
            todo = woken(self._database, rows.new) | orphaned(self._database, rows.gone)

    def _reach(self, device: str) -> None:
        """Let go what waited for places of a device that are reached now."""
        moved = True
        while moved:
            moved = False
            for need in outstanding(self._database, device):
                _device, seq, hash_ = need.split(" ")
                now = need_of(self._database, device, int(seq), hash_)
                if now == need:
                    continue
                moved = True
                if now is None:
                    self._release(GAP, need)
                    self._database.execute("UPDATE withheld SET need = NULL WHERE need = ?", (need,))
                else:
                    self._database.execute("UPDATE held SET need = ? WHERE why = 'gap' AND need = ?", (now, need))
                    self._database.execute("UPDATE withheld SET need = ? WHERE need = ?", (now, need))

    def _reach_anew(self, device: str) -> None:
        """Reckon from the place just before each operation what it waits for.

        Who carried it first may have lied about where its path begins; a later path tells the truth.
        """
        rows = self._database.execute(
            "SELECT h.hash, h.seq, h.need, h.row, COALESCE(o.previous, (SELECT b.hash FROM operation b WHERE b.device = h.device"
            " AND b.seq = h.seq - 1 LIMIT 1)) FROM held h JOIN operation o ON o.device = h.device AND o.seq = h.seq"
            " AND o.hash = h.hash WHERE h.device = ? AND h.why = 'gap' ORDER BY h.seq",
            (device,),
        ).fetchall()
        reached: list[tuple[str, str, int, str]] = []
        for one, seq, need, row, before in rows:
            now = need_of(self._database, device, int(seq) - 1, str(before or GENESIS))
            if now is None:
                self._database.execute("DELETE FROM held WHERE hash = ? AND why = 'gap'", (one,))
                reached.append((str(one), device, int(seq), str(row)))
            elif now != need:
                self._database.execute("UPDATE held SET need = ? WHERE hash = ? AND why = 'gap'", (now, one))
        self._free(reached)

    def _release(self, why: str, need: str) -> None:
        """Take one reason away from all operations that wait for it, and bring their rows up to date."""
        while True:
            found = self._database.execute(
                "SELECT hash, device, seq, row FROM held WHERE why = ? AND need = ? ORDER BY device, seq LIMIT ?",
                (why, need, AT_ONCE),
            ).fetchall()
            if not found:
                return
            self._database.executemany(
                "DELETE FROM held WHERE hash = ? AND why = ? AND need = ?", [(row[0], why, need) for row in found]
            )
            self._free([(str(row[0]), str(row[1]), int(row[2]), str(row[3])) for row in found])

    def _free(self, found: list[tuple[str, str, int, str]]) -> None:
        places: set[Place] = set()
        for one, device, seq, row in found:
            if not row:
                continue
            line = self._database.execute(
                "SELECT line, table_name FROM operation WHERE device = ? AND seq = ? AND hash = ?", (device, seq, one)
            ).fetchone()
            if line is None or line[0] is None:
                continue
            if line[1] == "erasure":
                if not _is_held(self._database, one):
                    self._erases.add(one)
            else:
                places.add((str(line[1]), row))
                if line[1] == "device" and "revoked_" in line[0]:
                    self._revoked.add(row)
        self._settle(places)

    def after(self) -> None:
        """Reckon what depends on everything that came; the last step of a transaction."""
        with self._opened():
            if self._released:
                places = {
                    (str(table), str(row))
                    for table, row in self._database.execute(
                        f"SELECT DISTINCT table_name, row FROM operation WHERE row IN ({marks_of(len(self._released))})",
                        self._released,
                    ).fetchall()
                    if table
                }
                self._settle(places)
            self._limits()
            while self._erases:
                erases, self._erases = self._erases, set()
                self._settle(enforce(self._database, erases, self._erasures, take_line))
                self.done.erased.extend(sorted(erases))
                self._doubt = False
            if self._doubt:
                self._doubt = False
                self._settle(follow_remnants(self._database, self._erasures, take_line))

    def _limits(self) -> None:
        """Reckon anew what counts of devices whose revocation, or whose revoked chain, changed."""
        keys = {key for device in self._revoked if (key := key_of(self._database, device)) is not None}
        self._revoked = set()
        for key in sorted(keys):
            for device in devices_of(self._database, key):
                self._limit(device, key)

    def _limit(self, device: str, key: str) -> None:
        limit = limit_of(self._database, device, key, self._roles)
        beyond = set() if limit is None else limit.beyond(self._database, device) or set()
        held = {
            str(one)
            for (one,) in self._database.execute(
                "SELECT hash FROM held WHERE device = ? AND why = 'revoked'", (device,)
            ).fetchall()
        }
        freed = [(one, seq, row) for one, seq, row in _of_device(self._database, device) if one in held - beyond]
        shut = [(one, seq, row) for one, seq, row in _of_device(self._database, device) if one in beyond - held]
        self._database.executemany(
            "DELETE FROM held WHERE hash = ? AND why = 'revoked'", [(one,) for one, _seq, _row in freed]
        )
        self._database.executemany(
            "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, 'revoked', ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(one, key, device, seq, row) for one, seq, row in shut],
        )
        self._free([(one, device, seq, row) for one, seq, row in (*freed, *shut)])

    def trust(self) -> None:
        """Let go what waited for keys that are trusted by now, and hold what came from keys that no longer are."""
        devices = self._database.execute("SELECT DISTINCT device, public_key FROM signed_head").fetchall()
        with self._opened():
            for device, key in devices:
                role = self._roles.get(key)
                if role is None:
                    self._hold_all(str(device), str(key))
                    continue
                self._release(UNKNOWN, str(key))
                if role in STRONG:
                    self._release(ROLE, str(key))
                else:
                    self._hold_by_role(str(device), str(key))
            self._revoked.update(str(device) for device, _key in devices)

    def _hold_by_role(self, device: str, key: str) -> None:
        """Hold what asks for a role that the key has not, when it was let go of as unknown just now."""
        found = self._database.execute(
            "SELECT hash, seq, row, line FROM operation WHERE device = ? AND (table_name = 'erasure' OR"
            " (table_name = 'device' AND line LIKE '%revoked_%'))",
            (device,),
        ).fetchall()
        # What only names a revocation as seen, such as taking the device's row away, asks for no role.
        found = [(one, seq, row) for one, seq, row, line in found if asks_for_role(OperationLine.decode(line))]
        for one, seq, row in found:
            self._erases.discard(str(one))
            self._database.execute(
                "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, 'role', ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (one, key, device, seq, row),
            )
        self._free([(str(one), device, int(seq), str(row)) for one, seq, row in found if row])

    def _hold_all(self, device: str, key: str) -> None:
        found = _of_device(self._database, device)
        held = {
            str(one)
            for (one,) in self._database.execute(
                "SELECT hash FROM held WHERE device = ? AND why = 'unknown'", (device,)
            ).fetchall()
        }
        fresh = [(one, seq, row) for one, seq, row in found if one not in held]
        self._database.executemany(
            "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, 'unknown', ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(one, key, device, seq, row) for one, seq, row in fresh],
        )
        self._free([(one, device, seq, row) for one, seq, row in fresh])


def retrust(
    database: Database,
    roles: Mapping[str, str],
    *,
    opened: Callable[[], AbstractContextManager[object]] = nullcontext,
    touched: Callable[[Rows], None] | None = None,
) -> Applied:
    """Reckon anew what counts after keys were trusted or no longer are, in the caller's transaction."""
    following = Following(database, roles, opened=opened, touched=touched)
    following.trust()
    following.after()
    return following.done


def _of_device(database: Database, device: str) -> list[tuple[str, int, str]]:
    rows = database.execute(
        "SELECT hash, seq, row FROM operation WHERE device = ? AND line IS NOT NULL ORDER BY seq", (device,)
    ).fetchall()
    return [(str(one), int(seq), str(row)) for one, seq, row in rows]


def _is_held(database: Database, hash_: str) -> bool:
    return database.execute("SELECT 1 FROM held WHERE hash = ?", (hash_,)).fetchone() is not None


def woken(database: Database, new: Iterable[Place]) -> set[Place]:
    """Return the rows that waited for a row that is there now."""
    needs = sorted(f"{table}/{row}" for table, row in new)
    if not needs or database.execute("SELECT 1 FROM held WHERE why = 'parent' LIMIT 1").fetchone() is None:
        return set()
    found: set[Place] = set()
    for start in range(0, len(needs), 400):
        some = needs[start : start + 400]
        rows = database.execute(
            "SELECT DISTINCT o.table_name, o.row FROM held h JOIN operation o ON o.device = h.device AND o.seq = h.seq"
            f" AND o.hash = h.hash WHERE h.why = 'parent' AND h.need IN ({marks_of(len(some))})",
            some,
        ).fetchall()
        found.update((str(table), str(row)) for table, row in rows)
    return found


def drop_filled_runs(database: Database, device: str) -> None:
    """Forget the withheld runs whose operations are all here by now."""
    runs = database.execute("SELECT first, last, end_hash FROM withheld WHERE device = ?", (device,)).fetchall()
    for first, last, end in runs:
        there = database.execute(
            "SELECT count(DISTINCT seq) FROM operation WHERE device = ? AND seq BETWEEN ? AND ?", (device, first, last)
        ).fetchone()[0]
        at_end = database.execute(
            "SELECT 1 FROM operation WHERE device = ? AND seq = ? AND hash = ?", (device, last, end)
        ).fetchone()
        if int(there) == int(last) - int(first) + 1 and at_end is not None:
            database.execute(
                "DELETE FROM withheld WHERE device = ? AND first = ? AND end_hash = ?", (device, first, end)
            )
