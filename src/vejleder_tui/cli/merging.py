"""`merge` and `receipt`: bundles and receipts in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.opening import open_desk
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import CancelledError, ExitCode
from vejleder_tui.i18n import _, ngettext
from vejleder_tui.rules.formats import number

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.services.desk import Desk
    from vejleder_tui.services.merging import CheckedFiles, MergePlan, Outcome
    from vejleder_tui.services.receipts import ReceiptTaken

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    merge = commands.add_parser("merge", parents=[common], help=_("indlæs pakker fra andre computere"))
    merge.add_argument("files", metavar="FILE", nargs="+", help=_("pakker; en kvittering kan også indlæses her"))
    merge.add_argument("--dry-run", action="store_true", help=_("vis kun, hvad der ville ændre sig"))
    merge.add_argument("--yes", action="store_true", help=_("spørg ikke først"))
    merge.set_defaults(run=_merge)
    receipt = commands.add_parser("receipt", parents=[common], help=_("indlæs en kvittering"))
    receipt.add_argument("files", metavar="FILE", nargs=1, help=_("kvitteringen"))
    receipt.set_defaults(run=_merge, dry_run=False, yes=False)


def _merge(arguments: argparse.Namespace) -> int:
    from vejleder_tui.services.merging import check_files, look, merge  # noqa: PLC0415
    from vejleder_tui.services.receipts import take_receipt  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        checked = check_files(desk.store.connection, [Path(one) for one in arguments.files])
        answer: dict[str, Any] = {}
        asks = sys.stdin.isatty() and sys.stdout.isatty() and not (arguments.yes or wants_json(arguments))
        if checked.bundles and (arguments.dry_run or asks):
            plan = look(desk, checked.bundles)
            if not wants_json(arguments):
                _tell_plan(plan)
            answer = {**_outcome_json(plan.outcome), **_touches_json(plan), "dry_run": True}
            if not arguments.dry_run and not _agreed():
                raise CancelledError(_("Intet er indlæst."))
        if not arguments.dry_run:
            taken = [take_receipt(desk.store, path, clock=desk.clock) for path in checked.receipts]
            if checked.bundles:
                outcome = merge(desk, checked.bundles).outcome
                answer = _outcome_json(outcome)
                if not wants_json(arguments):
                    _tell_done(outcome, checked)
            answer["receipts"] = [_receipt_json(one) for one in taken]
            if not wants_json(arguments):
                _tell_receipts(desk, taken)
        if wants_json(arguments):
            print_json({**_NOTHING, **answer})
    finally:
        desk.store.close()
    return int(ExitCode.DONE)


_NOTHING: dict[str, Any] = {"applied": 0, "held": 0, "refused": 0, "conflicts": 0}


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "applied": outcome.applied, "held": outcome.waits, "refused": outcome.refused, "conflicts": outcome.conflicts,
        "known": outcome.known, "why": outcome.held, "opened": outcome.opened, "closed": outcome.closed,
        "missing": [
            {"device": one.device, "first": one.first, "last": one.last, "has": list(one.has)} for one in outcome.missing
        ],
        "unknown_keys": [
            {"device": one.key.device, "name": one.key.name, "words": "-".join(one.words.split("-")[:4]),
             "role": one.key.role, "operations": one.key.operations}
            for one in outcome.waiting
        ],
        "forks": [{"device": one.device, "seq": one.seq} for one in outcome.forks],
        "clocks": [{"device": one.device, "at": one.at} for one in outcome.clocks],
        "new_identity": outcome.new_identity,
    }  # fmt: skip


def _touches_json(plan: MergePlan) -> dict[str, Any]:
    def several(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a tuple of touches
        return [{"id": one.id, "new": one.new, "changed": one.changed, "gone": one.gone} for one in found]

    return {
        "citizens": several(plan.touches.citizens),
        "courses": several(plan.touches.courses),
        "others": plan.touches.others,
    }


def _receipt_json(one: ReceiptTaken) -> dict[str, Any]:
    return {
        "receiver": one.receiver, "generation": one.generation, "number": one.number, "counts": one.counts,
        "held": one.waiting, "refused": one.refused, "wrong_clock": one.wrong_clock,
    }  # fmt: skip


def _changes(count: int) -> str:
    return ngettext("{count} ændring", "{count} ændringer", count).format(count=number(count))


def _tell_plan(plan: MergePlan) -> None:
    from vejleder_tui.queries.merge_words import clean, outcome_sentences, touch_sentences  # noqa: PLC0415

    for one in plan.files:
        say(
            _("Pakken fra {device}: {changes}.").format(
                device=clean(one.header.exporter.name), changes=_changes(one.header.operations)
            )
        )
    say(_("Nye her: {changes}.").format(changes=_changes(plan.outcome.applied)))
    for line in (*touch_sentences(plan.touches), *outcome_sentences(plan.outcome)):
        say(line)
    _tell_keys(plan.outcome)


def _tell_done(outcome: Outcome, checked: CheckedFiles) -> None:
    from vejleder_tui.queries.merge_words import outcome_sentences  # noqa: PLC0415

    count = len(checked.bundles)
    files = ngettext("{count} pakke er indlæst", "{count} pakker er indlæst", count).format(count=count)
    say(f"{files}: " + _("{changes} nye her.").format(changes=_changes(outcome.applied)))
    for line in outcome_sentences(outcome):
        say(line)
    _tell_keys(outcome)


def _tell_keys(outcome: Outcome) -> None:
    from vejleder_tui.queries.merge_words import waiting_key_sentence  # noqa: PLC0415

    for one in outcome.waiting:
        say(waiting_key_sentence(one.key.name, one.words, one.key.operations))
    if outcome.waiting:
        say(_("Hør, om afsenderen har de samme ord. Så: vejleder key trust --waiting ORD"))


def _tell_receipts(desk: Desk, taken: list[ReceiptTaken]) -> None:
    from vejleder_tui.queries.handover import waiting  # noqa: PLC0415
    from vejleder_tui.queries.merge_words import receipt_sentences  # noqa: PLC0415

    for one in taken:
        for line in receipt_sentences(one):
            say(line)
    if taken:
        say(_("Tilbage at sende: {changes}.").format(changes=_changes(waiting(desk.store.connection).changes)))


def _agreed() -> bool:
    return input(_("Indlæs? Skriv ja for at gå videre:") + " ").strip().casefold() in {"ja", "j", "yes", "y"}
