"""What is printed when the program breaks: type and place, never a value.

Tracebacks and exception texts can hold names and CPR numbers, so neither is ever printed or logged.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

__all__ = ["describe", "install", "loop_handler", "message", "report"]

_state: dict[str, Path | None] = {"folder": None}
_HERE = Path(__file__).parent


def describe(error: BaseException) -> str:
    """Return `Type, file:line`: the innermost place in this program, or else the innermost of all."""
    inner = getattr(error, "error", None)
    if isinstance(inner, BaseException):
        error = inner
    place = ""
    outside = ""
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        outside = f"{file.name}:{trace.tb_lineno}"
        if file.is_relative_to(_HERE):
            place = f"{file.relative_to(_HERE.parent).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    if place and outside and not place.endswith(f"/{outside}"):
        place = f"{place} ({outside})"
    return f"{type(error).__name__}, {place or outside or '?'}"


def message(error: BaseException) -> str:
    """Return what the terminal shows: the sentence, and below it type and place."""
    told = _("Vejleder måtte lukke på grund af en fejl. Det, der stod som gemt, er gemt. Start igen: vejleder")
    return f"{told}\n{describe(error)}"


def report(error: BaseException, moment: datetime | None = None) -> str:
    """Write type and place to the log folder, if one is known, and return what the terminal shows."""
    folder = _state["folder"]
    if folder is not None:
        stamp = f"{moment:%Y-%m-%dT%H:%M:%SZ} " if moment is not None else ""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = folder / "fejl.log"
            with path.open("a", encoding="utf-8") as writable:
                writable.write(f"{stamp}{describe(error)}\n")
            path.chmod(0o600)
        except OSError:
            pass
    return message(error)


def install(folder: Path | None = None) -> None:
    """Replace Python's own ways of showing an error, in the main thread, in other threads and in finalizers."""
    _state["folder"] = folder

    def uncaught(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        sys.stderr.write(report(error) + "\n")

    def in_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            sys.stderr.write(report(arguments.exc_value) + "\n")

    def unraisable(arguments: Any) -> None:  # noqa: ANN401 - sys.UnraisableHookArgs exists for type checkers only
        if arguments.exc_value is not None:
            report(arguments.exc_value)

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable


def loop_handler(_loop: object, context: dict[str, Any]) -> None:
    """Stand in for asyncio's handler, which logs the text of the error."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        report(error)
