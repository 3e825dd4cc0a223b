"""Where the program keeps things on this machine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["StorePaths", "default_store", "demo_store", "mark_folder", "settings_file"]


@dataclass(frozen=True)
class StorePaths:
    """The files of one store, all in one folder of mode 0700; `marks` is where its mark is kept, else `mark_folder`."""

    folder: Path
    marks: Path | None = None

    @property
    def database(self) -> Path:
        """The encrypted SQLite file."""
        return self.folder / "vejleder.db"

    @property
    def keys(self) -> Path:
        """The key file: slots that each wrap the data key."""
        return self.folder / "vejleder.keys.json"

    @property
    def erasures(self) -> Path:
        """The file of what was deleted for ever, as tokens: a copy that is put back is held against it."""
        return self.folder / "erasures.json"

    @property
    def lock(self) -> Path:
        """The file whose operating-system lock says who writes."""
        return self.folder / "vejleder.lock"

    @property
    def outbox(self) -> Path:
        """Where bundles are written unless another folder is named."""
        return self.folder / "pakker"

    @property
    def logs(self) -> Path:
        """Where the program's own log is written: ids and places in the code, never a value."""
        return self.folder / "log"


def _data_folder() -> Path:
    import platformdirs  # noqa: PLC0415 - 28 ms, not needed when --store is given

    return Path(platformdirs.user_data_dir("vejleder", appauthor=False))


def default_store() -> StorePaths:
    """Return the store under the platform's data folder."""
    return StorePaths(_data_folder() / "store")


def demo_store() -> StorePaths:
    """Return the sandbox's store, apart from the real one."""
    return StorePaths(_data_folder() / "demo")


def mark_folder() -> Path:
    """Return where marks of stores are kept, outside every store: VEJLEDER_MARKS, else the platform's folder for state."""
    named = os.environ.get("VEJLEDER_MARKS")
    if named:
        return Path(named)
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_state_dir("vejleder", appauthor=False)) / "marks"


def settings_file() -> Path:
    """Return the plain file with language, theme and keymap (needed before unlock)."""
    import platformdirs  # noqa: PLC0415

    return Path(platformdirs.user_config_dir("vejleder", appauthor=False)) / "settings.json"
