"""Which part of the log a bundle takes: from what a receiver has acknowledged to what each device has signed.

Plain SQL on a driver's connection and nothing heavy imported: the first paint of *I dag* counts with it too.

Rows of the laptop's table `local_value` are read here, `receipt:<age recipient>`: the newest receipt of that receiver,
JSON `{"at": moment, "devices": {id: {"last": number, "hash": hash}}}`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = [
    "Connection",
    "Head",
    "Receipt",
    "Run",
    "SignedHead",
    "acknowledged",
    "held",
    "lines_of",
    "local_value",
    "newest_receipt",
    "number_hash",
    "receipts",
    "runs",
    "signed_heads",
]

GENESIS = "0" * 64


class _Rows(Protocol):
    def fetchone(self) -> Any: ...  # noqa: ANN401 - a driver's row

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A driver's connection, as far as a bundle needs it."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> _Rows:
        """Run one statement."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """The newest operation of a device that is held here: its number and hash."""

    device: str
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class SignedHead(Head):
    """An end that the device itself signed; `signature` in base64, `public_key` minisign's on one line."""

    signature: str
    public_key: str


class Receipt(NamedTuple):
    """What a receiver holds: the moment it said so and its head of each device."""

    at: str
    heads: tuple[Head, ...]


class Run(NamedTuple):
    """Operations `first` to `last` of a device, and the hashes before and at the end."""

    device: str
    first: int
    last: int
    before: str
    end: str


def local_value(connection: Connection, name: str) -> str | None:
    """Return one of the laptop's own values, or None."""
    found = connection.execute("SELECT value FROM local_value WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def held(connection: Connection) -> list[Head]:
    """Return the head of every device held here, by device; steps from device to device, whatever the log's size."""
    heads: list[Head] = []
    device = ""
    while True:
        found = connection.execute("SELECT min(device) FROM operation WHERE device > ?", (device,)).fetchone()
        if found is None or found[0] is None:
            return heads
        device = str(found[0])
        last = connection.execute(
            "SELECT seq, hash FROM operation WHERE device = ? ORDER BY seq DESC LIMIT 1", (device,)
        ).fetchone()
        heads.append(Head(device, int(last[0]), str(last[1])))


def number_hash(connection: Connection, device: str, number: int) -> str | None:
    """Return the hash of a device's operation, that before the first for number 0, or None when it is not here."""
    if number == 0:
        return GENESIS
    found = connection.execute("SELECT hash FROM operation WHERE device = ? AND seq = ?", (device, number)).fetchone()
    return None if found is None else str(found[0])


def _prefixed(connection: Connection, prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    rows = connection.execute(
        "SELECT name, value FROM local_value WHERE name >= ? AND name < ?", (prefix, prefix[:-1] + chr(ord(":") + 1))
    )
    for name, value in rows.fetchall():
        yield str(name).removeprefix(prefix), json.loads(value)


def receipts(connection: Connection) -> dict[str, Receipt]:
    """Return the newest receipt of each receiver, by its age recipient."""
    return {
        receiver: Receipt(
            at=str(said["at"]),
            heads=tuple(Head(device, int(one["last"]), str(one["hash"])) for device, one in said["devices"].items()),
        )
        for receiver, said in _prefixed(connection, "receipt:")
    }


def newest_receipt(connection: Connection) -> Receipt | None:
    """Return the receipt that came last, whoever sent it: what *I dag* counts from."""
    return max(receipts(connection).values(), key=lambda receipt: receipt.at, default=None)


def signed_heads(connection: Connection) -> dict[str, SignedHead]:
    """Return the newest signed end of each device that is kept here."""
    rows = connection.execute("SELECT device, seq, hash, signature, public_key FROM signed_head ORDER BY device, seq")
    return {row[0]: SignedHead(row[0], int(row[1]), row[2], row[3], row[4]) for row in rows.fetchall()}


def acknowledged(connection: Connection, given: Collection[Receipt | None]) -> dict[str, Head]:
    """Return, per device, the last operation that all `given` receipts hold; None stands for a receiver without one.

    A head whose hash is another than ours acknowledges nothing: then the receiver gets that device from its beginning.
    """
    found: dict[str, Head] = {}
    for place, receipt in enumerate(given):
        heads = {head.device: head for head in receipt.heads} if receipt else {}
        kept = heads if place == 0 else {device: head for device, head in found.items() if device in heads}
        found = {device: min(head, heads[device], key=lambda one: one.last) for device, head in kept.items()}
    return {device: head for device, head in found.items() if number_hash(connection, device, head.last) == head.hash}


def runs(connection: Connection, ends: Collection[Head], since: dict[str, Head]) -> tuple[Run, ...]:
    """Return what each device has after `since` and up to `ends`, in the order of the devices; nothing for the rest.

    An end that is not held here, or with another hash, is left out: nothing is sent that nobody vouches for.
    """
    found: list[Run] = []
    for end in sorted(ends, key=lambda head: head.device):
        before = since.get(end.device) or Head(end.device, 0, GENESIS)
        if before.last < end.last and number_hash(connection, end.device, end.last) == end.hash:
            found.append(Run(end.device, before.last + 1, end.last, before.hash, end.hash))
    return tuple(found)


def lines_of(connection: Connection, taken: Collection[Run]) -> Iterator[bytes]:
    """Yield the stored lines of the runs, byte for byte, one at a time."""
    for run in taken:
        rows = connection.execute(
            "SELECT CAST(line AS BLOB) FROM operation WHERE device = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (run.device, run.first, run.last),
        )
        for (line,) in rows:  # the driver fetches row by row
            yield line
