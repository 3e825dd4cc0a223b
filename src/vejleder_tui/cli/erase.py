"""`erase`: delete a person for ever, here and wherever it is merged."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_desk
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import CancelledError, ExitCode, NotFoundError, RuleError, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.queries.base import Reader
    from vejleder_tui.services.erase_plan import ErasePlan
    from vejleder_tui.services.erase_texts import NamingText

__all__ = ["register"]

REASONS = ("request", "retention", "mistake")


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the command."""
    erase = commands.add_parser("erase", parents=[common], help=_("slet en borger for altid"))
    erase.add_argument("citizen", metavar="CITIZEN", help=_("borger: navn, id eller begyndelsen af id'et (8 tegn)"))
    erase.add_argument(
        "--fields", metavar="LIST", default="",
        help=_("hvilke tekster hos andre der slettes med: tallene fra listen, all eller none; ellers de foreslåede"),
    )  # fmt: skip
    erase.add_argument("--reason", choices=REASONS, default="request", help=_("hvorfor der slettes"))
    erase.add_argument("--dry-run", action="store_true", help=_("vis kun, hvad der ville blive slettet"))
    erase.add_argument("--yes", action="store_true", help=_("spørg ikke først"))
    erase.set_defaults(run=_erase)


def _erase(arguments: argparse.Namespace) -> int:
    from vejleder_tui.services import erasing  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        erasing.require_right(desk)
        citizen = _citizen(desk.store.connection, arguments.citizen)
        found = erasing.look(desk.store, desk.actor.worker, citizen, desk.clock.now())
        chosen = _chosen(found, arguments.fields)
        if arguments.dry_run:
            return _shown(arguments, found, chosen)
        if not arguments.yes:
            _ask(found, chosen, erasing.question(found))
        done = erasing.erase(desk, citizen, [(one.row, one.field) for one in chosen], reason=arguments.reason)
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json(
            {
                **_told(found, chosen), "drafts": done.drafts, "withdrawn": done.cleaned.withdrawn,
                "file": str(done.cleaned.written) if done.cleaned.written else None,
                "copies_until": done.cleaned.copies_until.isoformat() if done.cleaned.copies_until else None,
                "trouble": done.cleaned.trouble or None, "saved_at": done.saved.at,
            }
        )  # fmt: skip
        return int(ExitCode.DONE)
    for sentence in erasing.erased_sentences(done):
        say(sentence)
    return int(ExitCode.DONE)


def _citizen(reader: Reader, text: str) -> str:
    from vejleder_tui.queries.peer_people import match_people  # noqa: PLC0415

    found = [one.person.citizen for one in match_people(reader, text) if one.person.citizen]
    if not found:
        raise NotFoundError(_("Ingen hedder sådan."), _("Skriv hele navnet, eller begyndelsen af id'et (8 tegn)."))
    if len(found) > 1:
        raise RuleError(
            _("Flere passer på det."), _("Skriv hele navnet, eller begyndelsen af id'et (8 tegn)."), field="citizen"
        )
    return found[0]


def _chosen(found: ErasePlan, given: str) -> list[NamingText]:
    """Return the texts that `--fields` names by their numbers in the list; without it those that are proposed."""
    if not given:
        return [one for one in found.texts if one.ticked]
    if given in {"all", "none"}:
        return list(found.texts) if given == "all" else []
    chosen = []
    for word in given.replace(",", " ").split():
        number = int(word) if word.isascii() and word.isdigit() else 0
        if not 1 <= number <= len(found.texts):
            raise RuleError(
                _("{number} står ikke på listen over tekster.").format(number=word),
                _("Se listen med --dry-run, og skriv tallene med komma imellem."),
                field="fields",
            )
        chosen.append(found.texts[number - 1])
    return chosen


def _shown(arguments: argparse.Namespace, found: ErasePlan, chosen: list[NamingText]) -> int:
    if wants_json(arguments):
        print_json(_told(found, chosen))
    else:
        _list(found, chosen)
        say(_("Intet er ændret."))
    return int(ExitCode.DONE)


def _list(found: ErasePlan, chosen: list[NamingText]) -> None:
    from vejleder_tui.services.erase_plan import kinds_sentence  # noqa: PLC0415

    say(_("{name}: {kinds}.").format(name=_line(found.name), kinds=kinds_sentence(found)))
    if found.texts:
        say(_("Tekster hos andre, som kan nævne {name}. x: slettes med.").format(name=_line(found.name)))
    for number, one in enumerate(found.texts, 1):
        mark = "x" if one in chosen else "-"
        older = f" {_('(en ældre udgave)')}" if one.older else ""
        say(f"{number} {mark} {one.when} {_line(one.where)}: {_line(one.said)}{older}".replace("  ", " "))
    if found.left:
        say(_("Kan ikke slettes for sig; ret dem selv:"))
    for one in found.left:
        say(f"{one.when} {_line(one.where)}: {_line(one.said)}".strip())


def _told(found: ErasePlan, chosen: list[NamingText]) -> dict[str, Any]:
    return {
        "citizens": list(found.citizens),
        "rows": {table: len(ids) for table, ids in sorted(found.rows.items())},
        "texts": [
            {
                "number": number, "table": one.table, "row": one.row, "field": one.field, "date": one.when or None,
                "text": one.said, "older": one.older, "erased": one in chosen,
            }
            for number, one in enumerate(found.texts, 1)
        ],
        "left": [
            {"table": one.table, "row": one.row, "field": one.field or None, "date": one.when or None, "text": one.said}
            for one in found.left
        ],
        "drafts": found.drafts,
    }  # fmt: skip


def _ask(found: ErasePlan, chosen: list[NamingText], question: str) -> None:
    if not sys.stdin.isatty():
        raise VejlederError(
            _("En sletning skal bekræftes, og her er ingen at spørge."), _("Angiv --yes."), code=ExitCode.USAGE
        )
    _list(found, chosen)
    if input(f"{_line(question)} ").strip() != _line(found.name):
        raise CancelledError(_("Intet er slettet."))


def _line(text: str) -> str:
    """Return user text on one line, without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
