"""The state digest as commands print it, a laptop's and a centre's alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.oplog import Database

__all__ = ["print_digest"]


def print_digest(database: Database, arguments: argparse.Namespace) -> int:
    """Print the digest of what `database` holds, and how much that is; returns the exit code."""
    from vejleder_tui.oplog import state_digest  # noqa: PLC0415

    found = state_digest(database)
    if wants_json(arguments):
        print_json({"digest": found.digest, "operations": found.operations, "rows": found.rows})
    else:
        say(found.digest)
        say(
            _("{operations} ændringer, {rows} rækker.").format(
                operations=found.operations, rows=sum(found.rows.values())
            )
        )
    return int(ExitCode.DONE)
