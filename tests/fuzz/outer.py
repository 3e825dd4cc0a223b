"""The outer layers: bytes of a sealed file, its members, its header, receipts. Only what somebody truly signed may apply."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import Any

from tests.bundle.bundle_builder import Member, packed, sealed, tar_of, told_of, with_manifest
from tests.fuzz.chains import Path, carried, whole
from tests.fuzz.files import fields_of_header, file_of, header_of, members_of, pieces_of
from tests.fuzz.inner import Outcomes, outcome_of
from tests.fuzz.mutations import NASTY, Mutator, mutated_bytes, mutated_json
from tests.fuzz.oracle import check, take_in
from tests.fuzz.world import COORDINATOR, OURS, PARTS, RELAY, STRANGER, WORKER, Stage, stage
from vejleder_tui import SCHEMA
from vejleder_tui.bundle.header import BundleHeader
from vejleder_tui.bundle.told import BundleState, RefusedOperation, Told, WaitingRun
from vejleder_tui.bundle.verify import Verification, verify_bundle

__all__ = ["ReceiptCase", "file_bytes", "header", "members", "receipt_case"]


@dataclass(frozen=True)
class _True:
    """A right bundle, from the relay to us."""

    header: BundleHeader
    lines: list[str]
    members: list[Member]
    sealed: bytes


@cache
def _true(place: int) -> _True:
    world = stage(0.6)
    paths = [whole(world.parties[name], 2 + place) for name in (COORDINATOR, WORKER, RELAY)][: place + 1]
    found, lines = header_of(world.parties[RELAY], world.parties[OURS].recipient, paths)
    listed = members_of(found.to_json(), lines, found.trusted_comment, world.parties[RELAY].signer)
    return _True(found, lines, listed, sealed(packed(tar_of(listed)), world.parties[OURS].recipient))


def _verified(path: File, world: Stage) -> Verification:
    keys = {party.device: party.key for name, party in world.parties.items() if name != STRANGER}
    return verify_bundle(
        path, [world.parties[OURS].identity], lambda key: key in world.roles, device_keys=keys, newest_schema=SCHEMA
    )


def _judged(path: File, world: Stage) -> str:
    """Read a file as we do; assert that it says nothing that nobody signed, and return what became of it."""
    found = _verified(path, world)
    if not found.ok:
        assert found.reason is not None
        assert len(found.errors) == 1
        return f"refused: {found.reason.value}"
    calls = pieces_of(path, world.parties[OURS].identity, found)
    database = world.copy()
    done = take_in(database, world.roles, calls)
    if done is None:
        return "refused: another key"
    check(database, world.roles)
    true = {one for party in world.parties.values() for one in party.hashes}
    lines = {one for (one,) in database.execute("SELECT hash FROM operation WHERE line IS NOT NULL").fetchall()}
    assert lines <= true, "somebody's word was made up"
    known = "" if found.signer_known else ", its exporter unknown"
    return outcome_of(done.applied, done.held, done.erased) + known


def file_bytes(seed: int, folder: File) -> Outcomes:
    """Outer bytes: flipped, cut, put in, two files spliced."""
    chance = random.Random(f"bytes {seed}")
    one, other = _true(chance.randrange(3)), _true(chance.randrange(3))
    changed = mutated_bytes(chance, one.sealed, other.sealed)
    path = folder / "fuzz.age"
    path.write_bytes(changed)
    if changed in (one.sealed, other.sealed):
        return Counter({"the file as it was": 1})
    found = _verified(path, stage(0.6))
    assert not found.ok, "a changed file passes"
    assert found.reason is not None
    return Counter({f"refused: {found.reason.value}": 1})


def members(seed: int, folder: File) -> Outcomes:
    """Members changed and sealed again: with the old manifest, with a new one unsigned, or signed by an unknown key."""
    chance = random.Random(f"members {seed}")
    world, one = stage(0.6), _true(chance.randrange(3))
    stranger, ours = world.parties[STRANGER], world.parties[OURS]
    listed = list(one.members)
    way = chance.choice(("old manifest", "new manifest", "unknown key", "unknown key says so", "tar", "zstd"))
    if way in {"tar", "zstd"}:
        inner = mutated_bytes(chance, tar_of(listed)) if way == "tar" else tar_of(listed)
        inner = packed(inner) if way == "tar" else mutated_bytes(chance, packed(inner))
        path = folder / "fuzz.age"
        path.write_bytes(sealed(inner, ours.recipient))
        return Counter({_judged(path, world): 1})
    if way == "unknown key says so":
        fields = fields_of_header(one.header)
        fields["exporter"]["public_key"] = stranger.key
        if chance.random() < 0.5:
            fields["exporter"]["device"] = stranger.device
        listed[0] = ("bundle.json", json.dumps(fields).encode())
    if way != "unknown key says so" or chance.random() < 0.5:
        listed = _changed(chance, listed)
    if way != "old manifest":
        rest = [member for member in listed if not member[0].startswith("manifest")]
        anew = with_manifest(rest, one.header.trusted_comment, stranger.signer)
        listed = anew if way != "new manifest" else [*anew[:-1], one.members[-1]]
    return Counter({_judged(file_of(folder, listed, ours.recipient), world): 1})


def _changed(chance: random.Random, listed: list[Member]) -> list[Member]:
    found = list(listed)
    place = chance.randrange(len(found))
    name, content = found[place]
    act = chance.randrange(7)
    if act == 0:
        del found[place]
    elif act == 1:
        found.insert(chance.randrange(len(found) + 1), found[place])
    elif act == 2:
        chance.shuffle(found)
    elif act == 3:
        found[place] = (
            chance.choice(("../" + name, name + "2", "operations/000002.ndjson", "x", "bundle.json")),
            content,
        )
    elif act == 4 and b"\n" in content[:-1]:
        lines = content.splitlines(keepends=True)
        chance.shuffle(lines)
        found[place] = (name, b"".join(lines))
    else:
        found[place] = (name, mutated_bytes(chance, content))
    return found


def header(seed: int, folder: File) -> Outcomes:
    """Fields of `bundle.json` changed, or true chains carried with lies, and signed again by the relay, whom we trust."""
    chance = random.Random(f"header {seed}")
    world = stage(chance.choice(PARTS))
    relay, ours = world.parties[RELAY], world.parties[OURS]
    if chance.random() < 0.5:
        mutator = Mutator(chance, world)
        honest = chance.random() < 0.7
        paths = [carried(chance, mutator, world, honest=honest) for _ in range(chance.choice((1, 1, 2, 3)))]
    else:
        paths = [whole(world.parties[name], chance.randint(1, 9)) for name in (COORDINATOR, WORKER, RELAY, STRANGER)]
    told, lines = header_of(relay, ours.recipient, paths)
    fields = fields_of_header(told)
    if chance.random() < 0.8:
        fields = _changed_fields(chance, fields)
    comment = told.trusted_comment
    if isinstance(fields.get("bundle_id"), str) and isinstance(fields.get("recipients"), list):
        comment = f"vejleder-bundle/1 {fields['bundle_id']} to:{','.join(map(str, fields['recipients']))}"
    try:
        listed = members_of(json.dumps(fields).encode(), lines, comment, relay.signer)
    except ValueError:  # no such comment can be written
        return Counter({"not a bundle": 1})
    return Counter({_judged(file_of(folder, listed, ours.recipient), world): 1})


def _changed_fields(chance: random.Random, fields: dict[str, Any]) -> dict[str, Any]:
    act = chance.randrange(4)
    covers = [cover for cover in fields["covers"] if isinstance(cover, dict)]
    if act == 0 or not covers:
        changed: dict[str, Any] = mutated_json(chance, fields)
        return changed
    cover = chance.choice(covers)
    if act == 1:
        name = chance.choice([*cover, "absent", "erased", "first", "last"])
        cover[name] = chance.choice(NASTY)
    elif act == 2:
        for name in chance.sample(("first", "last"), chance.choice((1, 2))):
            cover[name] = max(0, cover[name] + chance.choice((-2, -1, 1, 2, 2**53)))
        fields["operations"] = max(0, fields["operations"] + chance.choice((-2, -1, 0, 0, 1, 2)))
    else:
        other = chance.choice(covers)
        name = chance.choice(("before", "end", "root", "signature", "public_key", "device", "absent", "erased", "tree"))
        cover[name], other[name] = other[name], cover[name]
    return fields


@dataclass(frozen=True)
class ReceiptCase:
    """A receipt that the relay signed, with faults in what it tells."""

    members: list[Member]
    mutated: bool


def receipt_case(seed: int, ours: str) -> ReceiptCase | None:
    """Return a receipt for the store whose recipient is `ours`; None when its comment cannot be written."""
    chance = random.Random(f"receipt {seed}")
    world = stage(0.6)
    relay = world.parties[RELAY]
    party = chance.choice(list(world.parties.values()))
    told = Told(
        chance.choice((0, 0, 1)), chance.randint(1, 1000),
        (WaitingRun(party.device, 1, 2, "gap", f"{party.device} 3 {party.hashes[2]}"),),
        (RefusedOperation(party.device, 1, party.hashes[0], "field"),),
        (BundleState("00000000-0000-4000-8000-000000000000", "applied", ""),),
    )  # fmt: skip
    paths = (
        [Path(party, 1, "0" * 64, (("absent", 1, 3, party.hashes[2], told_of(party.hashes, 1, 3)),))]
        if chance.random() < 0.2
        else []
    )
    found, _lines = header_of(relay, ours, paths, name=str(seed), told=told)
    fields = fields_of_header(found)
    fields["have"] = [
        {"device": one.device, "last": seq, "end": chance.choice((one.hashes[seq - 1], "f" * 64))}
        for one in world.parties.values()
        for seq in [chance.randint(1, len(one.hashes))]
    ]
    mutated = chance.random() < 0.85
    if mutated:
        part = chance.choice(("receipt", "receipt", "have", "all"))
        if part == "all":
            fields = mutated_json(chance, fields)
        else:
            fields[part] = mutated_json(chance, fields[part])
    try:
        return ReceiptCase(members_of(json.dumps(fields).encode(), [], found.trusted_comment, relay.signer), mutated)
    except ValueError:
        return None
