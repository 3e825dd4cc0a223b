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

__all__ = [
    "clean",
    "clock_sentence",
    "fork_sentence",
    "held_sentences",
    "missing_sentence",
    "outcome_sentences",
    "receipt_sentences",
    "role_word",
    "touch_line",
    "touch_sentences",
    "waiting_key_sentence",
    "why_word",
]


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
    """A clock that is wrong."""

    @property
    def name(self) -> str:
        """The device's name."""
        ...

    @property
    def at(self) -> str:
        """The moment that it showed (UTC)."""
        ...


class Happened(Protocol):
    """What a merge does or did, beside the rows (services.merging.Outcome)."""

    @property
    def applied(self) -> int:
        """How many operations were new."""
        ...

    @property
    def opened(self) -> int:
        """On how many rows laptops came to disagree."""
        ...

    @property
    def closed(self) -> int:
        """On how many they no longer do."""
        ...

    @property
    def held(self) -> Mapping[str, int]:
        """How many new operations are not counted, by why."""
        ...

    @property
    def missing(self) -> Sequence[Missing]:
        """What is missing afterwards."""
        ...

    @property
    def forks(self) -> Sequence[Forked]:
        """Where copies parted."""
        ...

    @property
    def clocks(self) -> Sequence[Ahead]:
        """Whose clocks are wrong."""
        ...

    @property
    def new_identity(self) -> bool:
        """Whether a copy of this store is in use somewhere else."""
        ...


class Taken(Protocol):
    """What a receipt said (services.receipts.ReceiptTaken)."""

    @property
    def receiver(self) -> str:
        """Whose it is."""
        ...

    @property
    def at(self) -> str:
        """When it was written (UTC)."""
        ...

    @property
    def counts(self) -> bool:
        """Whether it is the newest of its receiver."""
        ...

    @property
    def waiting(self) -> int:
        """How many operations wait there."""
        ...

    @property
    def refused(self) -> int:
        """How many cannot be read there."""
        ...

    @property
    def wrong_clock(self) -> bool:
        """Whether its clock was wrong by more than a day."""
        ...


def clean(text: str) -> str:
    """Return a name from outside without control characters."""
    return "".join(one if one.isprintable() else "·" for one in text)


def role_word(role: str) -> str:
    """Return what a key is trusted as."""
    words = {
        "worker": _("vejleder"),
        "coordinator": _("koordinator"),
        "exporter": _("administration"),
        "administration": _("administration"),
    }
    return words.get(role, clean(role))


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


def outcome_sentences(found: Happened) -> list[str]:
    """Return what a merge does or did beside the rows, the most important first."""
    told = []
    if not found.applied:
        told.append(_("Alt i filen er her allerede."))
    if found.opened:
        told.append(
            ngettext(
                "{count} kommer til afklaring: to bærbare er uenige.",
                "{count} kommer til afklaring: to bærbare er uenige.",
                found.opened,
            ).format(count=number(found.opened))
        )
    if found.closed:
        told.append(
            ngettext("{count} uenighed er afgjort.", "{count} uenigheder er afgjort.", found.closed).format(
                count=number(found.closed)
            )
        )
    told += held_sentences(found.held)
    told += [missing_sentence(one) for one in found.missing]
    told += [fork_sentence(one.name, one.seq) for one in found.forks]
    told += [clock_sentence(one.name, one.at) for one in found.clocks]
    if found.new_identity:
        told.append(
            _("En kopi af denne computers registreringer er i brug et andet sted. Her fortsættes under et nyt nummer.")
        )
    return told


def waiting_key_sentence(name: str, words: str, operations: int) -> str:
    """Return whose key operations wait for, and its words (the first four)."""
    shown = "-".join(words.split("-")[:4])
    who = clean(name) or _("Ukendt computer")
    changes = ngettext("{count} ændring", "{count} ændringer", operations).format(count=number(operations))
    if not shown:
        return _("{device}: {changes} venter på en nøgle, som ikke er i pakken. Få dens nøglefil.").format(
            device=who, changes=changes
        )
    return _("{device}, {words}: {changes} venter på, at nøglen kendes.").format(
        device=who, words=shown, changes=changes
    )


def receipt_sentences(one: Taken) -> list[str]:
    """Return what a receipt said, a sentence each."""
    moment = local(from_stamp(one.at))
    when = f"{whole_date(moment.date())} {moment:%H:%M}"
    if not one.counts:
        return [
            _("Kvitteringen fra {receiver} af {when} er ældre end den, der er her. Intet er ændret.").format(
                receiver=clean(one.receiver), when=when
            )
        ]
    told = [_("Kvitteringen fra {receiver} af {when} er indlæst.").format(receiver=clean(one.receiver), when=when)]
    if one.waiting:
        told.append(
            ngettext("{count} ændring venter hos modtageren.", "{count} ændringer venter hos modtageren.", one.waiting)
            .format(count=number(one.waiting))
        )  # fmt: skip
    if one.refused:
        told.append(
            ngettext(
                "{count} ændring kan modtageren ikke læse.", "{count} ændringer kan modtageren ikke læse.", one.refused
            ).format(count=number(one.refused))
        )
    if one.wrong_clock:
        told.append(clock_sentence(one.receiver, one.at))
    return told


def fork_sentence(name: str, seq: int) -> str:
    """Return what a fork means."""
    return _(
        "{device} er brugt i to kopier fra ændring {number}. Begge er taget med. Find ud af, hvor den anden kopi er."
    ).format(device=clean(name), number=number(seq))


def clock_sentence(name: str, at: str) -> str:
    """Return whose clock is wrong; `at` is what it showed."""
    moment = local(from_stamp(at))
    return _("Uret på {device} er forkert: det viste {date} {time}. Dens ændringer er taget med.").format(
        device=clean(name), date=whole_date(moment.date()), time=f"{moment:%H:%M}"
    )
