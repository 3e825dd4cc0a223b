"""Other laptops' bundles taken in: looked through first with nothing changed, then all of them in one transaction.

A merge writes no operations: it is the union of what both have, and the fold of the rows touched. Reading the same file
again changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.chain import Absent, Line, Started, Taken
from vejleder_tui.bundle.clocks import WRONG_CLOCK, is_behind
from vejleder_tui.bundle.export import own_keys
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.refusal import tampered
from vejleder_tui.clock import stamp
from vejleder_tui.codes.attendance import use_own_kinds
from vejleder_tui.errors import RefusedError
from vejleder_tui.i18n import _
from vejleder_tui.oplog.apply import Applying
from vejleder_tui.oplog.discard import GivesWay, OtherKeyError, lifted_in_sqlite
from vejleder_tui.queries.attendance_codes import own_attendance_kinds
from vejleder_tui.queries.held import Missing, device_name, missing_ranges, parted
from vejleder_tui.queries.keys import remembered_keys, roles
from vejleder_tui.queries.merge_plan import TOUCHED, Touches, contested_rows, touches
from vejleder_tui.queries.trust import is_stale
from vejleder_tui.services.derived import Derived
from vejleder_tui.services.erasing import finish_erase
from vejleder_tui.services.handover import verify_here
from vejleder_tui.services.identity import Why, take_new_identity
from vejleder_tui.services.keyring import WaitingCard, waiting_cards
from vejleder_tui.services.merge_traces import enter, leave_notices
from vejleder_tui.services.trusting import note_rows, reckon_anew
from vejleder_tui.store.forgetting import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.bundle.slices import Connection
    from vejleder_tui.oplog.following import Applied
    from vejleder_tui.oplog.settle import Rows
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.services.desk import Desk

    Progress = Callable[[int, int], None]

__all__ = [
    "CheckedFile",
    "CheckedFiles",
    "ClockWarning",
    "ForkFound",
    "MergePlan",
    "Merged",
    "Outcome",
    "check_files",
    "copy_is_alive",
    "look",
    "merge",
]

_AT = re.compile(rb'"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')


@dataclass(frozen=True)
class CheckedFile:
    """A bundle that was found whole and rightly signed. `signer_known`: whether its exporter is trusted here."""

    path: Path
    header: BundleHeader
    manifest: str
    sha256: str
    signer_known: bool


@dataclass(frozen=True)
class ClockWarning:
    """A device whose clock was wrong by more than a day: the moment it showed (UTC, its own word).

    Ahead of this laptop's, the latest that it wrote; or behind what it had seen when it made a file, that of the file.
    """

    device: str
    name: str
    at: str


@dataclass(frozen=True)
class ForkFound:
    """A number at which a device's chain goes on in two ways: two copies of one store were written in."""

    device: str
    name: str
    seq: int


@dataclass(frozen=True)
class Outcome:
    """What taking files in does, or did.

    `applied`, `known`: operations that were new, that were here; `held`: new ones that wait, by why; `refused`: those that
    no program can read; `opened`, `closed`: rows that laptops came to disagree on, or no longer do; `missing`, `waiting`:
    all that is missing, and all keys that wait, afterwards.
    """

    applied: int = 0
    known: int = 0
    held: dict[str, int] = field(default_factory=dict)
    opened: int = 0
    closed: int = 0
    conflicts: int = 0
    missing: tuple[Missing, ...] = ()
    waiting: tuple[WaitingCard, ...] = ()
    forks: tuple[ForkFound, ...] = ()
    clocks: tuple[ClockWarning, ...] = ()
    erased: int = 0
    new_identity: bool = False

    @property
    def refused(self) -> int:
        """How many operations no program can read."""
        return self.held.get("refused", 0)

    @property
    def waits(self) -> int:
        """How many new operations wait for something."""
        return sum(count for why, count in self.held.items() if why != "refused")


@dataclass(frozen=True)
class MergePlan:
    """What taking `files` in would do, found out by doing it in a transaction that was not kept."""

    files: tuple[CheckedFile, ...]
    outcome: Outcome
    touches: Touches


@dataclass(frozen=True)
class Merged:
    """What was taken in."""

    files: tuple[CheckedFile, ...]
    outcome: Outcome


class _Undone(Exception):  # noqa: N818 - no fault: how a trial ends
    """Raised at the end of a trial, so that its transaction is undone."""


@dataclass(frozen=True)
class CheckedFiles:
    """Files that were found whole and rightly signed: bundles, each once, and the paths of receipts."""

    bundles: tuple[CheckedFile, ...]
    receipts: tuple[Path, ...]


def check_files(reader: Reader, paths: Sequence[Path], *, progress: Progress | None = None) -> CheckedFiles:
    """Verify every file with the store untouched; one bad file refuses them all.

    Raises RefusedError (its message names the file when there are several), NotFoundError, and what `progress` raises.
    """
    bundles: dict[str, CheckedFile] = {}
    receipts: dict[str, Path] = {}
    for place, path in enumerate(paths):
        seen = verify_here(reader, path, progress=_part(progress, place, len(paths)))
        if not seen.ok or seen.header is None:
            name = f"{path.name}: " if len(paths) > 1 else ""
            raise RefusedError(name + " ".join(seen.errors))
        if seen.header.kind == "receipt":
            receipts.setdefault(seen.manifest, path)
        else:
            found = CheckedFile(path, seen.header, seen.manifest, seen.sha256, bool(seen.signer_known))
            bundles.setdefault(seen.manifest, found)
    return CheckedFiles(tuple(bundles.values()), tuple(receipts.values()))


def _part(progress: Progress | None, place: int, count: int) -> Progress | None:
    """Return the progress of one part of `count` equal ones."""
    if progress is None:
        return None

    def told(done: int, total: int) -> None:
        share = min(1000, 1000 * done // total) if total else 1000
        progress(1000 * place + share, 1000 * count)

    return told


def look(desk: Desk, files: Sequence[CheckedFile], *, progress: Progress | None = None) -> MergePlan:
    """Return exactly what `merge` would do: it is done, looked at, and undone.

    `progress(done, total)` may raise CancelledError. Raises as `merge` does.
    """
    kept: list[tuple[Outcome, Touches]] = []
    store = desk.store
    before = store.reader()
    try:
        store.connection.execute(f"DROP TABLE IF EXISTS {TOUCHED}")
        store.connection.execute(
            f"CREATE TABLE {TOUCHED} (table_name TEXT, row TEXT, what TEXT, PRIMARY KEY (table_name, row)) WITHOUT ROWID"
        )
        with store.transaction() as connection:
            outcome = _take_in(desk, connection, files, lambda rows: _note_touched(connection, rows), progress)[0]
            kept.append((outcome, touches(before, connection)))
            raise _Undone  # noqa: TRY301 - how a transaction is left without being kept
    except _Undone:
        ((outcome, changed),) = kept
        return MergePlan(tuple(files), outcome, changed)
    finally:
        store.connection.execute(f"DROP TABLE IF EXISTS {TOUCHED}")
        store.release(before)


def _note_touched(connection: Connection, rows: Rows) -> None:
    for what, places in (("new", rows.new), ("changed", rows.changed), ("gone", rows.gone)):
        for table, row in sorted(places):
            connection.execute(
                f"INSERT INTO {TOUCHED} (table_name, row, what) VALUES (?, ?, ?) ON CONFLICT (table_name, row) DO UPDATE"
                " SET what = CASE WHEN what = 'new' AND excluded.what = 'gone' THEN 'passed'"
                " WHEN what = 'new' THEN 'new' WHEN what = 'passed' THEN excluded.what"
                " WHEN what = 'gone' AND excluded.what = 'new' THEN 'changed' ELSE excluded.what END",
                (table, row, what),
            )


def merge(desk: Desk, files: Sequence[CheckedFile], *, progress: Progress | None = None) -> Merged:
    """Take checked files in, all in one transaction, and return what became of them.

    Each is read once more, and nothing is kept unless it is still the one that was checked. `progress(done, total)` may
    raise CancelledError. Raises RefusedError (a file is another by now), NotSavedError, BusyError, StoreError.
    """
    store, now, device = desk.store, desk.clock.now(), desk.device
    try:
        with store.transaction() as connection:
            renewed = copy_is_alive(connection, device, files)
            if renewed:
                # Before anything comes in: what the other copy wrote under the old number is not ours to go on from.
                take_new_identity(desk, Why.MET)
            derived = Derived(store.connection)
            outcome, done = _take_in(desk, connection, files, lambda rows: note_rows(derived, rows), progress)
            if done.erased:
                tidy(store.connection)
            derived.bring_up_to_date()
            outcome = replace(outcome, new_identity=renewed)
            for one in files:
                enter(connection, one, outcome, now)
            leave_notices(connection, outcome, now)
    except BaseException:
        desk.device = device
        raise
    use_own_kinds(own_attendance_kinds(store.connection))
    finish_erase(store, clock=desk.clock, randomness=desk.ids.randomness)
    return Merged(tuple(files), outcome)


def _take_in(
    desk: Desk,
    connection: Connection,
    files: Sequence[CheckedFile],
    touched: Callable[[Rows], None],
    progress: Progress | None,
) -> tuple[Outcome, Applied]:
    before, another = contested_rows(connection), copy_is_alive(connection, desk.device, files)
    parted_before = _forks(connection, files)
    if is_stale(connection):
        reckon_anew(desk, connection, touched=touched)
    taking = _Taking(files, desk, progress)
    applying = Applying(desk.store.connection, roles(connection), opened=desk.door.opened, touched=touched)
    applying.gives_way = GivesWay(remembered_keys(connection), lifted_in_sqlite, desk.door.opened)
    for one in files:
        taking.feed(applying, one)
    done = applying.finish()
    wrong = taking.ahead | {
        one.header.exporter.device: one.header.created
        for one in files
        if one.header.exporter.device not in taking.ahead
        and is_behind(connection, one.header, desk.clock.now(), taking.ahead)
    }
    after = contested_rows(connection)
    outcome = Outcome(
        applied=done.applied,
        known=done.known,
        held=dict(sorted(done.held.items())),
        opened=len(after - before),
        closed=len(before - after),
        conflicts=len(after),
        missing=tuple(missing_ranges(connection)),
        waiting=tuple(waiting_cards(connection)),
        forks=tuple(sorted(_forks(connection, files) - parted_before, key=lambda fork: (fork.device, fork.seq))),
        clocks=tuple(ClockWarning(device, device_name(connection, device), at) for device, at in sorted(wrong.items())),
        erased=len(done.erased) + done.taken,
        new_identity=another,
    )
    return outcome, done


def copy_is_alive(connection: Reader, device: str, files: Sequence[CheckedFile]) -> bool:
    """Return whether a file tells, under this laptop's own number and signed with its key, of what was not written here."""
    return any(
        connection.execute(
            "SELECT 1 FROM operation WHERE device = ? AND seq = ? AND hash = ?", (device, cover.last, cover.end)
        ).fetchone()
        is None
        for one in files
        for cover in one.header.covers
        if cover.device == device
    )


def _forks(connection: Connection, files: Sequence[CheckedFile]) -> set[ForkFound]:
    return {
        ForkFound(cover.device, device_name(connection, cover.device), seq)
        for one in files
        for cover in one.header.covers
        for seq in parted(connection, cover.device, cover.first, cover.last)
    }


class _Taking:
    """The second reading of the files: piece by piece to the log, telling how far it is, and whose clock is wrong."""

    def __init__(self, files: Sequence[CheckedFile], desk: Desk, progress: Progress | None) -> None:
        self._total = sum(one.header.operations for one in files)
        self._done = 0
        self._progress = progress
        self._identity = own_keys(desk.store.connection).identity
        self._latest = stamp(desk.clock.now() + WRONG_CLOCK).rstrip("Z")
        self.ahead: dict[str, str] = {}

    def feed(self, applying: Applying, one: CheckedFile) -> None:
        """Take one file in; raises a refusal when it is not the one that was checked."""
        if one.header.created.rstrip("Z") > self._latest:
            self._note(one.header.exporter.device, one.header.created)
        with open_bundle(one.path, [self._identity], newest_schema=SCHEMA, manifest=one.manifest) as reader:
            try:
                for piece in reader.pieces():
                    self._piece(applying, piece)
            except OtherKeyError as error:
                if error.waits:
                    raise RefusedError(
                        _("Pakken er underskrevet med en anden nøgle end det, der venter her under samme nummer."),
                        _("Tro den rigtige nøgle (l), eller kassér det, der venter (d), og indlæs pakken igen."),
                    ) from error
                raise tampered("cover") from error
            except ValueError as error:  # the file holds together in itself only
                raise tampered("cover") from error

    def _piece(self, applying: Applying, piece: object) -> None:
        match piece:
            case Line(device=device, seq=seq, hash=hash_, line=line):
                applying.operation(seq, hash_, line)
                found = _AT.search(line)
                if found is not None and (at := found[1].decode()) > self._latest:
                    self._note(device, f"{at}Z")
                self._done += 1
                if self._progress is not None and self._done % 500 == 0:
                    self._progress(self._done, self._total)
            case Started(cover=cover):
                applying.path(*cover.path)
            case Absent(first=first, last=last, end=end, tree=tree):
                applying.absent(first, last, end, tree)
            case Taken(seq=seq, hash=hash_, token=token, erase=erase, kind=kind):
                applying.taken(seq, hash_, token, erase, kind)

    def _note(self, device: str, at: str) -> None:
        self.ahead[device] = max(at, self.ahead.get(device, ""))
