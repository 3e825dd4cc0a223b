"""Første start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.screens.base import BaseScreen

if TYPE_CHECKING:
    from vejleder_tui.clock import Clock
    from vejleder_tui.paths import StorePaths

__all__ = ["SetupScreen"]


class SetupScreen(BaseScreen):
    """Four steps."""

    SCREEN_ID = "setup"

    def __init__(self, *, paths: StorePaths, clock: Clock) -> None:
        super().__init__()
        self.paths, self.clock = paths, clock
