"""Rounding, done once and only for display: half up, without floating point."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

__all__ = ["as_decimal", "round_half_up"]

Number = int | Decimal | Fraction
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def round_half_up(value: Number) -> int:
    """Return the nearest whole number; a half goes away from zero."""
    return int(as_decimal(value, 0))


def as_decimal(value: Number, places: int) -> Decimal:
    """Return a number with `places` decimals (0 or more), rounded half up (away from zero)."""
    exact = Fraction(value)
    scaled = abs(exact) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    whole += rest * 2 >= scaled.denominator
    return _WIDE.create_decimal(whole if exact >= 0 else -whole).scaleb(-places, context=_WIDE)
