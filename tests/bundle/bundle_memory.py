"""Run by a test in a process of its own: write and verify N operations, print the peak of resident memory in KiB."""

from __future__ import annotations

import hashlib
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bundle.bundle_builder import a_device, a_header
from vejleder_tui.bundle.chain import next_hash
from vejleder_tui.bundle.header import GENESIS, Cover
from vejleder_tui.bundle.tree import Tree
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.bundle.writer import sign_head, write_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator


def main(folder: Path, count: int) -> None:
    ours = a_device(1)

    def lines() -> Iterator[bytes]:
        yield ours.lines[0]
        for seq in range(2, count + 1):
            salt = hashlib.sha256(b"%d" % seq).hexdigest()
            yield (
                b'{"device":"%s","seq":%d,"schema":1,"at":"2026-11-20T15:04:00Z","actor":"a","txn":%d,"kind":"write",'
                b'"table":"attendance","row":"%s","key":{"session":"s"},"values":{"code":"F","note":"%s"},"replaces":{},'
                b'"reason":null,"salt":"%s"}'
                % (ours.device.encode(), seq, seq, salt[:32].encode(), b"n" * 60, salt[32:].encode())
            )

    end, tree = GENESIS, Tree()
    for line in lines():
        end = next_hash(end, line)
        tree.leaf(end)
    signature = sign_head(ours.signer, ours.device, count, end, tree.root())
    cover = Cover(ours.device, 1, count, GENESIS, end, tree.root(), signature, ours.signer.public.text)
    header = a_header(ours, [cover], [ours.recipient])
    written = write_bundle(folder, header, lines(), header.recipients, ours.signer)
    found = verify_bundle(written.path, [ours.identity])
    assert found.ok, found.detail
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
