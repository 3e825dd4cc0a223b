"""What administration is told: exactly which numbers are missing, who waits, whose clock is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.central.laptop import Laptop
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.status import DeviceStatus, Status, status
from vejleder_tui.cli.parser import run
from vejleder_tui.errors import ExitCode

if TYPE_CHECKING:
    import pytest

    from tests.central.conftest import Office


def _status(office: Office) -> Status:
    centre = open_centre(office.url)
    try:
        return status(centre)
    finally:
        centre.close()


def _device(office: Office, laptop: Laptop) -> DeviceStatus:
    [found] = [one for one in _status(office).devices if one.device == laptop.device]
    return found


def _numbers(one: DeviceStatus) -> list[tuple[int, int, bool]]:
    return [(gap.first, gap.last, gap.withheld) for gap in one.gaps]


def test_a_bundle_that_did_not_come_is_named_by_its_numbers_and_closes_everything_when_it_does(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    row = laptop.citizen("Første")
    for _number in range(3, 31):
        laptop.citizen()
    whole = Laptop(1)
    parts = [laptop.bundle(office.folder, office.recipient, [(laptop, laptop.cover(first, last))])
             for first, last in ((1, 10), (11, 20), (21, 30))]  # fmt: skip
    withheld = parts[1].read_bytes()
    parts[1].unlink()
    office.ingest()
    assert whole.device == laptop.device
    one = _device(office, laptop)
    assert (one.up_to, _numbers(one), one.held) == (10, [(11, 20, False)], {"gap": 10})
    assert office.read("SELECT count(*) FROM citizen") == [(9,)]
    (office.folder / "late.tar.zst.age").write_bytes(withheld)
    [taking] = office.ingest()
    assert taking.applied == 10
    one = _device(office, laptop)
    assert (one.up_to, _numbers(one), one.held) == (30, [], {})
    assert office.read("SELECT count(*) FROM citizen") == [(29,)]
    assert (row,) in office.read("SELECT id FROM citizen")


def test_two_bundles_that_did_not_come_are_two_ranges(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    for _number in range(2, 51):
        laptop.citizen()
    for first, last in ((1, 10), (21, 30), (41, 50)):
        laptop.bundle(office.folder, office.recipient, [(laptop, laptop.cover(first, last))])
    office.ingest()
    assert _numbers(_device(office, laptop)) == [(11, 20, False), (31, 40, False)]


def test_a_run_that_a_slice_left_out_is_told_apart(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    for _number in range(2, 11):
        laptop.citizen()
    laptop.bundle(office.folder, office.recipient, [(laptop, laptop.cover(absent=[(4, 6)]))])
    office.ingest()
    one = _device(office, laptop)
    assert (one.up_to, _numbers(one)) == (3, [(4, 6, True)])
    laptop.bundle(office.folder, office.recipient)
    office.ingest()
    assert (_device(office, laptop).up_to, _numbers(_device(office, laptop))) == (10, [])


def test_who_was_never_heard_of_and_who_waits_for_trust(office: Office) -> None:
    silent, sender, unknown = Laptop(1), Laptop(2), Laptop(3)
    office.trust(silent, sender)
    sender.bundle(office.folder, office.recipient, [(sender, sender.cover()), (unknown, unknown.cover())])
    office.ingest()
    found = {one.device: one for one in _status(office).devices}
    assert found[silent.device].last_seen is None
    assert found[sender.device].last_seen == "2026-11-24T09:42:00Z"
    assert (found[unknown.device].role, found[unknown.device].held) == ("", {"unknown": 1})
    assert found[unknown.device].up_to == 1


def test_a_contested_field_counts_as_an_open_conflict(office: Office) -> None:
    one, other = Laptop(1), Laptop(2)
    office.trust(one, other)
    row = one.citizen()
    create = one.hashes[-1]
    one.write("citizen", row, values={"name": "Ejnar M."}, replaces={"name": [create]})
    other.write("citizen", row, values={"name": "Einar M."}, replaces={"name": [create]})
    one.bundle(office.folder, office.recipient)
    other.bundle(office.folder, office.recipient)
    office.ingest()
    assert _status(office).conflicts == {"citizen": 1}


def test_a_clock_that_is_ahead_or_went_back_is_told(office: Office) -> None:
    ahead, back = Laptop(1), Laptop(2)
    office.trust(ahead, back)
    ahead.at = "2090-01-01T00:00:00.000Z"
    ahead.citizen()
    ahead.bundle(office.folder, office.recipient)
    back.bundle(office.folder, office.recipient)
    office.ingest()
    back.citizen()
    back.bundle(office.folder, office.recipient, created="2026-11-20T00:00:00Z")
    office.ingest()
    found = {one.device: one.why for one in _status(office).clocks}
    assert found == {ahead.device: "ahead", back.device: "back"}


def test_a_clock_that_is_behind_what_it_had_seen_is_told(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    true, behind = Laptop(1), Laptop(2)
    office.trust(true, behind)
    true.bundle(office.folder, office.recipient)
    office.ingest()
    behind.at = "2025-01-01T00:00:00.000Z"
    behind.citizen()
    seen = [(behind, behind.cover()), (true, true.cover())]
    behind.bundle(office.folder, office.recipient, seen, created="2025-01-01T00:00:00Z")
    office.ingest()
    assert [(one.device, one.why, one.told) for one in _status(office).clocks] == [
        (behind.device, "behind", "2025-01-01T00:00:00Z")
    ]
    assert run(["central", "status", "--database", office.url]) == ExitCode.DONE
    assert f"Uret på {behind.device[:8]} er bagud: 2025-01-01T00:00:00Z." in capsys.readouterr().out


def test_an_old_bundle_that_comes_late_is_no_clock_that_went_back(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    laptop.bundle(office.folder / "late", office.recipient, created="2026-11-20T00:00:00Z")
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient)
    office.ingest()
    office.ingest(office.folder / "late")
    assert _status(office).clocks == []


def test_quarantine_says_since_when_and_why(office: Office) -> None:
    laptop = Laptop(1)
    laptop.bundle(office.folder, office.recipient)
    office.ingest()
    office.clock.moment += timedelta(days=1)
    office.ingest()
    [aside] = _status(office).quarantine
    assert (aside.why, aside.device) == ("unknown", laptop.device)
    assert (aside.received_at, aside.tried_at) == ("2026-11-24T09:42:00Z", "2026-11-25T09:42:00Z")
    office.trust(laptop)
    office.ingest()
    assert _status(office).quarantine == []


def test_two_copies_of_one_laptop_are_told(office: Office) -> None:
    one, copy = Laptop(1), Laptop(1)
    office.trust(one)
    one.random.take(1)
    one.citizen("Den ene")
    copy.citizen("Den anden")
    one.bundle(office.folder, office.recipient)
    copy.bundle(office.folder, office.recipient)
    office.ingest()
    found = _device(office, one)
    assert (found.up_to, found.forks) == (2, [2])
    assert sorted(office.read("SELECT name FROM citizen")) == [("Den anden",), ("Den ene",)]
