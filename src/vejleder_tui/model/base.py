"""What every replicated record has, and what each of its fields declares about itself.

A record is a row of plain values: text, whole numbers and yes/no. Dates, moments, decimals and identifiers are text in
one fixed form (`Kind`), so that the log, the table, the digest and both databases hold the same bytes.
Tables have a primary key and deferred foreign keys and no other constraint: business rules act at entry, never at merge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, TypeVar

from sqlalchemy import ForeignKey, inspect
from sqlmodel import Field, SQLModel

__all__ = ["RECORDS", "FieldInfo", "Kind", "Record", "column", "fields_of", "record", "reference"]


class Kind(StrEnum):
    """The form of a field's value."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    MOMENT = "moment"
    DECIMAL = "decimal"
    UUID = "uuid"
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class FieldInfo:
    """What the log and the fold know of one field.

    `key`: written once, in the create. `alone`: free text that can name others, so it travels alone in its operation.
    `order`: values from weakest to strongest, for what is shown while two laptops disagree.
    `yields`: an empty value contests nothing. `since`: the schema that brought the field; an operation of an earlier one
    that names it is refused, by every version alike.
    """

    name: str
    kind: Kind
    key: bool = False
    alone: bool = False
    yields: bool = False
    order: tuple[str, ...] = ()
    references: str | None = None
    since: int = 1


def column(
    kind: Kind,
    *,
    key: bool = False,
    alone: bool = False,
    yields: bool = False,
    order: tuple[str, ...] = (),
    since: int = 1,
    sought: bool = False,
) -> Any:  # noqa: ANN401 - SQLModel's own fields are typed so
    """Return a field of `kind`, always nullable: emptiness is a rule of entry, not of the table.

    `sought`: rows are found by its value, so it has an index.
    """
    info = {"kind": kind, "key": key, "alone": alone, "yields": yields, "order": order, "since": since}
    return Field(default=None, nullable=True, index=sought, sa_column_kwargs={"info": info})


def reference(table: str, *, key: bool = False, since: int = 1) -> Any:  # noqa: ANN401 - SQLModel's own fields are typed so
    """Return a field that holds the id of a row of `table`; the foreign key is checked when the transaction ends."""
    info = {"kind": Kind.UUID, "key": key, "alone": False, "yields": False, "order": (), "since": since}
    return Field(
        default=None,
        nullable=True,
        index=True,
        sa_column_kwargs={"info": info},
        sa_column_args=[ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")],
    )


class Record(SQLModel):
    """A replicated row. `leaves` says which operations its values come from (oplog.leaves)."""

    id: str = Field(primary_key=True)
    void: bool = Field(default=False, nullable=False)
    leaves: str = Field(default="", nullable=False)

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"id", "void", "leaves"})

    def __repr__(self) -> str:
        """Name the row without its values."""
        return f"<{type(self).__name__} {self.id}>"

    __str__ = __repr__


RECORDS: dict[str, type[Record]] = {}
"""Every replicated record by its name in the log; filled by `record` when the model is imported."""


RecordType = TypeVar("RecordType", bound=type[Record])


def record(model: RecordType) -> RecordType:
    """Register a replicated record under its table's name."""
    RECORDS[str(model.__tablename__)] = model
    return model


@cache
def fields_of(table: str) -> dict[str, FieldInfo]:
    """Return the replicated fields of a table by name, in the order of the model; raises KeyError if unknown."""
    found: dict[str, FieldInfo] = {}
    for one in inspect(RECORDS[table]).local_table.columns:
        if one.name in Record.HIDDEN:
            continue
        parents = [key.target_fullname.split(".")[0] for key in one.foreign_keys]
        found[one.name] = FieldInfo(name=one.name, references=parents[0] if parents else None, **one.info)
    return found
