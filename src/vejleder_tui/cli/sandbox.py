"""`demo`: a sandbox of invented people, opened in the program, only created, or told as a story."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from vejleder_tui import __version__
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode, NotSavedError, RuleError, StoreError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from vejleder_tui.clock import Clock
    from vejleder_tui.demo.sizes import Size
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.store.slots import Cost

__all__ = ["register"]

PASSPHRASE = "demo"  # noqa: S105 - of the sandbox, which holds nobody's data
DEFAULT_SEED = 7
MARK = "sandkasse.json"
"""Beside a sandbox's store: size, seed and day, by which it is known as one and used again."""


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    demo = commands.add_parser("demo", parents=[common], help=_("prøv programmet med opdigtede borgere"))
    demo.add_argument("--size", default="small", metavar="SIZE", help=_("small, year, decade eller et antal fremmøder"))
    demo.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help=_("samme tal giver samme sandkasse"))
    demo.add_argument("--date", default="", metavar="DATE", help=_("sandkassens dag, ÅÅÅÅ-MM-DD; ellers i dag"))
    demo.add_argument(
        "--create", default="", metavar="DIR", help=_("opret kun registreringerne i mappen; adgangssætningen er demo")
    )
    demo.set_defaults(run=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from vejleder_tui.clock import local_date  # noqa: PLC0415

    day = _day(arguments.date) if arguments.date else local_date(arguments.clock.now())
    if arguments.create:
        return _create(arguments, day)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        from vejleder_tui.cli.story import tell  # noqa: PLC0415

        return tell(arguments, day)
    return _open(arguments, day)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RuleError(_("Datoen kan ikke læses."), _("Skriv fx 2026-11-24."), field="date") from error


def _create(arguments: argparse.Namespace, day: date) -> int:
    from vejleder_tui.demo.sizes import parse_size  # noqa: PLC0415
    from vejleder_tui.oplog import state_digest  # noqa: PLC0415
    from vejleder_tui.paths import StorePaths  # noqa: PLC0415

    size = parse_size(arguments.size)
    paths = StorePaths(Path(arguments.create))
    passphrase = os.environ.get("VEJLEDER_PASSPHRASE") or PASSPHRASE
    desk = _built(paths, size, arguments.seed, day, passphrase)
    try:
        found = state_digest(desk.store.connection)
        device, worker = desk.device, desk.actor.initials
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json(
            {
                "store": str(paths.folder), "size": size.name, "seed": arguments.seed, "date": day.isoformat(),
                "device": device, "worker": worker, "digest": found.digest, "operations": found.operations,
                "rows": found.rows,
            }
        )  # fmt: skip
        return int(ExitCode.DONE)
    say(_("Sandkassen er oprettet i {folder}.").format(folder=paths.folder))
    say(
        _("{courses} forløb, {citizens} borgere, {attendance} fremmøder; {rows} rækker og {operations} ændringer.").format(
            courses=found.rows["course"], citizens=found.rows["citizen"], attendance=found.rows["attendance"],
            rows=sum(found.rows.values()), operations=found.operations,
        )
    )  # fmt: skip
    if passphrase == PASSPHRASE:
        say(_("Adgangssætningen er: {passphrase}").format(passphrase=PASSPHRASE))
    else:
        say(_("Adgangssætningen er den, der står i VEJLEDER_PASSPHRASE."))
    say(_("Åbn den: vejleder --store {folder}").format(folder=paths.folder))
    return int(ExitCode.DONE)


def _open(arguments: argparse.Namespace, day: date) -> int:
    from vejleder_tui.cli.screen import open_sandbox  # noqa: PLC0415
    from vejleder_tui.clock import OffsetClock, as_utc  # noqa: PLC0415
    from vejleder_tui.demo.sizes import OPENS, parse_size  # noqa: PLC0415
    from vejleder_tui.paths import demo_store  # noqa: PLC0415

    paths, size = demo_store(), parse_size(arguments.size)
    if not _stands(paths, size.name, arguments.seed, day):
        from vejleder_tui.store.slots import Cost  # noqa: PLC0415

        # Its passphrase is no secret, so trying it need not be made slow: the sandbox opens a quarter second sooner.
        cost = Cost(memory_kib=8, iterations=1, lanes=1)
        _built(paths, size, arguments.seed, day, PASSPHRASE, cost=cost).store.close()
    clock: Clock = OffsetClock(as_utc(day, OPENS), arguments.clock)
    return open_sandbox(arguments, paths, PASSPHRASE, clock)


def _about(size: str, seed: int, day: date) -> dict[str, object]:
    return {"size": size, "seed": seed, "date": day.isoformat(), "version": __version__}


def _stands(paths: StorePaths, size: str, seed: int, day: date) -> bool:
    """Say whether this very sandbox is there already, whole, with what its user registered since."""
    from vejleder_tui.store.store import StoreStatus, store_status  # noqa: PLC0415

    try:
        marked = json.loads((paths.folder / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(marked == _about(size, seed, day)) and store_status(paths) is StoreStatus.PRESENT


def _mark(paths: StorePaths, about: dict[str, object]) -> None:
    mark = paths.folder / MARK
    mark.touch(mode=0o600)
    mark.write_text(json.dumps(about) + "\n", encoding="utf-8")


def _built(paths: StorePaths, size: Size, seed: int, day: date, passphrase: str, *, cost: Cost | None = None) -> Desk:
    """Build the sandbox, in place of an older one; a folder with anything else in it is refused."""
    from vejleder_tui.store.files import make_private_folder  # noqa: PLC0415

    _clear(paths)
    try:
        make_private_folder(paths.folder)
        # The mark stands first: a build cut short leaves a folder that is known as a sandbox, but not taken for whole.
        _mark(paths, {"unfinished": True})
    except OSError as error:
        raise NotSavedError(_("Der kan ikke skrives i mappen."), _("Vælg en anden mappe.")) from error
    progress = _progress(sys.stderr)
    from vejleder_tui.demo.build import build  # noqa: PLC0415 - takes a second, in which the line above can be read

    desk = build(paths, size=size, seed=seed, day=day, passphrase=passphrase, cost=cost, progress=progress)
    _mark(paths, _about(size.name, seed, day))
    return desk


def _clear(paths: StorePaths) -> None:
    """Take an older sandbox away: its own files and nothing else. Raises StoreError, BusyError."""
    from vejleder_tui.clock import SystemClock  # noqa: PLC0415
    from vejleder_tui.store.lock import StoreLock  # noqa: PLC0415

    folder = paths.folder
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).exists()):
        raise StoreError(_("Mappen er ikke tom, og den er ikke en sandkasse."), _("Vælg en ny mappe."))
    lock = StoreLock(paths.lock)
    lock.acquire(initials="", now=SystemClock().now())
    try:
        for file in (paths.database, paths.database.with_suffix(".new")):
            for end in ("-wal", "-shm", ""):
                file.with_name(file.name + end).unlink(missing_ok=True)
        paths.keys.unlink(missing_ok=True)
        for bundle in paths.outbox.glob("vejleder-*.tar.zst.age"):
            bundle.unlink(missing_ok=True)
    finally:
        lock.release()


def _progress(stream: TextIO) -> Callable[[int, int], None] | None:
    """Return what tells of the building on one line of a terminal, or nothing where nobody would see it move."""
    if not stream.isatty():
        return None

    stream.write(_("Bygger sandkassen …"))
    stream.flush()

    def tell(done: int, total: int) -> None:
        if done == total:
            stream.write("\r\x1b[K")
        elif done % 50 == 0:
            stream.write("\r" + _("Bygger sandkassen … {percent} %").format(percent=100 * done // total))
        stream.flush()

    return tell
