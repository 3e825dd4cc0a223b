"""Writes a bundle in one stream: lines in, sealed file out; flat memory and nothing readable on disk."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyrage
import zstandard

from vejleder_tui.bundle import archive
from vejleder_tui.bundle.chain import ChainError, ChainWalk
from vejleder_tui.bundle.header import head_message
from vejleder_tui.bundle.limits import (
    BYTES_PER_MEMBER,
    LINES_PER_MEMBER,
    MAX_LINE_BYTES,
    MAX_RATIO,
    MAX_RECIPIENTS,
    MAX_UNPACKED_BYTES,
    RATIO_FREE_BYTES,
)
from vejleder_tui.bundle.minisign import SigningKey, write_signature
from vejleder_tui.bundle.part_file import open_part, sweep_parts
from vejleder_tui.errors import NoRecipientError, NotSavedError, StoreError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader

__all__ = ["WrittenBundle", "file_name", "sign_head", "write_bundle"]

_LEVEL = 1  # measured: level 3 packs these lines no better and takes twice as long
_WINDOW_LOG = 21  # 2 MiB
_JOB = 1024 * 1024  # the helper thread's share at a time: twice the memory, and no faster, when it is larger
_PIECE = 256 * 1024
_NOTIFY_EVERY = 500


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """A bundle that stands on disk.

    `first` and `last` are the numbers of the exporter's own operations in it (0 and 0: none); `sha256` is of the sealed
    file, `manifest` of the member `manifest-sha256.txt`, which names the content whoever it is sealed for.
    """

    path: Path
    bundle_id: str
    operations: int
    first: int
    last: int
    sha256: str
    manifest: str


def sign_head(signer: SigningKey, device: str, last: int, end: str, root: str) -> str:
    """Return base64 of a device's signature of the end of its own chain, for `Cover.signature`."""
    import base64  # noqa: PLC0415 - one function of the module needs it

    return base64.b64encode(signer.sign(head_message(device, last, end, root))).decode("ascii")


def file_name(header: BundleHeader) -> str:
    """Return `vejleder-<municipality>-<device8>-<first>-<last>.tar.zst.age`; a receipt has its number instead."""
    first, last = _own_range(header)
    exporter = header.exporter
    what = f"kvittering-{header.receipt.number}" if header.receipt else f"{first}-{last}"
    return f"vejleder-{exporter.municipality}-{exporter.device[:8]}-{what}.tar.zst.age"


def _own_range(header: BundleHeader) -> tuple[int, int]:
    own = [cover for cover in header.covers if cover.device == header.exporter.device]
    return (min(cover.first for cover in own), max(cover.last for cover in own)) if own else (0, 0)


def _inconsistent() -> StoreError:
    return StoreError(
        _("Pakken er ikke skrevet: ændringerne hænger ikke sammen med loggen."),
        _("Prøv igen. Sker det igen, så kør vejleder check."),
    )


class _Members:
    """Yields the tar stream, member by member, and keeps the manifest."""

    def __init__(
        self,
        header: BundleHeader,
        lines: Iterable[bytes],
        signer: SigningKey,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._header = header
        self._lines = lines
        self._signer = signer
        self._progress = progress or (lambda _done, _total: None)
        self._sums: list[str] = []
        self.manifest = ""

    def _listed(self, name: str, content: bytes) -> Iterator[bytes]:
        self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        return archive.entry(name, content)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._listed("bundle.json", self._header.to_json())
        for number, content in enumerate(self._operations(), start=1):
            yield from self._listed(f"operations/{number:06d}.ndjson", content)
        manifest = "".join(self._sums).encode("ascii")
        self.manifest = hashlib.sha256(manifest).hexdigest()
        yield from archive.entry("manifest-sha256.txt", manifest)
        signature = write_signature(self._signer, manifest, self._header.trusted_comment)
        yield from archive.entry("manifest-sha256.txt.minisig", signature)
        yield archive.END

    def _operations(self) -> Iterator[bytes]:
        total = self._header.operations
        walk = ChainWalk(self._header)
        held: list[bytes] = []
        size = done = 0
        self._progress(0, total)
        for line in self._lines:
            length = len(line) + 1
            if length > MAX_LINE_BYTES or b"\n" in line:
                raise ChainError("line")
            if len(held) == LINES_PER_MEMBER or size + length > BYTES_PER_MEMBER:
                yield _joined(held)
                held, size = [], 0
            walk.advance(line)
            held.append(line)
            size += length
            done += 1
            if done % _NOTIFY_EVERY == 0:
                self._progress(done, total)
        walk.finish()
        if held:
            yield _joined(held)
        self._progress(done, total)


def _joined(lines: list[bytes]) -> bytes:
    lines.append(b"")
    return b"\n".join(lines)


def _packed(members: Iterable[bytes]) -> Iterator[bytes]:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, window_log=_WINDOW_LOG, threads=1, job_size=_JOB
    )
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    taken = given = 0
    for content in members:
        taken += len(content)
        for start in range(0, len(content), _PIECE):
            found = packer.compress(content[start : start + _PIECE])
            if found:
                given += len(found)
                yield found
        del content  # else it is held while the next one is gathered
    rest = packer.flush()
    # No reader would take it; with a random salt in every operation only megabytes of one letter come here.
    if taken > MAX_UNPACKED_BYTES or (taken > RATIO_FREE_BYTES and taken > MAX_RATIO * (given + len(rest))):
        raise ChainError("unreadable")
    yield rest


class _Pull:
    """What pyrage reads from. It is a Python object on purpose: only then does pyrage let other threads run.

    pyrage turns what is raised here into an error of its own, so the first one is kept.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, count: int) -> bytes:
        try:
            while not self._held:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return b""
                self._held = memoryview(chunk)
        except BaseException as error:
            self.error = error
            raise
        found = bytes(self._held[:count])
        self._held = self._held[count:]
        return found


class _Push:
    """What pyrage writes to: the temporary file, its hash, and the first error."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.hash = hashlib.sha256()
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except BaseException as error:
            self.error = error
            raise
        self.hash.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def _seal(members: Iterable[bytes], descriptor: int, recipients: Sequence[str]) -> str:
    """Encrypt the packed members into the open file, sync it, and return the file's SHA-256."""
    source, target = _Pull(_packed(members)), _Push(descriptor)
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    try:
        pyrage.encrypt_io(source, target, keys)
    except (pyrage.EncryptError, OSError) as error:
        raise source.error or target.error or error from None
    kept = source.error or target.error
    if kept is not None:
        raise kept
    os.fsync(descriptor)
    return target.hash.hexdigest()


def _free_path(folder: Path, name: str) -> Path:
    """Return a path in `folder` that is free: an earlier file of the same range is kept, it may be for someone else."""
    path = folder / name
    stem = name.removesuffix(".tar.zst.age")
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}.tar.zst.age"
        number += 1
    return path


def _sync_folder(folder: Path) -> None:
    if os.name != "nt":  # Windows cannot open a folder, and keeps names safe by itself
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        except OSError as error:  # some network and USB file systems have no such thing
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(descriptor)


def _not_written(error: OSError) -> NotSavedError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return NotSavedError(_("Pakken er ikke skrevet: disken er fuld."), _("Gør plads, eller vælg en anden mappe."))
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return NotSavedError(
            _("Pakken er ikke skrevet: mappen findes ikke."), _("Sæt USB-stikket i, eller vælg en anden mappe.")
        )
    return NotSavedError(
        _("Pakken er ikke skrevet: der kan ikke skrives i mappen."), _("Vælg en anden mappe, eller kontakt it-support.")
    )


def write_bundle(
    target_folder: Path,
    header: BundleHeader,
    lines: Iterable[bytes],
    recipients: Sequence[str],
    signer: SigningKey,
    *,
    progress: Callable[[int, int], None] | None = None,
    leaving: Callable[[BundleHeader], None] | None = None,
) -> WrittenBundle:
    """Write one bundle into `target_folder` and return what stands there.

    `lines` are the stored operations without their line break, cover after cover as `header.covers` has them, by number
    within each; they are read once and never held together. `recipients` are age recipients and must be those of the
    header; `signer` must be the key that the header names. `progress(done, total)` counts operations; what it raises
    (CancelledError) ends the writing. The file appears under its name only when it is whole and synced; on any error
    nothing is left. Raises NoRecipientError, NotSavedError (disk), StoreError (the lines do not reach the hashes of the
    header), CancelledError.
    """
    if not recipients:
        raise NoRecipientError(
            _("Pakken er ikke skrevet: der er ingen modtager, den kan låses til."),
            _("Få en nøglefil fra administrationen, og tryk n."),
        )
    if (
        tuple(recipients) != header.recipients
        or len(recipients) > MAX_RECIPIENTS
        or signer.public.text != header.exporter.public_key
    ):
        raise _inconsistent()
    temporary = target_folder / f".vejleder-{header.bundle_id}.part"
    members = _Members(header, lines, signer, progress)
    try:
        sweep_parts(target_folder)
        descriptor = open_part(temporary)
        try:
            try:
                sha256 = _seal(members, descriptor, recipients)
            finally:
                os.close(descriptor)
            path = _free_path(target_folder, file_name(header))
            if leaving is not None:
                leaving(header)
            temporary.rename(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(target_folder)
    except OSError as error:
        raise _not_written(error) from error
    except ChainError as error:
        raise _inconsistent() from error
    first, last = _own_range(header)
    return WrittenBundle(path, header.bundle_id, header.operations, first, last, sha256, members.manifest)
