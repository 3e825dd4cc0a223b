"""Screens as plain text, compared with the pictures in `tests/golden`; `GOLDEN=write` draws them anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.settling import settle

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

FOLDER = Path(__file__).parents[1] / "golden"


def screen_text(app: App[Any]) -> str:
    """Return what stands on the terminal, all screens of the stack together, one line a row, right end stripped."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


def lines(app: App[Any]) -> list[str]:
    """Return the rows of the screen; row 1 of the terminal is number 0."""
    return screen_text(app).splitlines()


async def wait(pilot: Pilot[Any]) -> None:
    """Wait until the program has settled; no sleeping, and no guessing (see `tests.settling`)."""
    await settle(pilot.app)


def check_golden(app: App[Any], name: str) -> None:
    """Compare the screen with `tests/golden/NAME-WxH.txt`; a missing picture is an error unless `GOLDEN=write`."""
    made = screen_text(app)
    path = FOLDER / f"{name}-{app.size.width}x{app.size.height}.txt"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8")
        return
    assert path.exists(), f"No picture {path.name}; look at this one and run with GOLDEN=write:\n{made}"
    assert made == path.read_text(encoding="utf-8"), f"Not the picture {path.name}:\n{made}"
