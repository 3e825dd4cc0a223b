"""Receipts: sealed, signed, numbered, the whole truth of their moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.central.laptop import Laptop
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.receipts import WrittenReceipt, write_receipts
from vejleder_tui.errors import NoRecipientError
from vejleder_tui.ids import SystemRandomness

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office
    from vejleder_tui.bundle.header import BundleHeader


def receipts_of(office: Office, folder: Path, *, restored: bool = False) -> dict[str, WrittenReceipt]:
    centre = open_centre(office.url)
    try:
        found = write_receipts(
            centre, office.identity, folder, clock=office.clock, randomness=SystemRandomness(), restored=restored
        )
    finally:
        centre.close()
    return {one.device: one for one in found}


def _read(receipt: WrittenReceipt, laptop: Laptop, office: Office) -> BundleHeader:
    found = verify_bundle(
        receipt.path, [laptop.identity], trusted=lambda key: key == office.identity.signer.public.text
    )
    assert found.ok, found.errors
    assert found.signer_known
    assert found.header is not None
    return found.header


def test_each_device_gets_one_that_only_it_can_open(office: Office, tmp_path: Path) -> None:
    laptops = [Laptop(seed) for seed in range(3)]
    office.trust(*laptops)
    for laptop in laptops:
        laptop.citizen()
        laptop.bundle(office.folder, office.recipient)
    office.ingest()
    found = receipts_of(office, tmp_path / "out")
    for laptop in laptops:
        header = _read(found[laptop.device], laptop, office)
        assert header.kind == "receipt"
        assert header.recipients == (laptop.recipient,)
        held = {(one.device, one.last, one.end) for one in header.have}
        assert held == {(one.device, 2, one.hashes[-1]) for one in laptops}
        assert header.receipt is not None
        assert [one.state for one in header.receipt.bundles] == ["applied"]
    with pytest.raises(Exception, match="låst til en anden"):
        open_bundle(found[laptops[0].device].path, [laptops[1].identity])


def test_what_is_missing_is_not_acknowledged_and_what_waits_is_told(office: Office, tmp_path: Path) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    for _number in range(2, 31):
        laptop.citizen()
    for first, last in ((1, 10), (21, 30)):
        laptop.bundle(office.folder, office.recipient, [(laptop, laptop.cover(first, last))])
    office.ingest()
    header = _read(receipts_of(office, tmp_path / "out")[laptop.device], laptop, office)
    assert [(one.last, one.end) for one in header.have] == [(10, laptop.hashes[9])]
    assert header.receipt is not None
    assert [(one.first, one.last, one.why) for one in header.receipt.waiting] == [(21, 30, "gap")]


def test_what_no_program_can_read_is_told_by_number_and_hash(office: Office, tmp_path: Path) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    refused = laptop.write("citizen", laptop.new_id(), key={}, values={"shoe_size": 43})
    laptop.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert taking.held == {"refused": 1}
    header = _read(receipts_of(office, tmp_path / "out")[laptop.device], laptop, office)
    assert header.receipt is not None
    assert [(one.seq, one.hash, one.why) for one in header.receipt.refused] == [(2, refused, "field")]
    assert [one.last for one in header.have] == [2]


def test_numbers_grow_and_a_centre_put_back_goes_on_above_them(office: Office, tmp_path: Path) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    marks = []
    for number in range(3):
        receipt = receipts_of(office, tmp_path / str(number))[laptop.device]
        marks.append((receipt.generation, receipt.number))
    centre = open_centre(office.url)
    with centre.writing():
        centre.execute("DELETE FROM central_value WHERE name LIKE 'receipt_%'")
    centre.close()
    office.clock.moment -= timedelta(days=400)
    receipt = receipts_of(office, tmp_path / "put-back")[laptop.device]
    marks.append((receipt.generation, receipt.number))
    (office.identity.path.with_name("id.txt.receipts")).unlink()
    receipt = receipts_of(office, tmp_path / "by-hand", restored=True)[laptop.device]
    marks.append((receipt.generation, receipt.number))
    assert marks == sorted(set(marks))
    assert [generation for generation, _number in marks] == [1, 1, 1, 2, 3]


def test_another_municipality_is_told_nothing(office: Office, tmp_path: Path) -> None:
    here, there = Laptop(1), Laptop(2, municipality="0187")
    office.trust(here, there)
    for laptop in (here, there):
        laptop.citizen()
        laptop.bundle(office.folder, office.recipient)
    office.ingest()
    found = receipts_of(office, tmp_path / "out")
    assert [one.device for one in _read(found[here.device], here, office).have] == [here.device]
    assert [one.device for one in _read(found[there.device], there, office).have] == [there.device]


def test_without_any_key_there_is_nobody_to_write_to(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NoRecipientError):
        receipts_of(office, tmp_path)
