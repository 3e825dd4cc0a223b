"""`bundle.json`: what a bundle holds and for whom, known before the first operation is read."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import Literal, cast

from vejleder_tui.bundle.keys import CONTROLS, is_recipient
from vejleder_tui.bundle.limits import MAX_HEADER_BYTES, MAX_HEADER_ENTRIES, MAX_RECIPIENTS
from vejleder_tui.bundle.minisign import MinisignError, PublicKey
from vejleder_tui.bundle.refusal import newer, tampered
from vejleder_tui.bundle.strict_json import StrictJsonError, parse_object

__all__ = [
    "CAPABILITIES",
    "FORMAT",
    "GENESIS",
    "AbsentRun",
    "BundleHeader",
    "Cover",
    "Exporter",
    "Have",
    "Kind",
    "head_message",
]

FORMAT = "vejleder-bundle/1"
CAPABILITIES: frozenset[str] = frozenset()
"""The capabilities that this program understands; a bundle that names another is refused."""

GENESIS = "0" * 64
"""The hash before a device's first operation."""

Kind = Literal["delta", "receipt"]

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MUNICIPALITY = re.compile(r"[0-9A-Za-z]{1,16}")
_VERSION = re.compile(r"[0-9A-Za-z.+_-]{1,40}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")


@dataclass(frozen=True, slots=True)
class Exporter:
    """The device that wrote the file: id, name, minisign public key on one line, code of its municipality."""

    device: str
    name: str
    public_key: str
    municipality: str


@dataclass(frozen=True, slots=True)
class Cover:
    """A run of one device's chain: numbers `first` to `last`, the hash `before` and at the `end`, and the signed end.

    `signature` is base64 of that device's Ed25519 signature of `head_message`; `public_key` its minisign key.
    """

    device: str
    first: int
    last: int
    before: str
    end: str
    signature: str
    public_key: str


@dataclass(frozen=True, slots=True)
class AbsentRun:
    """Operations inside a cover that do not travel: the chain goes on from `end`, the hash of number `last`."""

    device: str
    first: int
    last: int
    end: str


@dataclass(frozen=True, slots=True)
class Have:
    """What the exporter holds of a device in full: every number up to `last`, whose hash is `end`."""

    device: str
    last: int
    end: str


@dataclass(frozen=True, slots=True)
class BundleHeader:
    """The content of `bundle.json` (docs/bundle-format.md § 4)."""

    bundle_id: str
    kind: Kind
    created: str
    exporter: Exporter
    version: str
    schema: int
    operations: int
    covers: tuple[Cover, ...]
    recipients: tuple[str, ...]
    absent: tuple[AbsentRun, ...] = ()
    have: tuple[Have, ...] = ()
    capabilities: tuple[str, ...] = field(default=())

    def to_json(self) -> bytes:
        """Return the member `bundle.json`; raises a refusal if a reader would refuse it (a fault of the caller)."""
        fields = {"format": FORMAT, **asdict(self)}
        # A name that somebody once typed or pasted must never keep a laptop from exporting.
        fields["exporter"]["name"] = CONTROLS.sub(" ", self.exporter.name)[:200]
        raw = json.dumps(fields, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
        BundleHeader.from_json(raw)
        return raw

    @classmethod
    def from_json(cls, raw: bytes, *, newest_schema: int | None = None) -> BundleHeader:
        """Read `bundle.json`; unknown fields are passed over, unknown formats and capabilities refused.

        `newest_schema`: the newest schema that the program can take in; None for any.
        """
        if len(raw) > MAX_HEADER_BYTES or raw.count(b"{") + raw.count(b"[") > MAX_HEADER_ENTRIES:
            raise tampered("bundle.json too-large")
        try:
            fields = parse_object(raw)
        except StrictJsonError as error:
            raise tampered(f"bundle.json {error}") from error
        _refuse_newer(fields, newest_schema)
        try:
            return _header(fields)
        except (KeyError, TypeError, ValueError) as error:
            raise tampered("bundle.json field") from error

    @property
    def trusted_comment(self) -> str:
        """What the trusted comment of the signature must be, letter for letter."""
        return f"{FORMAT} {self.bundle_id} to:{','.join(self.recipients)}"


def head_message(device: str, last: int, end: str) -> bytes:
    """Return the bytes that a device signs to vouch for its chain up to number `last`, whose hash is `end`."""
    return f"vejleder-head/1 {device} {last} {end}".encode()


def _refuse_newer(fields: dict[str, object], newest_schema: int | None) -> None:
    version = fields.get("version")
    shown = version if isinstance(version, str) and _VERSION.fullmatch(version) else "?"
    found = fields.get("format")
    if found != FORMAT:
        if isinstance(found, str) and re.fullmatch(r"vejleder-bundle/[1-9][0-9]{0,5}", found):
            raise newer(shown, "format")
        raise tampered("bundle.json format")
    capabilities = fields.get("capabilities")
    if not isinstance(capabilities, list) or len(capabilities) > 100:
        raise tampered("bundle.json capabilities")
    if not all(isinstance(capability, str) and capability in CAPABILITIES for capability in capabilities):
        raise newer(shown, "capability")
    schema = fields.get("schema")
    if newest_schema is not None and isinstance(schema, int) and schema > newest_schema:
        raise newer(shown, "schema")


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError


def _text(fields: dict[str, object], name: str, form: re.Pattern[str] | None = None) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise TypeError
    _check(form.fullmatch(value) is not None if form else len(value) <= 200 and not CONTROLS.search(value))
    return value


def _number(fields: dict[str, object], name: str, least: int = 1) -> int:
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    _check(least <= value < 2**53)
    return value


def _list(fields: dict[str, object], name: str) -> list[object]:
    value = fields[name]
    if not isinstance(value, list):
        raise TypeError
    return value


def _objects(fields: dict[str, object], name: str) -> list[dict[str, object]]:
    found = _list(fields, name)
    _check(all(isinstance(entry, dict) for entry in found))
    return cast("list[dict[str, object]]", found)


def _public_key(fields: dict[str, object], name: str) -> str:
    value = _text(fields, name)
    try:
        _check(PublicKey.parse(value).text == value)
    except MinisignError as error:
        raise ValueError from error
    return value


def _cover(fields: dict[str, object]) -> Cover:
    cover = Cover(
        _text(fields, "device", _UUID),
        _number(fields, "first"),
        _number(fields, "last"),
        _text(fields, "before", _HASH),
        _text(fields, "end", _HASH),
        _text(fields, "signature", _SIGNATURE),
        _public_key(fields, "public_key"),
    )
    _check(cover.first <= cover.last and (cover.first == 1) == (cover.before == GENESIS))
    return cover


def _absent(fields: dict[str, object]) -> AbsentRun:
    run = AbsentRun(
        _text(fields, "device", _UUID), _number(fields, "first"), _number(fields, "last"), _text(fields, "end", _HASH)
    )
    _check(run.first <= run.last)
    return run


def _header(fields: dict[str, object]) -> BundleHeader:
    exporter = fields["exporter"]
    if not isinstance(exporter, dict):
        raise TypeError
    kind = fields["kind"]
    _check(kind in {"delta", "receipt"})
    recipients = _list(fields, "recipients")
    _check(1 <= len(recipients) <= MAX_RECIPIENTS and len(set(map(str, recipients))) == len(recipients))
    _check(all(isinstance(recipient, str) and is_recipient(recipient) for recipient in recipients))
    return BundleHeader(
        bundle_id=_text(fields, "bundle_id", _UUID),
        kind=cast("Kind", kind),
        created=_text(fields, "created", _CREATED),
        exporter=Exporter(
            _text(exporter, "device", _UUID),
            _text(exporter, "name"),
            _public_key(exporter, "public_key"),
            _text(exporter, "municipality", _MUNICIPALITY),
        ),
        version=_text(fields, "version", _VERSION),
        schema=_number(fields, "schema", 0),
        operations=_number(fields, "operations", 0),
        covers=tuple(_cover(entry) for entry in _objects(fields, "covers")),
        recipients=tuple(map(str, recipients)),
        absent=tuple(_absent(entry) for entry in _objects(fields, "absent")),
        have=tuple(
            Have(_text(entry, "device", _UUID), _number(entry, "last"), _text(entry, "end", _HASH))
            for entry in _objects(fields, "have")
        ),
    )
