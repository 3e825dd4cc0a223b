"""The log's own tables: operations, and the leaves of fields on which laptops disagree."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

__all__ = ["Contested", "Operation"]


class Operation(SQLModel, table=True):
    """One operation, kept as the line it was written with; `hash` is its identity.

    `line` is empty where an erase took it or a slice withheld it. The rows lie in the order of the chains, so that a
    durable edit touches two pages here and no more, and an export reads them as they lie.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    device: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(primary_key=True, max_length=64)
    txn: int
    table_name: str = Field(default="")
    row: str = Field(default="", index=True, max_length=36)
    line: str | None = Field(default=None)

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
