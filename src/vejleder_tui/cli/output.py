"""What commands print: sentences for people, one JSON value for programs, errors on the error stream."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from vejleder_tui.errors import NotSavedError, RuleError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.errors import VejlederError

__all__ = ["complain", "fail", "let_go", "prepare_streams", "print_json", "say", "sure", "wants_json"]


def prepare_streams() -> None:
    """Write UTF-8 whatever the system's own encoding is, so that Danish letters survive a pipe on Windows.

    A stream that was closed before the start (`<&-`, a service without a console) is replaced by one that is empty.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as the program
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        with contextlib.suppress(ValueError, OSError):
            reconfigure(errors="replace")


def wants_json(arguments: argparse.Namespace) -> bool:
    """Return whether `--json` was given."""
    return bool(getattr(arguments, "json", False))


def say(text: str = "") -> None:
    """Print one line, at once; raises NotSavedError where the disk takes no more, BrokenPipeError where nobody reads."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        let_go(sys.stdout)
        raise NotSavedError(
            _("Resultatet kan ikke skrives."), _("Gør plads på disken, eller skriv det et andet sted hen.")
        ) from error


def sure() -> bool:
    """Ask for a "yes" at the terminal; raises RuleError where nobody sits at one."""
    if not sys.stdin.isatty():
        raise RuleError(_("Det skal bekræftes."), _("Angiv --yes."))
    return input(_("Skriv ja for at gå videre:") + " ").strip().casefold() in {"ja", "yes"}


def complain(text: str) -> None:
    """Print lines on the error stream, if it takes them."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        let_go(sys.stderr)


def let_go(stream: TextIO) -> None:
    """Send what is still to be written nowhere: the interpreter would complain of it at its end."""
    with contextlib.suppress(OSError, ValueError):
        number = os.open(os.devnull, os.O_WRONLY)
        os.dup2(number, stream.fileno())
        os.close(number)


def print_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print one JSON value."""
    say(json.dumps(value, ensure_ascii=False, indent=1))


def fail(error: VejlederError) -> int:
    """Print what, why and what next on the error stream; return the exit code."""
    complain(str(error))
    return int(error.code)
