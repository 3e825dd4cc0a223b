"""What `inspect` and `open` share: the keys that open a bundle, and its contents as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_store

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.bundle.contents import Contents

__all__ = ["as_json", "opening_keys"]


def opening_keys(arguments: argparse.Namespace) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the age identities that open a bundle, of `--identity` or of the store, and the device keys known there."""
    if arguments.identity:
        from vejleder_tui.bundle.key_file import read_key_file  # noqa: PLC0415
        from vejleder_tui.bundle.keys import parse_identities  # noqa: PLC0415

        return parse_identities(read_key_file(arguments.identity, pipes=True, private=True)), {}
    from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415
    from vejleder_tui.queries.keys import device_keys  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        return (own_keys(store.connection).identity,), device_keys(store.connection)
    finally:
        store.close()


def as_json(found: Contents) -> dict[str, Any]:
    """Return what a bundle holds as `inspect --json` prints it."""
    header = found.header
    exporter = header.exporter
    return {
        "bundle_id": header.bundle_id,
        "kind": header.kind,
        "created": header.created,
        "version": header.version,
        "schema": header.schema,
        "exporter": {
            "device": exporter.device, "name": exporter.name, "municipality": exporter.municipality,
            "public_key": exporter.public_key,
        },
        "operations": header.operations,
        "covers": [
            {
                "device": one.device, "name": one.name, "first": one.first, "last": one.last, "from": one.begins,
                "to": one.ends,
            }
            for one in found.covers
        ],
        "tables": found.tables,
        "recipients": list(header.recipients),
        "sha256": found.sha256,
    }  # fmt: skip
