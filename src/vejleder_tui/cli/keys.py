"""`key show`, `add-recipient`, `trust`, `list`, `remove`: public keys, out and in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_store
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.queries.keys import KnownKey

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
    trust.add_argument("key", metavar="FILE", help=_("den anden computers nøglefil"))
    trust.set_defaults(run=_trust)
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
        "age": key.recipient, "minisign": key.public_key, "valid_until": key.valid_until,
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
    from vejleder_tui.services.keyring import trust_sender  # noqa: PLC0415

    text = key_text(arguments.key)
    store, _unlocked = open_store(arguments, write=False)
    try:
        kept = trust_sender(store, text, clock=arguments.clock)
    finally:
        store.close()
    if wants_json(arguments):
        print_json(_as_json(kept))
        return int(ExitCode.DONE)
    say(_("Pakker fra {name} tros fra nu af.").format(name=kept.name))
    say(_("Hør, om afsenderen har de samme ord: {words}").format(words=kept.words))
    return int(ExitCode.DONE)


def _list(arguments: argparse.Namespace) -> int:
    from vejleder_tui.queries.keys import known_keys  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        found = known_keys(store.connection)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one) for one in found])
        return int(ExitCode.DONE)
    if not found:
        say(_("Ingen nøgler kendes endnu. Tilføj en: vejleder key add-recipient FIL"))
    for one in found:
        purpose = _("modtager") if one.purpose == "recipient" else _("afsender")
        until = _("til {date}").format(date=one.valid_until) if one.valid_until else _("uden slutdato")
        say(f"{purpose}: {one.name}, {one.words}, {until}")
    return int(ExitCode.DONE)


def _remove(arguments: argparse.Namespace) -> int:
    from vejleder_tui.services.keyring import remove_key  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        taken = remove_key(store, " ".join(arguments.words), clock=arguments.clock)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one) for one in taken])
        return int(ExitCode.DONE)
    for one in taken:
        say(_("Fjernet: {name}, {words}").format(name=one.name, words=one.words))
    return int(ExitCode.DONE)
