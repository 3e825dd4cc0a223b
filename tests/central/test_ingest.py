"""Bundles into a centre, of each kind: once, in any order, with what cannot be taken set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.central.conftest import make_office
from tests.central.laptop import Laptop
from vejleder_tui.central.database import LANES, open_centre
from vejleder_tui.central.ingest import Plan, ingest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office


def test_a_bundle_is_folded_and_its_file_kept(office: Office) -> None:
    laptop = Laptop(1)
    laptop.organisation()
    laptop.citizen()
    office.trust(laptop)
    path = laptop.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert (taking.state, taking.applied, taking.known) == ("applied", 3, 0)
    assert not path.exists()
    assert (office.folder / "done" / path.name).exists()
    assert office.read("SELECT name FROM citizen") == [("Einer M.",)]
    assert office.read("SELECT count(*) FROM central_staging") == [(0,)]


def test_the_same_again_changes_nothing(office: Office) -> None:
    laptop = Laptop(1)
    laptop.citizen()
    office.trust(laptop)
    first = laptop.bundle(office.folder, office.recipient)
    content = first.read_bytes()
    office.ingest()
    before = office.digest()
    first.write_bytes(content)
    laptop.bundle(office.folder, office.recipient)
    assert sorted(one.state for one in office.ingest()) == ["applied", "repeated"]
    assert office.digest() == before
    assert len(list((office.folder / "done").iterdir())) == 3


def test_an_unknown_sender_waits_in_quarantine_until_it_is_trusted(office: Office) -> None:
    laptop = Laptop(1)
    laptop.citizen()
    path = laptop.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert (taking.state, taking.why) == ("quarantined", "unknown")
    aside = office.folder / "quarantine" / path.name
    assert aside.exists()
    assert "central trust" in aside.with_name(f"{path.name}.txt").read_text()
    assert [one.why for one in office.ingest()] == ["unknown"]
    office.trust(laptop)
    [taking] = office.ingest()
    assert (taking.state, taking.applied) == ("applied", 2)
    assert list((office.folder / "quarantine").iterdir()) == []


def test_a_damaged_file_is_set_aside_and_the_others_go_on(office: Office) -> None:
    laptop = Laptop(1)
    laptop.citizen()
    office.trust(laptop)
    laptop.bundle(office.folder, office.recipient)
    (office.folder / "broken.tar.zst.age").write_bytes(b"no bundle")
    (office.folder / "letter.txt").write_text("Hej")
    states = {one.file: (one.state, one.why) for one in office.ingest()}
    assert states.pop("broken.tar.zst.age") == ("quarantined", "tampered")
    assert list(states.values()) == [("applied", "")]
    assert (office.folder / "letter.txt").exists()


def test_a_file_for_somebody_else_is_set_aside(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    laptop.bundle(office.folder, laptop.recipient)
    assert [(one.state, one.why) for one in office.ingest()] == [("quarantined", "not_for_us")]


def test_operations_of_an_unknown_writer_in_a_trusted_bundle_wait(office: Office) -> None:
    trusted, unknown = Laptop(1), Laptop(2)
    row = unknown.citizen()
    office.trust(trusted)
    trusted.bundle(office.folder, office.recipient, [(trusted, trusted.cover()), (unknown, unknown.cover())])
    [taking] = office.ingest()
    assert taking.held == {"unknown": 2}
    assert office.read("SELECT count(*) FROM citizen") == [(0,)]
    office.trust(unknown)
    assert office.read("SELECT id FROM citizen") == [(row,)]
    assert office.read("SELECT count(*) FROM held") == [(0,)]


def test_files_by_name_go_to_done_beside_them(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    one = laptop.bundle(office.folder, office.recipient)
    other = laptop.bundle(office.folder, office.recipient)
    office.ingest(one)
    assert (office.folder / "done" / one.name).exists()
    assert other.exists()


def test_originals_are_deleted_after_their_time_and_nothing_else(office: Office) -> None:
    from datetime import timedelta

    laptop = Laptop(1)
    office.trust(laptop)
    laptop.bundle(office.folder, office.recipient)
    office.ingest()
    strange = office.folder / "done" / "my-own.age"
    strange.write_bytes(b"mine")
    office.clock.moment += timedelta(days=29)
    office.ingest()
    assert len(list((office.folder / "done").iterdir())) == 2
    office.clock.moment += timedelta(days=2)
    office.ingest()
    assert list((office.folder / "done").iterdir()) == [strange]
    [(manifest, signature)] = office.read("SELECT manifest, signature FROM central_bundle")
    assert "bundle.json" in manifest
    assert "trusted comment" in signature


def test_both_kinds_of_centre_have_the_same_digest(postgres: str, tmp_path: Path) -> None:
    laptops = [Laptop(seed) for seed in range(3)]
    digests = []
    for number, url in enumerate((postgres, f"sqlite:///{tmp_path / 'centre.db'}")):
        folder = tmp_path / str(number)
        folder.mkdir()
        office = make_office(url, folder)
        if number == 0:
            for laptop in laptops:
                laptop.organisation()
                laptop.citizen()
        office.trust(*laptops)
        for laptop in laptops if number else reversed(laptops):
            laptop.bundle(office.folder, office.recipient)
        office.ingest()
        digests.append(office.digest())
    assert digests[0] == digests[1]
    assert digests[0].rows["citizen"] == 3


def test_a_folder_that_takes_nothing_loses_nothing(office: Office) -> None:
    laptop = Laptop(1)
    laptop.citizen()
    office.trust(laptop)
    path = laptop.bundle(office.folder, office.recipient)
    (office.folder / "done").write_text("in the way")
    [taking] = office.ingest()
    assert (taking.state, taking.detail) == ("applied", "not_moved")
    assert path.exists()
    (office.folder / "done").unlink()
    [taking] = office.ingest()
    assert (taking.state, taking.moved_to) == ("repeated", str(office.folder / "done" / path.name))
    assert office.read("SELECT count(*) FROM citizen") == [(1,)]


def test_names_that_are_taken_are_kept_apart(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    name = laptop.bundle(office.folder, office.recipient).name
    office.ingest()
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient).rename(office.folder / name)
    office.ingest()
    stem, _dot, rest = name.partition(".")
    assert {path.name for path in (office.folder / "done").iterdir()} == {name, f"{stem}-2.{rest}"}


def test_a_day_that_is_no_day_is_told_and_taken_in(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    laptop.bundle(office.folder, office.recipient)
    office.ingest()
    laptop.at = "2026-99-99T99:99:99Z"
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient, created="2026-00-00T00:00:00Z")
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient, created="2026-00-00T00:00:00Z")
    assert [one.state for one in office.ingest()] == ["applied", "applied"]


def test_a_bundle_that_cannot_be_written_is_told_and_stops_nobody(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    laptop.write("citizen", "not an id", key={}, values={"name": "x"})
    laptop.write("citizen", laptop.new_id() + "x" * 9_000, key={}, values={"name": "x"})
    laptop.write("x" * 9_000, laptop.new_id(), key={}, values={"name": "x\u0000y"})
    laptop.write("citizen", laptop.new_id(), key={}, values={"name": "a\u0000b"})
    laptop.write("goal", laptop.new_id(), key={}, values={"weight": "1.5", "baseline": 2**53})
    laptop.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert (taking.state, taking.applied, taking.held["refused"]) == ("applied", 6, 4)


def test_municipalities_do_not_wait_for_each_other(big_office: Office) -> None:
    here, there = Laptop(1), Laptop(2, municipality="0187")
    big_office.trust(here, there)
    there.bundle(big_office.folder, big_office.recipient)
    other = open_centre(big_office.url)
    with other.writing(["0183"]):
        assert [one.state for one in big_office.ingest()] == ["applied"]
        with pytest.raises(psycopg.errors.LockNotAvailable), psycopg.connect(big_office.url) as connection:
            connection.execute("SET lock_timeout = '50ms'")
            connection.execute(f"SELECT pg_advisory_xact_lock({LANES}, hashtext('0183'))")
    other.close()


def test_progress_is_told_while_a_large_file_is_taken_in(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    for _number in range(1_200):
        laptop.citizen()
    laptop.bundle(office.folder, office.recipient)
    heard: list[tuple[int, int]] = []
    plan = Plan(office.url, office.identity.path, (office.folder,))
    ingest(plan, told=lambda _taking: None, clock=office.clock, progress=lambda _file, *far: heard.append(far))
    # PostgreSQL takes the citizens as one set.
    folded = [(1_701, 2_402), (2_201, 2_402)] if office.url.startswith("sqlite") else [(2_402, 2_402)]
    assert heard == [(500, 2_402), (1_000, 2_402), *folded]
