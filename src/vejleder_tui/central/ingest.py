"""`central ingest`: folders and files taken in, alone or with others, through whatever happens to server and processes."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vejleder_tui.central.database import is_of_database, is_of_values, is_passing, open_centre, opened, translated
from vejleder_tui.central.folders import Inbox, file_hash, inboxes, waiting
from vejleder_tui.central.identity import read_identity
from vejleder_tui.central.intake import APPLIED, BUSY, QUARANTINED, REPEATED, Taking, take_in
from vejleder_tui.central.keys import known_keys
from vejleder_tui.central.setup import require_ready
from vejleder_tui.central.staging import LostStagingError, sweep
from vejleder_tui.clock import SystemClock, stamp
from vejleder_tui.errors import StoreError, VejlederError
from vejleder_tui.i18n import _, language, set_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.identity import Identity
    from vejleder_tui.clock import Clock

    Progress = Callable[[str, int, int], None]

__all__ = ["KEPT_DAYS", "Plan", "ingest", "sweep_originals"]

KEPT_DAYS = 30
"""Days that an original is kept in `done`."""

FAILED = "failed"
"""The file itself cannot be read, or not be moved; it stays where it is and is tried again."""

_PATIENCE = 600.0
"""Seconds that a database that does not answer is waited for."""

_SETTLED = 2.0
"""Seconds that a file must have been left alone before `--watch` takes it: somebody may still be copying it in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be taken in, and how. `wait` is the number of seconds between two looks of `watch`."""

    url: str
    identity: Path
    targets: tuple[Path, ...]
    jobs: int = 1
    watch: bool = False
    wait: float = 2.0


@dataclass
class _Worker:
    """What one process works with: its connection, made again when it is lost."""

    url: str
    identity: Identity
    clock: Clock
    patience: float = _PATIENCE
    centre: Centre | None = field(default=None)
    progress: Progress | None = field(default=None)

    def progress_of(self, file: str) -> Callable[[int, int], None] | None:
        """Return what hears of one file's progress."""
        tell = self.progress
        return None if tell is None else lambda done, total: tell(file, done, total)

    def open(self) -> Centre:
        if self.centre is None:
            self.centre = open_centre(self.url)
            require_ready(self.centre)
        return self.centre

    def close(self) -> None:
        if self.centre is not None:
            centre, self.centre = self.centre, None
            try:
                centre.close()
            except Exception as error:
                if not is_passing(error):
                    raise

    def patiently(self, work: Callable[[Centre], Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        """Do work that is safe to do again, through restarts of the server and transactions that were in the way.

        Raises StoreError once the database has not answered for `patience` seconds.
        """
        pause, waited = 0.05, 0.0
        while True:
            try:
                return work(self.open())
            except LostStagingError:
                pass
            except Exception as error:
                if not is_passing(error):
                    if is_of_database(error):
                        raise translated(error) from error
                    raise
                self.close()
                if waited >= self.patience:
                    raise translated(error) from error
            time.sleep(pause)
            waited += pause
            pause = min(pause * 2, 5.0)


def ingest(
    plan: Plan,
    *,
    told: Callable[[Taking], None],
    clock: Clock | None = None,
    stop: Callable[[], bool] | None = None,
    progress: Progress | None = None,
) -> None:
    """Take in what waits, in quarantine too, and with `watch` whatever comes, until `stop` says so.

    `told` hears of every file as it is done; `progress(file, done, total)` of a large one meanwhile, with one job.
    Raises StoreError, NotFoundError; what was done stays done.
    """
    clock = clock or SystemClock()
    boxes = inboxes(plan.targets)
    worker = _Worker(plan.url, read_identity(plan.identity), clock, progress=progress)
    if not plan.watch:  # who waits at a terminal is told at once; a service may start before its server
        worker.centre = opened(plan.url)
        require_ready(worker.centre)
    gc.freeze()  # what is loaded by now stays: the collector need not look through it again with every batch
    try:
        with _Pool(plan) as pool:
            trusted: object = None
            while True:
                worker.patiently(sweep)
                worker.patiently(lambda centre: sweep_originals(centre, clock))
                known = worker.patiently(_trusted)
                # What waits in quarantine is tried again in every run, and in a long one when a key has come.
                again = known != trusted
                trusted = known
                for taking in pool(_due(boxes, plan, again=again), worker):
                    told(taking)
                if not plan.watch or (stop is not None and stop()):
                    return
                time.sleep(plan.wait)
    finally:
        worker.close()


def _trusted(centre: Centre) -> list[tuple[str, str]]:
    return [(key.public_key, key.role) for key in known_keys(centre)]


def _due(boxes: Sequence[Inbox], plan: Plan, *, again: bool) -> list[tuple[Inbox, Path]]:
    found: dict[Path, Inbox] = {}
    for box in boxes:
        settled = _SETTLED if plan.watch else 0.0
        paths = waiting(box, time.time(), settled) if plan.watch else list(box.files())
        found.update(dict.fromkeys(paths, box))
        if again:
            found.update(dict.fromkeys(box.quarantined(), box))
    return [(box, path) for path, box in found.items()]


def _one(worker: _Worker, box: Inbox, path: Path) -> Taking | None:
    """Take in one file and move it; None when somebody else has it, or had it."""
    taking = Taking(path.name, FAILED)
    try:
        sha256 = file_hash(path)
    except FileNotFoundError:
        return None
    except OSError:
        taking.why, taking.reason = "unreadable", _("Filen kan ikke læses. Den er ikke flyttet.")
        return taking
    try:
        taking = worker.patiently(
            lambda centre: take_in(
                centre, worker.identity, path, sha256, now=worker.clock.now(), progress=worker.progress_of(path.name)
            )
        )
        if taking.state == BUSY:
            return None if taking.why == "" else taking
        _move(worker, box, path, taking)
    except FileNotFoundError:
        return None
    except StoreError as error:
        if not is_of_values(error.__cause__):
            raise
        # The database refused something that this bundle holds. The others must not wait for it.
        taking.why, taking.detail, taking.reason = "database", str(getattr(error.__cause__, "sqlstate", "")), str(error)
    except OSError:
        # Nothing is lost: what was folded is noted under its hash, and the next run moves the file.
        taking.reason = _("Filen kan ikke flyttes. Den ligger, hvor den lå.")
        taking.detail = "not_moved"
    except VejlederError:
        raise
    except Exception as error:  # noqa: BLE001 - a fault of the program: the other files must not wait for this one
        taking.why, taking.detail = "unforeseen", type(error).__name__
        taking.reason = _("Uventet fejl ({name}). Filen er ikke flyttet.").format(name=type(error).__name__)
    return taking


def _move(worker: _Worker, box: Inbox, path: Path, taking: Taking) -> None:
    if taking.state == QUARANTINED:
        taking.moved_to = str(box.set_aside(path, taking.reason))
        return
    if taking.state not in {APPLIED, REPEATED}:
        return
    kept = box.keep(path)
    taking.moved_to = str(kept)
    until = stamp(worker.clock.now() + timedelta(days=KEPT_DAYS))
    worker.patiently(
        lambda centre: centre.execute(
            "INSERT INTO central_original (path, sha256, kept_until) VALUES (?, ?, ?) ON CONFLICT (path) DO UPDATE SET"
            " sha256 = excluded.sha256, kept_until = excluded.kept_until",
            (str(kept), taking.sha256, until),
        )
    )


def sweep_originals(centre: Centre, clock: Clock) -> int:
    """Delete the originals that have been kept for their time, and return how many; nothing that was not moved here."""
    due = centre.execute(
        "SELECT path, sha256 FROM central_original WHERE kept_until <= ?", (stamp(clock.now()),)
    ).fetchall()
    deleted = 0
    for name, sha256 in due:
        path = Path(name)
        try:
            if file_hash(path) == sha256:
                path.unlink()
                deleted += 1
        except FileNotFoundError:
            pass
        except OSError:
            continue
        centre.execute("DELETE FROM central_original WHERE path = ? AND sha256 = ?", (name, sha256))
    return deleted


# -- one process, or several -------------------------------------------------------------------------------------------


class _Pool:
    """Takes files in by this process, or by `jobs` others, which are begun once and replaced when one is killed."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._executor: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)

    def __call__(self, due: list[tuple[Inbox, Path]], worker: _Worker) -> Iterator[Taking]:
        if self._plan.jobs <= 1:
            for box, path in due:
                taking = _one(worker, box, path)
                if taking is not None:
                    yield taking
            return
        left = dict.fromkeys(due)
        broken = 0
        while left:
            executor = self._started()
            futures = {executor.submit(_in_process, box, path): (box, path) for box, path in left}
            try:
                for done in as_completed(futures):
                    taking = done.result()
                    left.pop(futures[done])
                    if taking is not None:
                        yield taking
            except BrokenProcessPool:
                self._executor = None
                broken += 1
                if broken > 20:
                    raise

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._plan.jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_begin_process,
                initargs=(self._plan.url, self._plan.identity, language()),
            )  # fmt: skip
        return self._executor


_mine: dict[str, _Worker] = {}


def _begin_process(url: str, identity: Path, spoken: str) -> None:
    set_language(spoken)
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was asked to stop tells the others
    _mine["worker"] = _Worker(url, read_identity(identity), SystemClock())


def _in_process(box: Inbox, path: Path) -> Taking | None:
    return _one(_mine["worker"], box, path)
