"""A worker at work on one laptop: what every service takes first.

A service is one use case in one function: it takes plain values, opens or joins one transaction, and returns what was saved.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from vejleder_tui.clock import local, local_date, stamp
from vejleder_tui.errors import NotFoundError, NotSavedError, RuleError
from vejleder_tui.i18n import _
from vejleder_tui.ids import IdSource
from vejleder_tui.model import Record
from vejleder_tui.oplog import (
    Door,
    RowMissingError,
    RowState,
    ValueFormError,
    Writer,
    read_row,
    table_names,
    to_json,
)
from vejleder_tui.services.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from sqlcipher3.dbapi2 import Connection

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.store.store import Store

__all__ = ["GUARDED", "Actor", "Desk", "Saved", "Work"]

RecordType = TypeVar("RecordType", bound=Record)

GUARDED = ("operation", "contested", "erased", "held", "withheld")
"""Tables beside the replicated ones that only the log's writer may touch."""


@dataclass(frozen=True)
class Actor:
    """Who is logged in. `role`: worker, coordinator, exporter."""

    worker: str
    initials: str
    role: str


@dataclass(frozen=True)
class Saved:
    """What a service returns when its transaction is on the disk.

    `at` is the local time for "gemt 10:42:07"; `txn` the step that undo takes back, 0 when nothing had to be written.
    """

    at: str
    txn: int
    row: str = ""


class Work:
    """One transaction: reading and writing of rows through the log.

    Errors of form come out as RuleError, missing rows as NotFoundError; both undo the whole transaction.
    """

    def __init__(self, desk: Desk, derived: Derived, label: str, about: Mapping[str, str]) -> None:
        self.desk = desk
        self.derived = derived
        self.now: datetime = desk.clock.now()
        self.today: date = local_date(self.now)
        self.label = label
        self.about = dict(about)
        self._writer = desk.new_writer(derived)

    @property
    def txn(self) -> int:
        """The number of this transaction's first operation; 0 while nothing was written."""
        return self._writer.txn if self._writer.count else 0

    def new_id(self) -> str:
        """Return a new identifier (UUIDv7)."""
        return self.desk.ids.new()

    def go_on_as(self, device: str) -> None:
        """Write from here on as another device, and so does the desk; a rollback takes that back.

        Nothing may have been written in this transaction before.
        """
        if self._writer.count:
            message = "a transaction has one device"
            raise RuntimeError(message)
        self.desk.device = device
        self._writer = self.desk.new_writer(self.derived)

    def rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Return what a SELECT finds, inside this transaction."""
        return [tuple(row) for row in self.desk.store.connection.execute(sql, parameters)]

    def get(self, model: type[RecordType], row: str) -> RecordType:
        """Return a row that is there and not void; raises NotFoundError."""
        found = self.find(model, row)
        if found is None:
            raise NotFoundError(_("Det findes ikke længere."), _("Gå tilbage, og prøv igen."))
        return found

    def find(self, model: type[RecordType], row: str) -> RecordType | None:
        """Return a row that is there and not void, or None."""
        state = self.state(model, row)
        return (
            None
            if state is None or state.void
            else model.model_validate({"id": state.id, "leaves": state.leaves, **state.values})
        )

    def state(self, model: type[Record], row: str) -> RowState | None:
        """Return a row as it stands, void or not, or None."""
        return read_row(self.desk.store.connection, str(model.__tablename__), row)

    def create(
        self,
        model: type[Record],
        row: str,
        key: Mapping[str, object],
        *,
        correction: str | None = None,
        **values: object,
    ) -> str:
        """Write a new row and return its id; one that is there already is changed, one that is void made anew.

        `correction` says why something signed off is changed; it goes into the log, beside the values (some records have
        a field `reason` of their own).
        """
        with _told():
            self._writer.create(str(model.__tablename__), row, key, values, reason=correction)
        return row

    def change(self, model: type[Record], row: str, *, correction: str | None = None, **values: object) -> bool:
        """Write the fields that differ; returns whether any did. `None` empties a field."""
        with _told():
            return self._writer.change(str(model.__tablename__), row, values, reason=correction)

    def void(self, model: type[Record], row: str, *, correction: str | None = None) -> None:
        """Take a row away; it can be restored."""
        with _told():
            self._writer.void(str(model.__tablename__), row, reason=correction)

    def restore(self, model: type[Record], row: str, *, correction: str | None = None) -> None:
        """Bring a void row back."""
        with _told():
            self._writer.restore(str(model.__tablename__), row, reason=correction)

    def put_back(
        self, table: str, row: str, values: Mapping[str, str | int | bool | None], *, correction: str | None = None
    ) -> None:
        """Write exactly these values: the writing half of undo."""
        with _told():
            self._writer.put_back(table, row, values, reason=correction)

    def erase(self, rows: Iterable[str], fields: Iterable[tuple[str, str]] = (), *, reason: str | None = None) -> None:
        """Delete rows, and (row, field) of others' rows, for ever: here and wherever it is merged. See services.erasing."""
        self._writer.erase(rows, fields, reason=reason)

    def saved(self, row: str = "") -> Saved:
        """Return the receipt of this transaction; true only once its block has ended without an error."""
        return Saved(at=f"{local(self.now):%H:%M:%S}", txn=self.txn, row=row)


@contextmanager
def _told() -> Iterator[None]:
    """Turn the log's own errors into what a person is told; neither names a value."""
    try:
        yield
    except ValueFormError as error:
        field = str(error).partition(":")[0]
        raise RuleError(_("Feltet kan ikke gemmes sådan."), _("Ret det, og prøv igen."), field=field) from error
    except RowMissingError as error:
        raise NotFoundError(
            _("Det, der skulle ændres, findes ikke længere."), _("Gå tilbage, og prøv igen.")
        ) from error


class Desk:
    """The store, the laptop's device and the worker who is logged in."""

    def __init__(self, store: Store, *, device: str, actor: Actor, clock: Clock, randomness: Randomness) -> None:
        self.store = store
        self.device = device
        self.actor = actor
        self.clock = clock
        self.ids = IdSource(clock, randomness)
        self._work: Work | None = None
        self._thread = 0
        # One door a store: a second desk's own would shut this one out.
        door = store.door
        if isinstance(door, Door):
            self._door = door
        else:
            self._door = Door()
            if store.writes:
                store.guard([*table_names(), *GUARDED], self._door)

    @property
    def door(self) -> Door:
        """The door through which alone replicated rows are written; a merge opens it."""
        return self._door

    def as_actor(self, actor: Actor) -> None:
        """Let another worker work from here on (the sandbox and the lock screen use it)."""
        self.actor = actor

    def new_writer(self, derived: Derived) -> Writer:
        """Return what writes rows for the length of the transaction that is open."""
        return Writer(
            self.store.connection, device=self.device, actor=self.actor.worker, ids=self.ids, door=self._door,
            after=derived.note,
        )  # fmt: skip

    @contextmanager
    def transaction(self, label: str = "", **about: str) -> Iterator[Work]:
        """Open a transaction as the actor, or join the one that is open in this thread; another thread waits its turn.

        `label` (marked with `N_`) and its placeholders say what `z` will have undone; without a label it is no step of its
        own. Raises NotSavedError when the disk refuses, when what joined it failed and its error was swallowed, or when this
        laptop's key is revoked: then nothing of it is kept.
        """
        work = self._work
        if work is not None and self._thread == threading.get_ident():
            with self.store.transaction():
                if label and not work.label:
                    work.label, work.about = label, dict(about)
                yield work
            return
        if not self.store.writes:
            raise NotSavedError(_("Kun læsning: registreringerne er åbne i et andet vindue."))
        device = self.device
        try:
            with self.store.transaction() as connection:
                self._refuse_revoked(connection)
                derived, actor = Derived(connection), self.actor.worker
                work = Work(self, derived, label, about)
                self._work, self._thread = work, threading.get_ident()
                try:
                    yield work
                    derived.bring_up_to_date()
                    if work.txn and work.label:
                        connection.execute(
                            "INSERT INTO step (txn, actor, at, label, about, current) VALUES (?, ?, ?, ?, ?, ?)",
                            (work.txn, actor, stamp(work.now), work.label, to_json(work.about), work.txn),
                        )
                finally:
                    self._work = None
        except BaseException:
            self.device = device
            raise

    def _refuse_revoked(self, connection: Connection) -> None:
        """Refuse to write under a key that a coordinator has revoked: it would count nowhere else, and be put aside here."""
        revoked = connection.execute(
            "SELECT 1 FROM device own JOIN device other ON other.sign_key = own.sign_key"
            " WHERE own.id = ? AND other.revoked_seq IS NOT NULL AND other.void = 0 LIMIT 1",
            (self.device,),
        ).fetchone()
        if revoked is not None:
            raise NotSavedError(
                _("Ikke gemt: en koordinator har spærret denne computer."),
                _("Tal med koordinatoren, før du går videre."),
            )
