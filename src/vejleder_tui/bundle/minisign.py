"""minisign's keys and signature files, prehashed kind (`ED`), as Debian's minisign writes and reads them.

Format: https://jedisct1.github.io/minisign/#signature-format
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vejleder_tui.bundle.limits import MAX_COMMENT_BYTES

if TYPE_CHECKING:
    from vejleder_tui.ids import Randomness

__all__ = ["MinisignError", "PublicKey", "SigningKey", "read_signature", "verify_detached", "write_signature"]

UNTRUSTED_COMMENT = "untrusted comment: signature of manifest-sha256.txt"
_UNTRUSTED = "untrusted comment: "
_TRUSTED = "trusted comment: "


class MinisignError(ValueError):
    """A key or signature that is not in minisign's form, or does not fit."""


def _decode(text: str, length: int, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MinisignError(what) from error
    # Base64 has spare bits: only the one spelling of the bytes counts, so that no byte of a file is free to change.
    if len(raw) != length or base64.b64encode(raw).decode("ascii") != text:
        raise MinisignError(what)
    return raw


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A device's public signing key: 32 bytes of Ed25519 under an eight byte key id."""

    key_id: bytes
    raw: bytes

    @property
    def text(self) -> str:
        """The key on one line, 56 characters that begin with `RW`."""
        return base64.b64encode(b"Ed" + self.key_id + self.raw).decode("ascii")

    @property
    def file(self) -> str:
        """The key as a minisign public key file."""
        return f"{_UNTRUSTED}minisign public key {self.key_id[::-1].hex().upper()}\n{self.text}\n"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Read a key from its line or its whole file; raises MinisignError."""
        lines = [line.strip() for line in text.strip().splitlines()]
        if len(lines) == 2 and lines[0].startswith(_UNTRUSTED):
            del lines[0]
        if len(lines) != 1:
            raise MinisignError("public-key")
        raw = _decode(lines[0], 42, "public-key")
        if raw[:2] != b"Ed":
            raise MinisignError("public-key")
        return cls(raw[2:10], raw[10:])

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Return whether the 64 byte `signature` of `message` is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A device's private signing key: the 32 byte seed of Ed25519. Its `repr` shows nothing."""

    seed: bytes

    @classmethod
    def generate(cls, randomness: Randomness) -> SigningKey:
        """Make a key from 32 random bytes."""
        return cls(randomness.take(32))

    @property
    def public(self) -> PublicKey:
        """The public half; its key id is the first eight bytes of the key's SHA-256, so that it needs no keeping."""
        raw = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return PublicKey(hashlib.sha256(raw).digest()[:8], raw)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 byte Ed25519 signature of `message`."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def verify_detached(public_key: str, signature: str, message: bytes) -> bool:
    """Return whether base64 `signature` of `message` is that of the minisign key on the line `public_key`."""
    try:
        return PublicKey.parse(public_key).verify(_decode(signature, 64, "signature"), message)
    except MinisignError:
        return False


def write_signature(key: SigningKey, message: bytes, trusted_comment: str) -> bytes:
    """Return the text of a `.minisig` file: four lines, the trusted comment signed with the rest.

    Raises MinisignError when the comment has a line break or is over 8,000 bytes (minisign's own bound is 8,192).
    """
    if "\n" in trusted_comment or "\r" in trusted_comment or len(trusted_comment.encode()) > MAX_COMMENT_BYTES:
        raise MinisignError("trusted-comment")
    signature = key.sign(hashlib.blake2b(message).digest())
    both = key.sign(signature + trusted_comment.encode("utf-8"))
    first = base64.b64encode(b"ED" + key.public.key_id + signature).decode("ascii")
    second = base64.b64encode(both).decode("ascii")
    return f"{UNTRUSTED_COMMENT}\n{first}\n{_TRUSTED}{trusted_comment}\n{second}\n".encode()


def read_signature(key: PublicKey, message: bytes, signature_file: bytes) -> str:
    """Return the trusted comment of a `.minisig` file, once both of its signatures fit `key` and `message`.

    Accepts only the prehashed kind and the one spelling of every byte. Raises MinisignError.
    """
    try:
        lines = signature_file.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise MinisignError("not-utf-8") from error
    if len(lines) != 5 or lines[4] or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise MinisignError("form")
    first = _decode(lines[1], 74, "signature")
    if first[:2] != b"ED" or first[2:10] != key.key_id:
        raise MinisignError("other-key")
    comment = lines[2].removeprefix(_TRUSTED)
    if not key.verify(first[10:], hashlib.blake2b(message).digest()):
        raise MinisignError("signature")
    if not key.verify(_decode(lines[3], 64, "signature"), first[10:] + comment.encode("utf-8")):
        raise MinisignError("trusted-comment")
    return comment
