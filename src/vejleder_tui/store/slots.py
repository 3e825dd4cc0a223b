"""How a slot of the key file wraps a data key: key derivation, sealing, and the strict reading of what was stored."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vejleder_tui.clock import from_stamp
from vejleder_tui.errors import StoreError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from datetime import datetime

    from vejleder_tui.ids import Randomness

__all__ = ["ADMINISTRATION", "KEY_SIZE", "PASSPHRASE", "RECOVERY", "Cost", "Slot"]

PASSPHRASE: Final = "passphrase"  # noqa: S105 - the name of a kind of slot
RECOVERY: Final = "recovery"
ADMINISTRATION: Final = "administration"
KEY_SIZE: Final = 32
_SALT_SIZE: Final = 16
_NONCE_SIZE: Final = 12
_MAX_MEMORY_KIB: Final = 1 << 20


@dataclass(frozen=True)
class Cost:
    """What one try of a passphrase costs: Argon2id's memory (KiB), passes and lanes; the default takes about 250 ms."""

    memory_kib: int = 64 * 1024
    iterations: int = 3
    lanes: int = 1


@dataclass(frozen=True)
class Slot:
    """One way to open the store, without its secrets."""

    id: str
    kind: str
    label: str
    worker: str
    created: datetime


def keys_damaged() -> StoreError:
    """Return the error for a key file that does not hold together."""
    return StoreError(
        _("Nøglefilen er beskadiget. Registreringerne kan ikke åbnes med den, og intet er ændret."),
        _("Læg nøglefilen fra den nyeste kopi tilbage: vejleder restore"),
    )


def canonical(value: object) -> bytes:
    """Return `value` as JSON in the one form that is hashed and authenticated."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def pack(raw: bytes) -> str:
    """Return bytes as the text they are stored as."""
    return base64.b64encode(raw).decode("ascii")


def unpack(text: object, size: int | None = None) -> bytes:
    """Return the bytes of a stored text; raises StoreError when it is not base64 or not `size` bytes."""
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError as error:
        raise keys_damaged() from error
    if not raw or (size is not None and len(raw) != size):
        raise keys_damaged()
    return raw


def describe(stored: dict[str, Any]) -> Slot:
    """Return the public part of a stored slot; raises StoreError when a part is missing or of the wrong type."""
    try:
        parts = [stored[name] for name in ("id", "kind", "label", "worker", "created")]
        if not all(isinstance(part, str) for part in parts) or not isinstance(stored["wrapped"], dict):
            raise keys_damaged()
        identity, kind, label, worker, created = parts
        return Slot(identity, kind, label, worker, from_stamp(created))
    except (KeyError, ValueError, TypeError) as error:
        raise keys_damaged() from error


def new_kdf(cost: Cost, randomness: Randomness) -> dict[str, Any]:
    """Return the stored parameters of a new derivation with a new salt."""
    return {
        "name": "argon2id",
        "memory_kib": cost.memory_kib,
        "iterations": cost.iterations,
        "lanes": cost.lanes,
        "salt": pack(randomness.take(_SALT_SIZE)),
    }


def derive(secret: str, kdf: object) -> bytes:
    """Return the 32-byte key that Argon2id makes of `secret`.

    Raises StoreError for parameters that no version wrote: a file from a stranger must not be able to ask for
    a terabyte of memory.
    """
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - 50 ms, after the first paint

    if not isinstance(kdf, dict) or kdf.get("name") != "argon2id":
        raise keys_damaged()
    memory, iterations, lanes = (kdf.get(name) for name in ("memory_kib", "iterations", "lanes"))
    if not (isinstance(memory, int) and isinstance(iterations, int) and isinstance(lanes, int)):
        raise keys_damaged()
    if not (1 <= lanes <= 16 and 1 <= iterations <= 32 and 8 * lanes <= memory <= _MAX_MEMORY_KIB):
        raise keys_damaged()
    salt = unpack(kdf.get("salt"), _SALT_SIZE)
    return Argon2id(salt=salt, length=KEY_SIZE, iterations=iterations, lanes=lanes, memory_cost=memory).derive(
        secret.encode("utf-8", "surrogatepass")
    )


def bound(store: str, stored: dict[str, Any], key_id: str) -> bytes:
    """Return what a sealed data key is bound to: it opens in no other store, slot, role or worker.

    The label is left out: initials may change without the passphrase at hand.
    """
    return canonical([store, stored["id"], stored["kind"], stored["worker"], stored["kdf"], key_id])


def seal(wrapping: bytes, plain: bytes, context: bytes, randomness: Randomness) -> dict[str, str]:
    """Return `plain` sealed by ChaCha20-Poly1305 under `wrapping`, bound to `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415

    nonce = randomness.take(_NONCE_SIZE)
    return {"nonce": pack(nonce), "sealed": pack(ChaCha20Poly1305(wrapping).encrypt(nonce, plain, context))}


def unseal(wrapping: bytes, stored: object, context: bytes) -> bytes | None:
    """Return the data key sealed in `stored`, or None when `wrapping` is not the key it was sealed under."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415

    if not isinstance(stored, dict):
        raise keys_damaged()
    nonce, sealed = unpack(stored.get("nonce"), _NONCE_SIZE), unpack(stored.get("sealed"), KEY_SIZE + 16)
    try:
        return ChaCha20Poly1305(wrapping).decrypt(nonce, sealed, context)
    except InvalidTag:
        return None


def seal_to_recipient(data_key: bytes, store: str, key_id: str, recipient: str) -> dict[str, str]:
    """Return the data key as an age file for `recipient`; raises StoreError when that is no age recipient."""
    import pyrage  # noqa: PLC0415 - only when administration's key is added

    try:
        known = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise StoreError(
            _("Administrationens nøgle kan ikke læses."), _("En modtager begynder med age1. Bed om en ny nøglefil.")
        ) from error
    plain = canonical({"store": store, "key": key_id, "data_key": pack(data_key)})
    return {"age": pack(pyrage.encrypt(plain, [known]))}


def open_with_identity(stored: object, store: str, key_id: str, identity: str) -> bytes | None:
    """Return the data key that an age identity opens, or None when it is sealed for another, or is another's."""
    import pyrage  # noqa: PLC0415

    if not isinstance(stored, dict):
        raise keys_damaged()
    try:
        plain = pyrage.decrypt(unpack(stored.get("age")), [pyrage.x25519.Identity.from_str(identity.strip())])
        found = json.loads(plain)
        if found["store"] != store or found["key"] != key_id:
            return None
        return unpack(found["data_key"], KEY_SIZE)
    except (pyrage.DecryptError, pyrage.IdentityError, ValueError, KeyError, TypeError):
        return None
