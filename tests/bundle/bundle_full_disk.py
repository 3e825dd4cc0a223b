"""Run by a test in a process of its own: write a bundle larger than the operating system lets this process write."""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

from tests.bundle.bundle_builder import a_device, a_small_header
from vejleder_tui.bundle.writer import write_bundle
from vejleder_tui.errors import NotSavedError


def main(folder: Path, limit: int) -> None:
    ours = a_device(5_000)
    header = a_small_header(ours)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        write_bundle(folder, header, ours.lines, header.recipients, ours.signer)
    except NotSavedError as error:
        print(error)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
