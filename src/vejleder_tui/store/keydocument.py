"""The key file: the random 256-bit data key of a store, wrapped once for each slot that may open it.

`vejleder.keys.json`, UTF-8 JSON, mode 0600, replaced whole (temporary file, fsync, rename, fsync of the folder):

    format    "vejleder-keys/1"; another one means a newer program wrote it
    store     32 hex digits, the store's own random name
    keys      the data keys, oldest first: {id, created}. One; two while the data key is being rotated. A newer one
              also has `under`: {key, nonce, sealed}, itself sealed under the older, so that each slot still opens both
    slots     {id, kind, label, worker, created, wrapped: {key id: …}} and
              kind passphrase and recovery: kdf {name, memory_kib, iterations, lanes, salt}; wrapped {nonce, sealed}
              kind administration: recipient (age X25519); wrapped {age}
    failures  {count, last}: wrong passphrases since the last right one
    checksum  SHA-256 (hex) of all the rest as canonical JSON: tells a damaged file from a wrong passphrase

Sealed is ChaCha20-Poly1305 of the 32 bytes under Argon2id of the passphrase (NFC) or of the recovery code's
32 characters. Its associated data is the canonical JSON of [store, slot id, kind, worker, kdf, key id]; that of `under`
is [store, older key id, newer key id]. Bytes are base64. The delay after wrong tries is advice to a person at the
keyboard: who holds the file can copy it, and then only Argon2id and the passphrase itself stand in the way.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from vejleder_tui.clock import from_stamp
from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.store import slots as wrap
from vejleder_tui.store.files import write_private

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = ["FORMAT", "delay_after", "find_slot", "read_keys", "try_again", "wait_after", "write_keys"]

FORMAT: Final = "vejleder-keys/1"
_MAX_SIZE: Final = 1 << 20
_MAX_SLOTS: Final = 256
_FIRST_DELAY: Final = 5
_LONGEST_DELAY: Final = 300
_FREE_TRIES: Final = 2


def read_keys(path: Path) -> dict[str, Any]:
    """Return the key file's content without its checksum; raises StoreError: missing, unreadable, newer, damaged."""
    try:
        with path.open("rb") as readable:
            raw = readable.read(_MAX_SIZE + 1)
    except FileNotFoundError as error:
        raise StoreError(
            _("Nøglefilen mangler. Uden den kan registreringerne ikke åbnes."),
            _("Læg nøglefilen fra den nyeste kopi tilbage: vejleder restore"),
        ) from error
    except OSError as error:
        raise StoreError(_("Nøglefilen kan ikke læses."), _("Kontakt it-support om rettighederne.")) from error
    try:
        found = json.loads(raw) if len(raw) <= _MAX_SIZE else None
    except (ValueError, RecursionError) as error:
        raise wrap.keys_damaged() from error
    if not isinstance(found, dict):
        raise wrap.keys_damaged()
    if found.get("format") != FORMAT and str(found.get("format")).startswith("vejleder-keys/"):
        raise StoreError(_("Nøglefilen er skrevet med en nyere version."), _("Opdatér Vejleder, og prøv igen."))
    if found.pop("checksum", None) != _checksum(found):
        raise wrap.keys_damaged()
    _require_shape(found)
    return found


def _require_shape(found: dict[str, Any]) -> None:
    # The checksum is no signature: a file made by hand can have a right one.
    try:
        keys, slots, failures = found["keys"], found["slots"], found["failures"]
        sound = (
            isinstance(found["store"], str)
            and 1 <= len(keys) <= 2
            and all(isinstance(one["id"], str) for one in keys)
            and all(isinstance(one["under"]["key"], str) for one in keys[1:])
            and len(slots) <= _MAX_SLOTS
            and isinstance(failures["count"], int)
            and (failures["count"] == 0 or from_stamp(failures["last"]) is not None)
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise wrap.keys_damaged() from error
    if not sound:
        raise wrap.keys_damaged()
    for one in slots:
        wrap.describe(one)


def write_keys(path: Path, found: dict[str, Any]) -> None:
    """Replace the key file whole; raises OSError. Whoever calls it holds the key file's lock."""
    whole = {**found, "checksum": _checksum(found)}
    write_private(path, json.dumps(whole, indent=1, ensure_ascii=True).encode() + b"\n")


def delay_after(failures: int) -> int:
    """Return the seconds to wait after so many wrong tries in a row: 0, 0, 5, 10, 20, … at most 300."""
    if failures <= _FREE_TRIES:
        return 0
    return min(_LONGEST_DELAY, _FIRST_DELAY << min(failures - _FREE_TRIES - 1, 10))


def _checksum(found: dict[str, Any]) -> str:
    return hashlib.sha256(wrap.canonical(found)).hexdigest()


def wait_after(failures: dict[str, Any], now: datetime) -> int:
    """Return the seconds left at `now` of the delay after the last wrong try."""
    count = int(failures["count"])
    if not count:
        return 0
    passed = (now - from_stamp(failures["last"])).total_seconds()
    # A clock that was set back must not lock anybody out for a year.
    return 0 if passed < 0 else max(0, -int(-(delay_after(count) - passed) // 1))


def try_again(wait: int) -> str:
    """Return what to do next after a wrong passphrase."""
    if not wait:
        return _("Prøv igen, eller vælg Glemt?")
    return ngettext(
        "Prøv igen om {count} sekund, eller vælg Glemt?", "Prøv igen om {count} sekunder, eller vælg Glemt?", wait
    ).format(count=wait)


def find_slot(found: dict[str, Any], slot_id: str, kind: str = "") -> dict[str, Any]:
    """Return the stored slot of that id (and kind); raises StoreError when it is gone."""
    slots: list[dict[str, Any]] = found["slots"]
    for one in slots:
        if one["id"] == slot_id and kind in ("", one["kind"]):
            return one
    raise StoreError(_("Adgangen findes ikke mere i nøglefilen."), _("Åbn listen igen."))
