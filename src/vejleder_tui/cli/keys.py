"""`key show`, `add-recipient`, `trust`, `revoke`, `discard`, `list`, `remove`: public keys, out and in."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_store
from vejleder_tui.cli.output import print_json, say, sure, wants_json
from vejleder_tui.errors import BusyError, CancelledError, ExitCode, RuleError
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.queries.merge_words import clean, role_word

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.queries.keys import KnownKey
    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.keyring import WaitingCard
    from vejleder_tui.store.store import Store

__all__ = ["key_text", "register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    key = commands.add_parser("key", parents=[common], help=_("offentlige nøgler, ud og ind"))
    subs = key.add_subparsers(dest="key_command", metavar=_("HVAD"), required=True)
    show = subs.add_parser("show", parents=[common], help=_("vis denne computers nøglefil"))
    show.add_argument("--to", metavar="FILE", help=_("gem den i en fil eller en mappe"))
    show.set_defaults(run=_show)
    add = subs.add_parser("add-recipient", parents=[common], help=_("tilføj, hvem pakker låses til"))
    add.add_argument("key", metavar="FILE|age1…", help=_("nøglefil, fil med age-nøgler eller en age1-nøgle"))
    add.add_argument("--name", default="", help=_("hvad modtageren kaldes her"))
    add.add_argument("--until", metavar="DATE", help=_("sidste dag, der låses til modtageren"))
    add.set_defaults(run=_add_recipient)
    trust = subs.add_parser("trust", parents=[common], help=_("stol på pakker fra en anden computer"))
    trust.add_argument("key", metavar="FILE", nargs="?", default="", help=_("den anden computers nøglefil"))
    trust.add_argument("--waiting", metavar=_("ORD"), nargs="+", help=_("en nøgle, der ventes på (se key list)"))
    trust.add_argument(
        "--role",
        choices=("worker", "coordinator", "administration"),
        help=_("hvad computeren må; ellers nøglefilens rolle"),
    )
    trust.set_defaults(run=_trust)
    revoke = subs.add_parser(
        "revoke", parents=[common], help=_("spær en computer: hvad den skriver fra nu af, tæller ikke")
    )
    revoke.add_argument(
        "device", metavar=_("COMPUTER"), nargs="+", help=_("computerens navn eller id, eller nøglens ord")
    )
    revoke.add_argument(
        "--after", type=int, metavar=_("NUMMER"), help=_("den sidste ændring, der tæller; ellers den nyeste her")
    )
    revoke.add_argument("--yes", action="store_true", help=_("spørg ikke først"))
    revoke.set_defaults(run=_revoke)
    discard = subs.add_parser("discard", parents=[common], help=_("kassér det, der venter på en ukendt nøgle"))
    discard.add_argument(
        "words", metavar=_("ORD"), nargs="+", help=_("nøglens ord (se key list), eller computerens id")
    )
    discard.add_argument("--yes", action="store_true", help=_("spørg ikke først"))
    discard.set_defaults(run=_discard)
    known = subs.add_parser("list", parents=[common], help=_("vis de nøgler, der kendes her"))
    known.set_defaults(run=_list)
    remove = subs.add_parser("remove", parents=[common], help=_("fjern en nøgle"))
    remove.add_argument("words", metavar=_("ORD"), nargs="+", help=_("nøglens ord"))
    remove.set_defaults(run=_remove)


def key_text(given: str) -> str:
    """Return what a key argument holds: an `age1…` itself, else the text of the file that it names."""
    if given.startswith("age1"):
        return given
    from vejleder_tui.bundle.key_file import read_key_file  # noqa: PLC0415

    return read_key_file(given, pipes=True)


def _as_json(key: KnownKey) -> dict[str, object]:
    return {
        "words": key.words, "fingerprint": key.fingerprint, "purpose": key.purpose, "name": key.name,
        "age": key.recipient, "minisign": key.public_key, "valid_until": key.valid_until, "role": key.role or None,
    }  # fmt: skip


def _show(arguments: argparse.Namespace) -> int:
    from vejleder_tui.bundle.export import own_keys  # noqa: PLC0415 - keys need pyrage, which no other command should
    from vejleder_tui.bundle.key_file import save_key_card  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        card = own_keys(store.connection).card
    finally:
        store.close()
    saved = save_key_card(card, Path(arguments.to)) if arguments.to else None
    if wants_json(arguments):
        print_json({**json.loads(card.to_json()), "words": card.words()})
        return int(ExitCode.DONE)
    if saved is not None:
        say(_("Nøglefilen ligger i {path}.").format(path=saved))
    else:
        say(card.to_json().rstrip())
    say(_("Læs ordene op for den, der får den: {words}").format(words=card.words()))
    return int(ExitCode.DONE)


def _add_recipient(arguments: argparse.Namespace) -> int:
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.services.keyring import add_recipients  # noqa: PLC0415

    last_day = None
    if arguments.until:
        from vejleder_tui.rules.dates import parse_date  # noqa: PLC0415

        last_day = parse_date(arguments.until, local_date(arguments.clock.now()), field="until")
    text = key_text(arguments.key)
    store, _unlocked = open_store(arguments, write=False)
    try:
        kept = add_recipients(store, text, clock=arguments.clock, valid_until=last_day, name=arguments.name)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one) for one in kept])
        return int(ExitCode.DONE)
    for one in kept:
        say(_("Pakker låses fra nu af til {name}.").format(name=one.name))
        say(_("Hør, om modtageren har de samme ord: {words}").format(words=one.words))
    return int(ExitCode.DONE)


def _trust(arguments: argparse.Namespace) -> int:
    from vejleder_tui.services.keyring import trust_sender, trust_waiting  # noqa: PLC0415

    if bool(arguments.key) == bool(arguments.waiting):
        raise RuleError(_("Angiv en nøglefil, eller --waiting med nøglens ord."))
    text = key_text(arguments.key) if arguments.key else ""
    desk, store = _writing_if_free(arguments)
    try:
        if text:
            kept = trust_sender(store, text, clock=arguments.clock, role=arguments.role)
        else:
            kept = trust_waiting(store, " ".join(arguments.waiting), clock=arguments.clock, role=arguments.role)
        told = _in_force(desk)
    finally:
        store.close()
    if wants_json(arguments):
        print_json(_as_json(kept))
        return int(ExitCode.DONE)
    say(_("Pakker fra {name} tros fra nu af, som {role}.").format(name=clean(kept.name), role=role_word(kept.role)))
    say(_("Hør, om afsenderen har de samme ord: {words}").format(words=kept.words))
    say(told)
    return int(ExitCode.DONE)


def _writing_if_free(arguments: argparse.Namespace) -> tuple[Desk | None, Store]:
    """Return a desk and its store, or where another window writes, the store alone for its local tables."""
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415

    try:
        desk = open_desk(arguments)
    except BusyError:
        return None, open_store(arguments, write=False)[0]
    return desk, desk.store


def _in_force(desk: Desk | None) -> str:
    """Bring trust into force and say what became of it."""
    if desk is None:
        return _("Det, der venter på nøglen, tages med, når Overdragelse åbnes i det andet vindue.")
    from vejleder_tui.services.trusting import bring_up_to_date  # noqa: PLC0415

    done = bring_up_to_date(desk)
    rows = 0 if done is None else len(done.rows.new) + len(done.rows.changed) + len(done.rows.gone)
    return ngettext("{count} registrering er ændret af det.", "{count} registreringer er ændret af det.", rows).format(
        count=rows
    )


def _revoke(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415
    from vejleder_tui.services.revoking import revocable, revoke  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        named = " ".join(arguments.device)
        devices = revocable(desk, named, after=arguments.after)
        if not wants_json(arguments):
            for one in devices:
                say(
                    _(
                        "{device}: ændringer efter nummer {last} tæller ikke, hverken her eller hos dem, der får pakken."
                    ).format(device=clean(one.key.name), last=one.last)
                )
        if not (arguments.yes or wants_json(arguments) or sure()):
            raise CancelledError(_("Intet er spærret."))
        done = revoke(desk, named, after=arguments.after)
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json([{"device": one.device, "name": one.name, "last": last} for one, last in done.devices])
        return int(ExitCode.DONE)
    say(_("Spærret {time}. Skriv en pakke, så andre får det at vide.").format(time=done.saved.at))
    return int(ExitCode.DONE)


def _discard(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415
    from vejleder_tui.queries.merge_words import waiting_key_sentence  # noqa: PLC0415
    from vejleder_tui.services.discarding import discard_waiting, discardable  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        named = " ".join(arguments.words)
        found = discardable(desk.store.connection, named)
        if not wants_json(arguments):
            for one in found:
                say(waiting_key_sentence(one.key.name, one.words, one.key.operations))
            say(_("Det slettes her. Er nøglen den rigtige alligevel, skal afsenderen skrive en ny pakke med det hele."))
        if not (arguments.yes or wants_json(arguments) or sure()):
            raise CancelledError(_("Intet er kasseret."))
        done = discard_waiting(desk, named)
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json([asdict(one) for one in done])
        return int(ExitCode.DONE)
    count = sum(one.operations for one in done)
    say(ngettext("{count} ændring er kasseret.", "{count} ændringer er kasseret.", count).format(count=count))
    return int(ExitCode.DONE)


def _list(arguments: argparse.Namespace) -> int:
    from vejleder_tui.queries.keys import known_keys  # noqa: PLC0415
    from vejleder_tui.queries.merge_words import waiting_key_sentence  # noqa: PLC0415
    from vejleder_tui.services.keyring import waiting_cards  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        found, waiting = known_keys(store.connection), waiting_cards(store.connection)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([*map(_as_json, found), *map(_waiting_json, waiting)])
        return int(ExitCode.DONE)
    if not (found or waiting):
        say(_("Ingen nøgler kendes endnu. Tilføj en: vejleder key add-recipient FIL"))
    for one in found:
        name = clean(one.name)
        if one.purpose == "recipient":
            until = _("til {date}").format(date=one.valid_until) if one.valid_until else _("uden slutdato")
            say(f"{_('modtager')}: {name}, {one.words}, {until}")
        else:
            say(f"{_('afsender')}: {name}, {one.words}, {role_word(one.role)}")
    for card in waiting:
        say(f"{_('venter')}: {waiting_key_sentence(card.key.name, card.words, card.key.operations)}")
    return int(ExitCode.DONE)


def _waiting_json(one: WaitingCard) -> dict[str, object]:
    return {
        "words": "-".join(one.words.split("-")[:4]), "fingerprint": one.words, "purpose": "waiting", "name": one.key.name,
        "age": one.key.recipient, "minisign": one.key.public_key, "valid_until": None, "role": one.key.role or None,
        "device": one.key.device, "operations": one.key.operations,
    }  # fmt: skip


def _remove(arguments: argparse.Namespace) -> int:
    from vejleder_tui.services.keyring import remove_key  # noqa: PLC0415

    desk, store = _writing_if_free(arguments)
    try:
        taken = remove_key(store, " ".join(arguments.words), clock=arguments.clock)
        told = _in_force(desk) if any(one.purpose == "sender" for one in taken) else ""
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one) for one in taken])
        return int(ExitCode.DONE)
    for one in taken:
        say(_("Fjernet: {name}, {words}").format(name=clean(one.name), words=one.words))
    if told:
        say(told)
    return int(ExitCode.DONE)
