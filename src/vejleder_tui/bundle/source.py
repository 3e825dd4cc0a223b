"""The sealed file as a stream that is pulled: age is opened in a thread that is never more than a MiB ahead."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from typing import TYPE_CHECKING, BinaryIO

import pyrage

from vejleder_tui.bundle.limits import MAX_AGE_HEADER_BYTES, MAX_AGE_STANZAS
from vejleder_tui.bundle.refusal import not_for_us, tampered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["SealedSource"]

_BATCH = 128 * 1024
_BATCHES = 8
_MAGIC = b"age-encryption.org/v1\n"


class _StoppedError(Exception):
    """The reader went away; the thread ends."""


class _Channel:
    """Bytes from one thread to another, a bounded number at a time."""

    def __init__(self) -> None:
        self._batches: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None

    def put(self, batch: bytes) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._batches) < _BATCHES)
            if self._stopped:
                raise _StoppedError
            self._batches.append(batch)
            self._changed.notify_all()

    def end(self, error: BaseException | None) -> None:
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._batches.clear()
            self._changed.notify_all()

    def take(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or bool(self._batches))
            if self._batches:
                batch = self._batches.popleft()
                self._changed.notify_all()
                return batch
            if self._error is not None:
                raise self._error
            return None


class _File:
    """The sealed file as pyrage reads it: the bytes that were looked at already, then the rest; hashed on the way."""

    def __init__(self, readable: BinaryIO, head: bytes) -> None:
        self._readable = readable
        self._head = head
        self.hash = hashlib.sha256()

    def read(self, count: int) -> bytes:
        if self._head:
            found, self._head = self._head[:count], self._head[count:]
        else:
            found = self._readable.read(count)
        self.hash.update(found)
        return found


class _Opened:
    """What pyrage writes the opened bytes to: batches into the channel."""

    def __init__(self, channel: _Channel) -> None:
        self._channel = channel
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= _BATCH:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._held:
            self._channel.put(bytes(self._held))
            self._held.clear()


class SealedSource:
    """Opens an age file with X25519 identities; iterate over it for the opened bytes, close it in any case.

    age authenticates each 64 KiB before it is given out, and the end. Raises a refusal while iterating.
    """

    def __init__(self, readable: BinaryIO, identities: Sequence[str]) -> None:
        head = readable.read(MAX_AGE_HEADER_BYTES)
        if not head.startswith(_MAGIC):
            raise tampered("age-magic")
        # Without these bounds a long header would be read again and again: ten thousand stanzas took 13 seconds.
        end = head.find(b"\n--- ")
        if end < 0 or head.count(b"\n-> ", 0, end) > MAX_AGE_STANZAS:
            raise tampered("age-header")
        self._file = _File(readable, head)
        self._channel = _Channel()
        keys = [pyrage.x25519.Identity.from_str(identity) for identity in identities]
        self._thread = threading.Thread(target=self._open, args=(keys,), name="bundle-open", daemon=True)
        self._thread.start()

    def _open(self, keys: list[object]) -> None:
        error: BaseException | None = None
        target = _Opened(self._channel)
        try:
            pyrage.decrypt_io(self._file, target, keys)
            target.flush()
        except _StoppedError:
            pass
        except pyrage.DecryptError as found:
            error = not_for_us("age-recipient") if "No matching keys" in str(found) else tampered("age-header")
            error.__cause__ = found
        except OSError as found:
            error = tampered("age-payload")
            error.__cause__ = found
        except BaseException as found:  # noqa: BLE001 - whatever it is, the waiting side must hear of it
            error = found
        self._channel.end(error)

    def __iter__(self) -> Iterator[bytes]:
        while (batch := self._channel.take()) is not None:
            yield batch

    @property
    def sha256(self) -> str:
        """SHA-256 of the sealed file, once it has been read to its end."""
        return self._file.hash.hexdigest()

    def close(self) -> None:
        """End the thread, whatever was read."""
        self._channel.stop()
        self._thread.join()
