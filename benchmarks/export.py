"""Rows a second of `export`, against `sqlite3 -csv | zstd | age` on a plain copy of the same rows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figures import Ratio, interleaved, percentile
from benchmarks.made_store import PASSPHRASE, made_store

ROWS = 100_000


def export(folder: Path, rows: int = ROWS) -> list[Ratio]:
    """Return the rate of the command (start and unlock taken off, as measured on an empty store) as a share of the pipe's.

    At least 0.6 ×. The pipe reads a plain SQLite file; needs `sqlite3`, `zstd` and `age`.
    """
    tools = [tool for tool in ("sqlite3", "zstd", "age", "age-keygen") if shutil.which(tool) is None]
    if tools:
        raise RuntimeError(f"the export figure needs {', '.join(tools)}")
    identity = subprocess.run(["age-keygen"], capture_output=True, check=True, text=True).stdout
    recipient = next(line for line in identity.splitlines() if "public key" in line).split()[-1]
    full, empty = made_store(folder / "full", rows), made_store(folder / "empty", 0)
    plain = folder / "plain.db"
    full.store.connection.execute(f"ATTACH '{plain}' AS plain KEY ''")
    columns = "id, session, citizen, code, reason, minutes, note, source, notified_at, late_reason, leaves"
    full.store.connection.execute(f"CREATE TABLE plain.attendance AS SELECT {columns} FROM main.attendance")
    full.store.connection.execute("DETACH plain")
    full.store.close()
    empty.store.close()

    def command(name: str) -> float:
        out = folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        vejleder = str(Path(sys.executable).with_name("vejleder"))
        environment = {**os.environ, "VEJLEDER_PASSPHRASE": PASSPHRASE}
        begun = time.perf_counter()
        subprocess.run(
            [vejleder, "export", "--all", "--store", str(folder / name), "--to", str(out), "--recipient", recipient],
            check=True, capture_output=True, env=environment,
        )  # fmt: skip
        return time.perf_counter() - begun

    def pipe() -> float:
        begun = time.perf_counter()
        subprocess.run(
            f"sqlite3 -csv '{plain}' 'SELECT * FROM attendance' | zstd -3 -q | age -r {recipient} > '{folder}/pipe.age'",
            shell=True, check=True,
        )  # fmt: skip
        return time.perf_counter() - begun

    whole, start, piped = interleaved(5, lambda: command("full"), lambda: command("empty"), pipe)
    ours = percentile(whole, 0.5) - percentile(start, 0.5)
    theirs = percentile(piped, 0.5)
    detail = (
        f"{rows / ours:,.0f} against {rows / theirs:,.0f} rows a second; {rows:,} attendance rows,"
        f" start of {percentile(start, 0.5):.2f} s taken off"
    )
    return [Ratio("export, rows a second", theirs / ours, 0.6, at_least=True, detail=detail)]
