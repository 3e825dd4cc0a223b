"""Build hook: compile each catalogue of texts beside its source, with Babel, on every system alike."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compile `*.po` to `*.mo` and put the result into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Write a `.mo` beside each `.po`; a broken catalogue ends the build."""
        for source in sorted(Path(self.root, "src", "vejleder_tui", "locale").rglob("*.po")):
            target = source.with_suffix(".mo")
            with source.open("rb") as readable:
                catalogue = read_po(readable, abort_invalid=True)
            with target.open("wb") as writable:
                write_mo(writable, catalogue)
            build_data["artifacts"].append(str(target.relative_to(self.root)))
