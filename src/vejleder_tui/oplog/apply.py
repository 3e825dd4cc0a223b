"""Operations of others taken in: set union by hash, in the caller's one transaction, whatever order they come in.

The caller has verified hashes, chains and signatures (bundle.verify). Here it is decided what can be folded, what waits
and why (docs/decisions/0008), and the rows that were touched are brought up to date. Memory does not grow with the bundle.
"""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.discard import claim
from vejleder_tui.oplog.erasure import ROW, Taken, row_token
from vejleder_tui.oplog.following import AT_ONCE, Applied, Following, drop_filled_runs
from vejleder_tui.oplog.form import judge
from vejleder_tui.oplog.lies import known_hashes, let_go_of_lies
from vejleder_tui.oplog.line import OperationLine
from vejleder_tui.oplog.places import GAP, need_of
from vejleder_tui.oplog.tables import earlier_rows, marks_of
from vejleder_tui.oplog.trust import REVOKED, ROLE, STRONG, UNKNOWN, Limit, asks_for_role, limit_of, revokes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vejleder_tui.oplog.settle import Place, Rows
    from vejleder_tui.oplog.tables import Database

__all__ = ["Applying"]

REFUSED = "refused"


@dataclass
class _Path:
    """The signed piece of a chain that is being taken in, and where it stands."""

    device: str
    key: str
    seq: int
    hash: str
    last: int
    end: str
    root: str
    signature: str
    need: str | None
    role: str | None
    limit: Limit | None
    waits_here: bool = False


@dataclass(slots=True)
class _New:
    """An operation as it came, judged."""

    seq: int
    hash: str
    previous: str
    line: str
    judged: OperationLine | str
    taken: Taken | None = None


class Applying(Following):
    """Takes in operations, path by path, inside the caller's transaction; ends with `finish`."""

    def __init__(
        self,
        database: Database,
        roles: Mapping[str, str],
        *,
        opened: Callable[[], AbstractContextManager[object]] = nullcontext,
        touched: Callable[[Rows], None] | None = None,
    ) -> None:
        super().__init__(database, roles, opened=opened, touched=touched)
        self._path: _Path | None = None
        self._new: list[_New] = []
        self._remnants: list[tuple[int, str, str, Taken]] = []

    def path(  # noqa: PLR0917 - as a cover of a bundle has them
        self, device: str, first: int, last: int, before: str, end: str, root: str, signature: str, public_key: str
    ) -> None:
        """Begin a piece of a device's chain that leads from the hash `before` number `first` to the signed `end`.

        Raises OtherKeyError when another key vouches for that device here and does not give way.
        """
        self._close()
        claim(self._database, device, public_key, self._roles, self.gives_way)
        self._path = _Path(
            device, public_key, first - 1, before, last, end, root, signature,
            need_of(self._database, device, first - 1, before),
            self._roles.get(public_key), limit_of(self._database, device, public_key, self._roles),
        )  # fmt: skip

    def operation(self, seq: int, hash_: str, line: str | bytes) -> None:
        """Take the next operation of the path."""
        path = self._at(seq)
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        self._new.append(_New(seq, hash_, path.hash, text, judge(text)))
        path.seq, path.hash = seq, hash_
        if len(self._new) >= AT_ONCE:
            self._flush()

    def absent(self, first: int, last: int, end: str, tree: str) -> None:
        """Step over a run that does not travel; `tree` is what its cover tells of it (bundle.tree)."""
        path = self._at(first)
        self._flush()
        with self._opened():
            self._database.execute(
                "INSERT INTO withheld (device, first, last, before, end_hash, tree, need) VALUES (?, ?, ?, ?, ?, ?, ?)"
                # Who carries it can lie about what is before a run: a place that is reached is worth more.
                " ON CONFLICT (device, first, end_hash) DO UPDATE SET last = excluded.last, before = excluded.before,"
                " tree = excluded.tree, need = NULL WHERE excluded.need IS NULL AND withheld.need IS NOT NULL",
                (path.device, first, last, path.hash, end, tree, path.need),
            )
        path.seq, path.hash = last, end
        self._perhaps_reached(path)

    def taken(self, seq: int, hash_: str, token: str, erase: str, kind: str) -> None:
        """Take what is left of an operation that an erase took elsewhere."""
        path = self._at(seq)
        self._remnants.append((seq, hash_, path.hash, Taken(token, erase, kind)))
        path.seq, path.hash = seq, hash_
        self._perhaps_reached(path)
        if len(self._remnants) >= AT_ONCE:
            self._flush()

    def _perhaps_reached(self, path: _Path) -> None:
        """Where nothing travels, nothing proves what the path began at: it may lead through a place that is reached."""
        if path.need is not None and need_of(self._database, path.device, path.seq, path.hash) is None:
            self._flush()
            path.need = None

    def finish(self) -> Applied:
        """End the last path, let everything go that waited for what came, and return what became of it all."""
        self._close()
        self.after()
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
                "INSERT INTO signed_head (device, seq, hash, root, signature, public_key) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (path.device, path.last, path.end, path.root, path.signature, path.key),
            )
            self._reach(path.device)
            if path.waits_here:
                self._reach_anew(path.device)
            drop_filled_runs(self._database, path.device)
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
        path.waits_here |= (
            self._database.execute(
                "SELECT 1 FROM held WHERE device = ? AND why = 'gap' AND seq BETWEEN ? AND ? LIMIT 1",
                (path.device, low, high),
            ).fetchone()
            is not None
        )
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
        if path.need is not None:
            known = known_hashes(self._database, [one for _seq, one, _before, _left in lost])
            lost = [one for one in lost if one[1] not in known]  # a hash has one place: that would be a lie
        if not lost:
            return
        self._database.executemany(
            "INSERT INTO operation (device, seq, hash, txn, table_name, row, line, previous, taken)"
            " VALUES (?, ?, ?, 0, '', ?, NULL, ?, ?)",
            [(path.device, seq, one, left.token, previous(seq, before), left.text) for seq, one, before, left in lost],
        )
        if path.need is not None:
            self._database.executemany(
                "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, 'gap', ?, ?, ?, '') ON CONFLICT DO NOTHING",
                [(one, path.need, path.device, seq) for seq, one, _before, _left in lost],
            )
        # What the relay says of rows is believed no further than oplog.remnants does.
        self._doubt |= any(
            left.kind == ROW and left.erase in self._erasures.in_force and left.token not in self._erasures.rows
            for _seq, _one, _before, left in lost
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
        let_go_of_lies(self._database, path.device, {one.hash: one.seq for one in fresh})
        ids = sorted({one.judged.row for one in fresh if isinstance(one.judged, OperationLine)})
        if self._erasures:
            self._take(fresh)
            # What was taken here before is no news.
            again = [one for one in fresh if one.taken is not None and (one.seq, one.hash) in here]
            self._say_anew(path, again)
            self.done.known += len(again)
            self.done.applied -= len(again)
            fresh = [one for one in fresh if one not in again]
        earlier = earlier_rows(database, ids)
        beyond = path.limit
        touched: dict[Place, None] = {}
        in_memory: dict[Place, dict[str, OperationLine]] = {}
        held: list[tuple[str, str, str, str, int, str]] = []
        for one in fresh:
            reasons = self._reasons(path, one, beyond)
            if (one.seq, one.hash) in here:
                reasons = [reason for reason in reasons if reason[0] != GAP]  # whether it is reached is known already
            where = one.judged.row if isinstance(one.judged, OperationLine) and one.taken is None else ""
            held.extend((one.hash, why, need, path.device, one.seq, where) for why, need in reasons)
            self._note(one, reasons)
            if (
                isinstance(said := one.judged, OperationLine)
                and one.taken is None
                and not reasons
                and said.kind != "erase"
            ):
                touched[said.table, said.row] = None
                if said.row not in earlier:
                    in_memory.setdefault((said.table, said.row), {})[one.hash] = said
        self._insert_lines(path, fresh, here, previous)
        if held:
            database.executemany(
                "INSERT INTO held (hash, why, need, device, seq, row) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                held,
            )
        self._settle(touched, in_memory)

    def _note(self, one: _New, reasons: list[tuple[str, str]]) -> None:
        """Take note of what an operation means for everything else."""
        if one.taken is not None:
            self.done.taken += 1
            return
        if reasons:
            self.done.held.update(why for why, _need in reasons)
        if isinstance(one.judged, OperationLine):
            if revokes(one.judged):
                self._revoked.add(one.judged.row)
            if one.judged.kind == "erase" and not reasons:
                self._erases.add(one.hash)

    def _insert_lines(
        self,
        path: _Path,
        fresh: list[_New],
        here: Mapping[tuple[int, str], bool],
        previous: Callable[[int, str], str | None],
    ) -> None:
        rows: list[tuple[object, ...]] = []
        for one in fresh:
            row = (*_columns(one), previous(one.seq, one.previous), one.taken.text if one.taken is not None else None)
            if (one.seq, one.hash) not in here:
                rows.append((path.device, one.seq, one.hash, *row))
            else:
                self._database.execute(
                    "UPDATE operation SET txn = ?, table_name = ?, row = ?, line = ?, previous = ?, taken = ?"
                    " WHERE device = ? AND seq = ? AND hash = ?",
                    (*row, path.device, one.seq, one.hash),
                )
        if rows:
            self._database.executemany(
                "INSERT INTO operation (device, seq, hash, txn, table_name, row, line, previous, taken)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def _take(self, fresh: list[_New]) -> None:
        """Let the erases in force take what they name; what only remnants speak of is looked at when everything is here."""
        for one in fresh:
            said = one.judged
            if not isinstance(said, OperationLine):
                one.taken = self._erasures.takes_unread(one.line)
                continue
            one.taken = self._erasures.takes(said)
            if one.taken is None:
                self._doubt |= bool(self._erasures.hints) and (
                    row_token(said.row) in self._erasures.hints or self._erasures.takes(said, by_hints=True) is not None
                )
            else:
                # Its row goes with a create, unless another one stands.
                self._doubt |= said.key is not None and one.taken.token not in self._erasures.rows

    def _say_anew(self, path: _Path, again: list[_New]) -> None:
        """Let what is left of operations say what their own lines say of them; a relay may have said otherwise."""
        self._database.executemany(
            "UPDATE operation SET row = ?, taken = ? WHERE device = ? AND seq = ? AND hash = ?",
            [
                (one.taken.token, one.taken.text, path.device, one.seq, one.hash)
                for one in again
                if one.taken is not None
            ],
        )

    def _reasons(self, path: _Path, one: _New, limit: Limit | None) -> list[tuple[str, str]]:
        reasons: list[tuple[str, str]] = [] if path.need is None else [(GAP, path.need)]
        if one.taken is not None:
            return reasons
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


def _columns(one: _New) -> tuple[int, str, str, str | None]:
    """Return transaction, table, row and line as the log keeps them: nothing of the row where an erase took it."""
    if one.taken is not None:
        return 0, "", one.taken.token, None
    if isinstance(one.judged, OperationLine):
        return one.judged.txn, one.judged.table, one.judged.row, one.line
    return 0, "", "", one.line
