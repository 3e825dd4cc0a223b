"""`bundle.json`: what a bundle holds and for whom, known before the first operation is read."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Literal, NamedTuple, cast

from vejleder_tui.bundle.fields import HASH, UUID, check, number, objects, public_key, text, values
from vejleder_tui.bundle.keys import CONTROLS, is_recipient
from vejleder_tui.bundle.limits import (
    MAX_COVERS,
    MAX_ERASED,
    MAX_HEADER_BRACKETS,
    MAX_HEADER_BYTES,
    MAX_HEADER_COMMAS,
    MAX_PARTS,
    MAX_RECIPIENTS,
)
from vejleder_tui.bundle.parts import Part
from vejleder_tui.bundle.refusal import newer, tampered
from vejleder_tui.bundle.strict_json import StrictJsonError, parse_object
from vejleder_tui.bundle.told import Told, read_told

__all__ = [
    "CAPABILITIES",
    "FORMAT",
    "GENESIS",
    "AbsentRun",
    "BundleHeader",
    "Cover",
    "ErasedPlace",
    "Exporter",
    "Have",
    "Kind",
    "erased_place",
    "head_message",
]

FORMAT = "vejleder-bundle/1"
CAPABILITIES: frozenset[str] = frozenset()
"""The capabilities that this program understands; a bundle that names another is refused."""

GENESIS = "0" * 64
"""The hash before a device's first operation."""

Kind = Literal["delta", "receipt"]

_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_MUNICIPALITY = re.compile(r"[0-9A-Za-z]{1,16}")
_VERSION = re.compile(r"[0-9A-Za-z.+_-]{1,40}")
_TREE = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")
_ERASED = re.compile(r"([1-9][0-9]{0,15}) ([0-9a-f]{64}) ([0-9a-f]{32}) ([0-9a-f]{64}) (row|field)")


@dataclass(frozen=True, slots=True)
class Exporter:
    """The device that wrote the file: id, name, minisign public key on one line, code of its municipality."""

    device: str
    name: str
    public_key: str
    municipality: str


@dataclass(frozen=True, slots=True)
class AbsentRun:
    """Operations inside a cover that do not travel: the chain goes on from `end`, the hash of number `last`.

    `tree` tells of `first` up to the one before `last` what the root takes (bundle.tree).
    """

    first: int
    last: int
    end: str
    tree: str = ""


class ErasedPlace(NamedTuple):
    """An operation that an erase took: its number and hash, the token of its row, the erase's hash, and `row` or `field`."""

    seq: int
    hash: str
    token: str
    erase: str
    kind: str

    def __str__(self) -> str:
        """Return it as it stands in a cover."""
        return f"{self.seq} {self.hash} {self.token} {self.erase} {self.kind}"


def erased_place(told: str) -> ErasedPlace:
    """Read one entry of a cover's `erased`; raises ValueError."""
    found = _ERASED.fullmatch(told)
    if found is None:
        raise ValueError
    seq, one, token, erase, kind = found.groups()
    return ErasedPlace(int(seq), one, token, erase, kind)


@dataclass(frozen=True, slots=True)
class Cover:
    """A run of one device's chain: numbers `first` to `last`, the hash `before` and at the `end`, and the signed end.

    `signature` is base64 of that device's Ed25519 signature of `head_message`; `public_key` its minisign key. `absent`
    are the runs that do not travel, `erased` the places that an erase took (`erased_place` reads one), both by number.
    `root` is the root of the tree over all numbers up to `last` (bundle.tree). Where something has no line, the hashes do
    not lead from line to line to the signed end; then the root proves the lines, and `tree` tells of numbers 1 up to the one
    before `first` - 1 what it takes for that.
    """

    device: str
    first: int
    last: int
    before: str
    end: str
    root: str
    signature: str
    public_key: str
    absent: tuple[AbsentRun, ...] = ()
    erased: tuple[str, ...] = ()
    tree: str = ""

    @property
    def path(self) -> tuple[str, int, int, str, str, str, str, str]:
        """Device, first, last, before, end, root, signature, key: what the log asks of a piece of a chain."""
        return self.device, self.first, self.last, self.before, self.end, self.root, self.signature, self.public_key

    @property
    def present(self) -> int:
        """How many of its operations have a line in the bundle."""
        away = sum(run.last - run.first + 1 for run in self.absent)
        return self.last - self.first + 1 - away - len(self.erased)


@dataclass(frozen=True, slots=True)
class Have:
    """What the exporter holds of a device in full: every number on the path to `last`, whose hash is `end`."""

    device: str
    last: int
    end: str


@dataclass(frozen=True, slots=True)
class BundleHeader:
    """The content of `bundle.json` (docs/bundle-format.md § 4). `operations` counts lines.

    `parts` are stretches that the exporter holds beyond what `have` tells.
    """

    bundle_id: str
    kind: Kind
    created: str
    exporter: Exporter
    version: str
    schema: int
    operations: int
    covers: tuple[Cover, ...]
    recipients: tuple[str, ...]
    have: tuple[Have, ...] = ()
    receipt: Told | None = None
    capabilities: tuple[str, ...] = field(default=())
    parts: tuple[Part, ...] = ()

    def to_json(self) -> bytes:
        """Return the member `bundle.json`; raises a refusal if a reader would refuse it (a fault of the caller)."""
        fields = {"format": FORMAT, **asdict(self)}
        if self.receipt is None:
            del fields["receipt"]
        del fields["parts"]
        if self.parts:
            fields["parts"] = [
                {"device": one.device, "first": one.first, "last": one.last, "end": one.hash} for one in self.parts
            ]
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
        if (
            len(raw) > MAX_HEADER_BYTES
            or raw.count(b"{") + raw.count(b"[") > MAX_HEADER_BRACKETS
            or raw.count(b",") > MAX_HEADER_COMMAS
        ):
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


def head_message(device: str, last: int, end: str, root: str) -> bytes:
    """Return the bytes that a device signs to vouch for its chain: number `last`, its hash `end`, the `root` up to it."""
    return f"vejleder-head/2 {device} {last} {end} {root}".encode()


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


def _cover(fields: dict[str, object]) -> Cover:
    cover = Cover(
        text(fields, "device", UUID),
        number(fields, "first"),
        number(fields, "last"),
        text(fields, "before", HASH),
        text(fields, "end", HASH),
        text(fields, "root", HASH),
        text(fields, "signature", _SIGNATURE),
        public_key(fields, "public_key"),
        tuple(_absent(entry) for entry in objects(fields, "absent")),
        tuple(map(str, values(fields, "erased"))) if "erased" in fields else (),
        _tree(fields),
    )
    check(cover.first <= cover.last and (cover.first == 1) == (cover.before == GENESIS))
    check(all(one.last < other.first for one, other in pairwise(cover.absent)))
    numbers = [erased_place(told).seq for told in cover.erased]
    check(all(one < other for one, other in pairwise(numbers)))
    check(not cover.tree or bool(cover.absent or cover.erased))
    return cover


def _tree(fields: dict[str, object]) -> str:
    return text(fields, "tree", _TREE) if fields.get("tree", "") != "" else ""


def _absent(fields: dict[str, object]) -> AbsentRun:
    run = AbsentRun(number(fields, "first"), number(fields, "last"), text(fields, "end", HASH), _tree(fields))
    check(run.first <= run.last)
    return run


def _parts(fields: dict[str, object]) -> tuple[Part, ...]:
    told = objects(fields, "parts") if "parts" in fields else []
    check(len(told) <= MAX_PARTS)
    found = tuple(
        Part(text(one, "device", UUID), number(one, "first"), number(one, "last"), text(one, "end", HASH))
        for one in told
    )
    check(all(one.first <= one.last for one in found))
    return found


def _header(fields: dict[str, object]) -> BundleHeader:
    exporter = fields["exporter"]
    if not isinstance(exporter, dict):
        raise TypeError
    kind = fields["kind"]
    check(kind in {"delta", "receipt"})
    recipients = values(fields, "recipients")
    check(1 <= len(recipients) <= MAX_RECIPIENTS and len(set(map(str, recipients))) == len(recipients))
    check(all(isinstance(recipient, str) and is_recipient(recipient) for recipient in recipients))
    told = objects(fields, "covers")
    check(len(told) <= MAX_COVERS)
    covers = tuple(_cover(entry) for entry in told)
    check(sum(len(cover.erased) for cover in covers) <= MAX_ERASED)
    return BundleHeader(
        bundle_id=text(fields, "bundle_id", UUID),
        kind=cast("Kind", kind),
        created=text(fields, "created", _CREATED),
        exporter=Exporter(
            text(exporter, "device", UUID),
            text(exporter, "name"),
            public_key(exporter, "public_key"),
            text(exporter, "municipality", _MUNICIPALITY),
        ),
        version=text(fields, "version", _VERSION),
        schema=number(fields, "schema", 0),
        operations=number(fields, "operations", 0),
        covers=covers,
        recipients=tuple(map(str, recipients)),
        have=tuple(
            Have(text(entry, "device", UUID), number(entry, "last"), text(entry, "end", HASH))
            for entry in objects(fields, "have")
        ),
        receipt=read_told(fields["receipt"]) if kind == "receipt" else None,
        parts=_parts(fields),
    )
