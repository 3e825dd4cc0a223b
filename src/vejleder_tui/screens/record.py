"""How a screen opens a citizen's record: through the one door, in a reader thread, logged before it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from vejleder_tui.queries.citizen_record import Door
    from vejleder_tui.screens.protocol import AppServices

__all__ = ["at_the_door"]

T = TypeVar("T")


async def at_the_door(app: AppServices, act: Callable[[Door], T]) -> T:
    """Run `act` with the door of the worker who is logged in; raises what the door raises."""
    store = cast("Any", app.store_link).store
    worker, clock = app.actor.worker_id, app.clock

    def opened(_reader: object) -> T:
        from vejleder_tui.queries.citizen_record import Door  # noqa: PLC0415 - not for the first paint

        return act(Door(store, worker, clock))

    return await app.read(opened)
