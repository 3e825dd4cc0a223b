"""One operation as one line of JSON, its bytes and its hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ERASE", "GENESIS", "WRITE", "OperationLine", "Value", "hash_of", "to_json"]

Value = str | int | bool | None
"""What a field can hold in the log."""

GENESIS = "0" * 64
"""The hash before a device's first operation."""

WRITE = "write"
ERASE = "erase"


def to_json(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """Return compact JSON in UTF-8 text, without spaces and with every character as itself."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hash_of(previous: str, line: str) -> str:
    """Return the lower-case hex SHA-256 of the previous hash, a line feed, the line and a line feed.

    `{ echo "$previous"; echo "$line"; } | sha256sum` gives the same.
    """
    return hashlib.sha256(f"{previous}\n{line}\n".encode()).hexdigest()


PARTS = frozenset(
    {
        "device",
        "seq",
        "schema",
        "at",
        "actor",
        "txn",
        "kind",
        "table",
        "row",
        "salt",
        "key",
        "values",
        "replaces",
        "reason",
    }
)
"""The parts of a line that the log knows."""


@dataclass(frozen=True)
class OperationLine:
    """What an operation says (the table in docs/log.md). `replaces` names hashes per field; "" stands for the row's create."""

    device: str
    seq: int
    schema: int
    at: str
    txn: int
    table: str
    row: str
    salt: str
    actor: str = ""
    kind: str = WRITE
    key: dict[str, Value] | None = None
    values: dict[str, Value] = field(default_factory=dict)
    replaces: dict[str, list[str]] = field(default_factory=dict)
    reason: str | None = None

    def encode(self) -> str:
        """Return the line, with its parts in one fixed order and nothing that is empty."""
        parts: dict[str, Any] = {
            "device": self.device, "seq": self.seq, "schema": self.schema, "at": self.at, "actor": self.actor,
            "txn": self.txn, "kind": self.kind, "table": self.table, "row": self.row,
        }  # fmt: skip
        if self.key is not None:
            parts["key"] = self.key
        if self.values:
            parts["values"] = self.values
        if self.replaces:
            parts["replaces"] = self.replaces
        if self.reason:
            parts["reason"] = self.reason
        parts["salt"] = self.salt
        return to_json(parts)

    @classmethod
    def decode(cls, line: str) -> OperationLine:
        """Return what a line of the log says, passing over parts it does not know; raises ValueError, TypeError, KeyError."""
        return cls.of(json.loads(line))

    @classmethod
    def of(cls, said: dict[str, Any]) -> OperationLine:
        """Return what the parts of a line say; an empty part is the same as none."""
        if said.keys() <= PARTS and None not in said.values():
            return cls(**said)
        return cls(**{name: value for name, value in said.items() if name in PARTS and value is not None})
