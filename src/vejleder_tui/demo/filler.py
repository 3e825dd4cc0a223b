"""More of the past for the larger sandboxes: cohorts of invented people, through the same services."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vejleder_tui.demo.scene import Scene

__all__ = ["schedule_filler"]


def schedule_filler(scene: Scene, rows: int, weeks: int) -> None:
    """Put cohorts with about `rows` attendance rows over the past `weeks` into the timeline."""
    _ = (scene, rows, weeks)
