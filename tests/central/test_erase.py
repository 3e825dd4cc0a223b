"""Legal deletion at the centre: nothing of the person is left in rows, log, staging or pseudonyms, whatever comes later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.central.erasing import erase_of
from tests.central.laptop import Laptop
from vejleder_tui.central.database import open_centre
from vejleder_tui.oplog import chain_faults, fold_faults

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office

TOKEN = "Qzxwv"


def _everything(office: Office) -> str:
    """Return all that the database holds, but for what a bundle's header says of devices."""
    centre = open_centre(office.url)
    if centre.kind == "sqlite":
        names = centre.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    else:
        names = centre.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    found = [str(centre.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in names]
    centre.close()
    return " ".join(found)


def _clean(office: Office) -> None:
    centre = open_centre(office.url)
    assert list(chain_faults(centre)) == []
    assert list(fold_faults(centre)) == []
    centre.close()


def test_an_erase_takes_the_person_and_their_pseudonym(office: Office) -> None:
    worker, coordinator = Laptop(1), Laptop(2, role="coordinator")
    office.trust(worker, coordinator)
    row = worker.citizen(TOKEN)
    worker.write("consent", worker.new_id(), key={"citizen": row}, values={"scope": f"{TOKEN.lower()}"})
    worker.bundle(office.folder, office.recipient)
    office.ingest()
    assert TOKEN in _everything(office)
    assert len(office.read("SELECT id FROM central_pseudonym")) == 1
    erase_of(coordinator, row)
    coordinator.bundle(office.folder, office.recipient)
    office.ingest()
    left = _everything(office)
    assert TOKEN not in left
    assert TOKEN.lower() not in left
    assert row not in left
    assert office.read("SELECT id FROM central_pseudonym") == []
    _clean(office)


def test_what_arrives_after_the_erase_is_taken_as_it_comes(office: Office) -> None:
    worker, coordinator = Laptop(1), Laptop(2, role="coordinator")
    office.trust(worker, coordinator)
    row = worker.citizen(TOKEN)
    create = worker.hashes[-1]
    worker.write("citizen", row, values={"alias": TOKEN}, replaces={})
    worker.write("citizen", row, values={"name": f"{TOKEN} 2"}, replaces={"name": [create]})
    erase_of(coordinator, row)
    coordinator.bundle(office.folder, office.recipient)
    office.ingest()
    worker.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert (taking.state, taking.applied) == ("applied", 4)
    assert TOKEN not in _everything(office)
    _clean(office)


def test_an_erase_of_a_worker_waits_and_takes_nothing(office: Office) -> None:
    worker = Laptop(1)
    office.trust(worker)
    row = worker.citizen(TOKEN)
    erase_of(worker, row)
    worker.bundle(office.folder, office.recipient)
    [taking] = office.ingest()
    assert taking.held == {"role": 1}
    assert TOKEN in _everything(office)
    office.trust(worker, role="coordinator")
    assert TOKEN not in _everything(office)


def test_a_removed_key_no_longer_counts_and_counts_again_when_it_is_back(office: Office, tmp_path: Path) -> None:
    from vejleder_tui.central.trusting import distrust

    laptop = Laptop(1)
    office.trust(laptop)
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient)
    office.ingest()
    before = office.digest()
    centre = open_centre(office.url)
    distrust(centre, laptop.card.words(), clock=office.clock)
    centre.close()
    assert office.read("SELECT count(*) FROM citizen") == [(0,)]
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient)
    assert [one.why for one in office.ingest()] == ["unknown"]
    office.trust(laptop)
    assert office.digest() == before
    assert [one.state for one in office.ingest()] == ["applied"]
    _clean(office)
