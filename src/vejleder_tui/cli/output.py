"""What commands print: sentences for people, one JSON value for programs, errors on the error stream."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.errors import VejlederError

__all__ = ["fail", "prepare_streams", "print_json", "say", "wants_json"]


def prepare_streams() -> None:
    """Write UTF-8 whatever the system's own encoding is, so that Danish letters survive a pipe on Windows."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def wants_json(arguments: argparse.Namespace) -> bool:
    """Return whether `--json` was given."""
    return bool(getattr(arguments, "json", False))


def say(text: str = "") -> None:
    """Print one line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print one JSON value."""
    say(json.dumps(value, ensure_ascii=False, indent=1))


def fail(error: VejlederError) -> int:
    """Print what, why and what next on the error stream; return the exit code."""
    sys.stderr.write(f"{error}\n")
    return int(error.code)
