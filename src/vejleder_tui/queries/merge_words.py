"""A merge in sentences: what it would change, what waits and where it can be had, what was found to be wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vejleder_tui.clock import from_stamp, local
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.handover_words import kind_words
from vejleder_tui.rules.formats import number, whole_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vejleder_tui.queries.held import Missing
    from vejleder_tui.queries.merge_plan import Touch, Touches

__all__ = ["clean", "clock_sentence", "fork_sentence", "held_sentences", "missing_sentence", "outcome_sentences", "touch_line", "touch_sentences", "why_word"]


class Forked(Protocol):
    """A fork, as a merge tells it."""

    @property
    def name(self) -> str:
        """The device's name."""
        ...

    @property
    def seq(self) -> int:
        """The number at which copies parted."""
        ...


class Ahead(Protocol):
    """A clock that is ahead."""

    @property
    def name(self) -> str:
        """The device's name."""
        ...

    @property
    def at(self) -> str:
        """The latest moment that it wrote (UTC)."""
        ...


def clean(text: str) -> str:
    """Return a name from outside without control characters."""
    return "".join(one if one.isprintable() else "·" for one in text)


def why_word(why: str) -> str:
    """Return why an operation is not counted, for a line of a list."""
    words = {
        "gap": _("mangler tidligere ændringer"),
        "unknown": _("nøglen kendes ikke"),
        "revoked": _("computeren er spærret"),
        "role": _("nøglen har ikke den rolle"),
        "refused": _("kan ikke læses"),
        "create": _("mangler det, som de retter"),
        "named": _("mangler det, som de retter"),
        "parent": _("mangler det, som de hører til"),
    }
    return words.get(why, why)


def missing_sentence(one: Missing) -> str:
    """Return which numbers are missing, and which laptops have them."""
    name = clean(one.name)
    if one.first == one.last:
        told = _("Ændring {first} fra {device} mangler.").format(first=number(one.first), device=name)
    else:
        told = _("Ændring {first}–{last} fra {device} mangler.").format(
            first=number(one.first), last=number(one.last), device=name
        )
    holders = ", ".join([name, *(clean(other) for other in one.has)])
    return f"{told} " + _("De er på {devices}: indlæs en pakke derfra.").format(devices=holders)


def held_sentences(held: Mapping[str, int]) -> list[str]:
    """Return how many operations wait or do not count, a sentence for each reason."""
    return [
        ngettext("{count} ændring venter: {why}.", "{count} ændringer venter: {why}.", count).format(
            count=number(count), why=why_word(why)
        )
        if why not in {"revoked", "refused"}
        else ngettext("{count} ændring tæller ikke: {why}.", "{count} ændringer tæller ikke: {why}.", count).format(
            count=number(count), why=why_word(why)
        )
        for why, count in held.items()
        if count
    ]


def touch_line(one: Touch) -> str:
    """Return "2 nye, 1 ændret" of a citizen's or course's rows."""
    parts = (
        (ngettext("{count} ny", "{count} nye", one.new), one.new),
        (ngettext("{count} ændret", "{count} ændrede", one.changed), one.changed),
        (ngettext("{count} fjernet", "{count} fjernede", one.gone), one.gone),
    )
    return ", ".join(text.format(count=number(count)) for text, count in parts if count)


def touch_sentences(found: Touches) -> list[str]:
    """Return what would change, a line for each course and citizen."""
    told = []
    for heading, several in ((_("Forløb"), found.courses), (_("Borgere"), found.citizens)):
        if several:
            told.append(f"{heading}:")
            told += [f"  {clean(one.name) or one.id[:8]}: {touch_line(one)}" for one in several]
    if found.others:
        told.append(_("Andet: {kinds}").format(kinds=kind_words(found.others)))
    return told


def outcome_sentences(
    *,
    applied: int,
    held: Mapping[str, int],
    opened: int,
    closed: int,
    missing: Sequence[Missing],
    forks: Sequence[Forked],
    clocks: Sequence[Ahead],
    new_identity: bool,
) -> list[str]:
    """Return what a merge does or did beside the rows, the most important first."""
    told = []
    if not applied:
        told.append(_("Alt i filen er her allerede."))
    if opened:
        told.append(
            ngettext("{count} er til afklaring efter den.", "{count} er til afklaring efter den.", opened).format(
                count=number(opened)
            )
        )
    if closed:
        told.append(
            ngettext("{count} uenighed er afgjort i den.", "{count} uenigheder er afgjort i den.", closed).format(
                count=number(closed)
            )
        )
    told += held_sentences(held)
    told += [missing_sentence(one) for one in missing]
    told += [fork_sentence(clean(one.name), one.seq) for one in forks]
    told += [clock_sentence(clean(one.name), one.at) for one in clocks]
    if new_identity:
        told.append(
            _("En kopi af denne computers registreringer er i brug et andet sted. Her fortsættes under et nyt nummer.")
        )
    return told


def fork_sentence(name: str, seq: int) -> str:
    """Return what a fork means."""
    return _(
        "{device} er brugt i to kopier fra ændring {number}. Begge er taget med. Find ud af, hvor den anden kopi er."
    ).format(device=name, number=number(seq))


def clock_sentence(name: str, at: str) -> str:
    """Return whose clock is wrong; `at` is the latest moment that it wrote."""
    moment = local(from_stamp(at))
    return _("Uret på {device} er forkert: det viste {date} {time}. Dens ændringer er taget med.").format(
        device=name, date=whole_date(moment.date()), time=f"{moment:%H:%M}"
    )
