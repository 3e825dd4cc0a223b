"""One file taken in: checked, staged, folded in one transaction, and noted; or set aside with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.refusal import BundleRefusedError
from vejleder_tui.bundle.verify import Verification, verify_open
from vejleder_tui.central import pseudonyms
from vejleder_tui.central.database import Postgres
from vejleder_tui.central.devices import note_device
from vejleder_tui.central.discarding import DISCARDED, lifted
from vejleder_tui.central.keys import believed, known_keys, roles
from vejleder_tui.central.set_fold import SetFold
from vejleder_tui.central.staging import Stage, apply_pieces, unstage
from vejleder_tui.clock import stamp
from vejleder_tui.i18n import _
from vejleder_tui.oplog import Applying, Erasures
from vejleder_tui.oplog.discard import GivesWay, OtherKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.bundle.reader import BundleReader
    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.identity import Identity
    from vejleder_tui.oplog import Rows

    Progress = Callable[[int, int], None]

__all__ = ["APPLIED", "BUSY", "QUARANTINED", "REPEATED", "Taking", "take_in"]

Item = TypeVar("Item")

APPLIED = "applied"
REPEATED = "repeated"
QUARANTINED = "quarantined"
BUSY = "busy"
"""Another process is at the same file."""

UNKNOWN = "unknown"
OTHER_KEY = "other_key"


@dataclass(slots=True)
class Taking:
    """What became of one file. `why` and `detail` are words for programs, `reason` a sentence for a person."""

    file: str
    state: str
    sha256: str = ""
    bundle_id: str = ""
    device: str = ""
    operations: int = 0
    applied: int = 0
    known: int = 0
    held: dict[str, int] = field(default_factory=dict)
    why: str = ""
    detail: str = ""
    reason: str = ""
    moved_to: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as `central ingest --json` prints it, one such object a file."""
        return {
            "file": self.file, "state": self.state, "sha256": self.sha256, "bundle_id": self.bundle_id,
            "operations": self.operations, "applied": self.applied, "known": self.known, "held": self.held,
            "refused": self.held.get("refused", 0), "why": self.why, "detail": self.detail, "errors":
            [self.reason] if self.reason else [], "moved_to": self.moved_to,
        }  # fmt: skip


def take_in(
    centre: Centre,
    identity: Identity,
    path: Path,
    sha256: str,
    *,
    now: datetime,
    progress: Progress | None = None,
) -> Taking:
    """Take in the file whose SHA-256 is given; what is here already stays as it is. The file itself is left alone.

    `progress(done, total)` counts operations twice, checked and folded. Raises what the database raises; whatever
    happens, the bundle is either wholly taken in or not at all.
    """
    intake = _Intake(
        centre, identity, path, now, Taking(path.name, BUSY, sha256), progress or (lambda _done, _total: None)
    )
    if not centre.claim(sha256):
        return intake.taking
    try:
        return intake.run()
    finally:
        centre.release(sha256)


@dataclass(slots=True)
class _Intake:
    """One file on its way in."""

    centre: Centre
    identity: Identity
    path: Path
    now: datetime
    taking: Taking
    progress: Progress

    def run(self) -> Taking:
        """Check the file, and take it in or set it aside."""
        if self._is_here():
            return self.taking
        stage = Stage(self.taking.sha256, Erasures.load(self.centre))
        try:
            return self._checked(stage)
        finally:
            if stage.staged and isinstance(self.centre, Postgres):
                unstage(self.centre, stage.run)

    def _checked(self, stage: Stage) -> Taking:
        taking = self.taking
        found, reader = self._verified(stage)
        if found.ok and found.sha256 != taking.sha256:
            taking.why, taking.reason = "changed", _("Filen blev ændret, mens den blev læst.")
            return taking
        if reader is None or not found.ok:
            taking.why, taking.detail = str(found.reason or "tampered"), found.detail
            taking.reason = " ".join(found.errors)
            return self._set_aside(None)
        header = reader.header
        taking.bundle_id, taking.device, taking.operations = header.bundle_id, header.exporter.device, header.operations
        if header.exporter.public_key not in roles(self.centre):
            taking.why = UNKNOWN
            taking.reason = _(
                "Pakken er fra {name}, som ikke kendes her endnu: vejleder central trust NØGLEFIL."
            ).format(name=header.exporter.name)
            return self._set_aside(header)
        try:
            return self._apply(reader, stage)
        except OtherKeyError as error:
            taking.why, taking.detail = OTHER_KEY, error.device
            taking.reason = _("Pakken har en anden nøgle for en computer, end den der kendes her.")
            if error.waits:
                taking.reason += " " + _("Det, der står, tros ikke: vejleder central discard {device}").format(
                    device=error.device
                )
        except BundleRefusedError as error:  # the file was exchanged between the two readings
            taking.why, taking.detail, taking.reason = str(error.reason), error.detail, str(error)
        return self._set_aside(header)

    def _verified(self, stage: Stage) -> tuple[Verification, BundleReader | None]:
        """Check the file; on PostgreSQL it is staged by the same reading, unless whose it is is not known here."""
        centre, keys = self.centre, _device_keys(self.centre)

        def progress(done: int, total: int) -> None:
            self.progress(done, 2 * total)

        reader = None
        try:
            with open_bundle(self.path, self.identity.identities, newest_schema=SCHEMA) as reader:
                if isinstance(centre, Postgres) and reader.header.exporter.public_key in roles(centre):
                    with stage.copying(centre) as heard:
                        return verify_open(reader, device_keys=keys, progress=progress, heard=heard), reader
                return verify_open(reader, device_keys=keys, progress=progress), reader
        except BundleRefusedError as error:
            return Verification(ok=False, errors=(str(error),), reason=error.reason, detail=error.detail), reader

    def _is_here(self) -> bool:
        """Tell whether the very same file was taken in before; then say so."""
        found = self.centre.execute(
            "SELECT bundle_id, device, operations, state, public_key FROM central_bundle WHERE sha256 = ?"
            " AND state IN (?, ?)",
            (self.taking.sha256, APPLIED, DISCARDED),
        ).fetchone()
        if found is None or (found[3] == DISCARDED and found[4] in roles(self.centre)):
            return False
        taking = self.taking
        taking.state, taking.bundle_id, taking.device = REPEATED, str(found[0]), str(found[1])
        taking.operations = taking.known = int(found[2])
        return True

    def _apply(self, reader: BundleReader, stage: Stage) -> Taking:
        centre = self.centre
        with centre.writing(_lanes(centre, reader.header)):
            if self._is_here():
                return self.taking
            self._fold(reader, stage)
            self._note_bundle(reader)
        self.taking.state = APPLIED
        return self.taking

    def _fold(self, reader: BundleReader, stage: Stage) -> None:
        centre, header = self.centre, reader.header
        head = _head_of(centre, header.exporter.device)
        gives_way = GivesWay({key.public_key for key in known_keys(centre, removed=True)}, lifted)

        def touched(rows: Rows) -> None:
            pseudonyms.note(centre, rows)

        if isinstance(centre, Postgres):
            by_sets = SetFold(centre, believed(centre), judged_under=stage.erasures, touched=touched)
            by_sets.gives_way = gives_way
            stage.apply(centre, by_sets, self._told(header.operations))
            applying: Applying = by_sets
        else:
            applying = Applying(centre, believed(centre), touched=touched)
            applying.gives_way = gives_way
            with open_bundle(self.path, self.identity.identities, manifest=reader.manifest) as again:
                apply_pieces(self._folded(stage.seen(again.pieces()), header.operations), applying)
        done = applying.finish()
        if done.erased:
            pseudonyms.forget(centre)
        self.taking.applied, self.taking.known, self.taking.held = done.applied, done.known, dict(done.held)
        note_device(centre, header, sha256=self.taking.sha256, latest=stage.latest, head=head, now=self.now)

    def _folded(self, pieces: Iterable[Item], total: int) -> Iterator[Item]:
        """Yield what is given, and tell how far it has come."""
        tell = self._told(total)
        for done, piece in enumerate(pieces, start=1):
            tell(done)
            yield piece

    def _told(self, total: int) -> Callable[[int], None]:
        """Return what tells now and then how many operations of `total` are folded."""
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            if done - told >= 500:
                told = done
                self.progress(total + min(done, total), 2 * total)

        return tell

    def _note_bundle(self, reader: BundleReader) -> None:
        taking, now = self.taking, stamp(self.now)
        _upsert(
            self.centre,
            sha256=taking.sha256, state=APPLIED, why=None, detail=None, file_name=taking.file,
            **_about(reader.header), applied=taking.applied, known=taking.known,
            header=reader.header_file.decode("utf-8"), manifest=reader.manifest_file.decode("ascii"),
            signature=reader.signature_file.decode("utf-8"), received_at=now, tried_at=now, applied_at=now,
        )  # fmt: skip

    def _set_aside(self, header: BundleHeader | None) -> Taking:
        taking, now = self.taking, stamp(self.now)
        with self.centre.writing():
            if self._is_here():  # another process was given the key meanwhile
                return taking
            _upsert(
                self.centre,
                sha256=taking.sha256, state=QUARANTINED, why=taking.why, detail=taking.detail, file_name=taking.file,
                **({"operations": 0} if header is None else _about(header)), applied=0, known=0, received_at=now,
                tried_at=now,
            )  # fmt: skip
        taking.state = QUARANTINED
        return taking


def _device_keys(centre: Centre) -> dict[str, str]:
    """Return the key of every device that is known: from cards, and, which weighs more, from what it signed here.

    What a key signed that nobody ever believed binds no device: that is settled when a bundle of it is folded.
    """
    cards = known_keys(centre, removed=True)
    remembered = {key.public_key for key in cards}
    keys = {key.device: key.public_key for key in cards}
    for device, key in centre.execute("SELECT DISTINCT device, public_key FROM signed_head").fetchall():
        if key in remembered:
            keys[str(device)] = str(key)
    return keys


def _lanes(centre: Centre, header: BundleHeader) -> set[str]:
    """Return the lanes that a bundle is folded in: the municipalities of the keys that wrote and signed.

    As their cards say, not as the file does. What nobody knows here waits, and has one lane of its own.
    """
    known = {key.public_key: key.municipality for key in known_keys(centre, removed=True)}
    signers = {header.exporter.public_key, *(cover.public_key for cover in header.covers)}
    # What another key signed under a device of the bundle may have to give way to it.
    signers.update(
        str(key)
        for device in {cover.device for cover in header.covers}
        for (key,) in centre.execute(
            "SELECT DISTINCT public_key FROM signed_head WHERE device = ?", (device,)
        ).fetchall()
    )
    return {known.get(key, "") for key in signers}


def _head_of(centre: Centre, device: str) -> int:
    found = centre.execute("SELECT max(seq) FROM operation WHERE device = ?", (device,)).fetchone()
    return int(found[0] or 0)


def _about(header: BundleHeader) -> dict[str, Any]:
    return {
        "bundle_id": header.bundle_id, "kind": header.kind, "created": header.created,
        "device": header.exporter.device, "public_key": header.exporter.public_key,
        "municipality": header.exporter.municipality, "operations": header.operations,
        "covers": json.dumps([[cover.device, cover.first, cover.last] for cover in header.covers]),
    }  # fmt: skip


def _upsert(centre: Centre, **fields: object) -> None:
    """Note a bundle; of one that was noted before, the moment it first came stays."""
    names = list(fields)
    kept = ", ".join(f"{name} = excluded.{name}" for name in names if name not in {"sha256", "received_at"})
    centre.execute(
        f"INSERT INTO central_bundle ({', '.join(names)}) VALUES ({', '.join('?' for _name in names)})"
        f" ON CONFLICT (sha256) DO UPDATE SET {kept}",
        tuple(fields.values()),
    )
