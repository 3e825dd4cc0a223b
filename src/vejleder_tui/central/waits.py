"""What is missing of each device, and what is here and waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vejleder_tui.oplog.places import missing

if TYPE_CHECKING:
    from vejleder_tui.central.database import Centre

__all__ = ["Gap", "Waiting", "gaps", "waiting"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` to `last` of a device are not here. `withheld`: a sender left them out on purpose (a slice)."""

    device: str
    first: int
    last: int
    withheld: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Operations `first` to `last` of a device, one after the other, that are not folded for one and the same reason."""

    device: str
    first: int
    last: int
    why: str
    need: str


def gaps(centre: Centre) -> list[Gap]:
    """Return what is missing, by device and number."""
    found = [Gap(one.device, one.first, one.last, withheld=False) for one in missing(centre)]
    runs = centre.execute("SELECT device, first, last FROM withheld").fetchall()
    found.extend(Gap(str(device), int(first), int(last), withheld=True) for device, first, last in runs)
    return sorted(set(found), key=lambda gap: (gap.device, gap.first, gap.last))


def waiting(centre: Centre) -> list[Waiting]:
    """Return what is here and not folded, in runs; what was refused is among it."""
    found: list[Waiting] = []
    for device, seq, why, need in centre.execute(
        "SELECT device, seq, why, need FROM held ORDER BY device, why, need, seq"
    ):
        before = found[-1] if found else None
        if before and (before.device, before.why, before.need) == (device, why, need) and before.last in {seq, seq - 1}:
            found[-1] = Waiting(before.device, before.first, int(seq), before.why, before.need)
        else:
            found.append(Waiting(str(device), int(seq), int(seq), str(why), str(need)))
    return found
