"""Six processes, a thousand bundles of twenty devices, repeats, overlaps, kills, a server that is restarted."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.central.conftest import make_office
from tests.central.laptop import Laptop
from vejleder_tui.bundle.verify import verify_bundle
from vejleder_tui.central.database import open_centre
from vejleder_tui.central.receipts import write_receipts
from vejleder_tui.central.status import status
from vejleder_tui.ids import SystemRandomness
from vejleder_tui.oplog import chain_faults, fold_faults

if TYPE_CHECKING:
    from pathlib import Path

    from tests.central.conftest import Office
    from tests.central.server import Server

DEVICES = 20
BUNDLES = 1_000
PROCESSES = 6


def _history(laptops: list[Laptop], chance: random.Random) -> None:
    """Let the laptops write people, and names of people of each other, each knowing what it may."""
    shared: list[tuple[str, str]] = []
    for _round in range(40):
        for laptop in laptops:
            if not shared or chance.random() < 0.6:
                shared.append((laptop.citizen(f"Person {len(shared)}"), laptop.hashes[-1]))
            else:
                row, create = chance.choice(shared)
                laptop.write("citizen", row, values={"name": f"Ny {len(laptop.lines)}"}, replaces={"name": [create]})


def _bundles(laptops: list[Laptop], office: Office, chance: random.Random, count: int) -> None:
    """Write `count` files: of each device everything at least once, in pieces that overlap, some carried by another."""
    made: list[Path] = []
    for laptop in laptops:
        first = 1
        while first <= len(laptop.lines):
            last = min(len(laptop.lines), first + chance.randint(0, 6))
            made.append(_bundle(laptop, max(1, first - chance.choice([0, 0, 2, 5])), last, laptops, office, chance))
            first = last + 1
    while len(made) < count:
        laptop = chance.choice(laptops)
        if chance.random() < 0.3:
            again = chance.choice(made)
            copied = office.folder / f"again-{len(made)}.tar.zst.age"
            copied.write_bytes(again.read_bytes())
            made.append(copied)
            continue
        first = chance.randint(1, len(laptop.lines))
        last = min(len(laptop.lines), first + chance.randint(0, 10))
        made.append(_bundle(laptop, first, last, laptops, office, chance))
    chance.shuffle(made)
    for number, path in enumerate(made):
        path.rename(path.with_name(f"{number:05d}.tar.zst.age"))


def _bundle(  # noqa: PLR0917
    laptop: Laptop, first: int, last: int, laptops: list[Laptop], office: Office, chance: random.Random
) -> Path:
    bearer = chance.choice(laptops) if chance.random() < 0.2 else laptop
    covers = [(laptop, laptop.cover(first, last))]
    if bearer is not laptop:
        covers.append((bearer, bearer.cover(1, chance.randint(1, len(bearer.lines)))))
    return bearer.bundle(office.folder, office.recipient, covers)


def _start(office: Office, *options: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "vejleder_tui", "central", "ingest", "--database", office.url, "--identity",
        str(office.identity.path), "--json", *options, str(office.folder),
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _left(office: Office) -> int:
    return sum(1 for path in office.folder.iterdir() if path.is_file())


def _all_is_there(office: Office, laptops: list[Laptop], tmp_path: Path) -> None:
    """Every operation once, marks without a hole, tables equal to the fold, receipts right, nothing left over."""
    centre = open_centre(office.url)
    found = {one.device: one for one in status(centre).devices}
    for laptop in laptops:
        one = found[laptop.device]
        assert (one.up_to, one.gaps, one.held, one.forks) == (len(laptop.lines), [], {}, [])
    counted = centre.execute("SELECT device, count(*), count(DISTINCT hash), max(seq) FROM operation GROUP BY device")
    assert sorted(tuple(row) for row in counted) == sorted(
        (one.device, len(one.lines), len(one.lines), len(one.lines)) for one in laptops
    )
    assert list(chain_faults(centre)) == []
    assert list(fold_faults(centre)) == []
    assert centre.execute("SELECT count(*) FROM central_staging").fetchone() == (0,)
    written = write_receipts(
        centre, office.identity, tmp_path / "receipts", clock=office.clock, randomness=SystemRandomness()
    )
    centre.close()
    by_device = {one.device: one for one in laptops}
    assert len(written) == len(laptops)
    for receipt in written:
        header = verify_bundle(receipt.path, [by_device[receipt.device].identity]).header
        assert header is not None
        furthest = {one.device: (0, "") for one in laptops}
        for have in header.have:
            furthest[have.device] = max(furthest[have.device], (have.last, have.end))
            assert by_device[have.device].hashes[have.last - 1] == have.end
        assert furthest == {one.device: (len(one.lines), one.hashes[-1]) for one in laptops}
    alone = make_office(f"sqlite:///{tmp_path / 'alone.db'}", tmp_path / "alone")
    alone.trust(*laptops)
    for laptop in laptops:
        laptop.bundle(alone.folder, alone.recipient)
    alone.ingest()
    assert alone.digest() == office.digest()


def test_six_processes_take_in_a_thousand_bundles_while_some_are_killed(big_office: Office, tmp_path: Path) -> None:
    chance = random.Random(20261124)
    laptops = [Laptop(seed) for seed in range(DEVICES)]
    big_office.trust(*laptops)
    _history(laptops, chance)
    _bundles(laptops, big_office, chance, BUNDLES)
    assert _left(big_office) == BUNDLES
    running = [_start(big_office) for _number in range(PROCESSES)]
    kills = 0
    ends = time.monotonic() + 400
    while _left(big_office):
        assert time.monotonic() < ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            running[0].wait(chance.uniform(0.5, 2.0))
        victim = running.pop(chance.randrange(PROCESSES))
        kills += victim.poll() is None
        _kill(victim)
        running.append(_start(big_office))
    for process in running:
        assert process.wait(120) == 0
    assert kills > 3
    assert len(list((big_office.folder / "done").iterdir())) == BUNDLES
    _all_is_there(big_office, laptops, tmp_path)


def test_the_server_is_restarted_while_bundles_are_taken_in(big_office: Office, server: Server, tmp_path: Path) -> None:
    chance = random.Random(7)
    laptops = [Laptop(seed) for seed in range(4)]
    big_office.trust(*laptops)
    _history(laptops, chance)
    _bundles(laptops, big_office, chance, 120)
    running = [_start(big_office) for _number in range(2)]
    for left in (90, 60, 30):
        ends = time.monotonic() + 120
        while _left(big_office) > left:
            assert time.monotonic() < ends
            with contextlib.suppress(subprocess.TimeoutExpired):
                running[0].wait(0.02)
        server.stop()
        server.start()
    for process in running:
        assert process.wait(240) == 0
    assert _left(big_office) == 0
    _all_is_there(big_office, laptops, tmp_path)


def test_jobs_survive_the_kill_of_one(big_office: Office, tmp_path: Path) -> None:
    import psutil

    chance = random.Random(8)
    laptops = [Laptop(seed) for seed in range(4)]
    big_office.trust(*laptops)
    _history(laptops, chance)
    _bundles(laptops, big_office, chance, 120)
    process = _start(big_office, "--jobs", "3")
    ends = time.monotonic() + 120
    while _left(big_office) > 100:
        assert time.monotonic() < ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    workers = [one for one in psutil.Process(process.pid).children() if "spawn_main" in " ".join(one.cmdline())]
    workers[0].kill()
    assert process.wait(240) == 0
    assert _left(big_office) == 0
    _all_is_there(big_office, laptops, tmp_path)


def test_watching_takes_what_comes_until_it_is_asked_to_stop(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    process = _start(office, "--watch")
    laptop.citizen()
    laptop.bundle(office.folder, office.recipient)
    done = office.folder / "done"
    ends = time.monotonic() + 60
    while not (done.exists() and any(done.iterdir())):
        assert time.monotonic() < ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    unknown = Laptop(2)
    unknown.bundle(office.folder, office.recipient)
    while not (office.folder / "quarantine").exists():
        assert time.monotonic() < ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    office.trust(unknown)
    while len(list(done.iterdir())) < 2:
        assert time.monotonic() < ends
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) in {0, 7}


def test_json_is_one_object_a_file(office: Office) -> None:
    laptop = Laptop(1)
    office.trust(laptop)
    for _number in range(3):
        laptop.bundle(office.folder, office.recipient)
    found = subprocess.run(
        [
            sys.executable, "-m", "vejleder_tui", "central", "ingest", "--json", "--database", office.url,
            "--identity", str(office.identity.path), str(office.folder),
        ],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    said = [json.loads(line) for line in found.stdout.splitlines()]
    assert [one["state"] for one in said] == ["applied"] * 3
    assert [(one["applied"], one["known"]) for one in said] == [(1, 0), (0, 1), (0, 1)]
