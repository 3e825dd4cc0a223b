"""Bundles out of this laptop: written, checked, handed over; and the history that tells it.

No models are imported here: the commands `export` and `verify` start with it.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.contents import contents_of
from vejleder_tui.bundle.cuts import earlier_of, kept_of
from vejleder_tui.bundle.export import export_bundle, own_keys
from vejleder_tui.bundle.slices import SignedHead, keep_ends
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.clock import local_date, stamp
from vejleder_tui.errors import NotFoundError, NotSavedError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.ids import IdSource
from vejleder_tui.queries.handover_words import contents_sentences
from vejleder_tui.queries.keys import device_keys, known_keys, recipients_in_force
from vejleder_tui.services.bookkeeping import bookkeeping
from vejleder_tui.services.identity import note_leaving
from vejleder_tui.store.files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from vejleder_tui.bundle.cuts import Earlier
    from vejleder_tui.bundle.export import Exported, Rows
    from vejleder_tui.bundle.verify import Verification
    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.queries.base import Reader
    from vejleder_tui.store.store import Store

__all__ = ["Bundle", "check_bundle", "described", "export", "hand_over", "verify_here"]


@dataclass(frozen=True)
class Bundle:
    """A bundle that stands on the disk and in the history. `first` and `last` are this laptop's own operations."""

    path: Path
    bundle_id: str
    operations: int
    first: int
    last: int
    recipients: int


@contextlib.contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make the last folder of the path if need be, and take it away again when the block fails."""
    made = False
    try:
        if not folder.is_dir() and folder.parent.is_dir():
            make_private_folder(folder)
            made = True
    except OSError as error:
        raise NotSavedError(
            _("Pakken er ikke skrevet: der kan ikke skrives i mappen."),
            _("Vælg en anden mappe, eller kontakt it-support."),
        ) from error
    try:
        yield
    except BaseException:
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def export(
    store: Store,
    *,
    clock: Clock,
    randomness: Randomness,
    folder: Path | None = None,
    recipients: Sequence[str] = (),
    everything: bool = False,
    again: str = "",
    course: str = "",
    first: date | None = None,
    last: date | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Bundle:
    """Write a bundle and enter it in the history.

    Into `folder`, else the store's own folder of bundles. Sealed for `recipients` (age), else for everyone known who is
    in force today, and always for this device. By default what they have not acknowledged; `again` is the id of a bundle
    of the history whose operations are written once more; `course` (id) or a period from `first` to `last`, both days
    included, takes the rows of that alone (bundle.selection). `progress(done, total)` may raise CancelledError. On any
    error neither file nor entry is left. Raises NoRecipientError, NotFoundError (nothing is in that slice), RuleError,
    NotSavedError, StoreError, BusyError, CancelledError.
    """
    target = folder or store.paths.outbox
    now = clock.now()
    reader = store.reader()
    try:
        given = recipients or [one.recipient for one in recipients_in_force(reader, local_date(now))]
        with _folder(target):
            exported = export_bundle(
                reader, target, recipients=given, bundle_id=IdSource(clock, randomness).new(), created=stamp(now),
                everything=everything, again=_earlier(reader, again) if again else None,
                rows=_rows(course, first, last), progress=progress, leaving=lambda header: note_leaving(store, header),
            )  # fmt: skip
            try:
                _enter(store, exported, now)
            except BaseException:
                with contextlib.suppress(OSError):
                    exported.written.path.unlink()
                raise
    finally:
        store.release(reader)
    written = exported.written
    return Bundle(
        written.path,
        written.bundle_id,
        written.operations,
        written.first,
        written.last,
        len(exported.header.recipients),
    )


def _rows(course: str, first: date | None, last: date | None) -> Rows | None:
    if not course and first is None and last is None:
        return None
    if first is not None and last is not None and last < first:
        raise RuleError(_("Slutdatoen ligger før startdatoen."), _("Ret en af de to datoer."), field="until")
    from vejleder_tui.bundle.selection import rows_of_course, rows_of_period  # noqa: PLC0415 - the model costs half a second

    if course:
        return lambda connection: rows_of_course(connection, course)
    days = [day.isoformat() if day else None for day in (first, last)]
    return lambda connection: rows_of_period(connection, *days)


def _earlier(reader: Reader, bundle_id: str) -> list[Earlier]:
    found = reader.execute("SELECT covers FROM bundle_history WHERE bundle_id = ?", (bundle_id,)).fetchone()
    if found is None:
        raise NotFoundError(_("Pakken står ikke i historikken."), _("Vælg en pakke på listen."))
    return [earlier_of(cover) for cover in json.loads(found[0])]


def _enter(store: Store, exported: Exported, now: datetime) -> None:
    written, header = exported.written, exported.header
    covers = [kept_of(cover) for cover in header.covers]
    ends = [
        SignedHead(one.device, one.last, one.end, one.root, one.signature, one.public_key, tree)
        for one, tree in zip(header.covers, exported.trees, strict=True)
    ]
    with bookkeeping(store) as connection:
        keep_ends(connection, ends)
        connection.execute(
            "INSERT INTO bundle_history (bundle_id, direction, file_name, folder, sha256, created_at, first, last,"
            " operations, covers, recipients, status) VALUES (?, 'out', ?, ?, ?, ?, ?, ?, ?, ?, ?, 'written')",
            (
                written.bundle_id, written.path.name, _as_text(written.path.parent.resolve()), written.sha256, stamp(now),
                written.first, written.last, written.operations, json.dumps(covers), json.dumps(header.recipients),
            ),
        )  # fmt: skip


def _as_text(folder: Path) -> str:
    """Return a folder's name as text: one that is no UTF-8 is told as well as may be."""
    return os.fsencode(folder).decode("utf-8", "replace")


def verify_here(reader: Reader, path: Path, *, progress: Callable[[int, int], None] | None = None) -> Verification:
    """Check a bundle with this device's own key and what is known here of other devices; nothing is noted.

    A bad file is an answer, not an error. Raises NotFoundError when there is no such file.
    """
    own = own_keys(reader)
    senders = {one.public_key for one in known_keys(reader, "sender")}
    return verify_bundle(
        path, [own.identity], lambda key: key == own.card.public_key or key in senders,
        device_keys=device_keys(reader), newest_schema=SCHEMA, progress=progress,
    )  # fmt: skip


def check_bundle(
    store: Store, path: Path, *, clock: Clock, progress: Callable[[int, int], None] | None = None
) -> Verification:
    """Check a bundle as `verify_here` does; one of the history that holds together is noted as checked."""
    reader = store.reader()
    try:
        found = verify_here(reader, path, progress=progress)
    finally:
        store.release(reader)
    if found.ok:
        with bookkeeping(store) as connection:
            connection.execute(
                "UPDATE bundle_history SET verified_at = ? WHERE bundle_id = ? AND sha256 = ?",
                (stamp(clock.now()), found.bundle_id, found.sha256),
            )
    return found


def described(store: Store, path: Path, *, progress: Callable[[int, int], None] | None = None) -> list[str]:
    """Return what is in a bundle, a sentence each; raises RefusedError, NotFoundError, and what `progress` raises."""
    reader = store.reader()
    try:
        identity, known = own_keys(reader).identity, device_keys(reader)
    finally:
        store.release(reader)
    return contents_sentences(contents_of(path, [identity], known, progress=progress))


def hand_over(store: Store, bundle_id: str, *, clock: Clock) -> None:
    """Note that a bundle was handed over; one that is received already stays so. Raises NotFoundError."""
    with bookkeeping(store) as connection:
        found = connection.execute("SELECT status FROM bundle_history WHERE bundle_id = ?", (bundle_id,)).fetchone()
        if found is None:
            raise NotFoundError(_("Pakken står ikke i historikken."), _("Vælg en pakke på listen."))
        status = "handed" if found[0] == "written" else found[0]
        connection.execute(
            "UPDATE bundle_history SET handed_at = ?, status = ? WHERE bundle_id = ?",
            (stamp(clock.now()), status, bundle_id),
        )
