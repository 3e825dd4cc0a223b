"""What is held of a device beyond what is held in full: the stretches that a slice brought, told and acknowledged one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from vejleder_tui.bundle.branches import Branches, Stretch, irregular_devices

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vejleder_tui.bundle.branches import Connection

__all__ = ["Part", "by_device", "held_parts", "left_of"]


class _OfDevice(Protocol):
    @property
    def device(self) -> str: ...


_Told = TypeVar("_Told", bound=_OfDevice)


class Part(NamedTuple):
    """Operations `first` to `last` of a device, those that lead to the place of `hash`: all of them are held."""

    device: str
    first: int
    last: int
    hash: str


def held_parts(connection: Connection) -> list[Part]:
    """Return what is held of each device outside what `slices.have` tells, by device and number.

    A stretch ends at each end that the device signed, so that a receiver who knows no later place finds one.
    """
    found: list[Part] = []
    for device in sorted(irregular_devices(connection)):
        ends = connection.execute("SELECT seq FROM signed_head WHERE device = ?", (device,)).fetchall()
        aside = Branches(connection, device, {int(seq) for (seq,) in ends}).aside()
        found.extend(Part(device, one.first, one.last, one.end) for one in aside)
    return found


def by_device(told: Iterable[_Told]) -> dict[str, list[_Told]]:
    """Return places, or parts, by the device they are of."""
    found: dict[str, list[_Told]] = {}
    for one in told:
        found.setdefault(one.device, []).append(one)
    return found


def left_of(path: Sequence[Stretch], done: Iterable[Stretch]) -> list[Stretch]:
    """Return a path from the first stretch on that is not acknowledged; later ones that are need not travel."""
    held = set(done)
    left: list[Stretch] = []
    for one in path:
        if one not in held:
            left.append(one)
        elif left:
            left.append(one._replace(present=False))
    return left
