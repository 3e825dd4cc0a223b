"""What a bundle holds, told in sentences or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.keys import key_text
from vejleder_tui.cli.opening import open_store
from vejleder_tui.errors import RefusedError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

__all__ = ["describe", "gather", "opening_keys"]


def opening_keys(arguments: argparse.Namespace) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the age identities that open a bundle, of `--identity` or of the store, and the device keys known there."""
    if arguments.identity:
        from vejleder_tui.bundle.keys import parse_identities  # noqa: PLC0415

        return parse_identities(key_text(arguments.identity)), {}
    from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415
    from vejleder_tui.queries.keys import device_keys  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        return (own_keys(store.connection).identity,), device_keys(store.connection)
    finally:
        store.close()


def gather(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what a bundle says of itself and the rows that it touches; raises RefusedError when it is not whole."""
    from vejleder_tui.bundle.reader import open_bundle  # noqa: PLC0415
    from vejleder_tui.bundle.verify import read_operation, verify_bundle  # noqa: PLC0415

    identities, keys = opening_keys(arguments)
    path = Path(arguments.file)
    found = verify_bundle(path, identities, device_keys=keys)
    if not found.ok or found.header is None:
        raise RefusedError(" ".join(found.errors))
    header = found.header
    operations: dict[str, int] = {}
    moments: dict[str, list[str]] = {}
    names: dict[str, str] = {header.exporter.device: header.exporter.name}
    with open_bundle(path, identities, manifest=found.manifest) as reader:
        for device, seq, _one, line in reader.lines():
            said = read_operation(line, device, seq)
            operations[str(said["table"])] = operations.get(str(said["table"]), 0) + 1
            moments.setdefault(device, [str(said["at"]), ""])[1] = str(said["at"])
            values = said.get("values")
            if said["table"] == "device" and isinstance(values, dict) and isinstance(values.get("name"), str):
                names[str(said["row"])] = values["name"]
    return {
        "bundle_id": header.bundle_id,
        "kind": header.kind,
        "created": header.created,
        "version": header.version,
        "schema": header.schema,
        "exporter": {
            "device": header.exporter.device, "name": header.exporter.name,
            "municipality": header.exporter.municipality, "public_key": header.exporter.public_key,
        },
        "operations": header.operations,
        "covers": [
            {
                "device": cover.device, "name": names.get(cover.device, ""), "first": cover.first, "last": cover.last,
                "from": moments.get(cover.device, ["", ""])[0], "to": moments.get(cover.device, ["", ""])[1],
            }
            for cover in header.covers
        ],
        "tables": dict(sorted(operations.items())),
        "recipients": list(header.recipients),
        "sha256": found.sha256,
    }  # fmt: skip


def describe(found: dict[str, Any]) -> Iterator[str]:
    """Yield what `gather` found as sentences."""
    from vejleder_tui.clock import from_stamp, local  # noqa: PLC0415
    from vejleder_tui.queries.handover_words import kind_words  # noqa: PLC0415
    from vejleder_tui.rules.formats import number, whole_date  # noqa: PLC0415

    written = local(from_stamp(found["created"]))
    yield _("Pakken er hel og rigtigt underskrevet: {operations} ændringer.").format(
        operations=number(found["operations"])
    )
    yield _("Skrevet {date} {time} på {device} i kommune {municipality} med version {version}.").format(
        date=whole_date(written.date()), time=f"{written:%H:%M}", device=_clean(found["exporter"]["name"]),
        municipality=found["exporter"]["municipality"], version=found["version"],
    )  # fmt: skip
    for cover in found["covers"]:
        yield _("{device}: ændring {first}–{last}.").format(
            device=_clean(cover["name"]) or cover["device"][:8],
            first=number(cover["first"]),
            last=number(cover["last"]),
        )
    yield _("Ændringer efter slags: {kinds}.").format(kinds=kind_words(found["tables"]))
    yield _("Kan åbnes af {count} nøgler.").format(count=len(found["recipients"]))


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() else "·" for one in text)
