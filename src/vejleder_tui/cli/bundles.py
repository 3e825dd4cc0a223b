"""`export`, `inspect`, `verify` and `open`: bundles out of the store, and what is in one."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui import SCHEMA
from vejleder_tui.cli.opening import open_store
from vejleder_tui.cli.output import print_json, say, wants_json
from vejleder_tui.errors import ExitCode, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    import argparse

    from vejleder_tui.bundle.verify import Verification
    from vejleder_tui.store.store import Store

__all__ = ["register"]


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    export = commands.add_parser("export", parents=[common], help=_("skriv en låst og underskrevet pakke"))
    export.add_argument("--to", metavar="DIR", required=True, help=_("mappen, som pakken skrives i"))
    export.add_argument(
        "--recipient", metavar="KEY", nargs="+", action="extend", default=[],
        help=_("nøglefil eller age1-nøgle; pakken låses kun til dem (og denne computer), ellers til alle kendte modtagere"),
    )  # fmt: skip
    export.add_argument("--all", action="store_true", help=_("alt, ikke kun det, der mangler kvittering for"))
    export.add_argument("--course", metavar="COURSE", default="", help=_("kun ét forløb (id eller titel)"))
    export.add_argument("--from", dest="first", metavar="DATE", help=_("kun en periode, fra og med"))
    export.add_argument("--until", dest="last", metavar="DATE", help=_("kun en periode, til og med"))
    export.set_defaults(run=_export)
    verify = commands.add_parser(
        "verify", parents=[common], help=_("kontrollér, om en pakke er hel og rigtigt underskrevet")
    )
    _file_and_identity(verify)
    verify.set_defaults(run=_verify)
    inspect = commands.add_parser("inspect", parents=[common], help=_("vis, hvad en pakke indeholder"))
    _file_and_identity(inspect)
    inspect.set_defaults(run=_inspect)
    # Its --json takes a folder and replaces the switch of the others: in a copy, which they do not share.
    opened = commands.add_parser(
        "open",
        parents=[copy.deepcopy(common)],
        conflict_handler="resolve",
        help=_("skriv en pakkes rækker til andre programmer"),
    )
    _file_and_identity(opened)
    for form in ("csv", "xlsx", "json"):
        opened.add_argument(f"--{form}", dest=f"to_{form}", metavar="DIR", help=_("mappe, som skal være tom eller ny"))
    opened.add_argument("--danish-headers", action="store_true", help=_("danske overskrifter"))
    opened.set_defaults(run=_open)


def _file_and_identity(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help=_("pakken"))
    parser.add_argument(
        "--identity", metavar="AGE-KEY-FILE", help=_("fil med den private age-nøgle; ellers denne computers egen")
    )


def _export(arguments: argparse.Namespace) -> int:
    from vejleder_tui.bundle.keys import parse_recipients  # noqa: PLC0415
    from vejleder_tui.cli.keys import key_text  # noqa: PLC0415
    from vejleder_tui.clock import local_date  # noqa: PLC0415
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415
    from vejleder_tui.rules.dates import parse_date  # noqa: PLC0415
    from vejleder_tui.services.handover import export  # noqa: PLC0415

    if sum(map(bool, (arguments.all, arguments.course, arguments.first or arguments.last))) > 1:
        raise VejlederError(
            _("Vælg én af delene: alt, ét forløb eller en periode."),
            _("Angiv --all, --course eller --from og --until."),
            code=ExitCode.USAGE,
        )
    day = local_date(arguments.clock.now())
    first, last = (
        parse_date(given, day, field=field) if given else None
        for given, field in ((arguments.first, "from"), (arguments.last, "until"))
    )
    recipients = [one.recipient for given in arguments.recipient for one in parse_recipients(key_text(given))]
    store, _unlocked = open_store(arguments, write=False)
    try:
        found = export(
            store, clock=arguments.clock, randomness=SystemRandomness(), folder=Path(arguments.to),
            recipients=recipients, everything=arguments.all, course=_course(store, arguments.course), first=first, last=last,
        )  # fmt: skip
    finally:
        store.close()
    if wants_json(arguments):
        print_json(
            {
                "file": str(found.path), "bundle_id": found.bundle_id, "operations": found.operations,
                "first": found.first, "last": found.last,
            }
        )  # fmt: skip
        return int(ExitCode.DONE)
    say(_("Pakken er skrevet: {path}").format(path=found.path))
    say(
        _("{operations} ændringer. Kan åbnes af {recipients} (denne computer er den ene).").format(
            operations=found.operations, recipients=found.recipients
        )
    )
    say(_("Skrevet er ikke det samme som modtaget: aflevér den, og vent på kvitteringen."))
    return int(ExitCode.DONE)


def _course(store: Store, named: str) -> str:
    if not named:
        return ""
    from vejleder_tui.queries.handover import course_named  # noqa: PLC0415

    reader = store.reader()
    try:
        return course_named(reader, named)
    finally:
        store.release(reader)


def _verified(arguments: argparse.Namespace) -> Verification:
    if arguments.identity:
        from vejleder_tui.bundle.verify import verify_bundle  # noqa: PLC0415
        from vejleder_tui.cli.inspecting import opening_keys  # noqa: PLC0415

        identities, _none = opening_keys(arguments)
        return verify_bundle(Path(arguments.file), identities, newest_schema=SCHEMA)
    from vejleder_tui.services.handover import check_bundle  # noqa: PLC0415

    store, _unlocked = open_store(arguments, write=False)
    try:
        return check_bundle(store, Path(arguments.file), clock=arguments.clock)
    finally:
        store.close()


def _verify(arguments: argparse.Namespace) -> int:
    found = _verified(arguments)
    if wants_json(arguments):
        print_json(
            {
                "ok": found.ok, "bundle_id": found.bundle_id, "operations": found.operations,
                "errors": list(found.errors),
            }
        )  # fmt: skip
    elif found.ok:
        say(_("Pakken er hel og rigtigt underskrevet: {operations} ændringer.").format(operations=found.operations))
        say(_signer_sentence(found))
    else:
        for sentence in found.errors:
            say(sentence)
    return int(ExitCode.DONE if found.ok else ExitCode.REFUSED)


def _signer_sentence(found: Verification) -> str:
    name = found.header.exporter.name if found.header else ""
    if found.signer_known:
        return _("Underskrevet af {name}, som kendes her.").format(name=name)
    if found.signer_known is None:
        return _("Underskrevet med nøglen {key}. Sammenlign den med en, du stoler på.").format(key=found.signer)
    return _("Underskrevet af {name}, som ikke kendes her: hør afsenderen, og brug vejleder key trust.").format(
        name=name
    )


def _inspect(arguments: argparse.Namespace) -> int:
    from vejleder_tui.bundle.contents import contents_of  # noqa: PLC0415
    from vejleder_tui.cli.inspecting import as_json, opening_keys  # noqa: PLC0415

    identities, device_keys = opening_keys(arguments)
    found = contents_of(Path(arguments.file), identities, device_keys)
    if wants_json(arguments):
        print_json(as_json(found))
    else:
        from vejleder_tui.queries.handover_words import contents_sentences  # noqa: PLC0415

        for sentence in contents_sentences(found):
            say(sentence)
    return int(ExitCode.DONE)


def _open(arguments: argparse.Namespace) -> int:
    from vejleder_tui.bundle.package import Form, open_to  # noqa: PLC0415
    from vejleder_tui.cli.inspecting import opening_keys  # noqa: PLC0415

    forms: tuple[Form, ...] = ("csv", "xlsx", "json")
    asked: list[tuple[Form, str]] = [
        (form, folder) for form in forms if (folder := getattr(arguments, f"to_{form}", None))
    ]
    if len(asked) != 1:
        raise VejlederError(
            _("Vælg én form."), _("Angiv --csv, --xlsx eller --json med en mappe."), code=ExitCode.USAGE
        )
    form, folder = asked[0]
    identities, device_keys = opening_keys(arguments)
    found = open_to(
        Path(arguments.file), Path(folder), form, identities, danish_headers=arguments.danish_headers,
        device_keys=device_keys,
    )  # fmt: skip
    say(_("Skrevet i {folder}: {rows} rækker i {tables} tabeller.").format(
        folder=found.folder, rows=sum(found.rows.values()), tables=len(found.rows)
    ))  # fmt: skip
    if found.incomplete:
        say(_("{count} rækker er kun delvist i pakken og står i incomplete.").format(count=found.incomplete))
    if found.contested:
        say(_("{count} værdier er til afklaring og står i contested.").format(count=found.contested))
    say(_("Filerne er ikke låst. Slet dem, når de ikke længere skal bruges."))
    return int(ExitCode.DONE)
