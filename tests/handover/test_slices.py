"""One course, or a period: whole rows, everything that they name, and not a word of anything else."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pyrage
import pytest
import zstandard

from tests.demo.conftest import make
from tests.oplog.replicas import empty_database
from vejleder_tui.bundle.chain import Absent, Line, Started, Taken
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.reader import open_bundle
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.oplog import Applying, fold_faults, read_row
from vejleder_tui.services.handover import export
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.handover import Bundle

IDENTITY = generate_age_identity(SeededRandomness(78))
UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HASH = re.compile(rb"\b[0-9a-f]{64}\b")


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = make(tmp_path_factory.mktemp("slices") / "store")
    yield desk
    desk.store.close()


def written(desk: Desk, folder: Path, **chosen: Any) -> Bundle:
    return export(
        desk.store, clock=desk.clock, randomness=SeededRandomness(4), folder=folder,
        recipients=[age_recipient_of(IDENTITY)], **chosen,
    )  # fmt: skip


def unpacked(path: Path) -> bytes:
    opened = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(IDENTITY)])
    return zstandard.ZstdDecompressor().stream_reader(opened).read()


def operations(path: Path) -> list[dict[str, Any]]:
    with open_bundle(path, [IDENTITY]) as reader:
        return [json.loads(line.line) for line in reader.lines()]


def strings(found: object, *, names: bool = True) -> set[str]:
    if isinstance(found, dict):
        own = set(found) if names else set()
        return own.union(*(strings(value, names=names) for value in found.values()))
    if isinstance(found, list):
        return {text for value in found for text in strings(value, names=names)}
    return {found} if isinstance(found, str) else set()


def says_nothing_of_the_rest(desk: Desk, path: Path) -> None:
    raw = unpacked(path)
    inside = operations(path)
    header = json.loads(raw[512 : raw.index(b"\n}\n") + 3])
    assert header["have"] == []
    rows = {one["row"] for one in inside}
    stored = [
        json.loads(line)
        for (line,) in desk.store.connection.execute("SELECT line FROM operation ORDER BY device, seq").fetchall()
    ]
    # An id of a row is one of which everything is here. (Terms of a public classification have ids, too.)
    ids = {one.decode() for one in UUID.findall(raw)}
    assert ids & {one["row"] for one in stored} == rows
    here = {(one["device"], one["seq"]) for one in inside}
    assert {(one["device"], one["seq"]) for one in stored if one["row"] in rows} == here
    outside = [one for one in stored if one["row"] not in rows]
    assert outside
    ends = {cover["end"] for cover in header["covers"]} | {run["end"] for c in header["covers"] for run in c["absent"]}
    told = strings(header, names=False) - ends  # the last hash of each run has to be told
    same = {text for one in inside for text in strings(one)}
    for one in outside:
        assert not (strings(one) - same) & told
        assert one["salt"].encode() not in raw
        assert one["row"].encode() not in raw
        if one["at"] not in same:
            assert one["at"].encode() not in raw
    tables = {one["table"] for one in outside} - {one["table"] for one in inside}
    assert not {f'"{table}"' for table in tables} & set(re.findall(r'"[a-z_]+"', raw.decode("utf-8", "replace")))
    hashes = {
        str(one): int(seq) for seq, one in desk.store.connection.execute("SELECT seq, hash FROM operation").fetchall()
    }
    kept = {found for one in inside for hashed in (one.get("replaces") or {}).values() for found in hashed}
    manifest = {one.split(b"  ")[0] for one in raw.split(b"\n") if b"  operations/" in one or b"  bundle.json" in one}
    found = {one.decode() for one in HASH.findall(raw)} - {one.decode()[-64:] for one in manifest}
    assert found & hashes.keys() <= ends | kept
    # As many runs as there are gaps between what is here: nothing tells where inside of one a row begins.
    for cover in header["covers"]:
        seqs = sorted(seq for device, seq in here if device == cover["device"])
        gaps = [(a + 1, b - 1) for a, b in zip([0, *seqs], [*seqs, cover["last"] + 1], strict=True) if b > a + 1]
        assert [(run["first"], run["last"]) for run in cover["absent"]] == gaps
        assert seqs[0] == 1


def folds_without_anything_missing(desk: Desk, path: Path) -> None:
    """A laptop that has nothing but the slice shows all of its rows."""
    found = verify_bundle(path, [IDENTITY])
    assert found.ok, found.detail
    key = desk.store.connection.execute("SELECT sign_key FROM device WHERE id = ?", (desk.device,)).fetchone()[0]
    fresh = empty_database()
    fresh.execute("BEGIN")
    applying = Applying(fresh, {key: "coordinator"})
    with open_bundle(path, [IDENTITY], manifest=found.manifest) as reader:
        for piece in reader.pieces():
            if isinstance(piece, Started):
                applying.path(*piece.cover.path)
            elif isinstance(piece, Line):
                applying.operation(piece.seq, piece.hash, piece.line)
            elif isinstance(piece, Absent):
                applying.absent(piece.first, piece.last, piece.end, piece.tree)
            else:
                assert isinstance(piece, Taken)
                pytest.fail("a slice tells of erased operations")
    applying.finish()
    fresh.execute("COMMIT")
    assert fresh.execute("SELECT count(*) FROM held").fetchone()[0] == 0
    assert list(fold_faults(fresh)) == []
    for one in operations(path):
        ours, theirs = (read_row(database, one["table"], one["row"]) for database in (desk.store.connection, fresh))
        assert ours == theirs is not None


def test_every_course_of_a_sandbox(sandbox: Desk, tmp_path: Path) -> None:
    ask = sandbox.store.connection.execute
    courses = [row for (row,) in ask("SELECT id FROM course ORDER BY id").fetchall()]
    assert len(courses) > 1
    for course in courses:
        path = written(sandbox, tmp_path, course=course).path
        says_nothing_of_the_rest(sandbox, path)
        folds_without_anything_missing(sandbox, path)
        rows: dict[str, set[str]] = {}
        for one in operations(path):
            rows.setdefault(one["table"], set()).add(one["row"])

        def of(sql: str, *given: str) -> set[str]:
            return {str(row) for (row,) in ask(sql, given).fetchall()}

        sessions = of("SELECT id FROM session WHERE course = ?", course)
        enrolments = of("SELECT id FROM enrolment WHERE course = ?", course)
        assert sessions <= rows.get("session", set())
        assert enrolments <= rows.get("enrolment", set())
        for table in ("attendance", "session_staff", "guest", "adverse_event"):
            whole = of(f"SELECT t.id FROM {table} t JOIN session s ON s.id = t.session WHERE s.course = ?", course)
            assert rows.get(table, set()) == whole
        goals = of("SELECT g.id FROM goal g JOIN enrolment e ON e.id = g.enrolment WHERE e.course = ?", course)
        assert goals <= rows.get("goal", set())
        for goal in goals:
            assert of("SELECT id FROM goal_rating WHERE goal = ?", goal) <= rows.get("goal_rating", set())
        assert of("SELECT citizen FROM enrolment WHERE course = ?", course) <= rows.get("citizen", set())
        assert not rows.get("consent")
        assert not rows.get("follow_up_task")


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 10, 1), date(2026, 10, 31)), (None, date(2026, 9, 1)), (date(2026, 11, 20), None)]
)
def test_a_period_of_a_sandbox(sandbox: Desk, tmp_path: Path, first: date | None, last: date | None) -> None:
    path = written(sandbox, tmp_path, first=first, last=last).path
    says_nothing_of_the_rest(sandbox, path)
    folds_without_anything_missing(sandbox, path)
    days = (first.isoformat() if first else "0000", last.isoformat() if last else "9999")
    held = sandbox.store.connection.execute(
        "SELECT id FROM session WHERE coalesce(date, planned_date) BETWEEN ? AND ?", days
    ).fetchall()
    marked = sandbox.store.connection.execute(
        "SELECT a.id FROM attendance a JOIN session s ON s.id = a.session"
        " WHERE coalesce(s.date, s.planned_date) BETWEEN ? AND ?",
        days,
    ).fetchall()
    rows = {one["row"] for one in operations(path)}
    assert {row for (row,) in (*held, *marked)} <= rows
    assert held


def test_a_slice_is_written_once_more_as_it_was(sandbox: Desk, tmp_path: Path) -> None:
    course = sandbox.store.connection.execute("SELECT min(id) FROM course").fetchone()[0]
    first = written(sandbox, tmp_path, course=course)
    again = written(sandbox, tmp_path, again=first.bundle_id)
    assert operations(again.path) == operations(first.path)
    headers = []
    for made in (first, again):
        with open_bundle(made.path, [IDENTITY]) as reader:
            headers.append(reader.header)
    assert [one.absent for one in headers[1].covers] == [one.absent for one in headers[0].covers]
    assert again.operations == first.operations


def test_what_a_row_named_once_comes_along(desk: Desk, tmp_path: Path) -> None:
    """A venue that the course had and has no more; an id that stood there must not lead nowhere."""
    from tests.services.planning import course, venue
    from vejleder_tui.model import Course

    earlier, later = venue(desk, "Gården"), venue(desk, "Laden")
    unused = venue(desk, "Kirken")
    where = course(desk, venue=earlier)
    with desk.transaction() as work:
        work.change(Course, where, venue=later)
    path = written(desk, tmp_path, course=where).path
    rows = {one["row"] for one in operations(path)}
    assert {earlier, later, organisation_id("0183"), desk.actor.worker, desk.device} <= rows
    assert unused not in rows
    assert b"Kirken" not in unpacked(path)
    folds_without_anything_missing(desk, path)
