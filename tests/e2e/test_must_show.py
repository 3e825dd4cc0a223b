"""The main job on the real commands, each in a process of its own, with an empty home."""

from __future__ import annotations

import csv
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PASSPHRASE
from tests.e2e.terminal import ROOT, Terminal
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.clock import SystemClock
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.paths import StorePaths
from vejleder_tui.services.citizens import new_citizen
from vejleder_tui.services.setup import take_seat
from vejleder_tui.store.keyfile import KeyFile
from vejleder_tui.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vejleder_tui.services.desk import Desk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty and a POSIX shell are needed")
MOMENT = "2026-11-24T09:42:00+00:00"
TOOLS = ("age", "tar", "zstd", "sha256sum", "minisign", "jq")
HOSTILE = (
    "Jens [/b] slut", "[se bilag 3]", "👩‍👩‍👧 Bølle 🏳️‍🌈", "Å" + "x" * 198 + "ø", "\u202eגיבור\u202c مرحبا",
    '=HYPERLINK("http://x";"y")', "+45 12", "-1", "@a", "'=a", "''=b", '"a";b,c', "a;=b", "==", "=", "'",
    "<script>&amp;</script>", "%s {0} {x}", "\\N", "NULL", "--lang",
)  # fmt: skip


class Machine:
    """An empty home with a sandbox in it; `run` is the program as installed, `at` the same on the sandbox's day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.temporary = folder / "home", folder / "tmp"
        self.store, self.out = folder / "D", folder / "out"
        for one in (self.home, self.temporary):
            one.mkdir()
        identity = generate_age_identity(SystemRandomness())
        self.identity, self.key = folder / "identity.txt", folder / "key.txt"
        self.identity.write_text(f"# key\n{identity}\n")
        self.key.write_text(f"{age_recipient_of(identity)}\n")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "TMPDIR": str(self.temporary), "LANG": "C.UTF-8",
            "VEJLEDER_PASSPHRASE": PASSPHRASE, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color",
        }  # fmt: skip

    def start(self, *words: object, module: str = "vejleder_tui") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *map(str, words)], env=self.environment, cwd=self.folder, text=True,
            capture_output=True, check=False, encoding="utf-8", stdin=subprocess.DEVNULL, timeout=300,
        )  # fmt: skip

    def run(self, *words: object, code: int = 0) -> str:
        found = self.start(*words)
        assert found.returncode == code, (words, found.stderr)
        assert "Traceback" not in found.stderr
        return found.stdout

    def at(self, *words: object, code: int = 0) -> Any:
        """Run a command with `--json` on the sandbox's day; return what it printed."""
        found = self.start(MOMENT, *words, "--json", "--store", self.store, module="tests.e2e.at_day")
        assert found.returncode == code, (words, found.stderr)
        return json.loads(found.stdout)

    def export(self) -> dict[str, Any]:
        found: dict[str, Any] = self.at("export", "--to", self.out, "--recipient", self.key)
        return found

    def desk(self) -> Desk:
        keys = KeyFile(StorePaths(self.store).keys, clock=SystemClock(), randomness=SystemRandomness())
        unlocked = keys.unlock_with_passphrase(None, PASSPHRASE)
        store = Store.open(StorePaths(self.store), unlocked, clock=SystemClock())
        return take_seat(store, unlocked.slot.worker, clock=SystemClock(), randomness=SystemRandomness())

    def opened(self, file: str, form: str) -> Path:
        folder = self.folder / f"opened-{form}"
        words = ("open", file, f"--{form}", folder, "--identity", self.identity)
        assert self.start(*words).returncode == 0
        return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sandbox of DESIGN, created once by the real command."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    told = json.loads(machine.run("demo", "--create", machine.store, "--seed", 7, "--date", "2026-11-24", "--json"))
    assert (told["seed"], told["date"], told["store"]) == (7, "2026-11-24", str(machine.store))
    return machine.store


@pytest.fixture
def machine(made: Path, tmp_path: Path) -> Machine:
    found = Machine(tmp_path)
    shutil.copytree(made, found.store)
    return found


def main_job(machine: Machine) -> dict[str, Any]:
    """Register a session, a peer activity and a rating, and write a bundle."""
    (session,) = (
        one for one in machine.at("sessions", "--from", "24-11-2026", "--until", "24-11-2026") if one["expected"] == 12
    )
    assert session["registered"] == 0
    marked = machine.at("attend", session["id"], "--rest", "f", "--mark", "3=u", "9=a:s")
    assert (marked["registered"], marked["attended"], marked["total"]) == (12, 10, 12)
    assert [row["code"] for row in marked["rows"]].count("present") == 10
    machine.at("peer", "add", "--like-last", "--summary", "Gik en tur med hunden Rosinante")
    goal = machine.at("goal", "list")[0]
    machine.at(
        "goal", "rate", goal["id"], "--level", 1, "--source", "together", "--comment", "Tog selv bussen til Bøgeskov"
    )
    return machine.export()


def test_the_main_job_and_other_peoples_tools(machine: Machine) -> None:
    before = machine.at("digest")
    written = main_job(machine)
    after = machine.at("digest")
    assert after["digest"] != before["digest"]
    assert set(written) == {"file", "bundle_id", "operations", "first", "last"}
    assert written["operations"] == written["last"] == after["operations"] > before["operations"]
    whole = {"ok": True, "bundle_id": written["bundle_id"], "operations": written["operations"], "errors": []}
    assert machine.at("verify", written["file"]) == whole
    assert json.loads(machine.run("verify", written["file"], "--identity", machine.identity, "--json")) == whole
    missing = [name for name in TOOLS if shutil.which(name) is None]
    if missing:
        assert not os.environ.get("CI"), missing
        pytest.skip(f"not installed: {missing}")
    unpacked = machine.folder / "unpacked"
    unpacked.mkdir()
    script = (
        f"age -d -i '{machine.identity}' '{written['file']}' | tar --zstd -x && sha256sum --strict -c manifest-sha256.txt"
        ' && minisign -Vm manifest-sha256.txt -P "$(jq -r .exporter.public_key bundle.json)"'
        " && cat operations/*.ndjson | wc -l && jq -r 'select(.table==\"goal_rating\") | .values.comment' operations/*.ndjson"
    )
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=unpacked, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    told = done.stdout.decode().splitlines()
    assert str(written["operations"]) in told
    assert told[-1] == "Tog selv bussen til Bøgeskov"
    card = machine.at("key", "show")
    assert card["minisign"] == json.loads((unpacked / "bundle.json").read_text())["exporter"]["public_key"]


def test_the_same_seed_and_date_give_the_same_digest(machine: Machine) -> None:
    again = machine.folder / "again"
    told = json.loads(machine.run("demo", "--create", again, "--seed", 7, "--date", "2026-11-24", "--json"))
    assert told["digest"] == machine.at("digest")["digest"]


def test_a_flipped_byte_is_told_in_danish(machine: Machine) -> None:
    written = machine.export()
    whole = Path(written["file"]).read_bytes()
    broken = machine.folder / "broken.age"
    for place in (0, 30, 150, 400, len(whole) // 3, len(whole) // 2, len(whole) - 20, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        broken.write_bytes(changed)
        found = machine.start("verify", broken, "--identity", machine.identity)
        assert found.returncode == 7, place
        assert found.stdout.startswith("Pakken er "), place
        assert found.stderr == ""
        told = machine.start("verify", broken, "--identity", machine.identity, "--json")
        assert told.returncode == 7
        assert json.loads(told.stdout)["ok"] is False
        for words in (("inspect", broken), ("open", broken, "--csv", machine.folder / "none")):
            other = machine.start(*words, "--identity", machine.identity)
            assert other.returncode == 7
            assert "Traceback" not in other.stderr
    assert not (machine.folder / "none").exists()


# Nothing readable on the disk


def secrets_of(machine: Machine) -> list[str]:
    """Return every name, number and free text of people in the store."""
    desk = machine.desk()
    with closing(desk.store):
        ask = desk.store.connection.execute
        found = {
            str(value)
            for sql in (
                "SELECT name FROM citizen", "SELECT cpr FROM citizen", "SELECT substitute_number FROM citizen",
                "SELECT note FROM citizen", "SELECT note FROM attendance", "SELECT comment FROM goal_rating",
                "SELECT text FROM goal", "SELECT summary FROM peer_activity", "SELECT next_step FROM peer_activity",
                "SELECT label FROM guest", "SELECT assessment FROM enrolment",
            )
            for (value,) in ask(sql)
            if value and len(str(value)) >= 6
        }  # fmt: skip
        found |= {
            name.split()[0]
            for (name,) in ask("SELECT name FROM citizen WHERE name IS NOT NULL")
            if len(name.split()[0]) > 5
        }
    assert len(found) > 100
    return sorted(found)


def readable(machine: Machine, secrets: list[str]) -> list[tuple[str, str]]:
    """Return (file, secret) for everything that can be read in the store, the home and the temporary folders."""
    forms = [(one, [one.encode("utf-8"), one.encode("utf-16-le")]) for one in secrets]
    forms += [(one, [f"{one[:6]}-{one[6:]}".encode()]) for one in secrets if re.fullmatch(r"\d{10}", one)]
    found = []
    for folder in (machine.store, machine.home, machine.temporary, machine.out):
        for path in folder.rglob("*"):
            if not path.is_file():
                continue
            content = path.read_bytes()
            found += [(str(path), one) for one, several in forms if any(form in content for form in several)]
    return found


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for one in opened:
        if one.process.poll() is None:
            one.kill()


def terminal_on(machine: Machine, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal(machine.store)
    terminals.append(terminal)
    terminal.wait_for("Mødegange i dag")
    return terminal


def test_nothing_of_a_citizen_can_be_read_on_the_disk(
    machine: Machine, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = main_job(machine)
    secrets = secrets_of(machine)
    assert "Tog selv bussen til Bøgeskov" in secrets
    machine.at("verify", written["file"])
    machine.at("inspect", written["file"])
    for form in ("csv", "xlsx", "json"):
        machine.opened(written["file"], form)  # readable on purpose, in a folder that somebody named
    machine.at("check")
    assert readable(machine, secrets) == []
    terminal = terminal_on(machine, terminals, monkeypatch)
    terminal.type("3")
    terminal.wait_for("Søg")
    terminal.type("einer\r")
    terminal.wait_for("Einer")
    assert readable(machine, secrets) == []
    terminal.kill()
    assert readable(machine, secrets) == []
    assert any(one.encode() in (machine.folder / "opened-csv" / "citizen.csv").read_bytes() for one in secrets)


def after_the_screen(terminal: Terminal) -> str:
    """Read until the program has ended; return what was written after the full screen was left."""
    content = b""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        ready, _out, _bad = select.select([terminal.master], [], [], 0.1)
        if ready:
            try:
                content += os.read(terminal.master, 65536)
            except OSError:
                break
        elif terminal.process.poll() is not None:
            break
    _before, left, after = content.rpartition(b"\x1b[?1049l")
    assert left
    return after.decode()


def test_a_crash_on_a_citizens_screen_prints_no_name_and_no_number(
    machine: Machine, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = secrets_of(machine)
    monkeypatch.setattr(Terminal, "MODULE", "tests.e2e.crash_on_citizen")
    terminal = terminal_on(machine, terminals, monkeypatch)
    terminal.type("3")
    terminal.wait_for("Søg")
    terminal.type("einer\r")
    terminal.wait_for("Vis CPR")
    terminal.type("n")
    told = after_the_screen(terminal)
    assert terminal.process.wait(60) == 1
    assert "Vejleder måtte lukke på grund af en fejl." in told
    assert "RuntimeError, " in told
    for one in (*secrets, "Einer", "020160"):
        assert one not in told
    assert readable(machine, [*secrets, "020160-7002"]) == []
    logs = list(machine.store.glob("log/*"))
    assert logs
    assert "RuntimeError, " in logs[0].read_text()


# Hostile texts


def plain(cell: str) -> str:
    """Undo what stands in the package's own description about apostrophes."""
    return re.sub(r"(^|[;\t\n\r])'('*[=+\-@＝＋－＠\t\r])", r"\1\2", cell)


def test_hostile_texts_come_through_unchanged(machine: Machine) -> None:
    from openpyxl import load_workbook

    typed = HOSTILE[:8]
    for text in typed:
        machine.at("peer", "add", "--like-last", f"--summary={text}", f"--place={text[:60]}")
    desk = machine.desk()
    with closing(desk.store):
        rows = {new_citizen(desk, name=text, note=text).citizen: text for text in HOSTILE}
    written = machine.export()
    folder = machine.opened(written["file"], "json")
    lists = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("citizen", "peer_activity")}
    assert {one["summary"] for one in lists["peer_activity"]} >= set(typed)
    assert {one["place"] for one in lists["peer_activity"]} >= {text[:60] for text in typed}
    read = {one["id"]: one for one in lists["citizen"]}
    assert {row: read[row]["name"] for row in rows} == rows
    assert {row: read[row]["note"] for row in rows} == rows
    folder = machine.opened(written["file"], "csv")
    with (folder / "citizen.csv").open(encoding="utf-8", newline="") as file:
        listed = {one["id"]: one for one in csv.DictReader(file)}
    assert {row: plain(listed[row]["name"]) for row in rows} == rows
    assert not any(listed[row]["name"][0] in "=+-@" for row in rows)
    folder = machine.opened(written["file"], "xlsx")
    (book,) = folder.glob("*.xlsx")
    sheet = load_workbook(book)["citizen"]
    head = [cell.value for cell in sheet[1]]
    cells = {one[head.index("id")].value: one[head.index("name")] for one in sheet.iter_rows(min_row=2)}
    assert {row: cells[row].value for row in rows} == rows
    assert {cells[row].data_type for row in rows} == {"s"}
