"""The first pass over a bundle: does it hold together, and whose is it? Nothing is changed anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING

from vejleder_tui.bundle.chain import Line
from vejleder_tui.bundle.header import head_message
from vejleder_tui.bundle.minisign import MinisignError, PublicKey, read_signature, verify_detached
from vejleder_tui.bundle.reader import BundleReader, open_bundle
from vejleder_tui.bundle.refusal import BundleRefusedError, Reason, tampered
from vejleder_tui.bundle.strict_json import StrictJsonError, parse_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.chain import Piece
    from vejleder_tui.bundle.header import BundleHeader, Cover

    Heard = Callable[[Piece, dict[str, object] | None], None]

__all__ = ["Verification", "read_operation", "verify_bundle", "verify_open"]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a bundle was found to be.

    `ok`: container, limits, hashes, chains, operations and every signature hold. `errors`: sentences for a person;
    `reason` and `detail` for programs. `signer`: the exporter's minisign public key, stated by the file and, when ok,
    proved. `signer_known`: what `trusted` said of it (None when nobody was asked). `unknown_devices`: writers whose key
    neither the caller nor their own first operation vouched for; their signed ends hold only against the key that the
    file itself states, so their operations wait.
    """

    ok: bool
    errors: tuple[str, ...] = ()
    reason: Reason | None = None
    detail: str = ""
    header: BundleHeader | None = None
    signer_known: bool | None = None
    unknown_devices: tuple[str, ...] = ()
    manifest: str = ""
    sha256: str = ""

    @property
    def bundle_id(self) -> str:
        """The bundle's id, "" when the header could not be read."""
        return self.header.bundle_id if self.header else ""

    @property
    def operations(self) -> int:
        """The number of operations that the header states (0 when it could not be read)."""
        return self.header.operations if self.header else 0

    @property
    def signer(self) -> str:
        """The exporter's minisign public key on one line, "" when the header could not be read."""
        return self.header.exporter.public_key if self.header else ""

    @property
    def covers(self) -> tuple[Cover, ...]:
        """The runs of chains in the bundle."""
        return self.header.covers if self.header else ()


# Made once: every line of every bundle is asked.
_VALUES = (dict, list, NoneType)
_OBJECT = (dict, NoneType)
_TEXT = (str, NoneType)


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _are_hashes(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) and _HASH.fullmatch(entry) for entry in value)


def read_operation(line: bytes, device: str, seq: int) -> dict[str, object]:
    """Return the operation on a line, well-formed and of this device and number; raises a refusal.

    Only the form is judged here (docs/bundle-format.md § 5). What an operation means, and whether this program can
    read it, is the log's to say.
    """
    try:
        found = parse_object(line)
    except StrictJsonError as error:
        raise tampered(f"operation {seq}: {error}") from error
    if found.get("device") != device or found.get("seq") != seq or isinstance(found.get("seq"), bool):
        raise tampered(f"operation {seq}: another number")
    replaces = found.get("replaces")
    if not (
        _is_filled(found.get("at"))
        and _is_filled(found.get("table"))
        and _is_filled(found.get("row"))
        and _is_filled(found.get("salt"))
        and found.get("kind") in ("write", "erase")
        and _is_count(found.get("schema"))
        and _is_count(found.get("txn"))
        and int(str(found["txn"])) <= seq
        and isinstance(found.get("values"), _VALUES)
        and isinstance(found.get("key"), _OBJECT)
        and isinstance(found.get("reason"), _TEXT)
        and isinstance(found.get("actor"), _TEXT)
        and (replaces is None or _are_hashes(replaces) or isinstance(replaces, dict))
        and (not isinstance(replaces, dict) or all(_are_hashes(entry) for entry in replaces.values()))
    ):
        raise tampered(f"operation {seq}: form")
    return found


def _own_key(operation: dict[str, object]) -> str:
    values = operation.get("values")
    key = values.get("sign_key") if operation["table"] == "device" and isinstance(values, dict) else None
    try:
        return PublicKey.parse(key if isinstance(key, str) else "").text
    except MinisignError as error:
        raise tampered("operation 1: no key") from error


def _check_signature(reader: BundleReader) -> None:
    header = reader.header
    try:
        comment = read_signature(
            PublicKey.parse(header.exporter.public_key), reader.manifest_file, reader.signature_file
        )
    except MinisignError as error:
        raise tampered(f"signature {error}") from error
    if comment != header.trusted_comment:
        raise tampered("signature comment")


def _check_ends(header: BundleHeader, keys: Mapping[str, str]) -> tuple[str, ...]:
    """Check every cover's signed end; return the devices whose key only the file itself states."""
    unknown: dict[str, None] = {}
    for place, cover in enumerate(header.covers, start=1):
        known = keys.get(cover.device)
        if known is None:
            unknown[cover.device] = None
        if cover.public_key != (known or cover.public_key) or (
            cover.device == header.exporter.device and cover.public_key != header.exporter.public_key
        ):
            raise tampered(f"cover {place}: another key")
        if not verify_detached(cover.public_key, cover.signature, _message(cover)):
            raise tampered(f"cover {place}: signature")
    return tuple(unknown)


def _message(cover: Cover) -> bytes:
    return head_message(cover.device, cover.last, cover.end, cover.root)


def verify_bundle(
    path: Path,
    identities: Sequence[str],
    trusted: Callable[[str], bool] | None = None,
    *,
    device_keys: Mapping[str, str] | None = None,
    newest_schema: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Check a whole bundle and say what was found; a bad file is an answer, not an error.

    `trusted(minisign public key)` tells whether the exporter is known here; `device_keys` the keys of devices already
    known (id to minisign public key). `progress(done, total)` counts operations and may raise. Raises NotFoundError
    when there is no such file.
    """
    header = None
    try:
        with open_bundle(path, identities, newest_schema=newest_schema) as reader:
            header = reader.header
            return verify_open(reader, trusted, device_keys=device_keys, progress=progress)
    except BundleRefusedError as error:
        return Verification(ok=False, errors=(str(error),), reason=error.reason, detail=error.detail, header=header)


def verify_open(
    reader: BundleReader,
    trusted: Callable[[str], bool] | None = None,
    *,
    device_keys: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    heard: Heard | None = None,
) -> Verification:
    """Check an opened bundle as `verify_bundle` does; raises a refusal.

    `heard(piece, what its line says)` is given everything on the way, so that a caller need not read and parse it once
    more; nothing of it counts before this has returned.
    """
    header = reader.header
    keys = {device: PublicKey.parse(key).text for device, key in (device_keys or {}).items()}
    done = 0
    for piece in reader.pieces():
        operation = None
        if isinstance(piece, Line):
            done += 1
            operation = read_operation(piece.line, piece.device, piece.seq)
            if piece.seq == 1 and keys.setdefault(piece.device, _own_key(operation)) != _own_key(operation):
                raise tampered("operation 1: another key")
            if progress is not None and done % 500 == 0:
                progress(done, header.operations)
        if heard is not None:
            heard(piece, operation)
    _check_signature(reader)
    unknown = _check_ends(header, keys)
    known = trusted(header.exporter.public_key) if trusted is not None else None
    return Verification(
        ok=True,
        header=header,
        signer_known=known,
        unknown_devices=unknown,
        manifest=reader.manifest,
        sha256=reader.sha256,
    )
