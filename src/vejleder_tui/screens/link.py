"""The open store as the program on the screen uses it: one reader connection a thread, one desk in the writer thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from vejleder_tui.codes.attendance import use_own_kinds
from vejleder_tui.errors import NotFoundError, NotSavedError
from vejleder_tui.i18n import _
from vejleder_tui.queries.attendance_codes import own_attendance_kinds
from vejleder_tui.queries.joining import seated
from vejleder_tui.screens.protocol import Actor
from vejleder_tui.store.lock import read_holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.clock import Clock
    from vejleder_tui.ids import Randomness
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.store.store import Store

__all__ = ["Aside", "Seat"]

T = TypeVar("T")

_ACTOR_SQL = (
    "SELECT coalesce(w.initials, ''), coalesce(w.role, 'worker'), coalesce(d.name, ''), l.value"
    " FROM worker w LEFT JOIN local_value l ON l.name = 'device' LEFT JOIN device d ON d.id = l.value"
    " WHERE w.id = ? AND w.void = 0"
)


class _Shared:
    """The one desk of a store, which all its seats write through."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.desk = desk


class Aside(NamedTuple):
    """What long work beside the writer gets: the store (for readers and local tables), the clock, and randomness."""

    store: Store
    clock: Clock
    randomness: Randomness


class Seat:
    """A worker's seat at an open store; implements `screens.protocol.StoreLink`.

    The models (half a second) are loaded by the first write: the first paint needs plain SQL only.
    What was asked for in a seat is written in its worker's name, also where another has sat down meanwhile.
    Raises NotFoundError when the store does not know the worker.
    """

    def __init__(
        self, store: Store, worker: str, *, clock: Clock, randomness: Randomness, desk: Desk | None = None
    ) -> None:
        worker = seated(store.connection, worker)
        found = store.connection.execute(_ACTOR_SQL, (worker,)).fetchone()
        if found is None or found[3] is None:
            raise NotFoundError(_("Medarbejderen findes ikke i registreringerne."), _("Lås op som en anden."))
        use_own_kinds(own_attendance_kinds(store.connection))
        self.store = store
        self._actor = Actor(worker, found[0], found[1], found[2])
        self._device = str(found[3])
        self._clock, self._randomness = clock, randomness
        self._shared = _Shared(desk)
        self._own = threading.local()

    @property
    def actor(self) -> Actor:
        """Who is logged in."""
        return self._actor

    @property
    def read_only(self) -> bool:
        """Whether another window has the right to write."""
        return not self.store.writes

    def another(self, worker: str) -> Seat:
        """Return the seat of another worker at the same store; an unlock after a lock may be by another person."""
        made = Seat(self.store, worker, clock=self._clock, randomness=self._randomness)
        made._shared = self._shared
        return made

    def read(self, query: Callable[[Any], T]) -> T:
        """Run a query with this thread's own reader connection."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self.store.reader()
        with self.store.in_use(connection):
            return query(connection)

    def write(self, act: Callable[[Any], T]) -> T:
        """Run a service with the desk; called in the one writer thread, where the desk is made at the first call."""
        if self.read_only:
            raise NotSavedError(self.read_only_sentence())
        return act(self._ready())

    def beside(self, act: Callable[[Any], T]) -> T:
        """Run long work with an `Aside`; it opens connections of its own, and the writer's is not touched."""
        return act(Aside(self.store, self._clock, self._randomness))

    def local(self, act: Callable[[Any], T]) -> T:
        """Run `act` with a connection to the laptop's own tables, in a transaction; also where another window writes."""
        from vejleder_tui.services.bookkeeping import bookkeeping  # noqa: PLC0415 - after the first paint

        with bookkeeping(self.store) as connection:
            return act(connection)

    def read_only_sentence(self) -> str:
        """Return why nothing can be written here."""
        holder = read_holder(self.store.paths.lock)
        who = holder.initials or _("en anden")
        return _("Kun læsning: {who} skriver i et andet vindue.").format(who=who)

    def close(self) -> None:
        """Let go of the store, after the last write."""
        self.store.close()

    def _ready(self) -> Desk:
        from vejleder_tui.services.desk import Actor as Person  # noqa: PLC0415 - half a second, after the first paint
        from vejleder_tui.services.desk import Desk  # noqa: PLC0415

        person = Person(self._actor.worker_id, self._actor.initials, self._actor.role)
        if self._shared.desk is None:
            from vejleder_tui.services.erasing import finish_erase  # noqa: PLC0415

            finish_erase(self.store, clock=self._clock, randomness=self._randomness)
            self._shared.desk = Desk(
                self.store, device=self._device, actor=person, clock=self._clock, randomness=self._randomness
            )
        self._shared.desk.as_actor(person)
        return self._shared.desk
