"""`vejleder conflicts`: what is to be settled, the values of one row, and settling it: for scripts and screen readers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from vejleder_tui.queries.conflict_values import ConflictDetail, ConflictField
    from vejleder_tui.queries.conflicts import Conflict
    from vejleder_tui.services.desk import Desk

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    group = commands.add_parser(
        "conflicts", parents=[common], help=_("det, der er skrevet forskelligt på to bærbare: vis og afgør")
    )
    group.set_defaults(run=_list)
    acts = group.add_subparsers(dest="act", metavar=_("HVAD"))
    shown = acts.add_parser("show", parents=[common], help=_("vis værdierne, hvem der skrev dem, hvornår og hvor"))
    shown.add_argument("id", metavar="ID", help=_("id'et eller begyndelsen af det (8 tegn)"))
    shown.set_defaults(run=_show)
    settle = acts.add_parser(
        "settle", parents=[common], help=_("afgør: vælg en værdi ved dens nummer, eller skriv en ny")
    )
    settle.add_argument("id", metavar="ID", help=_("id'et eller begyndelsen af det (8 tegn)"))
    settle.add_argument(
        "choices", nargs="*", metavar="FIELD=VALUE|NUMBER",
        help=_("felt=værdi, felt=nummer, eller et nummer, når der er ét felt; uden spørges der linje for linje"),
    )  # fmt: skip
    settle.add_argument("--reason", metavar="TEXT", help=_("begrundelse, når mødegangen er godkendt"))
    settle.set_defaults(run=_settle)


def _list(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_store  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.conflicts import conflicts, count_conflicts  # noqa: PLC0415
    from vejleder_tui.screens.conflict_words import fields_words, headline, whole_when  # noqa: PLC0415

    today = local_date(arguments.clock.now())
    store, _unlocked = open_store(arguments, write=False)
    try:
        reader = store.reader()
        found = conflicts(reader, limit=count_conflicts(reader) + 1)
        store.release(reader)
    finally:
        store.close()
    if wants_json(arguments):
        print_json([_as_json(one) for one in found])
        return 0
    if not found:
        say(_("Intet at afklare. Alle bærbare siger det samme."))
    for one in found:
        say(
            _("{what}. Forskelligt: {fields}. Senest skrevet {when}.").format(
                what=headline(one, today).removesuffix("."), fields=fields_words(one), when=whole_when(one.at)
            )
            + f" {_('Id: {id}.').format(id=one.id)}"
        )
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_store  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, wants_json  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.citizen_record import Door  # noqa: PLC0415
    from vejleder_tui.queries.conflicts import find_conflict  # noqa: PLC0415

    store, unlocked = open_store(arguments, write=False)
    try:
        one = find_conflict(store.connection, arguments.id)
        detail = Door(store, unlocked.slot.worker, arguments.clock).conflict(one.table, one.row)
    finally:
        store.close()
    if wants_json(arguments):
        print_json({**_as_json(detail.conflict), "values": {one.field: _values(one) for one in detail.fields}})
    else:
        _tell(detail, local_date(arguments.clock.now()))
    return 0


def _settle(arguments: argparse.Namespace) -> int:
    from vejleder_tui.cli.opening import open_desk  # noqa: PLC0415
    from vejleder_tui.cli.output import print_json, say, wants_json  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.queries.citizen_record import Door  # noqa: PLC0415
    from vejleder_tui.queries.conflicts import conflict_of, find_conflict  # noqa: PLC0415
    from vejleder_tui.services.conflicts import settle  # noqa: PLC0415

    desk = open_desk(arguments)
    try:
        one = find_conflict(desk.store.connection, arguments.id)
        detail = Door(desk.store, desk.actor.worker, desk.clock).conflict(one.table, one.row)
        today = local_date(arguments.clock.now())
        given = dict(_parted(choice, detail) for choice in arguments.choices)
        if not given:
            given, arguments.reason = _asked(detail, arguments.reason, today)
        values = {name: _read(desk, detail, name, text, today) for name, text in given.items()}
        saved = settle(desk, one.table, one.row, values, reason=arguments.reason)
        left = conflict_of(desk.store.connection, one.table, one.row)
    finally:
        desk.store.close()
    if wants_json(arguments):
        print_json({"id": one.row, "saved_at": saved.at, "open": list(left.fields) if left else []})
        return 0
    say(_("Gemt: afgjort. Alt er gemt {time}.").format(time=saved.at[:5].replace(":", ".")))
    if left:
        say(_("Der er mere at afklare i rækken."))
    return 0


def _as_json(one: Conflict) -> dict[str, Any]:
    return {
        "id": one.id, "table": one.table, "kind": one.kind, "fields": list(one.fields), "citizen_id": one.citizen or None,
        "citizen": one.name, "date": one.day.isoformat() if one.day else None, "title": one.group or one.what,
        "session": one.session or None, "at": one.at.isoformat() if one.at else None,
    }  # fmt: skip


def _values(field: ConflictField) -> list[dict[str, Any]]:
    return [
        {
            "number": number, "value": one.value, "shown": one.shown, "proposed": one.proposed,
            "written": [
                {
                    "worker": word.who, "laptop": word.laptop, "at": word.at.isoformat() if word.at else None,
                    "reason": word.reason or None, "saw": list(word.saw), "field": word.field or None,
                }
                for word in one.written
            ],
        }
        for number, one in enumerate(field.values, 1)
    ]  # fmt: skip


def _tell(detail: ConflictDetail, today: date) -> None:
    from vejleder_tui.cli.output import say  # noqa: PLC0415
    from vejleder_tui.screens.conflict_words import headline  # noqa: PLC0415

    say(headline(detail.conflict, today))
    for field in detail.fields:
        _tell_field(detail, field, today)


def _tell_field(detail: ConflictDetail, field: ConflictField, today: date) -> None:
    from vejleder_tui.cli.output import say  # noqa: PLC0415
    from vejleder_tui.screens.conflict_words import field_word, saw_words, value_word, written_words  # noqa: PLC0415

    table = detail.conflict.table
    say(f"{field_word(table, field.field)} ({field.field}):")
    for number, one in enumerate(field.values, 1):
        marks = [_("vises nu")] if one.shown else []
        marks += [_("foreslået")] if one.proposed else []
        told = [
            f"{written_words(word, today)}, {saw_words(table, field, word)}"
            + (f", {_('begrundelse: {reason}').format(reason=word.reason)}" if word.reason else "")
            for word in one.written
        ]
        said = " ".join(value_word(table, field.field, one).split())
        say(f"{number}: {said}. {'; '.join([*told, *marks])}.")


def _parted(choice: str, detail: ConflictDetail) -> tuple[str, str]:
    """Return field and value of one choice; a bare number or value is of the only field."""
    from vejleder_tui.errors import RuleError  # noqa: PLC0415
    from vejleder_tui.screens.conflict_words import field_word  # noqa: PLC0415

    name, equals, value = choice.partition("=")
    fields = {one.field: one.field for one in detail.fields}
    fields |= {field_word(detail.conflict.table, one.field): one.field for one in detail.fields}
    if equals and name.strip() in fields:
        return fields[name.strip()], value
    if len(detail.fields) == 1 and not equals:
        return detail.fields[0].field, choice
    raise RuleError(
        _("Det fremgår ikke, hvilket felt der menes."),
        _("Skriv felt=værdi; felterne er: {fields}.").format(fields=", ".join(one.field for one in detail.fields)),
        field="choices",
    )


def _read(desk: Desk, detail: ConflictDetail, name: str, text: str, today: date) -> Any:  # noqa: ANN401 - a field's value
    """Return the value that a number stands for, or else what the text says for the field."""
    from vejleder_tui.screens.conflict_words import value_word  # noqa: PLC0415
    from vejleder_tui.services.conflict_entry import entry_of, read_entry  # noqa: PLC0415

    field = next(one for one in detail.fields if one.field == name)
    typed = text.strip()
    if typed.isdecimal() and 1 <= int(typed) <= len(field.values):
        return field.values[int(typed) - 1].value
    table = detail.conflict.table
    for one in field.values:
        if typed in (json.dumps(one.value), str(one.value)) or typed == value_word(table, name, one):
            return one.value
    entry = entry_of(desk.store.connection, table, name)
    return read_entry(entry, typed.removeprefix("="), today, lambda value: value_word(table, name, value))


def _asked(detail: ConflictDetail, reason: str | None, today: date) -> tuple[dict[str, str], str | None]:
    """Ask for each field, a question a line; Enter skips a field."""
    from vejleder_tui.cli.output import say  # noqa: PLC0415
    from vejleder_tui.errors import RuleError  # noqa: PLC0415
    from vejleder_tui.screens.conflict_words import headline  # noqa: PLC0415

    say(headline(detail.conflict, today))
    given: dict[str, str] = {}
    for field in detail.fields:
        _tell_field(detail, field, today)
        answer = _line(_("Vælg et nummer, eller skriv en værdi. Enter springer over:"))
        if answer:
            given[field.field] = answer
    if given and detail.signed_off and not reason:
        reason = _line(_("Mødegangen er godkendt. Hvorfor rettes den?")) or None
    if not given:
        raise RuleError(_("Intet er afgjort."), _("Vælg en værdi ved dens nummer."), field="choices")
    return given, reason


def _line(question: str) -> str:
    sys.stdout.write(f"{question} ")
    sys.stdout.flush()
    return sys.stdin.readline().strip()
