"""What a bundle holds: who wrote it, which runs of which devices, how many operations of each table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui import SCHEMA
from vejleder_tui.bundle.chain import Line, Started
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import read_operation, verify_bundle
from vejleder_tui.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from vejleder_tui.bundle.header import BundleHeader

__all__ = ["Contents", "CoverContents", "contents_of"]


@dataclass(frozen=True, slots=True)
class CoverContents:
    """A run of one device; `name` as the bundle tells it, "" when it does not; the moments of its first and last line."""

    device: str
    name: str
    first: int
    last: int
    begins: str
    ends: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle that holds together holds. `tables` counts operations."""

    header: BundleHeader
    covers: tuple[CoverContents, ...]
    tables: dict[str, int]
    sha256: str


def contents_of(
    path: Path,
    identities: Sequence[str],
    device_keys: Mapping[str, str] | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Contents:
    """Check a bundle and tell what it holds; `progress(done, total)` counts operations over both readings.

    Raises RefusedError when it does not hold together, NotFoundError, and what `progress` raises.
    """
    tell = progress or (lambda _done, _total: None)
    found = verify_bundle(
        path,
        identities,
        device_keys=device_keys,
        newest_schema=SCHEMA,
        progress=lambda done, total: tell(done, 2 * total),
    )
    if not found.ok or found.header is None:
        raise RefusedError(" ".join(found.errors))
    header = found.header
    tables: dict[str, int] = {}
    moments: list[tuple[str, str]] = []
    names = {header.exporter.device: header.exporter.name}
    done = 0
    with open_bundle(path, identities, manifest=found.manifest) as reader:
        for piece in reader.pieces():
            if isinstance(piece, Started):
                moments.append(("", ""))
            if not isinstance(piece, Line):
                continue
            done += 1
            if done % 500 == 0:
                tell(header.operations + done, 2 * header.operations)
            said = read_operation(piece.line, piece.device, piece.seq)
            table, at = str(said["table"]), str(said["at"])
            tables[table] = tables.get(table, 0) + 1
            moments[-1] = (moments[-1][0] or at, at)
            values = said.get("values")
            if table == "device" and isinstance(values, dict) and isinstance(values.get("name"), str):
                names[str(said["row"])] = values["name"]
    runs = [
        CoverContents(cover.device, names.get(cover.device, ""), cover.first, cover.last, begins, ends)
        for cover, (begins, ends) in zip(header.covers, moments, strict=True)
    ]
    return Contents(header, tuple(runs), dict(sorted(tables.items())), found.sha256)
