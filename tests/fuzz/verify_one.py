"""Run by a test in a process of its own, under limits: verify one file, print how it was refused and what that took."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from vejleder_tui.bundle.verify import verify_bundle

ADDRESS_SPACE = 1024**3


def main(path: Path, identity: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    started = time.process_time()
    found = verify_bundle(path, [identity])
    took = time.process_time() - started
    # The process's own peak in KiB; what getrusage tells counts the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0])
    told = {"ok": found.ok, "detail": found.detail, "seconds": took, "peak": peak}
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
