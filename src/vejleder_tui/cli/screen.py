"""Commands of this group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    _ = (commands, common)


def open_app(arguments: argparse.Namespace) -> int:
    """Open the full-screen program."""
    _ = arguments
    return 0
