"""Laptops that meet, for what a merge brings together."""

from tests.meeting.conftest import laptop, made_laptops

__all__ = ["laptop", "made_laptops"]
