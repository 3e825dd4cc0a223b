"""Counts per table in words: "3 forløb · 5 mødegange · 96 fremmøder"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import number, whole_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vejleder_tui.bundle.contents import Contents

__all__ = ["contents_sentences", "kind_list", "kind_words"]


def kind_list(rows: Mapping[str, int]) -> list[str]:
    """Return "3 forløb", "5 mødegange" …, what people register most often first; the rest together as "andet"."""
    counted = [
        (ngettext("{count} forløb", "{count} forløb", rows.get("course", 0)), "course"),
        (ngettext("{count} mødegang", "{count} mødegange", rows.get("session", 0)), "session"),
        (ngettext("{count} fremmøde", "{count} fremmøder", rows.get("attendance", 0)), "attendance"),
        (ngettext("{count} peer-aktivitet", "{count} peer-aktiviteter", rows.get("peer_activity", 0)), "peer_activity"),
        (ngettext("{count} vurdering", "{count} vurderinger", rows.get("goal_rating", 0)), "goal_rating"),
        (ngettext("{count} mål", "{count} mål", rows.get("goal", 0)), "goal"),
        (ngettext("{count} borger", "{count} borgere", rows.get("citizen", 0)), "citizen"),
        (ngettext("{count} indskrivning", "{count} indskrivninger", rows.get("enrolment", 0)), "enrolment"),
    ]
    found = [text.format(count=number(rows[table])) for text, table in counted if rows.get(table)]
    named = {table for _text, table in counted}
    others = sum(count for table, count in rows.items() if table not in named)
    if others:
        found.append(ngettext("{count} andet", "{count} andre", others).format(count=number(others)))
    return found


def kind_words(rows: Mapping[str, int]) -> str:
    """Return the counts on one line, parted by " · "."""
    return " · ".join(kind_list(rows))


def contents_sentences(found: Contents) -> list[str]:
    """Return what a bundle holds, a sentence each; names from the file without control characters."""
    header = found.header
    written = local(from_stamp(header.created))
    told = [
        _("Pakken er hel og rigtigt underskrevet: {operations} ændringer.").format(operations=number(header.operations)),
        _("Skrevet {date} {time} på {device} i kommune {municipality} med version {version}.").format(
            date=whole_date(written.date()), time=f"{written:%H:%M}", device=_clean(header.exporter.name),
            municipality=header.exporter.municipality, version=header.version,
        ),
    ]  # fmt: skip
    told += [
        _("{device}: ændring {first}–{last}.").format(
            device=_clean(cover.name) or cover.device[:8], first=number(cover.first), last=number(cover.last)
        )
        for cover in found.covers
    ]
    if found.tables:
        told.append(_("Ændringer efter slags: {kinds}.").format(kinds=kind_words(found.tables)))
    count = len(header.recipients)
    told.append(ngettext("Kan åbnes af {count} nøgle.", "Kan åbnes af {count} nøgler.", count).format(count=count))
    return told


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() else "·" for one in text)
