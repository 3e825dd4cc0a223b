"""What a session costs. Money is whole øre where it is stored, exact fractions while it is reckoned."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["StaffTime", "cost_per_seat", "session_cost", "staff_minutes"]


@dataclass(frozen=True)
class StaffTime:
    """Minutes of one worker on a session (delivery, preparation, documentation …) and the rate in øre an hour."""

    minutes: int
    rate_ore: int


def staff_minutes(staff: Iterable[StaffTime]) -> int:
    """Return all staff minutes of a session."""
    return sum(one.minutes for one in staff)


def session_cost(
    staff: Iterable[StaffTime], *, venue_ore: int = 0, material_ore: int = 0, transport_ore: int = 0
) -> Fraction:
    """Return staff minutes × rate + venue + materials + participants' transport, in øre, unrounded."""
    wages = sum((Fraction(one.minutes * one.rate_ore, 60) for one in staff), Fraction(0))
    return wages + venue_ore + material_ore + transport_ore


def cost_per_seat(cost: Fraction | int, attended: int) -> Fraction | None:
    """Return cost / attended seats in øre, unrounded; None ("–") where nobody attended."""
    return Fraction(cost) / attended if attended else None
