"""Keys of a device: who can be written to (age), who signs (minisign), and the card that carries both public halves."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyrage

from vejleder_tui.bundle import bech32
from vejleder_tui.bundle.minisign import MinisignError, PublicKey
from vejleder_tui.bundle.strict_json import StrictJsonError, parse_object
from vejleder_tui.bundle.words import words
from vejleder_tui.errors import NoRecipientError, RuleError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from vejleder_tui.ids import Randomness

__all__ = [
    "KeyCard",
    "Recipient",
    "age_recipient_of",
    "fingerprint_words",
    "generate_age_identity",
    "is_recipient",
    "no_identity",
    "parse_identities",
    "parse_key_card",
    "parse_recipients",
]

FORMAT = "vejleder-key/1"
MAX_KEY_FILE_CHARACTERS = 256 * 1024
_DEVICE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What a name cannot hold: it would move a terminal's cursor or break a line."""

_MUNICIPALITY = re.compile(r"[0-9A-Za-z]{1,16}")


@dataclass(frozen=True, slots=True)
class KeyCard:
    """A device's public keys, as they are handed to others (`vejleder-key/1`).

    `device` is its id; `municipality` the code of its organisation; `role` what it writes as; `recipient` its age
    X25519 recipient; `public_key` its minisign public key on one line.
    """

    device: str
    name: str
    municipality: str
    role: str
    recipient: str
    public_key: str

    def to_json(self) -> str:
        """Return the card as the text of a key file, with a line break at the end."""
        fields = {
            "format": FORMAT,
            "device": self.device,
            "name": self.name,
            "municipality": self.municipality,
            "role": self.role,
            "age": self.recipient,
            "minisign": self.public_key,
        }
        return json.dumps(fields, ensure_ascii=False, indent=2) + "\n"

    def words(self, count: int = 4) -> str:
        """Return the words that two people read to each other to know that they hold the same card."""
        return fingerprint_words(f"{self.recipient}\n{self.public_key}\n", count)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone a bundle can be sealed for; `card` when a key card told it, `comment` the line above a bare one."""

    recipient: str
    card: KeyCard | None = None
    comment: str = ""


def fingerprint_words(text: str, count: int = 4) -> str:
    """Return `count` (4–16) Danish words joined by hyphens: the first bytes of its SHA-256, a word each."""
    if not 4 <= count <= 16:
        message = "a fingerprint has 4 to 16 words"
        raise ValueError(message)
    return "-".join(words()[byte] for byte in hashlib.sha256(text.encode("utf-8")).digest()[:count])


def generate_age_identity(randomness: Randomness) -> str:
    """Return a new age X25519 identity (`AGE-SECRET-KEY-1…`) from 32 random bytes."""
    return bech32.encode("age-secret-key-", randomness.take(32)).upper()


def age_recipient_of(identity: str) -> str:
    """Return the recipient (`age1…`) of an age identity; raises RuleError when it is none."""
    try:
        return str(pyrage.x25519.Identity.from_str(identity).to_public())
    except pyrage.IdentityError as error:
        raise RuleError(_("Det er ikke en privat age-nøgle."), _("Den begynder med AGE-SECRET-KEY-1.")) from error


def is_recipient(text: str) -> bool:
    """Return whether `text` is an age X25519 recipient in its own spelling."""
    try:
        return str(pyrage.x25519.Recipient.from_str(text)) == text
    except pyrage.RecipientError:
        return False


def parse_identities(text: str) -> tuple[str, ...]:
    """Return the identities of an age key file (lines; `#` begins a comment). Raises RuleError when there is none."""
    lines = [line.strip() for line in text.splitlines()]
    found = tuple(line for line in lines if line and not line.startswith("#"))
    for identity in found:
        age_recipient_of(identity)
    if not found:
        raise no_identity()
    return found


def no_identity() -> RuleError:
    """Return the error for a file that was to hold a private key and does not."""
    return RuleError(_("Filen har ingen privat age-nøgle."), _("Den begynder med AGE-SECRET-KEY-1."))


def _not_a_card() -> RuleError:
    return RuleError(
        _("Det er ikke en nøglefil, som Vejleder kan læse."),
        _("Bed om en ny: tryk k i Overdragelse, eller vejleder key show."),
    )


def parse_key_card(text: str) -> KeyCard:
    """Return the card in the text of a key file; raises RuleError. Unknown fields are passed over."""
    try:
        fields = parse_object(text.strip().encode("utf-8"))
    except (StrictJsonError, UnicodeEncodeError) as error:
        raise _not_a_card() from error
    names = ("device", "name", "municipality", "role", "age", "minisign")
    values = [fields.get(name) for name in names]
    if fields.get("format") != FORMAT or not all(isinstance(value, str) and len(value) <= 200 for value in values):
        raise _not_a_card()
    card = KeyCard(*(str(value) for value in values))
    try:
        key = PublicKey.parse(card.public_key).text
    except MinisignError as error:
        raise _not_a_card() from error
    if (
        key != card.public_key
        or not is_recipient(card.recipient)
        or not _DEVICE.fullmatch(card.device)
        or not _MUNICIPALITY.fullmatch(card.municipality)
        or CONTROLS.search(card.name + card.role)
    ):
        raise _not_a_card()
    return card


def parse_recipients(text: str) -> tuple[Recipient, ...]:
    """Return everyone a text names: a key card, a bare `age1…`, or a file of several, one a line, with `#` comments.

    Each once, in the order of the text. Raises NoRecipientError when it names nobody, RuleError for a line that is
    neither, and for a private key (which is then no longer private).
    """
    if len(text) > MAX_KEY_FILE_CHARACTERS:
        raise _not_a_card()
    text = text.removeprefix("\ufeff").strip()
    if "AGE-SECRET-KEY-" in text.upper():
        raise RuleError(
            _("Filen har en privat nøgle. Den må aldrig sendes til andre."),
            _("Bed modtageren lave en ny nøgle og sende den offentlige: age1…"),
        )
    if text.startswith("{") and "\n" in text and not text.splitlines()[0].rstrip().endswith("}"):
        card = parse_key_card(text)
        return (Recipient(card.recipient, card),)
    found: dict[str, Recipient] = {}
    comment = ""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("#"):
            comment = line.lstrip("# ")
            continue
        if line.startswith("{"):
            card = parse_key_card(line)
            recipient = Recipient(card.recipient, card, comment)
        elif not line:
            continue
        elif is_recipient(line):
            recipient = Recipient(line, None, comment)
        else:
            raise RuleError(
                _("Det er ikke en modtagernøgle."),
                _("Giv en nøglefil fra Vejleder eller en linje, der begynder med age1."),
            )
        found.setdefault(recipient.recipient, recipient)
        comment = ""
    if not found:
        raise NoRecipientError(
            _("Filen har ingen modtagernøgle."), _("Få en nøglefil fra administrationen, og tryk n.")
        )
    return tuple(found.values())
