"""The only door to the replicated tables: TEMP triggers that ask a Python function whether it is open.

They live on the connection, so the schema, the migrations and PostgreSQL know nothing of them, and they are asked when
a row is written, not when a statement is prepared (an authorizer let a cached statement slip through). They stop what
is written past the writer by mistake, whatever path it takes to this connection. They are no wall against code that
sets out to break them: who runs code here can drop a trigger, change the schema, or open the file anew with the key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlcipher3.dbapi2 import Connection

__all__ = ["CLOSED", "ClosedDoor", "Door", "install"]

REFUSAL: Final = "written outside the log"
"""How the driver's error begins when a row is written while the door is closed."""


class Door(Protocol):
    """Whatever knows whether the writer of the log is at work."""

    def state(self) -> int:
        """Return 1 while the writer is writing, else 0; called once for every row."""
        ...


class ClosedDoor:
    """The door of a connection that never writes replicated rows."""

    def state(self) -> int:
        """Return 0."""
        return 0


CLOSED: Final = ClosedDoor()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def install(connection: Connection, tables: Iterable[str], door: Door) -> None:
    """Refuse every insert, update and delete in `tables` on this connection while `door.state()` is not 1.

    A refused statement fails with SQLITE_CONSTRAINT and changes nothing; what the transaction did before stays.
    Installing again replaces the door and the triggers. Run migrations before it. A table that is not there raises
    the driver's error.
    """
    connection.create_function("vejleder_door", 0, door.state)
    for table in tables:
        message = f"{REFUSAL}: {table}".replace("'", "''")
        for act in ("INSERT", "UPDATE", "DELETE"):
            trigger = _quoted(f"guard_{table}_{act}")
            connection.execute(f"DROP TRIGGER IF EXISTS temp.{trigger}")
            connection.execute(
                f"CREATE TEMP TRIGGER {trigger} BEFORE {act} ON main.{_quoted(table)} "
                f"WHEN vejleder_door() IS NOT 1 BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
