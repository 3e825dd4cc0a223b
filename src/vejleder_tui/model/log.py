"""The log's own tables: operations, what is known of their chains, and the leaves on which laptops disagree."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

__all__ = ["Contested", "Erased", "Held", "Operation", "SignedHead", "Withheld"]


class Operation(SQLModel, table=True):
    """One operation, kept as the line it was written with; `hash` is its identity.

    `line` is empty where an erase took it; `taken` then says `row` or `field` and the hash of the erase, `row` holds a
    hash of the row's id (oplog.erasure), and `table_name` and `txn` are empty. `previous` is the hash before it, kept only
    where the device has several operations with the number before. The rows lie in the order of the chains, so that a
    durable edit touches two pages here and no more, and an export reads them as they lie.
    """

    __table_args__ = (
        Index(
            "ix_operation_taken", "device", "seq", sqlite_where=text("taken IS NOT NULL"),
            postgresql_where=text("taken IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )  # fmt: skip

    device: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(primary_key=True, max_length=64)
    txn: int
    table_name: str = Field(default="")
    row: str = Field(default="", index=True, max_length=36)
    line: str | None = Field(default=None)
    previous: str | None = Field(default=None, max_length=64)
    taken: str | None = Field(default=None)

    def __repr__(self) -> str:
        """Name the operation without what it says."""
        return f"<Operation {self.device} {self.seq}>"


class Contested(SQLModel, table=True):
    """One leaf of a field that has several different ones; derived from the log and rebuilt with the fold."""

    table_name: str = Field(primary_key=True)
    row: str = Field(primary_key=True, max_length=36)
    field: str = Field(primary_key=True)
    hash: str = Field(primary_key=True, max_length=64)
    value: str

    def __repr__(self) -> str:
        """Name the place without its value."""
        return f"<Contested {self.table_name} {self.row} {self.field}>"


class Held(SQLModel, table=True):
    """Why an operation is not folded: a line for each reason (oplog.gates names them). `need` says what is missing."""

    __table_args__ = (Index("ix_held_device_why", "device", "why"),)

    hash: str = Field(primary_key=True, max_length=64)
    why: str = Field(primary_key=True)
    need: str = Field(primary_key=True, index=True)
    device: str
    seq: int
    row: str = Field(index=True)


class Withheld(SQLModel, table=True):
    """A run of a chain that did not travel: numbers `first` to `last`, the hash before it and at its end.

    `need` names the place that it builds on while that is not here (oplog.gates). `tree` is what its bundle told of it, so
    that it can be left out again and the signed root still proves the rest (bundle.tree).
    """

    device: str = Field(primary_key=True, max_length=36)
    first: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    end_hash: str = Field(primary_key=True, max_length=64)
    last: int
    before: str
    tree: str
    need: str | None = Field(default=None)


class SignedHead(SQLModel, table=True):
    """An end of a chain that its own device signed, with the root of its tree. Nothing of another device is sent on beyond one.

    `tree` is kept of the laptop's own ends alone: the next one goes on from there (bundle.tree).
    """

    __tablename__ = "signed_head"

    device: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(primary_key=True, max_length=64)
    root: str = Field(max_length=64)
    signature: str
    public_key: str
    tree: str | None = Field(default=None)


class Erased(SQLModel, table=True):
    """A hash of what an erase in force took. `kind`: `row`, `field`, or `hint` (a row that only a remnant names)."""

    token: str = Field(primary_key=True, max_length=32)
    erase: str = Field(primary_key=True, max_length=64)
    kind: str
