"""The laptop's own tables: never in a bundle, never at the centre."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

__all__ = [
    "AccessLog",
    "BundleHistory",
    "CitizenName",
    "CitizenWord",
    "Draft",
    "Known",
    "Local",
    "LocalValue",
    "Notice",
    "Receipt",
    "Reversal",
    "Step",
]


class Local(SQLModel, registry=registry()):
    """Base of the laptop's own tables, with metadata of their own."""

    def __repr__(self) -> str:
        """Name the kind of row without its values."""
        return f"<{type(self).__name__}>"


class LocalValue(Local, table=True):
    """One value by name: this device's id and private keys, the state of the search index."""

    __tablename__ = "local_value"

    name: str = Field(primary_key=True)
    value: str


class Step(Local, table=True):
    """One step that a worker can undo: the operations of one transaction.

    `current` is the transaction that did it last (a redo moves it); `undone` the one that undid it, if it is undone.
    `label` is a Danish text of the program, `about` the JSON of its placeholders.
    """

    txn: int = Field(primary_key=True)
    actor: str = Field(index=True)
    at: str
    label: str
    about: str
    current: int
    undone: int | None = Field(default=None)


class Reversal(Local, table=True):
    """Which transaction a transaction put back: an undo, or the redo of one."""

    txn: int = Field(primary_key=True)
    undoes: int


class Draft(Local, table=True):
    """A form that was left before it was saved; listed for its author only."""

    id: str = Field(primary_key=True)
    actor: str = Field(index=True)
    screen: str
    title: str
    content: str
    started_at: str
    updated_at: str


class AccessLog(Local, table=True):
    """Each reading of a citizen's record: who, when, whose, what was opened. Ids only."""

    __tablename__ = "access_log"

    id: int | None = Field(default=None, primary_key=True)
    at: str
    actor: str
    citizen: str = Field(index=True)
    what: str


class CitizenWord(Local, table=True):
    """The search index: every folded word of a citizen's names, in each form people type it; one word's people in order."""

    __tablename__ = "citizen_word"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    word: str = Field(primary_key=True)
    sort_key: str = Field(primary_key=True)
    citizen: str = Field(primary_key=True, index=True)


class CitizenName(Local, table=True):
    """The names in order: `sort_key` is Danish order (rules.text), `folded` every word of the index, each after a space.

    `ended`: there was a place on a course once, and none is open now.
    """

    __tablename__ = "citizen_name"
    __table_args__ = (Index("ix_citizen_name_order", "ended", "sort_key", "citizen"),)

    citizen: str = Field(primary_key=True)
    sort_key: str
    folded: str
    ended: bool = Field(default=False)


class CitizenPerson(Local, table=True):
    """Who is registered more than once, as it was reckoned last (queries.persons): each row and the oldest of its person."""

    __tablename__ = "citizen_person"

    citizen: str = Field(primary_key=True)
    person: str = Field(index=True)


class PersonAnswer(Local, table=True):
    """About whom each SamePerson row was when it was noted last: for when the row itself goes (an erase, lost trust)."""

    __tablename__ = "person_answer"

    id: str = Field(primary_key=True)
    first: str | None = Field(default=None)
    second: str | None = Field(default=None)


class PersonProposal(Local, table=True):
    """Two persons, each by its oldest row, who may be one: similar names, the same birth date, and nobody has answered."""

    __tablename__ = "person_proposal"

    first: str = Field(primary_key=True)
    second: str = Field(primary_key=True, index=True)


class Known(Local, table=True):
    """A key card that was read in. `purpose`: recipient (bundles are sealed for it) or sender (its bundles are believed)."""

    fingerprint: str = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    name: str
    card: str
    added_at: str
    valid_until: str | None = Field(default=None)
    removed_at: str | None = Field(default=None)
    role: str | None = Field(default=None)


class BundleHistory(Local, table=True):
    """A bundle that was written here, or read in. `direction`: out, in. `covers` is the JSON of what it holds per device."""

    __tablename__ = "bundle_history"

    bundle_id: str = Field(primary_key=True)
    direction: str
    file_name: str
    folder: str
    sha256: str
    created_at: str
    first: int
    last: int
    operations: int
    covers: str
    recipients: str
    handed_at: str | None = Field(default=None)
    received_at: str | None = Field(default=None)
    verified_at: str | None = Field(default=None)
    status: str
    why: str | None = Field(default=None)


class Receipt(Local, table=True):
    """The newest receipt of a receiver, by its age recipient: all that it holds, waits for and refused (JSON each).

    `generation` and `number` order a receiver's receipts: the greatest counts, even if it holds less.
    """

    receiver: str = Field(primary_key=True)
    generation: int
    number: int
    at: str
    heads: str
    waiting: str
    refused: str
    bundles: str


class Notice(Local, table=True):
    """Something that people at this laptop are to know: a new device number, a fork, a clock that is wrong.

    `about` is the JSON of the text's placeholders, ids and dates only. It stands until somebody has seen it.
    """

    id: str = Field(primary_key=True)
    at: str
    kind: str
    about: str
    seen_at: str | None = Field(default=None)
    seen_by: str | None = Field(default=None)
