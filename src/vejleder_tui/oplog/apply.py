"""Operations of others taken in: set union by hash, in the caller's one transaction, whatever order they come in.

The caller has verified hashes, chains and signatures (bundle.verify). Here it is decided what can be folded, what waits
and why (docs/decisions/0008), and the rows that were touched are brought up to date. Memory does not grow with the bundle.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vejleder_tui.oplog.enforce import enforce, orphaned, take_line
from vejleder_tui.oplog.erasure import HINT, ROW, Erasures, Taken, row_token
from vejleder_tui.oplog.form import judge
from vejleder_tui.oplog.line import OperationLine
from vejleder_tui.oplog.places import GAP, need_of, outstanding
from vejleder_tui.oplog.settle import Place, Rows, settle_rows
from vejleder_tui.oplog.tables import marks_of
from vejleder_tui.oplog.trust import REVOKED, ROLE, STRONG, UNKNOWN, Limit, asks_for_role, key_of, limit_of, revokes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from vejleder_tui.oplog.tables import Database

__all__ = ["Applied", "Applying", "retrust"]

REFUSED = "refused"

_AT_ONCE = 2_000
"""Operations that are held in memory before they are written."""


@dataclass
class Applied:
    """What became of what was taken in.

    `applied`: operations that were not here before; `known`: that were; `taken`: that an erase took as they came.
    `held`: new operations by why they wait (by the operation's own reasons). `rows`: what the tables show of it.
    `erased`: erases that came into force; `devices`: whose operations were new.
    """

    applied: int = 0
    known: int = 0
    taken: int = 0
    held: Counter[str] = field(default_factory=Counter)
    rows: Rows = field(default_factory=Rows)
    erased: list[str] = field(default_factory=list)
    devices: set[str] = field(default_factory=set)


@dataclass
class _Path:
    """The signed piece of a chain that is being taken in, and where it stands."""

    device: str
    key: str
    seq: int
    hash: str
    last: int
    end: str
    signature: str
    need: str | None
    role: str | None
    limit: Limit | None


@dataclass
class _New:
    """An operation as it came, judged."""

    seq: int
    hash: str
    previous: str
    line: str
    judged: OperationLine | str
    taken: Taken | None = None


class Applying:
    """Takes in operations, path by path, inside the caller's transaction; ends with `finish`.

    `roles` are the trusted public keys with their roles, this device's own among them. `opened` gives the context in which
    replicated rows may be written (the store's door). `touched` is told of every row that came, changed or went.
    """

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
        self._path: _Path | None = None
        self._new: list[_New] = []
        self._remnants: list[tuple[int, str, str, Taken]] = []
        self._erases: set[str] = set()
        self._revoked: set[str] = set()
        self._released: list[str] = []
        self.done = Applied()

    def path(  # noqa: PLR0917 - as a cover of a bundle has them
        self, device: str, first: int, last: int, before: str, end: str, signature: str, public_key: str
    ) -> None:
        """Begin a piece of a device's chain that leads from the hash `before` number `first` to the signed `end`.

        Raises ValueError when another key vouches for that device here.
        """
        self._close()
        known = key_of(self._database, device)
        if known is not None and known != public_key:
            raise ValueError(f"{device}: another key")
        self._path = _Path(
            device, public_key, first - 1, before, last, end, signature,
            need_of(self._database, device, first - 1, before),
            self._roles.get(public_key), limit_of(self._database, device, public_key, self._roles),
        )  # fmt: skip

    def operation(self, seq: int, hash_: str, line: str | bytes) -> None:
        """Take the next operation of the path."""
        path = self._at(seq)
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        self._new.append(_New(seq, hash_, path.hash, text, judge(text)))
        path.seq, path.hash = seq, hash_
        if len(self._new) >= _AT_ONCE:
            self._flush()

    def absent(self, first: int, last: int, end: str) -> None:
        """Step over a run that does not travel."""
        path = self._at(first)
        self._flush()
        with self._opened():
            self._database.execute(
                "INSERT INTO withheld (device, first, last, before, end_hash, need) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (path.device, first, last, path.hash, end, path.need),
            )
        path.seq, path.hash = last, end

    def taken(self, seq: int, hash_: str, token: str, erase: str, kind: str) -> None:
        """Take what is left of an operation that an erase took elsewhere."""
        path = self._at(seq)
        self._remnants.append((seq, hash_, path.hash, Taken(token, erase, kind)))
        path.seq, path.hash = seq, hash_
        if len(self._remnants) >= _AT_ONCE:
            self._flush()

    def finish(self) -> Applied:
        """End the last path, let everything go that waited for what came, and return what became of it all."""
        self._close()
        self._after()
        return self.done

    def _at(self, seq: int) -> _Path:
        path = self._path
        if path is None or path.seq + 1 != seq:
            raise ValueError("not the next of a path")
        return path

    def _close(self) -> None:
        path = self._path
        if path is None:
            return
        self._flush()
        if (path.seq, path.hash) != (path.last, path.end):
            raise ValueError("the path does not lead to its end")
        with self._opened():
            self._database.execute(
                "INSERT INTO signed_head (device, seq, hash, signature, public_key) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (path.device, path.last, path.end, path.signature, path.key),
            )
            self._reach(path.device)
            _drop_filled_runs(self._database, path.device)
        self._path = None

    # -- one flush -----------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        path = self._path
        if path is None or not (self._new or self._remnants):
            return
        new, remnants, self._new, self._remnants = self._new, self._remnants, [], []
        with self._opened():
            self._write(path, new, remnants)

    def _write(self, path: _Path, new: list[_New], remnants: list[tuple[int, str, str, Taken]]) -> None:
        low = min([*(one.seq for one in new), *(one[0] for one in remnants)])
        high = max([*(one.seq for one in new), *(one[0] for one in remnants)])
        here: dict[tuple[int, str], bool] = {}
        numbers: Counter[int] = Counter()
        for seq, one, line in self._database.execute(
            "SELECT seq, hash, line IS NOT NULL FROM operation WHERE device = ? AND seq BETWEEN ? AND ?",
            (path.device, low - 1, high),
        ).fetchall():
            here[int(seq), str(one)] = bool(line)
            numbers[int(seq)] += 1
        fresh = [one for one in new if not here.get((one.seq, one.hash))]
        lost = [one for one in remnants if (one[0], one[1]) not in here]
        self.done.known += len(new) + len(remnants) - len(fresh) - len(lost)
        if not fresh and not lost:
            return
        self.done.applied += len(fresh) + len(lost)
        self.done.devices.add(path.device)
        for one in fresh:
            numbers[one.seq] += (one.seq, one.hash) not in here
        numbers.update(one[0] for one in lost)
        places = {*here, *((one.seq, one.hash) for one in fresh), *((one[0], one[1]) for one in lost)}

        def previous(seq: int, hash_: str) -> str | None:
            plain = seq == 1 or (numbers[seq - 1] == 1 and (seq - 1, hash_) in places)
            return None if plain else hash_

        self._part(path.device, numbers, here)
        self._insert_remnants(path, lost, previous)
        self._insert(path, fresh, here, previous)

    def _part(
        self,
        device: str,
        numbers: Mapping[int, int],
        here: Mapping[tuple[int, str], bool],
    ) -> None:
        """Where a number has several operations from now on, say of those after it which one they build on."""
        for seq, one in here:
            if numbers[seq] > 1:
                self._database.execute(
                    "UPDATE operation SET previous = ? WHERE device = ? AND seq = ? AND previous IS NULL"
                    " AND (SELECT count(*) FROM operation p WHERE p.device = ? AND p.seq = ?) = 1",
                    (one, device, seq + 1, device, seq),
                )

    def _insert_remnants(
        self,
        path: _Path,
        lost: list[tuple[int, str, str, Taken]],
        previous: Callable[[int, str], str | None],
    ) -> None:
        if not lost:
            return
        self._database.executemany(
            "INSERT INTO operation (device, seq, hash, txn, table_name, row, line, previous, taken)"
            " VALUES (?, ?, ?, 0, '', ?, NULL, ?, ?)",
            [(path.device, seq, one, left.token, previous(seq, before), left.text) for seq, one, before, left in lost],
        )
        # What the relay says of rows is believed only of rows that nothing here speaks for.
        {str(erase) for (erase,) in self._database.execute("SELECT DISTINCT erase FROM erased").fetchall()}
        for _seq, _one, _before, left in lost:
            if left.kind == ROW and left.token not in self._erasures.rows:
                self._erasures.add(left.token, left.erase, HINT)
                self._database.execute(
                    "INSERT INTO erased (token, erase, kind) VALUES (?, ?, 'hint') ON CONFLICT DO NOTHING",
                    (left.token, left.erase),
                )
        self._released.extend(self._waiting_for([one for _seq, one, _before, _left in lost]))

    def _waiting_for(self, hashes: list[str]) -> list[str]:
        rows = self._database.execute(
            f"SELECT DISTINCT row FROM held WHERE why = 'named' AND need IN ({marks_of(len(hashes))})", hashes
        ).fetchall()
        return [str(row) for (row,) in rows]

    def _insert(
        self,
        path: _Path,
        fresh: list[_New],
        here: Mapping[tuple[int, str], bool],
        previous: Callable[[int, str], str | None],
    ) -> None:
        if not fresh:
            return
        database = self._database
        ids = sorted({one.judged.row for one in fresh if isinstance(one.judged, OperationLine)})
        if self._erasures:
            self._take(fresh, ids)
        earlier = _earlier(database, ids)
        beyond = path.limit
        rows: list[tuple[object, ...]] = []
        held: list[tuple[str, str, str, str, int, str]] = []
        in_memory: dict[Place, dict[str, OperationLine]] = {}
        touched: dict[Place, None] = {}
        for one in fresh:
            said = one.judged
            row: tuple[object, ...]
            if one.taken is not None:
                self.done.taken += 1
                row = (0, "", one.taken.token, None, previous(one.seq, one.previous), one.taken.text)
            elif isinstance(said, OperationLine):
                row = (said.txn, said.table, said.row, one.line, previous(one.seq, one.previous), None)
            else:
                row = (0, "", "", one.line, previous(one.seq, one.previous), None)
            if here.get((one.seq, one.hash)) is None:
                rows.append((path.device, one.seq, one.hash, *row))
            else:
                database.execute(
                    "UPDATE operation SET txn = ?, table_name = ?, row = ?, line = ?, previous = ?, taken = ?"
                    " WHERE device = ? AND seq = ? AND hash = ?",
                    (*row, path.device, one.seq, one.hash),
                )
            if one.taken is not None:
                continue
            reasons = self._reasons(path, one, beyond)
            where = said.row if isinstance(said, OperationLine) else ""
            held.extend((one.hash, why, need, path.device, one.seq, where) for why, need in reasons)
            self.done.held.update(why for why, _need in reasons)
            if isinstance(said, OperationLine):
                if revokes(said):
                    self._revoked.add(said.row)
                if said.kind == "erase":
                    if not reasons:
                        self._erases.add(one.hash)
                else:
                    place = (said.table, said.row)
                    if not reasons:
                        touched[place] = None
                        if said.row not in earlier:
                            in_memory.setdefault(place, {})[one.hash] = said
        if rows:
            database.executemany(
                "INSERT INTO operation (device, seq, hash, txn, table_name, row, line, previous, taken)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
        if held:
            database.executemany(
                "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                held,
            )
        self._settle(touched, in_memory)

    def _take(self, fresh: list[_New], ids: list[str]) -> None:
        """Let the erases in force take what they name; a row whose create names an erased one goes with it."""
        standing = _standing(self._database, ids)
        standing |= {
            said.row
            for one in fresh
            if isinstance(said := one.judged, OperationLine)
            and said.key is not None
            and self._erasures.takes(said, stands=True) is None
        }
        for one in fresh:
            said = one.judged
            if not isinstance(said, OperationLine):
                one.taken = self._erasures.takes_unread(one.line)
                continue
            if said.kind == "erase":
                continue
            one.taken = self._erasures.takes(said, stands=said.row in standing)
            if one.taken is not None and one.taken.kind == ROW and said.key is not None:
                token = row_token(said.row)
                if token not in self._erasures.rows and token not in self._erasures.hints:
                    self._erasures.add(token, one.taken.erase, HINT)
                    self._database.execute(
                        "INSERT INTO erased (token, erase, kind) VALUES (?, ?, 'hint') ON CONFLICT DO NOTHING",
                        (token, one.taken.erase),
                    )
                    self._late_row(said.row, one.taken)

    def _late_row(self, row: str, taken: Taken) -> None:
        """Take what came earlier of a row whose create is only now known to name an erased person."""
        if row in _standing(self._database, [row]):
            return
        found = self._database.execute(
            "SELECT hash FROM operation WHERE row = ? AND line IS NOT NULL", (row,)
        ).fetchall()
        for (one,) in found:
            take_line(self._database, str(one), row, Taken(row_token(row), taken.erase, ROW))

    def _reasons(self, path: _Path, one: _New, limit: Limit | None) -> list[tuple[str, str]]:
        reasons: list[tuple[str, str]] = []
        if path.need is not None:
            reasons.append((GAP, path.need))
        if path.role is None:
            reasons.append((UNKNOWN, path.key))
        if limit is not None and one.seq > limit.seq:
            reasons.append((REVOKED, path.key))
        elif limit is not None:
            self._revoked.add(path.device)  # its forks are looked through when everything is here
        if isinstance(one.judged, str):
            reasons.append((REFUSED, one.judged))
        elif asks_for_role(one.judged) and path.role is not None and path.role not in STRONG:
            reasons.append((ROLE, path.key))
        return reasons

    # -- what follows from what came -----------------------------------------------------------------------------------

    def _settle(
        self, places: Iterable[Place], fresh: Mapping[Place, Mapping[str, OperationLine]] | None = None
    ) -> None:
        """Bring rows up to date, and whatever waited for a row that came or stood on one that went."""
        todo = set(places)
        while todo:
            rows = settle_rows(self._database, todo, self._erasures, fresh)
            self.done.rows.add(rows)
            if self._touched is not None:
                self._touched(rows)
            fresh = None
            todo = _woken(self._database, rows.new) | orphaned(self._database, rows.gone)

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

    def _release(self, why: str, need: str) -> None:
        """Take one reason away from all operations that wait for it, and bring their rows up to date."""
        while True:
            found = self._database.execute(
                "SELECT hash, device, seq, row FROM held WHERE why = ? AND need = ? ORDER BY device, seq LIMIT ?",
                (why, need, _AT_ONCE),
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

    def _after(self) -> None:
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

    def _limits(self) -> None:
        """Reckon anew what counts of devices whose revocation, or whose revoked chain, changed."""
        keys = {key for device in self._revoked if (key := key_of(self._database, device)) is not None}
        self._revoked = set()
        for key in sorted(keys):
            devices = self._database.execute(
                "SELECT DISTINCT device FROM signed_head WHERE public_key = ?", (key,)
            ).fetchall()
            for (device,) in devices:
                self._limit(str(device), key)

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
            "SELECT hash, seq, row FROM operation WHERE device = ? AND (table_name = 'erasure' OR"
            " (table_name = 'device' AND line LIKE '%revoked_%'))",
            (device,),
        ).fetchall()
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
    applying = Applying(database, roles, opened=opened, touched=touched)
    applying.trust()
    return applying.finish()


def _of_device(database: Database, device: str) -> list[tuple[str, int, str]]:
    rows = database.execute(
        "SELECT hash, seq, row FROM operation WHERE device = ? AND line IS NOT NULL ORDER BY seq", (device,)
    ).fetchall()
    return [(str(one), int(seq), str(row)) for one, seq, row in rows]


def _is_held(database: Database, hash_: str) -> bool:
    return database.execute("SELECT 1 FROM held WHERE hash = ?", (hash_,)).fetchone() is not None


def _earlier(database: Database, ids: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), 400):
        some = ids[start : start + 400]
        rows = database.execute(f"SELECT DISTINCT row FROM operation WHERE row IN ({marks_of(len(some))})", some)
        found.update(str(row) for (row,) in rows.fetchall())
    return found


def _standing(database: Database, ids: list[str]) -> set[str]:
    """Return the rows of `ids` whose create is here with its line, and may be folded."""
    found: set[str] = set()
    for start in range(0, len(ids), 400):
        some = ids[start : start + 400]
        rows = database.execute(
            f"SELECT row FROM operation WHERE row IN ({marks_of(len(some))}) AND line LIKE '%\"key\":{{%'"
            " AND hash NOT IN (SELECT hash FROM held WHERE why NOT IN ('create', 'named', 'parent'))",
            some,
        )
        found.update(str(row) for (row,) in rows.fetchall())
    return found


def _woken(database: Database, new: Iterable[Place]) -> set[Place]:
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


def _drop_filled_runs(database: Database, device: str) -> None:
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
