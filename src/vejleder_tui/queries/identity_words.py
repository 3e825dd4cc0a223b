"""What is told of a store that took a new device number, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.i18n import N_, _
from vejleder_tui.paths import mark_folder
from vejleder_tui.queries.base import one_row

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from vejleder_tui.queries.base import Reader

__all__ = ["identity_sentence", "new_since"]

_WHY = {
    "restored": N_("en kopi er lagt i stedet for registreringerne"),
    "machine": N_("registreringerne er kopieret eller flyttet fra en anden computer eller bruger"),
    "file": N_("registreringerne er kopieret, flyttet eller gendannet"),
    "behind": N_("registreringerne er en ældre kopi, og der er sendt ændringer, som ikke står i den"),
    "met": N_("en anden kopi af registreringerne er også i brug"),
}


def identity_sentence(kind: str, about: Mapping[str, object]) -> str:
    """Return what a notice says of the kinds `identity` (a new device number) and `no_mark` (no mark can be kept)."""
    if kind == "no_mark":
        return _(
            "Der kan ikke skrives i {folder}. Derfor kan det ikke ses, om registreringerne er kopieret. Kontakt it-support."
        ).format(folder=mark_folder())
    why = _WHY.get(str(about.get("why")), _WHY["file"])
    told = _("Computeren har fået et nyt enhedsnummer, fordi {why}. Fortryd går kun tilbage til nu.").format(why=_(why))
    if about.get("why") in {"restored", "behind"}:
        told += " " + _("Det, der er sendt siden kopien, kommer igen med en pakke fra modtageren.")
    return told


def new_since(reader: Reader) -> datetime | None:
    """Return when this laptop took its present device number in place of another (Danish time), or None."""
    found = one_row(
        reader,
        "SELECT max(at) FROM notice WHERE kind = 'identity' AND json_extract(about, '$.device') ="
        " (SELECT value FROM local_value WHERE name = 'device')",
    )
    return local(from_stamp(found[0])) if found and found[0] else None
