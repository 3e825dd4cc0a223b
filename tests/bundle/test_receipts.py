"""Receipts: written and read, ordered, and whose counts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.acknowledging import acknowledge
from tests.bundle.bundle_builder import Device, a_device, a_header, a_small_header, a_uuid
from vejleder_tui.bundle.header import BundleHeader, Exporter, Have
from vejleder_tui.bundle.keys import KeyCard
from vejleder_tui.bundle.receipts import read_receipt, write_receipt
from vejleder_tui.bundle.slices import Head, Receipt, keep_receipt, note_have, receipts
from vejleder_tui.bundle.told import BundleState, RefusedOperation, WaitingRun
from vejleder_tui.bundle.writer import write_bundle
from vejleder_tui.clock import from_stamp
from vejleder_tui.errors import NotFoundError, RefusedError
from vejleder_tui.queries.handover import counted_receipt, waiting
from vejleder_tui.services.bookkeeping import bookkeeping

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.services.desk import Desk

OURS, CENTRE = a_device(3), a_device(1)
HEAD = Head(OURS.device, 3, OURS.hashes[2])
WAITING = WaitingRun(OURS.device, 4, 9, "gap", f"{OURS.device} 3 {OURS.hashes[2]}")
REFUSED = RefusedOperation(OURS.device, 2, OURS.hashes[1], "size")
STATE = BundleState(a_uuid(), "held", "unknown")


def written(folder: Path, signer: Device = CENTRE, number: int = 7, **changed: object) -> Path:
    given = {"have": [HEAD], "waiting": [WAITING], "refused": [REFUSED], "bundles": [STATE], **changed}
    return write_receipt(
        folder, sender=Exporter(CENTRE.device, "Centret", signer.signer.public.text, "0183"), signer=signer.signer,
        recipients=[OURS.recipient], bundle_id=a_uuid(), created="2026-11-24T10:00:00Z", generation=1, number=number,
        **given,  # type: ignore[arg-type]  # as each test names them
    ).path  # fmt: skip


def test_a_receipt_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = read_receipt(written(tmp_path), [OURS.identity], {CENTRE.signer.public.text})
    assert found.receipt == Receipt("2026-11-24T10:00:00Z", (HEAD,), 1, 7)
    assert (found.told.waiting, found.told.refused, found.told.bundles) == ((WAITING,), (REFUSED,), (STATE,))
    assert (found.signer, found.sender.name) == (CENTRE.signer.public.text, "Centret")
    with pytest.raises(NotFoundError):
        read_receipt(tmp_path / "ingen", [OURS.identity], ())


def test_only_the_key_that_is_known_of_the_receiver_counts(tmp_path: Path) -> None:
    other = a_device(1)
    path = written(tmp_path, other)
    with pytest.raises(RefusedError, match="nøgle, som ikke kendes her"):
        read_receipt(path, [OURS.identity], {CENTRE.signer.public.text})
    with pytest.raises(RefusedError, match="låst til en anden"):
        read_receipt(path, [other.identity], {other.signer.public.text})
    header = a_small_header(OURS)
    bundle = write_bundle(tmp_path, header, OURS.lines, header.recipients, OURS.signer).path
    with pytest.raises(RefusedError, match="pakke og ikke en kvittering"):
        read_receipt(bundle, [OURS.identity], {OURS.signer.public.text})
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RefusedError, match="ændret eller beskadiget"):
        read_receipt(path, [OURS.identity], {other.signer.public.text})


def test_what_is_for_people_is_cut_and_what_is_held_is_not(tmp_path: Path) -> None:
    have = [replace(HEAD, last=last) for last in range(1, 20_001)]
    path = written(tmp_path, have=have, waiting=[WAITING] * 6_000, bundles=[STATE] * 5_001)
    found = read_receipt(path, [OURS.identity], {CENTRE.signer.public.text})
    assert len(found.receipt.heads) == 20_000
    assert (len(found.told.waiting), len(found.told.bundles)) == (5_000, 5_000)


def test_the_greatest_generation_and_number_counts_whatever_it_holds(desk: Desk) -> None:
    later, sooner = Receipt("b", (), 1, 2), Receipt("a", (HEAD,), 1, 1)
    with bookkeeping(desk.store) as connection:
        assert keep_receipt(connection, "age1x", sooner, said=("[1]", "[2]", "[3]"))
        assert keep_receipt(connection, "age1x", later)
        assert not keep_receipt(connection, "age1x", sooner)
        assert not keep_receipt(connection, "age1x", later._replace(heads=(HEAD,)))
        assert not keep_receipt(connection, "age1x", Receipt("c", (HEAD,), 0, 10**9))
        assert keep_receipt(connection, "age1y", Receipt("c", (HEAD,), 0, 5))
    assert receipts(desk.store.connection) == {"age1x": later, "age1y": Receipt("c", (HEAD,), 0, 5)}
    kept = desk.store.connection.execute("SELECT waiting, refused, bundles FROM receipt ORDER BY receiver").fetchall()
    assert [tuple(row) for row in kept] == [("[1]", "[2]", "[3]"), ("[]", "[]", "[]")]
    with bookkeeping(desk.store) as connection:
        assert keep_receipt(connection, "age1x", Receipt("d", (), 2, 1), said=("[]", "[]", "[]"))


def test_what_a_bundle_says_it_holds_is_an_acknowledgement(desk: Desk) -> None:
    header = a_header(OURS, [], [OURS.recipient], have=(Have(*_parts(HEAD)),))
    with bookkeeping(desk.store) as connection:
        assert note_have(connection, "age1x", header)
        assert not note_have(connection, "age1x", header)
        assert not note_have(connection, "age1x", replace(header, have=(), created="2026-11-21T00:00:00Z"))
        assert note_have(connection, "age1x", replace(header, created="2026-11-20T15:04:01Z"))
    (found,) = receipts(desk.store.connection).values()
    assert found.heads == (HEAD,)
    assert (found.generation, found.number) == (0, int(from_stamp("2026-11-20T15:04:01Z").timestamp()))


def _parts(head: Head) -> tuple[str, int, str]:
    return head.device, head.last, head.hash


def test_the_centre_is_counted_before_others(desk: Desk) -> None:
    def known(recipient: str, role: str) -> None:
        card = KeyCard(a_uuid(), role, "0183", role, recipient, CENTRE.signer.public.text).to_json()
        with bookkeeping(desk.store) as connection:
            connection.execute(
                "INSERT INTO known (fingerprint, purpose, name, card, added_at, role)"
                " VALUES (?, 'recipient', ?, ?, '2026', ?)",
                (recipient, role, card, role),
            )

    reader = desk.store.connection
    everything = waiting(reader).changes
    assert (everything, counted_receipt(reader)) == (4, None)
    acknowledge(desk.store, "age1colleague", at="2026-11-23T10:00:00Z")
    assert waiting(reader).changes == 0
    known("age1exporter", "exporter")
    assert waiting(reader).changes == everything
    acknowledge(desk.store, "age1exporter", at="2026-11-20T10:00:00Z")
    assert waiting(reader).changes == 0
    known("age1centre", "administration")
    assert waiting(reader).changes == everything
    assert waiting(reader, "age1colleague").changes == 0
    assert waiting(reader, "age1nobody").changes == everything
    own = reader.execute("SELECT hash FROM operation WHERE seq = 3").fetchone()[0]
    acknowledge(desk.store, "age1centre", [Head(desk.device, 3, own)])
    found = waiting(reader)
    assert found.changes == 1
    assert found.last_receipt_at == from_stamp("2026-11-20T14:12:00Z")


def test_a_header_of_a_receipt_survives_the_way_through_json(tmp_path: Path) -> None:
    from vejleder_tui.bundle.reader import open_bundle

    with open_bundle(written(tmp_path), [OURS.identity]) as reader:
        header = reader.header
    assert BundleHeader.from_json(header.to_json()) == header
    assert set(json.loads(header.to_json())["receipt"]) == {"generation", "number", "waiting", "refused", "bundles"}
