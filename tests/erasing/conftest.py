"""Erases travel between the laptops that `tests/meeting` has."""

from tests.meeting.conftest import laptop, made_laptops

__all__ = ["laptop", "made_laptops"]
