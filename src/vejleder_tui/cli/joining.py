"""`init --join FILE`: a new laptop takes in the records of others, once somebody has compared the words of their keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vejleder_tui.cli.opening import open_desk
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import CancelledError, ExitCode, NotFoundError, RuleError, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.queries.joining import Namesake
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.joining import Laptop, Offer

__all__ = ["take_in"]


def take_in(arguments: argparse.Namespace) -> int:
    """Take the bundle of `--join` in; asks whom to trust and who one is, unless the options say it."""
    from vejleder_tui.queries.joining import is_joining  # noqa: PLC0415
    from vejleder_tui.services.joining import finish, join, offer, trust_laptops  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        if not is_joining(desk.store.connection):
            raise RuleError(
                _("Denne bærbare har registreringer i forvejen. Intet er hentet."), _("Brug vejleder merge PAKKE.")
            )
        found = offer(desk.store.connection, Path(arguments.join))
        trusted = _trusted(arguments, found)
        trust_laptops(desk.store, trusted, clock=arguments.clock)
        done = join(desk, found)
        who = finish(desk, _who(arguments, desk))
        initials = who.initials if who else desk.actor.initials
    finally:
        desk.store.close()
    outcome = done.outcome
    if wants_json(arguments):
        print_json(
            {
                "applied": outcome.applied, "held": outcome.waits, "refused": outcome.refused,
                "conflicts": outcome.conflicts, "trusted": [one.card.device for one in trusted],
                "worker": who.worker if who else desk.actor.worker, "initials": initials,
            }
        )  # fmt: skip
        return int(ExitCode.DONE)
    say(_("Hentet: {count} ændringer. Du er {who}.").format(count=outcome.applied, who=initials))
    if outcome.waits:
        say(_("{count} ændringer venter. Se hvorfor: vejleder key list").format(count=outcome.waits))
    say(_("Få også denne bærbares pakker troet: giv koordinatoren nøglefilen, og brug vejleder key trust dér."))
    return int(ExitCode.DONE)


def _trusted(arguments: argparse.Namespace, found: Offer) -> tuple[Laptop, ...]:
    """Return whom to believe: those of `--trust`, or all, once somebody said yes; the sender is always among them."""
    if arguments.trust:
        return _named(arguments.trust, found)
    if arguments.yes:
        return found.laptops
    if not sys.stdin.isatty() or wants_json(arguments):
        raise VejlederError(
            _("Nøglerne i pakken skal godkendes, og her er ingen at spørge."),
            _("Angiv --yes, eller --trust med hver nøglefil."),
            code=ExitCode.USAGE,
        )
    say(_("I pakken er disse bærbare. Ring op, og hør, om ordene er de samme:"))
    for one in found.laptops:
        say(f"{one.card.name}: {one.words}" + (f" ({_('har skrevet pakken')})" if one.wrote_it else ""))
    question = _("Tro alle {count} bærbare i pakken? Skriv ja for at gå videre:").format(count=len(found.laptops))
    if input(question + " ").strip().casefold() not in {"ja", "yes"}:
        raise CancelledError(_("Intet er hentet."))
    return found.laptops


def _named(cards: list[str], found: Offer) -> tuple[Laptop, ...]:
    from vejleder_tui.bundle.keys import parse_key_card  # noqa: PLC0415
    from vejleder_tui.cli.keys import key_text  # noqa: PLC0415

    keys = {(card.public_key, card.recipient) for card in (parse_key_card(key_text(one)) for one in cards)}
    named = tuple(one for one in found.laptops if (one.card.public_key, one.card.recipient) in keys)
    if not any(one.wrote_it for one in named):
        raise RuleError(
            _("Den, der har skrevet pakken, er ikke blandt nøglefilerne. Intet er hentet."),
            _("Giv også dens nøglefil."),
        )
    return named


def _who(arguments: argparse.Namespace, desk: Desk) -> str | None:
    """Return which worker of the records the person is; None for somebody new there."""
    from vejleder_tui.queries.joining import namesakes  # noqa: PLC0415

    there = namesakes(desk.store.connection, desk.actor.worker)
    if arguments.namesake:
        fitting = [one for one in there if one.initials.casefold() == arguments.namesake.strip().casefold()]
        if len(fitting) != 1:
            raise NotFoundError(
                _("Ingen med de initialer står i registreringerne."), _("Se dem med vejleder worker list.")
            )
        return fitting[0].worker
    if not there or wants_json(arguments) or not sys.stdin.isatty():
        return None
    for one in there:
        if _is_it(one):
            return one.worker
    return None


def _is_it(one: Namesake) -> bool:
    question = _("{initials}, {name}, står i registreringerne. Er det dig? Skriv ja eller nej:")
    return input(question.format(initials=one.initials, name=one.name) + " ").strip().casefold() in {
        "ja",
        "yes",
        "j",
        "y",
    }
