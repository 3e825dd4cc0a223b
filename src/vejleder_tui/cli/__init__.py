"""The command line: `vejleder` and `vejleder-tui`."""

from __future__ import annotations


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code (the codes stand in `errors.ExitCode`)."""
    try:
        from vejleder_tui.cli.parser import run  # noqa: PLC0415

        return run(argv)
    except KeyboardInterrupt:  # while the modules are loaded
        return 11
