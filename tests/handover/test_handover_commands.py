"""`export`, `verify`, `inspect`, `open` and `key` from end to end, on a real store and with other people's tools."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.acknowledging import acknowledge
from tests.conftest import PASSPHRASE
from vejleder_tui.bundle.keys import age_recipient_of, generate_age_identity
from vejleder_tui.bundle.slices import Head
from vejleder_tui.cli.parser import run
from vejleder_tui.ids import SeededRandomness
from vejleder_tui.model import Citizen
from vejleder_tui.services.setup import organisation_id

if TYPE_CHECKING:
    from vejleder_tui.clock import FixedClock
    from vejleder_tui.paths import StorePaths
    from vejleder_tui.services.desk import Desk

IDENTITY = generate_age_identity(SeededRandomness(5))
RECIPIENT = age_recipient_of(IDENTITY)


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEJLEDER_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(f"# administrationen\n{IDENTITY}\n", encoding="utf-8")
    return path


class Shell:
    """Runs commands on one store; `out` and `err` are what the last one printed."""

    def __init__(self, paths: StorePaths, clock: FixedClock, capsys: pytest.CaptureFixture[str]) -> None:
        self.paths, self.clock, self.capsys = paths, clock, capsys
        self.out = self.err = ""

    def __call__(self, *argv: object, store: bool = True) -> int:
        self.capsys.readouterr()
        given = [*(["--store", str(self.paths.folder)] if store else []), *map(str, argv), "--lang", "da"]
        code = run(given, clock=self.clock)
        self.out, self.err = self.capsys.readouterr()
        return code

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def shell(desk: Desk, clock: FixedClock, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell beside a program that holds the right to write: `desk` stays open."""
    return Shell(desk.store.paths, clock, capsys)


def exported(shell: Shell, folder: Path, *more: object) -> dict[str, Any]:
    assert shell("export", "--to", folder, "--recipient", RECIPIENT, "--json", *more) == 0, shell.err
    found: dict[str, Any] = shell.json
    return found


def add_citizen(desk: Desk, name: str) -> str:
    with desk.transaction() as work:
        return work.create(Citizen, work.new_id(), {"organisation": organisation_id("0183")}, name=name)


def test_export_and_verify_while_another_window_writes(
    shell: Shell, desk: Desk, tmp_path: Path, identity: Path
) -> None:
    add_citizen(desk, "Einer Madsen")
    found = exported(shell, tmp_path / "out")
    assert set(found) == {"file", "bundle_id", "operations", "first", "last"}
    assert (found["operations"], found["first"], found["last"]) == (5, 1, 5)
    assert Path(found["file"]).stat().st_mode & 0o777 == 0o600
    assert shell("verify", found["file"], "--json") == 0
    assert shell.json == {"ok": True, "bundle_id": found["bundle_id"], "operations": 5, "errors": []}
    assert shell("verify", found["file"], "--identity", identity, "--json", store=False) == 0
    assert shell.json["ok"] is True
    assert shell("verify", found["file"]) == 0
    assert "Underskrevet af Bærbar 2, som kendes her." in shell.out
    told = desk.store.connection.execute("SELECT status, operations, verified_at FROM bundle_history").fetchall()
    assert [(status, count) for status, count, _at in told] == [("written", 5)]
    assert told[0][2] is not None
    add_citizen(desk, "Lonni Berg")  # the window goes on writing


def test_a_bundle_opens_with_other_tools(shell: Shell, desk: Desk, tmp_path: Path, identity: Path) -> None:
    for name in ("age", "tar", "zstd", "sha256sum", "minisign", "jq"):
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
    add_citizen(desk, "Einer Madsen")
    found = exported(shell, tmp_path / "out")
    folder = tmp_path / "opened"
    folder.mkdir()
    script = (
        f"age -d -i '{identity}' '{found['file']}' | tar --zstd -x && sha256sum --strict -c manifest-sha256.txt"
        ' && minisign -Vm manifest-sha256.txt -P "$(jq -r .exporter.public_key bundle.json)"'
        " && jq -rs 'map(.table) | join(\" \")' operations/*.ndjson"
    )
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().splitlines()[-1] == "device organisation centre worker citizen"


def test_every_flipped_byte_is_told_without_a_traceback(shell: Shell, tmp_path: Path, identity: Path) -> None:
    found = exported(shell, tmp_path / "out")
    whole = (tmp_path / "out" / found["file"].rsplit("/", 1)[-1]).read_bytes()
    broken = tmp_path / "broken.age"
    for place in range(0, len(whole), 7):
        content = bytearray(whole)
        content[place] ^= 1 << (place % 8)
        broken.write_bytes(content)
        assert shell("verify", broken, "--identity", identity, store=False) == 7, place
        assert shell.out.startswith("Pakken er ")
        assert not shell.err
    assert shell("verify", broken, "--json") == 7
    assert shell.json["ok"] is False
    assert len(shell.json["errors"]) == 1
    assert shell("inspect", broken) == 7
    assert shell("open", broken, "--csv", tmp_path / "rows") == 7
    assert not (tmp_path / "rows").exists()
    assert "Traceback" not in shell.err


def test_without_a_recipient_it_says_how_to_add_one(shell: Shell, tmp_path: Path) -> None:
    assert shell("export", "--to", tmp_path / "out") == 8
    assert shell.err.startswith("Pakken er ikke skrevet: der er ingen modtager, den kan låses til. Få en nøglefil")
    assert "vejleder key add-recipient" in shell.err
    assert not (tmp_path / "out").exists()
    assert shell("key", "add-recipient", RECIPIENT, "--name", "Administrationen", "--until", "24-11-2026") == 0
    assert shell("export", "--to", tmp_path / "out") == 0
    shell.clock.moment = shell.clock.moment.replace(day=26)
    assert shell("export", "--to", tmp_path / "out") == 8


def test_a_slice_is_of_one_course_or_of_a_period(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    from tests.services.planning import course, enrolled

    one, other = course(desk, "ABC-gruppe, efterår"), course(desk, "Gåtur")
    enrolled(desk, one, "Einer Madsen")
    enrolled(desk, other, "Lonni Berg")
    whole = exported(shell, tmp_path, "--all")["operations"]
    by_title, by_id = (exported(shell, tmp_path, "--course", name) for name in ("abc", one))
    assert 0 < by_title["operations"] == by_id["operations"] < whole
    assert shell("verify", by_title["file"]) == 0
    assert shell("open", by_title["file"], "--csv", tmp_path / "rows") == 0
    assert "Einer Madsen" in (tmp_path / "rows" / "citizen.csv").read_text()
    assert "Lonni Berg" not in (tmp_path / "rows" / "citizen.csv").read_text()
    assert 0 < exported(shell, tmp_path, "--from", "1-10", "--until", "31-10")["operations"] < whole
    for wrong, code in (
        (("--course", "Findes ikke"), 10),
        (("--course", "g", "--from", "1-10"), 2),
        (("--all", "--until", "1-10"), 2),
        (("--from", "1-10", "--until", "30-9"), 9),
        (("--from", "1-1-2035"), 10),
        (("--from", "40-13"), 9),
    ):
        assert shell("export", "--to", tmp_path, "--recipient", RECIPIENT, *wrong) == code, (wrong, shell.err)
    course(desk, "gåtur om aftenen")
    assert exported(shell, tmp_path, "--course", "Gåtur")["operations"]
    assert shell("export", "--to", tmp_path, "--recipient", RECIPIENT, "--course", "gå") == 9
    assert other in shell.err


def test_after_a_receipt_only_the_rest_is_sent(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    from vejleder_tui.queries.handover import waiting

    head = desk.store.connection.execute("SELECT hash FROM operation WHERE seq = 4").fetchone()[0]
    acknowledge(desk.store, RECIPIENT, [Head(desk.device, 4, head)])
    assert waiting(desk.store.connection).changes == 0
    assert exported(shell, tmp_path)["operations"] == 0
    add_citizen(desk, "Einer Madsen")
    assert waiting(desk.store.connection).changes == 1
    found = exported(shell, tmp_path)
    assert (found["first"], found["last"]) == (5, 5)
    assert shell("verify", found["file"]) == 0
    assert exported(shell, tmp_path, "--all")["operations"] == 5
    other = age_recipient_of(generate_age_identity(SeededRandomness(6)))
    assert exported(shell, tmp_path, "--recipient", other)["operations"] == 5
    acknowledge(desk.store, RECIPIENT, [Head(desk.device, 4, "0" * 64)])  # a receipt of another chain
    assert exported(shell, tmp_path)["operations"] == 5


def test_only_what_a_device_signed_is_sent_of_it(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    """Another laptop's operations come along up to the end that it signed, never further."""
    from vejleder_tui.bundle.minisign import SigningKey
    from vejleder_tui.bundle.writer import sign_head
    from vejleder_tui.oplog import GENESIS, OperationLine, hash_of

    signer = SigningKey.generate(SeededRandomness(8))
    other = "00000000-0000-7000-8000-000000000001"
    one, hashes = GENESIS, []
    with desk.store.transaction() as connection, desk._door.opened():
        for seq in (1, 2):
            line = OperationLine(
                device=other, seq=seq, schema=1, at="2026-11-20T10:00:00.000Z", actor="w", txn=seq, salt="00" * 16,
                table="device" if seq == 1 else "setting", row=other, key={},
                values={"sign_key": signer.public.text} if seq == 1 else {"value": "x"},
            ).encode()  # fmt: skip
            one = hash_of(one, line)
            hashes.append(one)
            connection.execute(
                "INSERT INTO operation (hash, device, seq, txn, table_name, row, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (one, other, seq, seq, "device", other, line),
            )
        connection.execute(
            "INSERT INTO signed_head (device, seq, hash, root, signature, public_key) VALUES (?, ?, ?, ?, ?, ?)",
            (other, 1, hashes[0], hashes[0], sign_head(signer, other, 1, hashes[0], hashes[0]), signer.public.text),
        )
    found = exported(shell, tmp_path)
    assert (found["operations"], found["first"], found["last"]) == (5, 1, 4)
    assert shell("verify", found["file"]) == 0
    assert shell("inspect", found["file"], "--json") == 0
    assert [(one["device"], one["last"]) for one in shell.json["covers"]] == [(other, 1), (desk.device, 4)]


def test_keys_out_and_in(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    assert shell("key", "show", "--json", "--to", tmp_path) == 0
    card = shell.json
    assert card["device"] == desk.device
    assert (card["name"], card["municipality"], card["role"]) == ("Bærbar 2", "0183", "coordinator")
    path = tmp_path / f"vejleder-nøglefil-{desk.device[:8]}.json"
    assert shell("key", "trust", path, "--json") == 0
    assert shell.json["words"] == card["words"]
    assert shell("key", "add-recipient", path) == 0
    assert card["words"] in shell.out
    assert shell("key", "list", "--json") == 0
    assert [one["purpose"] for one in shell.json] == ["sender", "recipient"]
    assert shell("key", "remove", card["words"]) == 0
    assert shell("key", "list") == 0
    assert "Ingen nøgler" in shell.out
    assert shell("key", "remove", card["words"]) == 10
    private = tmp_path / "private.txt"
    private.write_text(IDENTITY, encoding="utf-8")
    assert shell("key", "add-recipient", private) == 9
    assert "privat" in shell.err
    assert IDENTITY not in shell.err


def test_a_full_disk_leaves_nothing(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    """The operating system lets the process write no more than two kilobytes."""
    add_citizen(desk, "x" * 5_000)
    script = (
        "import resource, signal, sys; from vejleder_tui.cli.parser import run;"
        "from vejleder_tui.bundle import writer; real = writer._seal\n"
        "def seal(*given):\n"
        " signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (512, -1))\n"
        " try: return real(*given)\n"
        " finally: resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "writer._seal = seal\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    folder = tmp_path / "stick"
    done = subprocess.run(
        [sys.executable, "-c", script, "--store", str(shell.paths.folder), "export", "--to", str(folder), "--recipient",
         RECIPIENT, "--lang", "da"], capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 6, done.stderr
    assert done.stderr.decode().startswith("Pakken er ikke skrevet: disken er fuld.")
    assert not folder.exists()
    assert desk.store.connection.execute("SELECT count(*) FROM bundle_history").fetchone() == (0,)


def test_what_cannot_be_entered_in_the_history_is_not_left_behind(
    shell: Shell, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vejleder_tui.store import connection

    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    desk.store.connection.execute("BEGIN IMMEDIATE")
    try:
        assert shell("export", "--to", tmp_path / "out", "--recipient", RECIPIENT) == 5
    finally:
        desk.store.connection.execute("ROLLBACK")
    assert not (tmp_path / "out").exists()


def test_a_cancelled_export_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    from vejleder_tui.errors import CancelledError
    from vejleder_tui.services.handover import export

    def stop(_done: int, _total: int) -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError):
        export(
            desk.store, clock=desk.clock, randomness=desk.ids.randomness, folder=tmp_path / "out", recipients=[RECIPIENT],
            progress=stop,
        )  # fmt: skip
    assert not (tmp_path / "out").exists()
    assert desk.store.connection.execute("SELECT count(*) FROM bundle_history").fetchone() == (0,)


def test_the_commands_load_neither_textual_nor_the_models(shell: Shell, tmp_path: Path) -> None:
    found = exported(shell, tmp_path)
    script = (
        "import sys; from vejleder_tui.cli import main\n"
        "try: main()\n"
        "except SystemExit as error: assert not error.code, error.code\n"
        "heavy = {'textual', 'rich', 'sqlmodel', 'sqlalchemy', 'pydantic', 'alembic'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    for argv in (
        ["--version"],
        ["export", "--to", str(tmp_path), "--recipient", RECIPIENT, "--store", str(shell.paths.folder)],
        ["verify", found["file"], "--store", str(shell.paths.folder)],
        ["inspect", found["file"], "--store", str(shell.paths.folder)],
    ):
        done = subprocess.run([sys.executable, "-c", script, *argv], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.decode().splitlines()[-1] == "LOADED []"


def test_a_bundle_of_a_newer_schema_is_refused_whoever_looks(
    shell: Shell, tmp_path: Path, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = exported(shell, tmp_path / "out")
    for module in ("cli.bundles", "bundle.contents", "bundle.package", "services.handover"):
        monkeypatch.setattr(f"vejleder_tui.{module}.SCHEMA", 0)
    for more in ([], ["--identity", identity]):
        for words in (
            ["verify", found["file"]],
            ["inspect", found["file"]],
            ["open", found["file"], "--csv", tmp_path / "csv"],
        ):
            assert shell(*words, *more) == 7
            assert "Pakken er skrevet med version 0.1.0. Denne er 0.1.0." in shell.out + shell.err
    assert not (tmp_path / "csv").exists()


def test_writing_and_checking_leave_no_connection_open(desk: Desk, tmp_path: Path, clock: FixedClock) -> None:
    from vejleder_tui.services.handover import check_bundle, export

    made = export(
        desk.store, clock=clock, randomness=SeededRandomness(9), folder=tmp_path / "out", recipients=[RECIPIENT]
    )
    assert check_bundle(desk.store, made.path, clock=clock).ok
    assert desk.store._others == []
