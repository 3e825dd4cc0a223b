"""Who the centre is: an age identity in a file, and a signing key that follows from it.

One file to keep safe and to back up: the Ed25519 seed is HKDF-SHA256 (no salt, 32 bytes) of the identity's text under
the info `vejleder-central-signing/1`. Any file of age-keygen will do.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vejleder_tui.bundle.key_file import read_key_file
from vejleder_tui.bundle.keys import KeyCard, age_recipient_of, generate_age_identity, parse_identities
from vejleder_tui.bundle.minisign import SigningKey
from vejleder_tui.errors import NotFoundError, NotSavedError
from vejleder_tui.i18n import _
from vejleder_tui.ids import natural_id

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.ids import Randomness

__all__ = ["ADMINISTRATION", "Identity", "Mark", "make_identity", "read_identity", "read_mark", "write_mark"]

ADMINISTRATION = "administration"
"""The role on the centre's own key card."""

_INFO = b"vejleder-central-signing/1"


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The centre's keys. `identities` open bundles: the first is sealed for today, the others are earlier ones."""

    path: Path
    identities: tuple[str, ...]
    signer: SigningKey

    @property
    def recipient(self) -> str:
        """The age recipient that laptops seal for."""
        return age_recipient_of(self.identities[0])

    @property
    def device(self) -> str:
        """The centre's id, as the exporter of receipts: computed from its public key."""
        return natural_id("central", self.signer.public.text)

    def card(self, name: str, municipality: str) -> KeyCard:
        """Return the card that laptops take in as a recipient, and as a sender of receipts."""
        return KeyCard(
            device=self.device, name=name, municipality=municipality, role=ADMINISTRATION, recipient=self.recipient,
            public_key=self.signer.public.text,
        )  # fmt: skip


def read_identity(path: Path) -> Identity:
    """Read the identity file; raises NotFoundError, RuleError when it holds no age identity."""
    if not path.exists():
        raise NotFoundError(
            _("Centralens nøglefil findes ikke: {path}.").format(path=path),
            _("Angiv den med --identity, eller lav den med central init."),
        )
    identities = parse_identities(read_key_file(str(path), pipes=True, private=True))
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(identities[0].encode("ascii"))
    return Identity(path, identities, SigningKey(seed))


def make_identity(path: Path, randomness: Randomness) -> Identity:
    """Make the identity file (mode 0600) where there is none, then read it; raises NotSavedError, and as reading does."""
    if not path.exists():
        text = generate_age_identity(randomness)
        content = f"# {age_recipient_of(text)}\n{text}\n".encode("ascii")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, content)
        except OSError as error:
            raise NotSavedError(
                _("Centralens nøglefil kan ikke skrives: {path}.").format(path=path), _("Vælg en anden mappe.")
            ) from error
    return read_identity(path)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """The newest receipt that was ever written under this identity."""

    generation: int = 1
    number: int = 0


def _mark_path(identity: Path) -> Path:
    return identity.with_name(f"{identity.name}.receipts")


def read_mark(identity: Path) -> Mark | None:
    """Return the mark beside the identity file, None where there is none that can be read."""
    try:
        said = json.loads(_mark_path(identity).read_text(encoding="utf-8"))
        return Mark(int(said["generation"]), int(said["number"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_mark(identity: Path, mark: Mark) -> bool:
    """Keep the mark, synced; False where the folder takes none (a read-only secret): the database's own number is left."""
    path = _mark_path(identity)
    temporary = path.with_name(f"{path.name}.new")
    try:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        _write(temporary, json.dumps({"generation": mark.generation, "number": mark.number}).encode())
        temporary.replace(path)
    except OSError:
        return False
    return True


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
