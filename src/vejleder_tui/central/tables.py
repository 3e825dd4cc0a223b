"""The centre's own tables, beside the records and the log that it shares with the laptops."""

from __future__ import annotations

from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

__all__ = [
    "Central",
    "CentralBundle",
    "CentralClock",
    "CentralDevice",
    "CentralKey",
    "CentralOriginal",
    "CentralPseudonym",
    "CentralReceipt",
    "CentralStaging",
    "CentralValue",
]

_NUMBER = {"autoincrement": False}


class Central(SQLModel, registry=registry()):
    """Base of the centre's own tables, with metadata of their own."""

    def __repr__(self) -> str:
        """Name the kind of row without its values."""
        return f"<{type(self).__name__}>"


class CentralValue(Central, table=True):
    """One value by name: the centre's name and keys, the number of its newest receipt, the secret of the pseudonyms."""

    __tablename__ = "central_value"

    name: str = Field(primary_key=True)
    value: str


class CentralKey(Central, table=True):
    """A key card that was read in. `role`: worker, coordinator, exporter; `removed_at`: no longer believed."""

    __tablename__ = "central_key"

    public_key: str = Field(primary_key=True)
    recipient: str
    device: str
    name: str
    role: str
    municipality: str
    added_at: str
    removed_at: str | None = Field(default=None)


class CentralBundle(Central, table=True):
    """A file that came in, by its SHA-256. `state`: applied, quarantined (`why` and `detail` say more).

    `header`, `manifest` and `signature` are the members of those names, kept for ever. `applied` and `known` count
    operations that were new here, and that were not.
    """

    __tablename__ = "central_bundle"

    sha256: str = Field(primary_key=True)
    state: str = Field(index=True)
    why: str | None = Field(default=None)
    detail: str | None = Field(default=None)
    file_name: str
    bundle_id: str | None = Field(default=None, index=True)
    kind: str | None = Field(default=None)
    created: str | None = Field(default=None)
    device: str | None = Field(default=None, index=True)
    public_key: str | None = Field(default=None)
    municipality: str | None = Field(default=None)
    operations: int = Field(default=0)
    applied: int = Field(default=0)
    known: int = Field(default=0)
    covers: str | None = Field(default=None)
    header: str | None = Field(default=None)
    manifest: str | None = Field(default=None)
    signature: str | None = Field(default=None)
    received_at: str
    tried_at: str
    applied_at: str | None = Field(default=None)


class CentralOriginal(Central, table=True):
    """A file that was moved to `done`, where it lies, and until when; only what stands here is ever deleted."""

    __tablename__ = "central_original"

    path: str = Field(primary_key=True)
    sha256: str
    kept_until: str = Field(index=True)


class CentralDevice(Central, table=True):
    """A device that sent a bundle: when, and written by which version."""

    __tablename__ = "central_device"

    device: str = Field(primary_key=True)
    name: str
    last_seen: str
    last_created: str
    version: str


class CentralClock(Central, table=True):
    """A clock that is wrong by more than a day. `why`: ahead, back; `told` is the moment that the device told."""

    __tablename__ = "central_clock"

    device: str = Field(primary_key=True)
    why: str = Field(primary_key=True)
    at: str
    told: str
    bundle: str


class CentralReceipt(Central, table=True):
    """A receipt that was written for a device."""

    __tablename__ = "central_receipt"

    generation: int = Field(primary_key=True, sa_column_kwargs=_NUMBER)
    number: int = Field(primary_key=True, sa_column_kwargs=_NUMBER)
    device: str = Field(primary_key=True)
    at: str
    manifest: str


class CentralPseudonym(Central, table=True):
    """What the read role sees in place of a person's row's id."""

    __tablename__ = "central_pseudonym"

    id: str = Field(primary_key=True)
    pseudonym: str


class CentralStaging(Central, table=True):
    """A piece of a bundle that is being taken in, in the bundle's order (`place`); gone when it has been folded."""

    __tablename__ = "central_staging"

    run: str = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs=_NUMBER)
    what: str
    device: str | None = Field(default=None)
    first: int | None = Field(default=None)
    last: int | None = Field(default=None)
    hash: str | None = Field(default=None)
    content: str | None = Field(default=None)
