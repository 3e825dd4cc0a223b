"""Runs of writes that PostgreSQL folds as sets: what they give is what one by one gives, on SQLite as on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.central.conftest import Office, make_office
from tests.central.erasing import erase_of
from tests.central.laptop import ORGANISATION, Laptop
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import verify_open
from vejleder_tui.central.database import Postgres, open_centre
from vejleder_tui.central.keys import believed
from vejleder_tui.central.set_fold import LostStagingError, SetFold
from vejleder_tui.central.staging import Stage
from vejleder_tui.oplog import Erasures, chain_faults, fold_faults

if TYPE_CHECKING:
    from pathlib import Path

MANY = 330
"""Writes in a row that are taken as a set."""

Sets = list[bool]


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> Sets:
    """Whether each run that could be a set was taken as one."""
    found: Sets = []
    taken = SetFold.staged

    def staged(self: SetFold, run: str, first: int, last: int) -> bool:
        found.append(taken(self, run, first, last))
        return found[-1]

    monkeypatch.setattr(SetFold, "staged", staged)
    return found


class Offices:
    """A centre of each kind that gets the same bundles."""

    def __init__(self, postgres: str, folder: Path) -> None:
        self.both = [make_office(url, folder / url[:6]) for url in (postgres, f"sqlite:///{folder / 'centre.db'}")]

    def trust(self, *laptops: Laptop) -> None:
        for office in self.both:
            office.trust(*laptops)

    def take(self, laptop: Laptop, first: int = 1) -> tuple[int, int]:
        """Let both take what a laptop has; return how many operations were new and known to both."""
        found = set()
        for office in self.both:
            laptop.bundle(office.folder, office.recipient, [(laptop, laptop.cover(first))])
            [taking] = office.ingest()
            assert taking.state == "applied", taking
            found.add((taking.applied, taking.known))
        [counts] = found
        return counts

    def agree(self) -> None:
        """Assert that both hold the same, that their tables are the fold of the log, and that nothing is left staged."""
        first, second = (_held(office) for office in self.both)
        assert first == second
        for office in self.both:
            centre = open_centre(office.url)
            assert list(fold_faults(centre)) == []
            assert list(chain_faults(centre)) == []
            centre.close()
        assert self.both[0].read("SELECT count(*) FROM central_staging") == [(0,)]


def _held(office: Office) -> tuple[object, ...]:
    return (
        office.digest().digest,
        sorted(office.read("SELECT hash, why, need FROM held")),
        sorted(office.read("SELECT table_name, row, field, hash, value FROM contested")),
        sorted(office.read("SELECT device, seq, hash, txn, table_name, row, line, taken FROM operation"), key=str),
        sorted(office.read("SELECT id FROM central_pseudonym")),
    )


@pytest.fixture
def offices(postgres: str, tmp_path: Path) -> Offices:
    return Offices(postgres, tmp_path)


def citizens(laptop: Laptop, count: int = MANY) -> list[str]:
    return [laptop.citizen(f"Borger {number}") for number in range(count)]


def staged(office: Office, bundle: Path) -> tuple[Stage, Postgres]:
    """Read a bundle into the staging table and go no further."""
    centre = Postgres(office.url)
    assert centre.claim("run")  # else the next that takes in sweeps it away
    stage = Stage("run", Erasures.load(centre))
    with open_bundle(bundle, office.identity.identities) as reader, stage.copying(centre) as heard:
        assert verify_open(reader, heard=heard).ok
    return stage, centre


def test_creates_changes_and_rows_that_wait_for_a_parent(offices: Offices, sets: Sets) -> None:
    worker, other = Laptop(1), Laptop(2)
    offices.trust(worker, other)
    theirs = citizens(other)
    worker.organisation()
    course, session = worker.new_id(), worker.new_id()
    worker.write(
        "course", course, key={"organisation": ORGANISATION}, values={"title": "ABC \u201cmandag\u201d\n100 %"}
    )
    made = worker.write(
        "session", session, key={"course": course, "planned_date": "2026-11-24", "number": 1},
        values={"status": "planned", "unnamed_guests": 2},
    )  # fmt: skip
    worker.write("session", session, values={"status": "held"}, replaces={"status": [made]})
    mine = citizens(worker, MANY // 2)
    for citizen in (*mine, *theirs[:50]):
        worker.write(
            "attendance", worker.new_id(), key={"session": session, "citizen": citizen},
            values={"code": "present", "minutes": 45},
        )  # fmt: skip
    worker.write("citizen", mine[0], values={"void": True}, replaces={"name": [worker.hashes[-1]]})
    worker.write("citizen", mine[1], values={"alias": "B"})
    worker.write("citizen", mine[2], key={}, values={"name": "Den samme igen"})
    worker.write("enrolment", worker.new_id(), key={"course": course, "citizen": mine[3]}, values={"status": None})
    worker.write("attendance_code", worker.new_id(), key={"code": "x"}, values={"active": False, "word": "ja"})
    offices.take(worker)
    assert len(offices.both[0].read("SELECT hash FROM held WHERE why = 'parent'")) == 50
    offices.agree()
    offices.take(other)
    assert offices.both[0].read("SELECT hash FROM held WHERE why = 'parent'") == []
    offices.agree()
    assert sets == [True, True]


def test_what_is_sent_again_is_known_and_the_rest_a_set(offices: Offices, sets: Sets) -> None:
    worker = Laptop(1)
    offices.trust(worker)
    citizens(worker)
    assert offices.take(worker) == (MANY + 1, 0)
    citizens(worker)
    assert offices.take(worker) == (MANY, MANY + 1)
    offices.agree()
    assert sets == [True, True]


def test_what_goes_on_from_a_gap_or_a_key_that_is_unknown_waits(offices: Offices, sets: Sets) -> None:
    worker, coordinator, stranger = Laptop(1), Laptop(2), Laptop(3)
    offices.trust(worker, coordinator)
    citizens(worker)
    citizens(worker)
    offices.take(worker, MANY + 2)
    citizens(worker)
    offices.take(worker, 2 * MANY + 2)  # from an operation that is here, and waits itself
    citizens(stranger)
    for office in offices.both:
        coordinator.bundle(
            office.folder, office.recipient, [(coordinator, coordinator.cover()), (stranger, stranger.cover())]
        )
        office.ingest()
    assert sets == [False, False, False]
    assert offices.both[0].read("SELECT count(*) FROM citizen") == [(0,)]
    offices.agree()
    offices.trust(stranger)
    offices.take(worker)
    assert offices.both[0].read("SELECT count(*) FROM citizen") == [(4 * MANY,)]
    offices.agree()


def test_what_was_erased_before_it_came_stays_erased(offices: Offices, sets: Sets) -> None:
    worker, coordinator = Laptop(1), Laptop(2, role="coordinator")
    offices.trust(worker, coordinator)
    gone = worker.citizen("Væk")
    erase_of(coordinator, gone)
    offices.take(coordinator)
    mine = citizens(worker)
    for citizen in (gone, *mine):
        worker.write("consent", worker.new_id(), key={"citizen": citizen}, values={"scope": "foto"})
    offices.take(worker)
    assert offices.both[0].read("SELECT count(*) FROM citizen") == [(MANY,)]
    assert offices.both[0].read("SELECT count(*) FROM operation WHERE taken IS NOT NULL") == [(2,)]
    offices.agree()
    assert sets == [True, True]
    # What is in force by then, but was not when the lines were judged, is asked of each of them.
    erase_of(coordinator, mine[0])
    late = Laptop(4)
    offices.trust(late)
    late.write("consent", late.new_id(), key={"citizen": mine[0]}, values={"scope": "foto"})
    citizens(late)
    office = offices.both[0]
    bundle = late.bundle(office.folder, office.recipient)
    stage, centre = staged(office, bundle)
    bundle.unlink()
    offices.take(coordinator, 3)
    with centre.writing(None):
        fold = SetFold(centre, believed(centre), judged_under=stage.erasures)
        stage.apply(centre, fold)
        assert fold.finish().taken == 1
    assert sets[-1] is False
    centre.close()


def test_words_that_the_servers_json_does_not_know_are_taken_one_by_one(offices: Offices, sets: Sets) -> None:
    worker = Laptop(1)
    offices.trust(worker)
    citizens(worker)
    line = worker.lines.pop().replace('"salt"', '"later":"\\u0000","tiny":1e-300,"salt"')
    worker.hashes.pop()
    worker.add(line)
    worker.citizen("Den sidste")
    assert offices.take(worker) == (MANY + 2, 0)
    assert offices.both[0].read("SELECT count(*) FROM citizen") == [(MANY + 1,)]
    offices.agree()
    assert sets == [True]


def test_staging_that_was_emptied_meanwhile_is_found_out(big_office: Office) -> None:
    worker = Laptop(1)
    big_office.trust(worker)
    citizens(worker)
    bundle = worker.bundle(big_office.folder, big_office.recipient)
    for lost in ("place = 100", "what = 'path'", "place > 0"):
        stage, centre = staged(big_office, bundle)
        centre.execute(f"DELETE FROM central_staging WHERE {lost}")
        with pytest.raises(LostStagingError), centre.writing(None):
            stage.apply(centre, SetFold(centre, believed(centre), judged_under=stage.erasures))
        assert big_office.read("SELECT count(*) FROM operation") == [(0,)]
        centre.close()
