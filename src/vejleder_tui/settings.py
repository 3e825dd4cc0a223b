"""What this machine remembers in plain text, since it is needed before unlock: language, theme, keymap, view."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Settings", "load", "save"]


@dataclass(frozen=True)
class Settings:
    """Machine settings; none of them is personal data."""

    language: str = "da"
    theme: str = "vejleder-dark"
    ascii_only: bool = False
    single_view: bool = False
    keymap: dict[str, str] = field(default_factory=dict)


def load(path: Path) -> Settings:
    """Return the settings in `path`; what is missing, unreadable or of the wrong type has its default."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(found, dict):
        return Settings()
    default = Settings()
    known = {one.name: getattr(default, one.name) for one in fields(Settings)}
    return Settings(**{name: found[name] for name in known if type(found.get(name)) is type(known[name])})


def save(path: Path, settings: Settings) -> None:
    """Write `settings` to `path` whole or not at all; raises OSError when the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as writable:
        json.dump(asdict(settings), writable, ensure_ascii=False, indent=1)
        writable.flush()
        os.fsync(writable.fileno())
    temporary.replace(path)
