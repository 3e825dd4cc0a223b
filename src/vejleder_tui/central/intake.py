"""One file taken in: checked, staged, folded in one transaction, and noted; or set aside with the reason."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.refusal import BundleRefusedError
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.central import pseudonyms
from vejleder_tui.central.keys import known_keys, own_key, roles
from vejleder_tui.central.staging import Stage, apply_pieces, unstage
from vejleder_tui.clock import from_stamp, stamp
from vejleder_tui.i18n import _
from vejleder_tui.oplog import Applied, Applying

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader
    from vejleder_tui.bundle.reader import BundleReader
    from vejleder_tui.bundle.verify import Verification
    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.identity import Identity

__all__ = ["APPLIED", "BUSY", "QUARANTINED", "REPEATED", "Taking", "take_in"]

APPLIED = "applied"
REPEATED = "repeated"
QUARANTINED = "quarantined"
BUSY = "busy"
"""Another process is at the same file."""

UNKNOWN = "unknown"
OTHER_KEY = "other_key"
_A_DAY = timedelta(days=1)


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


def take_in(centre: Centre, identity: Identity, path: Path, sha256: str, now: datetime) -> Taking:
    """Take in the file whose SHA-256 is given; what is here already stays as it is. The file itself is left alone.

    Raises what the database raises; whatever happens, the bundle is either wholly taken in or not at all.
    """
    taking = Taking(path.name, BUSY, sha256)
    if not centre.claim(sha256):
        return taking
    try:
        return _taken_in(centre, identity, path, taking, now)
    finally:
        centre.release(sha256)


def _taken_in(centre: Centre, identity: Identity, path: Path, taking: Taking, now: datetime) -> Taking:
    before = _standing(centre, taking.sha256)
    if before is not None:
        return _repeated(taking, before)
    found = verify_bundle(path, identity.identities, device_keys=_device_keys(centre), newest_schema=SCHEMA)
    if found.ok and found.sha256 != taking.sha256:
        taking.why, taking.reason = "changed", _("Filen blev ændret, mens den blev læst.")
        taking.state = BUSY
        return taking
    if not found.ok or found.header is None:
        taking.why, taking.detail = str(found.reason or "tampered"), found.detail
        taking.reason = " ".join(found.errors)
        return _quarantined(centre, taking, found, now)
    header = found.header
    taking.bundle_id, taking.device, taking.operations = header.bundle_id, header.exporter.device, header.operations
    if header.exporter.public_key not in roles(centre):
        taking.why = UNKNOWN
        taking.reason = _("Pakken er fra {name}, som ikke kendes her endnu: vejleder central trust NØGLEFIL.").format(
            name=header.exporter.name
        )
        return _quarantined(centre, taking, found, now)
    try:
        return _applied(centre, identity, path, taking, found, now)
    except _OtherKeyError:
        taking.why = OTHER_KEY
        taking.reason = _("Pakken har en anden nøgle for en computer, end den der kendes her.")
    except BundleRefusedError as error:  # the file was exchanged between the two readings
        taking.why, taking.detail, taking.reason = str(error.reason), error.detail, str(error)
    return _quarantined(centre, taking, found, now)


class _OtherKeyError(Exception):
    """A device in the bundle is known here under another key."""


def _standing(centre: Centre, sha256: str) -> tuple[Any, ...] | None:
    found = centre.execute(
        "SELECT bundle_id, device, operations FROM central_bundle WHERE sha256 = ? AND state = 'applied'", (sha256,)
    ).fetchone()
    return None if found is None else tuple(found)


def _repeated(taking: Taking, before: tuple[Any, ...]) -> Taking:
    taking.state = REPEATED
    taking.bundle_id, taking.device, taking.operations = str(before[0]), str(before[1]), int(before[2])
    taking.known = taking.operations
    return taking


def _device_keys(centre: Centre) -> dict[str, str]:
    """Return the key of every device that is known: from cards, and, which weighs more, from what it signed here."""
    keys = {key.device: key.public_key for key in known_keys(centre, removed=True)}
    keys.update(centre.execute("SELECT DISTINCT device, public_key FROM signed_head").fetchall())
    return keys


def _applied(
    centre: Centre, identity: Identity, path: Path, taking: Taking, found: Verification, now: datetime
) -> Taking:
    assert found.header is not None
    stage = Stage(taking.sha256)
    with open_bundle(path, identity.identities, manifest=found.manifest) as reader:
        if centre.kind != "sqlite":
            stage.copy(centre, reader.pieces())
        try:
            with centre.writing(_lanes(centre, found.header)):
                before = _standing(centre, taking.sha256)
                if before is not None:
                    return _repeated(taking, before)
                _fold(centre, reader, stage, taking, found.header, now)
                _note_bundle(centre, taking, reader, now)
        finally:
            if centre.kind != "sqlite":
                unstage(centre, stage.run)
    taking.state = APPLIED
    return taking


def _lanes(centre: Centre, header: BundleHeader) -> set[str]:
    """Return the lanes that a bundle is folded in: the municipalities of the keys that wrote and signed.

    As their cards say, not as the file does. What nobody knows here waits, and has one lane of its own.
    """
    known = {key.public_key: key.municipality for key in known_keys(centre, removed=True)}
    signers = {header.exporter.public_key, *(cover.public_key for cover in header.covers)}
    return {known.get(key, "") for key in signers}


def _fold(
    centre: Centre, reader: BundleReader, stage: Stage, taking: Taking, header: BundleHeader, now: datetime
) -> None:
    trusted: Mapping[str, str] = roles(centre)
    own = own_key(centre)
    if own is not None:
        trusted = {**trusted, own: "administration"}
    head = _head_of(centre, header.exporter.device)
    applying = Applying(centre, trusted, touched=lambda rows: pseudonyms.note(centre, rows))
    try:
        if centre.kind == "sqlite":
            apply_pieces(stage.seen(reader.pieces()), applying)
        else:
            stage.apply(centre, applying)
    except ValueError as error:
        if "another key" in str(error):
            raise _OtherKeyError from error
        raise
    done: Applied = applying.finish()
    if done.erased:
        pseudonyms.forget(centre)
    taking.applied, taking.known, taking.held = done.applied, done.known, dict(done.held)
    _note_device(centre, header, stage, head, now, taking.sha256)


def _head_of(centre: Centre, device: str) -> int:
    found = centre.execute("SELECT max(seq) FROM operation WHERE device = ?", (device,)).fetchone()
    return int(found[0] or 0)


def _note_bundle(centre: Centre, taking: Taking, reader: BundleReader, now: datetime) -> None:
    header = reader.header
    _upsert(
        centre,
        sha256=taking.sha256, state=APPLIED, why=None, detail=None, file_name=taking.file,
        **_about(header), applied=taking.applied, known=taking.known,
        header=header.to_json().decode("utf-8"), manifest=reader.manifest_file.decode("ascii"),
        signature=reader.signature_file.decode("utf-8"), received_at=stamp(now), tried_at=stamp(now),
        applied_at=stamp(now),
    )  # fmt: skip


def _quarantined(centre: Centre, taking: Taking, found: Verification, now: datetime) -> Taking:
    taking.state = QUARANTINED
    about = _about(found.header) if found.header is not None and found.ok else {"operations": 0}
    with centre.writing():
        _upsert(
            centre,
            sha256=taking.sha256, state=QUARANTINED, why=taking.why, detail=taking.detail, file_name=taking.file,
            **about, applied=0, known=0, received_at=stamp(now), tried_at=stamp(now),
        )  # fmt: skip
    return taking


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


def _note_device(centre: Centre, header: BundleHeader, stage: Stage, head: int, now: datetime, sha256: str) -> None:
    """Note that a device was heard of, and whether its clock is wrong by more than a day."""
    device = header.exporter.device
    before = centre.execute("SELECT last_created FROM central_device WHERE device = ?", (device,)).fetchone()
    newest = max([cover.last for cover in header.covers if cover.device == device], default=0)
    told = max(header.created, stage.latest.decode("ascii")[:19] + "Z" if stage.latest else "")
    if told > stamp(now + _A_DAY):
        _note_clock(centre, device, "ahead", now, told, sha256)
    elif before is not None and newest > head and from_stamp(header.created) < from_stamp(before[0]) - _A_DAY:
        # What is new was written after what came earlier, and says that it is older.
        _note_clock(centre, device, "back", now, header.created, sha256)
    created = header.created if before is None else max(header.created, str(before[0]))
    centre.execute(
        "INSERT INTO central_device (device, name, last_seen, last_created, version)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET name = excluded.name,"
        " last_seen = excluded.last_seen, last_created = excluded.last_created, version = excluded.version",
        (device, header.exporter.name, stamp(now), created, header.version),
    )


def _note_clock(centre: Centre, device: str, why: str, now: datetime, told: str, sha256: str) -> None:
    centre.execute(
        "INSERT INTO central_clock (device, why, at, told, bundle) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (device, why) DO UPDATE SET at = excluded.at, told = excluded.told, bundle = excluded.bundle",
        (device, why, stamp(now), told, sha256),
    )
