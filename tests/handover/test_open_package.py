"""`vejleder open`: every value comes back from CSV, workbook and JSON, and nothing is run by a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tests.acknowledging import acknowledge
from vejleder_tui.bundle import rows as rows_module
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.package import open_to
from vejleder_tui.bundle.sheets import escape_formula, unescape_formula
from vejleder_tui.codes.names import all_names
from vejleder_tui.errors import RuleError
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import RECORDS, Citizen, Course, Goal, GoalRating, GroupSession, fields_of
from vejleder_tui.rules.text import clean
from vejleder_tui.services.handover import export
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from pathlib import Path

    from vejleder_tui.bundle.package import Form, Opened
    from vejleder_tui.services.desk import Desk

IDENTITY = generate_age_identity(SeededRandomness(5))
NAMES = (
    "Jens [/b] slut", "[se bilag 3]", "👩‍👩‍👧 Ærø Ågård", "x" * 200, "שלום \u202eabc\u202c", '=HYPERLINK("http://x","y")',
    "+45 12", "-1", "@SUM(A1)", "\tfane", "'citat", "'=2", "''-x",
    "a;=1+1", "linje\n=1+1\nslut", '"anført", ja', "_x0041_ og _x000D_",
    "＝1", " = 1", "nul ", "007", "1e5", "TRUE", "2026-11-24", "http://example.org", "null",
)  # fmt: skip


def bundle(desk: Desk, folder: Path) -> Path:
    made = export(
        desk.store, clock=desk.clock, randomness=desk.ids.randomness, folder=folder,
        recipients=[age_recipient_of(IDENTITY)],
    )  # fmt: skip
    return made.path


def citizens(desk: Desk, names: tuple[str, ...] = NAMES) -> dict[str, str]:
    found = {}
    with desk.transaction() as work:
        for name in names:
            found[work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name=name)] = clean(
                name
            )
    return found


def opened(desk: Desk, tmp_path: Path, form: Form, *, danish: bool = False, folder: str = "rows") -> Opened:
    path = bundle(desk, tmp_path)
    return open_to(path, tmp_path / folder, form, [IDENTITY], danish_headers=danish)


def package(folder: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert found["profile"] == "tabular-data-package"
    for resource in found["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    return {resource["name"]: resource for resource in found["resources"]}


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{unescape_formula(k): unescape_formula(v) for k, v in row.items()} for row in csv.DictReader(file)]


def test_csv_gives_every_name_back(desk: Desk, tmp_path: Path) -> None:
    made = citizens(desk)
    folder = opened(desk, tmp_path, "csv").folder
    resource = package(folder)["citizen"]
    rows = read_csv(folder / resource["path"])
    assert {row["id"]: row["name"] for row in rows} == made
    assert [field["name"] for field in resource["schema"]["fields"]] == list(rows[0])
    assert resource["schema"]["primaryKey"] == "id"
    assert resource["schema"]["foreignKeys"] == [
        {"fields": "organisation", "reference": {"resource": "organisation", "fields": "id"}}
    ]
    with (folder / "citizen.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            assert not any(cell[:1] in set("=+-@\t\r＝＋－＠") for cell in row)
    # A Danish Excel parts lines at semicolons: nothing may begin there either.
    for line in (folder / "citizen.csv").read_text(encoding="utf-8").splitlines():
        assert not any(cell.lstrip('"')[:1] in set("=+-@") for cell in line.split(";"))


def test_json_gives_every_name_back(desk: Desk, tmp_path: Path) -> None:
    made = citizens(desk)
    folder = opened(desk, tmp_path, "json").folder
    path = folder / package(folder)["citizen"]["path"]
    assert {row["id"]: row["name"] for row in json.loads(path.read_text(encoding="utf-8"))} == made


def test_the_workbook_gives_every_name_back(desk: Desk, tmp_path: Path) -> None:
    made = citizens(desk)
    folder = opened(desk, tmp_path, "xlsx").folder
    resource = package(folder)["citizen"]
    assert [path.name for path in sorted(folder.iterdir())] == ["datapackage.json", "vejleder.xlsx"]
    book = openpyxl.load_workbook(folder / resource["path"])
    page = book[resource["dialect"]["sheet"]]
    heading, *rows = page.iter_rows()
    names = [cell.value for cell in heading]
    found = {row[names.index("id")].value: row[names.index("name")] for row in rows}
    # The format writes _x0041_ as _x005F_x0041_ (ST_Xstring); Excel reads it so, openpyxl leaves it to its user.
    assert {one: unescape(cell.value) for one, cell in found.items()} == made
    assert {cell.data_type for cell in found.values()} == {"s"}
    assert all(cell.hyperlink is None for cell in found.values())


def test_a_text_longer_than_a_cell_stands_whole_in_pieces(desk: Desk, tmp_path: Path) -> None:
    long = "æ😀" * 25_000
    with desk.transaction() as work:
        course = work.create(Course, work.new_id(), {"organisation": organisation_id("0183")}, title="ABC")
        session = work.create(GroupSession, work.new_id(), {"course": course}, note=long)
    folder = opened(desk, tmp_path, "xlsx").folder
    _heading, *rows = openpyxl.load_workbook(folder / "vejleder.xlsx")["long_text"].iter_rows(values_only=True)
    assert {row[:3] for row in rows} == {("session", session, "note")}
    assert "".join(str(row[4]) for row in rows) == long


def test_numbers_dates_and_truth_keep_their_types(desk: Desk, tmp_path: Path) -> None:
    person = next(iter(citizens(desk, ("Einer Madsen",))))
    with desk.transaction() as work:
        goal = work.create(
            Goal, work.new_id(), {"citizen": person}, weight="-1.5", baseline=3, baseline_date="2026-11-24", text="=mål"
        )
        work.create(GoalRating, work.new_id(), {"goal": goal, "citizen": person}, gas=-2, not_assessed=False)
    folder = opened(desk, tmp_path, "csv").folder
    types = {field["name"]: field["type"] for field in package(folder)["goal"]["schema"]["fields"]}
    assert (types["weight"], types["baseline"], types["baseline_date"], types["text"]) == (
        "number", "integer", "date", "string",
    )  # fmt: skip
    raw = (folder / "goal_rating.csv").read_text(encoding="utf-8")
    assert ",-2," in raw
    assert ",false," in raw
    row = read_csv(folder / "goal.csv")[0]
    assert (row["weight"], row["text"]) == ("-1.5", "=mål")


def test_danish_headings_are_complete_and_each_once(desk: Desk, tmp_path: Path) -> None:
    names = all_names()
    assert len({danish for (what, _name), danish in names.items() if what == "table"}) == len(RECORDS) + 3
    for table in RECORDS:
        assert ("table", table) in names
        shown = [names["field", name] for name in ("id", *fields_of(table))]
        assert len(set(shown)) == len(shown), table
    citizens(desk)
    folder = opened(desk, tmp_path, "csv", danish=True).folder
    resource = package(folder)["citizen"]
    assert resource["path"] == "borger.csv"
    assert resource["schema"]["fields"][2]["name"] == "navn"
    assert {row["navn"] for row in read_csv(folder / "borger.csv")} == {clean(name) for name in NAMES}


def test_what_is_not_whole_is_listed_and_never_invented(desk: Desk, tmp_path: Path) -> None:
    before = next(iter(citizens(desk, ("Einer Madsen",))))
    acknowledge(desk.store, age_recipient_of(IDENTITY))
    with desk.transaction() as work:
        work.change(Citizen, before, call_name="Ejner")
        goal = work.create(Goal, work.new_id(), {"citizen": before}, text="Købe ind")
        gone = work.create(Goal, work.new_id(), {"citizen": before}, text="Væk")
        work.void(Goal, gone)
    found = opened(desk, tmp_path, "csv")
    assert (found.rows, found.incomplete, found.void) == ({"citizen": 0, "goal": 1}, 1, 1)
    described = package(found.folder)
    assert read_csv(found.folder / "incomplete.csv") == [
        {"table": "citizen", "row": before, "why": "create", "operations": "1", "changed": "call_name"}
    ]
    assert [row["id"] for row in read_csv(found.folder / "goal.csv")] == [goal]
    keys = [one["fields"] for one in described["goal"]["schema"]["foreignKeys"]]
    assert keys == ["parent"]  # the citizen is not in this package
    field = next(one for one in described["goal"]["schema"]["fields"] if one["name"] == "citizen")
    assert field["references"] == "citizen.id"


def test_what_no_program_of_ours_wrote_is_listed_as_unreadable(desk: Desk, tmp_path: Path) -> None:
    """A bundle that holds together can still say things that this program has no place for."""
    from vejleder_tui.bundle.minisign import SigningKey
    from vejleder_tui.bundle.proofs import root_of
    from vejleder_tui.bundle.writer import sign_head
    from vejleder_tui.oplog import GENESIS, OperationLine, hash_of

    signer = SigningKey.generate(SeededRandomness(8))
    other = "00000000-0000-7000-8000-000000000001"
    said: list[dict[str, Any]] = [
        {"table": "device", "row": other, "key": {}, "values": {"sign_key": signer.public.text}},
        {"table": "spaceship", "row": "r1", "key": {}, "values": {"crew": 3}},
        {"table": "citizen", "row": "r2", "key": {}, "values": {"name": ["a", "list"]}},
        {"table": "citizen", "row": "r3", "key": {}, "values": {"birth_date": "=1+1"}},
        {"table": "citizen", "row": "r4", "key": {}, "values": {"no_such_field": "x"}},
        {"table": "citizen", "row": "r5", "kind": "erase", "values": {}},
        {"table": "../../etc", "row": "../r6", "key": {}, "values": {"name": "x"}},
    ]
    one, last = GENESIS, len(said)
    with desk.store.transaction() as connection, desk._door.opened():
        for seq, parts in enumerate(said, start=1):
            line = OperationLine(
                device=other,
                seq=seq,
                schema=1,
                at="2026-11-20T10:00:00.000Z",
                actor="w",
                txn=seq,
                salt="00" * 16,
                **parts,
            ).encode()
            one = hash_of(one, line)
            connection.execute(
                "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (one, other, seq, seq, parts["table"], parts["row"], line),
            )
        root = root_of(connection, other, last, one)
        connection.execute(
            "INSERT INTO signed_head (device, seq, hash, root, signature, public_key) VALUES (?, ?, ?, ?, ?, ?)",
            (other, last, one, root, sign_head(signer, other, last, one, root), signer.public.text),
        )
    for form in ("csv", "json", "xlsx"):
        found = opened(desk, tmp_path, form, folder=form)
        assert found.rows["citizen"] == 0
        assert found.incomplete == last - 1
    listed = read_csv(tmp_path / "csv" / "incomplete.csv")
    assert {(row["row"], row["why"]) for row in listed} == {
        ("r1", "unreadable"), ("r2", "unreadable"), ("r3", "unreadable"), ("r4", "unreadable"), ("r5", "create"),
        ("../r6", "unreadable"),
    }  # fmt: skip


def test_beyond_memory_the_rows_are_the_same_and_the_disk_cannot_be_read(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = citizens(desk)
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    path = bundle(desk, tmp_path)
    from vejleder_tui.bundle.verify import verify_bundle

    found = verify_bundle(path, [IDENTITY])
    with rows_module.BundleRows(path, [IDENTITY], found.manifest, most_in_memory=3) as rows:
        folded = {one.state.id: one.state.values["name"] for one in rows.rows("citizen") if hasattr(one, "state")}
        assert folded == made
        on_disk = b"".join(one.read_bytes() for one in spool.rglob("*") if one.is_file())
        assert b"HYPERLINK" not in on_disk
        assert b"SQLite format" not in on_disk
    assert list(spool.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    path = bundle(desk, tmp_path)
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "mit.txt").write_text("x", encoding="utf-8")
    with pytest.raises(RuleError):
        open_to(path, folder, "csv", [IDENTITY])
    assert [one.name for one in folder.iterdir()] == ["mit.txt"]


@given(st.text(alphabet="=+-@'\t\r\n; a＝\"", max_size=12))
def test_escaping_is_undone_exactly(text: str) -> None:
    escaped = escape_formula(text)
    assert unescape_formula(escaped) == text
    assert escaped[:1] not in set("=+-@\t\r＝") or not escaped
